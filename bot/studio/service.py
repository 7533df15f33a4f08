"""What an editor does with lessons: read, write, have checked, publish, go back. One transaction at the edge of each.

A draft is the editor's own until it is published: it lies in the database, with the text it was begun from, so that
what others publish meanwhile is put together with it and never written over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.errors import CamtayError, NotAllowed
from bot.people.policy.permissions import PERMISSIONS, Actor
from bot.people.service import NobodyThere
from bot.publishing.drafts import LessonReading
from bot.publishing.library import BY_FILES, WITHOUT_FILE, LiveLessons
from bot.publishing.policy import texts
from bot.studio.beginning import NotBegun, born_here, is_free, order_in, path_for, template_text, text_of
from bot.studio.brought import Beside, beside
from bot.studio.checking import Checker
from bot.studio.policy.merging import Merged, merge
from flows.model import Problem
from flows.reading.loader import LessonDraft
from flows.saying import say
from flows.shelf.shelf import is_table
from flows.yaml.fields import LESSON_ID
from storage.drafts import drafts
from storage.drafts.records import DraftHead, DraftRow
from storage.engine.database import Connection
from storage.engine.errors import Conflict
from storage.people import people
from storage.people.records import AuditRow
from storage.publications import publications

ACT = "edit_lessons"
MAX_CONFLICTS = 5
AUTHOR_DIGITS = 12  # of an editor's pseudonym: enough to find her in the audit


class NoSuchLesson(NobodyThere):
    """Không có tệp của bài này."""


class TextTooLong(CamtayError):
    """Bài dài quá 128 kB nên chưa lưu; chữ vẫn còn trên trang này. Hãy tách thành nhiều bài."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A lesson as it lies before an editor. `text` is hers, `base` what it was begun from, the text in force.
    `conflicts` counts the places where both changed the same since she looked last; `merged`: something of others has
    come in."""

    lesson: str
    path: Path
    text: str
    base: str
    saved_at: datetime | None = None
    merged: bool = False
    conflicts: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether there is anything of hers that is not in force yet."""
        return self.text != self.base


@dataclass(frozen=True, slots=True)
class LessonLine:
    """One lesson of the tree. `state`: live, changed (the text in force is not published), new, broken; `mine`: when
    the editor who asks saved her draft last; `others`: how many other editors have one."""

    lesson: str
    title: str
    track: str
    state: str
    errors: int
    warnings: int
    version: int | None
    mine: datetime | None
    others: int


