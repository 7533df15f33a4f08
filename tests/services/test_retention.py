"""Silent for a year: asked once, by day; forgotten a month later, unless she answers or comes back."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.people.hooks import PairingHooks
from bot.people.policy.permissions import OPERATOR
from bot.people.retention import Retention, RetentionRules
from bot.scheduler.daily import Caretaker
from bot.scheduler.steady import Steady, clock_of
from storage.engine.database import Connection
from storage.people import people
from storage.people.records import RoleRow
from tests.support.builders import book, lesson
from tests.support.harness import QUIET, Tutor, tutor
from tests.support.world import START

LESSON = lesson(
    """
    - {say: nghi, text: Nghỉ, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)
ASKING = lesson(
    """
    - quiz: hoi
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng rồi, right: true}]
    - {end: het, text: Hết}
    """
)
WARD = "w26041"


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(LESSON)) as running:
        yield running


def caretaker(t: Tutor, folder: Path | None = None, rules: RetentionRules | None = None) -> Caretaker:
    folder = folder or Path(t.url.removeprefix("sqlite:///")).parent
    return Caretaker(
        Retention(t.database, t.services, rules or RetentionRules(), t.ids), t.clock.now, QUIET, {folder}, folder
    )


async def names(t: Tutor) -> set[str]:
    return {row["name"] for row in await t.rows("person")}


async def grant(t: Tutor, name: str, role: str, state: str = "active", area: str = WARD) -> None:
    def work(c: Connection) -> None:
        people.set_role(c, RoleRow(who, role, area, state, "x", START))

    who = next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)
    await t.database.transact(work)


async def test_asked_once_and_forgotten_after_a_month(t: Tutor):
    care = caretaker(t)
    she = await t.learner("1").meets("Lan")
    await care.step()
    await t.passes(days=364)
    await care.step()
    await t.tells()
    assert "xóa hết" not in she.said
    await t.passes(days=2)
    for _ in range(3):
        await care.step()
        await t.passes(days=1, minutes=1)
    asked = [message for message in she.heard if "giữ lại hay xóa hết" in message.text]
    assert len(asked) == 1 and asked[0].labels == ("Giữ lại", "Xóa hết")
    assert "hơn 12 tháng" in asked[0].text and "Sau 30 ngày" in asked[0].text
    await t.passes(days=26)
    await care.step()
    assert await names(t) == {"Lan"}
    await t.passes(days=2)
    await care.step()
    assert await names(t) == set()
    assert [row["what"] for row in await t.rows("audit")][-2:] == ["deleted_idle", "deleted"]
    assert await t.rows("forgotten"), "and a restore does not bring her back"
    assert "Lan" not in await t.everything()


@pytest.mark.parametrize("answer", ["Giữ lại", "xin chào", "học tiếp"])
async def test_whatever_she_answers_keeps_it(t: Tutor, answer: str):
    care = caretaker(t)
    she = await t.learner("1").meets("Lan")
    await t.passes(days=366)
    await care.step()
    await t.tells()
    await (she.tap(answer) if answer in she.buttons else she.say(answer))
    if answer == "Giữ lại":
        assert "giữ nguyên cho chị" in she.said
    for _ in range(3):
        await t.passes(days=31)
        await care.step()
    assert await names(t) == {"Lan"}
    assert (await t.rows("person"))[0]["idle_asked_at"] is None
    await t.passes(days=366)
    await care.step()
    await t.tells()
    assert "giữ lại hay xóa hết" in she.said, "a year later she is asked again"


async def test_single_answers_of_long_ago_go_and_finished_lessons_stay(tmp_path: Path):
    async with tutor(tmp_path, book(ASKING)) as t:
        care = caretaker(t, rules=RetentionRules(history=timedelta(days=400)))
        she = await (await t.learner("1").meets("Lan")).opens("thu")
        await she.tap("Đúng rồi")
        answers, runs = await t.rows("attempt"), await t.rows("run")
        await t.passes(days=399)
        await she.say("xin chào")  # she is no stranger
        await care.step()
        assert answers and await t.rows("attempt") == answers
        await t.passes(days=2)
        await care.step()
        assert not await t.rows("attempt") and await t.rows("run") == runs and runs[0]["outcome"] == "completed"


