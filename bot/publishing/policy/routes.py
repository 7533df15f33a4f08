"""From the log of publications: where whoever is inside a version that is not the current one goes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flows.run import Route
from storage.publications.records import PublicationRow

LessonVersion = tuple[str, int]


def by_lesson(log: Iterable[PublicationRow]) -> dict[str, list[PublicationRow]]:
    """The publications of each lesson, in order."""
    found: dict[str, list[PublicationRow]] = {}
    for row in log:
        found.setdefault(row.lesson, []).append(row)
    return found


def routes(log: Iterable[PublicationRow], graphs: Mapping[LessonVersion, str]) -> dict[LessonVersion, Route]:
    """The way on from every version that was ever kept and is not current; no way: it is kept until the lesson ends."""
    published = by_lesson(log)
    found: dict[LessonVersion, Route] = {}
    for key in graphs:
        route = _route(key, published.get(key[0], []), graphs)
        if route is not None:
            found[key] = route
    return found


def _route(key: LessonVersion, log: Sequence[PublicationRow], graphs: Mapping[LessonVersion, str]) -> Route | None:
    """`log` is that of this lesson. Urgent before new words before a checkpoint: the first that holds."""
    lesson, version = key
    if not log or log[-1].version == version:
        return None
    last = max((at for at, row in enumerate(log) if row.version == version), default=-1)
    after = log[last + 1 :]
    urgent = [row for row in after if row.urgent]
    if urgent:
        return Route(log[-1].version, "urgent", merged(urgent))
    same_graph = next((row for row in reversed(log) if graphs.get((lesson, row.version)) == graphs[key]), None)
    if same_graph is not None and same_graph.version != version:
        return Route(same_graph.version, "text")
    if _at_checkpoint(lesson, log, graphs):
        return Route(log[-1].version, "checkpoint")
    return None


def _at_checkpoint(lesson: str, log: Sequence[PublicationRow], graphs: Mapping[LessonVersion, str]) -> bool:
    """Whether the graph that is current now was brought in with "move at checkpoint"; newer words do not undo that."""
    graph = graphs.get((lesson, log[-1].version))
    for row in reversed(log):
        if graphs.get((lesson, row.version)) != graph:
            return False
        if row.mode == "checkpoint":
            return True
    return False


def merged(rows: Iterable[PublicationRow]) -> dict[str, str]:
    """All their decisions, the newer ones before the older."""
    return {step: decision for row in rows for step, decision in row.decisions.items()}
