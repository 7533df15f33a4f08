"""Becoming an instructor in the chat: invited or approved, never self-declared; what she sets; how it ends at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.people.hooks import PairingHooks
from bot.people.policy.permissions import OPERATOR
from storage.engine.database import Connection
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

WARD = "w26041"
LESSON = lesson("- {say: nghi, text: Nghỉ, wait_tap: Tiếp}\n- {end: het, text: Hết}")


class Heard(PairingHooks):
    def __init__(self) -> None:
        self.gone: list[str] = []
        self.changed = 0

    def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        self.gone.append(why)

    def instructor_changed(self, connection: Connection, learner_id: str, now: datetime) -> None:
        self.changed += 1


async def invited(t: Tutor, channel: str = TELEGRAM) -> Learner:
    hoa = await t.learner("hoa", channel).meets("Hoa")
    return await hoa.shows((await t.people.invite(OPERATOR, "instructor", WARD)).code)


async def promised(t: Tutor, channel: str = TELEGRAM) -> Learner:
    return await (await invited(t, channel)).tap("Tôi hứa")


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_the_code_of_conduct_comes_first(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        hoa = await invited(t, channel)
        for words in ("OTP", "mượn tiền", "ảnh căn cước", "quay mặt chỗ khác"):
            assert words in hoa.said
        await hoa.tap_token("i:cap:5")
        assert (await t.rows("instructor"))[0]["conduct_at"] is None
        assert (await t.rows("instructor"))[0]["capacity"] == 3 and "Tôi hứa" in hoa.last.labels
        await hoa.tap("Tôi hứa")
        assert "Nhận nhiều nhất 3 người" in hoa.said and "08:00 – 20:00" in hoa.said
        assert (await t.rows("instructor"))[0]["conduct_at"] is not None


async def test_putting_the_promise_off_keeps_the_button(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        hoa = await (await invited(t)).tap("Để sau")
        assert "Việc chỉ bài" in hoa.last.labels
        assert "Tôi hứa" in (await hoa.tap("Việc chỉ bài")).last.labels
        await hoa.say("để sau")
        await hoa.say("việc chỉ bài")
        assert "quay mặt chỗ khác" in hoa.said
        await hoa.say("tôi hứa")
        assert (await t.rows("instructor"))[0]["conduct_at"] is not None


async def test_what_she_sets(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        hooks = Heard()
        t.services.instructors.hooks = hooks
        hoa = await promised(t)
        await (await hoa.tap("Đổi số người")).tap("5 người")
        await (await hoa.tap("Đổi nhóm bài")).tap("Khởi động")
        await (await hoa.tap("Đổi tiếng nói")).tap("Khmer")
        await (await hoa.tap("Đổi giờ")).say("13:00 – 17:00")
        assert "5 người" in hoa.said and "Khởi động" in hoa.said and "Việt, Khmer" in hoa.said
        (row,) = await t.rows("instructor")
        assert (row["capacity"], row["topics"], row["langs"], row["hours"]) == (
            5,
            '["m"]',
            '["vi", "km"]',
            "13:00-17:00",
        )
        await (await hoa.tap("Xin nghỉ ít hôm")).tap("7 ngày")
        assert "đang nghỉ" in hoa.said and hooks.changed == 6
        t.clock.passes(days=8)
        assert "đang nghỉ" not in (await hoa.say("việc chỉ bài")).said, "a pause ends by itself"
        await (await hoa.tap("Đổi tiếng nói")).tap("✅ Việt")
        assert (await t.rows("instructor"))[0]["langs"] == '["km"]'


@pytest.mark.parametrize(
    "value", ["cap:99", "cap:x", "top:khong_co", "lang:xx", "hours:9", "pause:365", "la", "", ":" * 9]
)
async def test_a_forged_button_sets_nothing(tmp_path: Path, value: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        hoa = await promised(t)
        before = await t.rows("instructor")
        await hoa.tap_token(f"i:{value}")
        assert await t.rows("instructor") == before and hoa.said


async def test_nobody_declares_herself(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        assert "cán bộ Hội mời" in (await lan.say("việc chỉ bài")).said
        for token in ("i:promise", "i:cap:5", "g:teach"):
            await lan.tap_token(token)
        assert not await t.rows("instructor") and not await t.rows("role")
        assert "Chị ở xã, phường nào" in (await lan.say("xin chỉ bài")).said
        assert "Chị ở xã, phường nào" not in (await lan.say("xa xa")).said and lan.said
        await lan.say("phường Trấn Biên")
        assert "nơi sinh hoạt của chị là Phường Trấn Biên" in lan.said and "ghi lại rồi" in lan.said, "it goes on"
        assert [(row["role"], row["state"]) for row in await t.rows("role")] == [("instructor", "asked")]


async def test_whoever_asks_is_approved_by_an_officer(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        await lan.shows((await t.people.invite(OPERATOR, "learner", WARD)).code)
        assert "chưa có cán bộ Hội" in (await lan.say("xin chỉ bài")).said
        assert "cán bộ Hội mời" in (await lan.say("việc chỉ bài")).said
        (asked,) = await t.people.list_people(OPERATOR, "dong-nai", states=["asked"])
        await t.people.approve(OPERATOR, asked.person_id)
        await lan.say("danh sách bài")
        assert "Tôi hứa" in (await lan.tap("Việc chỉ bài")).last.labels


async def test_suspending_ends_it_at_once_and_for_good(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        hooks = Heard()
        t.services.hooks = hooks
        hoa = await promised(t)
        (row,) = await t.rows("role")
        await t.people.suspend(OPERATOR, row["learner_id"])
        assert hooks.gone == ["suspended"]
        before = await t.rows("instructor")
        await hoa.tap("Đổi số người")
        assert "đang tạm dừng" in hoa.said and "Việc chỉ bài" not in hoa.last.labels
        await hoa.say("xin chỉ bài")
        await hoa.shows((await t.people.invite(OPERATOR, "instructor", WARD)).code)
        assert (await t.rows("role"))[0]["state"] == "suspended", "neither asking nor another code lifts it"
        assert await t.rows("instructor") == before
        await t.people.approve(OPERATOR, row["learner_id"])
        assert "Nhận nhiều nhất" in (await hoa.say("việc chỉ bài")).said


@pytest.mark.parametrize(
    ("said", "button", "why"), [("rút đồng ý", "", "withdrawn"), ("xóa dữ liệu", "Xóa hết", "deleted")]
)
async def test_leaving_tells_the_pairing_first(tmp_path: Path, said: str, button: str, why: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        hooks = Heard()
        t.services.hooks = hooks
        hoa = await (await promised(t)).say(said)
        if button:
            await hoa.tap(button)
        assert hooks.gone == [why]
        assert not await t.rows("role") and not await t.rows("instructor") and not await t.rows("invitation")


async def test_the_emergency_comes_before_codes_and_buttons(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        hoa = await promised(t)
        assert "đừng chuyển thêm" in (await hoa.say("tôi bị lừa rồi")).said


async def test_codes_expire_from_the_shelf(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        await t.people.invite(OPERATOR, "learner", WARD, lasts=timedelta(hours=1))
        t.clock.passes(days=31)
        await t.ticker.sweep()
        assert not await t.rows("invitation")
