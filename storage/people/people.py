"""Who may do what where: roles, instructors, lists of people, the audit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    false,
    func,
    insert,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy import literal as word

from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms, to_ms
from storage.engine.upsert import insert_of
from storage.pairing import tables as pairing_t
from storage.people import naming, traces
from storage.people import tables as people_t
from storage.people.areas import below
from storage.people.invitees import is_visible
from storage.people.reach import looked_at, rings
from storage.people.records import AuditRow, InstructorRow, PersonEntry, RoleRow

_talk, _i = conversations_t.session.c, people_t.identity.c

# --- roles -------------------------------------------------------------------------------------------


def roles_of(connection: Connection, learner_id: str) -> list[RoleRow]:
    """All roles of a person, suspended and asked ones too."""
    return _roles(connection, people_t.role.c.learner_id == learner_id)


def holders_above(connection: Connection, path: str, roles: Iterable[str]) -> list[RoleRow]:
    """Everybody who holds one of these roles, and may act in it, in the area at `path` or one that it lies in."""
    parts = path.strip("/").split("/")
    above = ["/", *(f"/{'/'.join(parts[: at + 1])}/" for at in range(len(parts)))]
    return _roles(
        connection,
        people_t.role.c.state == "active",
        people_t.role.c.role.in_(list(roles)),
        people_t.area.c.path.in_(above),
    )


def _roles(connection: Connection, *where: ColumnElement[bool]) -> list[RoleRow]:
    query = (
        select(people_t.role, people_t.area.c.path, people_t.area.c.name.label("area_name"))
        .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
        .where(*where)
        .order_by(people_t.role.c.learner_id, people_t.role.c.role, people_t.role.c.area_id)
    )
    return [
        RoleRow(r.learner_id, r.role, r.area_id, r.state, r.by, from_ms(r.at), r.path, r.area_name)
        for r in connection.execute(query)
    ]


def set_role(connection: Connection, row: RoleRow) -> None:
    """Give a role, or bring it into another state."""
    into = insert_of(connection.dialect.name)
    values = {"state": row.state, "by": row.by, "at": to_ms(row.at)}
    key = {"learner_id": row.learner_id, "role": row.role, "area_id": row.area_id}
    connection.execute(
        into(people_t.role).values(**key, **values).on_conflict_do_update(
            index_elements=["learner_id", "role", "area_id"], set_=values
        )
    )  # fmt: skip


def suspend_role(connection: Connection, learner_id: str, role: str, by: str, now: datetime) -> int:
    """Suspend somebody everywhere in this role; how many grants that ended."""
    changed = connection.execute(
        update(people_t.role)
        .where(
            people_t.role.c.learner_id == learner_id,
            people_t.role.c.role == role,
            people_t.role.c.state == "active",
        )
        .values(state="suspended", by=by, at=to_ms(now))
    )
    return changed.rowcount


def end_suspension(connection: Connection, learner_id: str, role: str) -> None:
    """Ask again for what was suspended: whoever lifts it says in which area."""
    mine = (
        people_t.role.c.learner_id == learner_id,
        people_t.role.c.role == role,
        people_t.role.c.state == "suspended",
    )
    connection.execute(update(people_t.role).where(*mine).values(state="asked"))


def end_role(connection: Connection, learner_id: str, role: str, area_id: str) -> None:
    """Take a role in this area from a person; where only that role placed the person there, the area goes too."""
    mine = people_t.role.c.learner_id == learner_id
    connection.execute(
        delete(people_t.role).where(mine, people_t.role.c.role == role, people_t.role.c.area_id == area_id)
    )
    left = select(people_t.role.c.learner_id).where(mine, people_t.role.c.area_id == area_id).exists()
    here = people_t.person.c.learner_id == learner_id, people_t.person.c.area_id == area_id
    connection.execute(update(people_t.person).where(*here, ~left).values(area_id=None))


def drop_role(connection: Connection, learner_id: str, role: str) -> None:
    """Take a role from a person in every area."""
    connection.execute(
        delete(people_t.role).where(people_t.role.c.learner_id == learner_id, people_t.role.c.role == role)
    )


def set_area(connection: Connection, learner_id: str, area_id: str | None) -> None:
    """Place a person in an area; None: nowhere."""
    connection.execute(
        update(people_t.person).where(people_t.person.c.learner_id == learner_id).values(area_id=area_id)
    )


def set_needs(connection: Connection, learner_id: str, needs: Sequence[str]) -> None:
    """Write what a learner has told the union; nothing takes it all back."""
    connection.execute(
        update(people_t.person).where(people_t.person.c.learner_id == learner_id).values(needs=json.dumps(needs))
    )


def rename(connection: Connection, learner_id: str, name: str | None, address: str | None) -> None:
    """Set the name and form of address of a person, None leaving each as it is; the former name is erased from other
    people's rows."""
    values = {key: value for key, value in (("name", name), ("address", address)) if value is not None}
    former = traces.renamed(connection, learner_id, name) if name else None
    if values:
        connection.execute(update(people_t.person).where(people_t.person.c.learner_id == learner_id).values(**values))
        naming.put_in_order(connection, [learner_id])
    if former:
        traces.erase(connection, former)


