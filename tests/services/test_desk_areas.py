"""Areas, models and progress at the desk: what is counted, what others may see of it, what may be done."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Sequence

import pytest

from bot.kept_counts import KeptCounts
from storage.engine.instants import to_ms
from tests.support.desk_house import BRANCH, FOREIGN_BRANCH, OTHER, PROVINCE, WARD, DeskHouse
from tests.support.desk_scene import HOSTILE, asks, counted, put, rows, teaches
from tests.support.desk_scene import house as house
from tests.support.world import Clock

DAY = 86_400_000


def lesson_of(house: DeskHouse) -> tuple[str, list[str]]:
    """A real lesson with questions: its id and the ids of its quizzes."""
    book = house.officers.book()
    for lesson_id in sorted(book.current):
        lesson = book.lesson(lesson_id)
        steps = [step.id for step in lesson.steps if type(step).__name__ == "Quiz"] if lesson else []
        if len(steps) >= 2:
            return lesson_id, steps
    raise AssertionError("no lesson has two questions")


async def learns(house: DeskHouse, who: str, lesson: str, steps: Sequence[str], *, done: bool, days: int = 0) -> None:
    """A run of hers, with an answer to each of these steps, so many days ago."""
    at = to_ms(house.clock.now()) - days * DAY
    number = len(await rows(house, "run"))
    run = {"run_id": f"r{number}", "learner_id": who, "lesson": lesson, "version": 1, "points": 0, "passed": done}
    ended = {"ended_at": at, "outcome": "completed"} if done else {"ended_at": None, "outcome": None}
    await put(house, "run", {**run, "started_at": at, **ended})
    answer = {"learner_id": who, "run_id": run["run_id"], "lesson": lesson, "version": 1, "answer": "x", "points": 0}
    if steps:
        await put(house, "attempt", *({**answer, "step": s, "right": True, "tries": 1, "at": at} for s in steps))


def cells(page: str, name: str) -> list[str]:
    """What stands in the row of a table that this name begins."""
    row = re.search(
        rf"<tr[^>]*><th scope=\"row\">(?:<a[^>]*>)?{re.escape(html.escape(name))}(?:</a>)?</th>(.*?)</tr>", page
    )
    assert row is not None, name
    return [re.sub(r"<[^>]+>", "", each).strip() for each in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]


async def test_an_area_shows_its_target_and_leads_to_those_below(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner", BRANCH)
    hoa = await teaches(house, "Hoa", BRANCH)
    await put(house, "pairing", {"pairing_id": "p1", "learner_id": lan, "instructor_id": hoa, "state": "open",
                                 "opened_at": to_ms(house.clock.now()), "ended_at": None})  # fmt: skip
    async with house.browser(cuc) as browser:
        page = await counted(browser, "areas")
        assert cells(page, "Phường Trấn Biên")[:4] == ["0", "0", "1", "0"] and "○" in page
        to = await browser.post(f"areas/{BRANCH}", {"kind": "family", "name": "Nhà chị Lan"})
        model = to.rpartition("/")[2]
        await browser.post(f"model/{model}", {"act": "join", "person": lan})
        house.clock.passes(minutes=11)
        await browser.get("areas")  # on a busy machine it is shown what was counted before
        await house.officers.counts.settled()
        page = await counted(browser, "areas")
        assert cells(page, "Phường Trấn Biên")[:4] == ["1", "1", "1", "1"] and "●" in page
        assert f"model/{model}" in page and "đạt" in page
        below = await counted(browser, f"areas/{BRANCH}")
        assert cells(below, f"Chi hội {BRANCH}")[:2] == ["1", "1"] and cells(below, "1")[0] == "2"
    assert [row["what"] for row in await rows(house, "audit")].count("model_joined") == 1


async def test_a_model_is_begun_joined_left_and_ended_and_a_wrong_name_is_kept_to_be_mended(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer", BRANCH), await house.person("Lan", "learner", BRANCH)
    async with house.browser(cuc) as browser:
        wrong = await browser.post(f"areas/{BRANCH}", {"kind": "club", "name": "=1+1"}, 400)
        assert "Tên mô hình phải có chữ" in wrong and 'value="=1+1"' in wrong
        await browser.post(f"areas/{BRANCH}", {"kind": "nothing", "name": "CLB"}, 400)
        here = (await browser.post(f"areas/{BRANCH}", {"kind": "club", "name": HOSTILE[:40]})).removeprefix("../")
        page = await browser.get(here)
        assert "<script>alert" not in page and f'<option value="{lan}">' in page
        await browser.post(here, {"act": "join"}, 400)
        await browser.post(here, {"act": "join", "person": lan})
        page = await browser.get(here)
        assert f"person/{lan}" in page and f'<option value="{lan}">' not in page
        await browser.post(here, {"act": "leave", "person": lan})
        await browser.post(here, {"act": "end"})
        assert "đã kết thúc" in await browser.get(here)
        await browser.post(here, {"act": "join", "person": lan}, 400)
        assert "<script>alert" not in await counted(browser, "areas")


async def test_of_another_area_only_sums_are_told_and_none_under_five(house: DeskHouse):
    lesson, steps = lesson_of(house)
    title = house.officers.book().lesson(lesson).title  # type: ignore[union-attr]
    for n in range(6):
        await learns(house, await house.person(f"Xa {n}", "learner", FOREIGN_BRANCH), lesson, steps, done=n < 2)
    cuc, mai = await house.person("Cúc", "officer"), await house.person("Mai", "officer", OTHER)
    async with house.browser(mai) as own:
        page = await counted(own, f"progress/{OTHER}")
        assert cells(page, title) == ["6", "2"]
        step = await counted(own, f"progress/{OTHER}?bai={lesson}")
        assert "6 người bắt đầu, 2 người học xong" in step
    async with house.browser(cuc) as other:
        page = await counted(other, f"progress/{OTHER}")
        assert cells(page, title) == ["…", "…"] or cells(page, title)[1] != "2"
        assert "2 người học xong" not in await counted(other, f"progress/{OTHER}?bai={lesson}"), "no steps of others"
        assert "số dưới năm không hiện" in page and "Ghi mô hình" not in await counted(other, f"areas/{OTHER}")


@pytest.mark.parametrize("page", ["areas", "progress"])
@pytest.mark.parametrize(
    ("role", "area_id", "sees"),
    [
        ("officer", WARD, {PROVINCE, WARD, OTHER, BRANCH}), ("officer", BRANCH, {PROVINCE, WARD, OTHER, BRANCH}),
        ("officer", OTHER, {PROVINCE, WARD, OTHER, FOREIGN_BRANCH}), ("editor", PROVINCE, {PROVINCE, WARD, OTHER}),
        ("admin", PROVINCE, {PROVINCE, WARD, OTHER, BRANCH, FOREIGN_BRANCH}),
    ],
)  # fmt: skip
async def test_who_sees_which_area(house: DeskHouse, page: str, role: str, area_id: str, sees: set[str]):
    async with house.browser(await house.person("Cúc", role, area_id)) as browser:
        await counted(browser, page)
        unknown = await browser.get(f"{page}/khong-co", 404)
        for each in (PROVINCE, WARD, OTHER, BRANCH, FOREIGN_BRANCH):
            path = f"{page}/{each}"
            shown = await (counted(browser, path) if each in sees else browser.get(path, 404))
            assert (shown == unknown) is (each not in sees)
    async with house.browser() as nobody:
        await nobody.get(page, 303)


async def test_a_model_of_another_area_is_as_if_there_were_none(house: DeskHouse):
    mai, lan = await house.person("Mai", "officer", OTHER), await house.person("Lan", "learner", FOREIGN_BRANCH)
    async with house.browser(mai) as own:
        model = (await own.post(f"areas/{FOREIGN_BRANCH}", {"kind": "club", "name": "CLB Xa"})).rpartition("/")[2]
    async with house.browser(await house.person("Cúc", "officer")) as other:
        assert await other.get(f"model/{model}", 404) == await other.get("model/khong-co", 404)
        for form in ({"act": "join", "person": lan}, {"act": "end"}):
            await other.post(f"model/{model}", form, 404)
        await other.post(f"areas/{OTHER}", {"kind": "club", "name": "CLB"}, 404)
    (row,) = await rows(house, "union_model")
    assert row["ended_at"] is None and not await rows(house, "membership")


async def test_a_lesson_step_by_step_tells_where_they_stop_and_where_they_ask(house: DeskHouse):
    lesson, (first, second, *_) = lesson_of(house)
    house.clock.passes(days=120)
    cuc = await house.person("Cúc", "officer")
    women = [await house.person(f"Chị {n}", "learner", BRANCH) for n in range(4)]
    await learns(house, women[0], lesson, [first, second], done=True, days=60)
    await learns(house, women[1], lesson, [first], done=False, days=20)
    await learns(house, women[2], lesson, [first], done=False, days=1)
    await learns(house, women[3], lesson, [], done=False, days=20)
    await put(house, "attempt", {"learner_id": women[0], "run_id": "r0", "lesson": lesson, "version": 1, "step": first,
                                 "answer": "x", "points": 0, "right": True, "tries": 1,
                                 "at": to_ms(house.clock.now())})  # fmt: skip
    await asks(house, women[1], "help", lesson=lesson, step=second)
    async with house.browser(cuc) as browser:
        page = await counted(browser, f"progress?bai={lesson}")
        assert "{" not in page.split("<main")[1], "what a step says is shown as it is said"
    assert "4 người bắt đầu, 1 người học xong" in page
    table = page[page.index('id="bai"') : page.index("Từng bài")]
    lines = [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
             for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", table)]  # fmt: skip
    assert lines == [["3", "100", "1", "0"], ["1", "100", "0", "1"]], "answered, right, stopped, asked"
    assert "1 trên 1 câu trả lời đúng ngay" in page


class Gated:
    """Reads nothing, when it is let."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def read(self, _: str, work):
        await self.open.wait()
        return work(None)


