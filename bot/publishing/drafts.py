"""One lesson file as it lies on disk: found, read, linted. For those who write lessons, not for those who learn."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from flows import Book
from flows.engine.kinds.table import files_of
from flows.files import LessonFile
from flows.model import Lesson, Problem
from flows.play.coverage import Trail
from flows.play.rehearsal import rehearse
from flows.profiles import IMAGES, VIDEOS, VOICES
from flows.reading.loader import TABLES, LessonDraft, LessonSet, lesson_files, load_files
from flows.reading.translation import texts, usable, with_texts
from flows.rules.lint import lint
from flows.rules.rule import Script
from flows.scenes.reading import SCENES, Scene
from flows.shelf.media import FOLDER, drawn
from flows.shelf.shelf import OF_FILES, OF_TRANSLATION

MAX_BYTES = 1_000_000  # of one file that is looked at; the loader refuses smaller ones in a sentence


@dataclass(frozen=True, slots=True)
class LessonReading:
    """A lesson file: as far as it could be read, with all its faults, those of its translations too.

    `source` is its bytes, and those of its PO files.
    """

    path: Path
    source: bytes
    draft: LessonDraft
    library: LessonSet
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems for which the lesson may not be taught."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def broken(self) -> bool:
        """Whether the lesson itself has errors; a translation that is behind stops nobody from trying the lesson."""
        return any(map(breaks, self.problems))

    @property
    def lesson(self) -> Lesson | None:
        """The lesson as far as it could be read; None where nothing could."""
        return self.draft.lesson if self.draft.lesson and self.draft.lesson.steps else None

    @property
    def languages(self) -> dict[str, Lesson]:
        """The lesson in its further languages, as far as they are translated."""
        lesson = self.lesson
        if lesson is None:
            return {}
        known, sources = self.library.translations.get(lesson.id, {}), texts(lesson)
        declared = [lang for lang in lesson.langs if lang != lesson.lang and lang in known]
        return {lang: with_texts(lesson, usable(sources, known[lang])) for lang in declared}

    @property
    def script(self) -> Script | None:
        """The lesson ready for the rules; None where it could not be read."""
        return Script(self.draft, self.library) if self.lesson else None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What problems depend on beside the files: placeholders, when nothing is sent unasked, and as in `LessonSet`."""

    facts: Mapping[str, str]
    quiet: tuple[str, str] = ("20:00", "08:00")
    helped: frozenset[str] | None = None
    redraw_before: str = ""
    reread_before: str = ""


def breaks(problem: Problem) -> bool:
    """Whether a problem is an error of the lesson itself, not of its translations or of a picture."""
    return problem.severity == "error" and problem.code not in {*OF_TRANSLATION, OF_FILES}


def find(root: Path, wanted: str) -> Path | None:
    """The file of a lesson: by its id (its folder's name, else the one written inside)."""
    files = lesson_files(root)
    named = next((path for path in files if path.parent.name == wanted), None)
    if named is not None:
        return named
    head = re.compile(
        rb"^lesson:[ \t]*[\"']?" + re.escape(wanted.encode("utf-8", "replace")) + rb"[\"']?[ \t]*(#.*)?\r?$", re.M
    )
    return next((path for path in files if head.search(_bytes(path))), None)


def read_all(root: Path, facts: Mapping[str, str]) -> LessonSet:
    """Every lesson and table of a folder; what cannot be read counts as empty and hides nothing else."""
    lessons = lesson_files(root)
    languages = [path for folder in dict.fromkeys(lesson.parent for lesson in lessons) for path in po_files(folder)]
    return load_files({**_tables(root), **{str(path): _bytes(path) for path in (*lessons, *languages)}}, facts)


def po_files(folder: Path) -> list[Path]:
    """The translations beside a lesson."""
    return sorted(path for path in (folder / "po").glob("*.po") if path.is_file())


def by_code(root: Path, paths: Iterable[Path]) -> list[Path]:
    """Each path as it is; where nothing is there, the folder of the lesson with that code, if there is one."""
    found = ((path, None if path.exists() else find(root, path.name)) for path in paths)
    return [lesson.parent if lesson else path for path, lesson in found]


