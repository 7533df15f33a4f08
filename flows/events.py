"""What the engine is told (signals) and what it says happened (events, facts in the past tense)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random


@dataclass(frozen=True, slots=True)
class Universe:
    """Everything the core may know of the world: the instant (aware), fresh ids, chance."""

    now: datetime
    new_id: Callable[[], str]
    rng: Random


# --- signals -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """She wrote something."""

    text: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """She tapped option `option` of the prompt numbered `seq`."""

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


Signal = Typed | Tapped | Sent | Due | Reoffered


# --- events ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a prompt: `id` is stable, `label` is rendered for her."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Said:
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt numbered `seq` that now waits for an answer; no choices: she types."""

    step: str
    seq: int
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """Her words as they may be stored: secrets are masked."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerGraded:
    """`answer` is an option id or the masked text; `tries` counts from 1; `points` earned by it."""

    step: str
    answer: str
    right: bool
    tries: int
    points: int
    skill: str | None


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
    step: str
    remind_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckpointPassed:
    step: str


@dataclass(frozen=True, slots=True)
class SecretMasked:
    """She typed something that could rob her; kinds are citizen_id, otp, card, password."""

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
    pass


@dataclass(frozen=True, slots=True)
class EmergencySuspected:
    """Words that may mean she was robbed, and that mean nothing else here: ask her."""


@dataclass(frozen=True, slots=True)
class HelpRequested:
    """She wants a person: where she stands, never what she answered."""

    lesson: str
    version: int
    step: str
    tries: int


@dataclass(frozen=True, slots=True)
class RunStarted:
    run_id: str
    lesson: str
    version: int


@dataclass(frozen=True, slots=True)
class RunEnded:
    run_id: str
    lesson: str
    version: int
    outcome: str
    points: int
    passed: bool
    then: str | None


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The lesson's author made a mistake the linter could not see; the learner keeps her place."""

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
    | EmergencySuspected
    | HelpRequested
    | RunStarted
    | RunEnded
    | RunFailed
)
