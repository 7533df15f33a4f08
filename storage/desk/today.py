"""What an officer's day begins with: who waits, who was asked and says nothing, who cannot be called, who is silent.

Each is read with a limit by an index: how many there are in a whole province is the reports' to count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true

from flows.profiles import KEEP_LOGS
from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms, to_ms
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.areas import below, is_whole, named
from storage.people.reach import rings

_r, _o, _p, _a = pairing_t.request.c, pairing_t.offer.c, people_t.person.c, people_t.area.c
_s, _i = conversations_t.session.c, people_t.identity.c


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A request that is not over; `helper_id` has it, or is asked ("" is nobody); at `due_at` it moves on if nobody
    acts."""

    request_id: str
    learner_id: str
    area: str
    kind: str
    state: str
    owner_kind: str
    helper_id: str
    since_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class OfferRow:
    """Somebody was asked to take a request and has not answered."""

    request_id: str
    instructor_id: str
    learner_id: str
    area: str
    kind: str
    made_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class QuietRow:
    """Somebody who cannot be called, or was not heard for long; `why` is away, page, nowhere or silent."""

    learner_id: str
    role: str
    area: str
    why: str
    seen_at: datetime | None


def waiting(connection: Connection, paths: Sequence[str], limit: int, *, strangers: bool = False) -> list[WaitingRow]:
    """Requests of these areas that are not over, the most urgent first, then by when they move on; with `strangers`
    those of people whose place nobody knows as well."""
    asked = pairing_t.offer.alias()
    query = (
        select(
            _r.request_id, _r.learner_id, func.coalesce(named(_a), ""), _r.kind, _r.state, _r.owner_kind,
            func.coalesce(asked.c.instructor_id, _r.owner_id, ""), _r.since_at, _r.due_at,
        )
        .join(people_t.person, _p.learner_id == _r.learner_id)
        .outerjoin(people_t.area, _a.area_id == _p.area_id)
        .outerjoin(asked, (asked.c.request_id == _r.request_id) & (asked.c.state == "open") & (_r.state == "offered"))
        .where(_r.state.in_(("waiting", "offered", "open")), _within(paths, strangers=strangers))
        .order_by(_r.priority, _r.due_at, _r.request_id)
        .limit(limit)
    )  # fmt: skip
    return [WaitingRow(*row[:7], from_ms(row[7]), from_ms(row[8])) for row in connection.execute(query)]


def offers(connection: Connection, paths: Sequence[str], limit: int) -> list[OfferRow]:
    """Offers to which nobody has said anything, those that lapse first first."""
    query = (
        select(
            _o.request_id, _o.instructor_id, _r.learner_id, func.coalesce(named(_a), ""), _r.kind, _o.made_at,
            _o.due_at,
        )
        .join(pairing_t.request, _r.request_id == _o.request_id)
        .join(people_t.person, _p.learner_id == _r.learner_id)
        .outerjoin(people_t.area, _a.area_id == _p.area_id)
        .where(_o.state == "open", _within(paths))
        .order_by(_o.due_at, _o.offer_id)
        .limit(limit)
    )  # fmt: skip
    return [OfferRow(*row[:5], from_ms(row[5]), from_ms(row[6])) for row in connection.execute(query)]


def unreached(connection: Connection, paths: Sequence[str], limit: int) -> list[QuietRow]:
    """Instructors and officers who cannot be called: who asks them is not heard. By area and name; of everywhere
    officers first, and of each role who has held it for longest."""
    role = people_t.role.c
    no_bell = and_(_s.channel.in_(tuple(KEEP_LOGS)), rings(role.learner_id) == 0)
    query = (
        select(role.learner_id, role.role, named(_a), _s.channel, func.coalesce(_i.away, False), _s.seen_at)
        .join(people_t.area, _a.area_id == role.area_id)
        .join(people_t.person, _p.learner_id == role.learner_id)
        .outerjoin(conversations_t.session, _s.learner_id == role.learner_id)
        .outerjoin(people_t.identity, and_(_i.channel == _s.channel, _i.chat_id == _s.chat_id))
        .where(role.state == "active", or_(_s.channel.is_(None), _i.away.is_(True), no_bell))
    )  # fmt: skip
    rows: list[Any] = []
    if is_whole(paths):  # in the order of an index: to sort them all by their areas takes a second
        for each in ("officer", "instructor"):
            of_role = query.where(role.role == each).order_by(role.at, role.learner_id)
            rows += connection.execute(of_role.limit(limit - len(rows)))
    else:
        there = select(_a.area_id).where(below(_a.path, paths))
        hers = query.where(role.role.in_(("instructor", "officer")), role.area_id.in_(there))
        rows += connection.execute(hers.order_by(_a.path, _p.order_key, role.learner_id).limit(limit))
    return [QuietRow(r[0], r[1], r[2], "away" if r[4] else "page" if r[3] else "nowhere", _maybe(r[5])) for r in rows]


def silent(connection: Connection, paths: Sequence[str], since: datetime, limit: int) -> list[QuietRow]:
    """Learners in a 1+1 who were not heard since then, the longest first: somebody is to ask after them."""
    pair = pairing_t.pairing.c
    query = (
        select(_p.learner_id, named(_a), _s.seen_at)
        .select_from(pairing_t.pairing)
        .join(people_t.person, _p.learner_id == pair.learner_id)
        .join(people_t.area, _a.area_id == _p.area_id)
        .join(conversations_t.session, _s.learner_id == pair.learner_id)
        .where(pair.state == "open", below(_a.path, paths), _s.seen_at < to_ms(since))
        .order_by(_s.seen_at, _p.learner_id)
        .limit(limit)
    )
    return [QuietRow(r[0], "learner", r[1], "silent", _maybe(r[2])) for r in connection.execute(query)]


def _within(paths: Sequence[str], *, strangers: bool = False) -> Any:
    """Whoever may look everywhere sees strangers too, whose place nobody knows.

    Within a ward its few areas lead to the people; of everywhere the few requests lead.
    """
    if "/" in paths or (strangers and is_whole(paths)):
        return true()
    inside = _p.area_id.is_not(None) if is_whole(paths) else below(_a.path, paths)
    return or_(_p.area_id.is_(None), inside) if strangers else inside


def _maybe(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)
