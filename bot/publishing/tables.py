"""The tables that editors publish beside lessons, how people type, what is answered: which text of each holds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.publishing.policy.texts import in_force, plain
from flows.answers import Answer
from flows.reading.answers import read_answers
from flows.reading.loader import ANSWERS
from flows.shelf.shelf import WORDS, Shelf, table_of
from storage.engine.database import Connection, Database
from storage.publications import publications


async def published_tables(database: Database, shelf: Shelf) -> dict[str, str]:
    """Name → text, of the tables for which something else is in force than lies in the folder. Their names are those
    under which they are published."""
    found = await database.read(lambda c: {name: texts for name in shelf.written if (texts := _texts(c, name))})
    files = {name: plain(shelf.written[name]) for name in found}
    chosen = {name: in_force(files[name], texts[0], texts) for name, texts in found.items()}
    return {name: text for name, text in chosen.items() if text != files[name]}


def _texts(connection: Connection, name: str) -> list[str]:
    """Every text of a table that was ever published, the current one first."""
    current = publications.current_of(connection, name)
    rows = publications.versions_of(connection, name) if current else []
    return [
        plain(row.source) for row in sorted(rows, key=lambda row: current is None or row.version != current.version)
    ]


async def words_with(shelf: Shelf, texts: Mapping[str, str]) -> Mapping[str, object]:
    """The table of how people type, with `texts` in place of files."""
    return await asyncio.to_thread(table_of, texts[WORDS].encode()) if WORDS in texts else shelf.words


async def answers_with(shelf: Shelf, facts: Mapping[str, str], texts: Mapping[str, str]) -> tuple[Answer, ...]:
    """The written answers, with `texts` (name → text) in place of files."""
    own = {name: text.encode() for name, text in texts.items() if name.startswith(f"{ANSWERS}/")}
    if not own:
        return shelf.answers
    files = {name: raw for name, raw in shelf.written.items() if name != WORDS}
    return await asyncio.to_thread(read_answers, {**files, **own}, shelf.sources, facts, [])
