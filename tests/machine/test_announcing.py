"""An announcement stopped, resumed, crashed; persons joined, deleted, new meanwhile: nobody hears it twice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from bot.announcements import service as announcing
from bot.announcements.service import AnnouncementFeeder, AnnouncementRules
from storage.announcements import announcements as kept
from storage.announcements.records import AnnouncementRow
from storage.conversations import conversations, joins, leaving, outbox
from storage.engine.database import Connection, Database, open_database
from storage.engine.instants import to_ms
from storage.pairing import pairings
from storage.people import people
from storage.people.records import PersonRow, RoleRow
from tests.support.builders import real_book
from tests.support.harness import QUIET, empty_database
from tests.support.world import START, Clock, Ids

WARD, EVERY_S = "w26041", 5.0
ACTS = ("feed", "feed", "feed", "say", "say", "stop", "go on", "join", "delete", "new", "blocks", "crash")


class Crash(Exception):
    """The process dies within a transaction."""


class Town:
    """`told` says of everybody who is there whether she, or somebody she was joined with, has been told."""

    def __init__(self, database: Database, rng: Random) -> None:
        self.database, self.rng = database, rng
        self.clock, self.ids, self.number = Clock(START), Ids(), Ids("")
        self.told: dict[str, bool] = {}
        self.late: set[str] = set()
        self.away: set[str] = set()
        self.feeder = AnnouncementFeeder(database, AnnouncementRules(per_minute=36), QUIET, self.ids)  # three at a time

    async def new(self) -> str:
        learner_id = f"{self.rng.getrandbits(64):016x}"

        def work(c: Connection) -> None:
            row = PersonRow(learner_id, "Lan", "chị/em", "agreed")
            conversations.add_learner(c, row, "telegram:1", f"chat-{self.number()}", START)
            people.set_role(c, RoleRow(learner_id, "learner", WARD, "active", "x", START))
            people.set_area(c, learner_id, WARD)

        await self.database.transact(work)
        self.told[learner_id] = False
        return learner_id

    async def act(self, what: str) -> None:
        some = self.rng.sample(sorted(self.told), 2)
        match what:
            case "feed":
                await self.feed()
            case "say":
                await self.say()
            case "stop" | "go on":
                await self.database.transact(lambda c: self.turn(c, what))
            case "join":
                stays, goes = some
                await self.database.transact(lambda c: joins.join(c, stays, goes))
                self.told[stays] |= self.told.pop(goes)
                self.late |= {stays} if goes in self.late else set()
            case "delete":
                await self.database.transact(lambda c: leaving.forget_person(c, some[0]))
                del self.told[some[0]]
            case "new":
                self.late.add(await self.new())
            case "blocks":
                await self.database.transact(lambda c: self.block(c, some[0]))
            case "crash":
                await self.crash()

    async def feed(self) -> None:
        self.clock.passes(seconds=EVERY_S)
        await self.feeder.feed(self.clock.now(), EVERY_S)

    async def crash(self) -> None:
        """In the middle of a slice: it is written down wholly or not at all."""

        class Dying:
            url, read = self.database.url, self.database.read

            async def transact(self, work: object) -> object:
                def dies(c: Connection) -> None:
                    work(c)  # type: ignore[operator]
                    raise Crash

                return await town.database.transact(dies)

        town = self
        self.clock.passes(seconds=EVERY_S)
        dying = AnnouncementFeeder(Dying(), AnnouncementRules(per_minute=36), QUIET, self.ids)  # type: ignore[arg-type]
        with suppress(Crash):
            await dying.feed(self.clock.now(), EVERY_S)

    async def say(self) -> None:
        """What the ticker and the conversation do with due notices: read, said, gone."""

        def work(c: Connection) -> list[str]:
            rows = pairings.due_notices(c, to_ms(self.clock.now()), 2)
            return [row["learner_id"] for row in pairings.take_notices(c, [row["notice_id"] for row in rows]).values()]

        for learner_id in await self.database.transact(work):
            assert learner_id in self.told, "whoever is gone is told nothing"
            assert not self.told[learner_id], "twice"
            self.told[learner_id] = True

    def turn(self, c: Connection, what: str) -> None:
        row = kept.get(c, "a")
        assert row is not None
        if what == "stop" and row.state == "sending":
            announcing.halt(c, row)
        elif what == "go on" and row.state == "stopped":
            announcing.begin(c, row, "o", AnnouncementRules(), real_book().wishes, self.clock.now())

    def block(self, c: Connection, learner_id: str) -> None:
        hers = conversations.learners_by_id(c, [learner_id])[learner_id]
        outbox.mark_away(c, hers.channel, hers.chat_id, 10**12)
        self.away.add(learner_id)


@pytest.mark.parametrize("seed", range(6))
async def test_nobody_hears_twice_and_everybody_once(tmp_path: Path, seed: int, long_run: bool):
    for turn in range(20 if long_run else 2):
        path = tmp_path / f"{turn}.db"
        await empty_database(path)
        database = open_database(f"sqlite:///{path}")
        try:
            await _one(database, Random(seed * 1_000 + turn))
        finally:
            await database.close()


async def _one(database: Database, rng: Random, acts: Sequence[str] = ACTS) -> None:
    town = Town(database, rng)
    for _ in range(30):
        await town.new()
    body = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."
    row = AnnouncementRow("a", WARD, body, "", "o", START, "draft")
    await database.transact(lambda c: kept.put(c, row))
    await database.transact(lambda c: announcing.begin(c, row, "o", AnnouncementRules(), real_book().wishes, START))
    for _ in range(60):
        await town.act(rng.choice(acts) if len(town.told) > 4 else "new")
    await database.transact(lambda c: town.turn(c, "go on"))
    for _ in range(60):
        await town.feed()
        for _ in range(3):
            await town.say()
    left = {who for who, told in town.told.items() if not told}
    assert left <= town.late | town.away, "only whoever came late or blocked the tutor may have heard nothing"
    known = await database.read(lambda c: kept.under(c, "/"))
    assert known[0].state == "sent"
