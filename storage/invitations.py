"""Codes: hashed at rest, used once; and how often somebody guesses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage import keeping
from storage import tables as base
from storage import tables_people as t
from storage.errors import Conflict
from storage.people_records import InvitationRow
from storage.records import from_ms, to_ms

GUESSES = "guesses:"


def add(conn: Connection, rows: Sequence[InvitationRow]) -> None:
    conn.execute(
        insert(t.invitation),
        [
            {
                "code_hash": r.code_hash, "kind": r.kind, "role": r.role, "area_id": r.area_id,
                "invitee_id": r.invitee_id, "learner_id": r.learner_id, "by": r.by, "made_at": to_ms(r.made_at),
                "expires_at": to_ms(r.expires_at), "tries": r.tries, "used_at": None, "used_by": None,
            }
            for r in rows
        ],
    )  # fmt: skip


def get(conn: Connection, code_hash: str) -> InvitationRow | None:
    """The invitation of a code, locked until the transaction ends."""
    query = select(t.invitation).where(t.invitation.c.code_hash == code_hash).with_for_update()
    row = conn.execute(query).one_or_none()
    return None if row is None else _record(row)


def waiting(conn: Connection, learner_id: str) -> list[InvitationRow]:
    """Invitations she has used, oldest first: what they bring is given once she has agreed."""
    query = select(t.invitation).where(t.invitation.c.used_by == learner_id, t.invitation.c.kind == "invite")
    return [_record(row) for row in conn.execute(query.order_by(t.invitation.c.used_at, t.invitation.c.code_hash))]


def use(conn: Connection, code_hash: str, learner_id: str, now: datetime) -> None:
    """Spend a code. Raises Conflict when somebody was quicker."""
    spent = conn.execute(
        update(t.invitation)
        .where(t.invitation.c.code_hash == code_hash, t.invitation.c.used_at.is_(None))
        .values(used_at=to_ms(now), used_by=learner_id)
    )
    if spent.rowcount != 1:
        raise Conflict("an invitation was used by another process")


def try_again(conn: Connection, code_hash: str) -> None:
    """It was shown and refused: one of its tries is gone."""
    counted = {"tries": t.invitation.c.tries + 1}
    conn.execute(update(t.invitation).where(t.invitation.c.code_hash == code_hash).values(counted))


def withdraw_links(conn: Connection, learner_id: str) -> None:
    """A new set of words makes her former ones worthless."""
    mine = t.invitation.c.learner_id == learner_id, t.invitation.c.kind == "link", t.invitation.c.used_at.is_(None)
    conn.execute(delete(t.invitation).where(*mine))


def withdraw_by(conn: Connection, by: str) -> None:
    """What she has given out and nobody has used is worth nothing any more."""
    unused = t.invitation.c.by == by, t.invitation.c.kind == "invite", t.invitation.c.used_at.is_(None)
    conn.execute(delete(t.invitation).where(*unused))


def expire(conn: Connection, before: datetime, limit: int) -> int:
    """Drop codes that nobody used and that ended before then."""
    old = select(t.invitation.c.code_hash).where(
        t.invitation.c.expires_at < to_ms(before), t.invitation.c.used_at.is_(None)
    )
    ids = list(conn.scalars(old.limit(limit)))
    if ids:
        conn.execute(delete(t.invitation).where(t.invitation.c.code_hash.in_(ids)))
    return len(ids)


def claim(conn: Connection, invitee_id: str, learner_id: str) -> None:
    mine = t.invitee.c.invitee_id == invitee_id, t.invitee.c.claimed_by.is_(None)
    conn.execute(update(t.invitee).where(*mine).values(claimed_by=learner_id))


# --- guessing ----------------------------------------------------------------------------------------


def guesses(conn: Connection, window: int, who: str) -> int:
    """How often `who` (a pseudonym; "" is everybody) guessed wrong in this window of time."""
    known = keeping.get_key(conn, f"{GUESSES}{window}:{who}")
    return int(known[0]) if known else 0


def count_guess(conn: Connection, window: int, who: str) -> None:
    """One more; counts of former windows go. Raises Conflict when another process counted at the same moment."""
    key = f"{GUESSES}{window}:{who}"
    known = keeping.get_key(conn, key)
    if known is None:
        of_now = base.key_value.c.key.startswith(f"{GUESSES}{window}:", autoescape=True)
        old = base.key_value.c.key.startswith(GUESSES, autoescape=True), ~of_now
        conn.execute(delete(base.key_value).where(*old))
    if not keeping.put_key(conn, key, str(int(known[0]) + 1 if known else 1), known[1] if known else None):
        raise Conflict("guesses were counted by another process")


def _record(r: Row[tuple[object, ...]]) -> InvitationRow:
    used_at = None if r.used_at is None else from_ms(r.used_at)
    return InvitationRow(
        r.code_hash, r.kind, r.role, r.area_id, r.invitee_id, r.learner_id, r.by, from_ms(r.made_at),
        from_ms(r.expires_at), r.tries, used_at, r.used_by,
    )  # fmt: skip
