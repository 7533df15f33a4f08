"""Processes forked from one that has imported the tutor: hundreds of starts need not read the same modules again.

What `./camtay run` does from its first line on is looked at where tests start `-m bot run` (tests/e2e).
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import chdir
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PR_SET_PDEATHSIG = 1


class Forked:
    """A tutor in a process of its own; what it prints is added to the file `output`.

    `environ` is all of its environment; `returncode` is None while it runs, negative: the signal that ended it.
    """

    def __init__(self, config: Path, environ: Mapping[str, str], output: Path) -> None:
        # Of the daemonic kind, which is ended with the test run, should a test forget it.
        self._process = _context().Process(target=_tutor, args=(str(config), dict(environ), output), daemon=True)
        self._process.start()
        self.pid = int(self._process.pid or 0)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._has_ended)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        await self._ended.wait()
        code = self.returncode
        assert code is not None
        return code

    def _has_ended(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._ended.set()

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


@cache
def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.support.forked_from"])
    with chdir(ROOT):  # where it finds its modules, whatever folder the test stands in
        forkserver.ensure_running()
    return context


def _tutor(config: str, environ: Mapping[str, str], output: Path) -> None:
    from tests.support import serve

    if sys.platform == "linux":  # a test run that is killed leaves no tutor behind
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    sys.stdout = sys.stderr = output.open("a", encoding="utf-8", buffering=1)
    for stream in (1, 2):
        os.dup2(sys.stdout.fileno(), stream)
    sys.exit(serve.main(config))
