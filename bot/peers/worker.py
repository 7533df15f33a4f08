"""The processes on one database tell one another what they have committed; what is lost on the way is looked for.

Told after the commit, in payloads of PostgreSQL's NOTIFY. A process that hears its own beats hears the others' too;
where it does not, where a number is missing or somebody falls silent, it looks at what others may have changed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic

from bot.edge import guarded
from bot.errors import StorageError
from bot.peers.news import PeerNews
from bot.peers.policy.attendance import ALONE_S, BEAT_S, SILENT_S, Attendance
from storage.engine.database import Database
from storage.engine.notifying import Notifications

WATCH_S = 0.25
DEAF_LOOK_S = 1.0  # how often a process looks that hears nothing

log = logging.getLogger(__name__)


class Peers:
    """`called` is this process; `receive` is told what others have committed, `look` finds it where it was missed;
    `compare` awaits, with each beat, what the database's clock says."""

    def __init__(
        self,
        database: Database,
        url: str,
        called: str,
        receive: Callable[[PeerNews], None],
        look: Callable[[], Awaitable[None]],
        compare: Callable[[Awaitable[datetime]], Awaitable[object]],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self.called, self.receive, self.look, self.compare = called, receive, look, compare
        self.attendance = Attendance()
        self._notifications, self._seconds = Notifications(database, url, self.hear), seconds
        self._news, self._number = PeerNews(), 0
        self._woken = asyncio.Event()
        self._beat_at_s = self._looked_at_s = float("-inf")
        self._proved_s = seconds()
        self._missed = self._mute = self._deaf = False

    def tell(self, news: PeerNews) -> None:
        """This was committed. Where nobody else is there nothing is sent."""
        if news:
            self._news.add(news)
            self._woken.set()

    @property
    def is_deaf(self) -> bool:
        """Whether not even what this process tells itself comes back."""
        return self._seconds() - self._proved_s >= ALONE_S + SILENT_S

    async def run(self) -> None:
        """Tell, hear and look until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for work in (self._notifications.run(), self._tell(), self._watch()):
                tasks.create_task(work)

    async def close(self) -> None:
        """Tell what is left, and say goodbye: nobody need look for what might be missing. `run` has ended."""
        await self.step()
        with suppress(StorageError):
            await self._notifications.tell(self._payload(bye=True))

    # --- told ---

    async def _tell(self) -> None:
        while True:
            await guarded(self.step, log, "other processes not told")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._beat_in_s()):
                    await self._woken.wait()
            self._woken.clear()

    def _beat_in_s(self) -> float:
        return max(0.0, self._beat_at_s + (BEAT_S if self.attendance.heard else ALONE_S) - self._seconds())

    async def step(self) -> None:
        """Tell what was committed since, and beat where that is due."""
        news, self._news = self._news, PeerNews()
        bodies = list(news.bodies())
        try:
            if not self.attendance.heard:
                self._number += len(bodies)  # whoever comes meanwhile will see that something was before
            else:
                for body in bodies:
                    self._number += 1
                    await self._notifications.tell(self._payload(**body))
            if self._beat_in_s() <= 0:
                self._beat_at_s = self._seconds()
                await self.compare(self._notifications.beat(self._payload()))
        except StorageError as refused:  # the number tells the others that they have missed something
            if not self._mute:
                log.warning("other processes not told", extra={"reason": str(refused)[:200]})
            self._mute = True
        else:
            self._mute = False

    def _payload(self, **body: object) -> str:
        return json.dumps({"from": self.called, "no": self._number, **body}, separators=(",", ":"))

    # --- heard ---

    def hear(self, payload: str) -> None:
        """Take what somebody has told; nonsense is passed over."""
        try:
            body = json.loads(payload)
            process, number, news = str(body["from"]), int(body["no"]), PeerNews.read(body)
        except (ValueError, TypeError, KeyError):
            return
        if process == self.called:
            self._proved_s = self._seconds()
        elif body.get("bye"):
            self.attendance.leave(process)
        else:
            if process not in self.attendance.heard:  # it is to know of us at once
                self._beat_at_s = float("-inf")
                self._woken.set()
            self._missed |= self.attendance.take(process, number, self._seconds(), is_beat=not news)
            self.receive(news)

    async def _watch(self) -> None:
        while True:
            await guarded(self.look_where_missed, log, "others' commits not looked for")
            await asyncio.sleep(WATCH_S)

    async def look_where_missed(self) -> None:
        """Look at what others may have changed, where not everything of it was heard."""
        now_s = self._seconds()
        self._missed |= bool(self.attendance.silent(now_s))
        if self.is_deaf != self._deaf:
            self._deaf = self._missed = not self._deaf
            if self._deaf:
                log.warning("other processes not heard")
            else:
                log.info("other processes heard again")
        if self._missed or (self._deaf and now_s - self._looked_at_s >= DEAF_LOOK_S):
            self._missed, self._looked_at_s = False, now_s
            await self.look()
