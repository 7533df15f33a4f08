"""Lessons from files to a book: publish what is new and clean, keep every version that somebody is inside."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from bot.tutoring import talk as talks
from flows import Book, Lesson, SessionCorrupt
from flows.loader import load_lesson
from flows.shelf import Shelf, read_shelf
from flows.understand import read_words
from storage import keeping
from storage.database import Connection, Database
from storage.records import VersionRow

LANGUAGE = 1  # number of the lesson language; a version keeps the one it was written in

log = logging.getLogger(__name__)


async def open_book(database: Database, root: Path, facts: Mapping[str, str], now: datetime) -> tuple[Book, Shelf]:
    """Publish new and changed lessons as versions, then load all that anybody may need."""
    shelf = read_shelf(root, facts)
    for path, problems in shelf.broken.items():
        log.error("lesson left out", extra={"path": path, "problems": [str(problem) for problem in problems]})
    parked = await database.read(_parked)  # reads every session: not while holding the writer
    rows = await database.transact(lambda connection: _publish(connection, shelf.good, parked, now))
    return _bind(shelf, rows, facts), shelf


def _publish(
    connection: Connection, good: Mapping[str, Lesson], parked: Collection[tuple[str, int]], now: datetime
) -> list[VersionRow]:
    newest: dict[str, VersionRow] = {}
    for row in keeping.versions(connection):
        if row.lesson not in newest or row.version > newest[row.lesson].version:
            newest[row.lesson] = row
    added = []
    for lesson in good.values():
        last = newest.get(lesson.id)
        if last is None or last.source != lesson.source:
            number = 1 if last is None else last.version + 1
            hashes = lesson.graph_hash, lesson.text_hash
            added.append(VersionRow(lesson.id, number, lesson.source, LANGUAGE, *hashes, "files", now))
    keeping.add_versions(connection, added)
    return keeping.versions(connection, parked)


def _parked(connection: Connection) -> set[tuple[str, int]]:
    """The versions of lessons that wait in somebody's menu: she goes on in the one she began."""
    found: set[tuple[str, int]] = set()
    for state in keeping.states_holding(connection, '"parked":'):
        try:
            talk = talks.load(state)
        except SessionCorrupt:
            talk = talks.salvage(state)
        found.update((run.lesson, run.version) for run in talk.parked)
    return found


def _bind(shelf: Shelf, rows: list[VersionRow], facts: Mapping[str, str]) -> Book:
    versions: dict[tuple[str, int], Lesson] = {}
    current: dict[str, int] = {}
    present = set(shelf.good) | {_lesson_of(path) for path in shelf.broken}
    for row in rows:
        lesson = shelf.good.get(row.lesson)
        if lesson is None or lesson.source != row.source:
            lesson, _ = load_lesson(row.source.encode(), f"{row.lesson}@{row.version}", facts)
        if lesson is None:
            log.error("stored lesson version cannot be read", extra={"lesson": row.lesson, "version": row.version})
            continue
        versions[row.lesson, row.version] = lesson
        if row.lesson in present:
            current[row.lesson] = max(row.version, current.get(row.lesson, 0))
    return Book(versions, current, shelf.phrases, read_words(shelf.words), facts, shelf.tracks)


def _lesson_of(path: str) -> str:
    """The id of a lesson whose file is broken: its folder carries it, so the last good version stays in the menu."""
    return Path(path).parent.name
