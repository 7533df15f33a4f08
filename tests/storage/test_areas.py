"""The official list, and what a change of it does to those who belong there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, inspect, select, text, update

from bot.conversation.services import ConversationServices
from bot.people import importing
from bot.people.policy import people_file
from bot.people.policy.permissions import Actor, Grant
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from storage import tables
from storage.announcements import tables as announcements_t
from storage.conversations import tables as conversations_t
from storage.engine.database import Connection, Database, open_database
from storage.engine.instants import to_ms
from storage.meetings import tables as meetings_t
from storage.pairing import tables as pairing_t
from storage.people import areas, people
from storage.people import tables as people_t
from storage.people.records import AuditRow, RoleRow
from storage.programs import tables as programs_t
from tests.support.builders import PROJECT
from tests.support.harness import rows_of
from tests.support.world import START, Clock, Ids

MOVED = {"25252": ("25264", "Xã Phú Riềng"), "25333": ("25336", "Phường An Lộc"),
         "25450": ("25453", "Xã Nha Bích"), "26332": ("26329", "Xã Xuân Quế")}  # fmt: skip
NAMES = Pseudonyms(b"a key of the tests alone")


def test_the_official_list():
    rows = areas.official_areas()
    by_code = {row.official_code: row.name for row in rows}
    assert len(rows) == len(by_code) == 96 and by_code["75"] == "Thành phố Đồng Nai"
    assert {code: by_code[code] for code in MOVED} == {code: name for code, (_, name) in MOVED.items()}
    kinds = [row.name.split()[0] for row in rows if row.kind == "ward"]
    assert (kinds.count("Phường"), kinds.count("Xã")) == (23, 72)
    assert areas.first_path("/dong-nai/w25252/b-1/") == "/dong-nai/w25264/b-1/"
    assert areas.first_path("/dong-nai/w26041/") == "/dong-nai/w26041/" and areas.first_path("/") == "/"


def upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "storage" / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def of_last_year(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A database of schema 0008 with the codes of 2025."""
    url = f"sqlite:///{tmp_path / 'x.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = open_database(url)
    await database.transact(lambda c: upgrade(c, "0008"))

    def as_it_was(connection: Connection) -> None:
        for code, (was, _) in MOVED.items():
            old = {"area_id": f"w{was}", "official_code": was, "path": f"/dong-nai/w{was}/"}
            connection.execute(update(people_t.area).where(people_t.area.c.area_id == f"w{code}").values(old))
        connection.execute(
            update(people_t.area).where(people_t.area.c.area_id == "dong-nai").values(name="Tỉnh Đồng Nai")
        )

    await database.transact(as_it_was)
    yield database
    await database.close()


def born(connection: Connection, she: str) -> None:
    """Somebody as an older program wrote her, which knew no column of today's."""
    mine, there, at = {"learner_id": she}, {"channel": "web", "chat_id": she}, to_ms(START)
    person = {"name": "Lan", "address": "chị/em", "consent": "agreed", "created_at": at}
    connection.execute(insert(people_t.person), {**mine, **person})
    connection.execute(insert(people_t.identity), {**mine, **there, "away": False, "created_at": at})
    empty = {"state": "{}", "revision": 0, "out_no": 0, "seen_at": at}
    connection.execute(insert(conversations_t.session), {**mine, **there, **empty})


