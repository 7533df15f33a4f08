"""`./camtay graph`: a lesson drawn, as Mermaid text or as an SVG; a broken lesson as far as it could be read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from bot.cli import linting
from bot.cli.choices import no_lesson
from bot.cli.language import told
from bot.cli.terminal import seen, unread, unwritten
from bot.errors import SettingsInvalid
from bot.publishing import drafts
from flows.graph.mermaid import mermaid
from flows.graph.svg import svg
from flows.graph.ways import MARKS, Graph, graph_of
from flows.reading.loader import lesson_files
from flows.shelf.shelf import plain_book, read_shelf, rehearsal_facts

DRAWINGS: Mapping[str, Callable[[Graph], str]] = {"mermaid": mermaid, "svg": svg}


def draw(
    root: Path,
    wanted: str,
    facts: Mapping[str, str],
    *,
    shape: str,
    out: Path | None,
    coverage: bool = False,
) -> int:
    """Draw the lesson `wanted` (an id or a path) to `out` or the screen; what is marked is told on stderr.

    `coverage` marks the steps that no transcript walks through. Returns 1 when nothing could be read of the lesson.
    Raises SettingsInvalid when there is no such lesson or `out` cannot be written.
    """
    path = locate(root, wanted)
    try:
        reading = drafts.read(root, path, facts, {})
    except OSError as fault:
        raise unread(fault, path) from None
    if reading.script is None:
        sys.stderr.write("".join(f"{seen(problem)}\n" for problem in reading.errors))
        sys.stderr.write(told("{file}: chưa đọc được bước nào nên chưa vẽ được.", file=path) + "\n")
        return 1
    graph = graph_of(reading.script, _walked(root, reading, facts) if coverage else None)
    text = DRAWINGS[shape](graph)
    if out is None:
        sys.stdout.write(text)
    else:
        try:
            out.write_text(text, "utf-8")
        except OSError as fault:
            raise unwritten(fault, out) from None
        count, ways = len(graph.nodes), len(graph.arrows)
        sys.stderr.write(told("Đã vẽ {count} ô, {ways} lối đi: {file}", count=count, ways=ways, file=out) + "\n")
    for mark, ids in graph.marked.items():
        sys.stderr.write(f"{told(MARKS[mark])}: {', '.join(ids)}\n")
    return 0


def _walked(root: Path, reading: drafts.LessonReading, facts: Mapping[str, str]) -> Collection[str] | None:
    """The steps its transcripts walk through: none where it has none; None (and why) where it cannot be played."""
    lesson, problems = linting.one_lesson(root, reading.path, facts)
    if lesson is None:
        sys.stderr.write("".join(f"{seen(problem)}\n" for problem in problems))
        sys.stderr.write(told("Bài có lỗi nên chưa diễn lại được bản thoại nào.") + "\n")
        return None
    shelf = read_shelf(root, facts)
    book = plain_book(replace(shelf, good={**shelf.good, lesson.id: lesson}), rehearsal_facts(root, facts))
    return drafts.walked(book, lesson, reading.path.parent) or ()


def locate(root: Path, wanted: str) -> Path:
    """The file that an id or a path means. Raises SettingsInvalid with the nearest id."""
    asked = Path(wanted)
    for path in (asked, asked / "lesson.yaml"):
        if path.is_file():
            return path.absolute()
    found = drafts.find(root, wanted)
    if found is None:
        raise SettingsInvalid(no_lesson(wanted, (path.parent.name for path in lesson_files(root))))
    return found
