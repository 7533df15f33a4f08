"""What a rule is, and what it may know of a lesson. The rules stand in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from flows.engine.kinds.facets import Edge, StepPath, StepText
from flows.engine.kinds.table import edges_of, kind_of, texts_of
from flows.files import FoundFile
from flows.model import Lesson, Problem, Quiz, SourcePosition, Step
from flows.reading.braces import PLACEHOLDER
from flows.reading.forms import kind_named
from flows.reading.loader import OWN_PLACEHOLDERS, LessonDraft, LessonSet
from flows.reading.translation import FieldText, said
from flows.rules.places import located
from flows.run import ADDRESSES
from flows.yaml.strictyaml import Mapping as Page
from flows.yaml.strictyaml import Scalar, Sequence, YamlNode

LONGEST_NAME = 30  # characters: what the first hello accepts as a name to be called by


class LintFinding(NamedTuple):
    """One thing that a rule has found."""

    place: SourcePosition
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class LintRule:
    """`paths` rules make sense only where every step could be read."""

    code: str
    about: str
    find: Callable[[Script], Iterator[LintFinding]]
    paths: bool

    def problems(self, script: Script) -> Iterator[Problem]:
        """What the rule finds in a lesson, under its code; no rule about ways unless every step could be read."""
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
        """The place of a field of the lesson's head; of as much of the way to it as there is."""
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
    def media(self) -> Mapping[str, FoundFile] | None:
        """The files beside the lesson; None where nobody has looked."""
        known = self.library.media
        return None if known is None else known.get(str(PurePath(self.lesson.place.path).parent), {})

    @cached_property
    def _nodes(self) -> Mapping[str, YamlNode]:
        steps = self._page.get("steps")
        nodes: dict[str, YamlNode] = {}
        for node in steps.items if isinstance(steps, Sequence) else ():
            if isinstance(node, Page) and node.entries:
                step_id = node.get(kind_named(node))
                if isinstance(step_id, Scalar):
                    nodes.setdefault(step_id.text.strip(), node)
        return nodes

    # --- words ---

    @cached_property
    def texts(self) -> tuple[StepText, ...]:
        """Every text that a learner can meet, and every value that may hold placeholders."""
        return tuple(text for step in self.lesson.steps for text in texts_of(step) if text.text)

    @cached_property
    def translatable(self) -> Mapping[str, FieldText]:
        """Every text that is put into other languages, by the key of its entry."""
        return {each.key: each for each in said(self.lesson)}

    @cached_property
    def base(self) -> Mapping[str, str]:
        """The same as they are written in the lesson."""
        return {key: each.text for key, each in self.translatable.items()}

    @cached_property
    def spoken(self) -> tuple[StepText, ...]:
        """What the tutor says: no labels, no values."""
        return tuple(text for text in self.texts if text.role in ("said", "item"))

    @cached_property
    def quizzes(self) -> tuple[Quiz, ...]:
        """The quizzes of the lesson in the order of the file."""
        return tuple(self.lesson.of(Quiz))

    @cached_property
    def variables(self) -> frozenset[str]:
        """What the lesson saves."""
        return frozenset(name for step in self.lesson.steps for name in kind_of(step).saves(step))

    @cached_property
    def private(self) -> frozenset[str]:
        """The variables that hold private answers: they may be shown nowhere."""
        private = (step for step in self.lesson.steps if kind_of(step).is_private(step))
        return frozenset(name for step in private for name in kind_of(step).saves(step))

    @cached_property
    def longest(self) -> Mapping[str, str]:
        """Every placeholder with the longest text it can stand for."""
        facts = dict(self.library.facts)
        known = {name: "x" * size for name, size in _longest_values(self.lesson).items()} | facts
        return known | dict.fromkeys(OWN_PLACEHOLDERS - {"ten"}, _LONGEST_ADDRESS) | {"ten": "x" * LONGEST_NAME}

    def at_longest(self, text: str) -> str:
        """A text with every placeholder at its longest, unknown ones left as they are."""
        return PLACEHOLDER.sub(lambda found: self.longest.get(found[1], found[0]), text)

    def as_read(self, text: str) -> str:
        """The text as most learners read it: chị/em, facts filled in, a short name."""
        facts = self.library.facts
        return PLACEHOLDER.sub(lambda found: facts.get(found[1], "Lan"), text)

    # --- ways ---

    @cached_property
    def edges(self) -> Mapping[str, tuple[Edge, ...]]:
        """The ways on from every step, those to missing steps included."""
        return {step.id: tuple(edges_of(self.lesson, step)) for step in self.lesson.steps}

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
        """The ids of the steps that a pass can come to at all."""
        return self.reach(self.entries)


_LONGEST_ADDRESS = max((word for pair in ADDRESSES.values() for word in pair), key=len)


def _longest_values(lesson: Lesson) -> dict[str, int]:
    """Variable → characters of the longest value that a step may give it."""
    longest: dict[str, int] = {}
    for step in lesson.steps:
        longest |= {name: longest.get(name, 0) for name in kind_of(step).saves(step)}
        for saved in kind_of(step).values(step):
            longest[saved.name] = max(longest.get(saved.name, 0), saved.longest)
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
