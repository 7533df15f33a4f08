"""Two phones taken apart again: whichever is not hers begins anew, nothing of hers is lost, no old button does it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

LESSON = lesson(
    """
    - quiz: q
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - {task: lam, text: Làm, steps: ["Một."], done: Xong, later: {remind: 1d, times: 2, text: "{Chị} {ten} ơi, nhắc."}}
    - {end: het, text: Hết}
    """
)
BOTH = pytest.mark.parametrize("second", [TELEGRAM, WEB])


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(LESSON)) as running:
        yield running


async def joined(t: Tutor, second: str) -> tuple[Learner, Learner]:
    """Lan has answered on her first phone and joined a second, where she stands now."""
    first = await t.learner("first").meets("Lan")
    await (await first.opens("thu")).tap("Đúng")
    await first.say("nối máy")
    words = next(line for line in first.said.split("\n") if len(line.split()) == 3 and line.islower())
    other = await t.learner("second", second).meets("Lan")
    await other.say(words)
    await other.tap("Máy của tôi")
    assert len(await t.rows("person")) == 1
    return first, other


async def owners(t: Tutor) -> dict[str, str]:
    names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
    return {row["chat_id"]: names[row["learner_id"]] for row in await t.rows("identity")}


@BOTH
async def test_this_phone_begins_anew_and_the_other_has_everything(t: Tutor, second: str):
    first, other = await joined(t, second)
    await other.say("tách máy")
    assert other.last.labels == ("Tách máy kia ra", "Tách máy này ra", "Thôi, để vậy")
    await other.tap("Tách máy này ra")
    assert "đã tách máy này" in other.said and "máy trả lời tự động" in other.said
    assert await owners(t) == {"first": "Lan", "second": ""}
    numbers = [message.no for message in other.heard]
    assert numbers == sorted(set(numbers)), "no number twice in one chat"
    await t.passes(days=1, hours=1)
    await first.say("học tiếp")
    assert "Làm" in first.said and len(await t.rows("attempt")) == 1
    await other.tap("Đồng ý")
    await other.say("Bé")
    await other.tap_token("a:0")
    assert await owners(t) == {"first": "Lan", "second": "Bé"}
    assert [row["what"] for row in await t.rows("audit")][-1] == "split"


@BOTH
async def test_the_other_phone_is_taken_off_when_it_was_never_hers(t: Tutor, second: str):
    first, other = await joined(t, second)
    await first.say("tách máy này")
    await first.tap("Tách máy kia ra")
    assert "đã tách máy kia" in first.said and "Làm" in first.said, "and her step is under her thumb"
    assert await owners(t) == {"first": "Lan", "second": ""}
    if second == WEB:
        assert not [row for row in await t.rows("chat_log") if row["chat_id"] == "second"]
    await other.say("xin chào")
    assert "Lan" not in other.said and "máy trả lời tự động" in other.said
    await t.passes(days=1, hours=1)
    assert "nhắc" not in other.said


async def test_reminders_follow_her_to_the_phone_that_stays(t: Tutor):
    first, other = await joined(t, TELEGRAM)
    await other.tap("Để sau")
    await other.say("tách máy")
    await other.tap("Tách máy này ra")
    await t.passes(days=1, hours=1)
    assert "Lan ơi, nhắc" in first.said and not other.said


async def test_with_one_phone_there_is_nothing_to_take_apart(t: Tutor):
    she = await t.learner("1").meets("Lan")
    await she.say("tách máy")
    assert "chỉ có một máy" in she.said
    for token in ("b:split_this", "b:split_other"):
        await she.tap_token(token)
    assert await owners(t) == {"1": "Lan"}


async def test_an_old_button_never_takes_a_phone_off(t: Tutor):
    _, other = await joined(t, TELEGRAM)
    await other.say("tách máy")
    tokens = dict(other.buttons)
    await other.tap("Thôi, để vậy")
    for label in ("Tách máy này ra", "Tách máy kia ra"):
        await other.tap_token(tokens[label])
    assert await owners(t) == {"first": "Lan", "second": "Lan"}
    await other.say("tách máy")
    await other.say("cái gì")
    assert "Máy nào không phải" in other.said, "the question stands"


async def test_whoever_shares_the_phone_stays(t: Tutor):
    first, other = await joined(t, TELEGRAM)
    await other.say("đổi người học")
    await other.tap("Người khác")
    await other.tap("Đồng ý")
    await other.say("Bé")
    await other.tap_token("a:0")
    await other.say("đổi người học")
    await other.tap("Lan")
    t.clock.passes(minutes=1)
    await other.say("tách máy")
    await other.tap("Tách máy này ra")
    await other.say("đổi người học")
    assert other.last.labels == ("Bé", "Người thứ 2", "Người khác")
    await other.tap("Bé")
    assert "chào chị Bé" in other.said
    await first.say("xem dữ liệu")
    assert "Lan" in first.said
