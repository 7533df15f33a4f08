"""Who is chatted with on a channel that lets itself be written to for some time only."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, and_, bindparam, or_, select

from flows.profiles import PROFILES
from storage.conversations import tables as conversations_t
from storage.engine.rows import Row, many, padded
from storage.people import tables as people_t

_s, _i = conversations_t.session.c, people_t.identity.c
_BOUNDED = [
    or_(_s.channel == profile.id, _s.channel.startswith(f"{profile.id}:", autoescape=True))
    for profile in PROFILES
    if profile.window_s is not None
]
_WINDOWS = (
    select(_s.learner_id, _s.channel, _s.seen_at, _s.out_no, _s.state, _i.away)
    .join_from(conversations_t.session, people_t.identity, and_(_i.channel == _s.channel, _i.chat_id == _s.chat_id))
    .where(_s.learner_id.in_(bindparam("ids", expanding=True)), or_(*_BOUNDED))
)


def bounded(connection: Connection, learner_ids: Collection[str]) -> list[Row]:
    """Of these people those on such a channel: learner_id, channel, seen_at (ms), out_no, state, away."""
    return many(connection, _WINDOWS, ids=padded(sorted(learner_ids))) if learner_ids else []
