"""The nouns of a lesson: what a teacher wrote, checked, typed and immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    path: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.col}"


Severity = Literal["error", "warning", "info"]


_SEVERITY: Mapping[str, Severity] = {"W": "warning", "I": "info"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file, told in one sentence with what to do about it."""

    code: str
    place: Place
    message: str
    hint: str = ""

    @property
    def severity(self) -> Severity:
        return _SEVERITY.get(self.code[:1], "error")

    def __str__(self) -> str:
        return f"{self.place}: {self.code} {self.message}" + (f" ({self.hint})" if self.hint else "")


class LessonInvalid(Exception):
    """A lesson cannot be used: the list of problems says where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be tapped. `say` is the feedback, `next` overrides the step's own."""

    id: str
    text: str
    place: Place
    icon: str = ""
    right: bool = False
    say: str = ""
    next: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every step kind has. `next` is None for "the step below"; `when` is a condition to run the step at all."""

    id: str
    place: Place
    text: str = ""
    next: str | None = None
    checkpoint: bool = False
    when: str | None = None
    was: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Common):
    """Tell something. `more` are further bubbles; `wait_tap` is the label of a Continue button."""

    more: tuple[str, ...] = ()
    wait_tap: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Common):
    """A menu without right or wrong; `save` names the variable that takes the option's id."""

    options: tuple[Option, ...] = ()
    save: str | None = None


QuizType = Literal["one", "many", "true_false", "order", "number", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz(Common):
    """A checked answer. `tries` is how many answers may be given before `out_of_tries` (0: no end)."""

    type: QuizType = "one"
    options: tuple[Option, ...] = ()
    accept: tuple[str, ...] = ()
    say: str = ""
    tries: int = 3
    hints: tuple[str, ...] = ()
    out_of_tries: str | None = None
    points: int = 1
    skill: str | None = None


AskType = Literal["text", "number", "date", "phone_vn", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Common):
    """Free input into the variable `save`; `private` answers are used in this session only and never stored."""

    type: AskType = "text"
    save: str = ""
    check: str | None = None
    retry_text: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """How a postponed task is remembered: after `remind_s` seconds, at most `times` times."""

    remind_s: int = 86_400
    times: int = 2
    text: str = ""


@dataclass(frozen=True, slots=True)
class Stuck:
    """The hint ladder of a task, and where the really stuck go (None: to a person); `label` is its button."""

    hints: tuple[str, ...] = ()
    go: str | None = None
    after_tries: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Common):
    """Do it on your own phone, then tap Done; Stuck and Later are always there too."""

    steps: tuple[str, ...] = ()
    done: str = ""
    later: Later = Later()
    stuck: Stuck = Stuck()
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    when: str
    go: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Common):
    """Decide where to go on; the first true case wins."""

    cases: tuple[Case, ...] = ()
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Common):
    """Remember values."""

    values: Mapping[str, str] = field(default_factory=dict)


Outcome = Literal["completed", "stopped", "referred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Common):
    """Finish; `then` names the lesson to offer next."""

    outcome: Outcome = "completed"
    then: str | None = None


Step = Say | Choose | Quiz | Ask | Task | Branch | Set | End


@dataclass(frozen=True, slots=True)
class Guard:
    """Words that lead out of whatever is going on (lesson-wide), to the step `go`."""

    words: tuple[str, ...]
    go: str
    severity: str = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One script. `source` is its text as written; the hashes say what an edit changed (32 hex digits)."""

    id: str
    title: str
    steps: tuple[Step, ...]
    place: Place
    track: str = ""
    order: int = 0
    minutes: int = 5
    langs: tuple[str, ...] = ("vi",)
    owner: str = ""
    reviewed_on: str = ""
    prerequisites: tuple[str, ...] = ()
    pass_points: int = 0
    review_after_s: tuple[int, ...] = ()
    guards: tuple[Guard, ...] = ()
    sources: tuple[str, ...] = ()
    emergency: bool = False
    source: str = ""
    graph_hash: str = ""
    text_hash: str = ""
    index: Mapping[str, int] = field(default_factory=dict)

    def step(self, step_id: str) -> Step | None:
        at = self.index.get(step_id)
        return None if at is None else self.steps[at]