def move_learner(connection: Connection, learner_id: str, area_id: str) -> None:
    """Move a person's learner role to another area, in the state it has; nothing where there is none."""
    mine = people_t.role.c.learner_id == learner_id, people_t.role.c.role == "learner"
    row = connection.execute(
        select(people_t.role).where(*mine).order_by(people_t.role.c.state, people_t.role.c.area_id)
    ).first()
    if row is not None:
        connection.execute(delete(people_t.role).where(*mine))
        connection.execute(insert(people_t.role), {**row._mapping, "area_id": area_id})


def belonging(connection: Connection, learner_id: str) -> tuple[str, str | None, tuple[str, ...]] | None:
    """Name, area id and consented needs of a person; None for somebody unknown."""
    columns = people_t.person.c
    query = select(columns.name, columns.area_id, columns.needs).where(columns.learner_id == learner_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], tuple(json.loads(row[2])))


def name_of(connection: Connection, learner_id: str) -> str:
    """The name somebody is called by; "" where there is none."""
    return connection.scalar(select(people_t.person.c.name).where(people_t.person.c.learner_id == learner_id)) or ""


def pin_of(connection: Connection, learner_id: str) -> str:
    """The keyed hash of somebody's digits; "" where none are chosen."""
    return connection.scalar(select(people_t.person.c.pin).where(people_t.person.c.learner_id == learner_id)) or ""


def set_pin(connection: Connection, learner_id: str, pin: str) -> None:
    """Store the keyed hash of a person's digits; "" removes them."""
    connection.execute(update(people_t.person).where(people_t.person.c.learner_id == learner_id).values(pin=pin))


def guide_of(connection: Connection, learner_id: str) -> str | None:
    """The instructor of a learner now."""
    mine = pairing_t.pairing.c.learner_id == learner_id, pairing_t.pairing.c.state == "open"
    return connection.scalar(select(pairing_t.pairing.c.instructor_id).where(*mine))


def named_below(connection: Connection, paths: Sequence[str]) -> list[tuple[str, str, str]]:
    """(learner_id, name, area) of everybody with a name who lives in these areas or below, by name."""
    within = below(people_t.area.c.path, paths)
    query = (
        select(people_t.person.c.learner_id, people_t.person.c.name, people_t.area.c.name)
        .join(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
        .where(within, people_t.person.c.name != "")
        .order_by(people_t.person.c.name, people_t.person.c.learner_id)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)] if paths else []


def consent_of(connection: Connection, learner_id: str) -> str:
    """ "new", "asked", "agreed" or what else was answered; "" for somebody unknown."""
    query = select(people_t.person.c.consent).where(people_t.person.c.learner_id == learner_id)
    return str(connection.scalar(query) or "")


# --- instructors -------------------------------------------------------------------------------------


def instructor(connection: Connection, learner_id: str) -> InstructorRow | None:
    """What an instructor has said about teaching; None for somebody who is none."""
    r = connection.execute(
        select(people_t.instructor).where(people_t.instructor.c.learner_id == learner_id)
    ).one_or_none()
    if r is None:
        return None
    return InstructorRow(
        r.learner_id,
        r.capacity,
        tuple(json.loads(r.topics)),
        tuple(json.loads(r.langs)),
        r.hours,
        _instant(r.paused_until_at),
        _instant(r.conduct_at),
        r.gender,
        _instant(r.last_served_at),
    )


def put_instructor(connection: Connection, row: InstructorRow) -> None:
    """Write what an instructor has set; `last_served_at` belongs to the pairing and stays as it is."""
    into = insert_of(connection.dialect.name)
    values = {
        "capacity": row.capacity,
        "topics": json.dumps(row.topics),
        "langs": json.dumps(row.langs),
        "hours": row.hours,
        "paused_until_at": _ms(row.paused_until_at),
        "conduct_at": _ms(row.conduct_at),
        "gender": row.gender,
    }
    statement = into(people_t.instructor).values(learner_id=row.learner_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["learner_id"], set_=values))


