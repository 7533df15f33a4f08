"""What the preview shows: a lesson's file as it lies on disk now, its faults, the version that is live. Reads only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bot.publishing import drafts
from flows import Book, Lesson, Problem
from flows.model import SourcePosition
from flows.reading.loader import read_draft
from flows.reading.translation import texts
from flows.rules.lint import lint
from flows.rules.rule import Script
from flows.shelf.media import FOLDER, drawn

Status = Literal["live", "draft", "new", "broken", "gone"]
Wish = Literal["", "live", "file"]
"""Which one to look at: the usual one, what is live, or the file even where it has errors."""


@dataclass(frozen=True, slots=True)
class LessonEntry:
    """One line of the list of lessons; `id` is what the address takes."""

    id: str
    title: str
    path: str
    status: Status
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class LessonLook:
    """One lesson, looked at now. `lesson` is what can be played (None: nothing can), `shows_live` that it is the
    live version; `book` has it as the current one; `written` is the file as far as it could be read (else what is
    live); `stamp` changes when the file or the live version does."""

    id: str
    title: str
    path: str
    status: Status
    problems: tuple[Problem, ...]
    lesson: Lesson | None
    shows_live: bool
    live_version: int | None
    book: Book
    script_of: Callable[[Lesson], Script | None]
    written: Script | None
    stamp: str


class Previews:
    """Files and the live book, side by side. Every call reads anew; callers on an event loop use a thread."""

    def __init__(
        self,
        root: Path,
        facts: Mapping[str, str],
        book: Callable[[], Book],
        faults: Callable[[], Mapping[str, tuple[Problem, ...]]] = dict,
    ) -> None:
        """`faults` are why saved files (by path) were not taken over; of them only what lint cannot know is added."""
        self._root = root.absolute()
        self._facts = facts
        self._book = book
        self._faults = faults

    def list(self) -> tuple[tuple[LessonEntry, ...], tuple[Problem, ...]]:
        """Every lesson of the folder in the order of its files, then those that are live and have no file; and the
        faults of the tables beside them."""
        library = drafts.read_all(self._root, self._facts)
        book, found = self._book(), dict[str, LessonEntry]()
        counts: dict[str, list[int]] = {}
        problems = lint(library, examples=False)
        broken = {_lesson_path(problem.place.path) for problem in problems if drafts.breaks(problem)}
        for problem in problems:
            counts.setdefault(_lesson_path(problem.place.path), [0, 0])[problem.severity == "warning"] += 1
        for draft in library.drafts:
            errors, warnings = counts.get(draft.path, (0, 0))
            folder = Path(draft.path).parent.name
            lesson_id = draft.lesson.id if draft.lesson and draft.lesson.id else folder
            status = _status(draft.lesson, draft.path in broken, book.lesson(lesson_id))
            title = draft.lesson.title if draft.lesson else ""
            listed = LessonEntry(lesson_id, title or lesson_id, self._near(draft.path), status, errors, warnings)
            found.setdefault(lesson_id, listed)
        for lesson_id in book.current:
            live = book.lesson(lesson_id)
            if lesson_id not in found and live is not None:
                found[lesson_id] = LessonEntry(lesson_id, live.title, "", "gone", 0, 0)
        own = {draft.path for draft in library.drafts}
        others = (replace(each, place=replace(each.place, path=self._near(each.place.path))) for each in problems)
        return tuple(found.values()), tuple(
            near for near, each in zip(others, problems, strict=True) if _lesson_path(each.place.path) not in own
        )

    def look(self, lesson_id: str, wish: Wish = "") -> LessonLook | None:
        """One lesson by its id; None where there is neither a file nor a live version.

        The usual one is the file, or the last good version where the file has errors; where there never was a good
        one, the file as far as it goes.
        """
        book = self._book()
        live = book.lesson(lesson_id)
        reading = self.reading(lesson_id, book)
        if reading is None and live is None:
            return None
        written = reading.lesson if reading else None
        status: Status = "gone" if reading is None else _status(written, reading.broken, live)
        if status == "live" and reading is not None and self.differs_beside(reading, book):
            status = "draft"
        readable = written is not None and reading is not None and reading.draft.whole
        as_usual = status == "live" or (status in ("broken", "gone") and not (wish == "file" and readable))
        show_live = live is not None and (wish == "live" or as_usual)
        lesson = live if show_live else written if readable else None
        scripts = _Scripts(reading, self._facts)
        return LessonLook(
            id=lesson_id,
            title=(lesson or written or live or _nameless(lesson_id)).title or lesson_id,
            path=self._near(str(reading.path)) if reading else "",
            status=status,
            problems=(*self._stopped(reading.path), *reading.problems) if reading else (),
            lesson=lesson,
            shows_live=show_live,
            live_version=book.current.get(lesson_id) if live else None,
            book=book if lesson is None or show_live or reading is None else _with(book, lesson, reading.languages),
            script_of=scripts,
            written=(reading.script if reading else None) or (scripts(live) if live else None),
            stamp=stamp_of(reading.source if reading else b"", live),
        )

    def differs_beside(self, reading: drafts.LessonReading, book: Book) -> bool:
        """Whether a lesson whose text is the live one has other translations than are live."""
        pairs = ((each, book.lesson(each.id, lang=lang)) for lang, each in reading.languages.items())
        return any(live is None or texts(live) != texts(each) for each, live in pairs)

    def file(self, lesson_id: str, name: str) -> Path | None:
        """A file of a lesson's `media` folder as it lies there now; None where there is none that could be shown."""
        path = drafts.find(self._root, lesson_id)
        return drafts.file_beside(path.parent / FOLDER, name) if path else None

    def address(self, path: Path) -> str:
        """Where a file can be fetched by a frame that is a stranger to the site; "" where nowhere."""
        return ""

    def drawing(self, lesson_id: str, name: str) -> str:
        """The SVG of a drawn screen as the file of a lesson has it now; "" where the lesson shows none of this name."""
        reading = self.reading(lesson_id, self._book())
        lesson = reading.lesson if reading else None
        found = drawn(lesson, reading.library.scenes).get(name) if reading and lesson else None
        return found[0].drawing.svg(found[1]) if found else ""

    def walked(self, look: LessonLook) -> frozenset[str] | None:
        """The steps that the lesson's transcripts walk through; None where it has none, or cannot be played."""
        path = drafts.find(self._root, look.id)
        if look.lesson is None or path is None or (look.status == "broken" and not look.shows_live):
            return None
        return drafts.walked(look.book, look.lesson, path.parent)

    def stamp(self, lesson_id: str) -> str:
        """What `LessonLook.stamp` would be now; empty for an unknown lesson. Cheap: nothing is parsed."""
        path = drafts.find(self._root, lesson_id)
        live = self._book().lesson(lesson_id)
        if path is None and live is None:
            return ""
        try:
            return stamp_of(b"\0".join(drafts.raw(path).values()) if path else b"", live)
        except OSError:
            return stamp_of(b"", live)

    def _stopped(self, path: Path) -> tuple[Problem, ...]:
        """What keeps a saved file from being live although it is clean: somebody stands where it changes."""
        found = (problem for at, each in self._faults().items() if Path(at).absolute() == path for problem in each)
        return tuple(problem for problem in found if problem.code.startswith("E80"))

    def reading(self, lesson_id: str, book: Book) -> drafts.LessonReading | None:
        """A lesson's file as it is now, among the lessons of the book; None where there is none."""
        path = drafts.find(self._root, lesson_id)
        others = {each: lesson for each in book.current if (lesson := book.lesson(each)) is not None}
        try:
            return drafts.read(self._root, path, self._facts, others) if path else None
        except OSError:  # gone between two looks, or not ours to read
            return None

    def _near(self, path: str) -> str:
        """The path as a teacher knows it: from the lessons folder on."""
        found = Path(path)
        return str(found.relative_to(self._root.parent)) if found.is_relative_to(self._root.parent) else found.name


