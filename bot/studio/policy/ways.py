"""What can be said at a step instead of tapping, and where in its file another way of saying it is written. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.studio.policy.adding import with_item, without_item
from bot.studio.policy.fields import steps_in
from bot.studio.policy.splicing import YamlPath, value_at
from flows.engine.kinds.table import kind_of
from flows.model import Step
from flows.reading.loader import LessonDraft
from flows.saying import say
from flows.words.understand import Words, fold
from flows.yaml.strictyaml import Mapping as Table

_BUTTONS = {
    "next": (("ways",), ("wait_tap",), ""), "done": (("ways",), ("done",), say("Xong rồi")),
    "stuck": (("stuck", "ways"), ("stuck", "label"), say("Chưa thấy")),
}  # fmt: skip
"""Choice that is no option → where its ways stand, where its label, what it is called without one ("": no button)."""


@dataclass(frozen=True, slots=True)
class SpokenChoice:
    """One choice of a step: `label` is its button, `path` where its `ways` stand (or would) in the file."""

    id: str
    label: str
    ways: tuple[str, ...]
    path: YamlPath


def choices_at(draft: LessonDraft, step_id: str) -> tuple[SpokenChoice, ...]:
    """The choices of a step that can be said in further ways; none of one that has none, or is not there."""
    lesson, page = draft.lesson, draft.page
    step = lesson.steps[lesson.index[step_id]] if lesson and step_id in lesson.index else None
    if step is None or page is None:
        return ()
    at, node = dict(steps_in(page)).get(step_id, (-1, page))
    return tuple(_choices(step, at, node)) if at >= 0 else ()


def with_way(text: str, choice: SpokenChoice, said: str) -> str | None:
    """The lesson with one more way of saying a choice; None where it cannot be written."""
    return with_item(text, choice.path, said)


def without_way(text: str, choice: SpokenChoice, said: str) -> str | None:
    """The lesson without one of the ways of saying a choice; None where that is none, or cannot be left out."""
    return without_item(text, (*choice.path, choice.ways.index(said))) if said in choice.ways else None


def taken_by(choices: Collection[SpokenChoice], words: Words, said: str) -> tuple[SpokenChoice, str] | None:
    """Whose way of saying it is already, and that way as it is written in the lesson; "" where it is the button's own
    label or usual for such a button. None: nobody's."""
    wanted = fold(words, said)
    for choice in choices:
        if found := next((way for way in choice.ways if fold(words, way) == wanted), ""):
            return choice, found
        if any(fold(words, way) == wanted for way in (choice.label, *words.answers.get(choice.id, ()))):
            return choice, ""
    return None


def _choices(step: Step, at: int, node: Table) -> Iterator[SpokenChoice]:
    ways = kind_of(step).spoken_ways(step)
    for number, option in enumerate(kind_of(step).options(step)):
        if value_at(node, ("options", number, "id")) == option.id:
            path = ("steps", at, "options", number, "ways")
            yield SpokenChoice(option.id, option.text, ways.get(option.id, ()), path)
    for choice in _BUTTONS.keys() & ways.keys():
        field, named, usual = _BUTTONS[choice]
        label = value_at(node, named) or usual
        if label and (len(field) == 1 or isinstance(node.get(field[0]), Table)):
            yield SpokenChoice(choice, label, ways[choice], ("steps", at, *field))
