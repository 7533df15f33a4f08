"""Who is given a right, who is held back from it, who is let again; in the transaction of whoever decides it.

A suspension is of the person: it is kept under a pseudonym, so neither another invitation nor a withdrawal ends it;
with a deletion it goes over to the addresses written from. Only somebody whose right reaches at least as far as that of
who suspended lifts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Protocol

from bot.people.policy.instructor import Teaching
from bot.people.policy.permissions import ACTING, OFFICERS, OPERATOR_NAME, PERMISSIONS, Actor, Grant
from bot.people.pseudonyms import Pseudonyms
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import areas, invitations, people, seats, suspensions
from storage.people.records import AuditRow, InstructorRow, InvitationRow, RoleRow, SuspensionRow


class RoleHooks(Protocol):
    """What the pairing has to know when somebody holds a role no more (see `hooks.PairingHooks`)."""

    def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """Somebody is no instructor any more: the learners need another (see `PairingHooks`)."""

    def officer_gone(self, connection: Connection, learner_id: str, now: datetime) -> None:
        """Somebody is no officer any more: what waited there goes to whoever answers now (see `PairingHooks`)."""


def actor_of(connection: Connection, names: Pseudonyms, learner_id: str) -> Actor:
    """Somebody with the roles she has now."""
    return Actor(names.of(learner_id), grants_of(connection, learner_id))


def grants_of(connection: Connection, learner_id: str) -> tuple[Grant, ...]:
    """The roles somebody has now."""
    rows = people.roles_of(connection, learner_id)
    return tuple(Grant(row.role, row.path, row.state == "active") for row in rows)


# --- given -------------------------------------------------------------------------------------------


def give(connection: Connection, names: Pseudonyms, row: InvitationRow, learner_id: str, now: datetime) -> bool:
    """What an invitation brings to who has agreed: a role within an area. False where a suspension holds it back."""
    held = bars(connection, names, learner_id, row.role)
    if row.area_id is not None:
        state, by = ("suspended", held[0].by) if held else ("active", row.by)
        people.set_role(connection, RoleRow(learner_id, row.role, row.area_id, state, by, now))
        _settle_in(connection, learner_id, row.area_id)
    if row.invitee_id is not None:
        invitations.claim(connection, row.invitee_id, learner_id)
    if row.role == "instructor" and not held and people.instructor(connection, learner_id) is None:
        people.put_instructor(connection, InstructorRow(learner_id, **_plain(Teaching())))
    what = f"{'barred' if held else 'joined'}_{row.role}"
    people.note(connection, AuditRow(now, row.by, what, names.of(learner_id), row.area_id or ""))
    return not held


def is_backed(connection: Connection, names: Pseudonyms, row: InvitationRow) -> bool:
    """Whether who gave this invitation may give it today: it dies with the giver's right, however that ended."""
    if row.by == OPERATOR_NAME:
        return True
    act, path = f"invite_{row.role}", areas.path_of(connection, row.area_id)
    holders = people.holders_above(connection, path, PERMISSIONS[act].roles)
    return any(
        Grant(each.role, each.path).carries(act, path) for each in holders if names.of(each.learner_id) == row.by
    )


def _settle_in(connection: Connection, learner_id: str, area_id: str) -> None:
    """Take the narrowest area somebody was invited to as the place to live, within what is known already."""
    belonging = people.belonging(connection, learner_id)
    known = areas.path_of(connection, belonging[1]) if belonging else ""
    if not known or areas.path_of(connection, area_id).startswith(known):
        people.set_area(connection, learner_id, area_id)


def _plain(teaching: Teaching) -> Mapping[str, Any]:
    return {each.name: getattr(teaching, each.name) for each in fields(Teaching)}


# --- held back ---------------------------------------------------------------------------------------


def bars(connection: Connection, names: Pseudonyms, learner_id: str, role: str) -> list[SuspensionRow]:
    """The suspensions that keep this role from somebody: any does, for whatever acts on others."""
    return _held(connection, names, learner_id) if role in ACTING else []


