"""Senders whose sleep costs nothing, and a clock that runs ahead by itself."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from bot.channels.base import (
    Outgoing,
)
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import Sender
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, Tutor

SIMPLE = book(lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- {end: het, text: Hết}"))


def message(chat_id: str, no: int) -> Outgoing:
    return Outgoing(TELEGRAM, chat_id, no, f"{chat_id}:{no}")


class Slept:
    """Stands in for asyncio.sleep: notes how long, lets others run, loses no time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


async def turns() -> None:
    """Let every task that can run do so."""
    for _ in range(30):
        await asyncio.sleep(0)


def new_sender(t: Tutor, slept: Slept | None = None) -> Sender:
    t.sender = Sender(t.channel, t.conversation, SendLimiter(0, 0), sleep=slept or Slept())
    t.senders.by_channel[t.channel.name] = t.sender
    return t.sender


class Timeline:
    """A clock and a sleep that belong together: time passes when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self._wakes: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = count()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        heapq.heappush(self._wakes, (self.now + seconds, next(self._numbers), event))
        await event.wait()

    async def runs(self, t: Tutor, until: float) -> None:
        """To that second, from one awakening to the next."""
        while True:
            for _ in range(8):
                await asyncio.sleep(0)
                await t.sender.step()
            if not self._wakes or self._wakes[0][0] > until:
                self.now = until
                return
            self.now, _, event = heapq.heappop(self._wakes)
            event.set()


def paced_sender(t: Tutor, time: Timeline, per_second: float = 30) -> Sender:
    t.sender = Sender(t.channel, t.conversation, SendLimiter(per_second, 0.0), sleep=time.sleep, clock=time.clock)
    t.senders.by_channel[t.channel.name] = t.sender
    return t.sender
