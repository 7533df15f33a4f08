"""Lessons from files and publications to a book: what is current, who needs an older version, where they go from it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.media.store import MediaStore
from bot.publishing.files import take_in
from bot.publishing.policy.routes import LessonVersion, routes
from bot.publishing.positions import places
from bot.publishing.tables import answers_with, published_tables, words_with
from bot.tutor.quiet_hours import QuietHours
from flows import Book, Lesson, LessonInvalid, Problem
from flows.answers import Answer
from flows.reading.loader import ASKS, EAR, load_lesson, told_by_scenes
from flows.reading.translation import with_texts
from flows.rules.checked import Checked
from flows.run import Route
from flows.shelf.shelf import Shelf, read_shelf
from flows.words.understand import read_words
from storage.engine.database import Connection, Database
from storage.engine.errors import Conflict
from storage.publications import publications
from storage.publications.records import PublicationRow, VersionRow

LANGUAGE = 1  # number of the lesson language; a version keeps the one it was written in
BY_FILES = "files"  # the author of what is published because it lies in the folder
WITHOUT_FILE = "studio:"
"""Begins the author of what was published without its file, whose older text must not come back by itself."""
MAX_CONFLICTS = 5
MADE_AT_ONCE = 8  # files, a second or so each, after which publications are looked for again
NEVER = QuietHours(time(), time(), ZoneInfo("Asia/Ho_Chi_Minh"))  # no hour is quiet

Translations = Mapping[str, Mapping[str, str]]
"""Language → key → text, as in `flows.reading.translation`."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored version, ready to be taught; `media` are the files that go with it, by the names in the lesson."""

    lesson: Lesson
    translations: Translations
    languages: Mapping[str, Lesson]
    media: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VersionCatalogue:
    """What the publications say at one moment; `seen` is their mark, `graphs` the hash of every version."""

    seen: tuple[int, int] = (0, 0)
    log: Sequence[PublicationRow] = ()
    current: Mapping[str, PublicationRow] = field(default_factory=dict)
    graphs: Mapping[LessonVersion, str] = field(default_factory=dict)


