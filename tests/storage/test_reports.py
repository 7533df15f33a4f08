"""What reports count, on either database; models and who belongs to them; who may read and change what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from bot.conversation.services import ConversationServices
from bot.errors import NotAllowed
from bot.people.policy.permissions import OPERATOR, Actor, Grant
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import NobodyThere
from bot.reports.programs import NotSo, Programs
from bot.reports.service import Reports, span_of
from storage.conversations import conversations, joins, leaving
from storage.conversations import tables as conversations_t
from storage.engine.database import Connection, Database
from storage.engine.errors import Conflict
from storage.engine.instants import to_ms
from storage.meetings import tables as meetings_t
from storage.pairing import tables as pairing_t
from storage.people import areas, people
from storage.people.areas import AreaRow
from storage.people.records import InstructorRow, PersonRow, RoleRow
from storage.scams import tables as scams_t
from tests.support.harness import rows_of
from tests.support.world import START, Clock, Ids

WARD, OTHER = "w26041", "w25195"
PATH = f"/dong-nai/{WARD}/"
NAMES = Pseudonyms(b"a key of the tests alone")
NOW = to_ms(START)
DAY = 86_400_000
OFFICER = Actor("o", (Grant("officer", PATH),))


def a_service(database: Database, kind: Callable[..., Any], clock: Clock | None = None) -> Any:
    return kind(database, ConversationServices(NAMES), (clock or Clock()).now, Ids("x"))


def place(connection: Connection) -> None:
    """Chi hội b1 with tổ g1 and g2, and b2, in one ward."""
    rows = [("b1", WARD, "branch", PATH), ("b2", WARD, "branch", PATH), ("g1", "b1", "group", f"{PATH}b1/")]
    rows += [("g2", "b1", "group", f"{PATH}b1/")]
    areas.add(connection, [AreaRow(i, parent, kind, i.upper(), "", f"{path}{i}/") for i, parent, kind, path in rows])


def somebody(connection: Connection, learner_id: str, area_id: str, seen_at: int = NOW) -> None:
    row = PersonRow(learner_id, learner_id.upper(), "chị/em", "agreed")
    conversations.add_learner(connection, row, "telegram:1", f"chat-{learner_id}", START)
    people.set_area(connection, learner_id, area_id)
    own = conversations_t.session.c.learner_id == learner_id
    connection.execute(conversations_t.session.update().where(own).values(seen_at=seen_at))


def pair(connection: Connection, learner_id: str, instructor_id: str, opened_at: int, **ended: int) -> None:
    row = {"pairing_id": f"{learner_id}-{instructor_id}", "learner_id": learner_id, "instructor_id": instructor_id}
    state = {"state": "ended" if ended else "open", "opened_at": opened_at, **ended}
    connection.execute(insert(pairing_t.pairing), {**row, **state})


async def report(database: Database, what: str, area: str = WARD, actor: Actor = OPERATOR, **more: Any) -> Any:
    made = await a_service(database, Reports, more.pop("clock", None)).make(actor, what, area, **more)
    return {row[0]: dict(zip(made.heads, row, strict=True)) for row in made.rows}


async def family(database: Database, area_id: str, *members: str, year: int = 2026) -> str:
    models = a_service(database, Programs)
    models.new_id = Ids(f"{area_id}-")
    row = await models.add(OPERATOR, "family", area_id, f"Gia đình {area_id}", year)
    for each in members:
        await models.join(OPERATOR, row.model_id, each)
    return str(row.model_id)


# --- the target --------------------------------------------------------------------------------------


async def test_who_has_reached_the_target_and_what_is_missing(database: Database):
    def fill(c: Connection) -> None:
        place(c)
        for who, area in (("lan", "g1"), ("hoa", "b1"), ("mai", "b2"), ("cúc", "g2")):
            somebody(c, who, area)
        pair(c, "lan", "hoa", NOW - 5 * DAY)

    await database.transact(fill)
    await family(database, "g1", "lan")
    await family(database, "b2", "mai")
    await family(database, "g2", "cúc", year=2025)
    rows = await report(database, "targets")
    assert rows[WARD] | {"con_thieu": ""} == {
        "ma": WARD, "dia_ban": "Phường Trấn Biên", "cap": "xã, phường", "gia_dinh_so": 2, "co_doi_song": 1,
        "chi_hoi": 2, "chi_hoi_dat": 1, "to": 2, "to_dat": 1, "con_thieu": "",
    }  # fmt: skip
    assert {area: row["con_thieu"] for area, row in rows.items()} == {
        WARD: "còn 1 chi hội và 1 tổ chưa đạt",
        "b1": "đạt; còn 1 tổ chưa đạt",
        "b2": "Gia đình số chưa có đôi 1+1 đang sống",
        "g1": "đạt",
        "g2": "chưa có Gia đình số",
    }
    assert (await report(database, "targets", "dong-nai"))["dong-nai"]["chi_hoi_dat"] == 1
    assert (await report(database, "targets", year=2025))["g2"]["gia_dinh_so"] == 1


@pytest.mark.parametrize(
    "opened, learner_seen, instructor_seen, ended, alive",
    [
        (1, 90, 90, {}, True),  # begun lately
        (90, 1, 90, {}, True),  # she was heard
        (90, 90, 1, {}, True),  # the one who guides her was
        (90, 90, 90, {}, False),  # a line in a list
        (1, 1, 1, {"ended_at": NOW - DAY}, False),
    ],
)
async def test_when_a_family_is_alive(
    database: Database, opened: int, learner_seen: int, instructor_seen: int, ended: dict[str, int], alive: bool
):
    def fill(c: Connection) -> None:
        place(c)
        somebody(c, "lan", "b1", NOW - learner_seen * DAY)
        somebody(c, "hoa", OTHER, NOW - instructor_seen * DAY)
        pair(c, "lan", "hoa", NOW - opened * DAY, **ended)

    await database.transact(fill)
    await family(database, "b1", "hoa")
    assert (await report(database, "targets"))["b1"]["co_doi_song"] == int(alive)


async def test_a_request_taken_up_is_a_sign_of_life_and_an_ended_family_none(database: Database):
    def fill(c: Connection) -> None:
        place(c)
        somebody(c, "lan", "b1", NOW - 90 * DAY)
        somebody(c, "hoa", "b1", NOW - 90 * DAY)
        pair(c, "lan", "hoa", NOW - 90 * DAY)
        ask(c, "r1", "lan", NOW - 3 * DAY, taken=NOW - 2 * DAY)

    await database.transact(fill)
    model = await family(database, "b1", "lan", "hoa")
    assert (await report(database, "targets"))["b1"]["co_doi_song"] == 1
    await a_service(database, Programs).end(OPERATOR, model)
    later = Clock(START + timedelta(hours=1))
    assert (await report(database, "targets", clock=later))["b1"]["gia_dinh_so"] == 0


def test_a_year_that_is_over_is_looked_at_as_of_its_end():
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    past, present = (span_of(year, START, zone, 30) for year in (2025, 2026))
    assert past.at == past.until == present.since and present.at == NOW
    assert past.living_since == past.at - 30 * DAY


# --- pairs and progress ------------------------------------------------------------------------------


def ask(c: Connection, request_id: str, learner_id: str, since: int, taken: int = 0, **more: Any) -> None:
    row = {"request_id": request_id, "learner_id": learner_id, "kind": "help", "owner_kind": "officer", "priority": 2}
    state = {"state": "closed" if taken else "waiting", "since_at": since, "due_at": NOW + DAY, "width": 0, **more}
    c.execute(insert(pairing_t.request), {**row, **state})
    if taken:
        c.execute(insert(pairing_t.pairing_event), {"at": taken, "request_id": request_id, "by": "x", "what": "taken"})


async def test_how_the_pairs_do(database: Database):
    hour = 3_600_000

    def fill(c: Connection) -> None:
        place(c)
        for who, area in (("lan", "g1"), ("mai", "b2")):
            somebody(c, who, area)
        for who, free in (("hoa", 0), ("cúc", NOW + DAY), ("sen", 0)):
            somebody(c, who, "b1")
            for area in ("b1", WARD):
                people.set_role(c, RoleRow(who, "instructor", area, "active", "x", START))
            until = START + timedelta(1) if free else None
            people.put_instructor(c, InstructorRow(who, 1, (), ("vi",), "", until, START))
        stand = {"path": "/", "free": 0, "ratio": 0.0, "silences": 0, "rest_until_at": 0, "last_served_at": 0}
        c.execute(insert(pairing_t.standing), {**stand, "learner_id": "hoa", "taken": 1})
        pair(c, "lan", "hoa", NOW - hour)
        ask(c, "r1", "lan", NOW - 50 * hour, taken=NOW - 48 * hour)
        ask(c, "r2", "lan", NOW - 10 * hour, taken=NOW - 5 * hour)
        ask(c, "r3", "mai", NOW - 9 * hour, due_at=NOW - 1)
        ask(c, "r4", "mai", NOW - 8 * hour)
        ask(c, "r5", "mai", NOW - 8 * hour, state="closed", closed_why="cancelled")
        ask(c, "r6", "mai", NOW - 400 * DAY, state="closed", closed_why="done")
        ask(c, "r7", "lan", NOW - 20 * hour, state="closed", closed_why="paired")
        offer = {"offer_id": "o", "request_id": "r7", "instructor_id": "hoa", "made_at": 1, "due_at": 2}
        c.execute(insert(pairing_t.offer), {**offer, "state": "accepted", "settled_at": NOW - 19 * hour})

    await database.transact(fill)
    rows = await report(database, "pairs")
    assert list(rows[WARD].values())[3:] == [1, 3, 1, 2, 1, 3, 1, 1, 2.0, 5.0]
    assert list(rows["b2"].values())[3:] == [0, 0, 1, 2, 1, 0, 0, 0, "", ""]
    assert rows["b1"]["nguoi_chi"] == 3, "each once, where she is most at home"


async def test_what_was_learnt(database: Database):
    def fill(c: Connection) -> None:
        place(c)
        for who, area in (("lan", "g1"), ("mai", "b2")):
            somebody(c, who, area)
        run = {"version": 1, "started_at": 1, "ended_at": NOW, "points": 0, "outcome": "completed", "passed": False}
        passes: list[tuple[str, str, dict[str, Any]]] = [
            ("lan", "a", {}),
            ("lan", "a", {"passed": True}),
            ("lan", "b", {}),
            ("mai", "a", {"outcome": "stopped"}),
            ("mai", "b", {"ended_at": NOW - 400 * DAY}),
        ]
        for n, (who, lesson, more) in enumerate(passes):
            c.execute(
                insert(conversations_t.run),
                {**run, "run_id": f"r{n}", "learner_id": who, "lesson": lesson, **more},
            )
        for level in ("notyet", "alone"):
            check = {"learner_id": "lan", "lesson": "a", "skill": "s", "level": level, "by": "x", "at": NOW}
            c.execute(insert(pairing_t.skill_check), check)
        mark = {"right": 1, "total": 1, "name": "x", "at": NOW}
        marks: list[tuple[str, dict[str, Any]]] = [
            ("lan", {"kind": "skill"}),
            ("mai", {"kind": "skill", "at": NOW - 400 * DAY}),
            ("lan", {"kind": "before", "right": 1, "total": 4}),
            ("mai", {"kind": "before", "right": 2, "total": 4}),
            ("lan", {"kind": "after", "right": 5, "total": 5}),
            ("lan", {"kind": "checkin"}),
            ("mai", {"kind": "checkin", "right": 0}),
        ]
        for who, more in marks:
            c.execute(insert(conversations_t.mark), {**mark, "learner_id": who, **more})
        met = {"event_id": "e", "area_id": "b1", "lesson": "a", "at": NOW, "by": "x"}
        c.execute(insert(meetings_t.attendance), [{**met, "learner_id": who} for who in ("lan", "mai")])

    await database.transact(fill)
    rows = await report(database, "progress")
    assert list(rows[WARD].values())[3:] == [2, 1, 2, 1, 1, 0, 0, 1, 2, 1, 2, 1, 2, 1, 0, 25.0, 100.0, ""]
    assert rows["b2"]["hoi_vien"] == 1 and rows["b2"]["da_xong_mot_bai"] == 0
    await database.transact(lambda c: leaving.forget_person(c, "lan"))
    rows = await report(database, "progress")
    left = [1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 0, 1, 0, 0, 50.0, "", ""]
    assert list(rows[WARD].values())[3:] == left, "who came is still counted"


async def test_the_average_of_drills_is_of_people_and_never_of_fewer_than_five(database: Database):
    def fill(c: Connection) -> None:
        place(c)
        for who, area in (("a", "g1"), ("b", "g1"), ("c", "b2"), ("d", "b2"), ("e", "g1")):
            somebody(c, who, area)
        said = [("a", True, 9), ("b", False, 1), ("c", True, 1), ("c", False, 1), ("d", True, 1), ("e", True, 1)]
        for who, right, times in said:
            row = {"learner_id": who, "sample": "s", "sent_at": NOW, "said": "scam", "said_at": NOW, "right": right}
            c.execute(insert(scams_t.drill), [row] * times)
        last_year = {"said": "scam", "said_at": NOW - 400 * DAY, "right": True}
        old = {"learner_id": "b", "sample": "s", "sent_at": 1, **last_year}
        c.execute(insert(scams_t.drill), old)
        c.execute(insert(scams_t.drill), {"learner_id": "a", "sample": "s", "sent_at": NOW})

    await database.transact(fill)
    rows = await report(database, "progress")
    assert (rows[WARD]["nguoi_lam_bai_thu"], rows[WARD]["phan_tram_nhan_ra"]) == (5, 70.0), "each person counts once"
    assert (rows["b2"]["nguoi_lam_bai_thu"], rows["b2"]["phan_tram_nhan_ra"]) == (2, "…")
    await database.transact(lambda c: leaving.forget_person(c, "e"))
    rows = await report(database, "progress")
    assert (rows[WARD]["nguoi_lam_bai_thu"], rows[WARD]["phan_tram_nhan_ra"]) == (4, "…")


# --- who may read ------------------------------------------------------------------------------------


async def test_an_officer_sees_sums_of_other_wards_and_it_is_written_down(database: Database):
    def fill(c: Connection) -> None:
        place(c)
        for n in range(3):
            somebody(c, f"o{n}", OTHER)
        somebody(c, "lan", "b1")

    await database.transact(fill)
    rows = await report(database, "progress", "dong-nai", OFFICER)
    assert (rows[WARD]["hoi_vien"], rows["b1"]["hoi_vien"], rows[OTHER]["hoi_vien"]) == (1, 1, "<5")
    assert rows["dong-nai"]["hoi_vien"] == "từ 1", "the difference would give it away"
    of_branch = Actor("b", (Grant("officer", f"{PATH}b1/"),))
    assert set(await report(database, "targets", WARD, of_branch)) == {WARD, "b1", "g1", "g2"}
    for actor, area in ((of_branch, "b2"), (Actor("l", (Grant("learner", PATH),)), WARD)):
        with pytest.raises(NotAllowed):
            await report(database, "pairs", area, actor)
    with pytest.raises(NobodyThere):
        await report(database, "pairs", "khong-co", OFFICER)
    audit = [(row.by, row.what, row.detail) for row in await database.read(people.audit)]
    assert audit == [
        ("o", "reported_progress", "dong-nai"),
        ("b", "reported_targets", WARD),
        ("b", "refused_report", "b2"),
        ("l", "refused_report", WARD),
    ]


# --- models ------------------------------------------------------------------------------------------


async def test_models_are_the_business_of_their_area_alone(database: Database):
    def fill(c: Connection) -> None:
        place(c)
        somebody(c, "lan", "g1")
        somebody(c, "xa", OTHER)

    await database.transact(fill)
    models, stranger = a_service(database, Programs), Actor("s", (Grant("officer", f"/dong-nai/{OTHER}/"),))
    row = await models.add(OFFICER, "club", "b1", "  Hoa   Sen ", 2026)
    await models.join(OFFICER, row.model_id, "lan")
    await models.join(OFFICER, row.model_id, "lan")
    ((listed, area),) = await models.under(OFFICER, WARD, 2026, "club")
    assert (listed.name, listed.members, area) == ("Hoa Sen", 1, "B1")
    assert await models.members(OFFICER, row.model_id) == [("lan", "LAN")]
    for refused in (
        models.add(stranger, "club", "b1", "Sen", 2026),
        models.join(stranger, row.model_id, "xa"),
        models.join(OFFICER, row.model_id, "xa"),
        models.leave(stranger, row.model_id, "lan"),
        models.members(stranger, row.model_id),
        models.end(stranger, row.model_id),
        models.under(stranger, WARD),
    ):
        with pytest.raises(NotAllowed, match="mô hình của địa bàn mình"):
            await refused
    for wrong, fault in (
        (models.add(OFFICER, "club", "b1", "=1+1", 2026), NotSo),
        (models.leave(OFFICER, row.model_id, "xa"), NotSo),
        (models.join(OFFICER, row.model_id, "ai"), NobodyThere),
        (models.end(OFFICER, "khong-co"), NobodyThere),
    ):
        with pytest.raises(fault):
            await wrong
    await models.leave(OFFICER, row.model_id, "lan")
    await models.end(OFFICER, row.model_id)
    for over in (models.end(OFFICER, row.model_id), models.join(OFFICER, row.model_id, "lan")):
        with pytest.raises(NotSo, match="kết thúc"):
            await over
    what = [audited.what for audited in await database.read(people.audit)]
    assert what == ["model_added_club", "model_joined", *["refused_models"] * 7, "model_left", "model_ended"]


async def test_deleted_members_are_gone_and_two_made_one_attended_once(database: Database):
    def fill(c: Connection) -> None:
        place(c)
        for who in ("lan", "lan2"):
            somebody(c, who, "b1")
            met = {"event_id": "e", "area_id": "b1", "lesson": "a", "at": NOW, "by": "x"}
            c.execute(insert(meetings_t.attendance), {**met, "learner_id": who})

    await database.transact(fill)
    await family(database, "b1", "lan", "lan2")
    with pytest.raises(Conflict):
        met = {"event_id": "e", "area_id": "b1", "lesson": "a", "at": NOW, "by": "x", "learner_id": "lan"}
        await database.transact(lambda c: c.execute(insert(meetings_t.attendance), met))
    await database.transact(lambda c: joins.join(c, "lan", "lan2"))
    assert [row["learner_id"] for row in await database.read(lambda c: rows_of(c, "attendance"))] == ["lan"]
    await database.transact(lambda c: leaving.forget_person(c, "lan"))
    assert [row["learner_id"] for row in await database.read(lambda c: rows_of(c, "attendance"))] == [None]
    assert not await database.read(lambda c: rows_of(c, "membership"))
