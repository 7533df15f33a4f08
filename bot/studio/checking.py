"""A lesson as it is typed, under the very rules of `./camtay lint`: one text among all the files around it.

What lies in the lessons folder is read once and kept until a file there changes; of the lesson that is being written
only this one text is read and judged anew. Blocking work: callers on an event loop use a thread.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from bot.media.looking import look_at
from bot.publishing.drafts import Circumstances, LessonReading, with_files
from bot.publishing.watcher import FolderLook
from bot.publishing.watcher import look_at as look_into
from bot.studio.beginning import path_for
from bot.studio.brought import Beside
from bot.studio.policy.completion import Known
from bot.studio.policy.merging import conflicts_in
from flows.engine.kinds.table import files_of
from flows.files import FoundFile, LessonFile
from flows.model import Problem
from flows.profiles import IMAGES, VIDEOS, VOICES
from flows.reading.answers import read_answers
from flows.reading.loader import (
    ANSWERS,
    LessonDraft,
    LessonSet,
    by_place,
    load_files,
    read_draft,
    read_lessons,
    with_draft,
)
from flows.reading.tables import words_of
from flows.rules.lint import lint_draft, lint_together
from flows.shelf.media import FOLDER
from flows.shelf.rereading import RememberingParsers
from flows.shelf.shelf import WORDS

KEPT = 16  # texts that were read last: the page's faults, its preview, the next turn of it

ALONE = Beside()
_SHOWN = IMAGES | VOICES | VIDEOS


@dataclass(frozen=True, slots=True)
class _Around:
    """The folder at one look: what was read of it, and the problems found so far, of all together and of each."""

    look: FolderLook
    library: LessonSet
    of_shelf: list[Problem] = field(default_factory=list)
    found: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    standing: dict[str, tuple[tuple[bytes, str], tuple[Problem, ...]]] = field(default_factory=dict)
    read: dict[tuple[object, ...], LessonReading] = field(default_factory=dict)


class Checker:
    """One per lessons folder. `given` are the circumstances of this moment."""

    def __init__(self, root: Path, given: Callable[[], Circumstances]) -> None:
        self.root = root.absolute()
        self._given = given
        self._parsers = RememberingParsers()
        self._around: _Around | None = None
        self._media: dict[str, tuple[object, Mapping[str, FoundFile]]] = {}
        self._words: tuple[str | None, tuple[Problem, ...]] = None, ()
        self._one = Lock()

    def library(self) -> LessonSet:
        """The folder as it is now. Raises OSError where a file cannot be read."""
        return self._now().library

    def known(self) -> Known:
        """What a lesson can name: tracks, sources, practice screens. Raises OSError."""
        library = self._now().library
        tracks = tuple(track.id for track in library.tracks)
        return Known((), tracks, tuple(library.sources), tuple(library.scenes))

    def rings(self, scene: str) -> list[tuple[str, str]]:
        """What can be ringed on a practice screen: (id, in words); nothing on one that is not there. Raises OSError."""
        found = self._now().library.scenes.get(scene)
        return [(part, each.words or part) for part, each in found.drawing.parts.items()] if found else []

    def drawing(self, scene: str, ring: str = "") -> str:
        """A practice screen as SVG, with a ring round one of its parts; "" where there is none. Raises OSError."""
        found = self._now().library.scenes.get(scene)
        return found.drawing.svg(ring) if found else ""

    def scenes(self) -> dict[str, str]:
        """Every practice screen with what is on it, in words. Raises OSError."""
        return {name: scene.alt for name, scene in self._now().library.scenes.items()}

    def files(self) -> dict[str, Path]:
        """The lessons of the folder by the id written in them, else by the name of their folder. Raises OSError."""
        return {lesson: Path(draft.path) for lesson, draft in _by_id(self._now().library).items()}

    def looked_over(self) -> dict[str, tuple[LessonDraft, tuple[Problem, ...]]]:
        """The same with what is wrong with each; slow at first, then known until its file changes. Raises OSError."""
        around = self._now()
        found = sorted(_by_id(around.library).items(), key=lambda item: _place(around.library, item[1]))
        return {lesson: (draft, self._judged(around, draft)) for lesson, draft in found}

    def read(self, path: Path, source: bytes, beside: Beside = ALONE) -> LessonReading:
        """A text as if it stood in the lesson file at `path`, with what was brought beside it. Raises OSError."""
        around = self._now()
        asked = str(path), source, beside.stamp
        if (known := around.read.get(asked)) is not None:
            return known
        with _undisturbed():
            reading = self._reading(around, path, source, beside)
        if len(around.read) >= KEPT:
            around.read.clear()
        return around.read.setdefault(asked, reading)

    def instead(self, path: Path, text: str, beside: Beside) -> tuple[Problem, ...]:
        """What is wrong with the text that is in force though another lies in the file; known until it changes. Raises
        OSError."""
        standing, asked = self._now().standing, (text.encode(), beside.stamp)
        if standing.get(str(path), ((), ()))[0] != asked:
            standing[str(path)] = asked, self.read(path, asked[0], beside).problems
        return standing[str(path)][1]

    def alone(self, lesson: str, text: str, beside: Beside) -> tuple[LessonDraft, tuple[Problem, ...]]:
        """A lesson that has no file yet, and what is wrong with it, as `looked_over` tells it."""
        reading = self.read(path_for(self.root, lesson, text), text.encode(), beside)
        return reading.draft, reading.problems

    def of_table(self, name: str, text: str) -> tuple[Problem, ...]:
        """What is wrong with the table of how people type (of the text that was asked about last it is known), or with
        one of written answers among the others."""
        if name == WORDS:
            asked, told = self._words
            if asked != text:
                self._words = text, (told := self._judged_table(name, text))
            return told
        return self._judged_table(name, text)

    def _judged_table(self, name: str, text: str) -> tuple[Problem, ...]:
        path, found = str(self.root / name), list[Problem]()
        if marks := conflicts_in(text, path):
            return marks
        if name == WORDS:
            words_of((path, text.encode()), found)
        else:
            library = self._now().library
            files = {str(each): each.read_bytes() for each in (self.root / ANSWERS).glob("*.yaml")}
            read_answers({**files, path: text.encode()}, library.sources, library.facts, found)
        return by_place([each for each in found if each.place.path == path])

    def _reading(self, around: _Around, path: Path, source: bytes, beside: Beside) -> LessonReading:
        lying = self._media_of(path.parent, around.look)[str(path.parent)]
        library = replace(around.library, media={str(path.parent): {**lying, **beside.found}})
        library = with_draft(library, read_draft(source, str(path), self._given().facts))
        draft = next(draft for draft in library.drafts if draft.path == str(path))
        library = _translated(library, draft, beside)
        marks = conflicts_in(source.decode("utf-8", "replace"), str(path))
        found = marks or by_place(_about(library, draft, path.parent, lint_together(library)))
        shown = with_files(draft, path.parent / FOLDER, library.scenes)
        return LessonReading(path, source, _with_brought(shown, beside.found), library, found)

    def _now(self) -> _Around:
        with self._one:
            look = look_into(self.root)
            if self._around is None or self._around.look.stamps != look.stamps:
                given = self._given()
                files = read_lessons(self.root)
                self._parsers.forget_others(files)
                with _undisturbed():
                    library = load_files(files, given.facts, self._parsers)
                library = replace(library, quiet=given.quiet, helped=given.helped)
                library = replace(library, redraw_before=given.redraw_before, reread_before=given.reread_before)
                self._around = _Around(look, library)
                gc.freeze()  # it stays, as what was read at the start does: nobody walks through it again and again
            return self._around

    def _judged(self, around: _Around, draft: LessonDraft) -> tuple[Problem, ...]:
        """What is wrong with a lesson as its file is."""
        if draft.path not in around.found:
            folder = Path(draft.path).parent
            library = replace(around.library, media=self._media_of(folder, around.look))
            if not around.of_shelf:
                around.of_shelf.extend(lint_together(around.library))
            around.found[draft.path] = by_place(_about(library, draft, folder, around.of_shelf))
        return around.found[draft.path]

    def _media_of(self, folder: Path, look: FolderLook) -> Mapping[str, Mapping[str, FoundFile]]:
        """What lies in a lesson's media folder; each file is looked into once, until it changes."""
        beside = f"{folder / FOLDER}{os.sep}"
        stamps = {path: stamp for path, stamp in look.stamps.items() if path.startswith(beside)}
        known = self._media.get(str(folder))
        if known is None or known[0] != stamps:
            sizes = {Path(path): stamp[2] for path, stamp in stamps.items()}
            shown = [path for path in sizes if path.suffix[1:].lower() in _SHOWN]
            faults = {path: seen.fault for path, seen in zip(shown, look_at(shown), strict=True)}
            found = {path.name: FoundFile(size, faults.get(path)) for path, size in sizes.items()}
            known = self._media[str(folder)] = stamps, found
        return {str(folder): known[1]}


