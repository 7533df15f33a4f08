"""Rings whoever is to be rung: from rows that a commit has left to the push services' doors, and what they say back.

A knock is taken for a while before it is sent and ended afterwards, all that has come in by then in one transaction: a
crash in between sends it again, and two processes never send the same at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from bot.edge import guarded
from bot.knocks.client import may_be_silent
from bot.knocks.policy import knock as policy
from bot.knocks.policy.knock import PushAnswer
from bot.tutor.quiet_hours import QuietHours
from storage.conversations import subscriptions
from storage.conversations.records import DueKnock, KnockEnd, SubscriptionRow
from storage.engine.database import Database

EVERY_S = 5.0
AT_ONCE = 200  # knocks under way; beyond that only the urgent begin
TAKEN_FOR = timedelta(seconds=20)  # twice the patience with a service: then whoever took a knock is gone

log = logging.getLogger(__name__)


class Poster(Protocol):
    async def post(self, to: SubscriptionRow, message: bytes, now: datetime, *, urgent: bool) -> PushAnswer:
        """What the browser's push service makes of it."""


class Knocker:
    """`is_open` tells whether a page of this chat is open here; `title` stands above what is read."""

    def __init__(
        self,
        database: Database,
        poster: Poster,
        now: Callable[[], datetime],
        quiet: QuietHours,
        is_open: Callable[[str], bool],
        title: str,
        every_s: float = EVERY_S,
        failpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.database, self.poster, self.now, self.quiet = database, poster, now, quiet
        self.is_open, self.title, self.every_s, self.failpoint = is_open, title, every_s, failpoint
        self._woken = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[KnockEnd] = []
        self.elsewhere: Callable[[Collection[str]], Awaitable[set[str]]] | None = None
        """Where other processes have pages, too: of which of these chats one is open there."""
        self.answers: Counter[str] = Counter()
        """What became of knocks, by `PushAnswer.kind`."""

    def wake(self) -> None:
        """A knock has just been committed: do not wait for the next tick."""
        self._woken.set()

    async def run(self) -> None:
        """Take a step every `every_s` seconds, or as soon as woken, until cancelled: what is under way then is sent
        again by whoever comes next.
        """
        try:
            while True:
                self._woken.clear()
                await guarded(self.step, log, "ringing failed")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.every_s):
                        await self._woken.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def step(self) -> None:
        """Write down what has come of knocks, and send those that are due."""
        await self._write_down()
        now = self.now()
        due, read = await self.database.read(lambda c: subscriptions.waits(c, now))
        if read:
            await self.database.transact(lambda c: subscriptions.close_read(c, now))
        if due or read:
            await self._take(now)

    async def _take(self, now: datetime) -> None:
        room, until = AT_ONCE - len(self._tasks), now + TAKEN_FOR
        limit, urgent_only = room if room > 0 else AT_ONCE, room <= 0
        taken = await self.database.transact(
            lambda c: subscriptions.take_due(c, now, until, limit, urgent_only=urgent_only)
        )
        patient = [knock for knock in taken if self.elsewhere and policy.may_wait(knock, now)]
        for knock in taken:
            if knock not in patient:
                self._begin(knock, now, in_sight=self.is_open(knock.chat_id))
        if patient:
            self._run(self._look_elsewhere(patient, now))
        if len(taken) == limit or self._ends:
            self.wake()

    async def _look_elsewhere(self, knocks: Sequence[DueKnock], now: datetime) -> None:
        """Those who may be looking at a page of another process are rung once it is known."""
        away = {knock.chat_id for knock in knocks if not self.is_open(knock.chat_id)}
        in_sight = await self.elsewhere(away) if self.elsewhere else set()
        for knock in knocks:
            self._begin(knock, now, in_sight=knock.chat_id not in away or knock.chat_id in in_sight)
        if self._ends:
            self.wake()

    def _begin(self, knock: DueKnock, now: datetime, *, in_sight: bool) -> None:
        may_close = may_be_silent(knock.to.endpoint)
        end = policy.first(knock, now, self.quiet, in_sight=in_sight, may_close=may_close)
        if end is not None:
            self._ends.append(end)
        else:
            self._run(self._send(knock))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, knock: DueKnock) -> None:
        self.failpoint("before push")
        message = policy.payload(self.title, knock)
        try:
            answer = await self.poster.post(knock.to, message, self.now(), urgent=knock.urgent)
        except Exception:  # the edge of a unit of work: one browser's knock must not come again at once for ever
            log.exception("ringing failed")
            answer = PushAnswer("later", "fault")
        self.failpoint("after push")
        self.answers[answer.kind] += 1
        if answer.kind != "taken":
            told = {"host": urlsplit(knock.to.endpoint).hostname, "answer": answer.told, "tries": knock.tries}
            log.log(logging.ERROR if answer.ours else logging.INFO, "not rung", extra=told)
        self._ends.append(policy.after(knock, answer, self.now()))
        self.wake()

    async def _write_down(self) -> None:
        if ends := list(self._ends):
            await self.database.transact(lambda c: subscriptions.end(c, ends))
            del self._ends[: len(ends)]
