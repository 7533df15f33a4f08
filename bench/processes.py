"""Processes of the bench: started in a session of their own, measured from /proc, ended whatever happens."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_running: set[Process] = set()


def _die_with_parent() -> None:
    """Runs in the child: the kernel ends it when the bench ends, even by SIGKILL."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """One program and its children. `user` is a system user to run as, when we are root."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], log: Path, *, cwd: Path | None = None, user: str = ""
    ) -> None:
        self.log = log
        as_user: dict[str, Any] = {}
        if user and os.geteuid() == 0:
            entry = pwd.getpwnam(user)
            as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                list(command), env=dict(environ), stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=cwd,
                start_new_session=True, preexec_fn=_die_with_parent, **as_user,
            )  # fmt: skip
        self._root = psutil.Process(self._popen.pid)
        self.peak_rss = 0
        self.pid = self._popen.pid
        _running.add(self)

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def _tree(self) -> list[psutil.Process]:
        try:
            return [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def cpu_s(self) -> float:
        """CPU seconds, user and system, of the whole tree up to now, ended children included."""
        total = 0.0
        for process in self._tree():
            try:
                used = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += used.user + used.system + used.children_user + used.children_system
        return total

    def look_at_rss(self) -> None:
        """Remember the largest resident size (bytes) of the tree seen."""
        sizes = []
        for process in self._tree():
            try:
                sizes.append(process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        self.peak_rss = max(self.peak_rss, sum(sizes))

    def new_peak(self) -> int:
        """The peak (bytes, whole tree) up to now; from here on a new one is looked for."""
        peak, self.peak_rss = self.peak_rss, 0
        return peak

    def has_children(self) -> bool:
        return len(self._tree()) > 1

    def kill(self) -> None:
        """SIGKILL to the whole session, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        _running.discard(self)

    def ask_to_stop(self) -> None:
        """SIGTERM, and do not wait."""
        self._popen.send_signal(signal.SIGTERM)

    def stop(self, within_s: float = 10.0, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, then kill what is left."""
        if self.alive:
            self._popen.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(within_s)
        self.kill()

    def tail(self, lines: int = 15) -> str:
        """The end of what it wrote."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


@atexit.register
def kill_all() -> None:
    """Nothing outlives the bench."""
    for process in list(_running):
        process.kill()


async def watch(process: Process, every_s: float = 0.1) -> None:
    """Look at its memory until cancelled."""
    while True:
        process.look_at_rss()
        await asyncio.sleep(every_s)


class NeverReady(Exception):
    """A program of the bench did not come up; the end of its log says why."""


async def until(ready: asyncio.Event, process: Process, within_s: float = 40.0) -> None:
    """Wait for `ready`. Raises NeverReady when the process ends or time is up."""
    end = time.monotonic() + within_s
    while not ready.is_set():
        if not process.alive or time.monotonic() > end:
            raise NeverReady(process.tail())
        try:
            await asyncio.wait_for(ready.wait(), 0.1)
        except TimeoutError:
            continue
