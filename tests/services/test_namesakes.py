"""Who of a list is who: tones, years and marks tell women apart, doubts are asked, a list loaded again is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import update

from bot.conversation.services import ConversationServices
from bot.errors import NotAllowed
from bot.people import importing
from bot.people.policy import people_file
from bot.people.policy.lists.words import fold
from bot.people.policy.permissions import OPERATOR, Actor, Grant
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from bot.tutor.onboarding import is_of_office
from storage.conversations import conversations
from storage.engine.database import Database, open_database
from storage.people import invitees
from storage.people import tables as people_t
from storage.people.records import InviteeRow, PersonRow
from tests.support.builders import words
from tests.support.harness import empty_database
from tests.support.world import START, Clock, Ids

WARD = "w26041"
NAMES = Pseudonyms(b"a key of the tests alone")


@pytest.fixture
async def people(tmp_path):
    await empty_database(tmp_path / "camtay.db")
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    yield People(database, ConversationServices(NAMES), Clock().now, Ids("x"))
    await database.close()


async def plan(
    people: People, head: str, *lines: str, into: str = WARD, actor: Actor = OPERATOR
) -> importing.ImportPlan:
    sheet = people_file.read("\n".join((head, *lines)).encode(), placed=bool(into))
    return await importing.plan(people, actor, sheet, into)


async def load(
    people: People, head: str, *lines: str, says: Sequence[bool] = (), into: str = WARD
) -> importing.ImportPlan:
    """With every question answered yes, or as `says`."""
    found = await plan(people, head, *lines, into=into)
    assert not found.faults
    answers = says or [True] * len(found.questions)
    for question, yes in zip(found.questions, answers, strict=True):
        assert importing.answered(found, question, yes)
    await importing.carry_out(people, OPERATOR, found)
    return found


async def listed(people: People) -> list[str]:
    return sorted(row.name for row in await people.list_people(OPERATOR, "dong-nai"))


def counts(found: importing.ImportPlan) -> tuple[int, int]:
    return len(found.invitees), found.known


SIX = (
    "Nguyễn Thị Thủy",
    "Nguyễn Thị Thúy",
    "Lê Thị Hoa",
    "Lê Thị Hòa",
    "Lê Thị Hoạ",
    "Trần Thị Lan A",
    "Trần Thị Lan B",
)


async def test_tones_and_marks_tell_apart(people: People):
    assert counts(await load(people, "Họ tên", *SIX)) == (7, 0)
    assert await listed(people) == sorted(SIX)
    again = await plan(people, "Họ tên", *reversed(SIX))
    assert (counts(again), again.questions) == ((0, 7), [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Lê Thị Hòa", "LÊ THỊ HOÀ"),
        ("Đặng Thị Bé", "Ðặng  Thị Bé"),
        ("Nguyễn Thị Thủy", "Nguyễn thị Thuỷ"),
        ("Thị K'Mai", "thị k'mai"),
    ],
)
async def test_one_name_typed_two_ways_is_one(people: People, first: str, second: str):
    await load(people, "Họ tên", first)
    again = await plan(people, "Họ tên", second)
    assert (counts(again), again.questions) == ((0, 1), [])


async def test_years_tell_apart_and_stand_beside_the_names_of_namesakes_only(people: People):
    lines = ("Trần Thị Lan,1962", "Trần Thị Lan,1970", "Lê Thị Mai,1955", "Võ Thị Sáu,5/3/1960", "Võ Thị Sáu,6/3/1960")
    found = await load(people, "Họ tên,Năm sinh", *lines)
    assert (counts(found), found.questions) == ((5, 0), [])
    assert await listed(people) == [
        "Lê Thị Mai", "Trần Thị Lan (1962)", "Trần Thị Lan (1970)", "Võ Thị Sáu (5/3/1960)", "Võ Thị Sáu (6/3/1960)",
    ]  # fmt: skip
    assert counts(await plan(people, "Họ tên,Năm sinh", *lines)) == (0, 5)
    third = await load(people, "Họ tên,Năm sinh", "Trần Thị Lan,1981")
    assert (counts(third), third.questions) == ((1, 0), [])


@pytest.mark.parametrize(("yes", "new"), [(True, 2), (False, 1)])
async def test_equal_lines_are_asked_and_either_answer_holds(people: People, yes: bool, new: int):
    found = await load(people, "Họ tên", "Trần Thị Lan", "Lê Mai", "TRẦN THỊ LAN", says=[yes])
    assert "“Trần Thị Lan”, Phường Trấn Biên, dòng 2, 4" in found.questions[0].text
    assert counts(found) == (1 + new, 0)
    assert await listed(people) == ["Lê Mai", "Trần Thị Lan", "Trần Thị Lan (2)"][: 1 + new]
    again = await plan(people, "Họ tên", "Trần Thị Lan", "Lê Mai", "TRẦN THỊ LAN")
    assert again.known == 1 + new and len(again.questions) == 2 - new


async def test_what_is_half_said_is_asked(people: People):
    found = await plan(people, "Họ tên,Năm sinh", "Trần Thị Lan,1962", "Trần Thị Lan,", "Tran Thi Lan,1962")
    assert [question.text.split(": ")[1].split(" (")[1] for question in found.questions] == [
        "một dòng thiếu năm sinh). Là những người khác nhau?",
        "một dòng không dấu). Là những người khác nhau?",
    ]
    await load(people, "Họ tên,Năm sinh", "Trần Thị Lan,1962")
    unmarked = await plan(people, "Họ tên,Năm sinh", "Tran Thi Lan,1962")
    assert "là người khác với “Trần Thị Lan” đã có?" in unmarked.questions[0].text


@pytest.mark.parametrize(("yes", "new", "known"), [(True, 0, 2), (False, 2, 0)])
async def test_a_list_that_begins_to_say_years_is_asked_about_once(people: People, yes: bool, new: int, known: int):
    await load(people, "Họ tên", "Trần Thị Lan", "Lê Thị Mai")
    found = await load(people, "Họ tên,Năm sinh", "Trần Thị Lan,1962", "Lê Thị Mai,1970", says=[yes])
    assert "một bên không ghi năm sinh" in found.questions[0].text and counts(found) == (new, known)


async def test_lists_of_the_time_before_marks_counted_are_known(people: People):
    """Their ids were made of a name without marks."""
    place = f"/dong-nai/{WARD}/"
    former = [
        InviteeRow(NAMES.listed("person", fold(name), place, "learner"), name, WARD, "learner")
        for name in ("Nguyễn Thị Thủy", "Lê Thị Mai")
    ]
    await people.database.transact(lambda c: invitees.add(c, former, "x", START))
    found = await load(people, "Họ tên", "Nguyễn Thị Thủy", "Nguyễn Thị Thúy", "Lê Thị Mai")
    assert (counts(found), found.questions) == ((1, 2), []), "and the one who was taken for another comes in now"


async def claimed_and_deleted(people: People, database: Database, name: str) -> None:
    row = PersonRow("p1", "Lan", "chị/em", "agreed")
    await database.transact(lambda c: conversations.add_learner(c, row, "web", "c1", START))
    claim = update(people_t.invitee).where(people_t.invitee.c.name == name).values(claimed_by="p1")
    await database.transact(lambda c: c.execute(claim))
    await people.delete(OPERATOR, "p1")


async def test_a_namesake_of_somebody_deleted_comes_in_when_asked_and_so_does_she(people: People):
    await load(people, "Họ tên", "Nguyễn Thị Hoa", "Lê Thị Mai")
    await claimed_and_deleted(people, people.database, "Nguyễn Thị Hoa")
    other = await plan(people, "Họ tên", "Nguyễn Thị Hòa")
    assert (counts(other), other.questions) == ((1, 0), []), "a name with another tone is another woman's"
    asked = await plan(people, "Họ tên", "Nguyễn Thị Hoa", "Lê Thị Mai")
    assert counts(asked) == (1, 1) and "“Nguyễn Thị Hoa”" in asked.questions[0].text
    for _ in range(3):
        back = await load(people, "Họ tên", "Nguyễn Thị Hoa", "Lê Thị Mai")
        assert counts(back) == (1, 1)
        assert counts(await load(people, "Họ tên", "Nguyễn Thị Hoa", "Lê Thị Mai")) == (0, 2)
        await claimed_and_deleted(people, people.database, "Nguyễn Thị Hoa")


async def test_where_a_list_belongs(people: People):
    await load(people, "Họ tên,Chi hội", "Lan,Chi hội Ấp 1", "Hoa,CH ẤP 01", "Mai,ap 1", "Cúc,Ấp 1A")
    names = {row.area_name for row in await people.list_people(OPERATOR, "dong-nai")}
    assert names == {"Chi hội Ấp 1", "Ấp 1A"}
    (branch,) = (area.area_id for area in await people.areas() if area.name == "Chi hội Ấp 1")
    for head, line, into, column in (
        ("Họ tên,Xã phường", "Bé,Loc Thanh", "", "xa_phuong"),
        ("Họ tên,Xã phường", "Bé,Tam Hiệp", WARD, "xa_phuong"),
        ("Họ tên,Chi hội", "Bé,Ấp 2", branch, "chi_hoi"),
        ("Họ tên,Tổ", "Bé,1", WARD, "chi_hoi"),
        ("Họ tên", "Bé", "dong-nai", "--into"),
        ("Họ tên", "Bé", "w99999", "--into"),
        ("Họ tên", "Bé", "", "xa_phuong"),
    ):
        found = await plan(people, head, line, into=into)
        assert [fault.column for fault in found.faults] == [column], (head, line, into)
        assert not found.invitees
    assert counts(await load(people, "Họ tên,Chi hội,Tổ", "Bé,ấp 1,3", "Nụ,,Tổ 3", into=branch)) == (2, 0)
    assert counts(await load(people, "Họ tên", "Sen", into="Phường Trấn Biên")) == (1, 0)


@pytest.mark.parametrize(
    ("said", "ward"),
    [
        ("Lộc Thành", "Xã Lộc Thành"), ("LỘC THẠNH", "Xã Lộc Thạnh"), ("xã Lộc Thạnh, huyện Lộc Ninh", "Xã Lộc Thạnh"),
        ("P. Tam Hiệp", "Phường Tam Hiệp"), ("phuong tam hiep", "Phường Tam Hiệp"), ("Xã Đắc Lua", "Xã Đak Lua"),
        ("Ðịnh Quán", "Xã Định Quán"), ("Ấp 3, xã Phú Lí, Vĩnh Cửu", "Xã Phú Lý"), ("25252", "Xã Phú Riềng"),
        ("Phường Biên Hòa, thành phố Đồng Nai", "Phường Biên Hòa"), ("P.Biên Hoà", "Phường Biên Hòa"),
    ],
)  # fmt: skip
async def test_wards_as_they_are_written(people: People, said: str, ward: str):
    found = await plan(people, "Họ tên;Xã phường", f"Lan;{said}", into="")
    assert not found.faults, found.faults
    areas = {area.area_id: area.name for area in await people.areas()}
    assert areas[found.invitees[0].area_id] == ward


async def test_a_post_of_the_union_gives_no_right(people: People):
    found = await load(people, "Họ tên,Chức vụ", "Lan,Chi hội trưởng", "Hoa,HDV", "Mai,Cán bộ", "Cúc,Hội viên")
    assert [row.role for row in found.invitees] == ["learner", "instructor", "learner", "learner"]
    assert any("mời riêng" in note for note in found.notes)
    officer = Actor("o", (Grant("officer", f"/dong-nai/{WARD}/"),))
    with pytest.raises(NotAllowed):
        await plan(people, "Họ tên,Vai trò", "Lan,cán bộ", actor=officer)
    with pytest.raises(NotAllowed):
        await plan(people, "Họ tên", "Lan", into="w26068", actor=officer)
    assert (await plan(people, "Họ tên,Chức vụ", "Sen,Chủ tịch", actor=officer)).invitees


async def test_the_name_of_an_office_is_asked_about(people: People):
    people.is_office = lambda name: is_of_office(words(), name)
    found = await plan(people, "Họ tên", "Nguyễn Thị Lan", "Công an xã")
    assert [each.text for each in found.questions] == ["“Công An Xã” (dòng 3) giống tên cơ quan: vẫn nhập là người?"]
    assert not importing.answered(found, found.questions[0], False), "a no, and nothing of the list comes in"
