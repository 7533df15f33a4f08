"""From the channels to the database: whatever has arrived while the last transaction ran goes into the next one."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol

from bot.channels.base import Text, Update
from bot.conversation.batch import Conversation, Settled
from bot.conversation.effects import Effects
from bot.counting import Spread
from bot.errors import StorageUnavailable
from flows import mask
from flows.words.nouns import SPARE

MAX_BATCH = 200  # updates in one transaction: about 20 ms of the writer on SQLite
BATCH_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
MAX_TRIES = 3  # how often an update that fails alone is tried before it is set aside

log = logging.getLogger(__name__)


class SettledSource(Protocol):
    """Whoever knows which messages have left (the senders together)."""

    def settled(self) -> Settled:
        """Which outgoing messages have been dealt with since."""

    def forget(self, settled: Settled) -> None:
        """Take note that these have been stored as settled."""


Publish = Callable[[Effects], None]


class Intake:
    """`submit` waits until what it was given is committed; `publish` is told of every committed batch."""

    def __init__(
        self,
        conversation: Conversation,
        publish: Publish,
        senders: SettledSource,
        failpoint: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`failpoint` is told each point where a crash would hurt most; the crash tests hand in one that kills. `clock`
        tells seconds.
        """
        self.conversation = conversation
        self.publish = publish
        self.senders = senders
        self.failpoint = failpoint
        self.handled = 0
        self.by_channel: Counter[str] = Counter()  # of those handled
        self.set_aside = 0
        self.batches = Spread(BATCH_BOUNDS_S)
        self._seconds = clock
        self._waiting: list[tuple[Sequence[Update], asyncio.Future[None]]] = []
        self._since: dict[asyncio.Future[None], float] = {}  # when each that is not committed yet was handed in
        self._arrived = asyncio.Event()
        self._closing = False

    async def submit(self, updates: Sequence[Update]) -> None:
        """Raises StorageUnavailable when nothing was kept: the provider must deliver again."""
        if not updates:
            return
        if self._closing:
            raise StorageUnavailable("shutting down")
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((updates, done))
        self._since[done] = self._seconds()
        self._arrived.set()
        try:
            await done
        finally:
            del self._since[done]

    @property
    def waits_s(self) -> float:
        """For how many seconds the oldest update has waited that is not committed yet; 0 when none waits."""
        first = next(iter(self._since.values()), None)
        return 0.0 if first is None else self._seconds() - first

    async def run(self) -> None:
        """Work until closed and empty."""
        while self._waiting or not self._closing:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self.step()

    async def step(self) -> None:
        """Handle one batch of what is waiting."""
        taken, size = 0, 0
        for updates, _ in self._waiting:
            if taken and size + len(updates) > MAX_BATCH:
                break
            taken, size = taken + 1, size + len(updates)
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        fault: Exception | None = None
        try:
            await self._handle([update for updates, _ in batch for update in updates])
        except StorageUnavailable as away:
            fault = away
        except Exception as unexpected:  # the edge of a unit of work: whoever submitted must not wait for ever
            log.exception("intake failed")
            fault = StorageUnavailable(f"{type(unexpected).__name__}")
        for _, done in batch:
            if done.done():
                continue
            if fault is None:
                done.set_result(None)
            else:
                done.set_exception(fault)

    async def close(self) -> None:
        """Take nothing new; `run` ends once what waits is done."""
        self._closing = True
        self._arrived.set()

    async def _handle(self, updates: Sequence[Update], tries: int = 1) -> None:
        settled, begun_s = self.senders.settled(), self._seconds()
        try:
            effects = await self.conversation.handle(updates, settled)
        except StorageUnavailable:
            raise
        except Exception:  # the edge of a unit of work: find the one update that cannot be handled
            log.exception("batch failed", extra={"updates": [f"{u.channel}:{u.update_id}" for u in updates][:10]})
            await self._halve(updates, tries)
            return
        self.failpoint("after commit")
        self.senders.forget(settled)
        self.batches.add(self._seconds() - begun_s)
        self.handled += len(updates)
        for update in updates:
            self.by_channel[update.channel] += 1
        self.publish(effects)

    async def _halve(self, updates: Sequence[Update], tries: int) -> None:
        if len(updates) > 1:
            middle = len(updates) // 2
            await self._handle(updates[:middle])
            await self._handle(updates[middle:])
        elif tries < MAX_TRIES:
            await self._handle(updates, tries + 1)
        else:
            self.set_aside += 1
            self.publish(await self.conversation.set_aside(updates[0], _what(updates[0])))


def _what(update: Update) -> str:
    """An update as an operator may read it, for ever: what kind it was, nothing of its words."""
    body = update.body
    if not isinstance(body, Text):
        return type(body).__name__
    return ", ".join((f"Text of {len(body.text)} characters", *dict.fromkeys(mask(body.text[:2000], SPARE).kinds)))
