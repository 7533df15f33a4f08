"""Two write to one another by way of the tutor: nobody else reads it, nothing stays, what robs people is kept back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.base import Attachment, Media, Tap, Text
from bot.people.policy.permissions import OPERATOR
from tests.services.test_offers import CHANNELS, SAFETY, instructor, member, village
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

QUIZ = lesson(
    """
    - quiz: q
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - {end: het, text: Hết}
    """
)


async def paired(t: Tutor, channel: str = TELEGRAM) -> tuple[Learner, Learner, Learner]:
    lan, hoa, cuc = await village(t, channel)
    await lan.say("nhờ người chỉ")
    await t.tells()
    await hoa.tap("Nhận giúp")
    await t.tells()
    return lan, hoa, cuc


async def line_of(t: Tutor) -> str:
    return str((await t.rows("pairing"))[0]["pairing_id"])


@CHANNELS
async def test_both_write_and_read_and_nothing_stays(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t, channel)
        await lan.tap("Nhắn tin")
        assert "chị Hoa" in lan.said
        await lan.say("Em không thấy nút xanh lè đâu hết")
        assert "Đã chuyển cho chị Hoa" in lan.said
        await t.tells()
        assert "💬 chị Lan (hội viên): Em không thấy nút xanh lè đâu hết" in hoa.said
        await hoa.tap("Trả lời")
        await hoa.say("Nó nằm dưới cùng màn hình đó chị")
        await t.tells()
        assert "dưới cùng màn hình" in lan.said
        await lan.say("menu")
        await hoa.say("menu")
        everything = await t.everything()
        assert "xanh lè" not in everything and "dưới cùng" not in everything


@CHANNELS
async def test_outside_the_mode_nothing_passes(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t, channel)
        await lan.say("hôm nay trời đẹp")
        await lan.tap_token(f"y:talk:{await line_of(t)}")
        await lan.opens("thu")
        await lan.say("sai")
        await t.tells()
        assert not hoa.said and len(await t.rows("attempt")) == 1


async def test_the_mode_lapses(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await lan.tap("Nhắn tin")
        await t.passes(minutes=31)
        await lan.say("hôm nay trời đẹp")
        await t.tells()
        assert not hoa.said


@pytest.mark.parametrize(
    "text", ["đọc mã OTP cho em", "chuyển cho em 500k nhé", "STK 0123456789 Vietcombank", "vào http://vay-tien.xyz nha"]
)
async def test_what_robs_people_is_kept_back_and_the_officer_hears(tmp_path: Path, text: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, cuc = await paired(t)
        await hoa.tap("Nhắn tin")
        await hoa.say(text)
        assert "chưa gửi đi" in hoa.said
        await t.tells()
        assert (
            not lan.said
            and "Em đã giữ lại một tin chị Hoa (người chỉ bài) viết cho chị Lan (hội viên), vì" in cuc.said
            and text not in cuc.said
        )
        assert text not in await t.everything()


async def test_a_message_that_is_only_a_link(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await lan.tap("Nhắn tin")
        await lan.say("http://nhan-qua.top/abc")
        assert "chỉ có đường link" in lan.said
        await t.tells()
        assert not hoa.said


async def test_nobody_else_can_use_the_line(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        mai = await member(t, "mai", "Mai", "learner")
        line = await line_of(t)
        for token in (f"y:talk:{line}", f"y:report:{line}", f"y:over:{line}", "y:write:chào", "y:send:", "y:talk:x"):
            await mai.tap_token(token)
        await mai.say("chào hai chị nha")
        await t.tells()
        assert not lan.said and not hoa.said
        assert (await t.rows("pairing"))[0]["state"] == "open"


async def test_every_update_twice_and_a_crash_pass_it_on_once(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await lan.tap("Nhắn tin")
        update = lan.update(Text("một lần thôi nghe"))
        await t.deliver(update, update)
        await t.crash()
        await t.deliver(update)
        await t.tells()
        await t.tells()
        assert sum("một lần thôi" in message.text for message in hoa.heard) == 1


async def test_order_is_kept(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await lan.tap("Nhắn tin")
        words = ["tin thứ nhất", "tin thứ nhì", "tin thứ ba"]
        await t.deliver(*(lan.update(Text(each)) for each in words))
        await t.tells()
        assert [m.text.rpartition(": ")[2] for m in hoa.turn] == words


async def test_at_night_it_waits_but_not_an_emergency(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, hoa, _ = await paired(t)
        await lan.tap("Nhắn tin")
        t.clock.passes(hours=14)
        await lan.tap_token(f"y:talk:{await line_of(t)}")
        await lan.say("chị ngủ chưa")
        assert "sáng mai" in lan.said
        await t.tells()
        assert "ngủ chưa" not in hoa.said
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await hoa.tap("Tôi lo việc này")
        await hoa.tap("Nhắn tin")
        await hoa.say("bị lừa mất tiền hả chị, gọi ngân hàng liền nha")
        assert "Đã chuyển" in hoa.said
        await t.tells()
        assert "gọi ngân hàng liền" in lan.said
        await t.passes(hours=10)
        assert "ngủ chưa" in hoa.said


async def test_her_cry_is_heard_in_the_mode(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, hoa, cuc = await paired(t)
        await lan.tap("Nhắn tin")
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        assert "KHẨN" in hoa.said and "KHẨN" in cuc.said and "💬" not in hoa.said


async def test_report_in_one_tap_and_as_a_word(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, cuc = await paired(t)
        await hoa.tap("Nhắn tin")
        await hoa.say("chị gửi em coi thử cái hình đi")
        await t.tells()
        await lan.tap("Báo cáo")
        assert "người kia không biết" in lan.said and "Đổi giúp tôi" in lan.last.labels
        await t.tells()
        assert "vừa báo có tin nhắn không ổn với chị Hoa" in cuc.said and not hoa.said
        await lan.say("báo cáo")
        await t.tells()
        assert "vừa báo có tin nhắn không ổn với chị Hoa" in cuc.said


async def test_both_can_end_it_and_what_waits_is_dropped(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await hoa.tap("Nhắn tin")
        await hoa.say("mai em ghé nha")
        await lan.tap_token(f"y:end:{await line_of(t)}")
        assert (await t.rows("pairing"))[0]["state"] == "open"
        await lan.tap("Kết thúc luôn")
        assert (await t.rows("pairing"))[0]["state"] == "ended"
        await t.tells()
        assert "mai em ghé" not in lan.said and "không kèm chị Lan nữa" in hoa.said
        await hoa.say("chị ơi")
        assert "không nhắn cho nhau" in hoa.said
        assert not await t.rows("relay")


async def test_a_suspended_instructor_writes_to_nobody(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await hoa.tap("Nhắn tin")
        await hoa.say("em nè chị")
        await t.people.suspend(OPERATOR, (await t.rows("pairing"))[0]["instructor_id"])
        await hoa.say("chị còn đó không")
        await t.tells()
        assert "em nè" not in lan.said and "còn đó" not in lan.said
        assert not await t.rows("relay")


async def test_an_officer_who_took_a_stranger_can_talk_to_her(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        la = t.learner("la")
        await la.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        await cuc.tap("Nhắn tin")
        await cuc.say("chào chị, em là cán bộ Hội")
        await t.tells()
        assert "em là cán bộ Hội" in la.said
        await la.tap("Trả lời")
        await la.say("cảm ơn em nhiều lắm nha")
        await t.tells()
        assert "nhiều lắm" in cuc.said
        await cuc.tap_token(next(b.token for m in cuc.heard for b in m.buttons if b.label == "Xong rồi"))
        await cuc.say("chị ổn chưa")
        assert "💬" not in (await _told(t, la))


async def _told(t: Tutor, learner: Learner) -> str:
    await t.tells()
    return learner.said


async def test_a_photo_goes_only_after_asking_and_only_within_one_bot(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, _, _ = await paired(t)
        await lan.tap("Nhắn tin")
        await lan.does(Media("photo", "FILE-1"))
        assert "Ảnh giấy tờ" in lan.said
        await lan.tap("Không gửi")
        await lan.does(Media("photo", "FILE-2"))
        await lan.say("thôi để em kể")
        await lan.tap_token("y:send:")
        await t.tells()
        assert not any(outgoing.media for outgoing in t.channel.sent)
        await lan.does(Media("photo", "FILE-3"))
        await lan.tap("Gửi đi")
        await t.tells()
        assert [each.media for each in t.channel.sent if each.media] == [(Attachment("photo", "FILE-3"),)]
        assert "FILE-" not in await t.everything()
        await lan.does(Media("video", "FILE-4"))
        assert "chưa chuyển được" in lan.said


async def test_no_photo_to_another_channel(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await member(t, "lan", "Lan", "learner")
        hoa = await instructor(t, channel=WEB)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
        await lan.tap("Nhắn tin")
        await lan.does(Media("photo", "FILE-1"))
        assert "chưa chuyển được" in lan.said
        await lan.tap_token("y:send:")
        await t.tells()
        assert not hoa.said


async def test_an_instructor_of_two_sees_to_whom_she_writes(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        mai = await member(t, "mai", "Mai", "learner")
        await mai.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
        lines = {row["learner_id"]: row["pairing_id"] for row in await t.rows("pairing")}
        names = {row["name"]: row["learner_id"] for row in await t.rows("person")}
        await hoa.tap_token(f"y:talk:{lines[names['Mai']]}")
        assert "chị Mai" in hoa.said
        await hoa.does(Tap(f"y:talk:{lines[names['Lan']]}"))
        assert "chị Lan" in hoa.said
        await hoa.say("chào chị Lan nha")
        assert "Đã chuyển cho chị Lan" in hoa.said
        await t.tells()
        assert "chào chị Lan" in lan.said and not mai.said


@CHANNELS
async def test_what_others_say_meanwhile_leaves_her_writing(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, hoa, cuc = await paired(t, channel)
        await hoa.tap("Nhắn tin")
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        assert "đã nhận việc khẩn" in hoa.said
        await hoa.say("em nghe nè chị")
        await t.tells()
        assert "em nghe nè" in lan.said


async def test_an_officer_who_is_suspended_reaches_nobody_any_more(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        la = t.learner("la")
        await la.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        await cuc.tap("Nhắn tin")
        await cuc.say("chào chị nha")
        officer = next(str(row["learner_id"]) for row in await t.rows("role") if row["role"] == "officer")
        await t.people.suspend(OPERATOR, officer, "officer")
        await t.tells()
        assert "chào chị nha" not in la.said and not await t.rows("relay")


async def test_a_helper_who_deletes_herself_leaves_no_words_behind(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, _, cuc = await village(t)
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        await lan.tap_token(f"y:talk:{(await t.rows('request'))[0]['request_id']}")
        await lan.say("câu này để lại trong bảng")
        await cuc.say("xóa dữ liệu")
        await cuc.tap("Xóa hết")
        assert not await t.rows("relay")


async def test_edited_buttons_of_a_line_do_nothing(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await lan.tap("Nhắn tin")
        for token in ("y:media:abc", "y:media:photo:F", "y:write:chào", "y:again:", "y:send:", "o:accept:\x00"):
            await lan.tap_token(token)
        await t.tells()
        assert not hoa.said and not t.intake.set_aside and not await t.rows("relay")


async def test_pictures_wait_in_no_longer_a_row_than_words(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, _, _ = await paired(t)
        await lan.tap("Nhắn tin")
        for number in range(22):
            await lan.does(Media("photo", f"F{number}"))
            await lan.tap_token("y:send:")
        assert len(await t.rows("relay")) == 20 and "chưa đọc kịp" in lan.said


async def test_a_picture_waits_for_one_answer_only(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await paired(t)
        await lan.opens("thu")
        lesson_button = lan.buttons["Sai"]
        await lan.tap_token(f"y:talk:{await line_of(t)}")
        await lan.does(Media("photo", "FILE-1"))
        await lan.tap_token(lesson_button)
        assert "FILE-1" not in await t.everything()
        await lan.tap_token("y:send:")
        await t.tells()
        assert not hoa.said and not any(outgoing.media for outgoing in t.channel.sent)


# --- who writes --------------------------------------------------------------------------------------


async def test_beside_the_name_of_who_writes_stands_her_role_whatever_she_calls_herself(tmp_path: Path):
    """Each role as the reader sees it; "Sở Tư Pháp" is in no list of offices, and fools nobody."""
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan = await member(t, "lan", "Lan", "learner", WEB)
        tu = await instructor(t, "tu", "Sở Tư Pháp", WEB)
        cuc = await member(t, "cuc", "Cúc", "officer", WEB)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await tu.tap("Nhận giúp")
        await t.tells()
        await tu.tap("Nhắn tin")
        await tu.say("Chào chị nha")
        assert "💬 chị Sở Tư Pháp (người chỉ bài): Chào chị nha" in await _told(t, lan)
        await lan.say("Chào em")
        assert "💬 chị Lan (hội viên): Chào em" in await _told(t, tu)
        await lan.say("thoát")
        await lan.say("tôi bị lừa mất tiền rồi")
        assert "KHẨN: chị Lan (hội viên) ở Phường Trấn Biên" in await _told(t, cuc)
        await cuc.tap("Tôi lo việc này")
        assert "Chị Cúc (cán bộ Hội) đã nhận việc" in await _told(t, lan)
        assert "Chị Cúc (cán bộ Hội) đã nhận việc khẩn" in tu.said
        await cuc.tap("Nhắn tin")
        await cuc.say("Chị gọi ngân hàng chưa?")
        assert "💬 chị Cúc (cán bộ Hội): Chị gọi ngân hàng chưa?" in await _told(t, lan)


async def test_whom_nobody_has_confirmed_is_shown_so(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer", WEB)
        la = await t.learner("la", WEB).meets("Hội Trưởng")
        await la.say("tôi bị lừa mất tiền rồi")
        assert "chị Hội Trưởng (chưa xác nhận) ở" in await _told(t, cuc)
        await cuc.say("việc của cán bộ")
        assert any("chị Hội Trưởng (chưa xác nhận)" in label for label in cuc.last.labels)
        await cuc.tap_token(f"o:take:{(await t.rows('request'))[0]['request_id']}")
        await t.tells()
        await la.say("nhắn tin")
        await la.say("em gọi rồi")
        assert "💬 chị Hội Trưởng (chưa xác nhận): em gọi rồi" in await _told(t, cuc)
