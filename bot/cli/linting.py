"""`./camtay lint`: which files are meant, what is wrong with them, and how it is shown."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from bot.cli import transcripts
from bot.cli.language import told
from bot.cli.terminal import Print, annotation, seen
from bot.errors import SettingsInvalid
from bot.media.looking import look_at
from bot.publishing.drafts import Circumstances
from flows.files import FoundFile
from flows.model import Lesson, LessonInvalid, Problem, SourcePosition
from flows.profiles import IMAGES, VIDEOS, VOICES
from flows.reading.loader import (
    ANSWERS,
    MODELS,
    NEEDED,
    SCRIPT,
    TABLES,
    Faultfinder,
    LessonSet,
    Parsers,
    by_place,
    is_aside,
    load_files,
)
from flows.rules.checked import Basis, Checked, digest_of
from flows.rules.lint import lint
from flows.run import Book
from flows.saying import say
from flows.scenes.reading import SCENES
from flows.shelf.media import FOLDER
from flows.shelf.shelf import REHEARSAL, plain_book, rehearsal_facts, shelf_of
from flows.yaml.strictyaml import MAX_BYTES

MAX_DEPTH = 12  # folders below the one that is looked at
MAX_PO_BYTES = 1_000_000
MAX_MODEL_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Findings:
    """`lessons` is how many were looked at; `library` and `own` (their paths) are for whoever wants to look further."""

    problems: tuple[Problem, ...]
    lessons: int
    libraries: tuple[tuple[LessonSet, frozenset[str]], ...] = ()


@dataclass(slots=True)
class Files:
    """What was read: path → bytes, the lessons among them, what could not be read, what lies in the media folders."""

    texts: dict[str, bytes] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    media: dict[str, dict[str, FoundFile]] = field(default_factory=dict)

    def add(self, path: Path, most: int = MAX_BYTES) -> None:
        """Read a file, one byte past `most` so that a longer one is told; no file, or a closed one, is a problem."""
        try:
            if not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode):
                raise OSError(errno.EINVAL, "no regular file")  # a pipe would never end
            with path.open("rb") as file:
                self.texts[str(path)] = file.read(most + 1)
        except OSError as fault:
            self.refuse(path, fault)

    def add_script(self, path: Path) -> None:
        """Read a lesson with the translations beside it, and note the files of its media folder."""
        self.scripts.append(str(path))
        self.add(path)
        for language in _listed(path.parent / "po"):
            if language.name.endswith(".po"):
                self.add(Path(language.path), MAX_PO_BYTES)
        names = _listed(path.parent / FOLDER)
        sizes = {entry.name: entry.stat().st_size for entry in names if entry.is_file()}
        self.media[str(path.parent)] = {name: FoundFile(size) for name, size in sizes.items()}

    def look_into_media(self, own: Collection[str]) -> None:
        """Look at what is really in the files beside the lessons whose paths are in `own`."""
        folders = [folder for folder in self.media if str(Path(folder) / SCRIPT) in own]
        found = [(folder, name) for folder in folders for name in self.media[folder] if _is_shown(name)]
        looks = look_at([Path(folder, FOLDER, name) for folder, name in found])
        for (folder, name), look in zip(found, looks, strict=True):
            self.media[folder] |= {name: replace(self.media[folder][name], fault=look.fault)}

    def refuse(self, path: Path, fault: OSError) -> None:
        """Note E001 for a file that could not be read, in words for its reason."""
        message = say("không đọc được tệp này: {why}", why=_WHY.get(fault.errno or 0, say("máy không cho mở")))
        self.problems.append(
            Problem("E001", SourcePosition(str(path), 1, 1), message, say("hãy xem lại tệp, rồi chạy lại"))
        )


_WHY = {
    errno.EACCES: say("không có quyền đọc"),
    errno.EPERM: say("không có quyền đọc"),
    errno.EINVAL: say("đây không phải là tệp thường"),
    errno.EISDIR: say("đây là thư mục, không phải tệp"),
    errno.ENOENT: say("liên kết trỏ tới chỗ không có"),
    errno.ELOOP: say("liên kết chạy vòng tròn"),
}


def _is_shown(name: str) -> bool:
    return name.rpartition(".")[2].lower() in IMAGES | VOICES | VIDEOS


# --- which files -------------------------------------------------------------------------------------


def gather(folder: Path) -> Files:
    """Every `**/lesson.yaml` of a folder, its tables, what lies beside its lessons. Never raises OSError.

    Folders whose name begins with "_" (the template) or "." are looked at only when they are `folder` itself.
    """
    files = Files()
    for name in TABLES:
        path = folder / name
        if os.path.lexists(path):
            files.add(path)
    for name in MODELS:
        if os.path.lexists(folder / name):
            files.add(folder / name, MAX_MODEL_BYTES)
    for beside, ending in ((folder / ANSWERS, ".yaml"), (folder / SCENES, ".yaml"), (folder / "po", ".po")):
        for entry in _listed(beside):
            if entry.name.endswith(ending):
                files.add(Path(entry.path), MAX_PO_BYTES)
    seen: set[tuple[int, int]] = set()
    _walk(folder, files, seen, 0)
    return files


def _walk(folder: Path, files: Files, seen: set[tuple[int, int]], depth: int) -> None:
    try:
        at = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as fault:
        files.refuse(folder, fault)
        return
    if (at.st_dev, at.st_ino) in seen or depth > MAX_DEPTH:
        return
    seen.add((at.st_dev, at.st_ino))
    for entry in entries:
        if entry.name == SCRIPT:
            files.add_script(Path(entry.path))
        elif not is_aside(entry.name) and _is_folder(entry):
            _walk(Path(entry.path), files, seen, depth + 1)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []


@dataclass(slots=True)
class _Asked:
    """Files to load together, and those whose problems are told."""

    files: Files
    own: set[str]
    root: Path


def _asked(lessons: Path, paths: Sequence[Path]) -> Iterator[_Asked]:
    """A path inside the lessons folder is read together with its neighbours, which it may refer to."""
    lessons = Path(os.path.abspath(lessons))
    around = gather(lessons) if lessons.is_dir() else Files()
    inside = _Asked(Files(dict(around.texts), list(around.scripts), [], dict(around.media)), set(), lessons)
    for path in [Path(os.path.abspath(path)) for path in paths] or [lessons]:
        found = around if path == lessons else _read(path)
        if path.is_relative_to(lessons):
            inside.own |= {*found.texts, *found.scripts}
            inside.files.texts |= found.texts
            inside.files.scripts += [each for each in found.scripts if each not in inside.files.scripts]
            inside.files.problems += found.problems
            inside.files.media |= found.media
        else:
            yield _Asked(
                _with_tables(found, around), {*found.texts, *found.scripts}, path if path.is_dir() else path.parent
            )
    if inside.own:
        yield inside


def _read(path: Path) -> Files:
    """What is asked for by a path; raises SettingsInvalid where there is nothing to look at."""
    if path.is_dir() and path.name != SCRIPT:
        files = gather(path)
        if not files.scripts and not files.problems:
            raise SettingsInvalid(say("{path}: trong này không có bài học nào (lesson.yaml).", path=str(path)))
        return files
    if not os.path.lexists(path) or path.name in TABLES:  # a table is looked at with its folder
        raise SettingsInvalid(say("{path}: không có thư mục hay tệp lesson.yaml nào ở đây.", path=str(path)))
    files = Files()
    files.add_script(path)
    return files


def _with_tables(found: Files, around: Files) -> Files:
    """A folder of its own has the tables and drawn screens of the lessons folder, but for those it brings itself."""
    names = {Path(name).name for name in found.texts}
    tables = {
        name: raw
        for name, raw in around.texts.items()
        if Path(name).name in {*TABLES, *MODELS} - names or Path(name).parent.name == SCENES
    }
    return replace(found, texts={**tables, **found.texts})


# --- what is wrong -----------------------------------------------------------------------------------


def problems(
    lessons: Path,
    paths: Sequence[Path],
    given: Circumstances,
    parsers: Parsers | None = None,
    checked: Checked | None = None,
) -> Findings:
    """All problems of the files in `paths` (none given: of every lesson); an unreadable file hides no other.

    What `checked` knows to be without one is not looked at again, and is in no library. Raises SettingsInvalid for a
    path that is not there or holds no lesson.
    """
    found: list[Problem] = []
    seen: set[str] = set()
    libraries: list[tuple[LessonSet, frozenset[str]]] = []
    checked = checked or Checked()
    for asked in _asked(lessons, paths):
        asked.files.look_into_media(asked.own)
        look = partial(_look, asked, lessons, given, parsers or Faultfinder(), checked, libraries)
        found += checked.faults(_all_parts(asked, lessons, given), look)
        seen |= asked.own & set(asked.files.scripts)
    checked.save()
    return Findings(by_place(found), len(seen), tuple(libraries))


def _look(
    asked: _Asked,
    lessons: Path,
    given: Circumstances,
    parsers: Parsers,
    checked: Checked,
    libraries: list[tuple[LessonSet, frozenset[str]]],
) -> Iterator[Problem]:
    """The problems of what is read together; its library is added to the others."""
    files = asked.files
    library = load_files(files.texts, given.facts, parsers, frozenset(files.scripts))
    library = replace(library, redraw_before=given.redraw_before, reread_before=given.reread_before)
    library = replace(library, quiet=given.quiet, helped=given.helped, media=files.media)
    all_found = lint(library, checked=checked)
    yield from files.problems
    yield from (problem for problem in all_found if problem.place.path in asked.own)
    yield from _of_transcripts(library, all_found, asked, lessons, checked)
    libraries.append((library, frozenset(asked.own)))


def _all_parts(asked: _Asked, lessons: Path, given: Circumstances) -> Iterator[Basis]:
    files = asked.files
    played = {path for each in files.scripts if each in asked.own for path in transcripts.transcripts_of(Path(each))}
    yield from ("lint", str(asked.root), repr((given, sorted(asked.own), files.problems, files.media)))
    yield from (_bytes_of(Path(__file__)), _bytes_of(lessons / REHEARSAL))
    yield from (part for pair in files.texts.items() for part in pair)
    yield from (part for pair in transcripts.read(sorted(played)).items() for part in pair)


def _of_transcripts(
    library: LessonSet, found: Iterable[Problem], asked: _Asked, lessons: Path, checked: Checked
) -> Iterator[Problem]:
    """W901 and E902, for lessons that can be played and have transcripts."""
    broken = {problem.place.path for problem in found if problem.severity == "error"}
    playable = [
        (lesson, transcripts.read(files))
        for lesson in library.lessons.values()
        if lesson.place.path in asked.own and lesson.place.path not in broken
        if (files := transcripts.transcripts_of(Path(lesson.place.path)))
    ]
    tables = {Path(path).name: path for path in asked.files.texts if Path(path).name in TABLES}
    if not playable or not set(NEEDED) <= tables.keys():
        return
    from flows.play.coverage import problems as uncovered

    root = Path(tables["phrases.yaml"]).parent

    @cache
    def book() -> Book:
        shelf = shelf_of(library, found, root, asked.files.texts)
        return plain_book(shelf, rehearsal_facts(root, library.facts))

    def look(lesson: Lesson, texts: Mapping[str, str]) -> tuple[Problem, ...]:
        return uncovered(book(), lesson, texts)

    around, beside = _around_lessons(library, asked.files, root)
    with suppress(LessonInvalid):
        for lesson, texts in playable:
            own = beside[str(Path(lesson.place.path).parent)]
            parts = ("played", around, lesson.place.path, *own, *(part for pair in texts.items() for part in pair))
            yield from checked.faults(parts, partial(look, lesson, texts))


def _around_lessons(library: LessonSet, files: Files, root: Path) -> tuple[str, dict[str, list[Basis]]]:
    """A digest of what any dialogue may depend on beside its own lesson (the tables, how other lessons are called), and
    what lies in the folder of each lesson."""
    own: dict[str, list[Basis]] = {str(Path(path).parent): [] for path in files.scripts}
    others: list[Basis] = [
        repr((sorted(library.facts.items()), [(key, each.title) for key, each in library.lessons.items()]))
    ]
    for path, raw in files.texts.items():
        folder = Path(path).parent
        own.get(str(folder), own.get(str(folder.parent), others)).append(raw)
    return digest_of((*others, _bytes_of(root / REHEARSAL))), own


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def one_lesson(lessons: Path, path: Path, facts: Mapping[str, str]) -> tuple[Lesson | None, tuple[Problem, ...]]:
    """The lesson at `path`, or None and its errors."""
    found: list[Problem] = []
    lesson: Lesson | None = None
    for asked in _asked(lessons, [path]):
        library = load_files(asked.files.texts, facts, None, frozenset(asked.files.scripts))
        found += asked.files.problems
        found += [each for each in lint(library) if each.place.path in asked.own and each.severity == "error"]
        lesson = next((each for each in library.lessons.values() if each.place.path in asked.own), lesson)
    return (None, by_place(found)) if found else (lesson, ())


# --- how it is shown ---------------------------------------------------------------------------------


def report(found: Findings, shape: str, write: Print) -> int:
    """Show problems as text, json or github; 1 when there is an error, warnings alone are 0."""
    shown = [seen(problem) for problem in found.problems]
    errors = sum(problem.severity == "error" for problem in shown)
    warnings = sum(problem.severity == "warning" for problem in shown)
    if shape == "json":
        write(json.dumps([_as_json(problem) for problem in shown], ensure_ascii=False, indent=1))
    else:
        for problem in shown:
            write(annotation(problem) if shape == "github" else str(problem))
        counts = {"lessons": found.lessons, "errors": errors, "warnings": warnings}
        write(told("{lessons} bài: {errors} lỗi, {warnings} điều nên xem lại.", **counts))
    return 1 if errors else 0


def _as_json(problem: Problem) -> dict[str, str | int]:
    place = problem.place
    at: dict[str, str | int] = {"path": place.path, "line": place.line, "col": place.col}
    return {**at, "code": problem.code, "severity": problem.severity, "message": problem.message, "hint": problem.hint}
