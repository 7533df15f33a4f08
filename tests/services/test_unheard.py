"""What was not understood: offered after a miss, given by a tap alone, masked, nameless, gone after a month."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.pages.unheard import grouped
from storage.unheard.unheard import UnheardRow
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.world import START

LESSON = lesson(
    """
    - choose: hoi
      text: Màn hình đang hiện gì?
      options:
        - {id: den, text: Màn hình đen thui, next: het}
        - {id: trang, text: Màn hình trắng tinh, next: het}
    - {end: het, text: Hết}
    """
)
GIVE = "Gửi câu vừa rồi cho người soạn"
NONSENSE = "bla bla xyz"


@pytest.fixture(params=[TELEGRAM, WEB])
async def lan(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Learner]:
    async with tutor(tmp_path, book(LESSON)) as t:
        yield await (await t.learner("lan", request.param).meets("Lan")).opens("thu")


async def given(t: Tutor) -> list[dict[str, object]]:
    return await t.rows("unheard")


async def test_after_a_second_miss_it_may_be_given(lan: Learner):
    await lan.say(NONSENSE)
    assert GIVE not in lan.last.shown
    await lan.say("bla bla xyz nha")
    assert lan.last.shown[-1] == GIVE and "Màn hình đen thui" in lan.last.shown
    await lan.tap(GIVE)
    (row,) = await given(lan.tutor)
    assert (row["text"], row["lesson"], row["step"]) == ("bla bla xyz nha", "thu", "hoi")
    assert GIVE not in lan.last.shown and "Màn hình đen thui" in lan.last.shown, "she stands where she stood"


async def test_nothing_is_kept_of_who_goes_on(lan: Learner):
    for text in (NONSENSE, NONSENSE):
        await lan.say(text)
    await lan.tap("Màn hình đen thui")
    assert GIVE not in lan.last.shown and (await lan.tutor.state(lan)).unheard is None
    await lan.tap_token("uh:give:")
    assert await given(lan.tutor) == []


async def test_secrets_are_hidden_before(lan: Learner):
    for _ in range(2):
        await lan.say("xyz xyz mật khẩu của tôi là Hoa@1965xyz")
    if GIVE in lan.last.shown:
        await lan.tap(GIVE)
    assert "Hoa@1965xyz" not in await lan.tutor.everything()


async def test_it_goes_after_a_month(lan: Learner):
    for text in (NONSENSE, NONSENSE):
        await lan.say(text)
    await lan.tap(GIVE)
    lan.tutor.clock.passes(days=29)
    await lan.tutor.ticker.sweep()
    assert len(await given(lan.tutor)) == 1
    lan.tutor.clock.passes(days=2)
    await lan.tutor.ticker.sweep()
    assert await given(lan.tutor) == []


async def test_who_has_not_agreed_is_not_asked(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        mai = await t.learner("mai").begins()
        await mai.tap("Không")
        await mai.opens("thu")
        for text in (NONSENSE, NONSENSE, NONSENSE):
            await mai.say(text)
        assert GIVE not in mai.last.shown


def test_messages_alike_but_for_marks_stand_together():
    rows = [
        UnheardRow(text, "", "", START + timedelta(minutes=at))
        for at, text in enumerate(("Nút đâu?", "nut dau", "NÚT ĐÂU!!", "zalo", "", "???"))
    ]
    assert [[row.text for row in group] for group in grouped(rows)] == [
        ["Nút đâu?", "nut dau", "NÚT ĐÂU!!"], ["", "???"], ["zalo"],
    ]  # fmt: skip
