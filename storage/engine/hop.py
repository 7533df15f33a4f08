"""One thread that works for the event loop: what is handed over is done in order, one thing after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")

_Errand = tuple[Callable[[Any], Any], Any, asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Hop:
    """A hop to another thread and back. An executor makes two futures, two locks and a chain of callbacks for each."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._errands: SimpleQueue[_Errand | None] = SimpleQueue()
        self._thread: Thread | None = None
        self.is_closed = False

    async def run(self, work: Callable[[T], Any], argument: T) -> Any:
        """What `work(argument)` returns or raises over there. Raises RuntimeError once it is closed."""
        if self.is_closed:
            raise RuntimeError(f"{self._name} is closed")
        if self._thread is None:
            self._thread = Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._errands.put((work, argument, loop, done))
        return await done

    def close(self) -> None:
        """Finish what was handed over, then end the thread; waits for both."""
        self.is_closed = True
        thread, self._thread = self._thread, None
        if thread is not None:
            self._errands.put(None)
            thread.join()

    def _work(self) -> None:
        while (errand := self._errands.get()) is not None:
            work, argument, loop, done = errand
            try:
                result, fault = work(argument), None
            except Exception as raised:  # noqa: BLE001 - whoever waits is told, whatever it is
                result, fault = None, raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, done, result, fault)
            del errand, work, argument, loop, done, result, fault  # nothing is kept alive while the thread waits


def _settle(done: asyncio.Future[Any], result: Any, fault: BaseException | None) -> None:
    if done.done():
        return  # whoever waited has been cancelled
    if fault is None:
        done.set_result(result)
    else:
        done.set_exception(fault)
