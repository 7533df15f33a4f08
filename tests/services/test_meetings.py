"""A branch meets around one phone: a lesson for all of them, a roll, and nothing of it is anybody's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.base import Tap
from bot.people.policy.permissions import OPERATOR
from bot.tutor import state as states
from bot.tutor import state_codec
from storage.people import areas, invitees, people
from storage.people.areas import AreaRow
from storage.people.records import InviteeRow, RoleRow
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.world import START

CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])
WARD, OTHER = "w26041", "w25195"
PATH = f"/dong-nai/{WARD}/"

GROUP = lesson(
    """
    - {say: mot, text: Một, wait_tap: Tiếp, checkpoint: true}
    - quiz: q
      text: Hỏi
      skill: k
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
      points: 5
    - {award: sao, badge: Sao}
    - {say: ba, text: Ba, wait_tap: Xong bài}
    - {end: het, text: Hết}
    """
)
OWN = lesson("- {say: rieng, text: Riêng, wait_tap: Tiếp riêng}\n- {end: het, text: Hết}", lesson_id="khac")
BOOK = book(GROUP, OWN)
LEFT_BEHIND = ("run", "attempt", "award")


async def officer(t: Tutor, channel: str = TELEGRAM, branches: int = 1, members: int = 2) -> Learner:
    """Hoa, officer of a ward with so many branches; the first has so many members and an entry of a list."""
    hoa = await t.learner("hoa", channel).meets("Hoa")
    talker = (await t.rows("session"))[0]["learner_id"]

    def fill(c):
        rows = [AreaRow(f"b{n}", WARD, "branch", f"Chi hội {n}", "", f"{PATH}b{n}/") for n in range(branches)]
        areas.add(c, rows)
        people.set_role(c, RoleRow(talker, "officer", WARD, "active", "x", START))
        invitees.add(c, [InviteeRow("i-lan", "Lan (danh sách)", "b0", "learner")], "x", START)

    await t.database.transact(fill)
    for n in range(members):
        await member(t, f"Thành viên {chr(65 + n)}", "b0")
    await member(t, "Người xã khác", OTHER)
    return hoa


async def member(t: Tutor, name: str, area_id: str) -> Learner:
    made = await t.people.invite(OPERATOR, "learner", area_id)
    learner = await t.learner(name).meets(name)
    await learner.shows(made.code)
    return learner


async def who_came(t: Tutor) -> list[str]:
    rows = await t.rows("attendance")
    names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
    return sorted(names.get(row["learner_id"]) or row["invitee_id"] for row in rows)


async def through(hoa: Learner) -> None:
    await hoa.say("họp chi hội")
    await hoa.tap("Bài thu")
    await hoa.tap("Tiếp")
    await hoa.tap("Đúng")


@CHANNELS
async def test_one_lesson_for_all_and_nothing_of_it_is_hers(tmp_path: Path, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t, channel)
        before = {table: await t.rows(table) for table in LEFT_BEHIND}
        await hoa.say("họp chi hội")
        assert "Họp ở Chi hội 0" in hoa.said
        await through(hoa)
        await t.crash()
        await hoa.tap("Xong bài")
        assert "Ai có mặt" in hoa.said and "Tiếp tục bài" not in hoa.buttons
        for name in ("Lan (danh sách)", "Thành viên A"):
            update = hoa.update(Tap(hoa.buttons[f"☐ {name}"]))
            await t.deliver(update, update)
            await t.deliver(update)
            assert f"☑ {name}" in hoa.buttons
            await t.crash()
        assert "☐ Thành viên B" in hoa.buttons and "Người xã khác" not in str(hoa.buttons)
        await hoa.tap("Xong")
        assert "buổi họp ở Chi hội 0 có 2 người" in hoa.said
        assert await who_came(t) == ["Thành viên A", "i-lan"]
        assert {table: await t.rows(table) for table in LEFT_BEHIND} == before
        state = await t.state(hoa)
        assert state.meeting is None and not state.done and not state.cards and state.answers == 0 and state.run is None
        assert {(row["area_id"], row["lesson"]) for row in await t.rows("attendance")} == {("b0", "thu")}
        said = [row["what"] for row in await t.rows("audit")]
        assert said[-2:] == ["meeting_begun", "meeting_closed"]


async def test_a_tick_is_taken_back_and_none_comes_twice(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t)
        await through(hoa)
        await hoa.say("điểm danh")
        on = hoa.buttons["☐ Thành viên A"]
        await hoa.tap_token(on)
        await hoa.tap_token(on)
        assert await who_came(t) == ["Thành viên A"]
        await hoa.tap("☑ Thành viên A")
        assert await who_came(t) == []
        for forged in (on.rpartition(":")[0] + ":" + await of_other_ward(t), "v:on:0:xxxxxxxx:i-lan", "v:on", "v:on:x"):
            await hoa.tap_token(forged)
        assert await who_came(t) == []
        await hoa.tap("Tiếp tục bài")
        assert hoa.last.text.endswith("Ba")
        await hoa.say("điểm danh")
        await hoa.tap("Xong")
        assert "chưa ghi ai có mặt" in hoa.said
        await hoa.tap_token(on)
        assert await who_came(t) == [], "the buttons of a meeting that is over do nothing"


async def of_other_ward(t: Tutor) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == "Người xã khác")


@CHANNELS
async def test_her_own_lessons_stay_hers_beside_the_meeting(tmp_path: Path, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t, channel)
        await hoa.opens("thu")
        own = (await t.state(hoa)).run
        await hoa.say("họp chi hội")
        await hoa.tap("Bài thu")
        await hoa.tap("Tiếp")
        await hoa.opens("khac")
        await hoa.tap("Tiếp riêng")
        await hoa.opens("thu")
        assert hoa.last.text.endswith("Một"), "her own place in the same lesson"
        await t.crash()
        await hoa.say("điểm danh")
        await hoa.tap("Tiếp tục bài")
        assert hoa.last.text.endswith("Hỏi"), "the meeting's place"
        await hoa.tap("Đúng")
        await hoa.say("điểm danh")
        await hoa.tap("Xong")
        state = await t.state(hoa)
        assert own is not None and [each.run_id for each in (*state.parked, state.run) if each] == [own.run_id]
        assert not await t.rows("attempt") and {row["lesson"] for row in await t.rows("run")} == {"thu", "khac"}
        assert len(await t.rows("run")) == 2
        await hoa.opens("thu")
        await hoa.tap("Tiếp")
        await hoa.tap("Đúng")
        assert len(await t.rows("attempt")) == 1, "and now it counts"


async def test_whoever_is_no_officer_there_is_refused_and_it_is_written_down(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t)
        lan = await member(t, "Lan", "b0")
        await lan.say("dạy cả nhóm")
        assert "việc của cán bộ Hội" in lan.said
        await hoa.tap_token(f"v:area:{OTHER}")
        assert "việc của cán bộ Hội" in hoa.said
        await through(hoa)
        await t.people.suspend(OPERATOR, await id_of(t, "Hoa"), "officer")
        await hoa.say("điểm danh")
        assert "việc của cán bộ Hội" in hoa.said and (await t.state(hoa)).meeting is None
        assert [row["what"] for row in await t.rows("audit")].count("refused_meet") == 3
        assert not await t.rows("attendance")


async def id_of(t: Tutor, name: str) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)


async def test_long_lists_come_in_pages(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t, branches=11, members=9)
        await hoa.say("họp chi hội")
        assert len(hoa.last.buttons) == 10 and "Chi hội 9" not in hoa.buttons
        await hoa.tap("Xem thêm")
        await hoa.tap("Phần trước")
        await hoa.tap("Chi hội 0")
        await hoa.tap("Bài thu")
        await hoa.say("điểm danh")
        assert "☐ Thành viên E" not in hoa.buttons
        await hoa.tap("Xem thêm")
        await hoa.tap("☐ Thành viên E")
        assert "☑ Thành viên E" in hoa.buttons, "she stays on the page"
        await hoa.tap("Phần trước")
        await hoa.tap("☐ Thành viên F")
        await hoa.tap("Xong")
        assert await who_came(t) == ["Thành viên E", "Thành viên F"]


async def test_who_is_deleted_leaves_a_count_and_an_entry_that_is_claimed_is_one_person(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t, members=1)
        await through(hoa)
        await hoa.say("điểm danh")
        await hoa.tap("☐ Lan (danh sách)")
        made = await t.people.invite(OPERATOR, "learner", "b0", "i-lan")
        lan = await t.learner("lan").meets("Lan")
        await lan.shows(made.code)
        await hoa.say("điểm danh")
        assert "☑ Lan" in hoa.buttons and "☐ Lan" not in hoa.buttons
        await hoa.tap("☑ Lan")
        await hoa.tap("☐ Lan")
        await hoa.tap("☐ Thành viên A")
        await t.people.delete(OPERATOR, await id_of(t, "Lan"))
        rows = await t.rows("attendance")
        assert len(rows) == 2 and [row["learner_id"] is None for row in rows].count(True) == 1
        await hoa.tap("Xong")
        assert "có 2 người" in hoa.said


async def test_withdrawing_and_deleting_end_a_meeting(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t)
        await through(hoa)
        await hoa.say("rút đồng ý")
        assert (await t.state(hoa)).meeting is None


async def test_it_begins_from_her_desk_too_and_goes_on_where_it_was(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t)
        await hoa.say("việc của cán bộ")
        await hoa.tap("Họp chi hội")
        await hoa.tap("Bài thu")
        update = hoa.update(Tap(hoa.buttons["Tiếp"]))
        await t.deliver(update, update)
        await hoa.say("họp chi hội")
        assert "Ai có mặt" in hoa.said
        assert [row["what"] for row in await t.rows("audit")].count("meeting_begun") == 1
        await hoa.tap("Tiếp tục bài")
        assert hoa.last.text.endswith("Hỏi")
        await t.passes(days=9)
        assert not hoa.said, "nobody is reminded of a lesson that is not hers"


async def test_a_second_phone_that_is_joined_brings_the_meeting_along(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t, WEB)
        await through(hoa)
        other = t.learner("hai")
        await other.meets("Hoa hai")
        hers = next(str(row["learner_id"]) for row in await t.rows("role") if row["role"] == "officer")
        await other.shows(await t.people.code_back(OPERATOR, hers))
        await other.tap("Thôi, để vậy")
        state = await t.state(other)
        assert state.meeting is not None and state.meeting.run is not None and not state.parked
        await hoa.say("điểm danh")
        await hoa.tap("Tiếp tục bài")
        await hoa.tap("Xong bài")
        await hoa.tap("☐ Thành viên A")
        assert await who_came(t) == ["Thành viên A"]
        assert not await t.rows("run") and not await t.rows("attempt")


def test_a_meeting_is_kept_in_words_that_an_older_program_wrote_too():
    held = states.Meeting("e", "b0", "thu", "r1")
    assert state_codec.load(state_codec.dump(states.ConversationState(meeting=held))).meeting == held
    assert state_codec.load('{"v":1}').meeting is None
    assert state_codec.load('{"v":1,"meeting":{"event":"e","area":"b0"}}').meeting == states.Meeting("e", "b0")


async def test_groups_of_one_name_are_told_apart_by_their_branches(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await officer(t, WEB, branches=2)

        def fill(c):
            areas.add(c, [AreaRow(f"g{n}", f"b{n}", "group", "Tổ 4", "", f"{PATH}b{n}/g{n}/") for n in range(2)])

        await t.database.transact(fill)
        await hoa.say("họp chi hội")
        assert {"Tổ 4, Chi hội 0", "Tổ 4, Chi hội 1", "Chi hội 1"} <= set(hoa.last.labels)
