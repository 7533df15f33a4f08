"""In an emergency two people may come to speak: by the number of the union, or by hers, which is hers to give."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.people.policy.permissions import OPERATOR
from storage.people.areas import AreaRow, add
from tests.services.test_cries import CRY, LESSON, RESCUE
from tests.services.test_offers import member
from tests.services.test_waits import paired, taken, told
from tests.support.builders import book
from tests.support.harness import TELEGRAM, WEB, tutor

UNION, HERS = "0251 3822 222", "0987 111 678"


async def test_the_officer_writes_down_the_number_of_her_area_and_gives_it_by_one_tap(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        await cuc.tap("Nhắn tin")
        await cuc.tap("Gửi số của Hội")
        assert "chưa ghi số của Hội" in cuc.said
        await cuc.say("thoát")
        await cuc.say("số của Hội")
        assert "Phường Trấn Biên chưa có số của Hội" in cuc.said
        await cuc.say("con không nhớ")
        assert "chưa thấy số điện thoại" in cuc.said
        await cuc.say("02513822222")
        assert f"ghi số của Hội là {UNION}" in cuc.said
        await cuc.tap("👉 Việc khẩn của chị Lan")
        await cuc.tap("Gửi số của Hội")
        assert "Đã chuyển cho chị Lan" in cuc.said
        assert f"Số điện thoại của Hội là {UNION}" in await told(t, lan)
        await cuc.say("thoát")
        await cuc.say("số của Hội")
        assert f"ở Phường Trấn Biên là {UNION}" in cuc.said
        await cuc.tap("Không ghi số")
        await cuc.tap("👉 Việc khẩn của chị Lan")
        await cuc.tap("Gửi số của Hội")
        assert "chưa ghi số của Hội" in cuc.said


async def test_no_other_number_is_the_officers_to_give_and_nobody_is_told_to_ask_herself(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        tinh = await member(t, "tinh", "Tỉnh", "officer", TELEGRAM, "dong-nai")
        lan, cuc = await taken(t, TELEGRAM)
        await cuc.tap("Nhắn tin")
        await cuc.say(f"gọi {HERS} nha dì")
        assert "chưa ghi là số của Hội" in cuc.said and "nhờ cán bộ Hội" not in cuc.said
        assert "Gửi số của Hội" in cuc.last.labels
        assert HERS not in await told(t, lan) and "lừa đảo" not in tinh.said
        await cuc.say("thoát")
        await cuc.say("số của Hội")
        await cuc.say(UNION)
        await cuc.say("nhắn tin")
        await cuc.say(f"dì gọi {UNION} gặp em liền nghe")
        assert f"dì gọi {UNION}" in await told(t, lan)


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_her_own_number_goes_over_after_one_tap_and_stays_nowhere(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, channel)
        await cuc.tap("Nhắn tin")
        await cuc.say("dì cho em xin số nghe")
        await t.tells()
        await lan.tap("💬 Trả lời chị Cúc") if "💬 Trả lời chị Cúc" in lan.buttons else await lan.tap("Trả lời")
        await lan.tap("Cho số của tôi")
        assert "hỏi lại một lần" in lan.said
        await lan.say("số tui nè 0987 111 678")
        assert "đuôi 678, cho chị Cúc nha" in lan.said
        assert HERS not in await told(t, cuc)
        await lan.tap("Gửi đi")
        assert "Đã chuyển cho chị Cúc" in lan.said
        assert f"Số điện thoại là {HERS}" in await told(t, cuc)
        await cuc.say("thoát")
        await lan.say("thoát")
        everything = await t.everything()
        assert "0987111678" not in everything and HERS not in everything


async def test_a_no_or_anything_else_keeps_her_number_back(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, cuc = await taken(t, WEB)
        await cuc.tap("Nhắn tin")
        await cuc.say("dì cho em xin số nghe")
        await t.tells()
        await lan.say("0987111678")
        assert "đuôi 678" in lan.said, "also without tapping anything first"
        await lan.tap("Không gửi")
        await lan.tap_token("y:send:")
        assert HERS not in await told(t, cuc)


async def test_between_learner_and_instructor_no_number_passes(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan, hoa = await paired(t, TELEGRAM)
        assert "Cho số của tôi" not in lan.buttons
        await lan.say("gọi em 0987111678 nha")
        assert "chưa gửi đi" in lan.said
        for token in ("y:mine:", "y:union:", "y:send:"):
            await lan.tap_token(f"{token}{(await t.rows('pairing'))[0]['pairing_id']}")
        assert "0987" not in await told(t, hoa) and "Số điện thoại" not in hoa.said


async def test_the_number_is_an_officers_to_write_down(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await member(t, "lan", "Lan", "learner")
        for token in ("q:phone:w26041", "q:nophone:w26041"):
            await lan.tap_token(token)
            assert "địa bàn khác" in lan.said
        cuc = await member(t, "cuc", "Cúc", "officer")
        await cuc.tap_token("q:phone:dong-nai")
        await cuc.say("0251 3822 222")
        keys = {row["key"] for row in await t.rows("key_value") if row["key"].startswith("union_phone")}
        assert keys == {"union_phone:w26041"}, "hers, whatever a button carries"


async def test_who_has_two_areas_is_asked_for_which(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        await cuc.shows((await t.people.invite(OPERATOR, "officer", "w26248")).code)
        await cuc.say("số của Hội")
        assert len(cuc.last.labels) == 3
        await cuc.tap_token("q:phone:w26248")
        await cuc.say("0251 3822 222")
        assert [row["key"] for row in await t.rows("key_value") if "union" in row["key"]] == ["union_phone:w26248"]


async def test_the_place_is_branch_and_ward_or_not_known(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        la = t.learner("la")
        await la.say(CRY)
        await t.tells()
        assert "ở nơi chưa rõ" in cuc.said and "gần đây" not in cuc.said
        row = AreaRow("b1", "w26041", "branch", "Chi hội ấp 2", "", "/dong-nai/w26041/b1/")
        await t.database.transact(lambda c: add(c, [row]))
        lan = await member(t, "lan", "Lan", "learner", TELEGRAM, "b1")
        await lan.say(CRY)
        await t.tells()
        assert "chị Lan (hội viên) ở Chi hội ấp 2, Phường Trấn Biên" in cuc.said
