"""What the engine is told (signals) and what it says happened (events, facts in the past tense)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Literal, NamedTuple

from flows.files import LessonFile


@dataclass(frozen=True)
class Universe:
    """Everything the core may know of the world: the instant (aware), fresh ids, chance (the same `seed`, the same
    dice)."""

    now: datetime
    new_id: Callable[[], str]
    seed: int | str

    @cached_property
    def rng(self) -> Random:
        """The dice; few updates throw any, and they cost more than all else here."""
        return Random(self.seed)


# --- signals -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """The learner wrote something."""

    text: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """The learner tapped option `option` of the prompt numbered `seq`."""

    seq: int
    option: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that is not words came: kind is sticker, photo, voice, file, place, contact or other."""

    kind: str


@dataclass(frozen=True, slots=True)
class Due:
    """The wait `wait_id` has reached its time."""

    wait_id: str


@dataclass(frozen=True, slots=True)
class Reoffered:
    """Show the present prompt again (after a break, a lost tap, a stale button)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Met:
    """The person that the step waits for has come."""


Signal = Typed | Tapped | Sent | Due | Reoffered | Met


# --- events ------------------------------------------------------------------------------------------
# Those that nearly every answer brings are tuples: a frozen dataclass sets its fields one by one, which costs twice.


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What is shown or played with a text: `file` where it is kept, None where there are only words for it.

    `words` are what is on a picture, or what a recording says; `told` is the sentence that stands for a picture where
    it cannot be shown ("" of a recording: the text says it). `repeats`: it says what the text says, and is left out
    where every message counts.
    """

    kind: Literal["image", "voice", "video"]
    file: LessonFile | None
    words: str = ""
    told: str = ""
    repeats: bool = False


class Choice(NamedTuple):
    """One button of a prompt: `id` is stable, `label` is rendered for the learner; `voice` reads it out, `spot` is
    where it lies on the picture.
    """

    id: str
    label: str
    voice: Exhibit | None = None
    spot: tuple[int, ...] = ()


class Said(NamedTuple):
    step: str
    text: str
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def in_words(self) -> str:
        """All of it for whoever has nothing but words."""
        return told(self.text, self.exhibits)


class Asked(NamedTuple):
    """A prompt numbered `seq` that now waits for an answer; no choices: it is typed."""

    step: str
    seq: int
    text: str
    choices: tuple[Choice, ...]
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def in_words(self) -> str:
        """All of it for whoever has nothing but words."""
        return told(self.text, self.exhibits)


def told(text: str, exhibits: Iterable[Exhibit]) -> str:
    """A text with the sentences that stand for what is not shown, each on a line of its own."""
    return "\n".join(filter(None, (text, *(each.told for each in exhibits))))


@dataclass(frozen=True, slots=True)
class Heard:
    """The learner's words as they may be stored: secrets are masked."""

    text: str


class AnswerGraded(NamedTuple):
    """`answer` is an option id or the masked text; `tries` counts from 1; `points` earned by it.

    `lesson` and `version` are those whose words she was shown; a review asks a question of another lesson, which may
    ask it again after `review_after_s` (seconds of each pause; empty: never).
    """

    lesson: str
    version: int
    step: str
    answer: str
    right: bool
    tries: int
    points: int
    skill: str | None
    review_after_s: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueSaved:
    step: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TaskDone:
    step: str


@dataclass(frozen=True, slots=True)
class TaskStuck:
    step: str
    times: int


@dataclass(frozen=True, slots=True)
class TaskPostponed:
    """The learner puts it off; the sentence that answers this has been said before."""

    step: str
    remind_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckpointPassed:
    step: str


@dataclass(frozen=True, slots=True)
class SecretMasked:
    """The learner typed something that a thief could use; `kinds` as `flows.words.masking` names them."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    step: str
    times: int


@dataclass(frozen=True, slots=True)
class TapIgnored:
    """A tap that changes nothing: `repeated` on the button just used, `stale` on an older prompt."""

    why: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A global word that the shell answers: menu, stop, help, show_data, delete_data …"""

    command: str


@dataclass(frozen=True, slots=True)
class EmergencyRaised:
    """A cry. `kind`: nothing (a robbery), die (a wish to die) or hurt (hurt by somebody)."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class EmergencyRepeated:
    """A cry in the lesson that a cry opens: the learner is there already, people may be called anew."""


@dataclass(frozen=True, slots=True)
class EmergencySuspected:
    """Words that may mean a robbery, and that mean nothing else here: ask the learner. `kind` now: it is going on."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Digressed:
    """Words that answer nothing here and are no mere slip: a question, a wish for a human, small talk."""

    text: str


@dataclass(frozen=True, slots=True)
class HelpRequested:
    """The learner wants a person: told is the step, never an answer. `sla_s`: within how many seconds (0: unsaid)."""

    lesson: str
    version: int
    step: str
    tries: int
    need: str = "learning"
    topic: str = ""
    sla_s: int = 0


@dataclass(frozen=True, slots=True)
class PairingWished:
    """The learner would like a 1+1 partner."""

    lesson: str
    version: int
    step: str
    role: str
    match: tuple[str, ...]
    prefer_previous: bool
    accept_in_s: int


@dataclass(frozen=True, slots=True)
class CheckinPlanned:
    """At this instant the learner is to be asked whether what the task was about worked."""

    lesson: str
    version: int
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Awarded:
    """`kind` is badge or certificate; a certificate is of this version and these points for good."""

    kind: str
    name: str
    lesson: str
    version: int
    points: int


@dataclass(frozen=True, slots=True)
class Called:
    """A lesson began inside the lesson `by`."""

    lesson: str
    version: int
    by: str


@dataclass(frozen=True, slots=True)
class LessonReturned:
    """A called lesson is over, the lesson `to` goes on."""

    lesson: str
    outcome: str
    to: str


@dataclass(frozen=True, slots=True)
class Moved:
    """An edited lesson took the learner along; `how` is same, was, decided, checkpoint, start or crossed."""

    lesson: str
    from_version: int
    to_version: int
    from_step: str
    to_step: str
    how: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    run_id: str
    lesson: str
    version: int


@dataclass(frozen=True, slots=True)
class RunEnded:
    """`rate`: how many stars are to be asked for (0: none); `handed_over_to`: the lesson that goes on at once."""

    run_id: str
    lesson: str
    version: int
    outcome: str
    points: int
    passed: bool
    then: str | None
    rate: int = 0
    handed_over_to: str = ""


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The lesson's editor made a mistake the linter could not see; the learner keeps the place."""

    run_id: str
    code: str
    reason: str


Event = (
    Said
    | Asked
    | Heard
    | AnswerGraded
    | ValueSaved
    | TaskDone
    | TaskStuck
    | TaskPostponed
    | CheckpointPassed
    | SecretMasked
    | NotUnderstood
    | TapIgnored
    | Commanded
    | EmergencyRaised
    | EmergencyRepeated
    | EmergencySuspected
    | Digressed
    | HelpRequested
    | PairingWished
    | CheckinPlanned
    | Awarded
    | Called
    | LessonReturned
    | Moved
    | RunStarted
    | RunEnded
    | RunFailed
)
