"""A flood of strangers' cries: members first, one notice that counts; and what she hears while nobody has come yet."""

from __future__ import annotations

from pathlib import Path

from tests.services.test_cries import CRY, LESSON, RESCUE
from tests.services.test_offers import member
from tests.support.builders import book
from tests.support.harness import TELEGRAM, WEB, tutor


def rang(heard) -> list[str]:
    return [message.text for message in heard if "KHẨN" in message.text or "VẪN CHƯA AI NHẬN" in message.text]


async def test_strangers_are_one_notice_that_counts_and_members_come_first(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer", WEB)
        for number in range(11):
            await t.learner(f"la{number}").say(CRY)
        lan = await member(t, "lan", "Lan", "learner")
        await lan.say(CRY)
        await t.tells()
        assert len(rang(cuc.heard)) == 2, "the first stranger, and the member"
        await cuc.say("việc của cán bộ")
        assert "12 việc" in cuc.said
        assert "chị Lan" in cuc.last.labels[0] and "11 người lạ" in cuc.last.labels[1]
        await cuc.say("menu")
        assert {"⚠️ Tôi lo cho chị Lan", "⚠️ Xem 11 người lạ kêu cứu"} <= set(cuc.last.labels)
        before = len(cuc.heard)
        for _ in range(4):
            await t.passes(minutes=15)
        strangers = [text for text in rang(cuc.heard[before:]) if "chị Lan" not in text]
        assert len(strangers) == 4 and all("11 người lạ" in text for text in strangers)
        await cuc.tap("Xem") if "Xem" in cuc.buttons else await cuc.tap("⚠️ Xem 11 người lạ kêu cứu")
        assert len([label for label in cuc.last.labels if "KHẨN" in label]) == 6
        await cuc.tap("Xem thêm")
        assert len([label for label in cuc.last.labels if "KHẨN" in label]) == 5, "each of them can be reached"
        await cuc.tap(cuc.last.labels[0])
        await cuc.tap("Tôi lo việc này")
        await cuc.say("việc của cán bộ")
        assert (
            any("10 người lạ" in label for label in cuc.last.labels) and "chị đang lo" in cuc.last.labels[0].casefold()
        )
        await t.passes(minutes=15)
        assert not any("11 người" in text for text in rang(cuc.turn)), "nobody is rung for what somebody took"


async def test_after_an_hour_strangers_ring_seldom_and_a_member_as_before(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        for number in range(3):
            await t.learner(f"la{number}").say(CRY)
        await t.tells()
        for _ in range(5):
            await t.passes(minutes=15)
        before = len(cuc.heard)
        for _ in range(12):
            await t.passes(minutes=15)
        assert len(rang(cuc.heard[before:])) == 3, "once an hour, for all three"


async def test_danger_of_life_is_never_one_of_a_crowd(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        for number in range(3):
            await t.learner(f"la{number}").say(CRY)
        await t.learner("lb").say("muốn chết quá")
        await t.tells()
        assert "không muốn sống" in cuc.said


async def test_a_stranger_rings_at_once_where_the_others_are_being_helped(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        await t.learner("la1").say(CRY)
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.learner("la2").say(CRY)
        await t.tells()
        assert len(rang(cuc.turn)) == 1


async def test_each_quarter_of_an_hour_says_something_else_and_never_too_much(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        await member(t, "cuc", "Cúc", "officer")
        await member(t, "tinh", "Tỉnh", "officer", TELEGRAM, "dong-nai")
        lan = await member(t, "lan", "Lan", "learner")
        await lan.say(CRY)
        before, said = len(lan.heard), []
        for _ in range(24):
            await t.passes(minutes=15)
        said = [message.text for message in lan.heard[before:] if "cán bộ hội" in message.text.casefold()]
        assert len(said) == len(set(said)) == 4, "in six hours"
        assert "nhắn 2 cán bộ Hội" in said[0] and "ngân hàng" in said[0]
        assert "hàng xóm" in said[1] and "Từ 08:00" in said[1]
        assert "công an xã/phường" in said[2] and "đừng xóa" in said[2]


async def test_who_says_that_nobody_helps_is_answered_in_any_case(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc = await member(t, "cuc", "Cúc", "officer")
        lan = await member(t, "lan", "Lan", "learner")
        await lan.say(CRY)
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.passes(minutes=61)
        await lan.tap("Chưa ai giúp")
        assert "nhắn lại cho 1 cán bộ Hội" in lan.said
        await t.tells()
        assert "nói chưa ai giúp" in cuc.said
