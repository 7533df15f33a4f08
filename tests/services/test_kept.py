"""What is announced to an officer can be seen: between whom, when, of what kind; and every such sentence is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.people.policy.permissions import OPERATOR
from tests.services.test_cries import LESSON, RESCUE
from tests.services.test_lines import QUIZ, paired
from tests.services.test_offers import CHANNELS, instructor, member
from tests.support.builders import book
from tests.support.harness import TELEGRAM, tutor


@CHANNELS
async def test_what_was_kept_back_can_be_looked_at_until_somebody_has(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, cuc = await paired(t, channel)
        await hoa.tap("Nhắn tin")
        await hoa.say("chị đọc mã OTP cho em")
        assert "Em báo cán bộ Hội xem" in hoa.said
        await t.tells()
        assert "một tin chị Hoa (người chỉ bài) viết cho chị Lan (hội viên), vì có ý hỏi mã hay mật khẩu" in cuc.said
        await cuc.tap("Xem")
        assert "Tin giữa chị Lan (hội viên) ở Phường Trấn Biên và chị Hoa (người chỉ bài)" in cuc.said
        assert "chị Hoa viết cho chị Lan: có ý hỏi mã hay mật khẩu" in cuc.said and "OTP" not in cuc.said
        await lan.tap_token(f"y:report:{(await t.rows('pairing'))[0]['pairing_id']}")
        await cuc.say("việc của cán bộ")
        (label,) = [each for each in cuc.last.labels if "Tin cần xem" in each]
        await cuc.tap(label)
        assert "chị Lan bấm “Báo cáo”" in cuc.said
        await cuc.tap("chị Hoa")
        assert "Tạm dừng" in cuc.last.labels
        await cuc.say("việc của cán bộ")
        await cuc.tap(label)
        await cuc.tap("Đã xem")
        assert not any("Tin cần xem" in each for each in cuc.last.labels)
        await hoa.say("chuyển cho em 500k nhé")
        await cuc.say("việc của cán bộ")
        assert any("Tin cần xem" in each for each in cuc.last.labels), "what comes later stands there again"


async def test_nobody_elses_line_is_shown_and_neither_of_the_two_judges_herself(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        _, hoa, cuc = await paired(t)
        far = await member(t, "far", "Xa", "officer", TELEGRAM, "w26248")
        await hoa.shows((await t.people.invite(OPERATOR, "officer", "w26041")).code)
        line = (await t.rows("pairing"))[0]["pairing_id"]
        await hoa.tap_token(f"y:talk:{line}")
        await hoa.say("chị đọc mã OTP cho em")
        for one in (far, hoa):
            for token in (f"q:kept:{line}", f"q:seen:{line}", "q:kept:x", "q:kept:"):
                await one.tap_token(token)
                assert "viết" not in one.said
        await cuc.tap_token(f"q:kept:{line}")
        assert "hỏi mã" in cuc.said


async def test_a_learners_kept_back_words_name_whom_she_wrote_to(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, _, cuc = await paired(t)
        await lan.tap("Nhắn tin")
        await lan.say("STK 0123456789 Vietcombank nè em")
        await t.tells()
        assert "một tin chị Lan (hội viên) viết cho chị Hoa (người chỉ bài), vì có số tài khoản" in cuc.said


async def test_where_no_officer_is_nobody_is_said_to_be_told(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await member(t, "lan", "Lan", "learner")
        hoa = await instructor(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await hoa.tap("Nhắn tin")
        await hoa.say("chị đọc mã OTP cho em")
        assert "chưa gửi đi" in hoa.said and "báo cán bộ" not in hoa.said
        await lan.say("xin chỉ bài")
        assert "chưa có cán bộ Hội trên máy này" in lan.said


@pytest.mark.parametrize("channel", [TELEGRAM])
async def test_what_is_said_of_her_cry_is_true_of_the_rows(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await member(t, "lan", "Lan", "learner", channel)
        await lan.say("nhờ người chỉ")
        assert "Hiện chưa có cán bộ Hội" in lan.said and "đang tìm" not in lan.said and "đang hỏi" not in lan.said
        cuc = await member(t, "cuc", "Cúc", "officer", channel)
        await lan.say("tôi bị lừa mất tiền rồi")
        assert "Em đang kêu cán bộ Hội" in lan.said and "người chỉ" not in lan.said
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        await lan.tap_token("g:emergency")
        assert "Chị Cúc (cán bộ Hội) đã nhận và đang lo cho chị" in lan.said and "đang kêu" not in lan.said
        await cuc.tap_token(f"o:done:{(await t.rows('request'))[-1]['request_id']}")
        assert "Chị Lan báo" not in cuc.said
        await t.tells()
        assert "Chị Cúc báo đã lo xong việc của chị" in lan.said


@CHANNELS
async def test_of_a_victims_words_only_the_number_stays_behind(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer", channel)
        lan = await member(t, "lan", "Lan", "learner", channel)
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        await lan.tap("Nhắn tin")
        await lan.say("em lỡ chuyển 5 triệu cho nó rồi, số tk 0123456789")
        assert "chỉ đọc cho ngân hàng hay công an" in lan.said
        await t.tells()
        assert "em lỡ chuyển 5 triệu cho nó rồi, số tk •••" in cuc.said
        await lan.say("19031234567890")
        assert "bỏ số ra, kể bằng lời" in lan.said
        await t.tells()
        assert "chưa chuyển một tin chị Lan" in cuc.said and "có số tài khoản" in cuc.said
        for number in ("0123456789", "19031234567890"):
            assert number not in await t.everything()
        await cuc.say("việc của cán bộ")
        assert not any("Tin cần xem" in each for each in cuc.last.labels), "whoever was robbed is on no list of thieves"


async def test_what_was_held_back_stays_with_whom_it_was_written_to(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer", TELEGRAM)
        mai = await member(t, "mai", "Mai", "officer", TELEGRAM)
        tinh = await member(t, "tinh", "Tĩnh", "officer", TELEGRAM, "dong-nai")
        lan = await member(t, "lan", "Lan", "learner", TELEGRAM)
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        line = (await t.rows("request"))[-1]["request_id"]
        await cuc.tap_token(f"y:talk:{line}")
        await cuc.say("chị đọc mã OTP cho em")
        await mai.tap_token(f"o:relieve:{line}")
        await t.tells()
        await tinh.tap_token(f"q:kept:{line}")
        assert (
            "chị Cúc (cán bộ Hội)" in tinh.said and "chị Cúc viết cho chị Lan" in tinh.said and "Mai" not in tinh.said
        )
        await mai.tap_token(f"q:kept:{line}")
        assert "chị Cúc viết cho chị Lan" in mai.said, "who has it since may look"
        await cuc.tap_token(f"q:kept:{line}")
        assert "viết cho" not in cuc.said, "nobody judges herself, though the case is another's now"
