"""How long data are kept: whoever is silent for a year is asked, and forgotten a month later; old copies go as well.

Coming back is an answer. Whoever answers for others (officers, editors, administrators) is never forgotten by the
clock, but counted for whoever looks after the machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.people.register import PeopleRegister
from storage.announcements import announcements
from storage.conversations import leaving
from storage.desk import brought
from storage.engine import key_value
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms
from storage.pairing import pairings
from storage.pairing.records import NoticeRow
from storage.people import people
from storage.people import retention as kept
from storage.people.records import AuditRow
from storage.pruning import HISTORY, drop_old

PAGE = 10_000  # persons looked at in one read
SLICE = 50  # persons asked in one transaction; forgotten are they one by one
TOLD_SLICE = 500  # rows of who was told, likewise
NEWS_IS_OLD = timedelta(days=90)
BROUGHT_IS_OLD = timedelta(days=1)
CLOCK = "clock"  # who acts, in the audit

_ASIDE = re.compile(r".+\.before-.+|before-restore-\d{8}-\d{6}")


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """`aside` is how long former copies of the database stay in the data folder; nothing: for ever. `history` is how
    long what happened one by one is known (see `storage.pruning.HISTORY`)."""

    idle: timedelta = timedelta(days=365)
    answer: timedelta = timedelta(days=30)
    aside: timedelta | None = timedelta(days=30)
    history: timedelta = timedelta(days=1_100)


class Retention:
    def __init__(
        self, database: Database, services: PeopleRegister, rules: RetentionRules, new_id: Callable[[], str]
    ) -> None:
        self.database, self.services, self.rules, self.new_id = database, services, rules, new_id

    async def ask(self, now: datetime) -> int:
        """Ask whoever has been silent for so long; how many people that were."""
        before, asked = now - self.rules.idle, 0
        after: str | None = ""
        while after is not None:
            found, after = await self.database.read(partial(kept.idle, before=before, after=after, looked_at=PAGE))
            for at in range(0, len(found), SLICE):
                some = found[at : at + SLICE]
                asked += await self.database.transact(partial(self._ask, some=some, before=before, now=now))
        return asked

    def _ask(self, connection: Connection, some: list[str], before: datetime, now: datetime) -> int:
        ids = kept.ask(connection, some, before, now)
        buttons = {"g:keep": "label_delete_no", "g:delete_data": "label_delete_yes"}
        said = {"thang": str(self.rules.idle.days // 30), "ngay": str(self.rules.answer.days)}
        at = to_ms(now)
        asked = [NoticeRow(self.new_id(), each, "idle_ask", said, at, at, buttons) for each in ids]
        pairings.add_notices(connection, asked)
        return len(ids)

    async def forget(self, now: datetime) -> int:
        """Forget whoever was asked so long ago and has neither answered nor come back; how many people that were."""
        while await self.database.transact(partial(kept.came_back, limit=SLICE)) == SLICE:
            pass
        before, gone = now - self.rules.answer, 0
        while found := await self.database.read(partial(kept.silent, asked_before=before, limit=PAGE)):
            done = 0
            for learner_id in found:
                done += await self.database.transact(
                    partial(self._forget, learner_id=learner_id, before=before, now=now)
                )
            gone += done
            if not done:
                break
        if gone:
            await self.database.scrub()
        return gone

    def _forget(self, connection: Connection, learner_id: str, before: datetime, now: datetime) -> int:
        if not kept.is_silent(connection, learner_id, before):
            return 0
        people.note(connection, AuditRow(now, CLOCK, "deleted_idle", self.services.names.of(learner_id), ""))
        self.services.leaving(connection, learner_id, "deleted", now)
        leaving.forget_person(connection, learner_id)
        self.services.forgotten(connection, [learner_id])
        return 1

    async def close_news(self, now: datetime) -> None:
        """Announcements of long ago: who was told is not remembered for ever."""
        before = now - NEWS_IS_OLD
        await self.database.transact(partial(announcements.close, before=before))
        forget = partial(announcements.forget_told, before=before, limit=TOLD_SLICE)
        while await self.database.transact(forget) == TOLD_SLICE:
            pass

    async def drop_history(self, now: datetime) -> int:
        """Single answers, steps of requests, looks at pages, when they are older than reports want them; how many."""
        return sum([await drop_old(self.database, each, now - self.rules.history) for each in HISTORY])

    async def drop_brought(self, now: datetime) -> None:
        """Lists that were brought to the desk and left there."""
        await self.database.transact(partial(brought.expire, before=now - BROUGHT_IS_OLD))

    async def compact(self) -> bool:
        """Write the database's file anew if anything was deleted since it last was; it takes a second or more."""
        known = await self.database.read(partial(key_value.get_key, key=leaving.TO_COMPACT))
        if known is None:
            return False
        await self.database.compact()
        await self.database.transact(partial(key_value.drop_key, key=leaving.TO_COMPACT, revision=known[1]))
        return True

    async def counts(self, now: datetime) -> dict[str, int]:
        """Who waits for an answer, and silent officers: see `storage.people.retention.counts`."""
        return await self.database.read(partial(kept.counts, before=now - self.rules.idle))


# --- copies that hold who has been deleted since -------------------------------------------------------


def old_copies(folders: set[Path], rules: RetentionRules, now: datetime) -> Iterator[Path]:
    """What upgrades and restores left beside the database, when its time is over.

    Copies elsewhere are their owner's: a restore cleans what comes back from them. Backups have rules of their own, see
    `bot.operations.policy.keeping`.
    """
    if rules.aside is not None:
        for folder in folders:
            yield from (
                path for path in folder.glob("*") if _ASIDE.fullmatch(path.name) and _is_older(path, now - rules.aside)
            )


def _is_older(path: Path, instant: datetime) -> bool:
    return path.lstat().st_mtime < instant.timestamp()
