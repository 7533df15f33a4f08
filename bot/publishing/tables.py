"""The table of how people type, where editors have published one: which is in force, theirs or that of the folder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from flows.shelf.shelf import table_of
from storage.engine.database import Connection, Database
from storage.publications import publications

WORDS = "words.yaml"
"""The table's file, and the name under which its publications are kept."""


async def words_in_force(database: Database, file: Mapping[str, object]) -> Mapping[str, object]:
    """As of lessons (`bot.studio.policy.texts.in_force`): what was published last, unless the folder's (`file`) never
    was."""
    sources = await database.read(_sources)
    return await asyncio.to_thread(_chosen, sources, file) if sources else file


def _sources(connection: Connection) -> list[str]:
    """Every text of the table that was ever published, the current one first."""
    current = publications.current_of(connection, WORDS)
    rows = publications.versions_of(connection, WORDS) if current else []
    return [row.source for row in sorted(rows, key=lambda row: current is None or row.version != current.version)]


def _chosen(sources: list[str], file: Mapping[str, object]) -> Mapping[str, object]:
    published = [table_of(source.encode()) for source in sources]
    return published[0] if file in published else file
