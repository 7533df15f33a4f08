"""What time brings: timers that are due, people and update ids that have expired, the sign of life."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.channels.base import Inner, Submit, Update
from bot.conversation.batch import INNER
from bot.conversation.notices import updates
from bot.edge import guarded
from bot.pairing.service import DUE, Pairings
from bot.scheduler.steady import Steady
from bot.tutor import state_codec
from bot.tutor.privacy import UNDO
from bot.tutor.quiet_hours import QuietHours
from flows import RunCorrupt
from storage import pruning
from storage.conversations import expiry, joins, outbox, web_log
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms
from storage.engine.slices import Slices
from storage.pairing.pairings import due_notices
from storage.people import invitations, invitees
from storage.unheard import unheard

ROUNDS = "rounds"
"""What one process of a database does by the clock: timers, notices, deadlines, matching, sweeping."""

EVERY_S = 5.0  # reminders are counted in minutes and days
DUE_AT_ONCE = 100
TOLD_AT_ONCE, TURNS = 20, 100
"""Notices in one batch at most; batches, and slices of deadlines, before the rest has its turn."""
SWEEP_EVERY = timedelta(hours=1)
MOMENT = timedelta(minutes=1)  # so long nothing is done by a clock that has jumped; nothing is deleted by it for a day
SWEEP_SLICE = 50  # rows a transaction at most
FAREWELLS_EVERY, CHATS_AT_ONCE = timedelta(days=1), 500
KEEP_UNCONSENTED = timedelta(days=30)  # of whoever has not agreed to more
KEEP_CAME_BY = timedelta(days=3)  # who opened the page and answered nothing: mostly nobody
KEEP_BROKEN_IMPORT = timedelta(days=1)  # names that nobody sees and the next import would throw away
KEEP_RELAYED = timedelta(days=1)  # what one wrote to another stays on a page that never answers, at the most
KEEP_INBOX = timedelta(days=14)  # Telegram delivers for 24 h; a page may send again what was typed offline for days
KEEP_UNHEARD = timedelta(days=30)  # what was not understood and given to the editors
KEEP_UNSENT = timedelta(days=14)  # what waits for a word of somebody to whom the provider lets nobody write

T = TypeVar("T")

log = logging.getLogger(__name__)


class Ticker:
    def __init__(
        self,
        database: Database,
        submit: Submit,
        now: Callable[[], datetime],
        quiet: QuietHours,
        beat: Callable[[], Awaitable[None]],
        every_s: float = EVERY_S,
        pairings: Pairings | None = None,
        steady: Steady | None = None,
        slices: Callable[[asyncio.Lock, int, int], Slices] = Slices,
    ) -> None:
        self.database = database
        self.submit = submit
        self.now = now
        self.quiet = quiet
        self.beat = beat
        self.every_s = every_s
        self.pairings = pairings
        self.steady = steady
        self.leads: Callable[[], bool] = lambda: True
        """Whether this process makes the rounds by the clock; all do what their own commits have brought."""
        self._swept_at: datetime | None = None
        self._farewells_at: datetime | None = None
        self._matched_at: datetime | None = None
        self._woken = asyncio.Event()
        self._told, self._due = slices(database.lane, 5, TOLD_AT_ONCE), slices(database.lane, 2, DUE)

    def wake(self) -> None:
        """Something has just been committed that others are to hear of: do not wait for the next tick."""
        self._woken.set()

    async def run(self) -> None:
        """Take a step every `every_s` seconds, or as soon as woken, until cancelled; matching goes on beside it."""
        matching: asyncio.Task[bool] | None = None
        try:
            while True:
                is_woken = self._woken.is_set()
                self._woken.clear()
                await guarded(self.step if is_woken or self.leads() else self.beat, log, "tick failed")
                is_free = matching is None or matching.done()  # it may take minutes: nobody who cries waits for it
                if is_free and self.leads():
                    matching = asyncio.create_task(guarded(self.match, log, "matching failed"))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.every_s):  # wait_for loses a stop that comes with a wake
                        await self._woken.wait()
        finally:
            if matching is not None:
                matching.cancel()
                await asyncio.gather(matching, return_exceptions=True)

    async def step(self) -> None:
        """Wipe what was deleted, tell people, fire what is due, see to requests whose time is up; once an hour forget
        what has expired."""
        if self.database.unscrubbed:
            await guarded(self.database.scrub, log, "not wiped")
        doubt = await self.steady.look() if self.steady else None
        if doubt is not None and doubt < MOMENT:
            return  # one odd reading is no reason to remind everybody
        await self.tell()
        await self.fire()
        await self.see_to_requests()
        await self.beat()
        now = self.now()
        is_due = self._swept_at is None or abs(now - self._swept_at) >= SWEEP_EVERY
        if is_due and doubt is None and self.leads():
            self._swept_at = now
            await self.sweep()

    async def fire(self) -> int:
        """Hand every timer that is due to the intake as an update of the channel `inner`.

        Who may be spoken to at this hour the conversation decides: it alone knows whose timer is about safety.
        """
        now = self.now()
        rows = await self.database.read(lambda connection: expiry.due(connection, now, DUE_AT_ONCE))
        updates = [_due(learner_id, state, due_at, now) for learner_id, state, due_at in rows]
        await self.submit(updates)
        return len(updates)

    async def tell(self) -> int:
        """Hand what somebody is to hear to the intake, the urgent first; at night only that.

        Where thousands are to hear something, a few at a time, and not all of them before timers and deadlines have had
        their turn.
        """
        told, now = 0, self.now()
        for _ in range(TURNS):
            async with self._told as size:
                read = partial(due_notices, now=to_ms(now), limit=size, urgent_only=self.quiet.holds(now))
                rows = await self.database.read(read)
                await self.submit(updates(rows, now))
            told += len(rows)
            if len(rows) < size:
                return told
        self.wake()
        return told

    async def see_to_requests(self) -> None:
        """Offers and requests of which a deadline is over."""
        acted = False
        for _ in range(TURNS if self.pairings else 0):
            async with self._due as size:
                found = await self.pairings.tick(to_ms(self.now()), size) if self.pairings else 0
            if not found:
                break
            acted = True
        if acted:
            self.wake()
            await self.tell()

    async def match(self) -> None:
        """Once an hour by day all who wait are matched anew; who is told of it is told by the next step."""
        now = self.now()
        is_due = self._matched_at is None or abs(now - self._matched_at) >= SWEEP_EVERY
        if self.pairings is None or not is_due or self.quiet.holds(now):
            return
        self._matched_at = now
        if (await self.pairings.sweep(lambda: to_ms(self.now()), gently=True)).offered:
            self.wake()

    async def sweep(self) -> None:
        """Delete what its time has come for: people without consent, page logs without an owner, joins, invitations,
        imports broken off, handled updates; in slices."""
        now = self.now()
        people, came_by, ids = now - KEEP_UNCONSENTED, now - KEEP_CAME_BY, now - KEEP_INBOX
        learners = await self.database.read(lambda c: expiry.expired_people(c, people, came_by))
        await self._in_slices(learners, lambda some, c: expiry.expire_people(c, some, people, came_by))
        if self._farewells_at is None or abs(now - self._farewells_at) >= FAREWELLS_EVERY:
            self._farewells_at = now
            await self._drop_farewells(people)
        while await self.database.transact(lambda c: joins.expire(c, now - UNDO, SWEEP_SLICE)) == SWEEP_SLICE:
            pass
        while await self.database.transact(lambda c: invitations.expire(c, people, SWEEP_SLICE)) == SWEEP_SLICE:
            pass
        broken_off = now - KEEP_BROKEN_IMPORT
        while await self.database.transact(lambda c: invitees.drop_unfinished(c, broken_off, SWEEP_SLICE)):
            pass
        read = now - KEEP_RELAYED
        while await self.database.transact(lambda c: web_log.erase_relayed(c, read, SWEEP_SLICE)) == SWEEP_SLICE:
            pass
        await pruning.drop_old(self.database, pruning.INBOX, ids)
        kept = now - KEEP_UNSENT
        while await self.database.transact(lambda c: outbox.expire_kept(c, kept, SWEEP_SLICE)) == SWEEP_SLICE:
            pass
        month = now - KEEP_UNHEARD
        while await self.database.transact(lambda c: unheard.expire(c, month, SWEEP_SLICE)) == SWEEP_SLICE:
            pass
        await self.database.scrub()

    async def _drop_farewells(self, before: datetime) -> None:
        """What was said last to whoever is nobody any more; all web conversations are walked through."""
        after: str | None = ""
        while after is not None:
            some = await self.database.read(partial(web_log.chats, after=after, limit=CHATS_AT_ONCE))
            lines = await self.database.read(partial(web_log.ownerless_logs, before=before, chat_ids=some))
            await self._in_slices(lines, lambda of_them, c: web_log.expire_logs(c, of_them))
            after = some[-1] if len(some) == CHATS_AT_ONCE else None

    async def _in_slices(self, found: Sequence[T], forget: Callable[[Sequence[T], Connection], None]) -> None:
        """A transaction a slice: updates get in between."""
        slices = Slices(self.database.lane, 5, SWEEP_SLICE)
        await slices.through(found, lambda some: self.database.transact(partial(forget, some)))


def _due(learner_id: str, state: str, due_at: int, now: datetime) -> Update:
    """`update_id` carries the timer, so it fires once however often it is found."""
    try:
        run = state_codec.load(state).open_run
        wait_id = run.wait_id if run else ""
    except RunCorrupt:
        wait_id = ""
    return Update(INNER, f"due:{learner_id}:{due_at}:{wait_id}", learner_id, Inner("due", wait_id), now)
