"""By what people are found: keys that follow every name, the order of Vietnamese lists, nobody of another area."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.conversations import conversations, joins, leaving
from storage.conversations.records import Writes
from storage.desk import people as found
from storage.desk.choosing import choices
from storage.desk.people import Wanted
from storage.engine import schema
from storage.engine.database import Connection, Database, open_database
from storage.people import areas, forgetting, invitations, invitees, naming, people, seats
from storage.people import tables as people_t
from storage.people.naming import keys_of, order_key, words_of
from storage.people.records import InviteeRow, PersonRow, RoleRow
from tests.support.world import START

WARD, OTHER = "/dong-nai/w26041/", "/dong-nai/w26068/"


def somebody(c: Connection, learner_id: str, name: str, area_id: str | None = "w26041", role: str = "") -> None:
    conversations.add_learner(c, PersonRow(learner_id, name, "chị/em", "agreed"), "web", f"chat-{learner_id}", START)
    people.set_area(c, learner_id, area_id)
    if role:
        people.set_role(c, RoleRow(learner_id, role, area_id or "", "active", "", START))


def names(rows: list[found.FoundRow]) -> list[str]:
    return [row.name for row in rows]


async def look(database: Database, *paths: str, words: str = "", **wanted: str) -> list[str]:
    return names(
        await database.read(lambda c: found.found(c, Wanted(paths, words=tuple(words_of(words)), **wanted), None, 50))
    )


@pytest.mark.parametrize(
    "listed",
    [
        [
            "Lê Hoà An",
            "Trần Thị An",
            "Lê Ân",
            "Lê Thị Bình",
            "Lê Dung",
            "Lê Đào",
            "Lê Hoa",
            "Lê Hoà",
            "Lê Hỏa",
            "Lê Yến",
        ],
        ["Lê Thị Lan", "Nguyễn Thị Lan", "Nguyễn Văn Lan", "Nguyễn Thị Lành"],
        ["Lan", "Lê Thị Lan", "Lê Thị Lan (1962)", "Lê Thị Lan (1970)"],
        ["Bùi Thị Ma", "Bùi Thị Mà", "Bùi Thị Mả", "Bùi Thị Mã", "Bùi Thị Má", "Bùi Thị Mạ"],
        ["Lê Thị Lan A", "Lê Thị Lan B", "Phan Thị Lan"],
    ],
)
def test_names_sort_as_lists_do(listed: list[str]):
    the_other_way = listed[::-1]
    assert sorted(the_other_way, key=order_key) == listed


def test_a_name_is_found_by_what_thumbs_write():
    assert words_of("  NGUYỄN thị   Đào, (1962) ") == ["nguyen", "thi", "dao", "1962"]
    assert words_of("Ðào") == ["dao"], "an old list's letter"
    assert keys_of("Lê Thị Lan", "Lan")["search_key"] == " le thi lan", "each word once"
    assert keys_of("")["search_key"] == "" and order_key("") == ""


async def test_who_is_found_where(database: Database):
    def work(c: Connection) -> None:
        somebody(c, "p1", "Nguyễn Thị Lan", role="learner")
        somebody(c, "p2", "Trần Thị Đào", role="instructor")
        somebody(c, "p3", "Lan Anh", "w26068", role="learner")
        somebody(c, "p4", "Lan Nowhere", None)
        rows = [InviteeRow("i-1", "Lê Thị Lành", "w26041", "learner"), InviteeRow("i-2", "Lê Lan", "w26068", "officer")]
        invitees.add(c, rows, "", START)

    await database.transact(work)
    for whole in (("/",), ("/dong-nai/",)):
        strangers = ["Lan Nowhere"] if whole == ("/",) else []
        everybody = ["Lan Anh", "Trần Thị Đào", "Lê Lan", "Nguyễn Thị Lan", "Lê Thị Lành", *strangers]
        assert await look(database, *whole) == everybody
        assert await look(database, *whole, words="la") == [
            each for each in everybody if "L" in each and "Đ" not in each
        ]
        assert await look(database, *whole, words="lan th") == ["Nguyễn Thị Lan", "Lê Thị Lành"]
        assert await look(database, *whole, words="ĐÀO") == ["Trần Thị Đào"]
        assert await look(database, *whole, words="an") == ["Lan Anh"], "a word is found by how it begins"
        assert (
            await look(database, *whole, words="%") == everybody and await look(database, *whole, words="l_n zzz") == []
        )
    assert await look(database, WARD) == ["Trần Thị Đào", "Nguyễn Thị Lan", "Lê Thị Lành"]
    assert await look(database, WARD, words="anh") == [] and await look(database) == []
    assert await look(database, WARD, OTHER, state="invited") == ["Lê Lan", "Lê Thị Lành"]
    assert await look(database, "/", role="officer") == ["Lê Lan"]
    assert await look(database, "/", role="instructor", state="active") == ["Trần Thị Đào"]
    assert await look(database, "/", state="none") == ["Lan Nowhere"]
    assert await look(database, "/", state="suspended") == []
    assert names(await database.read(lambda c: found.called(c, ["/dong-nai/w26041/"], "p", 9))) == [
        "Trần Thị Đào", "Nguyễn Thị Lan",
    ]  # fmt: skip


async def test_a_page_goes_on_where_the_former_ended(database: Database):
    def work(c: Connection) -> None:
        for at in range(9):
            somebody(c, f"p{at}", "Lê Thị Lan" if at % 2 else "Trần Thị Lan")
        invitees.add(c, [InviteeRow(f"i-{at}", "Lê Thị Lan", "w26041", "learner") for at in range(4)], "", START)

    await database.transact(work)
    for paths in (("/",), (WARD,)):
        for words in ((), ("lan",)):
            wanted = Wanted(paths, words=words)
            seen = await database.read(partial(to_the_end, wanted))
            assert len(seen) == 13 == len(set(seen))


def to_the_end(wanted: Wanted, c: Connection) -> list[str]:
    seen, rows = list[str](), found.found(c, wanted, None, 3)
    while rows:
        seen += [row.person_id for row in rows]
        rows = found.found(c, wanted, rows[-1].place, 3)
    return seen


async def test_a_frequent_word_is_found_as_well(database: Database, monkeypatch: pytest.MonkeyPatch):
    def several(c: Connection) -> None:
        for at in range(5):
            somebody(c, f"p{at}", f"Lê Lan {at}")

    monkeypatch.setattr(found, "BEARERS", 2)
    await database.transact(several)
    assert len(await look(database, "/", words="lan")) == 5
    assert await look(database, "/", words="lan 3") == ["Lê Lan 3"]


async def test_keys_follow_every_name(database: Database):
    """Whatever writes a name, keys and words are those of the names that are there."""

    def work(c: Connection) -> None:
        somebody(c, "p1", "Lan")
        somebody(c, "p2", "Sáu")
        seats.add_beside(c, PersonRow("p3", "Bảy", "chị/em", "agreed"), "web", "chat-p1", START)
        invitees.add(c, [InviteeRow("i-1", "Nguyễn Thị Lan (1962)", "w26041", "learner")], "", START)
        steps = (
            lambda: people.rename(c, "p2", "Sáu Mập", None),
            lambda: invitations.claim(c, "i-1", "p1"),
            lambda: conversations.write(c, Writes(people=[PersonRow("p1", "Lan Em", "chị/em", "agreed")])),
            lambda: become_one(c, "p1", "p2"),
            lambda: joins.undo(c, "j", "{}", 1, START),
            lambda: invitees.free(c, "i-1"),
            lambda: invitations.claim(c, "i-1", "p2"),
            lambda: conversations.write(
                c, Writes(people=[PersonRow("p2", "", "chị/em", "declined")], forget_answers=["p2"])
            ),
            lambda: leaving.forget_person(c, "p1"),
        )  # fmt: skip
        for step in (lambda: None, *steps):
            step()
            agree(c)
        assert not c.execute(select(people_t.invitee)).all() and "p1" not in forgetting.persons_after(c, "", 9)

    await database.transact(work)


def become_one(c: Connection, stays: str, goes: str) -> None:
    joins.remember(c, "j", stays, goes, START, vouched=False)
    joins.join(c, stays, goes)


def agree(c: Connection) -> None:
    for row in c.execute(select(people_t.person)):
        listed = c.scalars(select(people_t.invitee.c.name).where(people_t.invitee.c.claimed_by == row.learner_id)).all()
        assert {key: getattr(row, key) for key in naming.KEYS} == keys_of(*listed, row.name)
        words = c.execute(select(people_t.person_word).where(people_t.person_word.c.learner_id == row.learner_id)).all()
        assert sorted(each.word for each in words) == sorted(set(row.search_key.split()))
        assert {each.search_key for each in words} <= {row.search_key}
    known = set(c.scalars(select(people_t.person.c.learner_id)))
    assert set(c.scalars(select(people_t.person_word.c.learner_id))) <= known
    for entry in c.execute(select(people_t.invitee)):
        assert {key: getattr(entry, key) for key in naming.KEYS} == keys_of(entry.name)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_names_of_an_older_database_are_found(kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    url = f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    database = open_database(url)

    def older(c: Connection) -> None:
        schema.build(c, "0016")
        c.execute(
            text("INSERT INTO person (learner_id, name, address, consent, created_at) VALUES ('p1', 'Sáu', '', '', 0)")
        )
        for key, name, whose in (("i-1", "Lê Thị Đào", "'p1'"), ("i-2", "Hồ Thị Bé", "NULL")):
            values = f"'{key}', '{name}', 'w26041', 'learner', '', 0, {whose}"
            c.execute(
                text(f"INSERT INTO invitee (invitee_id, name, area_id, role, by, at, claimed_by) VALUES ({values})")
            )
        schema.build(c)
        agree(c)

    await database.transact(older)
    assert await look(database, "/", words="dao sau") == ["Sáu"] and await look(database, "/") == ["Hồ Thị Bé", "Sáu"]
    await database.close()


async def test_areas_of_a_broken_import_are_no_choice(database: Database):
    def work(c: Connection) -> None:
        for area_id, batch in (("b-good", None), ("b-bad", "x")):
            areas.add(c, [areas.AreaRow(area_id, "w26041", "branch", area_id, "", f"{WARD}{area_id}/")], batch)

    await database.transact(work)
    ids = [row.area_id for row in await database.read(lambda c: choices(c, [WARD]))]
    assert ids == ["w26041", "b-good"]
    whole = await database.read(lambda c: choices(c, ["/"], "w26041"))
    assert len(whole) == 97 and "b-good" in [row.area_id for row in whole]
    assert "b-good" not in [row.area_id for row in await database.read(lambda c: choices(c, [OTHER], "w26041"))]