class Studio:
    """`library` are the lessons of the running tutor, `checker` judges texts among the files of the same folder."""

    def __init__(self, library: LiveLessons, checker: Checker, now: Callable[[], datetime]) -> None:
        self.library = library
        self.checker = checker
        self.now = now
        self.database = library.database

    # --- who may, which lesson ---

    def admit(self, actor: Actor) -> None:
        """Raises NotAllowed for whoever edits no lessons."""
        if not actor.paths(ACT):
            raise NotAllowed(PERMISSIONS[ACT].refusal)

    async def path_of(self, lesson: str) -> Path:
        """The file of a lesson, by the id written in it, else by its folder; that of a table. Raises NoSuchLesson."""
        if is_table(lesson):
            return self._table(lesson)
        found = await asyncio.to_thread(self.checker.files)
        if lesson in found:
            return found[lesson]
        if not LESSON_ID.fullmatch(lesson):
            raise NoSuchLesson
        text = (await self.database.read(partial(born_here, known=found.keys()))).get(lesson)
        if text is None:
            raise NoSuchLesson
        return path_for(self.checker.root, lesson, text)

    def _table(self, name: str) -> Path:
        if name not in self.library.shelf.written:
            raise NoSuchLesson
        return self.checker.root / name

    async def begin(self, actor: Actor, lesson: str, track: str, title: str, source: str) -> Manuscript:
        """A new lesson as a draft of hers, from the text of another ("": the template). Raises NotAllowed,
        NoSuchLesson, NotBegun."""
        self.admit(actor)
        root = self.checker.root
        template = (await self.open(actor, source)).base if source else await template_text(root)
        library = await asyncio.to_thread(self.checker.library)
        text = await asyncio.to_thread(text_of, template, lesson, track, title, order_in(library, track))
        if track not in (each.id for each in library.tracks):
            raise NotBegun(say("Chọn nhóm bài."))
        if lesson in await asyncio.to_thread(self.checker.files):
            raise NotBegun(say("Đã có bài mã “{lesson}”. Đặt mã khác.", lesson=lesson))
        now = self.now()

        def unit(connection: Connection) -> bool:
            if not is_free(connection, lesson):
                return False
            drafts.put(connection, DraftRow(lesson, actor.name, "", text, now))
            note(connection, actor, "lesson_begun", lesson, now)
            return True

        if not await self.database.transact(unit):
            raise NotBegun(say("Đã có bài mã “{lesson}”. Đặt mã khác.", lesson=lesson))
        return Manuscript(lesson, path_for(root, lesson, text), text, "", now)

    async def tree(self, actor: Actor) -> list[LessonLine]:
        """Every lesson of the folder, by track and order."""
        self.admit(actor)
        heads = await self.database.read(drafts.heads)
        files = await asyncio.to_thread(self.checker.looked_over)
        kept = await self.database.read(partial(_published_beside, files=_texts(files)))
        born = await self.database.read(partial(born_here, known=files.keys()))
        for lesson, text in born.items():
            beside_it = await self._beside(actor.name, lesson)
            files[lesson] = await asyncio.to_thread(self.checker.alone, lesson, text, beside_it)
        lines = []
        for lesson, (draft, problems) in files.items():
            now = kept.get(lesson)
            file = texts.plain(draft.lesson.source) if draft.lesson and lesson not in born else None
            if now is not None and file is not None and texts.in_force(file, now.source, now.all) != file:
                published = await self._beside("", lesson)
                problems = await asyncio.to_thread(self.checker.instead, Path(draft.path), now.source, published)
            errors = sum(problem.severity == "error" for problem in problems)
            here = [head for head in heads if head.lesson.partition("/")[0] == lesson]
            mine = max((head.at for head in here if head.editor == actor.name), default=None)
            others = len({head.editor for head in here} - {actor.name})
            title, track = (draft.lesson.title, draft.lesson.track) if draft.lesson else (lesson, "")
            state = _state(file, now, is_broken=bool(errors)) if lesson not in born else "live" if now else "new"
            version, live = now.version if now else None, self.library.book.lesson(lesson)
            title = live.title if live and state == "live" else title  # after a rollback the file has another
            lines.append(
                LessonLine(lesson, title or lesson, track, state, errors, len(problems) - errors, version, mine, others)
            )
        tracks = {each: at for at, each in reversed([*enumerate(line.track for line in lines)])}
        return sorted(lines, key=lambda line: tracks[line.track])

    # --- writing ---

    async def open(self, actor: Actor, lesson: str) -> Manuscript:
        """The editor's draft, or the text in force; what was published since she began is put together with hers.
        Raises NotAllowed, NoSuchLesson."""
        self.admit(actor)
        path = await self.path_of(lesson)
        for _ in range(MAX_CONFLICTS):
            standing, whose = await self._standing(lesson, path)
            row = await self.database.read(partial(drafts.get, lesson=lesson, editor=actor.name))
            if row is None:
                return Manuscript(lesson, path, standing, standing)
            if row.base == standing:
                return Manuscript(lesson, path, row.text, row.base, row.at)
            merged = await asyncio.to_thread(merge, row.base, row.text, standing, whose)
            if await self._put(replace(row, base=standing, text=merged.text, at=self.now())):
                return _merged(path, row.text, standing, merged, self.now(), lesson)
        raise Conflict

    async def save(self, actor: Actor, lesson: str, began: str, typed: str) -> Manuscript:
        """Keep what she has typed; `began` is the text that her page began with. What was saved or published from
        elsewhere meanwhile is put together with it. Raises NotAllowed, NoSuchLesson, TextTooLong."""
        self.admit(actor)
        began, typed = texts.plain(began), texts.plain(typed)
        if texts.is_too_long(typed):
            raise TextTooLong
        path = await self.path_of(lesson)
        for _ in range(MAX_CONFLICTS):
            standing, whose = await self._standing(lesson, path)
            kept = await self.database.read(partial(drafts.get, lesson=lesson, editor=actor.name))
            row = kept or DraftRow(lesson, actor.name, standing, standing, self.now())
            mine = await asyncio.to_thread(merge, began, typed, row.text, author_of(actor))
            both = await asyncio.to_thread(merge, row.base, mine.text, standing, whose)
            merged = Merged(both.text, mine.conflicts + both.conflicts)
            if texts.is_too_long(merged.text):
                raise TextTooLong
            if kept and (kept.text, kept.base) == (merged.text, standing):
                return Manuscript(lesson, path, kept.text, kept.base, kept.at, merged.text != typed)
            if await self._put(replace(row, base=standing, text=merged.text, at=self.now())):
                return _merged(path, typed, standing, merged, self.now(), lesson)
        raise Conflict

    async def give_up(self, actor: Actor, lesson: str) -> bool:
        """Throw her draft away; False where there was none. Raises NotAllowed."""
        self.admit(actor)

        def unit(connection: Connection) -> bool:
            is_gone = drafts.drop(connection, lesson, actor.name)
            if is_gone:
                note(connection, actor, "draft_given_up", lesson, self.now())
            return is_gone

        return await self.database.transact(unit)

    async def others(self, actor: Actor, lesson: str) -> list[DraftHead]:
        """Who else is writing in a lesson. Raises NotAllowed."""
        self.admit(actor)
        heads = await self.database.read(drafts.heads)
        return [head for head in heads if head.lesson == lesson and head.editor != actor.name]

    async def take_over(self, actor: Actor, lesson: str, editor: str) -> Manuscript:
        """Put another editor's draft together with hers; the other's stays. Raises NotAllowed, NoSuchLesson."""
        desk = await self.open(actor, lesson)
        other = await self.database.read(partial(drafts.get, lesson=lesson, editor=editor))
        if other is None:
            return desk
        merged = await asyncio.to_thread(merge, other.base, desk.text, other.text, other.editor[:AUTHOR_DIGITS])
        saved = await self.save(actor, lesson, desk.text, merged.text)
        return replace(saved, merged=True, conflicts=merged.conflicts)

    async def take_version(self, actor: Actor, lesson: str, number: int) -> Manuscript:
        """The text of a published version as her draft. Raises NotAllowed, NoSuchLesson."""
        desk = await self.open(actor, lesson)
        row = await self.database.read(partial(publications.version, lesson=lesson, number=number))
        if row is None:
            raise NoSuchLesson(say("Bài này không có bản {number}.", number=number))
        return await self.save(actor, lesson, desk.text, texts.plain(row.source))

    # --- what is wrong with it ---

    async def check(self, actor: Actor, lesson: str, typed: str) -> LessonReading:
        """A text as it is typed, read and judged; nothing is kept. Raises NotAllowed, NoSuchLesson, TextTooLong."""
        self.admit(actor)
        text = texts.plain(typed)
        if texts.is_too_long(text):
            raise TextTooLong
        path = await self.path_of(lesson)
        beside_it = await self.beside(actor, lesson)
        return await asyncio.to_thread(self.checker.read, path, text.encode(), beside_it)

    async def beside(self, actor: Actor, lesson: str) -> Beside:
        """What goes with her draft beside its text: files and translations, hers and those published."""
        return await self._beside(actor.name, lesson)

    async def faults(self, actor: Actor, lesson: str, typed: str) -> tuple[Problem, ...]:
        """What is wrong with a text, that of a table as well. Raises as `check`."""
        if not is_table(lesson):
            return (await self.check(actor, lesson, typed)).problems
        self.admit(actor)
        if texts.is_too_long(text := texts.plain(typed)):
            raise TextTooLong
        return await asyncio.to_thread(self.checker.of_table, lesson, text)

    # --- inside ---

    async def _beside(self, editor: str, lesson: str) -> Beside:
        """As `beside`; of nobody ("") what was published alone."""
        versions, store = self.library.book.versions, self.library.store
        return await self.database.read(partial(beside, lesson=lesson, editor=editor, versions=versions, store=store))

    async def _standing(self, lesson: str, path: Path) -> tuple[str, str]:
        """The text in force ("" of a new lesson), and who has published it, as it is written down; "" of a file."""
        kept = (await self.database.read(partial(_published, lessons=[lesson]))).get(lesson)
        try:
            file = texts.plain(await asyncio.to_thread(path.read_bytes))
        except FileNotFoundError:
            return (kept.source, kept.author) if kept else ("", "")
        except OSError:
            raise NoSuchLesson from None
        standing = texts.in_force(file, kept.source, kept.all) if kept else file
        return standing, kept.author if kept and standing == kept.source else ""

    async def _put(self, row: DraftRow) -> bool:
        try:
            await self.database.transact(partial(drafts.put, row=row))
        except Conflict:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Published:
    """The current version of a lesson, and every text that it ever had; `author` as `author_of`, "" where it came with
    its file."""

    version: int
    source: str
    all: frozenset[str]
    author: str = ""


