"""A suspension is of the person: nothing she or another ward does ends it, only a fresh act of at least that right.

Each way back is tried on an instructor who was suspended by the officer of her ward.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.errors import NotAllowed
from bot.people.policy.permissions import OPERATOR
from tests.services.test_offers import PAIR, instructor, member
from tests.support.builders import book
from tests.support.harness import TELEGRAM, Learner, Tutor, tutor

WARD, OTHER = "w26041", "w25195"
Way = Callable[[Tutor, Learner], Awaitable[object]]


async def town(t: Tutor) -> tuple[Learner, Learner]:
    """Hoa guides in the ward of the officer Cúc."""
    return await instructor(t, "hoa", "Hoa"), await member(t, "cuc", "Cúc", "officer")


async def id_of(t: Tutor, name: str) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)


async def suspend(t: Tutor, cuc: Learner) -> None:
    hoa = await id_of(t, "Hoa")
    await cuc.tap_token(f"q:pause:{hoa}")
    await cuc.tap("Tạm dừng ngay")


async def acting(t: Tutor, name: str = "Hoa") -> set[str]:
    """The roles in which she may act on others."""
    hers = await id_of(t, name)
    return {row["role"] for row in await t.rows("role") if row["learner_id"] == hers and row["state"] == "active"} - {
        "learner"
    }


async def shows_code(t: Tutor, hoa: Learner, role: str, area: str) -> None:
    await hoa.shows((await t.people.invite(OPERATOR, role, area)).code)
    assert "đang tạm dừng" in hoa.said


async def another_invitation(t: Tutor, hoa: Learner) -> None:
    await shows_code(t, hoa, "instructor", WARD)


async def another_ward(t: Tutor, hoa: Learner) -> None:
    await shows_code(t, hoa, "instructor", OTHER)


async def another_role(t: Tutor, hoa: Learner) -> None:
    await shows_code(t, hoa, "officer", OTHER)


async def asking_again(_: Tutor, hoa: Learner) -> None:
    await hoa.say("xin chỉ bài")


async def agrees_again(hoa: Learner) -> None:
    await hoa.tap("Đồng ý")
    if "gọi bằng gì" in hoa.said:
        await hoa.say("Hoa")
        await hoa.tap_token("a:0")


async def withdrawing(t: Tutor, hoa: Learner) -> None:
    await hoa.say("rút đồng ý")
    assert not await acting_of_all(t), "nothing is hers meanwhile"
    await hoa.say("cho phép lưu")
    await agrees_again(hoa)
    await shows_code(t, hoa, "instructor", WARD)


async def deleting_herself(t: Tutor, hoa: Learner) -> None:
    await (await hoa.say("xóa dữ liệu")).tap("Xóa hết")
    await hoa.meets("Hoa")
    await shows_code(t, hoa, "instructor", OTHER)


async def acting_of_all(t: Tutor) -> set[str]:
    return {row["role"] for row in await t.rows("role") if row["state"] == "active"} - {"learner", "officer"}


@pytest.mark.parametrize(
    "way", [another_invitation, another_ward, another_role, asking_again, withdrawing, deleting_herself]
)
async def test_no_way_of_hers_leads_back(tmp_path: Path, way: Way):
    async with tutor(tmp_path, book(PAIR)) as t:
        hoa, cuc = await town(t)
        await suspend(t, cuc)
        await way(t, hoa)
        assert await acting_of_all(t) == set()
        await hoa.say("việc chỉ bài")
        assert "đang tạm dừng" in hoa.said and "cán bộ Hội mời" not in hoa.said


async def test_an_old_approval_button_lifts_nothing(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        _, cuc = await town(t)
        hoa = await id_of(t, "Hoa")
        await suspend(t, cuc)
        await cuc.tap_token(f"q:approve:{hoa}")
        assert await acting(t) == set() and "Cho làm lại" in cuc.last.labels, "what is so now is shown"
        old = cuc.buttons["Cho làm lại"]
        await cuc.tap("Cho làm lại")
        assert await acting(t) == {"instructor"}
        t.clock.passes(minutes=1)
        await suspend(t, cuc)
        await cuc.tap_token(old)
        assert "vừa được quyết định lại" in cuc.said and await acting(t) == set(), "nor the button of the time before"


async def test_only_at_least_the_right_of_who_suspended_lifts_it(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        _, cuc = await town(t)
        hoa = await id_of(t, "Hoa")
        tinh = await member(t, "tinh", "Tình", "officer", TELEGRAM, "dong-nai")
        await t.people.suspend(await t.people.actor(await id_of(t, "Tình")), hoa)
        await cuc.tap_token(f"q:person:{hoa}")
        assert "cấp trên quyết định" in cuc.said and cuc.last.labels == ("Việc của cán bộ",)
        stamp = next(row["at"] for row in await t.rows("suspension"))
        await cuc.tap_token(f"q:lift:{hoa}:{stamp:x}")
        with pytest.raises(NotAllowed, match="cấp trên tạm dừng"):
            await t.people.approve(await t.people.actor(await id_of(t, "Cúc")), hoa)
        assert await acting(t) == set()
        await suspend(t, cuc)
        await tinh.tap_token(f"q:person:{hoa}")
        await tinh.tap("Cho làm lại")
        assert await acting(t) == {"instructor"} and not await t.rows("suspension"), "Cúc's own did not narrow it"
        await t.people.suspend(OPERATOR, hoa)
        with pytest.raises(NotAllowed):
            await t.people.approve(await t.people.actor(await id_of(t, "Tình")), hoa)
        await t.people.approve(OPERATOR, hoa)
        assert await acting(t) == {"instructor"}


async def test_an_officer_is_suspended_from_above_only(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        await town(t)
        await member(t, "mo", "Mơ", "officer")
        mo, cuc = await id_of(t, "Mơ"), await t.people.actor(await id_of(t, "Cúc"))
        with pytest.raises(NotAllowed, match="cấp trên"):
            await t.people.suspend(cuc, mo, "officer")
        await t.people.suspend(OPERATOR, mo, "officer")
        assert await acting(t, "Mơ") == set()


async def test_what_an_older_program_suspended_holds_as_well(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        hoa, cuc = await town(t)
        await suspend(t, cuc)
        from sqlalchemy import text

        await t.database.transact(lambda c: c.execute(text("DELETE FROM suspension")))
        await withdrawing(t, hoa)
        assert await acting_of_all(t) == set()


async def test_she_and_her_learners_are_told_once_and_so_is_whoever_is_asked_next(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        hoa, cuc = await town(t)
        lan = await member(t, "lan", "Lan", "learner")
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
        await t.passes(minutes=20)
        await lan.say("giúp")
        assert "help" in [row["kind"] for row in await t.rows("request")]
        await t.tells()
        mai = await instructor(t, "mai", "Mai")
        for who in (hoa, lan, mai):
            who.heard.clear()
        await suspend(t, cuc)
        await t.tells()
        assert "tạm dừng việc chỉ bài của chị" in hoa.said and "không phải trả lời" not in hoa.said
        assert "Người chỉ của chị hiện không tiếp tục được" in lan.said
        assert "chưa rảnh" not in lan.said and lan.said.count("người khác") == 1
        assert len(mai.heard) == 1, "one question for one learner"
        await cuc.tap_token(f"q:person:{await id_of(t, 'Hoa')}")
        await cuc.tap("Cho làm lại")
        await t.tells()
        assert "đã mở lại việc chỉ bài" in hoa.said and "đã duyệt" not in hoa.said
