"""What two people write to one another, on its way: a row from being written to being said, no longer."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, exists, func, insert, or_, select

from storage.conversations import tables as conversations_t
from storage.pairing.tables import notice, pairing, relay, request


def put(connection: Connection, relay_id: str, line_id: str, from_id: str, body: str, at: int) -> None:
    """Keep one relayed message until it may be forgotten; `at` in ms."""
    connection.execute(
        insert(relay), {"relay_id": relay_id, "pairing_id": line_id, "from_id": from_id, "body": body, "at": at}
    )


def take(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Read relays that are about to be said; they are gone with this transaction, those of closed lines unread."""
    passes = exists().where(pairing.c.pairing_id == relay.c.pairing_id, pairing.c.state == "open")
    taken = exists().where(
        request.c.request_id == relay.c.pairing_id,
        request.c.state == "open",
        or_(request.c.learner_id == relay.c.from_id, request.c.owner_id == relay.c.from_id),
    )
    wanted = relay.c.relay_id.in_(sorted(ids))
    found = connection.execute(select(relay.c.relay_id, relay.c.body).where(wanted, or_(passes, taken))).all()
    connection.execute(delete(relay).where(wanted))
    return {row.relay_id: row.body for row in found}


def waiting_from(connection: Connection, line_id: str, from_id: str) -> int:
    """How many relays of this writer are not said yet."""
    mine = relay.c.pairing_id == line_id, relay.c.from_id == from_id
    return connection.scalar(select(func.count()).select_from(relay).where(*mine)) or 0


def drop(connection: Connection, line_id: str) -> None:
    """The line is closed: nothing more passes."""
    ids = select(relay.c.relay_id).where(relay.c.pairing_id == line_id)
    connection.execute(delete(notice).where(notice.c.about.in_(ids)))
    connection.execute(delete(relay).where(relay.c.pairing_id == line_id))


def lines_of(connection: Connection, person_id: str) -> list[str]:
    """The ids of everything that somebody may write by: what was taken first, then pairings, the oldest first."""
    requests = select(request.c.request_id, request.c.since_at).where(
        request.c.state == "open",
        request.c.owner_id.is_not(None),
        or_(request.c.learner_id == person_id, request.c.owner_id == person_id),
    )
    pairings = select(pairing.c.pairing_id, pairing.c.opened_at).where(
        pairing.c.state == "open", or_(pairing.c.learner_id == person_id, pairing.c.instructor_id == person_id)
    )
    return [
        row[0] for query in (requests, pairings) for row in sorted(connection.execute(query), key=lambda row: row[1])
    ]


def channel_of(connection: Connection, learner_id: str) -> str:
    """Where somebody is reached now; "" for who has no address."""
    query = select(conversations_t.session.c.channel).where(conversations_t.session.c.learner_id == learner_id)
    return connection.scalar(query) or ""
