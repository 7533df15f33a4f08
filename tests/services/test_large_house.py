"""A house of a hundred thousand: what is asked in chat reads what it shows, whole tables are counted beside it."""

from __future__ import annotations

import ctypes
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.kept_counts import KeptCounts, read_apart
from bot.reports.chat import Figures
from bot.reports.service import Reports, counter_of, span_of
from bot.scams.drills import DrillChat
from storage import reports, waiting
from storage.conversations import expiry
from storage.desk import choosing
from storage.engine import schema
from storage.engine.database import Connection, Database, open_database
from storage.meetings import meetings
from storage.pairing import roster
from storage.people import areas, invitations, people
from storage.people.areas import PROVINCE, AreaRow
from storage.people.records import RoleRow
from storage.scams import drills
from tests.services.test_meetings import BOOK
from tests.support.harness import Learner, Tutor, empty_database, tutor
from tests.support.world import START

WARD = "/dong-nai/w26041/"
WHOLE = f"/{PROVINCE}/"
MONTH = timedelta(days=30)

READS: dict[str, Callable[[Connection], object]] = {
    "health": expiry.counts,
    "what waits": lambda c: waiting.waiting(c, START),
    "areas by path": lambda c: areas.at(c, [WHOLE, WARD]),
    "areas near": lambda c: areas.near(c, [WHOLE], 8),
    "wards": areas.wards,
    "places to meet": lambda c: areas.smallest(c, [WHOLE], 8, 9),
    "areas to choose": lambda c: choosing.choices(c, [WHOLE], "w26041"),
    "instructors of a ward": lambda c: roster.with_role(c, [WARD], "instructor", ("active", "suspended"), 200),
    "instructors of all": lambda c: roster.with_role(c, [WHOLE], "instructor", ("active", "suspended"), 200),
    "codes of a ward": lambda c: invitations.given(c, [WARD], START, MONTH, 200),
    "codes of all": lambda c: invitations.given(c, ["/"], START, MONTH, 200),
    "one code": lambda c: invitations.beginning(c, "abcdef"),
    "a roll": lambda c: meetings.expected(c, WARD, 0, 8),
    "people of a ward": lambda c: people.named_below(c, [WARD]),
    "drills of a ward": lambda c: drills.count_below(c, WARD, START),
}
SCANNED = re.compile(r"SCAN (\w+)$")
SMALL = re.compile(r"import_batch|outbox|key_value|subscription|anon_\d")
"""Tables that hold little, or what waits alone; parts of a statement."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    await empty_database(tmp_path / "camtay.db")
    opened = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    await schema.ensure(opened)
    yield opened
    await opened.close()


@contextmanager
def heard() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile."""
    said: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        said.append((statement, values))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("what", READS)
async def test_no_table_of_people_is_read_from_end_to_end(database: Database, what: str):
    with heard() as said:
        await database.read(READS[what])

    def plans(connection: Connection) -> list[str]:
        rows = (row for each in said for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each[0]}", each[1]))
        return [str(row[3]) for row in rows]

    steps = await database.read(plans)
    scans = {found[1] for step in steps if (found := SCANNED.search(step)) and not SMALL.fullmatch(found[1])}
    assert said and not scans, steps


