"""Who may come to a meeting and who came, on either database."""

from __future__ import annotations

from functools import partial

from sqlalchemy import update

from storage.conversations import conversations, leaving
from storage.engine.database import Connection, Database
from storage.meetings import meetings
from storage.people import areas, invitees, people
from storage.people import tables as people_t
from storage.people.areas import AreaRow
from storage.people.records import InviteeRow, PersonRow, RoleRow
from tests.support.world import START

WARD = "w26041"
PATH = f"/dong-nai/{WARD}/b1/"
EVENT = {"event_id": "e", "area_id": "b1", "lesson": "m", "by": "x"}


def fill(c: Connection) -> None:
    areas.add(
        c, [AreaRow("b1", WARD, "branch", "Hoa Sen", "", PATH), AreaRow("g1", "b1", "group", "Tổ 1", "", f"{PATH}g1/")]
    )
    roles = [
        ("lan", "learner", "b1", "active"),
        ("lan", "instructor", "g1", "active"),
        ("hoa", "instructor", "g1", "active"),
    ]
    roles += [
        ("mai", "learner", "b1", "suspended"),
        ("cúc", "officer", "b1", "active"),
        ("xa", "learner", WARD, "active"),
    ]
    for who in sorted({each[0] for each in roles}):
        conversations.add_learner(c, PersonRow(who, who.title(), "chị/em", "agreed"), "telegram:1", who, START)
    for who, role, area, state in roles:
        people.set_role(c, RoleRow(who, role, area, state, "x", START))
    rows = [InviteeRow("i1", "An", "g1", "learner"), InviteeRow("i2", "Bé", "b1", "officer")]
    invitees.add(c, [*rows, InviteeRow("i3", "Lan cũ", "b1", "learner")], "x", START)
    c.execute(update(people_t.invitee).where(people_t.invitee.c.invitee_id == "i3").values(claimed_by="lan"))


async def test_those_who_learn_or_guide_there_each_once(database: Database):
    await database.transact(fill)
    rows, total = await database.read(lambda c: meetings.expected(c, PATH, 0, 8))
    assert [row[0] for row in rows] == ["i1", "hoa", "lan"] and total == 3
    assert [row[0] for row in (await database.read(lambda c: meetings.expected(c, PATH, 2, 8)))[0]] == ["lan"]
    others = ["mai", "xa", "i2", "i3", "cúc", ""]
    assert await database.read(lambda c: meetings.expected_among(c, PATH, ["i1", *others])) == {"i1"}


async def test_ticks_and_no_ticks(database: Database):
    await database.transact(fill)
    for who in ("lan", "i1"):
        await database.transact(partial(meetings.tick, event=EVENT, attendant_id=who, now=START))
    assert await database.read(lambda c: meetings.came(c, "e")) == {"lan", "i1"}
    await database.transact(
        lambda c: c.execute(
            update(people_t.invitee).where(people_t.invitee.c.invitee_id == "i1").values(claimed_by="hoa")
        )
    )
    assert await database.read(lambda c: meetings.came(c, "e")) == {"lan", "hoa"}
    await database.transact(lambda c: meetings.untick(c, "e", "hoa"))
    await database.transact(lambda c: leaving.forget_person(c, "lan"))
    assert await database.read(lambda c: (meetings.came(c, "e"), meetings.count(c, "e"))) == (set(), 1)
