"""Nothing grows for ever with time alone: old rows go, day by day, and what has to be kept stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from storage import pruning, tables
from storage.conversations import conversations, web_log
from storage.conversations.records import LogRow, Writes
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms
from storage.people import tables as people_t
from storage.pruning import HISTORY, INBOX, GrowingTable
from tests.support.harness import rows_of
from tests.support.world import START

A_DAY, KEPT = 40, timedelta(days=5)

PRUNED = {each.table.name: each for each in (INBOX, *HISTORY)}
BOUNDED = {
    "by time": {
        *PRUNED, "announced", "brought_list", "desk_failure", "desk_session", "invitation", "joined", "unheard",
    },
    "by what still waits": {"notice", "outbox", "relay"},
    "by the lines a page shows": {"chat_log"},
    "by how many there are of a person, going with her": {
        "award", "certificate", "desk_account", "desk_code", "desk_spare", "drill", "identity", "instructor", "mark",
        "membership", "offer", "pairing", "person", "person_word", "request", "role", "run", "seat", "session",
        "skill_check", "standing", "subscription",
    },
    "by how many people there ever were: what the law and a restore want": {"consent", "forgotten", "suspension"},
    "by what the union does: its lists, areas, meetings, models, news": {
        "announcement", "area", "attendance", "drill_pause", "import_batch", "invitee", "invitee_word", "meeting",
        "union_model",
    },
    "by what editors write": {"lesson_draft", "lesson_file", "lesson_version", "publication", "wording"},
    "by what the machine knows of itself": {"key_value", "lease"},
}  # fmt: skip


def test_of_every_table_it_is_said_what_bounds_it():
    said = [name for names in BOUNDED.values() for name in names]
    assert sorted(said) == sorted(tables.metadata.tables), "a new table: what keeps it from growing for ever?"


def a_day(name: str, at: datetime) -> list[dict[str, Any]]:
    """What a day leaves in a table."""
    answer = {"learner_id": "lan", "run_id": "r", "lesson": "l1", "version": 1, "step": "hoi", "answer": "a"}
    row: dict[str, Callable[[int], dict[str, Any]]] = {
        "attempt": lambda _: {**answer, "right": True, "tries": 1, "points": 1},
        "pairing_event": lambda n: {"request_id": f"q{n}", "by": "x", "what": "taken"},
        "audit": lambda n: {"by": "x", "what": "looked", "subject": f"s{n}", "detail": ""},
        "inbox": lambda n: {"channel": "web", "update_id": f"{at}:{n}"},
    }
    return [{"at": to_ms(at) + n, **row[name](n)} for n in range(A_DAY)]


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(table), rows)


def somebody(connection: Connection) -> None:
    her = {"learner_id": "lan", "name": "Lan", "address": "chi", "consent": "agreed", "created_at": 0}
    connection.execute(insert(people_t.person), her)


@pytest.mark.parametrize("name", PRUNED)
async def test_after_many_days_it_holds_as_much_as_after_a_few(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(pruning, "MOST", 2 * A_DAY)  # several slices a day
    monkeypatch.setattr(pruning, "LEAST", 7)
    await database.transact(somebody)
    table, held = tables.metadata.tables[name], []
    for day in range(12):
        now = START + timedelta(days=day)
        some = a_day(name, now)
        await database.transact(partial(add, table=table, rows=some))
        dropped = await pruning.drop_old(database, PRUNED[name], now - KEPT)
        assert dropped == (A_DAY if day > KEPT.days else 0)
        held.append(len(await database.read(lambda c: rows_of(c, name))))
    assert held[6:] == [6 * A_DAY] * 6, "the day itself and five before it"
    oldest = min(row["at"] for row in await database.read(lambda c: rows_of(c, name)))
    assert oldest >= to_ms(START + timedelta(days=11) - KEPT)


async def test_what_was_done_and_what_was_set_aside_stays_for_ever(database: Database):
    act = {"at": 1, "by": "x", "subject": "s", "detail": ""}
    acts = [{**act, "what": what} for what in ("looked", "deleted", "looked", "linked")]
    updates = [{"channel": "web", "update_id": f"u{n}", "at": 1, "fault": "KeyError" if n else None} for n in range(3)]

    def fill(connection: Connection) -> None:
        connection.execute(insert(tables.metadata.tables["audit"]), acts)
        connection.execute(insert(tables.metadata.tables["inbox"]), updates)

    await database.transact(fill)
    for each in PRUNED.values():
        await pruning.drop_old(database, each, START)
    assert [row["what"] for row in await database.read(lambda c: rows_of(c, "audit"))] == ["deleted", "linked"]
    assert {row["update_id"] for row in await database.read(lambda c: rows_of(c, "inbox"))} == {"u1", "u2"}


async def test_a_clock_that_was_set_back_costs_nobody_a_row(database: Database):
    """What is young stays though older rows lie around it; these go with their slice."""
    kept: GrowingTable = PRUNED["pairing_event"]
    at = [1, 2, to_ms(START), 3, to_ms(START) + 1, 4]
    rows = [{"request_id": f"q{n}", "by": "x", "what": "taken", "at": each} for n, each in enumerate(at)]
    await database.transact(partial(add, table=kept.table, rows=rows))
    assert await pruning.drop_old(database, kept, START) == 4
    assert [row["request_id"] for row in await database.read(lambda c: rows_of(c, kept.table.name))] == ["q2", "q4"]


async def test_of_a_web_conversation_the_newest_lines_stay(database: Database):
    first, most = 1_790_000_001, conversations.KEPT_LINES + conversations.TRIM_EVERY
    held = 0
    for chat, lines in (("short", 30), ("long", 3 * conversations.KEPT_LINES)):
        for start in range(0, lines, 10):
            log = [LogRow(chat, first + n, "tutor", f"{n}", "[]", START) for n in range(start, start + 10)]
            await database.transact(partial(conversations.write, writes=Writes(log=log)))
            held = max(held, await database.read(lines_of(chat)))
    assert held < most + 10
    every = partial(web_log.history, after=0, limit=10_000)
    short, long = [await database.read(partial(every, chat_id=chat)) for chat in ("short", "long")]
    assert len(short) == 30
    assert len(long) >= conversations.KEPT_LINES, "more than the page shows"
    assert [row.text for row in long] == [str(n) for n in range(1_200 - len(long), 1_200)]


def lines_of(chat: str) -> Callable[[Connection], int]:
    log = tables.metadata.tables["chat_log"]
    query = select(func.count()).select_from(log).where(log.c.chat_id == chat)
    return lambda connection: connection.scalar(query) or 0


async def test_conversations_are_walked_through_one_after_the_other(database: Database):
    log = [LogRow(f"c{n % 7}", 1 + n, "tutor", "x", "[]", START) for n in range(70)]
    await database.transact(lambda c: conversations.write(c, Writes(log=log)))
    seen, after = list[str](), ""
    while some := await database.read(partial(web_log.chats, after=after, limit=3)):
        seen, after = [*seen, *some], some[-1]
    assert seen == [f"c{n}" for n in range(7)]