class LiveLessons:
    """The lessons of a running tutor. `book` is replaced as a whole, never changed; `faults` are those of files."""

    book: Book
    shelf: Shelf

    def __init__(
        self,
        database: Database,
        root: Path,
        facts: Mapping[str, str],
        quiet: QuietHours = NEVER,
        store: MediaStore | None = None,
        checked: Checked | None = None,
    ) -> None:
        """Without a `store` nothing is shown, all is told in words; what `checked` knows is not linted again."""
        self.checked = checked or Checked()
        self.store = store
        self.quiet = quiet
        self.database = database
        self.root = root
        self.facts = facts
        self.faults: Mapping[str, tuple[Problem, ...]] = {}
        self.catalogue = VersionCatalogue()
        self._kept: dict[LessonVersion, Kept] = {}
        self._ways: Mapping[LessonVersion, Route] = {}
        self._unmade: list[str] = []
        self._words: Mapping[str, object] = {}
        self._answers: tuple[Answer, ...] = ()
        self._one = asyncio.Lock()

    async def open(self, now: datetime) -> Book:
        """Read the folder, publish the lessons that never were, load all that anybody may need.

        Raises OSError or LessonInvalid when the tables cannot be read (`read_shelf`), StorageUnavailable.
        """
        self.shelf = read_shelf(self.root, self.facts, self.checked)
        self.checked.save()
        self.faults = {**self.shelf.broken, **self.shelf.unheard}
        for path, problems in self.faults.items():
            what = "not heard with" if path in self.shelf.unheard else "lesson left out"
            log.error(what, extra={"path": path, "problems": [str(problem) for problem in problems]})
        if self.shelf.model is None:
            log.error("no model of the ear", extra={"path": str(self.root / EAR)})
        if self.shelf.wishes.model is None:
            log.error("no model of what is asked for", extra={"path": str(self.root / ASKS)})
        await publish_first(self.database, self.shelf, now)
        return await self.reload(also=await held(self.database))

    async def is_behind(self) -> bool:
        """Whether somebody has published since the book was bound."""
        return await self.database.read(publications.mark) != self.catalogue.seen

    async def reread(self) -> Shelf | None:
        """The folder as it is now; None while its tables cannot be read."""
        try:
            return await asyncio.to_thread(read_shelf, self.root, self.facts, self.checked)
        except (OSError, LessonInvalid) as fault:
            log.error("folder not read again", extra={"reason": str(fault)[:500]})
            return None

    async def reload(self, shelf: Shelf | None = None, also: Iterable[LessonVersion] = ()) -> Book:
        """Bind the book anew from the publications, and from the files as `shelf` has them when it is given.

        Nobody can be inside a version that was neither loaded before nor is in `also` nor current now.
        """
        async with self._one:
            return await self._reload(shelf, also)

    async def _reload(self, shelf: Shelf | None, also: Iterable[LessonVersion]) -> Book:
        catalogue = await self.database.read(catalogue_of)
        tables = await published_tables(self.database, shelf or self.shelf)
        self._words = await words_with(shelf or self.shelf, tables)
        self._answers = await answers_with(shelf or self.shelf, self.facts, tables)
        kept, tried = dict(self._kept), set(self._kept)
        needed = {(lesson, row.version) for lesson, row in catalogue.current.items()} | set(also)
        ways = _ways(catalogue, kept)
        while missing := needed - tried:
            rows = await self.database.read(partial(publications.versions, keys=missing))
            kept |= await asyncio.to_thread(_compile, rows, shelf or self.shelf, self.facts)
            tried |= missing
            ways = _ways(catalogue, kept)
            needed = _targets(kept, ways)
        self.shelf, self.catalogue, self._kept, self._ways = shelf or self.shelf, catalogue, kept, ways
        if self.store and any(each.media for each in kept.values()):
            self._unmade = await asyncio.to_thread(take_in, self.store, self.shelf, self._needed)
            await asyncio.to_thread(self.store.sweep, self._needed)
        self.book = self._bind()
        return self.book

    @property
    def _needed(self) -> frozenset[str]:
        """The files of the store that go with a version somebody may be inside."""
        return frozenset(file for each in self._kept.values() for file in each.media.values())

    async def make_files(self, most: int = MADE_AT_ONCE) -> bool:
        """Look at files that are new and make what pages want of them; True when the book shows more than before."""
        async with self._one:
            some, self._unmade = self._unmade[:most], self._unmade[most:]
            if not some or self.store is None:
                return False
            await asyncio.to_thread(self.store.draw, some)
            for file in some:
                await asyncio.to_thread(self.store.make, file)
            if not self._unmade:
                await asyncio.to_thread(self.store.sweep, self._needed)
            self.book = self._bind()
            return True

    async def sweep_files(self) -> None:
        """Keep the files of lessons, and drawings made for one learner, within their budget."""
        if self.store is not None:
            async with self._one:
                await asyncio.to_thread(self.store.sweep, self._needed)

    def _bind(self) -> Book:
        """A lesson is in the menu while its file is there, broken or not: then in its last good version."""
        shelf, ways = self.shelf, self._ways
        kept = {key: with_files(each, self.store) for key, each in self._kept.items()}
        present = set(shelf.good) | {_lesson_of(path) for path in shelf.broken} | self._born_without
        current = {
            lesson: row.version
            for lesson, row in self.catalogue.current.items()
            if lesson in present and (lesson, row.version) in kept
        }
        return Book(
            versions={key: each.lesson for key, each in kept.items()},
            current=current,
            phrases=shelf.phrases,
            words=read_words(self._words, shelf.model),
            facts=self.facts,
            tracks=shelf.tracks,
            needs=shelf.needs,
            for_instructors=shelf.for_instructors,
            routes={key: way for key, way in ways.items() if key in kept and (key[0], way.to) in kept},
            translated={(*key, lang): lesson for key, each in kept.items() for lang, lesson in each.languages.items()},
            phrases_in=shelf.phrases_in,
            answers=self._answers,
            glossary=shelf.glossary,
            wishes=shelf.wishes,
            nouns=shelf.nouns,
            signs=shelf.scam.signs,
            drills=shelf.scam.drills,
            zone=self.quiet.zone,
            awake=self.quiet.shift,
        )

    @property
    def _born_without(self) -> set[str]:
        """The lessons that never had a file: their first publication says so."""
        first = {row.lesson: row.author for row in reversed(self.catalogue.log)}
        return {lesson for lesson, author in first.items() if author.startswith(WITHOUT_FILE)}

    @property
    def drafts(self) -> list[Lesson]:
        """Files that differ from what is published of their lesson."""
        found = []
        for lesson in self.shelf.good.values():
            row = self.catalogue.current.get(lesson.id)
            now = self._kept.get((lesson.id, row.version)) if row else None
            same = lesson.source, self.shelf.translations.get(lesson.id, {}), self.shelf.media.get(lesson.id, {})
            if now is not None and (now.lesson.source, now.translations, now.media) != same:
                found.append(lesson)
        return found


def catalogue_of(connection: Connection) -> VersionCatalogue:
    """What is published now, with the id and number of the last publication, by which a change is noticed."""
    seen = publications.mark(connection)
    rows = publications.log(connection)
    current = {row.lesson: row for row in rows}
    return VersionCatalogue(seen, rows, current, publications.graph_hashes(connection))


