"""Lessons and books for tests: written in the lesson language itself, with the tutor's real sentences and words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from textwrap import dedent, indent

from bot import settings
from bot.publishing.library import LiveLessons
from flows import Book, Lesson
from flows.reading.loader import EAR, load_lesson
from flows.shelf.shelf import Shelf, plain_book, read_shelf, read_table, rehearsal_facts
from flows.words.ear.model import model_of
from flows.words.understand import Words, read_words
from storage.engine.database import Database

PROJECT = Path(__file__).resolve().parents[2]
LESSONS = PROJECT / "lessons"
HELPER = {"nguoi_giup": "cô Hoa", "so_nguoi_giup": "0912 345 678"}


@cache
def facts() -> Mapping[str, str]:
    """The placeholders that dialogues are played with, whatever this site's config.yaml says (no helper)."""
    return rehearsal_facts(LESSONS, settings.load(PROJECT / "config.yaml", {}, {}).placeholders)


@cache
def shelf() -> Shelf:
    """The real lessons."""
    return read_shelf(LESSONS, facts())


@cache
def real_book() -> Book:
    """The real lessons, all in version 1, as `./camtay test-lessons` plays them: no helper is configured."""
    return plain_book(shelf(), facts())


@cache
def words() -> Words:
    return read_words(read_table(LESSONS / "words.yaml"), model_of((LESSONS / EAR).read_bytes()))


@cache
def phrases() -> Mapping[str, str]:
    return {key: str(text) for key, text in read_table(LESSONS / "phrases.yaml").items()}


def lesson(steps: str, *, lesson_id: str = "thu", header: str = "", track: str = "m") -> Lesson:
    """A lesson from its steps in YAML; fails loudly, with the linter's words, when the loader refuses it."""
    head = f"lesson: {lesson_id}\ntitle: Bài {lesson_id}\ntrack: {track}\norder: 1\nlangs: [vi]\n"
    source = f"{head}{dedent(header)}steps:\n{indent(dedent(steps).strip(), '  ')}\n"
    found, problems = load_lesson(source.encode(), f"{lesson_id}/lesson.yaml", facts())
    if found is None:
        raise AssertionError("\n".join(map(str, problems)))
    return found


def book(
    *lessons: Lesson, helper: Mapping[str, str] = HELPER, older: Mapping[tuple[str, int], Lesson] | None = None,
    tracks: tuple[tuple[str, str], ...] = (("m", "Khởi động"),), needs: Mapping[str, str] | None = None,
    for_instructors: frozenset[str] = frozenset(),
) -> Book:  # fmt: skip
    """A book of these lessons as version 1, or one above what is given in `older`."""
    current = {each.id: 1 + max((v for k, v in older or {} if k == each.id), default=0) for each in lessons}
    return Book(
        versions={**(older or {}), **{(each.id, current[each.id]): each for each in lessons}},
        current=current,
        phrases=phrases(),
        words=words(),
        wishes=shelf().wishes,
        nouns=shelf().nouns,
        signs=shelf().scam.signs,
        drills=shelf().scam.drills,
        facts={**facts(), **helper},
        tracks=tracks,
        needs=needs or {},
        for_instructors=for_instructors,
    )


def where_it_is_noon() -> str:
    """A time zone: who has just begun to instruct is asked from 08:00 to 20:00 only, and tests run at any hour."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


async def open_book(database: Database, root: Path, facts: Mapping[str, str], now: datetime) -> tuple[Book, Shelf]:
    """A library's first book, and the folder as it was read."""
    library = LiveLessons(database, root, facts)
    return await library.open(now), library.shelf
