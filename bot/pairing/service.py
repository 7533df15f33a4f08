"""Requests for a human, from asking to being answered: load, let the policies decide, save; one transaction each.

Nobody else's conversation is touched: what is to be said to whom becomes a row of `notice`, due when that person may be
spoken to, and arrives as an update of the channel `inner`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import inf
from typing import Any, TypeVar

from bot.channels.base import Notice
from bot.pairing import union_number, waits
from bot.pairing.policy import happenings, staff, ticking
from bot.pairing.policy.candidates import nearness
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import (
    OFFICER,
    PROVINCE,
    Learner,
    Notification,
    PairingNote,
    PairingRules,
    Request,
    RequestKind,
)
from bot.pairing.policy.pool import Pool
from bot.pairing.policy.work import BUTTONS, PairingWork
from bot.pairing.sql_ledger import SqlLedger, read_instructor, read_request
from bot.people.hooks import PairingHooks
from bot.tutor import notices
from bot.tutor.turn import TurnContext
from bot.tutor.waits import PendingMatter
from flows import events as ev
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.engine.slices import Slices
from storage.pairing import availability
from storage.pairing import pairings as kept
from storage.pairing import queue as waiting
from storage.pairing.records import NoticeRow

T = TypeVar("T")

READ, SLICE, DUE = 300, 60, 5
"""Requests of a sweep looked at, and written in one transaction, at the most; requests whose time is up, dealt with in
one."""

LOOK_S = 0.005  # reading and matching beside people who chat: no writer is held, only the attention of the process
NEVER = 1_000_000  # times the young are collected before the old are


@dataclass(frozen=True, slots=True)
class PairingContext:
    """What the pairing needs of the outside: rules, the clock of days and nights, ids, pseudonyms."""

    rules: PairingRules
    clock: Clock
    new_id: Callable[[], str]
    pseudonym: Callable[[str], str] = lambda person: person


def within(
    connection: Connection,
    world: PairingContext,
    actor: str,
    now: datetime | int,
    event: Callable[[PairingWork], T],
    turn: TurnContext | None = None,
) -> T:
    """Let one event happen inside a transaction that is already open: an update's, or one of ours.

    What is said to whoever's `turn` it is is said there at once; everybody else is told by a notice.
    """
    kept.lock(connection)
    at = now if isinstance(now, int) else to_ms(now)
    ledger = SqlLedger(connection, world.clock, world.pseudonym)
    work = PairingWork(ledger, world.rules, world.clock, at, world.new_id, actor)
    result = event(work)
    ledger.save()
    here = turn.person.learner_id if turn else ""
    if turn is not None:
        for tell in work.tells:
            if tell.to == here and not tell.digest:
                notices.answer_with(turn, Notice(tell.phrase, tell.values, tell.buttons, about=tell.about))
    others = [tell for tell in work.tells if tell.to != here or tell.digest]
    kept.add_notices(connection, (_notice(world.new_id(), work.now, tell, no) for no, tell in enumerate(others)))
    return result


def _notice(some_id: str, now: int, tell: Notification, no: int = 0) -> NoticeRow:
    """A notification as a row, its id made of the time and the place in the turn: that is the order it is said in."""
    notice_id = f"{now:014d}.{no:03d}.{some_id}"
    return NoticeRow(
        notice_id,
        tell.to,
        tell.phrase,
        tell.values,
        now,
        tell.at,
        dict(tell.buttons),
        tell.about,
        tell.digest,
        tell.urgent,
    )


class Pairings:
    """Pairing events, each in a transaction of its own: for the ticker, officers' commands, the web."""

    def __init__(self, database: Database, world: PairingContext) -> None:
        self.database = database
        self.world = world

    async def happens(self, actor: str, now: int, event: Callable[[PairingWork], T]) -> T:
        """One event by `actor` at `now` (ms), with everything that follows of it; what the event returned."""
        return await self.database.transact(lambda connection: within(connection, self.world, actor, now, event))

    async def ask(self, learner_id: str, kind: RequestKind, now: int, **about: Any) -> Request | None:
        return await self.happens(learner_id, now, lambda work: happenings.ask(work, learner_id, kind, **about))

    async def accept(self, instructor_id: str, offer_id: str, now: int) -> bool:
        return await self.happens(instructor_id, now, lambda work: happenings.accept(work, offer_id))

    async def tick(self, now: int, limit: int = DUE) -> int:
        """Deal with what is due, a few in one transaction; how many there were."""

        def work(connection: Connection) -> int:
            kept.lock(connection)
            found = kept.due(connection, now, limit)
            for request_id in found:
                within(connection, self.world, "", now, partial(_tick, request_id))
            return len(found)

        if not await self.database.read(lambda connection: kept.due(connection, now, 1)):
            return 0  # the usual case takes no writer
        return await self.database.transact(work)

    async def sweep(self, now: Callable[[], int], *, gently: bool = False) -> Sweep:
        """Match all who wait, in slices; what is found is visible after each, and at night it stops.

        `gently`: in small steps, which leave most of the time to people who chat meanwhile.
        """
        sweep = Sweep(self.database, self.world, now, gently=gently)
        often = gc.get_threshold()
        # Else the collector walks through all who teach again and again: each time nobody is answered for 100 ms.
        gc.set_threshold(*often[:2], NEVER)
        try:
            await sweep.load()
            while await sweep.step():
                pass
        finally:
            gc.set_threshold(*often)
        return sweep


