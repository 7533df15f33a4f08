"""People and places on either database: areas, roles, imports in slices, deletion everywhere, two made one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from zlib import crc32

import pytest
from sqlalchemy import func, insert, select, update

from bot.conversation.services import ConversationServices
from bot.errors import NotAllowed
from bot.people import importing
from bot.people.hooks import PairingHooks
from bot.people.importing import ImportRunning, carry_out, plan
from bot.people.policy import people_file
from bot.people.policy.permissions import OPERATOR, Actor, Grant
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from storage import tables
from storage.conversations import conversations, joins
from storage.conversations import tables as conversations_t
from storage.engine.database import Connection, Database, open_database
from storage.engine.errors import Conflict
from storage.pairing import tables as pairing_t
from storage.people import areas, forgetting, invitees, people
from storage.people import tables as people_t
from storage.people.records import AuditRow, InstructorRow, PersonRow, RoleRow
from tests.support.everywhere import fill
from tests.support.harness import everything, rows_of
from tests.support.world import START, Clock, Ids

WARD = "w26041"
NAMES = Pseudonyms(b"a key of the tests alone")


def service(database: Database, clock: Clock | None = None, hooks: PairingHooks | None = None) -> People:
    return People(database, ConversationServices(NAMES, hooks), (clock or Clock()).now, Ids("x"))


async def somebody(database: Database, learner_id: str, name: str = "Lan", chat: str = "") -> None:
    row = PersonRow(learner_id, name, "chị/em", "agreed")
    await database.transact(
        lambda c: conversations.add_learner(c, row, "telegram:1", chat or f"chat-{learner_id}", START)
    )


def sheet_of(*lines: str) -> people_file.PeopleList:
    return people_file.read("\n".join(("loai,ten,vai,xa_phuong,chi_hoi,to", *lines)).encode())


async def load(people_: People, *lines: str, actor: Actor = OPERATOR) -> importing.ImportPlan:
    found = await plan(people_, actor, sheet_of(*lines))
    if not found.faults:
        await carry_out(people_, actor, found)
    return found


# --- areas -------------------------------------------------------------------------------------------


async def test_the_province_with_its_95_wards_is_there(database: Database):
    wards = await database.read(lambda c: areas.under(c, "/dong-nai/", "ward"))
    assert len(wards) == 95 and all(ward.path == f"/dong-nai/{ward.area_id}/" for ward in wards)
    assert {"Phường Trấn Biên", "Xã Đak Lua", "Xã Đăk Ơ"} <= {ward.name for ward in wards}
    await database.transact(areas.seed)
    assert len(await database.read(lambda c: areas.under(c))) == 96, "seeding again changes nothing"


async def test_a_place_that_nobody_knows_is_nowhere(database: Database):
    assert await database.read(lambda c: areas.path_of(c, "w99999")) == ""
    assert await database.read(lambda c: areas.under(c, "/dong-nai/w2604/")) == []


# --- roles -------------------------------------------------------------------------------------------


async def test_roles_and_settings_come_back_as_they_were_written(database: Database):
    await somebody(database, "p1")
    row = InstructorRow("p1", 3, ("m", "v"), ("vi", "sti"), "08:00-12:00", START, START + timedelta(1), "nu")
    await database.transact(lambda c: people.put_instructor(c, row))
    await database.transact(lambda c: people.put_instructor(c, row))
    assert await database.read(lambda c: people.instructor(c, "p1")) == row
    assert await database.read(lambda c: people.instructor(c, "p2")) is None
    for state in ("asked", "active"):
        given = RoleRow("p1", "instructor", WARD, state, "x", START)
        await database.transact(lambda c, given=given: people.set_role(c, given))  # type: ignore[misc]
    (role,) = await database.read(lambda c: people.roles_of(c, "p1"))
    assert (role.state, role.path, role.area_name) == ("active", f"/dong-nai/{WARD}/", "Phường Trấn Biên")
    assert (await database.read(lambda c: conversations.learners_by_id(c, ["p1"])))["p1"].is_instructor
    assert await database.transact(lambda c: people.suspend_role(c, "p1", "instructor", "x", START)) == 1
    assert not (await database.read(lambda c: conversations.learners_by_id(c, ["p1"])))["p1"].is_instructor


async def test_approving_and_suspending(database: Database):
    class Heard(PairingHooks):
        def __init__(self) -> None:
            self.gone: list[tuple[str, str]] = []

        def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: object) -> None:
            self.gone.append((learner_id, why))

    hooks = Heard()
    service_ = service(database, hooks=hooks)
    await somebody(database, "p1")
    await database.transact(lambda c: people.set_area(c, "p1", WARD))
    await database.transact(lambda c: people.set_role(c, RoleRow("p1", "instructor", WARD, "asked", "x", START)))
    asked = await service_.list_people(OPERATOR, "dong-nai", ["instructor"], ["asked"])
    assert [row.person_id for row in asked] == ["p1"]
    officer = Actor("o", (Grant("officer", f"/dong-nai/{WARD}/"),))
    await service_.approve(officer, "p1")
    assert (await database.read(lambda c: people.instructor(c, "p1"))) is not None
    made = await service_.invite(Actor(NAMES.of("p1"), (Grant("admin", "/"),)), "learner", WARD)
    await service_.suspend(officer, "p1")
    assert hooks.gone == [("p1", "suspended")]
    assert not await database.read(lambda c: c.execute(select(people_t.invitation)).all()), (
        "nor are her invitations worth"
    )
    assert made.code and [row.what for row in await database.read(people.audit)][-1] == "suspended_instructor"


async def test_two_at_once_spend_one_code(database: Database, database_url: str):
    from storage.people import invitations

    service_ = service(database)
    await service_.invite(OPERATOR, "learner", WARD)
    (row,) = await database.read(lambda c: rows_of(c, "invitation"))
    other = open_database(database_url)
    try:
        results = await asyncio.gather(
            *(
                d.transact(lambda c, who=who: invitations.use(c, row["code_hash"], who, START))  # type: ignore[misc]
                for d, who in ((database, "a"), (other, "b"))
            ),
            return_exceptions=True,
        )
    finally:
        await other.close()
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]


# --- importing ---------------------------------------------------------------------------------------

LINES = (
    "chi hội,Hoa Sen,,Phường Trấn Biên,,",
    "tổ,Tổ 1,,Trấn Biên,Hoa Sen,",
    ",Nguyễn Thị Lan,hội viên,p. tran bien,hoa sen,TO 1",
    ",Trần Thị Hoa,người chỉ,26041,Hoa Sen,",
    ",Lê Thị Mai,cán bộ,Xã Đăk Ơ,,",
)


async def test_a_list_comes_in_once_however_often_it_is_loaded(database: Database):
    service_ = service(database)
    assert importing.summary(await load(service_, *LINES)) == {"areas": 2, "people": 3, "known": 0}
    listed = await service_.list_people(OPERATOR, "dong-nai")
    assert [(row.name, row.role, row.area_name, row.state) for row in listed] == [
        ("Lê Thị Mai", "officer", "Xã Đăk Ơ", "invited"),
        ("Trần Thị Hoa", "instructor", "Hoa Sen", "invited"),
        ("Nguyễn Thị Lan", "learner", "Tổ 1", "invited"),
    ]
    assert importing.summary(await load(service_, *LINES)) == {"areas": 0, "people": 0, "known": 3}
    assert importing.summary(await load(service_, *LINES[2:], ",Mới,,Trấn Biên,Hoa Sen,"))["people"] == 1
    stored = await database.read(lambda c: rows_of(c, "invitee"))
    assert {key for row in stored for key in row} == {
        "invitee_id", "name", "area_id", "role", "by", "at", "claimed_by", "import_id", "search_key",
        "order_key",
    }  # fmt: skip


async def test_one_bad_line_and_nothing_comes_in(database: Database):
    found = await load(service(database), *LINES, ",Hoa,,Trấn Biêng,,", ",Mai,,Trấn Biên,,Tổ 1")
    assert [(fault.line, fault.column) for fault in found.faults] == [(7, "xa_phuong"), (8, "chi_hoi")]
    assert "có phải “Phường Trấn Biên”" in found.faults[0].message
    assert not await database.read(lambda c: rows_of(c, "invitee")) and len(await service(database).areas()) == 96


async def test_an_officer_imports_for_her_own_ward_only(database: Database):
    officer = Actor("o", (Grant("officer", f"/dong-nai/{WARD}/"),))
    service_ = service(database)
    assert (await load(service_, *LINES[:4], actor=officer)).invitees
    for line in (LINES[4], ",Mai,cán bộ,Trấn Biên,,", ",Mai,hội viên,Tam Hiệp,,"):
        with pytest.raises(NotAllowed):
            await load(service_, line, actor=officer)
    assert len(await database.read(lambda c: rows_of(c, "invitee"))) == 2
    assert [row.what for row in await database.read(people.audit)] == ["imported", *["refused_import"] * 3]


async def test_a_broken_import_is_unseen_and_the_next_one_clears_it_away(database: Database):
    clock = Clock()
    service_ = service(database, clock)
    found = await plan(service_, OPERATOR, sheet_of(*LINES))
    await database.transact(lambda c: invitees.begin(c, "dead", "x", START))
    await database.transact(lambda c: areas.add(c, found.areas, "dead"))
    await database.transact(lambda c: invitees.add(c, found.invitees[:2], "x", START, "dead"))
    assert len(await service_.areas()) == 96 and not await service_.list_people(OPERATOR, "dong-nai")
    with pytest.raises(ImportRunning):
        await load(service_, *LINES)
    clock.passes(minutes=3)
    assert importing.summary(await load(service_, *LINES)) == {"areas": 2, "people": 3, "known": 0}
    assert len(await service_.list_people(OPERATOR, "dong-nai")) == 3


async def test_who_asked_to_be_forgotten_comes_back_only_when_asked(database: Database):
    service_ = service(database)
    await load(service_, *LINES)
    await somebody(database, "p1")
    (lan,) = await service_.list_people(OPERATOR, "dong-nai", ["learner"])
    await database.transact(
        lambda c: c.execute(
            update(people_t.invitee).where(people_t.invitee.c.invitee_id == lan.person_id).values(claimed_by="p1")
        )
    )
    await service_.delete(OPERATOR, "p1")
    found = await plan(service_, OPERATOR, sheet_of(*LINES))
    (question,) = found.questions
    assert "“Nguyễn Thị Lan”, Tổ 1: một người tên ấy đã xin xóa hết dữ liệu" in question.text
    assert importing.answered(found, question, False) and not found.invitees, "a no leaves her out and nobody else"
    again = await load(service_, *LINES)
    (back,) = again.invitees
    assert back.name == "Nguyễn Thị Lan" and back.invitee_id != lan.person_id, (
        "her tombstone does not reach whoever comes"
    )
    after = await plan(service_, OPERATOR, sheet_of(*LINES))
    assert (after.invitees, after.known, after.questions) == ([], 3, [])


async def import_many(database: Database, count: int) -> float:
    """The longest transaction, in seconds, of an import of so many rows."""
    longest = 0.0
    transact = database.transact

    async def timed(work: Callable[[Connection], object]) -> object:
        nonlocal longest

        def measured(connection: Connection) -> object:
            nonlocal longest
            began = time.perf_counter()
            try:
                return work(connection)
            finally:
                longest = max(longest, time.perf_counter() - began)

        return await transact(measured)

    database.transact = timed  # type: ignore[method-assign, assignment]
    lines = (f",Nguyễn Thị {_letters(at)},,Trấn Biên,," for at in range(count))
    found = await load(service(database), *lines)
    assert len(found.invitees) == count
    stored = await database.read(
        lambda c: c.scalar(select(func.count()).select_from(people_t.invitee).where(invitees.is_visible()))
    )
    assert stored == count
    return longest


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(each)] for each in str(number))


async def test_nobody_waits_for_a_long_import(database: Database):
    assert await import_many(database, 4_000) < 0.5, "80 ms on an idle machine; tests run on busy ones"


@pytest.mark.long
async def test_200_000_rows(database: Database):
    assert await import_many(database, 200_000) < 0.25


# --- leaving -----------------------------------------------------------------------------------------


async def test_deleting_reaches_every_table(database: Database):
    service_ = service(database)
    await somebody(database, "person-99", "Bông Súng", "chat-of-hers")
    await somebody(database, "other-1", "Mai")
    await database.transact(lambda c: fill(c, "person-99", "other-1"))
    reached = await database.read(lambda c: forgetting.export(c, "person-99"))
    hers = {table.name for table in tables.metadata.sorted_tables if "learner_id" in table.c}
    hers -= {"invitation", "person_word"}  # words are the name's, which is there
    assert hers <= reached.keys(), "every table that can hold something of hers is tried here"
    await service_.delete(OPERATOR, "person-99")
    left = await database.read(everything)
    for trace in ("person-99", "Bông", "Súng", "chat-of-hers"):
        assert trace not in left, [line for line in left.splitlines() if trace in line]
    assert "Mai" in left and "chat-other-1" in left
    rows = await database.read(
        lambda c: {name: rows_of(c, name) for name in ("attendance", "forgotten", "consent", "request")}
    )
    assert len(rows["attendance"]) == 2, "a count of nobody"
    assert {row["pseudonym"] for row in rows["forgotten"]} == {
        NAMES.of("person-99"),
        NAMES.of(f"i-{crc32(b'person-99'):x}"),
    }
    assert rows["consent"][0]["learner_id"] == NAMES.of("person-99")
    (waiting,) = rows["request"]
    assert (waiting["learner_id"], waiting["owner_kind"], waiting["owner_id"]) == ("other-1", "nobody", None)


async def test_deleting_a_thousand_rows_takes_no_time_to_speak_of(database: Database):
    await somebody(database, "p1")
    row = {
        "learner_id": "p1",
        "run_id": "r",
        "lesson": "m",
        "version": 1,
        "step": "s",
        "answer": "a",
        "right": True,
        "tries": 1,
        "points": 1,
        "at": 1,
    }
    await database.transact(lambda c: c.execute(insert(conversations_t.attempt), [row] * 1_000))
    began = time.perf_counter()
    await service(database).delete(OPERATOR, "p1")
    assert time.perf_counter() - began < 5, "a tenth of a second on an idle machine; tests run on busy ones"


async def test_two_become_one_and_nothing_is_lost(database: Database):
    for learner_id in ("stays", "goes", "other"):
        await somebody(database, learner_id)
    await database.transact(lambda c: fill(c, "stays", "other"))
    await database.transact(lambda c: c.execute(update(pairing_t.pairing).values(state="ended")))
    await database.transact(lambda c: fill(c, "goes", "third"))
    before = await database.read(
        lambda c: {name: len(rows_of(c, name)) for name in ("attempt", "run", "consent", "request", "identity")}
    )
    await database.transact(lambda c: joins.join(c, "stays", "goes"))
    after = await database.read(lambda c: {name: len(rows_of(c, name)) for name in before})
    assert after == before
    ids = {row["learner_id"] for name in before for row in await database.read(lambda c, name=name: rows_of(c, name))}  # type: ignore[misc]
    assert "goes" not in ids and "stays" in ids
    assert len(await database.read(lambda c: rows_of(c, "role"))) == 1
    assert "goes" not in {row["learner_id"] for row in await database.read(lambda c: rows_of(c, "session"))}


async def test_of_two_open_pairings_one_stays(database: Database):
    for learner_id in ("stays", "goes"):
        await somebody(database, learner_id)
        pairing = {
            "pairing_id": learner_id,
            "learner_id": learner_id,
            "instructor_id": "i",
            "state": "open",
            "opened_at": 1,
        }
        await database.transact(lambda c, pairing=pairing: c.execute(insert(pairing_t.pairing), pairing))  # type: ignore[misc]
    await database.transact(lambda c: joins.join(c, "stays", "goes"))
    states = {
        row["pairing_id"]: (row["learner_id"], row["state"])
        for row in await database.read(lambda c: rows_of(c, "pairing"))
    }
    assert states == {"stays": ("stays", "open"), "goes": ("stays", "ended")}


async def test_the_audit_grows_only(database: Database):
    row = AuditRow(START, NAMES.of("p1"), "exported", NAMES.of("p2"), "")
    await database.transact(lambda c: people.note(c, row))
    assert await database.read(people.audit) == [row]