class _Scripts:
    """Lessons as the rules see them: the one read from the file, others from their stored source."""

    def __init__(self, reading: drafts.LessonReading | None, facts: Mapping[str, str]) -> None:
        self._reading = reading
        self._facts = facts

    def __call__(self, lesson: Lesson) -> Script | None:
        reading = self._reading
        if reading is not None and reading.draft.lesson == lesson:
            return reading.script
        draft = read_draft(lesson.source.encode(), f"{lesson.id}/lesson.yaml", self._facts)
        if draft.lesson is None or not draft.lesson.steps or reading is None:
            return None
        return Script(draft, reading.library)


def _status(written: Lesson | None, broken: bool, live: Lesson | None) -> Status:
    if broken or written is None:
        return "broken"
    if live is None:
        return "new"
    return "live" if live.source == written.source else "draft"


def _lesson_path(path: str) -> str:
    """A lesson's file, also for a fault in one of its PO files."""
    return str(Path(path).parent.parent / "lesson.yaml") if path.endswith(".po") else path


def _with(book: Book, lesson: Lesson, languages: Mapping[str, Lesson]) -> Book:
    """The book with a draft as the newest version of its lesson, in all its languages."""
    version = book.current.get(lesson.id, 0) + 1
    versions = {**book.versions, (lesson.id, version): lesson}
    translated = {(lesson.id, version, lang): translation for lang, translation in languages.items()}
    current = {**book.current, lesson.id: version}
    return replace(book, versions=versions, current=current, translated={**book.translated, **translated})


def _nameless(lesson_id: str) -> Lesson:
    return Lesson(id=lesson_id, title=lesson_id, steps=(), place=SourcePosition("", 1, 1))


def stamp_of(source: bytes, live: Lesson | None) -> str:
    """Changes when the text of a lesson or the live version does."""
    seen = hashlib.sha256(source)
    seen.update(b"\0" + (live.source.encode() if live else b""))
    return seen.hexdigest()[:20]