def _ways(catalogue: VersionCatalogue, kept: Mapping[LessonVersion, Kept]) -> dict[LessonVersion, Route]:
    """An older program may have hashed a version otherwise: what is loaded is compared by today's hashes."""
    return routes(catalogue.log, {**catalogue.graphs, **{key: each.lesson.graph_hash for key, each in kept.items()}})


async def publish_first(database: Database, shelf: Shelf, now: datetime) -> None:
    """Publish the lessons that never were: there is nobody whom that could hurt.

    There is always a transaction: a start shows by it whether the database can be written at all.
    """
    known = await database.read(publications.current)
    new = sorted(shelf.good.keys() - known.keys())

    def add(connection: Connection) -> None:
        meanwhile = publications.current(connection)
        still = [shelf.good[lesson_id] for lesson_id in new if lesson_id not in meanwhile]
        rows = [
            version_row(each, shelf.translations.get(each.id, {}), 1, BY_FILES, now, shelf.media.get(each.id, {}))
            for each in still
        ]
        publications.add_versions(connection, rows)
        publications.add(connection, [PublicationRow(row.lesson, 1, "first", BY_FILES, now) for row in rows])

    for attempt in range(MAX_CONFLICTS):
        try:
            await database.transact(add)
            return
        except Conflict:  # another process starts on the same database
            if attempt == MAX_CONFLICTS - 1:
                raise


def version_row(
    lesson: Lesson,
    translations: Translations,
    number: int,
    author: str,
    now: datetime,
    media: Mapping[str, str],
) -> VersionRow:
    """A lesson as it is kept for ever."""
    hashes = lesson.graph_hash, lesson.text_hash
    return VersionRow(lesson.id, number, lesson.source, LANGUAGE, *hashes, author, now, translations, media)


def with_files(kept: Kept, store: MediaStore | None) -> Kept:
    """A version with those of its files that can be shown now."""
    if not kept.media or store is None:
        return kept
    found = ((name, store.about(file)) for name, file in kept.media.items())
    files = {name: file for name, file in found if file}
    languages = {language: replace(lesson, files=files) for language, lesson in kept.languages.items()}
    return replace(kept, lesson=replace(kept.lesson, files=files), languages=languages)


async def held(database: Database) -> set[LessonVersion]:
    """Every version that somebody is inside; those replaced since that somebody has parked or comes back to, too.

    Only where there are such are sessions read, a slice at a time, of few lessons only those that name one.
    """
    found = await database.read(publications.open_versions)
    replaced = sorted({lesson for lesson, _ in await database.read(publications.replaced)})
    read = partial(publications.states_after, lessons=replaced if len(replaced) <= publications.FEW else None)
    after = ""
    while replaced and (rows := await database.read(partial(read, learner_id=after))):
        found |= await asyncio.to_thread(_versions_in, rows)
        after = rows[-1][0]
    return found


def _versions_in(rows: Iterable[tuple[str, str]]) -> set[LessonVersion]:
    return {(lesson, version) for _, state in rows for lesson, version, _ in places(state)}


def _targets(keys: Iterable[LessonVersion], ways: Mapping[LessonVersion, Route]) -> set[LessonVersion]:
    """Where those in `keys` may get to, directly or one after the other."""
    found: set[LessonVersion] = set()
    for key in keys:
        while (route := ways.get(key)) is not None and (key[0], route.to) not in found:
            key = key[0], route.to
            found.add(key)
    return found


def _compile(rows: Iterable[VersionRow], shelf: Shelf, facts: Mapping[str, str]) -> dict[LessonVersion, Kept]:
    """Stored versions as lessons. Their drawn screens lie in the store as they were published; what is said in words of
    a screen is as it is told now."""
    compiled: dict[LessonVersion, Kept] = {}
    for row in rows:
        lesson = shelf.good.get(row.lesson)
        if lesson is None or lesson.source != row.source:
            lesson, _ = load_lesson(row.source.encode(), f"{row.lesson}@{row.version}", facts)
            lesson = lesson and told_by_scenes(lesson, shelf.scenes)
        if lesson is None:
            log.error("stored lesson version cannot be read", extra={"lesson": row.lesson, "version": row.version})
            continue
        languages = {language: with_texts(lesson, words) for language, words in row.translations.items()}
        compiled[row.lesson, row.version] = Kept(lesson, row.translations, languages, row.media)
    return compiled


def _lesson_of(path: str) -> str:
    """The id of a lesson whose file is broken: its folder carries it, so the last good version stays in the menu."""
    return Path(path).parent.name
