"""The tasks that run as long as the tutor does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Workers:
    """The loops that run as long as the tutor; `failed` is set when one ends that never should."""

    def __init__(self) -> None:
        self.failed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Until the end, when it is cancelled."""
        self._tasks.append(self.watched(work))

    def watched(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """For whoever ends it otherwise."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("worker ended", exc_info=task.exception())
            self.failed.set()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