def suspend(
    connection: Connection, names: Pseudonyms, gone: RoleHooks, who: Actor, learner_id: str, role: str, now: datetime
) -> bool:
    """End somebody's access in this role at once, everywhere. False where a role of theirs is beyond who decides."""
    held = [grant for grant in grants_of(connection, learner_id) if grant.role == role]
    if not who.may_end(role, held):
        return False
    belonging = people.belonging(connection, learner_id)
    home = areas.path_of(connection, belonging[1] if belonging else None)
    places = [row.path for row in held] or [home]
    row = SuspensionRow(names.of(learner_id), role, who.name, who.reach("suspend", places), now)
    before = [each for each in _held(connection, names, learner_id) if each.role == role]
    if not before or not _is_wider(before[0].path, row.path):
        suspensions.put(connection, [row])
    people.suspend_role(connection, learner_id, role, who.name, now)
    invitations.withdraw_by(connection, names.of(learner_id))
    if role == "instructor":
        gone.instructor_gone(connection, learner_id, "suspended", now)
    if role in OFFICERS:
        gone.officer_gone(connection, learner_id, now)
    return True


def lift(connection: Connection, names: Pseudonyms, who: Actor, learner_id: str, role: str) -> bool:
    """Let the role be given again. False, and nothing is changed, for whoever has less right than who suspended."""
    if not who.may_lift(row.path for row in _held(connection, names, learner_id)):
        return False
    suspensions.lift(connection, _subjects(connection, names, learner_id), role)
    people.end_suspension(connection, learner_id, role)
    return True


def may_restore(connection: Connection, names: Pseudonyms, who: Actor, learner_id: str) -> bool:
    """Whether her right reaches as far as that of everybody who suspended this person, in every role that holds."""
    held, grants = _held(connection, names, learner_id), grants_of(connection, learner_id)
    ends = (who.may_end(row.role, [each for each in grants if each.role == row.role]) for row in held)
    return who.may_lift(row.path for row in held) and all(ends)


def restore(
    connection: Connection, names: Pseudonyms, who: Actor, learner_id: str, now: datetime
) -> tuple[str, ...] | None:
    """End all suspensions of a person at once, since any one holds every role back; the roles that were held come back
    where they were. Which these are; None, and nothing is changed, where one is beyond who asks.
    """
    if not may_restore(connection, names, who, learner_id):
        return None
    had = [row for row in people.roles_of(connection, learner_id) if row.state == "suspended"]
    for role in sorted({row.role for row in _held(connection, names, learner_id)}):
        lift(connection, names, who, learner_id, role)
    for each in had:
        row = InvitationRow("", "invite", each.role, each.area_id, None, None, who.name, now, now)
        give(connection, names, row, learner_id, now)
    return tuple(dict.fromkeys(each.role for each in had))


def keep_suspensions(connection: Connection, names: Pseudonyms, learner_id: str, *, deleted: bool) -> None:
    """Keep what holds somebody back who withdraws or is deleted, under a pseudonym: the own, or of each address."""
    rows = _held(connection, names, learner_id)
    subjects = _subjects(connection, names, learner_id)[1:] if deleted else [names.of(learner_id)]
    suspensions.put(connection, [replace(row, subject=subject) for row in rows for subject in subjects])


def pass_on(connection: Connection, names: Pseudonyms, learner_id: str, to: str) -> None:
    """Hold back the newcomer at somebody's address as well."""
    suspensions.put(connection, [replace(row, subject=names.of(to)) for row in _held(connection, names, learner_id)])


def is_held(connection: Connection, names: Pseudonyms, learner_id: str) -> bool:
    """Whether a suspension keeps any role from somebody, also from who holds none now."""
    return bool(_held(connection, names, learner_id))


def _held(connection: Connection, names: Pseudonyms, learner_id: str) -> list[SuspensionRow]:
    """What is written down, and roles suspended by an older program; the widest right first."""
    rows = suspensions.of(connection, _subjects(connection, names, learner_id))
    known = {row.role for row in rows}
    older = [row for row in people.roles_of(connection, learner_id) if row.state == "suspended"]
    rows += [SuspensionRow(names.of(learner_id), r.role, r.by, r.path, r.at) for r in older if r.role not in known]
    return sorted(rows, key=lambda row: len(row.path))


def _subjects(connection: Connection, names: Pseudonyms, learner_id: str) -> list[str]:
    addresses = seats.addresses(connection, learner_id)
    return [names.of(learner_id), *(names.of(f"{channel}:{chat_id}") for channel, chat_id in addresses)]


def _is_wider(path: str, than: str) -> bool:
    return path != than and than.startswith(path)


def stamp(held: Sequence[SuspensionRow]) -> str:
    """What tells one suspension of a person from the next, within a button: old buttons lift no later one."""
    return f"{max((to_ms(row.at) for row in held), default=0):x}"
