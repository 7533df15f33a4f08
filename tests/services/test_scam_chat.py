"""A learner asks whether a message is a scam: it is judged as somebody else's, told in plain words, and not kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import Media, Text
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Tutor, tutor

SCAM = (
    "Cong an yeu cau tai app qua link vneid-gov.top, khong lam hom nay tai khoan bi khoa. Ma OTP 482913 doc cho can bo"
)
KIN = "Con chị bị tai nạn đang cấp cứu, mẹ ơi cứu con, chuyển 15 triệu viện phí gấp vô tài khoản này"
BOOK = book(
    lesson(
        """
        - task: viec
          text: Chị mở máy lên
        - ask: ten
          text: Chị kể một quảng cáo từng thấy
          save: ke
        - {end: het, text: Hết}
        """
    )
)


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, BOOK) as made:
        yield made


async def called(t: Tutor) -> bool:
    return any(row["kind"] == "safety" for row in await t.rows("request"))


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_the_next_message_is_judged_and_not_kept(t: Tutor, channel: str):
    lan = await t.learner("lan", channel).meets()
    await lan.say("tin này có lừa không")
    assert "chuyển hay gõ lại tin" in lan.said
    await lan.say(SCAM)
    assert "dấu hiệu lừa đảo" in lan.said and "Đường link nhái tên trang thật" in lan.said and "an toàn" not in lan.said
    assert "Hỏi người chỉ" in lan.last.labels and "Lỡ làm theo rồi" in lan.last.labels
    await lan.say("menu")
    kept = await t.everything()
    assert "482913" not in kept and "vneid-gov" not in kept
    assert not await called(t)


@pytest.mark.parametrize(
    "text",
    [
        f"tin này có lừa không: {SCAM}", f"{SCAM}\ncó phải lừa đảo không em",
        f"coi giùm em tin này có phải lừa đảo:\n{SCAM}",
        f"con ơi “{SCAM}” tin này thiệt hay giả vậy", "số 0900000001 gọi nói là công an, có lừa không",
    ],
)  # fmt: skip
@pytest.mark.parametrize("met", ["never", "asked", "known", "inside"])
async def test_who_asks_and_shows_the_message_in_one_hears_at_once(t: Tutor, text: str, met: str):
    lan = t.learner("lan", WEB)
    if met == "asked":
        await lan.say("chào")
    elif met != "never":
        await lan.meets()
        if met == "inside":
            await lan.opens("thu")
    await lan.say(text)
    assert "dấu hiệu" in lan.said and "muốn em xem" not in lan.said and "Hỏi người chỉ" in lan.last.labels
    assert not await called(t) and "482913" not in await t.everything()


async def test_her_own_cry_comes_before_the_question(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("tôi lỡ chuyển 5 triệu cho nó rồi, có phải lừa đảo không")
    assert await called(t)


async def test_the_question_is_no_part_of_what_was_asked_for(t: Tutor):
    lan = await t.learner("lan", WEB).meets()
    await lan.say("tin này có lừa không")
    await lan.say("Coi giùm em tin này có lừa đảo không: mai họp chi hội lúc 7 giờ nha chị")
    assert "chưa phải là an toàn" in lan.said


async def test_a_step_that_asks_for_words_takes_the_question_too(t: Tutor):
    lan = await (await t.learner("lan").meets()).opens("thu")
    await lan.say("xong")
    await lan.say("quảng cáo vầy, có lừa không: việc nhẹ lương cao, cọc 200 ngàn")
    state = await t.state(lan)
    assert state.run is not None and "việc nhẹ" in state.run.vars.get("ke", "")


async def test_nothing_is_ever_called_safe(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("kiểm tra tin này")
    await lan.say("mai họp chi hội lúc 7 giờ nha chị")
    assert "chưa phải là an toàn" in lan.said and "Lỡ làm theo rồi" not in lan.last.labels


async def test_what_only_sounds_like_a_scam_is_told_plainly_with_what_to_do(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("tin này có lừa không")
    await lan.say("Đơn này hệ thống trả gấp rưỡi, nhóm ai cũng rút được rồi, chị làm lẹ kẻo hết suất")
    assert "Nghe giống những tin lừa" in lan.said and "đừng chuyển tiền" in lan.said and "an toàn" not in lan.said
    assert "Hỏi người chỉ" in lan.last.labels and not await called(t)


async def test_another_s_cry_is_no_cry_of_hers(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("tin này có lừa không")
    await lan.say(KIN)
    assert "Người thân gặp chuyện" in lan.said and not await called(t)
    await lan.say("tui lỡ chuyển tiền cho nó rồi")
    assert await called(t) or "vừa bị lừa" in lan.said


async def test_her_own_cry_is_heard_where_a_message_was_asked_for(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("tin này có lừa không")
    await lan.say("tui bị lừa hết tiền rồi")
    assert await called(t)


async def test_the_button_under_it_calls(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("tin này có lừa không")
    await lan.say(SCAM)
    await lan.tap("Lỡ làm theo rồi")
    assert await called(t)


async def test_what_is_forwarded_is_judged_at_once_and_the_lesson_stays_open(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.opens("thu")
    await lan.does(Text(SCAM, forwarded=True))
    assert "dấu hiệu lừa đảo" in lan.said
    await lan.tap("Học tiếp")
    assert "Chị mở máy lên" in lan.said


async def test_a_newcomer_may_forward_one(t: Tutor):
    moi = t.learner("moi")
    await moi.does(Text(SCAM, forwarded=True))
    assert "máy trả lời tự động" in moi.said and "dấu hiệu lừa đảo" in moi.said
    assert "482913" not in await t.everything()


async def test_a_long_foreign_message_in_a_lesson_is_asked_about(t: Tutor):
    lan = await t.learner("lan", WEB).meets()
    await lan.opens("thu")
    await lan.say(SCAM)
    assert lan.last.labels in (("Xem giúp", "Không phải"), ("Xem giúp", "Đúng rồi, tôi bị", "Không phải"))
    assert "vneid-gov" not in str(await t.state(lan))
    await lan.tap("Xem giúp")
    assert "Đường link nhái tên trang thật" in lan.said
    await lan.tap("Học tiếp")
    await lan.say(SCAM)
    await lan.tap("Không phải")
    assert "Chị mở máy lên" in lan.said


async def test_a_step_that_asks_for_words_takes_them(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.opens("thu")
    await lan.say("xong rồi")
    await lan.say(SCAM)
    assert "Xem giúp" not in lan.last.labels


async def test_a_picture_where_text_was_asked(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("tin này có lừa không")
    await lan.does(Media("photo", "P"))
    assert "chưa đọc được" in lan.said
    await lan.does(Media("photo", "P", SCAM))
    assert "dấu hiệu lừa đảo" in lan.said


async def test_ten_thousand_characters(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("tin này có lừa không")
    await lan.say(f"{SCAM} {'bla bla ' * 1250}")
    assert "dài quá" in lan.said and "dấu hiệu lừa đảo" in lan.said


async def test_it_is_among_what_can_be_done(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.say("làm được gì")
    await lan.tap("Tin này có lừa không?")
    assert "chuyển hay gõ lại tin" in lan.said
