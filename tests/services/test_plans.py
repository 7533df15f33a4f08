"""What a neighbourhood says to the database in some days of its life is found by indexes, however many learners there
are.

Every statement is recorded while the real tutor lives, and asked for its plan: one that is added later is asked as
well. PostgreSQL is made to believe in a million rows a table, and in what it knew of the columns of a million learners
who were really there; SQLite plans without looking at how many there are.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, Table, event, insert, text
from sqlalchemy.types import Boolean, Float, Integer, Text

from bot.people.retention import Retention, RetentionRules
from bot.seeding.doings import live
from bot.seeding.lived import LivedTutor, lived
from bot.seeding.neighbourhood import Neighbourhood, NeighbourhoodPlan
from bot.seeding.scripts import scripts_of
from bot.seeding.villager import Villager
from flows.rules.checked import FILE, Checked
from storage import pruning, tables
from storage.conversations import conversations, inbox, outbox, web_log
from storage.conversations.records import OutboxRow, Writes
from storage.engine.database import Connection, Database, open_database
from tests.support.made_up import NOW, settings_in

LIFE = NeighbourhoodPlan(learners=4, instructors=2, days=7, lessons=2.5)
MANY = 1_000_000

FEW = {
    "alembic_version", "announcement", "brought_list", "desk_account", "desk_code", "desk_failure", "desk_session",
    "desk_spare", "drill_pause", "import_batch", "joined", "key_value", "outbox", "lesson_draft", "lesson_file",
    "lesson_version", "meeting", "publication", "suspension", "unheard", "wording",
}  # fmt: skip
"""Tables that do not grow with the learners, or hold what waits, or days of something rare. All others are large."""

SCANNED = {
    "sqlite": re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?"),
    "postgresql": re.compile(r"Seq Scan on (\w+)()"),
}

HOT = (
    "INSERT INTO inbox", "SELECT identity.learner_id, identity.channel", "UPDATE session SET", "INSERT INTO chat_log",
    "INSERT INTO outbox", "DELETE FROM outbox", "INSERT INTO attempt", "INSERT INTO run", "UPDATE run SET",
    "INSERT INTO audit", "SELECT notice.notice_id", "SELECT role.learner_id, area.path",
    "SELECT role.learner_id, role.role",
    "SELECT request.request_id", "SELECT instructor.learner_id, instructor.capacity", "SELECT area.area_id",
    "SELECT invitee.claimed_by", "SELECT person.learner_id FROM person JOIN session", "SELECT identity.chat_id",
    "WITH RECURSIVE chats",
)  # fmt: skip
"""How the twenty hottest statements begin, as `bench.day` names them; a life in which one is missing shows nothing."""


KINDS = re.compile(r"SELECT|INSERT|UPDATE|DELETE|WITH")
VALUES = re.compile(r"'(?:[^']|'')*'|\b\d[\d.]*\b|\bNULL\b")


@dataclass
class Said:
    """The statements that were executed, each once, as it can be asked for its plan: with the values of one time."""

    dialect: str
    statements: dict[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)


@contextmanager
def recorded(dialect: str) -> Iterator[Said]:
    said = Said(dialect)

    def hear(connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if connection.dialect.name == dialect == "postgresql" and KINDS.match(statement):
            is_list = many and isinstance(values[0], tuple | list)
            said.statements.setdefault(statement, (statement, tuple(values[0] if is_list else values)))

    def hear_written_out(statement: str) -> None:
        if KINDS.match(statement):
            said.statements.setdefault(VALUES.sub("?", statement), (statement, ()))

    def connected(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):  # of what is prepared Core hears nothing there
            connection.set_trace_callback(hear_written_out)

    event.listen(Engine, "before_cursor_execute", hear)
    event.listen(Engine, "connect", connected)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
        event.remove(Engine, "connect", connected)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    is_sqlite = request.param == "sqlite"
    yield open_database(f"sqlite:///{tmp_path / 'x.db'}" if is_sqlite else request.getfixturevalue("postgres_url"))


async def live_some_days(tutor: LivedTutor) -> None:
    n = Neighbourhood(tutor, LIFE, scripts_of(tutor.book, tutor.library.shelf.good), Random(3), NOW)
    await live(n)
    await tutor.database.transact(partial(meet, people=n.learners[:2]))
    await do_what_is_done_daily(tutor)
    somebody = n.learners[0]
    await tutor.database.read(lambda c: web_log.history(c, somebody.chat_id, 0, 200))
    await tutor.database.read(lambda c: web_log.history(c, somebody.chat_id, 5, 200, oldest=True))
    await send_one(tutor.database, somebody.chat_id)


def meet(connection: Connection, people: Sequence[Villager]) -> None:
    """What comes in of several at once: the statements are others than those for one alone."""
    inbox.keep_new(connection, "web", ["at once 1", "at once 2"], NOW)
    found = conversations.learners_by_chat(connection, "web", [each.chat_id for each in people])
    assert len(conversations.learners_by_id(connection, [each.learner_id for each in found.values()])) == len(people)


async def do_what_is_done_daily(tutor: LivedTutor) -> None:
    care = Retention(tutor.database, tutor.officers.services, RetentionRules(), tutor.new_id)
    for much_later in (timedelta(0), timedelta(days=400), timedelta(days=440)):
        now = tutor.clock() + much_later
        await care.ask(now)
        await care.forget(now)
        await care.close_news(now)
        await care.drop_brought(now)
        await care.counts(now)
    for each in pruning.HISTORY:
        await pruning.drop_old(tutor.database, each, NOW - timedelta(days=9_000))


async def send_one(database: Database, chat_id: str) -> None:
    """What the sender says to the database."""
    row = OutboxRow("telegram:1", chat_id, 1, "{}", NOW)
    await database.transact(lambda c: conversations.write(c, Writes(outbox=[row])))
    await database.read(lambda c: outbox.unsent(c, row.channel, 100))
    await database.transact(lambda c: outbox.settle(c, [(row.channel, chat_id, row.no)]))
    await database.transact(lambda c: outbox.mark_away(c, row.channel, chat_id, row.no))


async def test_no_statement_of_a_life_reads_a_large_table_from_end_to_end(database: Database, tmp_path: Path):
    dialect = "sqlite" if database.url.startswith("sqlite") else "postgresql"
    with recorded(dialect) as said:
        began_at = NOW - timedelta(days=LIFE.days, hours=1)
        settings = settings_in(tmp_path)
        async with lived(settings, tmp_path, began_at, "zr", Checked(tmp_path / FILE), over=database) as tutor:
            said.statements.clear()  # what is done once at a start
            await live_some_days(tutor)
            found = dict(said.statements)
            if dialect == "postgresql":
                await database.transact(believe_in_many)
            scans = await database.transact(partial(scans_of, found=found, dialect=dialect))
    flat = [" ".join(each.split()) for each in found]
    assert not [each for each in HOT if not any(each in one for one in flat)]
    assert len(found) > 200
    assert not scans, "\n\n".join(f"{each}\n  {plan}" for each, plan in scans.items())


def scans_of(
    connection: Connection, found: Mapping[str, tuple[str, tuple[Any, ...]]], dialect: str
) -> dict[str, list[str]]:
    """Statement → the steps of its plan that read a large table from end to end."""
    explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
    scans = {}
    for statement, values in found.values():
        rows = connection.exec_driver_sql(f"{explain} {statement}", values).all()
        plan = [str(row[-1]) for row in rows]
        bad = [
            step for step in plan if (hit := SCANNED[dialect].search(step)) and hit[1] in LARGE and hit[2] not in PARTS
        ]
        if bad:
            scans[statement] = plan
    return scans


LARGE = set(tables.metadata.tables) - FEW
PARTS = {index.name for table in tables.metadata.tables.values() for index in table.indexes if "where" in index.info}
"""Indexes of few rows of a large table."""


def believe_in_many(connection: Connection) -> None:
    """Let PostgreSQL plan as for MANY rows in each large table: in the pages that it sees lie so many."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))  # rows of nobody, to have a page at all
    for name in sorted(LARGE):
        table = tables.metadata.tables[name]
        if connection.scalar(text(f"SELECT pg_relation_size('{name}')")) == 0:
            connection.execute(insert(table), anything(table))
    connection.execute(
        text(
            "UPDATE pg_class SET relpages = greatest(1, pg_relation_size(oid) / 8192), reltuples = :many WHERE oid IN ("
            "SELECT oid FROM pg_class WHERE relname = ANY(:names) UNION SELECT indexrelid FROM pg_index WHERE"
            " indrelid IN (SELECT oid FROM pg_class WHERE relname = ANY(:names)))"
        ),
        {"many": MANY, "names": sorted(LARGE)},
    )

    known = [line.split("\t") for line in MILLION.read_text("utf-8").splitlines() if not line.startswith("#")]
    names = "name", "column", "nulls", "different", "values", "shares"
    connection.execute(text("DELETE FROM pg_statistic WHERE starelid >= 16384"))
    connection.execute(text(STATISTICS), [dict(zip(names, row, strict=True)) for row in known])


