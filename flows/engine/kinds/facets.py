"""What a step kind tells of a step: its texts, edges, conditions, values, ways and messages, each as one small noun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from flows.model import Step

StepPath = tuple[str | int, ...]
"""From a step to one of its fields in the file."""

PHRASE = 60  # characters of a sentence of the tutor's own that stands before or after a text
LONGEST_ANSWER = 200  # characters of a free answer that are kept


class StepText(NamedTuple):
    """One text of a step: `field` leads to it in the file, `role` how the learner meets it (a value: in other texts).

    `after`: variables that this step has set before it is said.
    """

    step: Step
    field: StepPath
    text: str
    role: Literal["said", "label", "item", "value", "voice"]
    after: tuple[str, ...] = ()


class Edge(NamedTuple):
    """One way on from a step: `to` is a step id, None below the last step. `waits`: an answer comes before it."""

    to: str | None
    field: StepPath
    waits: bool
    sets: tuple[str, ...] = ()


class WayOn(NamedTuple):
    """Where a step leads that names nothing else: its `next`, else the step below; `below` in any case."""

    to: str | None
    field: StepPath
    below: str | None

    def edge(self, *, waits: bool, sets: tuple[str, ...] = ()) -> Edge:
        """The way as an edge; `sets` are the variables the step has written before it."""
        return Edge(self.to, self.field, waits, sets)


class OwnCondition(NamedTuple):
    """A condition of a step beside `when`; `of_answer`: it looks at the answer just given (`value`)."""

    field: StepPath
    text: str
    of_answer: bool = False

    @property
    def name(self) -> str:
        """The key that the condition is written under."""
        return str(self.field[-1])


class SavedValue(NamedTuple):
    """What a step may write: `value` as it is in the file, None where it is not known there; at most `longest`
    characters of it.
    """

    name: str
    value: str | None
    longest: int


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """One thing that can happen at a step; `name` tells its options and cases apart.

    `kind` is option, or what else: right, wrong, out_of_tries, done, stuck, later, case, else, skipped (its `when` was
    false), next, yes, no, due (its time came).
    """

    step: str
    kind: str
    name: str = ""


class MessageOnChannel(NamedTuple):
    """What leaves as one message: a text, the choices below it, whether a picture goes with it."""

    field: StepPath
    text: str
    choices: tuple[str, ...] = ()
    pictured: bool = False


class StepFile(NamedTuple):
    """A file that a step shows or plays: `field` leads to its name in the step, `kind` is image, scene (a drawn image),
    video or voice.
    """

    step: Step
    field: StepPath
    file: str
    kind: str


class KindLook(NamedTuple):
    """How a kind is drawn: its word, the path of its sign (24 by 24), Mermaid's opening bracket, the corner's radius.

    `double` draws a second frame.
    """

    word: str
    sign: str
    shape: str
    corner: int = 8
    double: bool = False


def saved_as_written(values: Mapping[str, str]) -> tuple[SavedValue, ...]:
    """The values of a file as a step saves them; one with a placeholder is not known before."""
    return tuple(
        SavedValue(name, value, LONGEST_ANSWER if "{" in value else len(value)) for name, value in values.items()
    )