def _tick(request_id: str, work: PairingWork) -> None:
    ticking.tick(work, request_id)


class Sweep:
    """One pass over everybody who waits, the first first. Instructors are held in memory, learners pass by in slices.

    Each slice is written in a transaction of its own that looks again: whoever was served or filled since is left out
    and comes again with the next sweep.
    """

    def __init__(
        self, database: Database, world: PairingContext, clock: Callable[[], int], *, gently: bool = False
    ) -> None:
        self.database, self.world, self.clock, self.now = database, world, clock, clock()
        lane = database.lane
        if gently:
            self.looks, self.writes = Slices(lane, 25, READ, aim_s=LOOK_S), Slices(lane, 5, SLICE)
        else:
            self.looks, self.writes = (Slices(lane, most, most, aim_s=inf, rest=0) for most in (READ, SLICE))
        self.pool = Pool(world.clock)
        self.after: tuple[int, int, str] | None = None
        self.seen = self.offered = 0

    async def load(self) -> None:
        """Read in slices whoever has a place left; and put who waits where an instructor looks for learners."""
        while lines := await self.database.read(partial(waiting.misplaced, limit=SLICE)):
            await self.database.transact(partial(waiting.requeue, lines=lines))
        after, size, rows = "", 0, list[Row]()
        while len(rows) == size:
            async with self.looks as size:
                rows = await self.database.read(partial(availability.instructors, after=after, limit=size, roomy=True))
                for row in rows:
                    if (known := read_instructor(row)) and known.active and known.agreed:
                        self.pool.put(known, row["taken"], self.now)
            after = rows[-1]["learner_id"] if rows else after

    async def step(self) -> bool:
        """One slice; False when nobody else waits, nobody has a place left, or night has come."""
        self.now = self.clock()
        if self.world.clock.is_quiet(self.now) or not self.pool:
            return False
        async with self.looks as size:
            rows, tried = await self.database.read(partial(self._read, size=size))
            found = [each for row in rows if (each := self._match(row, tried[row["request_id"]]))]
        await self.writes.through(found, lambda some: self.database.transact(partial(self._write, found=some)))
        if rows:
            self.after = rows[-1]["priority"], rows[-1]["since_at"], rows[-1]["request_id"]
        self.seen += len(rows)
        return len(rows) == size

    def _match(self, row: Row, tried: Collection[str]) -> tuple[Request, Learner, str] | None:
        learner = Learner(row["learner_id"], row["name"], row["path"], row["lang"], area=row["area"])
        best = self.pool.best(learner, row["topic"], tried, self.now)
        request = read_request(row) if best else None
        if request is None or best is None:
            return None
        self.pool.served(best.learner_id, self.pool.load(best.learner_id) + 1, self.now)
        return request, learner, best.learner_id

    def _read(self, connection: Connection, size: int) -> tuple[list[Row], dict[str, set[str]]]:
        rows = waiting.waiting(connection, self.after, size)
        return rows, waiting.tried_of(connection, {row["request_id"]: row["learner_id"] for row in rows})

    def _write(self, connection: Connection, found: Sequence[tuple[Request, Learner, str]]) -> None:
        kept.lock(connection)
        world, now = self.world, self.now
        still = waiting.still_waiting(connection, [request.request_id for request, _, _ in found])
        free = waiting.free_of(connection, {who for _, _, who in found}, now)
        due = world.clock.after(now, world.rules.offer)
        offers, requests, tells, events = [], [], [], []
        counts: dict[str, int] = {}
        for request, learner, who in found:
            known = self.pool.known(who)
            if request.request_id not in still or who not in free or known is None:
                continue
            request = replace(request, **still[request.request_id])
            place = counts.get(who, int(free[who]["taken"]))
            if place >= free[who]["capacity"]:
                continue
            up_at = world.clock.after(request.since_at, world.rules.request)
            if up_at <= now and request.width < OFFICER:
                continue  # it has lasted too long: the tick calls the officer first
            counts[who] = place + 1
            offer_id = world.new_id()
            offers.append(
                {"offer_id": offer_id, "request_id": request.request_id, "instructor_id": who, "state": "open",
                 "made_at": now, "due_at": due, "settled_at": None, "reserves": 1}
            )  # fmt: skip
            requests.append(_offered(request, who, min(nearness(known.path, learner.path), PROVINCE), due, up_at))
            values = {
                "ten_hv": learner.name,
                "vai_hv": "role_learner",
                "khu": learner.area,
                "han": world.clock.say(due),
            }
            values |= {"bai": request.lesson, "buoc": request.step, "lan": str(request.tries)}
            tells.append(_offer_tell(who, "offer_lesson" if request.lesson else "offer_pair", offer_id, values, now))
            tells.append(Notification(learner.learner_id, "pair_asked", now, {}, (), request.request_id))
            events.append(PairingNote(now, "", "offered", request.request_id, "", {"to": who, "offer": offer_id}))
        served = [
            {"id": who, "new_taken": count, "new_ratio": count / free[who]["capacity"],
             "new_free": int(count < free[who]["capacity"]), "new_last_served_at": now}
            for who, count in sorted(counts.items())
        ]  # fmt: skip
        waiting.sweep_write(connection, offers, requests, served)
        kept.add_notices(connection, (_notice(world.new_id(), now, tell) for tell in tells))
        kept.add_events(connection, (_event(note, world) for note in events))
        self.offered += len(offers)