def raw(path: Path) -> dict[str, bytes]:
    """A lesson file and its PO files, path → bytes. Raises OSError for the lesson file."""
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, "no regular file", str(path))  # a pipe would never end
    return {str(path): path.read_bytes(), **{str(each): _bytes(each) for each in po_files(path.parent)}}


def read(root: Path, path: Path, facts: Mapping[str, str], others: Mapping[str, Lesson]) -> LessonReading:
    """Read and lint one file. `others` are the lessons it may refer to; they are not looked at. Raises OSError."""
    files = raw(path)
    library = _library(tuple({**_tables(root), **files}.items()), tuple(facts.items()))
    draft = with_files(library.drafts[0], path.parent / FOLDER, library.scenes)
    own = {draft.lesson.id if draft.lesson else "", path.parent.name}
    stubs = [_stub(root, lesson) for lesson in others.values() if lesson.id not in own]
    known = {stub.lesson.id for stub in stubs if stub.lesson} | own
    stubs += [LessonDraft(str(file), ()) for file in lesson_files(root) if file.parent.name not in known]
    library = replace(library, drafts=(draft, *stubs), lessons={**others, **library.lessons})
    found = tuple(problem for problem in lint(library, examples=False) if problem.place.path in files)
    return LessonReading(path, b"\0".join(files.values()), draft, library, found)


def with_files(draft: LessonDraft, folder: Path, scenes: Mapping[str, Scene]) -> LessonDraft:
    """The draft with the files beside it and its drawn screens, by their own names: they are not in the store yet."""
    if not draft.lesson:
        return draft
    names = {each.file for each in files_of(draft.lesson) if each.kind != "scene"}
    files = {name: LessonFile(name, path.stat().st_size) for name in names if (path := file_beside(folder, name))}
    for name, (scene, _) in drawn(draft.lesson, scenes).items():
        files[name] = LessonFile(name, 0, spots=scene.drawing.spots)
    return replace(draft, lesson=replace(draft.lesson, files=files))


def file_beside(folder: Path, name: str) -> Path | None:
    """A file of a lesson's `media` folder that can be shown; None where there is none."""
    is_shown = name.rpartition(".")[2].lower() in IMAGES | VOICES | VIDEOS
    path = folder / os.path.basename(name)
    return path if is_shown and path.name == name and path.is_file() else None


@lru_cache(maxsize=4)
def _library(files: tuple[tuple[str, bytes], ...], facts: tuple[tuple[str, str], ...]) -> LessonSet:
    """A page that is shown again, or a step further, does not wait until the same files are read once more."""
    return load_files(dict(files), dict(facts))


def _tables(root: Path) -> dict[str, bytes]:
    """What stands beside the lessons of a folder, its translations included."""
    paths = [path for name in TABLES if (path := root / name).is_file()]
    paths += sorted((root / SCENES).glob("*.yaml"))
    return {str(path): _bytes(path) for path in (*paths, *po_files(root))}


def walked(book: Book, lesson: Lesson, folder: Path) -> frozenset[str] | None:
    """The steps of a lesson (current in `book`) that the transcripts beside it walk through; None without any."""
    files = sorted(path for path in (folder / "transcripts").glob("*.txt") if path.is_file())
    trail = Trail(book)
    for path in files:
        rehearse(book, str(path), _bytes(path).decode("utf-8", "replace"), lesson.id, trail.watch)
    return frozenset(step for of, step in trail.steps if of == lesson.id) if files else None


def _stub(root: Path, lesson: Lesson) -> LessonDraft:
    """A neighbour that is only named: without steps no rule looks at it."""
    path = str(root / lesson.track / lesson.id / "lesson.yaml")
    return LessonDraft(path, (), replace(lesson, steps=(), index={}))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()[:MAX_BYTES]
    except OSError:
        return b""


def months_before(day: date, months: int) -> str:
    """The first day of the month that lies so many months before, as YYYY-MM-DD."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1).isoformat()
