"""Versions, publications, awards: the same on SQLite and PostgreSQL, and in a database that is older than they are."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage.conversations import leaving
from storage.conversations.records import AwardRow, RunRow, Writes
from storage.engine import schema
from storage.engine.database import Connection, Database, open_database
from storage.engine.errors import Conflict
from storage.publications import publications
from storage.publications.records import PublicationRow, VersionRow
from tests.storage.test_contract import newcomer, save, session_of, write
from tests.support.harness import rows_of
from tests.support.world import START


def version(lesson: str, number: int) -> VersionRow:
    return VersionRow(lesson, number, f"lesson: {lesson} # {number}", 1, f"g{number}", "t", "files", START)


def publication(lesson: str, number: int, mode: str = "text", **fields: object) -> PublicationRow:
    return replace(PublicationRow(lesson, number, mode, "Hoa", START), **fields)  # type: ignore[arg-type]


async def keep(database: Database, *rows: VersionRow) -> None:
    await database.transact(lambda c: publications.add_versions(c, rows))


async def publish(database: Database, *rows: PublicationRow) -> None:
    await database.transact(lambda c: publications.add(c, rows))


# --- versions ----------------------------------------------------------------------------------------


async def test_versions_are_added_never_changed(database: Database):
    translated = replace(version("a", 2), translations={"en": {"chao.text": "Hello {chị}, “quote” ☎"}})
    pictured = replace(version("b", 1), media={"may.png": "0a.png", "chào.mp3": "1b.mp3"})
    await keep(database, version("a", 1), translated, pictured)
    assert await database.read(lambda c: publications.version(c, "b", 1)) == pictured
    with pytest.raises(Conflict):
        await keep(database, replace(version("a", 1), source="other"))
    assert await database.read(lambda c: publications.version(c, "a", 1)) == version("a", 1)
    assert await database.read(lambda c: publications.version(c, "a", 2)) == translated
    assert await database.read(lambda c: publications.version(c, "a", 9)) is None
    assert [row.version for row in await database.read(lambda c: publications.versions_of(c, "a"))] == [1, 2]


async def test_those_asked_for_are_read_and_no_others(database: Database):
    await keep(database, *(version("a", number) for number in range(1, 500)))
    wanted = {("a", number) for number in range(1, 460, 2)} | {("gone", 7)}
    rows = await database.read(lambda c: publications.versions(c, wanted))
    assert [row.version for row in rows] == list(range(1, 460, 2))
    assert await database.read(lambda c: publications.versions(c, ())) == []
    hashes = await database.read(publications.graph_hashes)
    assert len(hashes) == 499 and hashes["a", 7] == "g7"


# --- publications ------------------------------------------------------------------------------------


async def test_the_newest_publication_is_the_current_one_whatever_its_version(database: Database):
    assert await database.read(publications.mark) == (0, 0)
    await publish(database, publication("a", 1, "first"), publication("b", 1, "first"))
    urgent = publication("a", 2, "urgent", urgent=True, decisions={"otp": "start"}, diff="-cũ\n+mới\n")
    await publish(database, urgent)
    assert await database.read(publications.mark) == (3, 3)
    back = publication("a", 1, "rollback", at=START - timedelta(days=1))
    await publish(database, back)
    now = await database.read(publications.current)
    assert now == {"a": replace(back, publication_id=4), "b": replace(publication("b", 1, "first"), publication_id=2)}
    assert await database.read(lambda c: publications.current_of(c, "a")) == replace(back, publication_id=4)
    assert await database.read(lambda c: publications.current_of(c, "c")) is None
    whole = await database.read(lambda c: publications.of_lesson(c, "a"))
    assert [(row.version, row.mode) for row in whole] == [(1, "first"), (2, "urgent"), (1, "rollback")]
    assert whole[1] == replace(urgent, publication_id=3)
    log = await database.read(publications.log)
    assert [row.publication_id for row in log] == [1, 2, 3, 4]
    assert log[2].urgent and log[2].decisions == {"otp": "start"} and log[2].diff == ""


async def test_two_processes_that_publish_at_once_both_succeed(database: Database, database_url: str):
    other = open_database(database_url)
    try:
        await asyncio.gather(
            *(
                publish(each, publication(lesson, 1))
                for each, lesson in ((database, "a"), (other, "b"))
                for _ in range(5)
            )
        )
        assert await other.read(publications.mark) == (10, 10)
    finally:
        await other.close()


# --- who is inside -----------------------------------------------------------------------------------


async def test_sessions_that_hold_a_lesson_are_read_in_slices(database: Database):
    states = {"p1": '{"run":1}', "p2": "{}", "p3": '{"parked":[1]}', "p4": '{"stack":[1]}', "p5": '{"par%ked":1}'}
    for learner_id, state in states.items():
        row = await newcomer(database, learner_id, learner_id)
        inside = {"lesson": "a", "version": 1} if learner_id == "p1" else {}
        await save(database, session_of(row, state, **inside))
    assert await database.read(lambda c: publications.states_after(c, "", 2)) == [
        ("p1", '{"run":1}'),
        ("p3", '{"parked":[1]}'),
    ]
    assert await database.read(lambda c: publications.states_after(c, "p3", 2)) == [("p4", '{"stack":[1]}')]
    assert await database.read(publications.open_versions) == {("a", 1)}


async def test_only_whom_a_message_can_reach_is_found_inside(database: Database):
    for learner_id in ("p1", "p2", "p3", "p4"):
        row = await newcomer(database, learner_id, learner_id)
        await save(database, session_of(row, lesson="a", version=2 if learner_id == "p3" else 1))
    await write(database, Writes(away=[("telegram:1", "p2", True)]))
    assert await database.read(lambda c: publications.learners_in(c, "a", 1, "", 9)) == ["p1", "p4"]
    assert await database.read(lambda c: publications.learners_in(c, "a", 1, "p1", 9)) == ["p4"]
    assert await database.read(lambda c: publications.learners_in(c, "a", 1, "", 1)) == ["p1"]


# --- awards and ratings ------------------------------------------------------------------------------


async def test_awards_and_ratings_are_hers_and_go_with_her(database: Database):
    for learner_id in ("p1", "p2", "p3"):
        await newcomer(database, learner_id, learner_id)
        await write(
            database,
            Writes(
                started=[RunRow(f"r-{learner_id}", learner_id, "a", 1, START)],
                ended=[RunRow(f"r-{learner_id}", learner_id, "a", 1, START, "completed", 3, True)],
                ratings=[(f"r-{learner_id}", learner_id, 5), (f"r-{learner_id}", "somebody-else", 1)],
                awards=[AwardRow(learner_id, f"r-{learner_id}", "badge", "vneid", "a", 1, 3, START)],
            ),
        )
    (first, *_) = await database.read(lambda c: rows_of(c, "award"))
    assert (first["learner_id"], first["kind"], first["name"], first["points"]) == ("p1", "badge", "vneid", 3)
    assert [row["rating"] for row in await database.read(lambda c: rows_of(c, "run"))] == [5, 5, 5]
    await write(database, Writes(forget_answers=["p1"], forget_people=["p2"]))
    assert [row["learner_id"] for row in await database.read(lambda c: rows_of(c, "award"))] == ["p3"]
    await database.transact(lambda c: c.execute(text("DELETE FROM person WHERE learner_id = 'p3'")))
    assert not await database.read(lambda c: rows_of(c, "award"))


# --- a database from before --------------------------------------------------------------------------


def downgraded(connection: Connection) -> None:
    """An empty database as the first release made it."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parents[1] / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_what_was_current_before_publications_stays_current(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
):
    url = f"sqlite:///{tmp_path / 'camtay.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    database = open_database(url)
    await database.transact(downgraded)
    row = "INSERT INTO lesson_version (lesson, version, source, language, graph_hash, text_hash, author, at) VALUES "
    rows = "('a', 1, 'x', 1, 'g', 't', 'files', 1), ('a', 2, 'y', 1, 'g', 't', 'files', 2), ('b', 1, 'z', 1, 'g', 't', 'f', 3)"  # noqa: E501
    await database.transact(lambda c: c.execute(text(row + rows)))
    assert await schema.current(database) == "0001"
    await (schema.ensure(database) if kind == "sqlite" else schema.migrate(database))
    assert await schema.current(database) == schema.SCHEMA
    now = await database.read(publications.current)
    assert {lesson: (each.version, each.mode, each.author) for lesson, each in now.items()} == {
        "a": (2, "first", "files"),
        "b": (1, "first", "f"),
    }
    kept = await database.read(lambda c: publications.version(c, "a", 1))
    assert kept is not None and kept.source == "x" and json.dumps(kept.translations) == "{}"
    await newcomer(database, "p1", "1")
    await database.transact(lambda c: leaving.forget_person(c, "p1"))
    await database.close()
