"""How the tutor is, collected for whoever keeps the machine: /readyz, /metrics, the page of operations."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

from bot.backup import proof
from bot.counting import DAY_S, HOUR_S
from bot.delivery.owner import ChannelOwner
from bot.errors import StorageError
from bot.health import Health
from bot.operations.backups import backup_files
from bot.operations.policy.readiness import ReadinessSigns, unready
from bot.operations.records import (
    BackupFigures,
    ChannelFigures,
    LessonFigures,
    OperationsReport,
    StoredFigures,
    Versions,
    WaitFigures,
)
from bot.operations.rehearsal import rehearsal
from bot.publishing.library import LiveLessons
from bot.scheduler.disk import free_bytes
from bot.version import VERSION
from storage.engine import schema
from storage.waiting import WaitingCount, waiting

FRESH_S = 5.0  # whoever asks more often is told what was seen then
PATIENCE_S = 3.0  # with the database; a Prometheus waits for ten seconds
READY_S = 0.7  # of a balancer: who has not answered within a second is taken for dead
ASKED_WITHIN_S = 10.0  # a balancer asks every second or so
SENT = "sent"


class Operations:
    """Figures of this process and its database. `folders` are where data lie; `rung` is what became of knocks."""

    def __init__(
        self,
        health: Health,
        folders: Iterable[Path],
        now: Callable[[], datetime],
        rung: Mapping[str, int],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self.health, self.folders, self.now, self.rung = health, tuple(folders), now, rung
        self._seconds, self._began_s = seconds, seconds()
        self._last: tuple[float, OperationsReport] | None = None
        self._versions: Versions | None = None
        self._one = asyncio.Lock()
        self._proving: asyncio.Task[None] | None = None
        self.patience_s = PATIENCE_S
        self._asked_s: float | None = None
        self._is_leaving = False

    def leave(self) -> bool:
        """This process is about to stop: from now on it is not ready. Whether a balancer is there that will hear it."""
        self._is_leaving = True
        return self._asked_s is not None and self._seconds() - self._asked_s < ASKED_WITHIN_S

    async def ready(self) -> tuple[bool, dict[str, object]]:
        """Whether traffic may come, and why not, with the figures behind it, for whoever may see them."""
        self._asked_s = self._seconds()
        signs = await self._signs(min(READY_S, self.patience_s))
        why = unready(signs)
        figures = {
            "why": list(why),
            "intake_waits_s": round(signs.intake_waits_s, 1),
            "reply_waits_s": round(signs.reply_waits_s, 1),
            "free_mb": signs.free_bytes // 1_000_000,
        }
        return not why, figures

    async def tell(self) -> OperationsReport:
        """All there is to know now: some statements that read what waits, else memory and a look at two folders.

        What was told within `FRESH_S` seconds is told again. Never raises for a database that is away.
        """
        async with self._one:  # two who ask at once are told the same
            if self._last is None or self._seconds() - self._last[0] >= FRESH_S:
                told = await self._tell()
                self._last = self._seconds(), told
            return self._last[1]

    async def _tell(self) -> OperationsReport:
        signs, health = await self._signs(self.patience_s), self.health
        stored = await self._stored() if signs.takes_writes else None
        return OperationsReport(
            at=self.now(),
            uptime_s=self._seconds() - self._began_s,
            unready=unready(signs),
            versions=await self._told_versions(is_there=stored is not None),
            lessons=lesson_figures(health.library),
            channels=[channel_figures(owner, stored) for owner in health.owners],
            stored=stored,
            handled=dict(health.intake.by_channel),
            set_aside=health.intake.set_aside,
            intake_waits_s=signs.intake_waits_s,
            rung=dict(self.rung),
            free_bytes=signs.free_bytes,
            clock_jumped=health.steady.jumped,
            backups=await asyncio.to_thread(backup_figures, health.data),
        )

    async def _signs(self, patience_s: float) -> ReadinessSigns:
        health, takes_writes = self.health, await self._takes_writes(patience_s)
        free = await asyncio.to_thread(free_bytes, self.folders)
        reply_waits_s = max((owner.sender.waits_s for owner in health.owners if owner.sender), default=0.0)
        return ReadinessSigns(takes_writes, free, health.intake.waits_s, reply_waits_s, self._is_leaving)

    async def _takes_writes(self, patience_s: float) -> bool:
        """Whether the database takes a write within `patience_s` seconds. A try that hangs is waited for by whoever
        asks next: one is enough."""
        if self._proving is None:
            self._proving = asyncio.create_task(self.health.writable.prove())
        proving = self._proving
        done, _ = await asyncio.wait([proving], timeout=patience_s)
        if not done:
            return False
        if self._proving is proving:
            self._proving = None
        fault = proving.exception()
        if fault is not None and not isinstance(fault, StorageError):
            raise fault
        return fault is None

    async def _stored(self) -> StoredFigures | None:
        now = self.now()
        try:
            async with asyncio.timeout(self.patience_s):
                return stored_figures(await self.health.database.read(lambda c: waiting(c, now)), now)
        except (StorageError, TimeoutError):
            return None

    async def _told_versions(self, *, is_there: bool) -> Versions:
        """Asked once, while the database is there: neither the program nor the schema changes under a tutor."""
        if self._versions is None and is_there:
            with suppress(StorageError):
                self._versions = _versions(await schema.server(self.health.database), schema.SCHEMA)
        return self._versions or _versions("?", "?")


def _versions(database: str, known: str) -> Versions:
    return Versions(VERSION, platform.python_version(), database, known)


def stored_figures(rows: Iterable[WaitingCount], now: datetime) -> StoredFigures:
    """Rows of what waits, as figures at this instant."""
    found = {(row.what, row.of): _wait(row, now) for row in rows}
    requests: dict[str, WaitFigures] = {}
    taken, cries = 0, WaitFigures()
    for (what, of), wait in found.items():
        kind, _, state = of.partition("/")
        if what != "requests":
            continue
        if kind == "safety":
            cries = _both(cries, wait)
        if state == "open":
            taken += wait.count
        else:
            requests[kind] = _both(requests.get(kind, WaitFigures()), wait)
    outbox, kept = ({of: wait for (what, of), wait in found.items() if what == each} for each in ("outbox", "kept"))
    due = [found.get((what, ""), WaitFigures()) for what in ("timers", "notices", "knocks", "voices")]
    return StoredFigures(outbox, kept, requests, taken, cries, *due)


def channel_figures(owner: ChannelOwner, stored: StoredFigures | None) -> ChannelFigures:
    """One account, as this process sees it."""
    name, counts, meter = owner.channel.name, owner.counter, owner.meter
    hour, day = counts.within(HOUR_S), counts.within(DAY_S)
    return ChannelFigures(
        name=name,
        kind=owner.provider.profile.id,
        state=owner.state,
        is_ours=owner.is_ours,
        outbox=stored.outbox.get(name, WaitFigures()) if stored else WaitFigures(),
        kept=stored.kept.get(name, WaitFigures()) if stored else WaitFigures(),
        reply_waits_s=owner.sender.waits_s if owner.sender else 0.0,
        sent=counts.totals[SENT],
        sent_hour=hour[SENT],
        sent_day=day[SENT],
        faults=_faults(counts.totals),
        faults_hour=_faults(hour),
        faults_day=_faults(day),
        used=meter.used if meter else None,
        quota=meter.quota if meter else 0,
    )


def lesson_figures(library: LiveLessons) -> LessonFigures:
    """The lessons as they are served now."""
    broken, unheard = (
        {p: len(faults) for p, faults in each.items()} for each in (library.shelf.broken, library.shelf.unheard)
    )
    return LessonFigures(len(library.book.current), broken, unheard, [lesson.id for lesson in library.drafts])


def backup_figures(data: Path) -> BackupFigures:
    """What lies in the folder of backups, and what was written down of those that were tried."""
    files = backup_files(data)
    return BackupFigures(len(files), files[-1] if files else None, proof(data), rehearsal(data))


def _wait(row: WaitingCount, now: datetime) -> WaitFigures:
    return WaitFigures(row.count, max(0.0, (now - row.oldest).total_seconds()) if row.oldest else 0.0)


def _both(one: WaitFigures, other: WaitFigures) -> WaitFigures:
    return WaitFigures(one.count + other.count, max(one.oldest_s, other.oldest_s))


def _faults(counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: count for kind, count in sorted(counts.items()) if kind != SENT}