def settle(connection: Connection, code: str) -> None:
    """Somebody in every place where an area's id can stand."""
    ward, branch, by = f"w{code}", f"b-{code}", {"by": "x"}
    below = areas.AreaRow(branch, ward, "branch", "Hoa Sen", "", f"/dong-nai/{ward}/{branch}/")
    areas.add(connection, [below])
    for role, where in (("learner", branch), ("instructor", branch), ("officer", ward)):
        she = f"{role}-{code}"
        born(connection, she)
        people.set_area(connection, she, where)
        people.set_role(connection, RoleRow(she, role, where, "active", "x", START))
    officer = f"officer-{code}"
    connection.execute(
        update(conversations_t.session)
        .where(conversations_t.session.c.learner_id == officer)
        .values(state=f'{{"meeting": {{"area": "{ward}"}}}}')
    )
    stand = {"free": 1, "taken": 1, "ratio": 0.5, "silences": 0, "rest_until_at": 0, "last_served_at": 0}
    connection.execute(insert(pairing_t.standing), {"learner_id": f"instructor-{code}", "path": below.path, **stand})
    pair = {"pairing_id": code, "learner_id": f"learner-{code}", "instructor_id": f"instructor-{code}"}
    connection.execute(insert(pairing_t.pairing), {**pair, "state": "open", "opened_at": 1})
    entry = NAMES.listed("person", "nguyen thi mai", f"/dong-nai/{ward}/", "learner")
    invited = {"invitee_id": entry, "name": "Nguyễn Thị Mai", "area_id": ward, "role": "learner", "at": 1, **by}
    connection.execute(insert(people_t.invitee), invited)
    made = {"code_hash": code, "kind": "invite", "role": "learner", "area_id": ward, "made_at": 1, "expires_at": 2}
    connection.execute(insert(people_t.invitation), {**made, "tries": 0, **by})
    connection.execute(
        insert(programs_t.union_model),
        {"model_id": code, "kind": "club", "area_id": ward, "name": "CLB", "year": 2026},
    )
    connection.execute(
        insert(meetings_t.attendance),
        {"event_id": code, "area_id": ward, "lesson": "m", "invitee_id": entry, "at": 1, **by},
    )
    told = {"announcement_id": code, "area_id": ward, "body": "", "at": 1, "state": "sent", **by}
    connection.execute(insert(announcements_t.announcement), told)
    people.note(connection, AuditRow(START, "x", "invited_learner", "", ward))
    shown = {"phrase": "p", "said": "{}", "about": "", "digest": 0, "at": 1, "due_at": 1}
    notice = {"notice_id": code, "learner_id": officer, "buttons": f"q:in:1:{ward}", **shown}
    connection.execute(insert(pairing_t.notice), notice)


async def test_the_codes_of_2026_and_who_belongs_where(of_last_year: Database):
    database = of_last_year
    for was, _ in MOVED.values():
        await database.transact(lambda c, was=was: settle(c, was))  # type: ignore[misc]
    await database.transact(lambda c: settle(c, "26041"))
    there = await database.read(lambda c: set(inspect(c).get_table_names()))
    names = [table.name for table in tables.metadata.sorted_tables if table.name in there]
    before = await database.read(lambda c: {name: c.scalar(text(f"SELECT count(*) FROM {name}")) for name in names})
    await database.transact(lambda c: upgrade(c, "head"))
    after = await database.read(lambda c: {name: rows_of(c, name) for name in names})
    assert {name: len(rows) for name, rows in after.items()} == before, "nobody is lost, nothing is doubled"
    held = [str(value) for rows in after.values() for row in rows for value in row.values()]
    assert not [value for value in held for was, _ in MOVED.values() if f"w{was}" in value]
    service = People(database, ConversationServices(NAMES), Clock().now, Ids("x"))
    for code, was in [(code, was) for code, (was, _) in MOVED.items()] + [("26041", "26041")]:
        ward = f"w{code}"
        at = {row["area_id"] for name in ("union_model", "attendance", "announcement") for row in after[name]}
        assert ward in at and ward in {row["detail"] for row in after["audit"]}
        officer = Actor("o", (Grant("officer", f"/dong-nai/{ward}/"),))
        listed = await service.list_people(officer, ward)
        assert sorted((row.role, row.area_name, row.state) for row in listed) == [
            ("instructor", "Hoa Sen", "active"), ("learner", "Hoa Sen", "active"),
            ("learner", listed[0].area_name, "invited"), ("officer", listed[0].area_name, "active"),
        ]  # fmt: skip
        (standing,) = (row for row in after["standing"] if row["learner_id"] == f"instructor-{was}")
        assert standing["path"] == f"/dong-nai/{ward}/b-{was}/"
        again = people_file.read(f"ten,xa_phuong\nNguyễn Thị Mai,{code}\n".encode())
        found = await importing.plan(service, officer, again)
        assert (len(found.invitees), found.known) == (0, 1), "and her list does not bring anybody twice"
    moved = await database.read(
        lambda c: {r.area_id: r.official_code for r in c.execute(select(people_t.area)) if r.official_code}
    )
    assert moved == {row.area_id: row.official_code for row in areas.official_areas()}
    assert next(row["name"] for row in after["area"] if row["area_id"] == "dong-nai") == "Thành phố Đồng Nai"
