"""Codes: hashed at rest, used once; and how often somebody guesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update

from storage.engine import key_value
from storage.engine.errors import Conflict
from storage.engine.instants import from_ms, to_ms
from storage.people import areas, naming
from storage.people import tables as people_t
from storage.people.forgetting import keep_tombstones
from storage.people.records import InvitationRow

GUESSES = "guesses:"

_GIVEN = (
    select(
        people_t.invitation,
        people_t.area.c.name.label("area_name"),
        people_t.area.c.path,
        people_t.invitee.c.name.label("entry"),
        people_t.person.c.name.label("holder"),
    )
    .join(people_t.area, people_t.area.c.area_id == people_t.invitation.c.area_id)
    .outerjoin(people_t.invitee, people_t.invitee.c.invitee_id == people_t.invitation.c.invitee_id)
    .outerjoin(people_t.person, people_t.person.c.learner_id == people_t.invitation.c.used_by)
    .where(people_t.invitation.c.kind == "invite")
    .order_by(people_t.invitation.c.made_at.desc(), people_t.invitation.c.code_hash)
)


@dataclass(frozen=True, slots=True)
class GivenRow:
    """An invitation as whoever answers for it sees it: for whom, where, used by whom; never the code itself."""

    code_hash: str
    role: str
    area_id: str
    area_name: str
    path: str
    name: str
    invitee_id: str | None
    by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: str | None


def add(connection: Connection, rows: Sequence[InvitationRow]) -> None:
    """Insert fresh invitations; the codes themselves are never stored, only their hashes."""
    connection.execute(
        insert(people_t.invitation),
        [
            {
                "code_hash": r.code_hash, "kind": r.kind, "role": r.role, "area_id": r.area_id,
                "invitee_id": r.invitee_id, "learner_id": r.learner_id, "by": r.by, "made_at": to_ms(r.made_at),
                "expires_at": to_ms(r.expires_at), "tries": r.tries, "used_at": None, "used_by": None,
            }
            for r in rows
        ],
    )  # fmt: skip


def get(connection: Connection, code_hash: str) -> InvitationRow | None:
    """The invitation of a code, locked until the transaction ends."""
    query = select(people_t.invitation).where(people_t.invitation.c.code_hash == code_hash).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else _record(row)


def waiting(connection: Connection, learner_id: str) -> list[InvitationRow]:
    """Invitations that somebody has used, oldest first: what they bring is given with the consent."""
    query = select(people_t.invitation).where(
        people_t.invitation.c.used_by == learner_id, people_t.invitation.c.kind == "invite"
    )
    return [
        _record(row)
        for row in connection.execute(query.order_by(people_t.invitation.c.used_at, people_t.invitation.c.code_hash))
    ]


def use(connection: Connection, code_hash: str, learner_id: str, now: datetime) -> None:
    """Spend a code. Raises Conflict when somebody was quicker."""
    spent = connection.execute(
        update(people_t.invitation)
        .where(people_t.invitation.c.code_hash == code_hash, people_t.invitation.c.used_at.is_(None))
        .values(used_at=to_ms(now), used_by=learner_id)
    )
    if spent.rowcount != 1:
        raise Conflict("an invitation was used by another process")
    _bury(connection, people_t.invitation.c.code_hash == code_hash)


def try_again(connection: Connection, code_hash: str) -> None:
    """Take one of its tries from a code that was shown and refused."""
    counted = {"tries": people_t.invitation.c.tries + 1}
    connection.execute(update(people_t.invitation).where(people_t.invitation.c.code_hash == code_hash).values(counted))


def withdraw_links(connection: Connection, learner_id: str) -> None:
    """Make former words, and codes for a new phone, worthless: there are new ones."""
    mine = people_t.invitation.c.learner_id == learner_id, people_t.invitation.c.kind.in_(("link", "back"))
    _end(connection, *mine)


def withdraw_desk(connection: Connection, learner_id: str) -> None:
    """Make former links to the desk worthless: there is a new one."""
    _end(connection, people_t.invitation.c.learner_id == learner_id, people_t.invitation.c.kind == "desk")


def withdraw_of(connection: Connection, invitee_id: str) -> None:
    """What was given out for an entry of a list and nobody has used is worth nothing any more."""
    _end(connection, people_t.invitation.c.invitee_id == invitee_id, people_t.invitation.c.used_at.is_(None))


def withdraw_by(connection: Connection, by: str) -> None:
    """Make worthless what somebody has given out and nobody has used."""
    _end(
        connection,
        people_t.invitation.c.by == by,
        people_t.invitation.c.kind == "invite",
        people_t.invitation.c.used_at.is_(None),
    )


def expire(connection: Connection, before: datetime, limit: int) -> int:
    """Drop codes that ended before then: of invitations those that nobody used."""
    old = select(people_t.invitation.c.code_hash).where(
        people_t.invitation.c.expires_at < to_ms(before), people_t.UNUSED
    )
    ids = list(connection.scalars(old.limit(limit)))
    if ids:
        connection.execute(delete(people_t.invitation).where(people_t.invitation.c.code_hash.in_(ids)))
    return len(ids)


def given(connection: Connection, paths: Sequence[str], now: datetime, since: timedelta, limit: int) -> list[GivenRow]:
    """Codes for these areas and all below: living ones, and those used within `since`; the newest first.

    Of more than `limit` those are told that end, or would have ended, last. A ward's areas lead to its codes; of
    everywhere the last ones stand at the end of an index.
    """
    i, whole = people_t.invitation.c, areas.is_whole(paths)
    ends = i.expires_at if whole else i.expires_at + 0  # what is computed has no index
    of_late = or_(and_(i.used_at.is_(None), ends > to_ms(now)), i.used_at > to_ms(now - since))
    last = select(i.code_hash).where(i.kind == "invite", of_late, ends > to_ms(now - since))  # used before its end
    if not whole:
        last = last.join(people_t.area, people_t.area.c.area_id == i.area_id)
        last = last.where(areas.below(people_t.area.c.path, paths))
    some = last.order_by(ends.desc(), i.code_hash).limit(limit).subquery()
    return [_given(row) for row in connection.execute(_GIVEN.join(some, some.c.code_hash == i.code_hash))]


def beginning(connection: Connection, short: str) -> GivenRow | None:
    """The invitation whose hash begins so; None where there is none or more than one."""
    code_hash = people_t.invitation.c.code_hash
    query = _GIVEN.where(code_hash >= short, code_hash < f"{short}g").limit(2)  # "g" comes after every digit
    rows = connection.execute(query).all()
    return _given(rows[0]) if len(rows) == 1 else None


def revoke(connection: Connection, code_hash: str) -> None:
    """End one unused invitation."""
    _end(connection, people_t.invitation.c.code_hash == code_hash)


def is_withdrawn(connection: Connection, code_hash: str) -> bool:
    """Whether a code of this hash was given out once, and ended by somebody's act."""
    found = select(people_t.forgotten.c.at).where(people_t.forgotten.c.pseudonym == code_hash)
    return connection.scalar(found) is not None


