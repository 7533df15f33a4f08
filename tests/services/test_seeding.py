"""A made-up world: what the product keeps of real people holds in it, it is the same again, and nothing real mixes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from bot.app import Environment, bootstrap
from bot.channels.telegram.settings import TelegramSettings
from bot.cli import doctor
from bot.cli.demonstrating import is_to_be_made
from bot.cli.main import main
from bot.errors import SettingsInvalid
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.ledger import is_waiting_for_somebody
from bot.pairing.sql_ledger import SqlLedger, read_request
from bot.people.pseudonyms import KEY_FILE, Pseudonyms
from bot.rules import pairing_clock
from bot.seeding import names
from bot.seeding.cast import cast_of
from bot.seeding.copying import PREFIX
from bot.seeding.sizes import planned
from bot.seeding.world import WorldPlan, WorldRefused, seed
from bot.settings import Settings
from bot.tutor import state_codec
from storage import worlds
from storage.conversations import conversations
from storage.engine import schema
from storage.engine.database import Connection, Database, open_database
from storage.engine.rows import Row
from storage.pairing import availability
from storage.pairing import tables as pairing_t
from storage.people.naming import words_of
from storage.people.records import PersonRow
from tests.support.made_up import NOW, ROOT, SMALL, make, settings_in

LEFT_OVER = re.compile(rf"{PREFIX}[0-9a-f]{{10}}|Q[byz][a-z]{{3}}(?![a-z])")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world, made by a process of its own."""
    return by_process(tmp_path_factory.mktemp("made-up"), "1")


def by_process(folder: Path, hash_seed: str) -> Path:
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([sys.executable, "-m", "tests.support.made_up", str(folder)], cwd=ROOT, env=environ, check=True)
    return folder


def dump(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "camtay.db")) as database:
        return "\n".join(database.iterdump())


