"""Who is listening now: the open live streams of this process, by chat."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot.channels.base import LogEntry

PER_CHAT = 6
OVERALL, PER_ADDRESS = 3072, 384  # where nobody says how many fit
SLICE = 20  # lines that wait for a page, or are read for it, at once: one that does not read keeps no more


class Full(Exception):
    """Too many live streams: the page asks by itself from time to time instead."""


class Stream:
    """One open page. `last` is the newest number it was given; `behind` asks for a read of the history.

    `gone()` tells that its connection is closed; `hang_up()` cuts it; `address` is who shares an allowance with it.
    """

    def __init__(
        self, chat_id: str, last: int, gone: Callable[[], bool], hang_up: Callable[[], None], address: str = ""
    ) -> None:
        self.chat_id = chat_id
        self.address = address
        self.last = last
        self.gone = gone
        self.hang_up = hang_up
        self.behind = True
        self.over = False
        self.anew = False
        self._news: list[LogEntry] = []
        self._waiting: asyncio.Future[None] | None = None

    def push(self, entries: Sequence[LogEntry]) -> None:
        """Hand over news; a page too slow to take them is told to read the history when it is ready."""
        self._news.extend(entries)
        if len(self._news) > SLICE:
            self._news.clear()
            self.behind = True
        self._wake()

    def read_on(self) -> None:
        """There is news that nobody hands over: it is to be read."""
        self.behind = True
        self._wake()

    def finish(self) -> None:
        """End the stream after what is queued."""
        self.over = True
        self._wake()

    def begin_anew(self) -> None:
        """Tell the page to forget what it shows, which is another's now, and to ask again."""
        self.anew = True
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Until there is something to do, `seconds` at most."""
        if self.behind or self._news or self.over or self.anew:
            return
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()  # a task and an event would be 3 kB for each page
        over = loop.call_later(seconds, self._wake)
        try:
            await self._waiting
        finally:
            over.cancel()

    def take(self) -> list[LogEntry]:
        """The news not yet given, in order, empty when a number is missing (then `behind` is set)."""
        news = [entry for entry in self._news if entry.no > self.last]
        self._news.clear()
        if [entry.no for entry in news] != list(range(self.last + 1, self.last + 1 + len(news))):
            self.behind = True
        return [] if self.behind else news


class Streams:
    """All open streams, at most `overall` and from one address `per_address`; all on the event loop's thread."""

    def __init__(self, overall: int = OVERALL, per_address: int = PER_ADDRESS) -> None:
        self._overall, self._per_address = overall, per_address
        self._open: dict[str, set[Stream]] = {}
        self._from: Counter[str] = Counter()
        self._closing = False
        self._empty = asyncio.Event()

    def __len__(self) -> int:
        return self._from.total()

    def add(self, stream: Stream) -> None:
        """Raises Full. Connections that are already dead (someone reloads again and again) do not count."""
        if self._is_full(stream):
            for old in [old for old in self._all() if old.gone()]:
                old.finish()
                self.remove(old)
            if self._is_full(stream):
                raise Full
        self._open.setdefault(stream.chat_id, set()).add(stream)
        self._from[stream.address] += 1

    def _is_full(self, stream: Stream) -> bool:
        crowded = self._from[stream.address] >= self._per_address or len(self) >= self._overall
        return self._closing or crowded or len(self._open.get(stream.chat_id, ())) >= PER_CHAT

    def remove(self, stream: Stream) -> None:
        """Forget a stream that has ended, and count its address one less."""
        mine = self._open.get(stream.chat_id, set())
        if stream in mine:
            mine.discard(stream)
            self._from[stream.address] -= 1
            if not self._from[stream.address]:
                del self._from[stream.address]
        if not mine:
            self._open.pop(stream.chat_id, None)
        if self._closing and not self._open:
            self._empty.set()

    def is_open(self, chat_id: str) -> bool:
        """Whether a page of this chat is open, as far as its connection tells."""
        return any(not stream.gone() for stream in self._open.get(chat_id, ()))

    def publish(self, chat_id: str, entries: Sequence[LogEntry]) -> None:
        """Push new lines to every page of a chat that is open."""
        for stream in self._open.get(chat_id, ()):
            stream.push(entries)

    def chats(self) -> list[str]:
        """Those of which a page is open."""
        return list(self._open)

    def follow(self, chat_id: str, newest: int, oldest: int = 0) -> None:
        """Lines up to `newest` were written elsewhere: pages that have not seen them read on, or begin anew where
        nothing is left of what they show (`oldest` is the first line that is)."""
        for stream in self._open.get(chat_id, ()):
            if stream.last < newest:
                stream.begin_anew() if oldest > stream.last > 0 else stream.read_on()

    def renew(self, chat_id: str) -> None:
        """Tell every open page of a chat to begin anew."""
        for stream in self._open.get(chat_id, ()):
            stream.begin_anew()

    async def hand_over(self, seconds: float) -> None:
        """Let all pages come again within so many seconds, a few at a time: whoever leads them here leads elsewhere
        now."""
        streams = self._all()
        for number, stream in enumerate(streams, 1):
            stream.begin_anew()
            if not number % SLICE:
                await asyncio.sleep(seconds * SLICE / len(streams))

    async def close(self, grace_s: float) -> None:
        """End every stream, and cut those that do not read within `grace_s`: a stop must not wait for them."""
        self._closing = True
        for stream in self._all():
            stream.finish()
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), grace_s)
        for stream in self._all():
            stream.hang_up()

    def _all(self) -> list[Stream]:
        return [stream for mine in self._open.values() for stream in mine]
