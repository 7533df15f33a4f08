"""Programs of several versions on one schema: migrations only add; what is newer is served or refused in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from storage.conversations.leaving import forget_person
from storage.engine import schema
from storage.engine.database import Database, open_database
from storage.engine.errors import SchemaBusy, SchemaTooNew
from storage.engine.hung import SERVING
from tests.support.narrowing import catalogue, narrowed

PROJECT = Path(__file__).parents[2]
NEWER, NEXT_HUNDRED = "0099", "0101"
OLDEST, RECENT = "0008", "0022"
"""What lies on people's machines (see tests/support/before); the last without leases: PostgreSQL takes its time."""


def versions(oldest: str) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "storage" / "migrations"))
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    return sorted(each for each in found if each >= oldest)


@pytest.mark.parametrize(
    ("kind", "oldest"), [("sqlite", OLDEST), pytest.param("postgresql", RECENT, marks=pytest.mark.postgres)]
)
async def test_a_migration_only_adds_unless_it_begins_a_new_hundred(
    kind: str, oldest: str, tmp_path: Path, request: pytest.FixtureRequest
):
    """The statements of each older program still work: so it may run beside a newer one, and be started again."""
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else f"sqlite:///{tmp_path / 'camtay.db'}"
    database = open_database(url)
    await database.transact(lambda connection: schema.build(connection, oldest))
    before, found = await database.read(catalogue), list[str]()
    for last, version in pairwise(versions(oldest)):
        await database.transact(partial(schema.build, to=version))
        after = await database.read(catalogue)
        if last[:-2] == version[:-2]:
            found += [f"{version}: {each}" for each in narrowed(before, after)]
        before = after
    await database.close()
    assert found == []


@contextmanager
def made_up() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE woman (id TEXT PRIMARY KEY, name TEXT, age INTEGER NOT NULL)",
            "CREATE TABLE call (id TEXT PRIMARY KEY, of TEXT)",
        ):
            connection.execute(text(statement))
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["DROP TABLE call"], ["call is gone"]),
        (["ALTER TABLE call RENAME TO cry"], ["call is gone"]),
        (["ALTER TABLE woman DROP COLUMN name"], ["woman.name is gone"]),
        (["ALTER TABLE woman RENAME COLUMN name TO called"], ["woman.name is gone"]),
        (["ALTER TABLE woman ADD COLUMN place TEXT NOT NULL DEFAULT ''"], []),
        (["ALTER TABLE woman ADD COLUMN place TEXT"], []),
        (["CREATE TABLE place (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE)"], []),
        (["CREATE INDEX woman_name ON woman (name)"], []),
        (["CREATE UNIQUE INDEX woman_name ON woman (name)"], ["woman has to be unique by name"]),
        (
            ["DROP TABLE call", "CREATE TABLE call (id TEXT PRIMARY KEY, of INTEGER)"],
            ["call.of is INTEGER, was TEXT"],
        ),
        (
            ["DROP TABLE call", "CREATE TABLE call (id TEXT PRIMARY KEY, of TEXT NOT NULL)"],
            ["call.of has to be given"],
        ),
        (
            ["DROP TABLE call", "CREATE TABLE call (id TEXT PRIMARY KEY, of TEXT, at INTEGER NOT NULL)"],
            ["call.at has to be given"],
        ),
        (
            ["DROP TABLE call", "CREATE TABLE call (id TEXT PRIMARY KEY, of TEXT CHECK (of != ''))"],
            ["call has a new condition"],
        ),
        (
            ["DROP TABLE call", "CREATE TABLE call (id TEXT PRIMARY KEY, of TEXT REFERENCES woman)"],
            ["call has a new condition"],
        ),
    ],
)  # fmt: skip
def test_what_would_break_an_older_program_is_seen(statements: list[str], told: list[str]):
    with made_up() as connection:
        before = catalogue(connection)
        for statement in statements:
            connection.execute(text(statement))
        assert narrowed(before, catalogue(connection)) == told


async def become(database: Database, version: str) -> None:
    """As a program of that version has left it."""
    await database.transact(
        lambda c: c.execute(text("UPDATE alembic_version SET version_num = :of"), {"of": version}).close()
    )


async def test_a_newer_schema_of_the_same_hundred_is_worked_on(database: Database):
    await become(database, NEWER)
    await schema.ensure(database)
    await schema.migrate(database)
    assert await schema.current(database) == NEWER


async def test_a_new_hundred_is_refused_in_a_sentence(database: Database):
    await become(database, NEXT_HUNDRED)
    for opens in (schema.ensure, schema.migrate):
        with pytest.raises(SchemaTooNew, match=rf"cập nhật chương trình.*{NEXT_HUNDRED}.*{schema.SCHEMA}"):
            await opens(database)


async def test_a_deletion_reaches_tables_of_a_newer_program(database: Database):
    def newer(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE wish (learner_id TEXT, wish TEXT)"))
        connection.execute(text("CREATE TABLE place_of_wish (place TEXT)"))
        connection.execute(text("INSERT INTO wish VALUES ('an', 'khóc'), ('lan', 'cười')"))

    await database.transact(newer)
    await database.transact(lambda connection: forget_person(connection, "an"))
    left = await database.read(lambda connection: connection.execute(text("SELECT learner_id FROM wish")).all())
    assert [tuple(row) for row in left] == [("lan",)]


@pytest.mark.postgres
async def test_a_migration_waits_for_nobody_for_long(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    """Behind a lock that waits for a dump to end everybody who chats would wait, too."""
    monkeypatch.setattr(schema, "LOCK_WAIT_S", 0.1)
    database = open_database(postgres_url)
    await database.transact(lambda connection: schema.build(connection, OLDEST))
    dumping = await asyncpg.connect(postgres_url)
    reading = dumping.transaction()
    await reading.start()
    await dumping.execute("LOCK TABLE person, session, outbox IN ACCESS SHARE MODE")
    with pytest.raises(SchemaBusy, match=r"sao lưu.*migrate"):
        await schema.migrate(database)
    assert await schema.current(database) == OLDEST
    await reading.rollback()
    await dumping.close()
    await schema.migrate(database)
    assert await schema.current(database) == schema.SCHEMA
    await database.close()


@pytest.mark.postgres
async def test_nothing_is_taken_away_under_a_running_tutor(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    database = open_database(postgres_url)
    await schema.migrate(database)
    monkeypatch.setattr(schema, "SCHEMA", NEXT_HUNDRED)
    serving = await asyncpg.connect(postgres_url, server_settings={"application_name": SERVING})
    with pytest.raises(SchemaBusy, match="dừng hết"):
        await schema.migrate(database)
    await serving.close()
    await schema.migrate(database)
    await database.close()
