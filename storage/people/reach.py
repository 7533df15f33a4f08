"""Whether a person can be reached while nothing is open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select

from storage.conversations import tables as conversations_t
from storage.desk.tables import desk_session
from storage.people import tables as people_t

_s, _i = conversations_t.subscription.c, people_t.identity.c

AT_IDENTITY = and_(_i.channel == _s.channel, _i.chat_id == _s.chat_id)
"""A browser stands at the address of this identity."""


def looked_at(learner_id: Any) -> Any:
    """When a page of a person that rings was looked at last (ms), as a column of a query; NULL where none rings."""
    return select(func.max(_s.seen_at)).where(AT_IDENTITY, _i.learner_id == learner_id).scalar_subquery()


def at_desk(learner_id: Any) -> Any:
    """When a browser of a person was seen at the desk last (ms, to the minute), as a column; NULL where none is in."""
    mine = desk_session.c.learner_id == learner_id
    return select(func.max(desk_session.c.seen_at)).where(mine).scalar_subquery()


def rings(learner_id: Any) -> Any:
    """How many browsers of a person can be rung, as a column of a query."""
    return select(func.count()).where(AT_IDENTITY, _i.learner_id == learner_id).scalar_subquery()
