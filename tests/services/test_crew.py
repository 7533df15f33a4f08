"""What an instructor sees of her learners and confirms; what an officer sees to from her chat; no ids of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.people.policy.permissions import OPERATOR
from tests.services.test_lines import QUIZ, paired
from tests.services.test_offers import CHANNELS, PAIR, instructor, member, village
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, Learner, Tutor, tutor

SHORT = lesson("- {say: nghi, text: Nghỉ, wait_tap: Tiếp}\n- {end: het, text: Hết}")


async def finish(t: Tutor, learner: Learner) -> None:
    await learner.opens("thu")
    await learner.tap("Tiếp")


@CHANNELS
async def test_an_instructor_sees_her_learners_and_confirms_a_skill_once(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(SHORT)) as t:
        lan, hoa, _ = await paired(t, channel)
        await finish(t, lan)
        await t.passes(hours=10)  # the day's digest
        assert "vừa học xong “Bài thu”" in hoa.said
        await hoa.say("học viên của tôi")
        assert "Chị đang kèm 1 người" in hoa.said and "xong 1 bài" in hoa.said
        await hoa.tap("Lan")
        assert "Chị Lan, Phường Trấn Biên" in hoa.said and "Xong 1 trên 1 bài" in hoa.said
        await hoa.tap("Xác nhận việc đã làm")
        await hoa.tap("Bài thu")
        token = hoa.buttons["Tự làm được"]
        await hoa.tap("Tự làm được")
        await hoa.tap_token(token)
        (row,) = await t.rows("skill_check")
        assert (row["lesson"], row["level"]) == ("thu", "alone")
        await t.tells()
        assert "tự làm được “Bài thu”" in lan.said
        assert not await t.rows("mark"), "a lesson without a skill makes none firm"
        await hoa.tap_token(token.replace("alone", "notyet"))
        await t.tells()
        assert not lan.said and len(await t.rows("skill_check")) == 2


async def test_other_peoples_pairings_are_closed_to_her(tmp_path: Path):
    async with tutor(tmp_path, book(SHORT)) as t:
        lan, _, _ = await paired(t)
        await finish(t, lan)
        be = await instructor(t, "be", "Bé")
        line = (await t.rows("pairing"))[0]["pairing_id"]
        for what in ("card", "skills", "skill", "alone"):
            await be.tap_token(f"u:{what}:{line}:00000000")
            assert "không do chị kèm" in be.said
        assert not await t.rows("skill_check")


async def test_an_offer_that_scrolled_away_is_shown_again(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan, hoa, _ = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.say("học viên của tôi")
        await hoa.tap("Lời mời chờ trả lời (1)")
        await hoa.tap("Nhận giúp")
        assert len(await t.rows("pairing")) == 1


# --- an officer's inbox ---


async def test_she_confirms_a_stranger_and_asks_an_instructor_of_her_choice(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        hoa = await instructor(t)
        cuc = await member(t, "cuc", "Cúc", "officer")
        mai = await t.learner("mai").meets("Mai")
        await mai.say("nhờ người chỉ")
        await t.tells()
        await cuc.tap("Chọn người giúp")
        assert "Chưa được xác nhận" in cuc.said
        await cuc.tap("Xác nhận hội viên")
        await cuc.tap("Phường Trấn Biên")
        assert "Đã xác nhận" in cuc.said
        await t.tells()
        assert "Mai" in hoa.said
        assert any("ghi nhận chị là hội viên ở Phường Trấn Biên" in each.text for each in mai.heard), "she is told, too"
        be = await instructor(t, "be", "Bé")
        request = (await t.rows("request"))[0]["request_id"]
        await cuc.tap_token(f"q:request:{request}")
        label = next(label for label in cuc.last.labels if label.startswith("Bé"))
        assert "cùng xã, phường" in label and "0/3" in label
        await cuc.tap(label)
        await t.tells()
        assert "Nhận giúp" in be.last.labels
        assert any(row["what"] == "assigned" for row in await t.rows("audit"))


async def test_she_approves_and_suspends_from_her_chat(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        hoa = await member(t, "hoa", "Hoa", "learner")
        await hoa.say("xin chỉ bài")
        await t.tells()
        assert "xin làm người chỉ bài" in cuc.said
        await cuc.tap("Xem")
        await cuc.tap("Duyệt")
        assert "Đã duyệt" in cuc.said
        await t.tells()
        await hoa.tap("Việc chỉ bài")
        await hoa.tap("Tôi hứa")
        await cuc.say("việc của cán bộ")
        await cuc.tap("Người chỉ bài")
        await cuc.tap("Hoa · 0/3")
        await cuc.tap("Tạm dừng")
        assert any(r["role"] == "instructor" and r["state"] == "active" for r in await t.rows("role"))
        await cuc.tap("Tạm dừng ngay")
        assert any(r["role"] == "instructor" and r["state"] == "suspended" for r in await t.rows("role"))


@pytest.mark.parametrize("role", ["officer", "instructor", "learner"])
async def test_another_ward_is_closed_to_her(tmp_path: Path, role: str):
    """An officer of another ward, and whoever is no officer at all, editing ids."""
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, _, _ = await village(t)
        await lan.say("nhờ người chỉ")
        request = (await t.rows("request"))[0]
        helper = next(r["learner_id"] for r in await t.rows("role") if r["role"] == "instructor")
        far = await member(t, "far", "Đào", role, TELEGRAM, "w25195" if role == "officer" else "w26041")
        for token in (
            f"q:request:{request['request_id']}", f"q:ask:{request['request_id']}:00000000",
            f"q:confirm:{request['request_id']}", f"q:in:{request['request_id']}:w25195", f"q:person:{helper}",
            f"q:approve:{helper}", f"q:pause:{helper}", f"q:suspend:{helper}",
        ):  # fmt: skip
            await far.tap_token(token)
            assert "địa bàn khác" in far.said, token
        assert sum(row["what"].startswith("refused_") for row in await t.rows("audit")) == 8
        assert all(r["state"] == "active" for r in await t.rows("role"))


async def test_an_officer_suspended_has_no_desk(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        _, _, cuc = await village(t)
        await cuc.say("menu")
        assert "Việc của cán bộ" in cuc.last.labels
        officer = next(r["learner_id"] for r in await t.rows("role") if r["role"] == "officer")
        await t.people.suspend(OPERATOR, officer, "officer")
        await cuc.say("menu")
        assert "Việc của cán bộ" not in cuc.last.labels
        await cuc.tap_token("q:list:")
        assert "địa bàn khác" in cuc.said
