"""What still waits for somebody's answer stays under her thumb; in an emergency a person is heard before the lesson."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.pairing.requests import Requests
from bot.people.policy.permissions import OPERATOR
from tests.services.test_cries import CRY, LESSON, RESCUE
from tests.services.test_lines import QUIZ
from tests.services.test_offers import CHANNELS, member, step_token, village
from tests.services.test_told import notice
from tests.support.builders import book
from tests.support.harness import WEB, Learner, Tutor, tutor


async def taken(t: Tutor, channel: str) -> tuple[Learner, Learner]:
    """A woman who was robbed and the officer who took it."""
    lan, cuc = await member(t, "lan", "Lan", "learner", channel), await member(t, "cuc", "Cúc", "officer", channel)
    await lan.say(CRY)
    await t.tells()
    await cuc.tap("Tôi lo việc này")
    await t.tells()
    return lan, cuc


async def told(t: Tutor, one: Learner) -> str:
    await t.tells()
    return one.said


# --- an emergency that somebody took ---


@CHANNELS
async def test_what_she_took_stands_first_and_in_sight_until_it_is_closed(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, channel)
        mai = await member(t, "mai", "Mai", "learner", channel)
        await mai.say("nhờ người chỉ")
        await t.tells()
        await cuc.say("menu")
        assert "👉 Việc khẩn của chị Lan" in cuc.last.labels
        await cuc.say("việc của cán bộ")
        assert cuc.last.labels[0].startswith("👉 Chị đang lo: ⚠️ KHẨN: chị Lan")
        await cuc.tap(cuc.last.labels[0])
        assert "Chị đang lo việc này." in cuc.said and "Phường Trấn Biên" in cuc.said
        assert {"Nhắn tin", "Nhờ người khác", "Xong rồi"} <= set(cuc.last.labels)
        await cuc.tap("Nhắn tin")
        await cuc.say("Dì gọi ngân hàng chưa?")
        assert "Dì gọi ngân hàng chưa" in await told(t, lan)
        await cuc.tap("Thôi nhắn")
        await cuc.tap("👉 Việc khẩn của chị Lan")
        await cuc.tap("Xong rồi")
        assert "chị đã lo xong việc của chị Lan" in cuc.said, "she did it: Lan has said nothing"
        assert "Việc của cán bộ" in cuc.last.labels, "a way on"
        assert not any("Việc khẩn" in label for label in cuc.last.labels)
        assert (await t.rows("request"))[0]["closed_why"] == "done"


async def test_it_is_handed_over_and_hers_until_the_other_says_so(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        nga = await member(t, "nga", "Nga", "officer", WEB)
        await cuc.tap("👉 Việc khẩn của chị Lan") if "👉 Việc khẩn của chị Lan" in cuc.buttons else None
        await cuc.tap("Nhờ người khác")
        await cuc.tap("chị Nga (cán bộ Hội)")
        assert "từ đây tới đó chị vẫn lo" in cuc.said and "Nhắn tin" in cuc.last.labels
        assert "Chị Cúc (cán bộ Hội) nhờ chị lo tiếp việc của chị Lan (hội viên) ở" in await told(t, nga)
        owner = (await t.rows("request"))[0]["owner_id"]
        await nga.tap("Tôi lo thay")
        assert (await t.rows("request"))[0]["owner_id"] != owner
        await t.tells()
        assert "lo tiếp việc của chị Lan rồi" in cuc.said and "Chị Nga (cán bộ Hội) đã nhận việc của chị" in lan.said
        await cuc.say("việc của cán bộ")
        assert any("(chị Nga đang lo)" in label for label in cuc.last.labels)
        await cuc.tap_token(f"o:hand:{(await t.rows('request'))[0]['request_id']}:0")
        assert "đã xong" in cuc.said, "what is not hers any more she cannot give away"


async def test_who_was_called_is_told_with_the_hour_and_the_way(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        request = (await t.rows("request"))[0]["request_id"]
        lines = " ".join(await Requests(t.people, t.pairing).explain(OPERATOR, request))
        assert "Cúc đã nhận và đang lo." in lines
        assert "Đã gọi Cúc lúc 08:00 ngày 05/01 qua trang web chưa bật chuông: từ đó chưa vào máy." in lines, lines
        assert "Chưa hỏi ai" not in lines and "không còn ai hỏi được" not in lines
        t.clock.passes(minutes=3)
        await cuc.say("menu")
        lines = " ".join(await Requests(t.people, t.pairing).explain(OPERATOR, request))
        assert "qua trang web chưa bật chuông: sau đó có vào máy." in lines
        await lan.leaves()


async def test_a_cry_passes_over_an_officer_who_has_shut_the_tutor_out_and_says_so(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        await cuc.leaves()
        lan = await member(t, "lan", "Lan", "learner")
        await lan.say(CRY)
        request = (await t.rows("request"))[0]["request_id"]
        lines = " ".join(await Requests(t.people, t.pairing).explain(OPERATOR, request))
        assert "Chưa ai nhận; gọi lại lúc 08:15" in lines and "lâu chưa viết): 1 cán bộ" in lines, "she was not rung"


async def test_nobody_is_rung_again_for_what_somebody_took(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        _, cuc = await taken(t, WEB)
        tinh = await member(t, "tinh", "Tỉnh", "officer", WEB, "dong-nai")
        for _ in range(40):
            await t.passes(minutes=15)
        heard = "\n".join(message.text for one in (cuc, tinh) for message in one.heard)
        assert "VẪN CHƯA AI NHẬN" not in heard
        assert sum("chưa báo lại" in message.text for message in tinh.heard) == 1
        (request,) = await t.rows("request")
        assert request["state"] == "open"
        assert "👉 Việc khẩn của chị Lan" in cuc.last.labels or "Xong rồi" in cuc.last.labels


# --- two at once, and news in between ---


@CHANNELS
async def test_an_announcement_or_a_second_alarm_takes_no_button_away(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer", channel)
        lan, mai = await member(t, "lan", "Lan", "learner"), await member(t, "mai", "Mai", "learner")
        await lan.say(CRY)
        await mai.say(CRY)
        await t.tells()
        await notice(t, cuc, "news_none")
        await t.tells()
        assert "Không có tin nào" in "".join(message.text for message in cuc.heard[-3:])
        assert {"⚠️ Tôi lo cho chị Lan", "⚠️ Tôi lo cho chị Mai"} <= set(cuc.buttons)
        await cuc.say("menu")
        assert {"⚠️ Tôi lo cho chị Lan", "⚠️ Tôi lo cho chị Mai"} <= set(cuc.last.labels)
        await cuc.say("⚠️ tôi lo cho chị lan")
        await cuc.say("cảm ơn")
        assert {"👉 Việc khẩn của chị Lan", "⚠️ Tôi lo cho chị Mai"} <= set(cuc.last.labels)
        own = [button for button in cuc.last.buttons if not button.pinned]
        await cuc.say(str(len(own) + 2))
        assert [row["state"] for row in await t.rows("request")] == ["open", "open"], "by its number as well"


async def test_what_another_took_is_under_nobodys_thumb(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, hoa, cuc = await village(t, WEB)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await lan.say(CRY)
        await t.tells()
        await hoa.say("menu")
        assert "⚠️ Tôi lo cho chị Lan" in hoa.last.labels
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        assert not any("Tôi lo cho" in label for label in hoa.last.labels)


# --- a person is heard before the lesson ---


@CHANNELS
async def test_what_a_robbed_woman_answers_reaches_who_helps_her(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, channel)
        await lan.tap_token(step_token(lan, "Tiếp"))
        await cuc.tap("Nhắn tin")
        await cuc.say("Dì Ba ơi, dì gọi ngân hàng chưa?")
        await t.tells()
        assert "Gọi rồi" in lan.last.labels or channel != WEB, "the lesson's question is still in sight"
        await lan.say("chưa con ơi, máy bận hoài")
        assert "Đã chuyển cho chị Cúc" in lan.said and "Việc 2" in lan.said
        assert "máy bận hoài" in await told(t, cuc)
        await lan.say("Gọi rồi")
        assert "Đã chuyển cho chị Cúc" in lan.said and "Việc 3" in lan.said, "both have heard it"
        assert "Gọi rồi" in await told(t, cuc)
        await lan.say("nó lấy hết 20 triệu tiền hưu của tui")
        assert "Đã chuyển" in lan.said
        assert "tiền hưu" in await told(t, cuc)
        await cuc.say("menu")
        await t.passes(minutes=11)
        await lan.say("con ơi còn đó không")
        assert "Đã chuyển" not in lan.said and "💬 Trả lời chị Cúc" in lan.buttons
        everything = await t.everything()
        assert "máy bận hoài" not in everything and "tiền hưu" not in everything


async def test_a_graver_danger_rings_also_while_she_is_being_helped(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        await cuc.tap("Nhắn tin")
        await cuc.say("em đây nè dì")
        await t.tells()
        await lan.say("muốn chết quá")
        await t.tells()
        assert "đừng ở một mình" in "\n".join(message.text for message in lan.heard[-4:])
        assert "không muốn sống" in cuc.said


async def test_the_clock_does_not_take_her_out_of_writing(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        await lan.tap("Tiếp")
        await lan.tap("💬 Trả lời chị Cúc")
        await t.passes(minutes=16)
        assert "gọi ngân hàng được chưa" in "\n".join(message.text for message in lan.heard[-3:])
        await lan.say("tui đang đợi ngân hàng")
        assert "đang đợi ngân hàng" in await told(t, cuc)


# --- a reply is a reply for ten minutes ---


async def paired(t: Tutor, channel: str) -> tuple[Learner, Learner]:
    lan, hoa, _ = await village(t, channel)
    await lan.say("nhờ người chỉ")
    await t.tells()
    await hoa.tap("Nhận giúp")
    await t.tells()
    await lan.tap("Nhắn tin")
    await lan.say("em ơi chị mở không được")
    await t.tells()
    return lan, hoa


@CHANNELS
async def test_what_is_typed_under_a_letter_is_the_reply(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa = await paired(t, channel)
        await hoa.say("chị bấm nút màu xanh ở dưới nha")
        assert "Đã chuyển cho chị Lan" in hoa.said
        assert "nút màu xanh" in await told(t, lan)


@CHANNELS
async def test_an_answer_to_a_quiz_stays_the_lessons_and_the_rest_goes_over(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa = await paired(t, channel)
        await hoa.say("chị thử lại coi")
        await lan.say("thoát")
        await lan.opens("thu")
        await t.tells()
        await lan.say("sai")
        assert "💬" not in await told(t, hoa) and len(await t.rows("attempt")) == 1
        await hoa.say("chị làm tới đâu rồi")
        await t.tells()
        await lan.say("chị đang đứng ở bưu điện nè em")
        assert "Đã chuyển cho chị Hoa" in lan.said and "Hỏi" in lan.said
        assert "ở bưu điện" in await told(t, hoa)
        await t.passes(minutes=11)
        await lan.say("chị về nhà nha em")
        assert "💬" not in await told(t, hoa)


async def test_where_the_two_write_no_more_her_words_are_for_the_tutor(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        await cuc.tap("Nhắn tin")
        await cuc.say("em đây nè dì")
        await t.tells()
        await cuc.say("thoát")
        await cuc.tap("👉 Việc khẩn của chị Lan")
        await cuc.tap("Xong rồi")
        await lan.say("con ơi rồi giờ sao")
        assert "Đã chuyển" not in lan.said and "Việc 1" in lan.said


# --- writing again, and leaving off ---


@CHANNELS
@pytest.mark.parametrize("words", ["nhắn tin", "nhắn cho chị Hoa", "người chỉ của tôi", "nhan tin cho chi hoa di"])
async def test_she_can_write_again_by_words(tmp_path: Path, channel: str, words: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa = await paired(t, channel)
        await lan.tap("Thôi nhắn")
        assert "gõ “nhắn tin”" in lan.said
        await t.passes(hours=1)
        await lan.say(words)
        assert "chị Hoa" in lan.said and "Thôi nhắn" in lan.buttons
        await lan.say("em ơi chị quên rồi")
        assert "chị quên rồi" in await told(t, hoa)


async def test_who_writes_with_several_is_asked_and_who_with_nobody_is_told(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa = await paired(t, WEB)
        mai = await member(t, "mai", "Mai", "learner")
        await mai.say("nhắn tin")
        assert "chưa có ai để nhắn" in mai.said
        await mai.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await hoa.say("nhắn tiếp")
        assert {"chị Lan (hội viên)", "chị Mai (hội viên)"} <= set(hoa.last.labels)
        await hoa.say("chị mai")
        assert "chị Mai" in hoa.said
        await lan.say("menu")


@pytest.mark.parametrize("words", ["thoát", "menu", "Thôi", "dừng lại", "thoat ra", "quay lại", "không nhắn nữa"])
async def test_leaving_words_leave(tmp_path: Path, words: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa = await paired(t, WEB)
        await lan.say(words)
        assert "💬" not in await told(t, hoa)
        await lan.say("hôm nay trời đẹp")
        assert "trời đẹp" not in await told(t, hoa)


@pytest.mark.parametrize("words", ["cảm ơn em", "không sao đâu", "mai học tiếp", "giúp chị với", "gửi lại"])
async def test_what_people_say_to_one_another_is_no_command_between_them(tmp_path: Path, words: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa = await paired(t, WEB)
        await lan.say(words)
        assert "Đã chuyển cho chị Hoa" in lan.said
        assert words in await told(t, hoa)


async def test_what_is_sent_is_shown_with_whom_it_goes_to(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, _ = await paired(t, WEB)
        await lan.say("chị thấy nút rồi")
        shown = [row["text"] for row in await t.rows("chat_log") if row["who"] == "learner"]
        assert "Gửi chị Hoa: chị thấy nút rồi" in shown


# --- the same on PostgreSQL ---


@pytest.mark.postgres
async def test_an_emergency_from_the_cry_to_its_end_on_postgresql(postgres_url: str):
    t = Tutor(postgres_url, book(LESSON, RESCUE))
    await t.begin()
    try:
        lan, cuc = await taken(t, WEB)
        for number in range(2):
            await t.learner(f"la{number}").say(CRY)
        await t.tells()
        await cuc.say("việc của cán bộ")
        assert cuc.last.labels[0].startswith("👉 Chị đang lo") and "2 người lạ" in cuc.last.labels[1]
        await cuc.tap(cuc.last.labels[0])
        assert "Đã gọi chị Cúc" in cuc.said
        await cuc.tap("Nhắn tin")
        await cuc.say("dì đọc mã otp cho em")
        await cuc.say("dì ở đâu")
        await t.tells()
        await lan.say("dì ở nhà")
        assert "dì ở nhà" in await told(t, cuc)
        await cuc.say("thoát")
        await cuc.say("nhắn cho chị Lan")
        assert "Gửi số của Hội" in cuc.last.labels
        await cuc.say("menu")
        tinh = await member(t, "tinh", "Tỉnh", "officer", WEB, "dong-nai")
        await tinh.say("việc của cán bộ")
        await tinh.tap(next(each for each in tinh.last.labels if "Tin cần xem" in each))
        assert "có ý hỏi mã hay mật khẩu" in tinh.said
        await tinh.tap("Đã xem")
        assert not t.intake.set_aside
    finally:
        await t.database.close()
