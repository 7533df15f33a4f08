"""The process that listens: begun when there is something to hear, ended when it hangs, dies or is not needed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import struct
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from bot.channels.base import Spoken

PATIENCE_S = 120.0  # a minute of speech takes a quarter of one on a core of its own; two others may want that core
FAULTS = frozenset({"long", "silent", "broken"})
LONGEST_ANSWER = 65_536  # bytes of a line

log = logging.getLogger(__name__)


class _Failed(Exception):
    """The process ended, or said what nobody understands."""


class Transcriber:
    """One recording at a time; `command` starts the process (see `child.py` for what it is told and answers)."""

    def __init__(self, command: Sequence[str], patience_s: float = PATIENCE_S) -> None:
        self._command = command
        self._patience_s = patience_s
        self._process: Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process is there, and takes memory."""
        return self._process is not None

    async def hear(self, sound: bytes) -> Spoken:
        """What a recording says. Never raises for what it does to the process: that is ended, tried once more where it
        died by itself, and the fault is "gone"."""
        for _ in range(2):
            try:
                async with asyncio.timeout(self._patience_s):
                    return await self._ask(sound)
            except TimeoutError:
                log.warning("listening took too long", extra={"bytes": len(sound)})
                break
            except (_Failed, OSError) as fault:
                log.warning("listening failed", extra={"bytes": len(sound), "fault": type(fault).__name__})
            finally:
                if self._process is not None and self._is_lost:
                    await self.close()
        await self.close()
        return Spoken(fault="gone")

    async def close(self) -> None:
        """End the process, if there is one; the next recording begins another."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    @property
    def _is_lost(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    async def _ask(self, sound: bytes) -> Spoken:
        process = self._process = self._process or await self._begin()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(struct.pack(">I", len(sound)) + sound)
        await process.stdin.drain()
        try:
            line = await process.stdout.readline()
            told = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            await self.close()
            raise _Failed
        words, fault = told.get("words"), told.get("fault")
        if isinstance(words, str) and words:
            return Spoken(words)
        return Spoken(fault=fault if fault in FAULTS else "broken")

    async def _begin(self) -> Process:
        """One thread each for what would take as many as there are cores; the secrets of our environment stay here."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={**kept, **alone},
            limit=LONGEST_ANSWER, start_new_session=True,
        )  # fmt: skip