def _offered(request: Request, who: str, width: int, due: int, up_at: int) -> dict[str, Any]:
    """What changes of a request that is put before somebody: see `PairingWork.make_offer`."""
    if request.width >= OFFICER:
        owner = {"new_owner_kind": request.owner_kind, "new_owner_id": request.owner_id or None}
        return {"id": request.request_id, "new_state": "offered", **owner, "new_width": request.width,
                "new_due_at": request.due_at}  # fmt: skip
    return {"id": request.request_id, "new_state": "offered", "new_owner_kind": "instructor", "new_owner_id": who,
            "new_width": width, "new_due_at": min(due, up_at)}  # fmt: skip


def _offer_tell(who: str, phrase: str, offer_id: str, values: dict[str, str], now: int) -> Notification:
    return Notification(who, phrase, now, values, BUTTONS[phrase](offer_id), offer_id)


def _event(note: PairingNote, world: PairingContext) -> dict[str, Any]:
    detail = {"to": world.pseudonym(note.detail["to"]), "offer": note.detail["offer"]}
    return {"at": note.at, "by": "", "what": note.what, "request_id": note.request_id, "pairing_id": None,
            "detail": kept.to_json(detail)}  # fmt: skip


class Hooks(PairingHooks):
    """What the conversation's services tell the pairing, in their own transaction."""

    def __init__(self, world: PairingContext) -> None:
        self.world = world

    def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        within(connection, self.world, "", now, lambda work: staff.suspend(work, learner_id, why))

    def instructor_changed(self, connection: Connection, learner_id: str, now: datetime) -> None:

        def event(work: PairingWork) -> None:
            availability.refresh(connection, learner_id)
            if me := work.ledger.instructor(learner_id):
                staff.changed(work, me)
                if me.paused_until_at > work.now:
                    staff.pause(work, learner_id, me.paused_until_at)

        within(connection, self.world, learner_id, now, event)

    def reach_changed(self, connection: Connection, learner_id: str, now: datetime, *, away: bool) -> None:
        event = staff.away if away else staff.there_again
        within(connection, self.world, "", now, lambda work: event(work, learner_id))

    def officer_gone(self, connection: Connection, learner_id: str, now: datetime) -> None:
        within(connection, self.world, "", now, lambda work: staff.officers_changed(work, learner_id))

    def confirmed(
        self, connection: Connection, learner_id: str, role: str, now: datetime, *, unasked: bool = False,
        again: bool = False,
    ) -> None:  # fmt: skip

        def event(work: PairingWork) -> None:
            availability.refresh(connection, learner_id)
            happenings.confirmed(work, learner_id)
            learner = work.ledger.learner(learner_id)
            if role == "learner" and unasked and learner is not None:
                work.tell(learner_id, "member_welcome", khu=learner.area)
            if role == "instructor":
                if unasked:
                    work.tell(learner_id, "teach_again" if again else "teach_welcome")
                staff.resume(work, learner_id)
            if role == "officer":
                staff.officer_there(work, learner_id)

        within(connection, self.world, "", now, event)

    def become_one(self, connection: Connection, stays: str, goes: str, now: datetime) -> None:
        """End what two persons cannot both keep as one: a pairing or request with each other, a second pairing."""

        def event(work: PairingWork) -> None:
            of_hers = {stays: work.ledger.pairing_of(stays), goes: work.ledger.pairing_of(goes)}
            for who, other in ((goes, stays), (stays, goes)):
                guide = of_hers[who]
                asks_other = any(each.owner_id == other for each in work.ledger.requests_of(who))
                asked = any(
                    (mine := work.ledger.offer_for(each.request_id)) and mine.instructor_id == other
                    for each in work.ledger.requests_of(who)
                )
                twice = who == goes and all(of_hers.values())
                if asks_other or asked or twice or (guide and guide.instructor_id == other):
                    staff.learner_leaves(work, who)

        within(connection, self.world, "", now, event)

    def wants_to_guide(self, connection: Connection, learner_id: str, now: datetime) -> bool:

        def event(work: PairingWork) -> bool:
            learner = work.ledger.learner(learner_id)
            officer = work.post(learner)[1] if learner else ""
            if learner and officer:
                work.tell(officer, "officer_applicant", learner_id, ten_hv=learner.name, khu=learner.area)
            return bool(officer)

        return within(connection, self.world, "", now, event)

    def waiting(self, connection: Connection, turn: TurnContext) -> Sequence[PendingMatter]:
        return waits.waiting(connection, turn)

    def lesson_finished(self, connection: Connection, turn: TurnContext, event: ev.RunEnded) -> None:
        me = turn.person.learner_id
        pairing = kept.pairing_of(connection, me)
        if pairing is None:
            return

        def tell(work: PairingWork) -> None:
            who = pairing["instructor_id"]
            work.report(who, "crew_finished", pairing["pairing_id"], ten_hv=turn.person.name, bai=event.lesson)

        within(connection, self.world, me, turn.universe.now, tell)

    def help_requested(self, connection: Connection, turn: TurnContext, event: ev.HelpRequested) -> None:
        union_number.tell(connection, turn)
        kind: RequestKind = "safety" if event.need == "safety" else "help"
        self._ask(connection, turn, kind, event.lesson, event.version, event.step, event.tries, event.topic)

    def pairing_wished(self, connection: Connection, turn: TurnContext, event: ev.PairingWished) -> None:
        self._ask(connection, turn, "pair", event.lesson, event.version, event.step)

    def _ask(
        self, connection: Connection, turn: TurnContext, kind: RequestKind, lesson: str, version: int, step: str,
        tries: int = 0, topic: str = "",
    ) -> None:  # fmt: skip
        me, tried = turn.person.learner_id, tries if turn.agreed else 0
        at = partial(happenings.ask, topic=topic, lesson=lesson, version=version, step=step, tries=tried)
        event = partial(at, learner_id=me, kind=kind)
        within(connection, self.world, me, turn.universe.now, event, turn)

    def learner_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        within(connection, self.world, "", now, lambda work: staff.learner_leaves(work, learner_id))