async def test_a_count_that_takes_long_is_not_waited_for_and_an_old_one_serves_meanwhile():
    clock, gated = Clock(), Gated()
    counts = KeptCounts("", clock.now, gated.read)
    assert await counts.of("x", lambda c: 1) is None
    gated.open.set()
    await counts.settled()
    found = await counts.of("x", lambda c: 2)
    assert found is not None and (found.value, found.at) == (1, clock.at), "it is fresh"
    gated.open.clear()
    clock.passes(minutes=10)
    old = await counts.of("x", lambda c: 3)
    assert old is not None and old.value == 1, "the old one while it is counted anew"
    gated.open.set()
    await counts.settled()
    new = await counts.of("x", lambda c: 4)
    assert new is not None and new.value == 3
    for n in range(100):
        await counts.of(n, lambda c: 0)
    again = await counts.of("x", lambda c: 5)
    assert again is not None and again.value == 5, "what nobody has looked at for long is not kept"


async def test_a_count_that_fails_is_told_to_nobody_and_tried_again():
    gated = Gated()
    gated.open.set()
    counts = KeptCounts("", Clock().now, gated.read)

    def fails(_: object) -> int:
        raise RuntimeError

    assert await counts.of("x", fails) is None
    found = await counts.of("x", lambda c: 1)
    assert found is not None and found.value == 1
