"""`./camtay lint --live`: beside what is wrong in the files, what publishing them now would do to those inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.cli import linting
from bot.cli.linting import Findings
from bot.errors import SchemaOutdated, SettingsInvalid
from bot.publishing.drafts import Circumstances
from bot.publishing.service import PublishingOptions, look, plan
from flows.model import Lesson, Problem
from flows.reading.loader import Parsers, by_place
from flows.saying import say
from flows.scenes.reading import Scene
from flows.shelf.media import media_of
from flows.shelf.shelf import languages_of
from storage.engine import schema
from storage.engine.address import sqlite_path
from storage.engine.database import Database, open_database


async def problems(
    url: str, lessons: Path, paths: Sequence[Path], facts: Mapping[str, str], quiet: tuple[str, str]
) -> Findings:
    """As `linting.problems`, with E801 to I805 and W702 for lessons without an error.

    Raises SettingsInvalid for a database that is not there, SchemaOutdated, StorageError.
    """
    found = linting.problems(lessons, paths, Circumstances(facts, quiet, helped(facts)), Parsers())
    database = await _opened(url)
    try:
        live = await _of_learners(database, found, facts)
    finally:
        await database.close()
    return replace(found, problems=by_place([*found.problems, *live]))


def helped(facts: Mapping[str, str]) -> frozenset[str]:
    """The topics that somebody takes; the one helper of the configuration takes all."""
    return frozenset({""}) if facts.get("nguoi_giup") or facts.get("so_nguoi_giup") else frozenset()


async def _opened(url: str) -> Database:
    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise SettingsInvalid(say("{path}: chưa có cơ sở dữ liệu ở đây.", path=str(path)))
    database = open_database(url)
    try:
        has = await schema.current(database)
        if has is None or has < schema.SCHEMA:
            known = has or say("trống")
            raise SchemaOutdated(say("Dữ liệu còn ở phiên bản {has}: chạy ./camtay migrate trước.", has=known))
        await schema.ensure(database)
    except BaseException:
        await database.close()
        raise
    return database


async def _of_learners(database: Database, found: Findings, facts: Mapping[str, str]) -> list[Problem]:
    """What `./camtay publish` would say of each lesson that has no error."""
    broken = {problem.place.path for problem in found.problems if problem.severity == "error"}
    good: dict[str, Lesson] = {}
    scenes: dict[str, Scene] = {}
    words: dict[str, Mapping[str, Mapping[str, str]]] = {}
    for library, own in found.libraries:
        scenes |= library.scenes
        for lesson in library.lessons.values():
            if lesson.place.path in own and lesson.place.path not in broken:
                good[lesson.id] = lesson
                words[lesson.id] = languages_of(lesson, library)
    stored = await look(database, sorted(good))
    plans = [
        plan(stored[lesson.id], lesson, words[lesson.id], PublishingOptions("lint"), facts, media_of(lesson, scenes))
        for lesson in good.values()
    ]
    return [problem for each in plans if not each.unchanged for problem in each.impact.problems]
