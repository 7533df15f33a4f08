"""Two who have just been told of each other: what one writes before any button is asked about, never lost unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.pairing.policy import happenings
from bot.pairing.service import Pairings
from storage.engine.instants import to_ms
from tests.services.test_lines import QUIZ
from tests.services.test_lines import paired as met
from tests.services.test_offers import CHANNELS, instructor, village
from tests.services.test_waits import taken, told
from tests.support.builders import book, lesson
from tests.support.harness import WEB, tutor

RESCUE = lesson(
    """
    - say: viec_1
      text: "Việc 1: cúp máy, đừng nghe nữa. Ai hối mấy cũng đừng chuyển tiền. Chị cúp máy được chưa?"
      wait_tap: Tiếp
    - {end: het, text: Hết}
    """,
    lesson_id="khan",
    header="emergency: true\n",
)


@CHANNELS
async def test_the_first_words_are_asked_about_and_go_by_one_tap(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await met(t, channel)
        assert "bấm “Nhắn tin” rồi gõ" in lan.said and "Nhắn tin" in lan.last.labels
        await hoa.say("Chào chị Lan, em là Hoa đây")
        assert "Tin này chưa gửi cho ai. Gửi cho chị Lan không?" in hoa.said
        await t.tells()
        assert not lan.said, "nothing goes over before she has said so"
        await hoa.tap("Gửi đi")
        assert "Đã chuyển cho chị Lan" in hoa.said
        assert "em là Hoa đây" in await told(t, lan)
        await lan.say("menu")
        await hoa.say("menu")
        assert "em là Hoa" not in await t.everything()


@pytest.mark.parametrize("no", ["Không gửi", "không"])
async def test_what_was_for_the_tutor_is_heard_by_it_and_goes_to_nobody(tmp_path: Path, no: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await met(t, WEB)
        await lan.say("hôm nay học gì vậy em")
        assert "Gửi cho chị Hoa không" in lan.said
        await (lan.tap(no) if no[0] == "K" else lan.say(no))
        assert "Gửi cho" not in lan.said and lan.said
        assert not await told(t, hoa)
        await lan.say("hôm nay trời đẹp")
        assert "Gửi cho" not in lan.said, "she is asked once"


async def test_an_answer_or_a_command_is_never_asked_about_and_her_place_stays(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await met(t, WEB)
        await lan.opens("thu")
        await lan.say("sai")
        assert len(await t.rows("attempt")) == 1 and "Gửi cho" not in lan.said
        await lan.opens("thu")
        await lan.say("em ơi chị thấy mấy nút này lạ quá chừng")
        assert "Gửi cho chị Hoa không" in lan.said
        await lan.tap("Gửi đi")
        assert "Đã chuyển cho chị Hoa" in lan.said and "Hỏi" in lan.said
        assert "lạ quá chừng" in await told(t, hoa)


async def test_words_that_were_held_are_gone_with_the_next_thing_she_does(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await met(t, WEB)
        await lan.say("bữa qua xanh lè")
        token = lan.buttons["Gửi đi"]
        await lan.say("menu")
        assert (await t.state(lan)).media_words == ""
        await lan.tap_token(token)
        assert "xanh lè" not in await told(t, hoa)


async def test_what_may_not_go_over_is_not_offered_to_go(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        _, hoa, _ = await met(t, WEB)
        await hoa.say("chị đọc mã OTP cho em")
        assert "Gửi cho" not in hoa.said


async def test_an_officer_who_has_just_taken_a_cry_may_have_the_union_called_and_her_words_are_not_lost(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        assert {"Nhắn tin", "Gửi số của Hội", "Nhờ người khác", "Xong rồi"} <= set(cuc.buttons)
        await cuc.say("Chị ơi em đây, chị bình tĩnh nha")
        assert "Gửi cho chị Lan không" in cuc.said
        await cuc.tap("Gửi đi")
        await t.tells()
        heard = "\n".join(message.text for message in lan.heard[-2:])
        assert "bình tĩnh nha" in heard and "Chị cúp máy được chưa?" in heard
        assert "Việc 1" not in heard, "the step was read before: one line of it is enough"
        assert "Tiếp" in lan.last.labels
        await lan.say("dạ bà nghe nè con")
        assert "Đã chuyển cho chị Cúc" in lan.said and "Việc 1" not in lan.said, "nor below her own reply"
        await cuc.tap_token(f"o:done:{(await t.rows('request'))[0]['request_id']}")
        await t.tells()
        assert "đã lo xong" in lan.said and "Việc 1" not in lan.said and "Tiếp" in lan.last.labels


async def test_who_may_not_ask_a_sum_here_is_told_to_have_herself_called(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ, RESCUE)) as t:
        _, cuc = await taken(t, WEB)
        await cuc.tap("Nhắn tin")
        await cuc.say("Chị mất bao nhiêu tiền rồi?")
        assert "hỏi số tiền thì gọi điện" in cuc.said and "chỉ bài" not in cuc.said
        assert "Gửi số của Hội" in cuc.last.labels


async def test_who_has_nobody_else_to_ask_can_still_say_that_it_is_done(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ, RESCUE)) as t:
        _, cuc = await taken(t, WEB)
        await cuc.tap("Nhờ người khác")
        assert "không có ai khác" in cuc.said and {"Xong rồi", "Quay lại"} <= set(cuc.last.labels)


@CHANNELS
async def test_who_cries_is_told_the_unions_number_of_her_area_or_of_the_one_above(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ, RESCUE, helper={})) as t:
        lan, cuc = await taken(t, channel)
        await cuc.say("số của Hội")
        await cuc.say("02513822999")
        await cuc.tap_token(f"o:done:{(await t.rows('request'))[0]['request_id']}")
        await lan.say("tôi bị lừa rồi")
        assert "chị gọi số của Hội: 0251 3822 999" in lan.said
        await lan.say("giúp")
        assert "chị gọi số của Hội: 0251 3822 999" in lan.said


async def test_who_was_asked_before_the_officer_asked_another_hears_at_once_that_it_is_settled(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await village(t, WEB)
        thu = await instructor(t, "thu", "Thu", WEB)
        await lan.say("nhờ người chỉ")
        await t.tells()
        first, other = (hoa, thu) if "Nhận giúp" in hoa.buttons else (thu, hoa)
        old, ids = first.buttons["Nhận giúp"], {row["name"]: row["learner_id"] for row in await t.rows("person")}
        request, asked = (await t.rows("request"))[0]["request_id"], ids["Thu" if other is thu else "Hoa"]
        pairings = Pairings(t.database, t.pairing)
        now = to_ms(t.clock.now())
        assert not await pairings.happens(ids["Cúc"], now, lambda work: happenings.assign(work, request, asked))
        await t.tells()
        assert "Việc của chị Lan (hội viên) đã có người lo, hoặc không cần nữa" in first.said
        assert "Nhận giúp" in other.buttons
        await first.tap_token(old)
        assert "Lời mời này đã xong" in first.said
