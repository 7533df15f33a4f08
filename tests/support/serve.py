"""The real process with a world of the test's making; `forked` starts it.

TEST_CRASH_FILE names a file; when it appears and says "3 after commit", the process kills itself (SIGKILL) the third
time it passes that point from then on; when TEST_HANG_FILE appears, it stops in the middle of a learner's transaction.
TEST_CLOCK_FILE names a file with the seconds by which its clock is ahead; TEST_TICK_S is how often it looks for what is
due, TEST_LEASE_S how long others wait for one that says nothing. TEST_PUSH_TRUST names a certificate: then push
services may stand anywhere that has it, this machine included.
"""

from __future__ import annotations

import os
import signal
import ssl
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event

from bot import settings
from bot.app import Environment
from bot.errors import SettingsInvalid
from bot.knocks.road import Road
from bot.serving import run


def crash_as_told(file: Path) -> Callable[[str], None]:
    """Ends the process without a goodbye at the point that `file` names; the file is gone then, so it happens once."""
    told, passed = "", 0

    def at(here: str) -> None:
        nonlocal told, passed
        try:
            now_told = file.read_text("ascii")
        except FileNotFoundError:
            return
        if now_told != told:
            told, passed = now_told, 0
        nth, _, point = told.partition(" ")
        passed += here == point
        if passed == int(nth or -1):
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def hang_as_told(file: Path) -> None:
    """Stop (SIGSTOP) in the middle of the transaction that writes a learner's answer, once `file` is there."""

    def before(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO attempt") and file.exists():
            file.unlink()
            os.kill(os.getpid(), signal.SIGSTOP)

    event.listen(Engine, "before_cursor_execute", before)


def shifted_clock(file: Path) -> Callable[[], datetime]:
    """The wall clock, ahead (or behind) by the seconds written in `file`."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text("ascii")))

    return now


def main(config: str) -> int:
    """As `./camtay run`, in a world that the environment describes; the exit code."""
    usual, environ = Environment(), os.environ
    trusted = environ.get("TEST_PUSH_TRUST", "")
    crash, clock = environ.get("TEST_CRASH_FILE", ""), environ.get("TEST_CLOCK_FILE", "")
    if hang := environ.get("TEST_HANG_FILE", ""):
        hang_as_told(Path(hang))
    now = shifted_clock(Path(clock)) if clock else usual.now
    world = Environment(
        now=now,
        counted_s=lambda: now().timestamp(),  # time really passes, as far as the test can tell
        tick_s=float(environ.get("TEST_TICK_S", "0.2")),
        lease_s=float(environ.get("TEST_LEASE_S", usual.lease_s)),
        failpoint=crash_as_told(Path(crash)) if crash else usual.failpoint,
        road=Road(lambda _: True, ssl.create_default_context(cafile=trusted)) if trusted else None,
    )
    try:
        return run(settings.load(config, environ, {}), world)
    except SettingsInvalid as refusal:
        sys.stdout.write(f"{refusal}\n")
        return 2
