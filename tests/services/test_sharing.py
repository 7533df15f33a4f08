"""Two persons on one phone: who is learning? Each has her own lessons; neither sees the other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])
LESSON = lesson(
    """
    - quiz: q
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - {task: lam, text: Làm, steps: ["Một."], done: Xong, later: {remind: 1d, times: 2, text: "{Chị} {ten} ơi, nhắc."}}
    - {end: het, text: Hết}
    """
)


async def mother_and_daughter(t: Tutor, channel: str) -> Learner:
    """One phone: Sáu has answered a question, then Bé sat down and agreed."""
    phone = await t.learner("phone", channel).meets("Sáu")
    await (await phone.opens("thu")).tap("Đúng")
    await phone.say("đổi người học")
    assert phone.last.labels == ("Sáu", "Người khác")
    await phone.tap("Người khác")
    assert "máy trả lời tự động" in phone.said
    await phone.tap("Đồng ý")
    await phone.say("Bé")
    return await phone.tap_token("a:0")


@CHANNELS
async def test_each_has_her_own_place(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        phone = await mother_and_daughter(t, channel)
        assert "Sáu" not in phone.said and not any("học tiếp" in label for label in phone.last.labels)
        await phone.opens("thu")
        assert "Hỏi" in phone.said, "from its beginning"
        await phone.say("đổi người học")
        assert phone.last.labels == ("Sáu", "Bé", "Người khác")
        await phone.tap("Sáu")
        assert "chào chị Sáu" in phone.said and "Làm" in phone.said
        numbers = [message.no for message in phone.heard]
        assert numbers == sorted(set(numbers)), "no number twice in one chat"
        await phone.say("ai đang học")
        await phone.say("bé")
        assert "chào chị Bé" in phone.said and "Đúng" in phone.buttons, "typed as well as tapped"
        await phone.tap("Đúng")
        names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
        assert sorted(names[row["learner_id"]] for row in await t.rows("attempt")) == ["Bé", "Sáu"]


async def test_on_the_web_page_a_reload_shows_the_other_nothing(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        await mother_and_daughter(t, WEB)
        assert "Sáu" not in str(await t.rows("chat_log"))


async def test_who_is_not_learning_is_not_reminded(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        phone = await mother_and_daughter(t, TELEGRAM)
        await t.passes(days=2)
        assert "Sáu" not in phone.said
        await phone.say("đổi người học")
        await phone.tap("Sáu")
        await phone.tap("Xong")
        assert "Hết" in phone.said


async def test_a_button_with_another_ones_id_seats_nobody(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        stranger = await t.learner("other").meets("Lạ")
        (person,) = await t.rows("person")
        phone = await t.learner("phone").meets("Sáu")
        await phone.tap_token(f"w:{person['learner_id']}")
        await phone.say("đổi người học")
        await phone.tap_token(f"w:{person['learner_id']}")
        assert "Lạ" not in phone.said
        await phone.say("xem dữ liệu")
        assert "Sáu" in phone.said and stranger.heard


@CHANNELS
async def test_one_deletes_everything_and_the_other_stays(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        phone = await mother_and_daughter(t, channel)
        await (await phone.say("xóa dữ liệu")).tap("Xóa hết")
        (person,) = await t.rows("person")
        assert person["name"] == "Sáu" and "Bé" not in await t.everything()
        await phone.say("tiếp tục")
        assert "Làm" in phone.said
        numbers = [message.no for message in phone.heard]
        assert numbers == sorted(set(numbers))


async def test_a_family_is_no_crowd(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        phone = await t.learner("phone").meets("Mận")
        for name in ("Lan", "Huệ", "Cúc", "Mai", "Sen"):
            await (await phone.say("đổi người học")).tap("Người khác")
            await phone.tap("Đồng ý")
            await phone.say(name)
            await phone.tap_token("a:0")
        await phone.say("đổi người học")
        assert phone.last.labels == ("Mận", "Lan", "Huệ", "Cúc", "Mai", "Sen")
        await phone.tap_token("w:new")
        assert len(await t.rows("person")) == 6


async def test_two_persons_of_one_phone_and_a_second_phone(tmp_path: Path):
    """Words of the one join her alone."""
    async with tutor(tmp_path, book(LESSON)) as t:
        phone = await mother_and_daughter(t, TELEGRAM)
        from bot.people.policy import codes

        await phone.say("nối máy")
        said = next(line for line in phone.said.splitlines() if codes.read(line))
        new = await t.learner("new", WEB).say(said)
        await new.say("máy của tôi")
        await t.tells()
        await phone.tap("Đúng, nối vào")
        await new.say("học tiếp")
        await new.say("xem dữ liệu")
        assert "Bé" in new.said
        assert {row["name"] for row in await t.rows("person")} == {"Sáu", "Bé"}


async def test_withdrawing_keeps_her_seat(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        phone = await mother_and_daughter(t, TELEGRAM)
        await phone.say("rút đồng ý")
        await phone.say("đổi người học")
        await phone.tap("Sáu")
        await phone.say("đổi người học")
        assert phone.last.labels == ("Sáu", "Người thứ 2", "Người khác")