@pytest.fixture
async def made(folder: Path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite:///{folder / 'camtay.db'}")
    yield database
    await database.close()


def rows_in(connection: Connection) -> dict[str, list[Row]]:
    return {name: worlds.rows(connection, name) for name in worlds.names()}


async def test_the_same_seed_makes_the_same_world_in_another_process(folder: Path, tmp_path: Path):
    again = dump(by_process(tmp_path, "2"))
    assert again == dump(folder) and 'INSERT INTO "attempt"' in again


async def test_nothing_is_left_of_the_life_that_was_copied(folder: Path):
    assert LEFT_OVER.findall(dump(folder)) == []


async def test_answers_are_of_real_steps_of_versions_that_are_kept(made: Database, folder: Path):
    rows = await made.read(rows_in)
    async with AsyncExitStack() as stack:
        app = await bootstrap(stack, settings_in(folder, **{"web.port": "0"}), Environment(now=lambda: NOW))
        book = app.conversation.book
    runs = {row["run_id"]: row["learner_id"] for row in rows["run"]}
    assert len(rows["attempt"]) > 50
    for row in rows["attempt"]:
        lesson = book.lesson(row["lesson"], row["version"])
        assert lesson is not None and lesson.step(row["step"]) is not None
        assert runs.get(row["run_id"], row["learner_id"]) == row["learner_id"], "of a review there is no run"
    assert Counter(row["right"] for row in rows["attempt"])[False] > 0, "somebody is wrong sometimes"
    assert len(app.library.drafts) == 1, "one lesson's file is ahead of what is published"


async def test_states_can_be_read_and_json_is_whole(made: Database):
    rows = await made.read(rows_in)
    states = [state_codec.load(str(row["state"])) for row in rows["session"]]
    assert any(state.cards for state in states) and any(state.done for state in states)
    for table, column in (("pairing_event", "detail"), ("notice", "said"), ("person", "needs")):
        assert all(json.loads(str(row[column])) is not None for row in rows[table])
    for row in rows["chat_log"]:
        assert not row["buttons"] or json.loads(str(row["buttons"]))


async def test_pairings_keep_what_the_product_keeps(made: Database, folder: Path):
    clock, names_ = pairing_clock(settings_in(folder)), Pseudonyms(Pseudonyms.key_in(folder / KEY_FILE))
    rows = await made.read(rows_in)
    assert {row["state"] for row in rows["pairing"]} >= {"open"}
    assert {row["state"] for row in rows["request"]} >= {"waiting", "closed"}
    await made.read(lambda c: requests_are_sound(c, clock, names_))

    def counted_again(connection: Connection) -> None:
        before = {row["learner_id"]: row for row in worlds.rows(connection, "standing")}
        for learner_id in before:
            availability.refresh(connection, learner_id)
        assert {row["learner_id"]: row for row in worlds.rows(connection, "standing")} == before

    await made.transact(counted_again)


def requests_are_sound(connection: Connection, clock: Clock, called: Pseudonyms) -> None:
    ledger = SqlLedger(connection, clock, called.of)
    people = {row["learner_id"] for row in worlds.rows(connection, "person")}
    for row in connection.execute(select(pairing_t.request)).mappings():
        request = read_request(dict(row))
        assert request is not None and request.learner_id in people
        offer, learner = ledger.offer_for(request.request_id), ledger.learner(request.learner_id)
        assert (offer is not None) == (request.state == "offered")
        assert learner is not None
        queued = is_waiting_for_somebody(request, learner, ledger.pairing_of(request.learner_id))
        assert row["queue"] == (learner.lang if queued else "")
        if request.state != "closed":
            assert request.owner_id in people or (request.owner_kind, request.owner_id) == ("nobody", "")


async def test_what_an_officer_must_see_to_stands_open(made: Database):
    rows = await made.read(rows_in)
    now = int(NOW.timestamp() * 1000)
    live = [row for row in rows["request"] if row["state"] != "closed"]
    cries = {row["state"]: row for row in live if row["kind"] == "safety"}
    assert cries.keys() == {"waiting", "open"} and cries["waiting"]["due_at"] > now
    assert any(row["away"] for row in rows["identity"]), "somebody cannot be reached"
    waits = [row for row in live if row["kind"] == "pair" and row["state"] == "waiting"]
    assert any(0 < row["due_at"] - now <= 30 * 60_000 for row in waits), "somebody has minutes left"
    offers = [row for row in rows["offer"] if row["state"] == "open"]
    assert offers and all(row["due_at"] > now for row in offers)
    assert any("reported" in str(row["what"]) for row in rows["pairing_event"])


async def test_all_roles_are_there_and_the_cast_names_them(made: Database):
    rows = await made.read(rows_in)
    roles = Counter(row["role"] for row in rows["role"] if row["state"] != "asked")
    assert {row["state"] for row in rows["role"]} == {"active", "asked", "suspended"}
    assert roles["officer"] == 3 and roles["editor"] == roles["admin"] == 1
    assert roles["instructor"] == SMALL.instructors and roles["learner"] >= SMALL.learners - 4
    assert all(str(row["invitee_id"]).startswith("i-") for row in rows["invitee"]), "as of lists that came in"
    cast = await made.read(cast_of)
    people = {row["learner_id"]: row["name"] for row in rows["person"]}
    assert {each.role for each in cast} >= {"learner", "instructor", "officer", "editor", "admin"}
    assert all(people[each.learner_id] == each.name for each in cast)


async def test_many_copies_are_other_people_elsewhere(tmp_path: Path):
    plan = WorldPlan(learners=500, instructors=100, attempts=100, days=10, lines=2)
    made = await make(tmp_path, plan)
    database = open_database(made.database_url)
    rows = await database.read(rows_in)
    await database.close()
    told = [str(row["learner_id"]) for row in rows["person"]]
    assert len(told) == len(set(told)) == 600 + 2 * 10 + 3, "two officers a ward, three for the province"
    wards = Counter(str(row["area_id"]) for row in rows["role"] if row["role"] == "officer")
    assert len(wards) == 11 and wards["dong-nai"] == 1
    called = Counter(str(row["name"]) for row in rows["person"])
    assert len(called) > 200 and called.most_common(1)[0][1] > 1, "some are namesakes"
    heads = Counter((row["area_id"], row["name"]) for row in rows["area"] if row["kind"] == "branch")
    assert max(heads.values()) == 1
    assert all(
        words_of(str(row["name"]))[-1] in str(row["search_key"]).split() for row in rows["person"] if row["name"]
    )
    led = {(row["word"], row["learner_id"]) for row in rows["person_word"]}
    assert led == {(word, row["learner_id"]) for row in rows["person"] for word in str(row["search_key"]).split()}


@pytest.mark.postgres
async def test_both_databases_hold_the_same_world(folder: Path, tmp_path: Path, postgres_url: str):
    await make(tmp_path, url=postgres_url)
    there = open_database(postgres_url)
    here = open_database(f"sqlite:///{folder / 'camtay.db'}")
    try:
        one, other = await here.read(rows_in), await there.read(rows_in)
    finally:
        await here.close()
        await there.close()
    assert {name: sorted(map(str, rows)) for name, rows in one.items()} == {
        name: sorted(map(str, rows)) for name, rows in other.items()
    }


# --- how large it may be ---


@pytest.mark.parametrize(
    ("given", "guides", "attempts"),
    [
        ((50,), 12, 1_500),
        ((100_000,), 24_000, 3_000_000),
        ((3,), 1, 90),
        ((20, 1, 0), 1, 0),
        ((50, None, None, 7), 12, 504),
    ],
)
def test_what_is_not_said_follows_from_the_learners(given: tuple[int | None, ...], guides: int, attempts: int):
    plan = planned(*given)  # type: ignore[arg-type]
    assert (plan.learners, plan.instructors, plan.attempts) == (given[0], guides, attempts)
    assert all(plan.of(kind).instructors >= 1 and plan.of(kind).learners >= 1 for kind in range(2))


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--learners", "0"], "--learners: phải từ 3"), (["--learners", "-5"], "--learners: phải từ 3"),
        (["--learners", "2000000"], "tới 1000000"),
        (["--learners", "100000", "--instructors", "12"], "100000 học viên cần từ 2000 tới"),
        (["--instructors", "0"], "từ 1 tới 100 người chỉ"), (["--instructors", "101"], "từ 1 tới 100 người chỉ"),
        (["--attempts", "9000000"], "--attempts: chừng ấy người trong 120 ngày"), (["--attempts", "-1"], "từ 0 tới"),
        (["--days", "0"], "--days: phải từ 7"), (["--lines", "0"], "--lines: phải từ 1"),
    ],
)  # fmt: skip
def test_a_world_that_cannot_be_is_told_in_a_sentence(
    flags: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["seed", "--data", str(tmp_path / "none"), *flags]) == 1
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said and not (tmp_path / "none" / "camtay.db").exists()