def unused(connection: Connection) -> list[str]:
    """The hashes of all codes that nobody has used."""
    return list(
        connection.scalars(select(people_t.invitation.c.code_hash).where(people_t.invitation.c.used_at.is_(None)))
    )


def drop(connection: Connection, code_hashes: Sequence[str]) -> None:
    """Delete invitations by the hashes of their codes."""
    if code_hashes:
        connection.execute(delete(people_t.invitation).where(people_t.invitation.c.code_hash.in_(code_hashes)))


def _end(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Make these codes worthless, after a restore too."""
    _bury(connection, *which)
    connection.execute(delete(people_t.invitation).where(*which))


def _bury(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Keep the hashes beside the tombstones of people, under the instant at which they would have ended; words that
    join two phones end within minutes.
    """
    lasting = select(people_t.invitation.c.code_hash, people_t.invitation.c.expires_at).where(
        *which, people_t.invitation.c.kind != "link"
    )
    keep_tombstones(connection, {row.code_hash: row.expires_at for row in connection.execute(lasting)})


def _given(row: Any) -> GivenRow:
    name = row.entry or row.holder or ""
    used_at = None if row.used_at is None else from_ms(row.used_at)
    return GivenRow(
        row.code_hash, row.role, row.area_id, row.area_name, row.path, name, row.invitee_id, row.by,
        from_ms(row.made_at), from_ms(row.expires_at), used_at, row.used_by,
    )  # fmt: skip


def claim(connection: Connection, invitee_id: str, learner_id: str) -> None:
    """Mark a list entry as taken by this learner, unless somebody has taken it."""
    mine = people_t.invitee.c.invitee_id == invitee_id, people_t.invitee.c.claimed_by.is_(None)
    connection.execute(update(people_t.invitee).where(*mine).values(claimed_by=learner_id))
    naming.put_in_order(connection, [learner_id])


# --- guessing ----------------------------------------------------------------------------------------


def guesses(connection: Connection, window: int, guesser: str) -> int:
    """How often `guesser` (a pseudonym; "" is everybody) guessed wrong in this window of time."""
    known = key_value.get_key(connection, f"{GUESSES}{window}:{guesser}")
    return int(known[0]) if known else 0


def count_guess(connection: Connection, window: int, guesser: str) -> None:
    """Count one more guess; counts of former windows go. Raises Conflict when another process counted at the same
    moment.
    """
    key = f"{GUESSES}{window}:{guesser}"
    known = key_value.get_key(connection, key)
    if known is None:
        of_now = key_value.key_value.c.key.startswith(f"{GUESSES}{window}:", autoescape=True)
        old = key_value.key_value.c.key.startswith(GUESSES, autoescape=True), ~of_now
        connection.execute(delete(key_value.key_value).where(*old))
    if not key_value.put_key(connection, key, str(int(known[0]) + 1 if known else 1), known[1] if known else None):
        raise Conflict("guesses were counted by another process")


def _record(r: Row[tuple[object, ...]]) -> InvitationRow:
    used_at = None if r.used_at is None else from_ms(r.used_at)
    return InvitationRow(
        r.code_hash, r.kind, r.role, r.area_id, r.invitee_id, r.learner_id, r.by, from_ms(r.made_at),
        from_ms(r.expires_at), r.tries, used_at, r.used_by,
    )  # fmt: skip