def _translated(library: LessonSet, draft: LessonDraft, beside: Beside) -> LessonSet:
    """The library with what was brought among the translations of one lesson."""
    lesson = draft.lesson
    if lesson is None or not (beside.texts.mine or beside.texts.current):
        return library
    folder = library.translations.get(lesson.id, {})
    languages = dict.fromkeys([*folder, *beside.texts.current, *beside.texts.mine])
    merged = {each: beside.texts.chosen(each, folder.get(each, {})) for each in languages}
    return replace(library, translations={**library.translations, lesson.id: merged})


def _with_brought(draft: LessonDraft, brought: Mapping[str, FoundFile]) -> LessonDraft:
    """The draft showing what was brought, by the names in the lesson."""
    if draft.lesson is None or not brought:
        return draft
    named = {each.file for each in files_of(draft.lesson)}
    files = {name: LessonFile(name, found.size) for name, found in brought.items() if name in named}
    return replace(draft, lesson=replace(draft.lesson, files={**draft.lesson.files, **files}))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Nobody looks for circles meanwhile: a text becomes a hundred thousand small things without one."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _by_id(library: LessonSet) -> dict[str, LessonDraft]:
    """Every lesson under a name of its own: of two that have one id, the other is found by its folder."""
    found: dict[str, LessonDraft] = {}
    folders = {draft.path: Path(draft.path).parent.name for draft in library.drafts}
    ids = {draft.path: draft.lesson.id if draft.lesson else "" for draft in library.drafts}
    for draft in sorted(library.drafts, key=lambda each: ids[each.path] != folders[each.path]):
        named = ids[draft.path]
        found.setdefault(named if named and named not in found else folders[draft.path], draft)
    return found


def _place(library: LessonSet, draft: LessonDraft) -> tuple[int, int, str]:
    """Where a lesson stands in the tree: its track, its number there."""
    tracks = [track.id for track in library.tracks]
    lesson = draft.lesson
    track = tracks.index(lesson.track) if lesson and lesson.track in tracks else len(tracks)
    return track, lesson.order if lesson else 0, draft.path


def _about(library: LessonSet, draft: LessonDraft, folder: Path, of_shelf: Iterable[Problem]) -> Iterator[Problem]:
    """The problems of one lesson among the others, those of its translations too."""
    languages = folder / "po"
    for problem in (*library.problems, *lint_draft(draft, library), *of_shelf):
        if problem.place.path == draft.path or Path(problem.place.path).parent == languages:
            yield problem