async def test_the_smallest_of_all_worlds_is_whole(tmp_path: Path):
    made = await make(tmp_path, planned(3, 1, 0, 7))
    database = open_database(made.database_url)
    cast = await database.read(cast_of)
    await database.close()
    assert {each.role for each in cast} >= {"learner", "instructor", "officer", "editor", "admin"}


# --- nothing mixes ---


async def test_where_somebody_has_been_nothing_is_made_up(folder: Path):
    made = settings_in(folder)
    database = open_database(made.database_url)
    before = dump(folder)
    try:
        with pytest.raises(WorldRefused):
            await seed(database, made, SMALL, 7, NOW)
    finally:
        await database.close()
    assert dump(folder) == before


async def test_no_messenger_is_opened_over_made_up_people(folder: Path):
    on = replace(settings_in(folder), channels={"telegram": TelegramSettings(token="1:secret")})
    async with AsyncExitStack() as stack:
        with pytest.raises(SettingsInvalid, match="người giả"):
            await bootstrap(stack, on, Environment(now=lambda: NOW))


def test_no_real_list_comes_in(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    sheet = tmp_path / "list.csv"
    sheet.write_text("loai,ten,vai,xa_phuong,chi_hoi,to\n,Nguyễn Thị Thật,hội viên,Trấn Biên,,\n", "utf-8")
    assert main(["people", "--data", str(folder), "import", str(sheet)]) == 1
    assert "người giả" in capsys.readouterr().err and "Nguyễn Thị Thật" not in dump(folder)


async def test_the_doctor_is_content(folder: Path):
    made: Settings = settings_in(folder, **{"web.port": "9"})
    found = await doctor.look_at_settings(made, ROOT / "config.yaml", made.database_url, NOW)
    assert [each.text for each in found if each.health == "bad"] == []
    assert any("người giả" in each.text for each in found)


# --- the folder of the demonstration ---


def test_a_ward_is_made_where_nothing_is_and_anything_else_is_left_alone(folder: Path, tmp_path: Path):
    assert is_to_be_made(tmp_path / "none", fresh=False) and not (tmp_path / "none").exists()
    begun = tmp_path / "begun"
    begun.mkdir()
    (begun / "camtay.lock").touch()
    assert is_to_be_made(begun, fresh=False), "broken off before anybody was in it"
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    assert not is_to_be_made(whole, fresh=False) and (whole / "camtay.db").exists()
    assert is_to_be_made(whole, fresh=True) and not whole.exists()
    for fresh in (False, True):
        with pytest.raises(SettingsInvalid):
            is_to_be_made(real_data(tmp_path / f"real-{fresh}"), fresh=fresh)
        assert (tmp_path / f"real-{fresh}" / "camtay.db").exists()


def test_half_a_ward_is_thrown_away(folder: Path, tmp_path: Path):
    half = tmp_path / "half"
    shutil.copytree(folder, half)
    with closing(sqlite3.connect(half / "camtay.db")) as database, database:
        database.execute("DELETE FROM key_value WHERE key = 'made_up_cast'")
    assert is_to_be_made(half, fresh=False) and not half.exists()


def real_data(data: Path) -> Path:
    async def somebody() -> None:
        database = open_database(settings_in(data).database_url)
        await schema.ensure(database)
        person = PersonRow("p1", "Lan", "chị/em", "agreed")
        await database.transact(lambda c: conversations.add_learner(c, person, "web", "c" * 32, NOW))
        await database.close()

    asyncio.run(somebody())
    return data


# --- names ---


def test_names_are_as_frequent_as_in_life():
    rng = Random(1)
    drawn = [names.draw(rng) for _ in range(20_000)]
    surnames = Counter(each.full.split()[0] for each in drawn)
    assert surnames.most_common(2)[0][0] == "Nguyễn" and 0.28 < surnames["Nguyễn"] / 20_000 < 0.42
    assert any(each.full.startswith("Thạch") for each in drawn)
    assert all(each.said in each.full for each in drawn)
