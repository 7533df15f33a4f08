"""`./camtay lint`: which files are meant, and how their problems are shown."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.errors import SettingsInvalid
from flows.lint import lint
from flows.loader import by_place, load_files, read_lessons
from flows.model import Lesson, Problem


def problems(lessons: Path, paths: Sequence[Path], facts: Mapping[str, str]) -> tuple[tuple[Problem, ...], int]:
    """All problems in `paths` (nothing given: in every lesson) and how many lessons were looked at.

    A path inside the lessons folder is read together with its neighbours, which it may refer to. Raises
    SettingsInvalid for a path that is not there or holds no lesson.
    """
    found: list[Problem] = []
    seen: set[str] = set()
    for path in paths or [lessons]:
        files, own = _read(lessons, path)
        library = load_files(files, facts)
        found += [problem for problem in (*library.problems, *lint(library)) if problem.place.path in own]
        seen |= {name for name in own if Path(name).name == "lesson.yaml"}
    return by_place(found), len(seen)


def one_lesson(lessons: Path, path: Path, facts: Mapping[str, str]) -> tuple[Lesson | None, tuple[Problem, ...]]:
    """The lesson at `path`, or None and its errors."""
    files, own = _read(lessons, path)
    library = load_files(files, facts)
    errors = [p for p in (*library.problems, *lint(library)) if p.place.path in own and p.severity == "error"]
    lesson = next((lesson for lesson in library.lessons.values() if lesson.place.path in own), None)
    return (None, by_place(errors)) if errors else (lesson, ())


def _read(lessons: Path, path: Path) -> tuple[dict[str, bytes], frozenset[str]]:
    """The files to load, and the names of those that were asked for."""
    lessons, path = Path(os.path.abspath(lessons)), Path(os.path.abspath(path))
    folder = path.parent if path.name == "lesson.yaml" else path
    if not folder.is_dir():
        raise SettingsInvalid(f"{path}: không có thư mục hay tệp lesson.yaml nào ở đây.")
    try:
        asked = read_lessons(folder)
        around = read_lessons(lessons) if folder != lessons else {}
    except OSError as fault:
        raise SettingsInvalid(f"{fault.filename}: không đọc được ({fault.strerror}).") from None
    if not any(Path(name).name == "lesson.yaml" for name in asked):
        raise SettingsInvalid(f"{path}: trong này không có bài học nào (lesson.yaml).")
    if not folder.is_relative_to(lessons):
        around = {name: raw for name, raw in around.items() if Path(name).name != "lesson.yaml"}
    tables = {Path(name).name for name in asked if name.endswith(".yaml")} - {"lesson.yaml"}
    around = {name: raw for name, raw in around.items() if Path(name).name not in tables}
    return {**around, **asked}, frozenset(asked)


def report(found: tuple[tuple[Problem, ...], int], shape: str, write: Callable[[str], object]) -> int:
    """Show problems as text, json or github; 1 when there is an error, warnings alone are 0."""
    problems, lessons = found
    shown = [replace(p, place=replace(p.place, path=_near(p.place.path))) for p in problems]
    errors = sum(problem.severity == "error" for problem in problems)
    if shape == "json":
        write(json.dumps([_as_json(problem) for problem in shown], ensure_ascii=False, indent=1))
    else:
        for problem in shown:
            write(_as_github(problem) if shape == "github" else str(problem))
        write(f"{lessons} bài: {errors} lỗi, {len(problems) - errors} điều nên xem lại.")
    return 1 if errors else 0


def _near(path: str) -> str:
    """The path as seen from where she stands, when that is shorter."""
    here = os.getcwd()
    return os.path.relpath(path, here) if Path(path).is_relative_to(here) else path


def _as_json(problem: Problem) -> dict[str, str | int]:
    place = problem.place
    at: dict[str, str | int] = {"path": place.path, "line": place.line, "col": place.col}
    return {"code": problem.code, "severity": problem.severity, **at, "message": problem.message, "hint": problem.hint}


def _as_github(problem: Problem) -> str:
    place = problem.place
    text = problem.message + (f" ({problem.hint})" if problem.hint else "")
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{problem.severity} file={place.path},line={place.line},col={place.col},title={problem.code}::{text}"