# --- lists -------------------------------------------------------------------------------------------


def listed(
    connection: Connection, path: str, roles: Iterable[str] = (), states: Iterable[str] = ()
) -> list[PersonEntry]:
    """People and invitees of an area and all below it, by area and name."""
    people = (
        select(
            people_t.role.c.learner_id,
            people_t.person.c.name,
            people_t.role.c.role,
            people_t.role.c.area_id,
            people_t.area.c.name.label("area_name"),
            people_t.role.c.state,
            people_t.area.c.path,
            func.coalesce(_talk.channel, ""),
            _talk.seen_at,
            func.coalesce(people_t.identity.c.away, False).label("away"),
            rings(people_t.role.c.learner_id).label("rings"),
            looked_at(people_t.role.c.learner_id).label("looked_at"),
        )
        .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
        .join(people_t.person, people_t.person.c.learner_id == people_t.role.c.learner_id)
        .outerjoin(conversations_t.session, _talk.learner_id == people_t.role.c.learner_id)
        .outerjoin(people_t.identity, and_(_i.channel == _talk.channel, _i.chat_id == _talk.chat_id))
        .where(below(people_t.area.c.path, [path]))
    )
    invited = (
        select(
            people_t.invitee.c.invitee_id,
            people_t.invitee.c.name,
            people_t.invitee.c.role,
            people_t.invitee.c.area_id,
            people_t.area.c.name.label("area_name"),
            word("invited"),
            people_t.area.c.path,
            word(""),
            null(),
            false(),
            word(0),
            null(),
        )
        .join(people_t.area, people_t.area.c.area_id == people_t.invitee.c.area_id)
        .where(
            below(people_t.area.c.path, [path]),
            people_t.invitee.c.claimed_by.is_(None),
            is_visible(),
        )
    )
    wanted, in_state = set(roles), set(states)
    rows = (PersonEntry(*row) for row in connection.execute(union_all(people, invited)))
    chosen = [r for r in rows if (not wanted or r.role in wanted) and (not in_state or r.state in in_state)]
    return sorted(chosen, key=lambda r: (r.path, r.role, r.name, r.person_id))


# --- audit -------------------------------------------------------------------------------------------


def note(connection: Connection, row: AuditRow) -> None:
    """Append to the audit; everything in it is a pseudonym or a fixed word."""
    connection.execute(
        insert(people_t.audit),
        {"at": to_ms(row.at), "by": row.by, "what": row.what, "subject": row.subject, "detail": row.detail},
    )


def became(connection: Connection, subject: str) -> list[str]:
    """The pseudonyms of everybody who became this person when phones were joined, and of whoever became those."""
    owner: dict[str, str] = {}
    for row in connection.execute(
        select(people_t.audit)
        .where(people_t.audit.c.what.in_(("linked", "unlinked")))
        .order_by(people_t.audit.c.audit_id)
    ):
        owner[row.subject] = row.by if row.what == "linked" else ""
    found = [subject]
    for each in found:
        found += [goes for goes, by in owner.items() if by == each and goes not in found]
    return found[1:]


def audit(connection: Connection) -> list[AuditRow]:
    """The whole audit, oldest first."""
    rows = connection.execute(select(people_t.audit).order_by(people_t.audit.c.audit_id))
    return [AuditRow(from_ms(r.at), r.by, r.what, r.subject, r.detail) for r in rows]


def holders(connection: Connection, roles: Sequence[str]) -> list[tuple[str, str]]:
    """(learner_id, name) of everybody who holds one of these roles, suspended ones too, anywhere."""
    query = select(people_t.person.c.learner_id, people_t.person.c.name).where(
        people_t.person.c.learner_id.in_(select(people_t.role.c.learner_id).where(people_t.role.c.role.in_(roles)))
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def audit_before(connection: Connection, before: int | None, limit: int) -> list[tuple[int, AuditRow]]:
    """(number, line) of the audit, the latest first; with `before` only those that were written before that number."""
    query = select(people_t.audit).order_by(people_t.audit.c.audit_id.desc()).limit(limit)
    if before is not None:
        query = query.where(people_t.audit.c.audit_id < before)
    return [(r.audit_id, AuditRow(from_ms(r.at), r.by, r.what, r.subject, r.detail)) for r in connection.execute(query)]


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)
