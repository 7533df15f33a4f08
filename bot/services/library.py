"""Lessons from files to a book: publish what is new and clean, keep every version that somebody is inside."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml
from flows.lint import lint

from flows import Book, Lesson, Problem
from flows.loader import Library, load_folder, load_lesson
from flows.understand import read_words
from storage import Connection, Database, keeping
from storage.records import VersionRow

LANGUAGE = 1  # number of the lesson language; a version keeps the one it was written in

log = logging.getLogger(__name__)


class _Textual(yaml.CSafeLoader):
    """Every scalar is the text in the file."""

    yaml_implicit_resolvers: Mapping[str, list[object]] = {}  # type: ignore[assignment]


def read_table(path: Path) -> dict[str, object]:
    """A YAML table of the tutor's own words, all scalars text."""
    data = yaml.load(path.read_bytes(), Loader=_Textual)
    return data if isinstance(data, dict) else {}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What lies in the lessons folder: good lessons, and what is wrong with the others."""

    good: Mapping[str, Lesson]
    broken: Mapping[str, tuple[Problem, ...]]
    phrases: Mapping[str, str]
    words: Mapping[str, object]
    tracks: tuple[tuple[str, str], ...]


def read_shelf(root: Path, facts: Mapping[str, str]) -> Shelf:
    """Read and lint every lesson below `root`; a broken one never hides the others."""
    library = load_folder(root, facts)
    problems = [problem for problem in (*library.problems, *lint(library)) if problem.severity == "error"]
    by_path: dict[str, list[Problem]] = {}
    for problem in problems:
        by_path.setdefault(problem.place.path, []).append(problem)
    good = {key: lesson for key, lesson in library.lessons.items() if lesson.place.path not in by_path}
    return Shelf(
        good=good,
        broken={path: tuple(found) for path, found in by_path.items()},
        phrases={key: str(text) for key, text in read_table(root / "phrases.yaml").items()},
        words=read_table(root / "words.yaml"),
        tracks=_tracks(library),
    )


def _tracks(library: Library) -> tuple[tuple[str, str], ...]:
    return tuple((track.id, track.title) for track in library.tracks)


def plain_book(shelf: Shelf, facts: Mapping[str, str]) -> Book:
    """A book of the files as they are, without a database: for `try`, transcripts and tests."""
    return Book(
        versions={(lesson.id, 1): lesson for lesson in shelf.good.values()},
        current=dict.fromkeys(shelf.good, 1),
        phrases=shelf.phrases,
        words=read_words(shelf.words),
        facts=facts,
        tracks=shelf.tracks,
    )


async def open_book(database: Database, root: Path, facts: Mapping[str, str], now: datetime) -> tuple[Book, Shelf]:
    """Publish new and changed lessons as versions, then load all that anybody may need."""
    shelf = read_shelf(root, facts)
    for path, problems in shelf.broken.items():
        log.error("lesson left out", extra={"path": path, "problems": [str(problem) for problem in problems]})
    rows = await database.transact(lambda connection: _publish(connection, shelf.good, now))
    return _bind(shelf, rows, facts), shelf


def _publish(connection: Connection, good: Mapping[str, Lesson], now: datetime) -> list[VersionRow]:
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
    return keeping.versions(connection)


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
