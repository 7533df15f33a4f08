"""What the transcripts of a lesson reach: its steps, its options, its further ways; and the rules about that.

Nothing is asked of the engine: a `Trail` watches a Player and reads the path walked and the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from flows import events as ev
from flows.engine.kinds.facets import Way
from flows.engine.kinds.table import edges_of, kind_of
from flows.model import Lesson, Problem, SourcePosition, Step
from flows.play.clock import MOST_CLUMSY, MOST_SMOOTH, minutes_of
from flows.play.rehearsal import Played, rehearse
from flows.run import Book, Run, Sprint
from flows.saying import say


class Trail:
    """What was met while playing: (lesson, step), and (lesson, way). Its `watch` is handed to a Player."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.steps: set[tuple[str, str]] = set()
        self.ways: set[tuple[str, Way]] = set()
        self._pairs: set[tuple[str, int, str, str]] = set()  # looked at already

    def watch(self, before: Run | None, sprint: Sprint) -> None:
        """Note what one sprint reached: steps walked, in callers too, and ways taken; `before` is None at the start."""
        after = sprint.run
        self._walked(after.lesson, after.version, after.path)
        for frame in after.stack:
            self._walked(frame.lesson, frame.version, frame.path)
        self._heard_of(before or after, sprint)
        step = self.book.step(before) if before else None
        if before is not None and step is not None:
            self.ways.update((before.lesson, way) for way in kind_of(step).taken(step, before, after, sprint.events))

    def _walked(self, lesson_id: str, version: int, path: tuple[str, ...]) -> None:
        self.steps.update((lesson_id, step) for step in path)
        lesson = self.book.lesson(lesson_id, version)
        fresh = {(lesson_id, version, *pair) for pair in pairwise(path)} - self._pairs
        self._pairs |= fresh
        if lesson is not None:
            self.ways.update((lesson_id, way) for *_, one, two in fresh for way in _between(lesson, one, two))

    def _heard_of(self, before: Run, sprint: Sprint) -> None:
        """A called lesson that is over has taken its path along: its last steps are known by what they said.

        Of silent steps there only an end is found, where it is the one of that outcome.
        """
        inside = before.lesson
        for event in sprint.events:
            match event:
                case ev.Called(lesson=lesson_id):
                    inside = lesson_id
                case ev.LessonReturned(lesson=lesson_id, outcome=outcome, to=to):
                    lesson = self.book.lesson(lesson_id)
                    ends = (
                        [each.id for each in lesson.steps if kind_of(each).outcome(each) == outcome] if lesson else []
                    )
                    self.steps.update((lesson_id, end) for end in ends if len(ends) == 1)
                    inside = to
                case ev.RunStarted(lesson=lesson_id):
                    inside = lesson_id
                case ev.Said(step=step) | ev.Asked(step=step):
                    lesson = self.book.lesson(inside)
                    if lesson and lesson.step(step):
                        self.steps.add((inside, step))


def _between(lesson: Lesson, one: str, two: str) -> Iterator[Way]:
    """The case that led from one step to another, and the steps in between whose `when` was false."""
    step = lesson.step(one)
    if step is None:
        return
    yield from kind_of(step).led(step, two)
    named = {edge.to for edge in edges_of(lesson, step) if edge.field and edge.to in lesson.index}
    for at in {lesson.index[one] + 1, *(lesson.index[to] for to in named if to)}:
        skipped = []
        while at < len(lesson.steps) and lesson.steps[at].when is not None and lesson.steps[at].id != two:
            skipped.append(Way(lesson.steps[at].id, "skipped"))
            at += 1
        if skipped and at < len(lesson.steps) and lesson.steps[at].id == two and two not in named:
            yield from skipped


# --- what there is ---------------------------------------------------------------------------------


def ways_of(lesson: Lesson) -> dict[Way, SourcePosition]:
    """Everything that can happen at the steps of a lesson, and where it is written."""
    return {way: place for step in lesson.steps for way, place in _ways(step)}


def _ways(step: Step) -> Iterator[tuple[Way, SourcePosition]]:
    yield from kind_of(step).ways(step)
    if step.when is not None:
        yield Way(step.id, "skipped"), step.place


@dataclass(frozen=True, slots=True)
class Gap:
    """What no transcript reaches: a step (`way` is None) or a way; the lines of the lesson's file, both included."""

    step: str
    way: Way | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """One lesson: how many steps, options and further ways are met, of how many; what is not.

    `lines` are ranges of lines (from 1, both included) whose steps, options or cases nobody meets.
    """

    lesson: str
    path: str
    steps: tuple[int, int]
    options: tuple[int, int]
    ways: tuple[int, int]
    gaps: tuple[Gap, ...]
    lines: tuple[tuple[int, int], ...]


