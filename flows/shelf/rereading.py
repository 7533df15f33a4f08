"""A lessons folder read again and again while it is being written in: only what changed is parsed and linted anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from flows.model import LessonInvalid, Problem, SourcePosition
from flows.reading.loader import (
    MODELS,
    NEEDED,
    TABLES,
    LessonDraft,
    LessonSet,
    Parsers,
    by_place,
    load_files,
    read_draft,
)
from flows.reading.po import Catalogue
from flows.reading.po import read as read_catalogue
from flows.reading.unchanged import digest_of
from flows.rules.lint import lint_draft, lint_shelf
from flows.saying import say
from flows.shelf.shelf import OF_TRANSLATION, Shelf, lesson_path, shelf_of

Faults = Mapping[str, tuple[Problem, ...]]
"""Path → its errors."""


class RememberingParsers(Parsers):
    """Parsers that give back what they made of the same bytes last time."""

    def __init__(self) -> None:
        self.drafts: dict[str, tuple[bytes, LessonDraft]] = {}
        self.catalogues: dict[str, tuple[bytes, tuple[Catalogue, tuple[Problem, ...]]]] = {}

    def draft(self, raw: bytes, path: str, facts: Collection[str]) -> LessonDraft:
        known, digest = self.drafts.get(path), digest_of(raw)
        if known is None or known[0] != digest:
            known = self.drafts[path] = digest, read_draft(raw, path, facts)
        return known[1]

    def catalogue(self, raw: bytes, path: str) -> tuple[Catalogue, tuple[Problem, ...]]:
        known, digest = self.catalogues.get(path), digest_of(raw)
        if known is None or known[0] != digest:
            known = self.catalogues[path] = digest, read_catalogue(raw, path)
        return known[1]

    def forget_others(self, files: Collection[str]) -> None:
        self.drafts = {path: known for path, known in self.drafts.items() if path in files}
        self.catalogues = {path: known for path, known in self.catalogues.items() if path in files}


class Rereader:
    """What was read before: one per folder. `read` takes a while when much has changed; it touches no file."""

    def __init__(self, root: Path, facts: Mapping[str, str]) -> None:
        self.root = root
        self.facts = facts
        self._parsers = RememberingParsers()
        self._files: Mapping[str, bytes] = {}
        self._tables: dict[str, bytes] = {}
        self._found: dict[str, list[Problem]] = {}
        self._ids: frozenset[str] = frozenset()

    def read(self, files: Mapping[str, bytes]) -> tuple[Shelf, Faults]:
        """The folder with these files (path → bytes), and all errors; a broken table stays as it was when it was good.

        Raises LessonInvalid while there has been no good one of NEEDED yet.
        """
        broken: dict[str, tuple[Problem, ...]] = {}
        used = {path: raw for path, raw in files.items() if path not in self._paths(NEEDED)}
        for path in self._paths(NEEDED):
            if path in files:
                used[path] = files[path]
            else:
                broken[path] = (
                    Problem(
                        "E009", SourcePosition(path, 1, 1), say("không thấy tệp này"), say("hãy để lại tệp như cũ")
                    ),
                )
                self._put_back(used, path, broken[path])
        library = load_files(used, self.facts, self._parsers)
        unreadable = _errors(library.problems)
        unsound = {} if unreadable else _errors(lint_shelf(library))
        for path in self._paths((*TABLES, *MODELS)):
            errors = unreadable.get(path, ()) or unsound.get(path, ())
            if errors:
                broken[path] = errors
            if path in unreadable or (errors and path in self._tables):  # a first one is used as far as it goes
                self._put_back(used, path, errors)
        library = load_files(used, self.facts, self._parsers) if broken else library
        shelf = self._shelf(library, used, broken)
        self._tables = {path: used[path] for path in self._paths((*TABLES, *MODELS)) if path in used}
        self._files = dict(used)
        self._parsers.forget_others(used)
        return shelf, {**shelf.broken, **shelf.unheard, **broken}

    def _paths(self, names: Collection[str]) -> list[str]:
        return [str(self.root / name) for name in names]

    def _put_back(self, used: dict[str, bytes], path: str, errors: tuple[Problem, ...]) -> None:
        last = self._tables.get(path)
        if last is not None:
            used[path] = last
        elif path in self._paths(NEEDED):
            raise LessonInvalid(errors)
        else:
            used.pop(path, None)

    def _shelf(self, library: LessonSet, used: dict[str, bytes], broken: dict[str, tuple[Problem, ...]]) -> Shelf:
        try:
            return shelf_of(library, self._lint(library, used), self.root, used)
        except LessonInvalid as missing:  # a sentence was taken out
            path = str(self.root / "phrases.yaml")
            broken[path] = missing.problems
            self._put_back(used, path, missing.problems)
            library = load_files(used, self.facts, self._parsers)
            return shelf_of(library, self._lint(library, used), self.root, used)

    def _lint(self, library: LessonSet, files: Mapping[str, bytes]) -> tuple[Problem, ...]:
        """Every lesson's problems, those of lessons that neither changed nor were at fault from before."""
        ids = frozenset(draft.lesson.id for draft in library.drafts if draft.lesson)
        changed = {path for path in files.keys() | self._files.keys() if files.get(path) != self._files.get(path)}
        of_lessons = {lesson_path(path) for path in changed}
        everything = ids != self._ids or not of_lessons <= {draft.path for draft in library.drafts}
        found: dict[str, list[Problem]] = {}
        for draft in library.drafts:
            before = self._found.get(draft.path)
            if before is None or everything or draft.path in of_lessons or _has_errors(before):
                before = lint_draft(draft, library)
            found[draft.path] = before
        self._found, self._ids = found, ids
        own = [problem for each in found.values() for problem in each]
        return by_place([*library.problems, *lint_shelf(library), *own])


def _errors(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    """Errors by path; that a sentence lacks its translation is no fault of the sentence."""
    found: dict[str, tuple[Problem, ...]] = {}
    for problem in by_place(problems):
        if problem.severity == "error" and problem.code not in OF_TRANSLATION:
            found[problem.place.path] = (*found.get(problem.place.path, ()), problem)
    return found


def _has_errors(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)