async def test_deleting_is_confirmed_as_always(t: Tutor):
    care = caretaker(t)
    she = await t.learner("1").meets("Lan")
    await t.passes(days=366)
    await care.step()
    await t.tells()
    await she.tap("Xóa hết")
    assert "không lấy lại được" in she.said and await names(t) == {"Lan"}
    await she.tap("Xóa hết")
    assert await names(t) == set()


async def test_nobody_is_asked_at_night(t: Tutor):
    care = caretaker(t)
    await t.learner("1").meets("Lan")
    t.clock.passes(days=366, hours=13)
    await care.step()
    assert not await t.rows("notice")
    t.clock.passes(hours=11)
    await care.step()
    assert len(await t.rows("notice")) == 1


async def test_whoever_answers_for_others_is_counted_and_never_forgotten(t: Tutor):
    care = caretaker(t)
    for number, (name, role, state) in enumerate(
        [
            ("Cúc", "officer", "active"),
            ("Sen", "editor", "active"),
            ("Đào", "instructor", "active"),
            ("Mơ", "officer", "suspended"),
        ]
    ):
        await t.learner(str(number)).meets(name)
        await grant(t, name, role, state)
    for days in (366, 2, 31):
        await t.passes(days=days)
        await care.step()
    assert await names(t) == {"Cúc", "Sen"}
    assert await care.retention.counts(t.clock.now()) == {"asked": 0, "officers": 2}


class Hooks(PairingHooks):
    def __init__(self, gone: list[tuple[str, str]]) -> None:
        self.gone = gone

    def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        self.gone.append((learner_id, why))


async def test_an_instructor_who_is_forgotten_leaves_nobody_alone(t: Tutor):
    care = caretaker(t)
    gone: list[tuple[str, str]] = []
    await t.learner("1").meets("Đào")
    await grant(t, "Đào", "instructor")
    t.services.hooks = Hooks(gone)
    for days in (366, 31):
        await t.passes(days=days)
        await care.step()
    assert len(gone) == 1 and gone[0][1] == "deleted"


async def test_old_copies_go_and_backups_are_nobodys_here(t: Tutor, tmp_path: Path):
    care = caretaker(t, tmp_path)
    (tmp_path / "backup").mkdir()
    (tmp_path / "before-restore-20260101-080000").mkdir()
    (tmp_path / "before-restore-20260101-080000" / "camtay.db").write_text("x")
    kept = ["camtay.db", "before-noon.txt", "backup/mine.tar.gz", "backup/camtay-20250105-080000.tar.gz"]
    old = ["camtay.db.before-0003", "before-restore-20260101-080000"]
    for name in [*kept, *old]:
        if not (tmp_path / name).exists():
            (tmp_path / name).write_text("x")
        long_ago = (START - timedelta(days=100)).timestamp()
        os.utime(tmp_path / name, (long_ago, long_ago))
    (tmp_path / "camtay.db.before-0004").write_text("x")
    young = (START - timedelta(days=29)).timestamp()
    os.utime(tmp_path / "camtay.db.before-0004", (young, young))
    await care.step()
    assert all((tmp_path / name).exists() for name in [*kept, "camtay.db.before-0004"])
    assert not any((tmp_path / name).exists() for name in old)


async def test_for_ever_means_for_ever(t: Tutor, tmp_path: Path):
    care = caretaker(t, tmp_path, RetentionRules(aside=None))
    (tmp_path / "camtay.db.before-0003").write_text("x")
    os.utime(tmp_path / "camtay.db.before-0003", (0, 0))
    await care.step()
    assert (tmp_path / "camtay.db.before-0003").exists()


async def test_what_was_deleted_leaves_no_copy_in_a_corner_of_the_file(t: Tutor, tmp_path: Path):
    care = caretaker(t)
    await care.step()
    t.ids.prefix, t.ids.numbers = "id-that-stands-nowhere-else-", count(100_000)  # none is the beginning of another
    for number in range(60):
        await t.learner(str(number)).meets("Bông Súng Trắng")
    ids = [str(row["learner_id"]) for row in await t.rows("person")]
    for number in range(0, 60, 2):
        she = t.learner(str(number))
        await she.say("xóa dữ liệu")
        await she.tap("Xóa hết")
    compacted: list[bool] = []
    compact, care.retention.compact = care.retention.compact, lambda: note(compact)  # type: ignore[method-assign]

    async def note(work: Callable[[], Awaitable[bool]]) -> bool:
        compacted.append(await work())
        return compacted[-1]

    t.clock.passes(hours=18, minutes=50)  # 02:50
    await care.step()
    for _ in range(2):
        t.clock.passes(minutes=10)
        await care.step()
    assert compacted == [True, False], "in the small hours, once"
    kept = {str(row["learner_id"]) for row in await t.rows("person")}
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("camtay.db*"))
    assert len(kept) == 30 and all(each.encode() in raw for each in kept)
    assert not [each for each in ids if each not in kept and each.encode() in raw]