MILLION = Path(__file__).with_name("million.tsv")
STATISTICS = """
    INSERT INTO pg_statistic (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct,
        stakind1, stakind2, stakind3, stakind4, stakind5, staop1, staop2, staop3, staop4, staop5,
        stacoll1, stacoll2, stacoll3, stacoll4, stacoll5, stanumbers1, stavalues1)
    SELECT a.attrelid, a.attnum, false, CAST(:nulls AS text)::real, 16, CAST(:different AS text)::real,
        CASE CAST(:values AS text) WHEN '' THEN 0 ELSE 1 END, 0, 0, 0, 0, coalesce(o.oid, 0), 0, 0, 0, 0,
        a.attcollation, 0, 0, 0, 0, nullif(CAST(:shares AS text), '')::real[],
        CASE CAST(:values AS text) WHEN '' THEN NULL
             ELSE array_in(CAST(:values AS text)::cstring, a.atttypid, -1) END
    FROM pg_attribute a
    LEFT JOIN pg_operator o ON o.oprname = '=' AND o.oprleft = a.atttypid AND o.oprright = a.atttypid
    WHERE a.attrelid = CAST(CAST(:name AS text) AS regclass) AND a.attname = CAST(:column AS text)
"""


def anything(table: Table) -> dict[str, Any]:
    values: list[tuple[type, Callable[[], Any]]] = [
        (Boolean, lambda: False), (Integer, lambda: 1), (Float, lambda: 1.0), (Text, lambda: "x"),
    ]  # fmt: skip
    return {
        column.name: next(make() for kind, make in values if isinstance(column.type, kind)) for column in table.columns
    }