def _published(connection: Connection, lessons: list[str]) -> dict[str, _Published]:
    found = {}
    for lesson in lessons:
        current = publications.current_of(connection, lesson)
        if current is not None:
            sources = {row.version: texts.plain(row.source) for row in publications.versions_of(connection, lesson)}
            author = current.author.removeprefix(WITHOUT_FILE) if current.author != BY_FILES else ""
            every = frozenset(sources.values())
            found[lesson] = _Published(current.version, sources[current.version], every, author)
    return found


def _texts(files: Mapping[str, tuple[LessonDraft, object]]) -> dict[str, str]:
    return {lesson: texts.plain(draft.lesson.source) for lesson, (draft, _) in files.items() if draft.lesson}


def _published_beside(connection: Connection, files: Mapping[str, str]) -> dict[str, _Published]:
    """As `_published`; of a lesson whose file is what is live the older versions are left out."""
    current = publications.current(connection)
    rows = publications.versions(connection, [(lesson, row.version) for lesson, row in current.items()])
    live = {
        row.lesson: _Published(row.version, text, frozenset((text,)))
        for row in rows
        for text in [texts.plain(row.source)]
    }
    return live | _published(connection, [lesson for lesson in live if files.get(lesson) != live[lesson].source])


def _state(file: str | None, now: _Published | None, *, is_broken: bool) -> str:
    if file is None or (is_broken and not (now and file in now.all)):
        return "broken"
    if now is None:
        return "new"
    return "live" if file in now.all else "changed"


def _merged(path: Path, typed: str, standing: str, merged: Merged, now: datetime, lesson: str) -> Manuscript:
    return Manuscript(lesson, path, merged.text, standing, now, merged.text != typed, merged.conflicts)


def author_of(actor: Actor) -> str:
    """What is written down of whoever publishes."""
    return actor.name[:AUTHOR_DIGITS]


def note(connection: Connection, actor: Actor, what: str, lesson: str, now: datetime) -> None:
    """One line of the audit about a lesson."""
    people.note(connection, AuditRow(now, actor.name, what, "", lesson))


def worst(problems: tuple[Problem, ...]) -> list[Problem]:
    """Errors before warnings, each in the order of the file."""
    return sorted(problems, key=lambda problem: problem.severity != "error")