async def test_how_much_is_kept_is_counted_up_to_a_bound(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(expiry, "COUNTED", 3)

    def fill(connection: Connection) -> dict[str, int]:
        rows = "INSERT INTO inbox (channel, update_id, at, fault) VALUES ('web', ?, 1, ?)"
        for n in range(5):
            connection.exec_driver_sql(rows, (f"a{n}", "broken"))
            connection.exec_driver_sql(rows, (f"b{n}", None))
        return expiry.counts(connection)

    assert (await database.transact(fill))["set_aside"] == 3


async def officer_of(t: Tutor, area_id: str, branches: int) -> Learner:
    """Hoa answers for an area; the ward has so many branches."""
    hoa = await t.learner("hoa").meets("Hoa")
    her = (await t.rows("session"))[0]["learner_id"]
    rows = [AreaRow(f"b{n}", "w26041", "branch", f"Chi hội {n}", "", f"{WARD}b{n}/") for n in range(branches)]
    await t.database.transact(lambda c: areas.add(c, rows))
    await t.database.transact(lambda c: people.set_role(c, RoleRow(her, "officer", area_id, "active", "x", START)))
    return hoa


def beside(t: Tutor) -> KeptCounts:
    """As in a running tutor, what is counted of everywhere is counted beside the chat."""
    counts = KeptCounts(t.url, t.clock.now)
    counts.run()
    for handler in t.services.handlers.values():
        if isinstance(handler, Figures | DrillChat):
            handler.counts = counts
    return counts


async def test_a_province_is_counted_beside_and_nobody_waits_for_it(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa, counts = await officer_of(t, PROVINCE, 3), beside(t)
        await hoa.say("chỉ tiêu")
        assert "đang đếm" in hoa.said and "Gia đình số" not in hoa.said
        await counts.settled()
        await hoa.say("chỉ tiêu")
        assert "Thành phố Đồng Nai: 0 Gia đình số" in hoa.said and "Đếm lúc" in hoa.said
        assert "còn 3 chi hội chưa đạt" in hoa.said
        await hoa.say("bài thử địa bàn")
        assert "đang đếm" in hoa.said
        await counts.settled()
        await hoa.say("bài thử địa bàn")
        assert "đang đếm" not in hoa.said and "Thành phố Đồng Nai" in hoa.said


async def test_a_ward_is_told_at_once_and_reads_nothing_of_others(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa, counts = await officer_of(t, "w26041", 2), beside(t)
        await hoa.say("chỉ tiêu")
        assert "còn 2 chi hội chưa đạt" in hoa.said and "Đếm lúc" not in hoa.said
        with heard() as said:
            await hoa.say("chỉ tiêu")
        few = len(said)
        more = [AreaRow(f"c{n}", "w26041", "branch", f"Chi hội c{n}", "", f"{WARD}c{n}/") for n in range(300)]
        await t.database.transact(lambda c: areas.add(c, more))
        with heard() as said:
            await hoa.say("chỉ tiêu")
        assert len(said) == few and "còn 302 chi hội" in hoa.said, "as many statements, however many areas"
        assert counts.at_once(("targets", START.year), lambda c: None) is None, "nothing was counted beside"
        await counts.settled()


async def test_where_nothing_runs_around_it_a_count_is_not_put_off(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer_of(t, PROVINCE, 1)
        await hoa.say("chỉ tiêu")
        assert "còn 1 chi hội chưa đạt" in hoa.said


async def test_places_to_meet_come_page_by_page(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer_of(t, PROVINCE, 20)
        with heard() as said:
            await hoa.say("họp chi hội")
        first, read = len(hoa.buttons), [values for each, values in said if "FROM area" in each and "LIMIT" in each]
        assert first == 10, "eight of them, the next page, the menu"
        assert any(9 in values for values in read)
        await hoa.tap("Xem thêm")
        assert "Chi hội 17" in str(hoa.buttons) or "Chi hội 9" in str(hoa.buttons)


# --- what a count leaves behind ----------------------------------------------------------------------


def in_memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def made_and_left(_: Connection) -> bytearray:
    """Sixty megabytes in pieces, and one that is kept behind them."""
    pieces = [bytearray(1_000) for _ in range(60_000)]
    return pieces[-1]


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library")
async def test_what_a_count_is_done_with_the_system_has_again(database: Database):
    begun, kept = in_memory_mb(), []
    for _ in range(3):
        kept.append(await read_apart(database.url, made_and_left))
    assert in_memory_mb() - begun < 30.0


REPORTS = ("targets", "pairs", "progress", "lessons")


async def test_reports_have_their_areas_in_common_and_make_them_once(database: Database):
    more = [AreaRow(f"c{n}", "w26041", "branch", f"Chi hội {n}", "", f"{WARD}c{n}/") for n in range(50)]
    await database.transact(lambda c: areas.add(c, more[1:]))
    span = span_of(START.year, START, Reports.zone, 30)
    first = await database.read_long(counter_of("targets", span))
    with heard() as said:
        sheets = [await database.read_long(counter_of(what, span)) for what in REPORTS]
    assert all(sheet.places is first.places for sheet in sheets)
    assert sum("FROM area" in each and "ORDER BY" in each for each, _ in said) == len(REPORTS), (
        "whether any has changed"
    )
    said_of = [note for note in first.notes.values() if note]
    assert len({*map(id, said_of)}) == len({*said_of}), "what is said of thousands is one sentence"
    await database.transact(lambda c: areas.add(c, more[:1]))
    now = await database.read_long(counter_of("targets", span))
    assert {"c0"} == {each.area_id for each in now.places} - {each.area_id for each in first.places}


@pytest.mark.parametrize("read", [
    lambda c: list(reports.requests(c, 0, 1)), lambda c: list(reports.guides(c, 0)), lambda c: reports.drills(c, 0, 1),
    lambda c: list(reports.begun_lessons(c, 0, 1)), lambda c: reports.tests(c, "before", 0, 1), reports.learners,
    areas.fingerprint,
])  # fmt: skip
async def test_rows_of_a_province_come_in_slices(database: Database, read: Callable[[Connection], object]):
    slices: list[int] = []

    def hear(*told: Any) -> None:
        slices.append(told[4].execution_options.get("yield_per", 0))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        await database.read(lambda c: (read(c), None)[1])
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert slices and all(0 < each <= reports.A_SLICE for each in slices)
