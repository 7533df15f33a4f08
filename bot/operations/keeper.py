"""Looks after the backups while the tutor runs: makes one where nothing else does, rehearses the newest, lets old ones
go. The work is done by a process of its own that steps back for whoever is chatting (`child.py`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

from bot.edge import guarded
from bot.errors import CamtayError
from bot.operations.backups import backup_files, newest_backup
from bot.operations.policy import keeping
from bot.operations.policy.keeping import BackupRules
from bot.operations.rehearsal import rehearsal
from bot.scheduler.steady import Steady
from storage.engine import key_value
from storage.engine.database import Connection, Database
from storage.engine.files import remove
from storage.engine.instants import to_ms

LOOK_EVERY_S = 600.0
END_S = 2.0  # of the seven that a stop has
AGAIN = timedelta(hours=1)  # after a try that came to nothing, by this process or another one of the same database
COMMAND = (sys.executable, "-P", "-m", "bot.operations.child")
ROOT = Path(__file__).parents[2]

log = logging.getLogger(__name__)


class BackupWorkFailed(CamtayError):
    """The process that makes or rehearses a backup said why it could not, or ended without a word."""


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """What a backup is made of: the data folder, the address of the database, the settings' file, the lessons."""

    data: Path
    database_url: str
    config: Path
    lessons: Path


class BackupKeeper:
    """`zone` is whose days, weeks and months are counted; `command` starts the process that does the work."""

    def __init__(
        self,
        database: Database,
        place: BackupPlace,
        rules: BackupRules,
        now: Callable[[], datetime],
        zone: tzinfo,
        steady: Steady,
        command: Sequence[str] = COMMAND,
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        self.database, self.place, self.rules, self.now, self.zone = database, place, rules, now, zone
        self.steady, self.command, self.every_s = steady, command, every_s

    async def run(self) -> None:
        """Look every `every_s` seconds until cancelled, first of all after so many: a start has more urgent things."""
        while True:
            await asyncio.sleep(self.every_s)
            await guarded(self.step, log, "backup failed")

    async def step(self) -> None:
        """Make a backup, rehearse one, let old ones go: each if it is time. Nothing by a clock that has jumped."""
        if await self.steady.look() is not None:
            return
        now = self.now()
        for what, due in (("make", self._make_since), ("rehearse", self._rehearse_since)):
            since = due(now)
            if since is not None and await self.database.transact(partial(_claim, what=what, since=since, now=now)):
                await self._work(what, now)
        if removed := await asyncio.to_thread(self._let_go, now):
            log.info("backups let go", extra={"copies": removed})

    def _make_since(self, now: datetime) -> datetime | None:
        """Since when a backup is due; None while there is one, whoever made it, or none is wanted."""
        if self.rules.at is None:
            return None
        due, newest = keeping.last_due(now, self.rules.at, self.zone), newest_backup(self.place.data)
        return due if newest is None or newest.made_at < due else None

    def _rehearse_since(self, now: datetime) -> datetime | None:
        if self.rules.rehearse_every is None or newest_backup(self.place.data) is None:
            return None
        last, before = rehearsal(self.place.data), now - self.rules.rehearse_every
        return before if last is None or datetime.fromisoformat(last.at) < before else None

    async def _work(self, what: str, now: datetime) -> None:
        try:
            told = await self._ask(what, now)
        except BackupWorkFailed as failed:
            log.error("backup not made" if what == "make" else "backup not rehearsed", extra={"reason": str(failed)})
            return
        await self.database.transact(lambda c: _settle(c, what, now))
        figures = {name: told[name] for name in ("file", "kb", "rows", "lessons") if name in told}
        log.info("backup made" if what == "make" else "backup rehearsed", extra=figures)

    async def _ask(self, what: str, now: datetime) -> Mapping[str, object]:
        """What the process tells of its work. Raises BackupWorkFailed; ended with us, it leaves nothing half done."""
        place = {name: str(getattr(self.place, name)) for name in ("data", "database_url", "config", "lessons")}
        job = json.dumps({"do": what, "now": now.isoformat(), **place}).encode()
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = await asyncio.create_subprocess_exec(
            *self.command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environ
        )
        try:
            said, _ = await process.communicate(job)
        finally:
            if process.returncode is None:
                await _end(process)
        try:
            told = json.loads(said)
        except ValueError:
            told = {"fault": f"exit code {process.returncode}"}
        if "fault" in told:
            raise BackupWorkFailed(str(told["fault"]))
        return dict(told)

    def _let_go(self, now: datetime) -> int:
        """Remove what the rules do not keep; how many."""
        files = {each.made_at: each.path for each in backup_files(self.place.data)}
        gone = 0
        for made_at in keeping.surplus(files, now, self.rules, self.zone):
            try:
                remove(files[made_at])
                gone += 1
            except OSError as refused:
                log.warning("copy not removed", extra={"reason": refused.strerror})
        return gone


async def _end(process: Process) -> None:
    """Let it take away what is half made, for a moment: what a kill leaves behind goes at the next start."""
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            process.kill()
    await process.wait()


def _claim(connection: Connection, what: str, since: datetime, now: datetime) -> bool:
    """Whether this process is the one to do it: nobody has since, nor tries at this hour."""
    known = key_value.get_key(connection, _key(what))
    tried, is_done = json.loads(known[0]) if known else (0, False)
    at = to_ms(now)
    if tried >= to_ms(since) and (is_done or abs(at - tried) < AGAIN / timedelta(milliseconds=1)):
        return False
    key_value.set_key(connection, _key(what), json.dumps([at, False]))
    return True


def _settle(connection: Connection, what: str, now: datetime) -> None:
    key_value.set_key(connection, _key(what), json.dumps([to_ms(now), True]))


def _key(what: str) -> str:
    return f"backup:{what}"
