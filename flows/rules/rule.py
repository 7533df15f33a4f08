"""What a rule is, and what it may know of a lesson. The rules are in flows/rules_*.py, one small function each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Literal, NamedTuple

from flows.model import (
    Ask,
    Award,
    Branch,
    Call,
    Choose,
    End,
    Help,
    Lesson,
    Pair,
    Problem,
    Quiz,
    Review,
    Say,
    Set,
    SourcePosition,
    Step,
    Task,
    Wait,
)
from flows.reading.forms import kind_of
from flows.reading.loader import OWN_PLACEHOLDERS, LessonDraft, LessonSet
from flows.reading.uses import saved_names
from flows.rules.places import located
from flows.session import ADDRESSES
from flows.yaml.strictyaml import Mapping as Page
from flows.yaml.strictyaml import Scalar, Sequence, YamlNode

LONGEST_NAME = 30  # characters: what the first hello accepts as a name to be called by
LONGEST_ANSWER = 200  # characters of a free answer that are kept (flows.kinds.MAX_ANSWER)

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

StepPath = tuple[str | int, ...]


class LintFinding(NamedTuple):
    """One thing that a rule has found."""

    place: SourcePosition
    message: str
    hint: str = ""


class StepText(NamedTuple):
    """One text of a step: `field` leads to it in the file, `role` how she meets it (a value: in other texts)."""

    step: Step
    field: StepPath
    text: str
    role: Literal["said", "label", "item", "value", "voice"]


class Edge(NamedTuple):
    """One way on from a step: `to` is a step id, None below the last step. `waits`: she has answered before it."""

    to: str | None
    field: StepPath
    waits: bool
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LintRule:
    """`paths` rules make sense only where every step could be read."""

    code: str
    about: str
    find: Callable[[Script], Iterator[LintFinding]]
    paths: bool

    def problems(self, script: Script) -> Iterator[Problem]:
        if not self.paths or script.whole:
            for found in self.find(script):
                yield Problem(self.code, found.place, found.message, found.hint)


Find = Callable[["Script"], Iterator[LintFinding]]


class Rulebook(list[LintRule]):
    """The rules of one module, in the order they are written."""

    def add(self, code: str, about: str, *, paths: bool = False) -> Callable[[Find], Find]:
        """Enter a function as a rule; `about` is the one line that the list of rules shows."""

        def enter(find: Find) -> Find:
            self.append(LintRule(code, about, find, paths))
            return find

        return enter


class Script:
    """One lesson under the rules: its steps, its places in the file, its ways, the shelf it stands on."""

    longest_label = 20  # characters that a button shows whole on the narrowest phones with large letters

    def __init__(self, draft: LessonDraft, library: LessonSet) -> None:
        assert draft.lesson is not None
        assert draft.page is not None
        self.lesson: Lesson = draft.lesson
        self.library = library
        self.whole = draft.whole
        self._page: Page = draft.page

    def at(self, step: Step, *field: str | int) -> SourcePosition:
        """The place of a field of a step; of as much of the way to it as there is."""
        node: YamlNode | None = self._nodes.get(step.id)
        return step.place if node is None else _walk(node, field)

    def header(self, *field: str | int) -> SourcePosition:
        return _walk(self._page, field)

    def within(self, step: Step, field: StepPath, col: int) -> SourcePosition:
        """The place of character `col` (from 1) of a text."""
        node = self._nodes.get(step.id)
        found = _node(node, field) if node else None
        place = self.at(step, *field)
        if not isinstance(found, Scalar) or place != found.place:
            return place
        return located(self._lines, found, col - 1)

    def wrote(self, *field: str | int) -> bool:
        """Whether the author has written this field of the head, rather than left it to its default."""
        return _node(self._page, field) is not None

    @cached_property
    def _lines(self) -> list[str]:
        return self.lesson.source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")

    @property
    def media(self) -> Mapping[str, int] | None:
        """The files beside the lesson and their bytes; None where nobody has looked."""
        known = self.library.media
        return None if known is None else known.get(str(PurePath(self.lesson.place.path).parent), {})

    @cached_property
    def _nodes(self) -> Mapping[str, YamlNode]:
        steps = self._page.get("steps")
        nodes: dict[str, YamlNode] = {}
        for node in steps.items if isinstance(steps, Sequence) else ():
            if isinstance(node, Page) and node.entries:
                step_id = node.get(kind_of(node))
                if isinstance(step_id, Scalar):
                    nodes.setdefault(step_id.text.strip(), node)
        return nodes

    # --- words ---

    @cached_property
    def texts(self) -> tuple[StepText, ...]:
        """Every text that she can meet, and every value that may hold placeholders."""
        return tuple(text for step in self.lesson.steps for text in _texts(step) if text.text)

    @cached_property
    def spoken(self) -> tuple[StepText, ...]:
        """What the tutor says: no labels, no values."""
        return tuple(text for text in self.texts if text.role in ("said", "item"))

    @cached_property
    def quizzes(self) -> tuple[Quiz, ...]:
        return tuple(step for step in self.lesson.steps if isinstance(step, Quiz))

    @cached_property
    def variables(self) -> frozenset[str]:
        """What the lesson saves."""
        return frozenset(name for step in self.lesson.steps for name in saved_names(step))

    @cached_property
    def private(self) -> frozenset[str]:
        return frozenset(step.save for step in self.lesson.steps if isinstance(step, Ask) and step.private)

    @cached_property
    def longest(self) -> Mapping[str, str]:
        """Every placeholder with the longest text it can stand for."""
        facts = dict(self.library.facts)
        known = {name: "x" * size for name, size in _longest_values(self.lesson).items()} | facts
        return known | dict.fromkeys(OWN_PLACEHOLDERS - {"ten"}, _LONGEST_ADDRESS) | {"ten": "x" * LONGEST_NAME}

    def at_longest(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda found: self.longest.get(found[1], found[0]), text)

    def as_read(self, text: str) -> str:
        """As most learners read it: chị/em, facts filled in, a short name."""
        facts = self.library.facts
        return PLACEHOLDER.sub(lambda found: facts.get(found[1], "Lan"), text)

    # --- ways ---

    @cached_property
    def edges(self) -> Mapping[str, tuple[Edge, ...]]:
        """The ways on from every step, those to missing steps included."""
        below = {step.id: self._below(at) for at, step in enumerate(self.lesson.steps)}
        return {step.id: tuple(_edges(step, below[step.id])) for step in self.lesson.steps}

    def _below(self, at: int) -> str | None:
        return self.lesson.steps[at + 1].id if at + 1 < len(self.lesson.steps) else None

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """Where a pass can come in: the first step, and where the guards lead."""
        guards = (guard.go for guard in self.lesson.guards if guard.go in self.lesson.index)
        return (self.lesson.steps[0].id, *guards)

    def reach(self, starts: tuple[str, ...]) -> frozenset[str]:
        """All steps that can come after `starts`, themselves included."""
        seen: set[str] = set()
        todo = [start for start in starts if start in self.lesson.index]
        while todo:
            step_id = todo.pop()
            if step_id not in seen:
                seen.add(step_id)
                todo.extend(edge.to for edge in self.edges[step_id] if edge.to in self.lesson.index and edge.to)
        return frozenset(seen)

    @cached_property
    def reachable(self) -> frozenset[str]:
        return self.reach(self.entries)


_LONGEST_ADDRESS = max((word for pair in ADDRESSES.values() for word in pair), key=len)


_ANSWERS = {"number": 12, "date": 10, "phone_vn": 12, "photo": 2, "voice": 2}  # characters that are kept
LONGEST_OUTCOME = len("completed")


def _longest_values(lesson: Lesson) -> dict[str, int]:
    """Variable → characters of the longest value that a step may give it."""
    longest = dict.fromkeys((name for step in lesson.steps for name in saved_names(step)), 0)

    def may_be(name: str, size: int) -> None:
        longest[name] = max(longest.get(name, 0), size)

    for step in lesson.steps:
        match step:
            case Ask(type=kind, save=save):
                may_be(save, _ANSWERS.get(kind, LONGEST_ANSWER))
            case Choose(options=options, save=save):
                for option in options:
                    may_be(save or "", len(option.id))
                    for name, value in option.sets.items():
                        may_be(name, len(value) if "{" not in value else LONGEST_ANSWER)
            case Set(values=values):
                for name, value in values.items():
                    may_be(name, len(value) if "{" not in value else LONGEST_ANSWER)
            case Call(save=save):
                may_be(save or "", LONGEST_OUTCOME)
    return longest


def _node(node: YamlNode | None, field: StepPath) -> YamlNode | None:
    for part in field:
        if isinstance(part, str):
            node = node.get(part) if isinstance(node, Page) else None
        else:
            node = node.items[part] if isinstance(node, Sequence) and part < len(node.items) else None
    return node


def _walk(node: YamlNode, field: StepPath) -> SourcePosition:
    found = next((found for end in range(len(field), 0, -1) if (found := _node(node, field[:end]))), node)
    return found.place


def _texts(step: Step) -> Iterator[StepText]:
    yield StepText(step, ("text",), step.text, "said")
    match step:
        case Say(more=more, wait_tap=wait_tap):
            yield from (StepText(step, ("more", at), text, "said") for at, text in enumerate(more))
            yield StepText(step, ("wait_tap",), wait_tap or "", "label")
        case Choose(options=options) | Quiz(options=options):
            for at, option in enumerate(options):
                yield StepText(step, ("options", at, "text"), option.text, "label")
                yield StepText(step, ("options", at, "say"), option.say, "said")
    match step:
        case Quiz(hints=hints, say=say):
            yield StepText(step, ("say",), say, "said")
            yield from (StepText(step, ("hints", at), text, "said") for at, text in enumerate(hints))
        case Choose(options=options):
            for at, option in enumerate(options):
                yield from (
                    StepText(step, ("options", at, "set", key), value, "value") for key, value in option.sets.items()
                )
        case Set(values=values):
            yield from (StepText(step, ("values", key), value, "value") for key, value in values.items())
        case Ask(retry_text=retry_text):
            yield StepText(step, ("retry_text",), retry_text, "said")
        case Task():
            yield from _task_texts(step)
        case Help(offer=offer):
            yield StepText(step, ("offer",), offer, "said")
        case Review(empty=empty):
            yield StepText(step, ("empty",), empty, "said")
        case Award(badge=badge):
            yield StepText(step, ("badge",), badge, "item")
        case Call(values=values):
            yield from (StepText(step, ("with", key), value, "value") for key, value in values.items())
    for key, picture in (("image", step.image), ("video", step.video)):
        if picture is not None:
            yield StepText(step, (key, "alt"), picture.alt, "item")
    if step.voice is not None:
        yield StepText(step, ("voice", "spoken"), step.voice.spoken, "voice")


def _task_texts(step: Task) -> Iterator[StepText]:
    yield from (StepText(step, ("steps", at), text, "item") for at, text in enumerate(step.steps))
    yield StepText(step, ("done",), step.done, "label")
    yield StepText(step, ("later", "text"), step.later.text, "said")
    yield StepText(step, ("stuck", "label"), step.stuck.label, "label")
    yield from (StepText(step, ("stuck", "hints", at), text, "said") for at, text in enumerate(step.stuck.hints))


def _edges(step: Step, below: str | None) -> Iterator[Edge]:
    """As `flows.engine.kinds` walks. A step whose `when` is false lets her pass to the one below."""
    on, field = (step.next, ("next",)) if step.next else (below, ())
    if step.when is not None:
        yield Edge(below, (), waits=False)
    match step:
        case Say(wait_tap=wait_tap):
            yield Edge(on, field, waits=wait_tap is not None)
        case Set(values=values):
            yield Edge(on, field, waits=False, sets=tuple(values))
        case Choose(options=()) | Quiz(type="one" | "true_false", options=()):
            yield Edge(on, field, waits=True)  # they are missing, and that is told
        case Choose(options=options, save=save):
            for at, option in enumerate(options):
                to, way = (option.next, ("options", at, "next")) if option.next else (on, field)
                yield Edge(to, way, waits=True, sets=(*([save] if save else []), *option.sets))
        case Quiz():
            yield from _quiz_edges(step, on, field)
        case Ask(save=save):
            yield Edge(on, field, waits=True, sets=(save,))
        case Task(verify=verify, stuck=stuck):
            yield Edge(verify, ("verify",), waits=True) if verify else Edge(on, field, waits=True)
            if stuck.go:
                yield Edge(stuck.go, ("stuck", "go"), waits=True)
        case Branch(cases=cases, otherwise=otherwise, split=split):
            yield from (Edge(case.go, ("cases", at, "go"), waits=False) for at, case in enumerate(cases))
            yield from (Edge(to, ("split", to), waits=False) for to in split)
            if not split:  # a missing else is told, and taken for the step below
                yield Edge(otherwise or below, ("else",), waits=False)
        case Call(returns=returns, save=save):
            if returns:
                yield Edge(on, field, waits=False, sets=(save,) if save else ())
        case Wait():
            yield Edge(on, field, waits=step.skip_if is None)
        case Help(fallback=fallback):
            yield Edge(on, field, waits=True)
            if fallback:
                yield Edge(fallback, ("fallback",), waits=True)
        case Pair(on_none=on_none):
            yield Edge(on, field, waits=False)
            if on_none:
                yield Edge(on_none, ("on_none",), waits=False)
        case Review() | Award():
            yield Edge(on, field, waits=False)
        case End():
            pass


def _quiz_edges(step: Quiz, on: str | None, field: StepPath) -> Iterator[Edge]:
    tapped = step.type in ("one", "true_false")
    for at, option in enumerate(step.options if tapped else ()):
        if option.next:
            yield Edge(option.next, ("options", at, "next"), waits=True)
        elif option.right:
            yield Edge(on, field, waits=True)
    if not tapped:
        yield Edge(on, field, waits=True)
    if step.out_of_tries:
        yield Edge(step.out_of_tries, ("out_of_tries",), waits=True)
    elif tapped and step.tries:
        yield Edge(on, field, waits=True)
