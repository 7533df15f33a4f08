"""The whole tutor as a process of its own: started, awaited, killed, stopped, started again on the same data."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.web.access import LocalKey
from tests.support.forked import Forked

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 60.0  # two cores, and a colleague's tests beside ours
STOP_WITHIN_S = 10.0  # the promise
_KNOCK_S = 0.02


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, eq=False)
class TutorProcess:
    """`folder` holds the data, the output and whatever the test writes; `environ` is laid over a bare environment.

    Without a `command` for Python it is the tutor in a world of the test's making, `forked`. `start` may be called
    again after `kill` or `stop`: same port, same data, more output in the same file.
    """

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    command: Sequence[str] = ()
    _child: asyncio.subprocess.Process | Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def key(self) -> str:
        """What opens the preview and the figures, as in the address that it prints."""
        file = self.data / "web.key"
        return LocalKey(file.read_text("utf-8").split()[0]).text if file.exists() else ""

    @property
    def output(self) -> str:
        """Everything it has printed so far, all starts together."""
        path = self.folder / "output.txt"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @property
    def exit_code(self) -> int | None:
        """None while it runs or was never started; negative: the signal that ended it."""
        return None if self._child is None else self._child.returncode

    @property
    def pid(self) -> int:
        assert self._child is not None, "not started"
        return self._child.pid

    def share_keys(self, other: TutorProcess) -> None:
        """Copy its keys to another that is to work on the same database, as its operator has to."""
        other.data.mkdir(parents=True)
        for key in self.data.glob("*.key"):
            shutil.copy(key, other.data)

    # --- life and death ------------------------------------------------------------------------------

    async def launch(self, **more: str) -> None:
        """Start it and do not wait; `more` is added to the environment of this start only."""
        assert self._child is None or self._child.returncode is not None, "still running"
        self.folder.mkdir(parents=True, exist_ok=True)
        output, environ = self.folder / "output.txt", self._environment() | more
        if not self.command:
            self._child = Forked(ROOT / "config.yaml", environ, output)
            return
        with output.open("ab") as printed:
            self._child = await asyncio.create_subprocess_exec(
                *_die_with_us(),
                sys.executable,
                *self.command,
                cwd=ROOT,
                env=environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
            )

    async def start(self, **more: str) -> None:
        """Start it and wait until it serves. Raises AssertionError with its output when it does not."""
        await self.launch(**more)
        await self.ready()

    async def ready(self, within_s: float = READY_WITHIN_S) -> dict[str, Any]:
        """Wait until /healthz answers; what it says."""
        async with aiohttp.ClientSession() as session:
            give_up_at = time.monotonic() + within_s
            while time.monotonic() < give_up_at:
                assert self.exit_code is None, f"it ended with {self.exit_code}:\n{self.output}"
                with suppress(aiohttp.ClientError, OSError):
                    async with session.get(f"{self.url}/healthz?key={self.key}") as answer:
                        return dict(await answer.json())
                await asyncio.sleep(_KNOCK_S)
        raise AssertionError(f"it does not answer:\n{self.output}")

    async def health(self) -> tuple[int, dict[str, Any]]:
        """Status and content of /healthz now."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/healthz?key={self.key}") as answer:
            return answer.status, dict(await answer.json())

    async def ended(self, within_s: float = READY_WITHIN_S) -> int:
        """Wait until it has ended by itself; its exit code."""
        assert self._child is not None, "not started"
        try:
            async with asyncio.timeout(within_s):
                return await self._child.wait()
        except TimeoutError:
            raise AssertionError(f"it still runs after {within_s} s:\n{self.output}") from None

    async def kill(self) -> None:
        """SIGKILL: no goodbye; harmless when it is dead already."""
        if self._child is not None and self._child.returncode is None:
            with suppress(ProcessLookupError):
                self._child.kill()
            await self._child.wait()

    async def stop(self, within_s: float = STOP_WITHIN_S) -> float:
        """SIGTERM; how many seconds it took. Raises AssertionError when it takes longer than the promise."""
        assert self._child is not None, "not started"
        asked_at = time.monotonic()
        with suppress(ProcessLookupError):
            self._child.terminate()
        await self.ended(within_s)
        return time.monotonic() - asked_at

    def crash_at(self, point: str, nth: int) -> None:
        """Let it kill itself the `nth` time it passes `point` from now on; await `ended` then."""
        draft = self.folder / "crash.draft"
        draft.write_text(f"{nth} {point}", "ascii")
        draft.rename(self.folder / "crash")  # appears whole or not at all

    async def hangs(self, within_s: float = READY_WITHIN_S) -> None:
        """Let it stop (SIGSTOP) in the middle of the next transaction that writes a learner's answer; waits for it."""
        (self.folder / "hang").touch()
        await until(lambda: not (self.folder / "hang").exists(), within_s)

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP, SIGCONT and the like."""
        os.kill(self.pid, number)

    # --- what it is given ----------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        kept |= {name: os.environ[name] for name in ("PYTHONPATH", "COVERAGE_PROCESS_START") if name in os.environ}
        return {
            **kept,
            "PYTHONUTF8": "1",
            "CAMTAY_DATA": str(self.data),
            "CAMTAY__WEB__PORT": str(self.port),
            "TEST_CRASH_FILE": str(self.folder / "crash"),
            "TEST_HANG_FILE": str(self.folder / "hang"),
            **self.environ,
        }


@asynccontextmanager
async def running(folder: Path, environ: Mapping[str, str], **more: Any) -> AsyncIterator[TutorProcess]:
    """A tutor that serves; killed at the end if the test has not ended it."""
    tutor = TutorProcess(folder, dict(environ), **more)
    try:
        await tutor.start()
        yield tutor
    finally:
        await tutor.kill()


async def until(what: Any, within_s: float = 10.0, every_s: float = _KNOCK_S) -> Any:
    """Ask `what` (a function, plain or async) until it gives something true; that. Raises AssertionError."""
    give_up_at = time.monotonic() + within_s
    while True:
        found = what()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < give_up_at, f"not within {within_s} s: {getattr(what, '__doc__', None) or what}"
        await asyncio.sleep(every_s)


def log_lines(tutor: TutorProcess) -> list[dict[str, Any]]:
    """What it wrote into its log file, oldest first; a line that a kill cut off is left out."""
    lines = []
    path = tutor.data / "log" / "camtay.jsonl"
    for line in path.read_text("utf-8", "replace").splitlines() if path.exists() else ():
        with suppress(ValueError):
            lines.append(json.loads(line))
    return lines


def _die_with_us() -> Sequence[str]:
    """A test run that is killed leaves no tutor behind."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
