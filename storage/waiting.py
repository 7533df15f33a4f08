"""How much waits where, in a handful of statements that read what waits and nothing else: never a whole table of
answers or people, however long the tutor has been used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, false, func, literal, literal_column, select

from storage.conversations import recordings
from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms, to_ms
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t

_o, _i = conversations_t.outbox.c, people_t.identity.c
_r, _n = pairing_t.request.c, pairing_t.notice.c
_s, _b = conversations_t.session.c, conversations_t.subscription.c
LIVE = ("waiting", "offered", "open")
"""States of requests that are not over."""


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many of a kind wait, and since when the longest of them.

    `what` is outbox (`of` its channel), kept (likewise, but its reader has to write first), requests (`of` kind and
    state: "help/waiting"), timers and notices and knocks that are due, voice messages to be listened to.
    """

    what: str
    of: str
    count: int
    oldest: datetime | None


def waiting(connection: Connection, now: datetime) -> list[WaitingCount]:
    """All that waits at this moment; kinds of which nothing does are left out but for those without an `of`."""
    found = (row for query in _queries(now) for row in connection.execute(query))
    rows = [WaitingCount(what, of, count, _instant(oldest)) for what, of, count, oldest in found]
    voices = recordings.waiting(connection)
    return [*rows, WaitingCount("voices", "", len(voices), voices[0].at if voices else None)]


def _queries(now: datetime) -> Iterator[Select[Any]]:
    at = to_ms(now)
    what = case((func.coalesce(_i.away, false()), literal_column("'kept'")), else_=literal_column("'outbox'"))
    reader = and_(_i.channel == _o.channel, _i.chat_id == _o.chat_id)
    messages = select(what, _o.channel, func.count(), func.min(_o.at)).outerjoin(people_t.identity, reader)
    yield messages.group_by(what, _o.channel)
    kind = _r.kind + "/" + _r.state
    yield (
        select(literal("requests"), kind, func.count(), func.min(_r.since_at)).where(_r.state.in_(LIVE)).group_by(kind)
    )
    yield _due("timers", _s.due_at, _s.due_at <= at)
    yield _due("notices", _n.due_at, and_(_n.urgent == 1, _n.due_at <= at))
    yield _due("knocks", _b.knock_at, and_(_b.knock_at <= at, _b.text != ""))


def _due(what: str, column: Any, where: Any) -> Select[Any]:
    return select(literal(what), literal(""), func.count(), func.min(column)).where(where)


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
