"""Every transcript of the project, found once: those beside the lessons and those of the tests' own lesson."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest

from bot.cli import transcripts
from flows import Book, Lesson, Run, Sprint
from flows import events as ev
from flows.play.transcript import Act, Player, Transcript, TutorTurn, parse
from flows.reading.loader import load_lesson
from flows.shelf.shelf import read_table
from tests.support.builders import LESSONS, PROJECT, book, facts, real_book

OWN = PROJECT / "tests" / "transcripts" / "lessons"
NOBODY = {"nguoi_giup": "", "so_nguoi_giup": ""}


@dataclass(frozen=True)
class Fixture:
    """One transcript file; `book` holds its lesson as `./camtay test-lessons` would play it."""

    path: Path
    text: str
    transcript: Transcript
    book: Book

    @property
    def name(self) -> str:
        return f"{self.path.parent.parent.name}/{self.path.stem}"


def exchanges(fixture: Fixture) -> Iterator[tuple[Act, TutorTurn, tuple[timedelta, ...]]]:
    """Every act and its answer, with how long after it each timer rings (within the time that it lets pass)."""
    player = Player(fixture.book, fixture.transcript.head)
    player.begin()
    for act, turn in fixture.transcript.exchanges:
        player.do(act)
        yield act, turn, tuple(player.rung) if act.kind == "wait" else ()


def pictured(fixture: Fixture) -> set[str]:
    """The lines that stand for its pictures where one cannot be shown: a provider failed just then."""
    lines: set[str] = set()

    def look(_: Run | None, sprint: Sprint) -> None:
        shown = (each for event in sprint.events if isinstance(event, ev.Said | ev.Asked) for each in event.exhibits)
        lines.update(line for each in shown for line in each.words.splitlines())

    player = Player(fixture.book, fixture.transcript.head, watch=look)
    player.begin()
    for act, _ in fixture.transcript.exchanges:
        player.do(act)
    return lines


@cache
def own_lesson() -> Lesson:
    path = next(OWN.rglob("lesson.yaml"))
    lesson, problems = load_lesson(path.read_bytes(), str(path), facts())
    assert lesson is not None, problems
    return lesson


@cache
def template_book() -> Book:
    """The lessons to copy, among the real ones."""
    lessons = {}
    for path in sorted(LESSONS.glob("_*/lesson.yaml")):
        lesson, problems = load_lesson(path.read_bytes(), str(path), facts())
        assert lesson is not None, problems
        lessons[lesson.id] = lesson
    real = real_book()
    versions = {**real.versions, **{(each.id, 1): each for each in lessons.values()}}
    return replace(real, versions=versions, current={**real.current, **dict.fromkeys(lessons, 1)})


@cache
def fixtures() -> tuple[Fixture, ...]:
    frozen = {key: str(text) for key, text in read_table(OWN / "phrases.yaml").items()}
    own = book(own_lesson(), helper=NOBODY)
    own = replace(own, phrases={**own.phrases, **frozen})
    found = []
    samples = ((path.parent, template_book()) for path in sorted(LESSONS.glob("_*/lesson.yaml")))
    for root, shelf in ((LESSONS, real_book()), *samples, (OWN, own)):
        for path in transcripts.below(root):
            text = path.read_text("utf-8")
            found.append(Fixture(path, text, parse(text, path.parent.parent.name), shelf))
    return tuple(found)


EVERY_OTHER_DAY = ("test_services",)
"""What takes minutes: each transcript every other day, all under --long."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `fixture` runs once for each transcript."""
    if "fixture" not in metafunc.fixturenames:
        return
    today, every = date.today().toordinal(), fixtures()
    if metafunc.module.__name__.endswith(EVERY_OTHER_DAY) and not metafunc.config.getoption("--long"):
        every = tuple(each for each in every if (crc32(each.name.encode()) + today) % 2)
    metafunc.parametrize("fixture", every, ids=lambda each: each.name)