def coverage(lesson: Lesson, trail: Trail) -> Coverage:
    """What a trail has reached of a lesson, and the gaps: steps never met, and ways never taken of steps that were."""
    ways = ways_of(lesson)
    met = {way for name, way in trail.ways if name == lesson.id} & ways.keys()
    seen = {step.id for step in lesson.steps if (lesson.id, step.id) in trail.steps}
    options = {way for way in ways if way.kind == "option"}
    source = lesson.source.split("\n")
    gaps = [_gap(source, step.id, None, step.place) for step in lesson.steps if step.id not in seen]
    gaps += [_gap(source, way.step, way, place) for way, place in ways.items() if way not in met and way.step in seen]
    return Coverage(
        lesson.id,
        lesson.place.path,
        (len(seen), len(lesson.steps)),
        (len(options & met), len(options)),
        (len(met - options), len(ways) - len(options)),
        tuple(sorted(gaps, key=lambda gap: (gap.first, gap.last))),
        _lines(source, gaps),
    )


def _lines(source: list[str], gaps: list[Gap]) -> tuple[tuple[int, int], ...]:
    """Neighbours are joined, also across blank lines and comments."""
    found: list[tuple[int, int]] = []
    shown = (gap for gap in gaps if gap.way is None or gap.way.kind in ("option", "case"))
    for gap in sorted(shown, key=lambda gap: (gap.first, gap.last)):
        between = source[found[-1][1] : gap.first - 1] if found else []
        if found and all(not line.strip() or line.lstrip().startswith("#") for line in between):
            found[-1] = (found[-1][0], max(found[-1][1], gap.last))
        else:
            found.append((gap.first, gap.last))
    return tuple(found)


def _gap(source: list[str], step: str, way: Way | None, place: SourcePosition) -> Gap:
    """The lines of a step or option: from where it begins to before the next line that is less indented."""
    last = at = place.line
    for line in source[place.line :]:
        at += 1
        if line.strip() and len(line) - len(line.lstrip()) < place.col - 1:
            break
        if line.strip() and not line.lstrip().startswith("#"):
            last = at
    return Gap(step, way, place.line, last)


# --- rules -------------------------------------------------------------------------------------------


def problems(book: Book, lesson: Lesson, transcripts: Mapping[str, str]) -> tuple[Problem, ...]:
    """W901: a step that no transcript reaches, where it stands; E902: a transcript (path → text) that fails; W904: the
    minutes of the head are not those of the player's clock; W905: they are too many.

    `book` holds `lesson` as its current version. No transcripts: nothing is said.
    """
    if not transcripts:
        return ()
    trail = Trail(book)
    found: list[Problem] = []
    rehearsed = [rehearse(book, path, text, lesson.id, trail.watch) for path, text in sorted(transcripts.items())]
    for played in rehearsed:
        path = played.path
        if played.failed:
            hint = say("sửa dòng này, rồi ./camtay test-lessons")
            found.append(Problem("E902", SourcePosition(path, played.failed.line or 1, 1), played.failed.message, hint))
        elif played.differences:
            first = played.differences[0]
            hint = say("xem rồi ghi lại: ./camtay test-lessons --update")
            found.append(
                Problem("E902", SourcePosition(path, first.line, 1), say("lời máy nay khác bản thoại này"), hint)
            )
    for step in lesson.steps:
        if (lesson.id, step.id) not in trail.steps:
            hint = say("ghi thêm một bản thoại qua bước này: ./camtay try, rồi /save")
            found.append(Problem("W901", step.place, say("chưa bản thoại nào đi qua bước “{id}”", id=step.id), hint))
    return (*found, *_untimed(lesson, rehearsed))


def _untimed(lesson: Lesson, played: Iterable[Played]) -> Iterator[Problem]:
    """Whether the head, where it says so, tells the minutes that its transcripts take, and whether those are too many.

    In the emergency lesson only the smooth way is judged: who is being robbed stays as long as it takes.
    """
    lines = lesson.source.split("\n")
    at = next((at for at, line in enumerate(lines, 1) if line.startswith("minutes:")), 0)
    minutes = minutes_of(played)
    if minutes is None:
        return
    if at and minutes.told != lesson.minutes:
        message = say("bài ghi {written} phút, học trơn là {told}", written=lesson.minutes, told=minutes.told)
        place = SourcePosition(lesson.place.path, at, 1)
        yield Problem("W904", place, message, say("ghi minutes: {told}", told=minutes.told))
    if minutes.are_too_many and not (lesson.emergency and minutes.smooth <= MOST_SMOOTH):
        message = say(
            "bài dài {smooth} phút học trơn, {clumsy} phút học vấp; nhiều nhất {most} và {most_clumsy}",
            smooth=minutes.smooth, clumsy=minutes.clumsy, most=MOST_SMOOTH, most_clumsy=MOST_CLUMSY,
        )  # fmt: skip
        yield Problem("W905", lesson.place, message, say("hãy tách thành hai bài"))