async def test_a_machine_that_is_off_at_night_tidies_when_it_is_switched_on(t: Tutor):
    she = await t.learner("1").meets("Lan")
    await she.say("xóa dữ liệu")
    await she.tap("Xóa hết")
    care = caretaker(t)
    await care.step()
    assert not [row for row in await t.rows("key_value") if row["key"] == "to_compact"]


async def test_a_clock_that_jumps_for_one_reading_asks_and_deletes_nobody(t: Tutor, tmp_path: Path):
    """400 days ahead: a backup, an invitation, somebody without consent, and everybody else would be due."""
    counted = 0.0
    steady = Steady(t.database, t.clock.now, lambda: counted)
    care, ticker = caretaker(t, tmp_path), t.ticker
    care.steady = ticker.steady = steady
    lan = await t.learner("1").meets("Lan")
    await lan.opens("thu")
    await t.learner("2").say("xin chào")
    await t.people.invite(OPERATOR, "learner", WARD)
    (tmp_path / "backup").mkdir()
    for day in ("04", "05"):
        (tmp_path / "backup" / f"camtay-202601{day}-080000.tar.gz").write_text("x")
    await ticker.step()
    await care.step()
    before = [await t.rows(each) for each in ("person", "invitation", "inbox", "notice")]
    care._done_at = ticker._swept_at = None
    t.clock.passes(days=400)
    counted += 5
    heard = len(lan.heard)
    await ticker.step()
    await care.step()
    await t.flush()
    assert len(lan.heard) == heard, "nobody is reminded"
    assert [await t.rows(each) for each in ("person", "invitation", "inbox", "notice")] == before
    assert len(list((tmp_path / "backup").iterdir())) == 2
    t.clock.passes(minutes=2)
    counted += 120
    await ticker.step()  # who waits for a reminder or for help waits no longer; nothing is deleted
    await care.step()
    await t.flush()
    assert len(lan.heard) > heard
    kept = {row["learner_id"] for row in before[0]}
    assert kept == {row["learner_id"] for row in await t.rows("person")} and await t.rows("invitation") == before[1]
    t.clock.passes(minutes=-2)
    counted -= 120
    stored = await t.database.read(lambda c: clock_of(c))
    assert stored == (START, START + timedelta(days=400)), "the last sure instant is kept, for a start in between"
    t.clock.passes(days=-400)
    t.clock.passes(seconds=5)
    counted += 5
    await ticker.step()
    assert steady.belief is not None and steady.belief.doubt_for is None
    again = Steady(t.database, t.clock.now, lambda: counted)
    t.clock.passes(days=400)
    assert await again.look() == timedelta(0), "a start with the clock ahead is no better"
    t.clock.passes(days=1)
    counted += 86_400
    assert await again.look() is None, "whoever set it so has had a day to say no"
    await ticker.step()


async def test_the_officers_of_the_widest_area_hear_before_the_disk_is_full(t: Tutor, tmp_path: Path):
    care, left = caretaker(t, tmp_path), [600_000_000]
    care.free = lambda folders: left[0]
    for chat, name, area in (("1", "Cúc", "dong-nai"), ("2", "Bé", WARD), ("3", "Lan", WARD)):
        await t.learner(chat).meets(name)
        await grant(t, name, "officer" if name != "Lan" else "learner", area=area)
    await care.step()
    await t.tells()
    assert not t.learner("1").said
    left[0] = 320_000_000
    for _ in range(3):
        await care.step()
        await t.tells()
        assert not t.learner("2").said and not t.learner("3").said
    heard = [message.text for message in t.learner("1").heard if "sắp hết chỗ" in message.text]
    assert len(heard) == 1 and "còn 320 MB" in heard[0], "once a day"
    t.clock.passes(days=1)
    await care.step()
    await t.tells()
    assert "sắp hết chỗ" in t.learner("1").said
