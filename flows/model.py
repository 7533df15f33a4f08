"""The nouns of a lesson: what a teacher wrote, checked, typed and immutable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeVar

from flows.files import LessonFile


@dataclass(frozen=True, slots=True)
class SourcePosition:
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
    place: SourcePosition
    message: str
    hint: str = ""

    @property
    def severity(self) -> Severity:
        """From the first letter of the code: W warning, I info, anything else error."""
        return _SEVERITY.get(self.code[:1], "error")

    def __str__(self) -> str:
        return f"{self.place}: {self.code} {self.message}" + (f" ({self.hint})" if self.hint else "")


class LessonInvalid(Exception):
    """A lesson cannot be used: the list of problems says where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


SAID = MappingProxyType({"words": "said"})
"""Marks a field of words that a learner reads or hears: its edit is no edit of the graph, and it is translated."""

UNSAID = MappingProxyType({"words": "unsaid"})
"""Marks a field of words that are nobody's sentence (a file, a mark for authors): no graph either, never translated."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording of a text; `spoken` is what it says where that is not the text itself (it cannot say nine forms)."""

    file: str = field(metadata=UNSAID)
    spoken: str = field(default="", metadata=SAID)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image or a video; `alt` says in words what is on it.

    Either `src`, a file beside the lesson, or `scene`, a drawn screen with a red ring round its element `ring` ("": no
    ring).
    """

    src: str = field(default="", metadata=UNSAID)
    alt: str = field(default="", metadata=SAID)
    scene: str = field(default="", metadata=UNSAID)
    ring: str = field(default="", metadata=UNSAID)

    @property
    def file(self) -> str:
        """The name among the files of the lesson; no editor calls a file of her own so."""
        return f"{self.scene}@{self.ring}.png" if self.scene else self.src


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be tapped or typed in `ways`. `say` is the feedback, `next` overrides the step's own.

    `spot`: where on the step's picture it can be tapped, as left, top, width and height in per cent, or the element of
    its scene; empty: a button.
    """

    id: str
    text: str = field(metadata=SAID)
    place: SourcePosition
    icon: str = field(default="", metadata=UNSAID)
    right: bool = False
    say: str = field(default="", metadata=SAID)
    next: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)
    voice: Voice | None = field(default=None, metadata=SAID)
    ways: tuple[str, ...] = field(default=(), metadata=UNSAID)
    spot: tuple[int, ...] | str = field(default=(), metadata=UNSAID)
    src: tuple[str, ...] | None = field(default=None, metadata=UNSAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step of any kind has; its kind (`flows.engine.kinds`) knows the rest.

    `next` is None for "the step below"; `when` is a condition to run the step at all. `src`: ids of the sources of all
    its texts, empty where nothing is claimed about the world, None where the editor has not said; an option may have
    its own.
    """

    id: str
    place: SourcePosition
    text: str = field(default="", metadata=SAID)
    next: str | None = None
    checkpoint: bool = False
    when: str | None = None
    was: str | None = None
    tags: tuple[str, ...] = field(default=(), metadata=UNSAID)
    src: tuple[str, ...] | None = field(default=None, metadata=UNSAID)
    voice: Voice | None = field(default=None, metadata=SAID)
    image: Picture | None = field(default=None, metadata=SAID)
    video: Picture | None = field(default=None, metadata=SAID)


StepOf = TypeVar("StepOf", bound=Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Step):
    """Tell something. `more` are further bubbles; `wait_tap` is the label of a Continue button, typed in `ways`."""

    more: tuple[str, ...] = field(default=(), metadata=SAID)
    wait_tap: str | None = field(default=None, metadata=SAID)
    ways: tuple[str, ...] = field(default=(), metadata=UNSAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Step):
    """A menu without right or wrong; `save` names the variable that takes the option's id."""

    options: tuple[Option, ...] = ()
    save: str | None = None


QuizType = Literal["one", "many", "true_false", "order", "number", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz(Step):
    """A checked answer. `tries` is how many answers may be given before `out_of_tries` (0: no end)."""

    type: QuizType = "one"
    options: tuple[Option, ...] = ()
    accept: tuple[str, ...] = ()
    say: str = field(default="", metadata=SAID)
    tries: int = 3
    hints: tuple[str, ...] = field(default=(), metadata=SAID)
    out_of_tries: str | None = None
    points: int = 1
    skill: str | None = None


AskType = Literal["text", "number", "date", "phone_vn", "photo", "voice", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Step):
    """Free input into the variable `save`; `private` answers are used in this run only and never stored.

    Of a photo or a recording only that it came is kept, as "co".
    """

    type: AskType = "text"
    save: str = ""
    check: str | None = None
    retry_text: str = field(default="", metadata=SAID)
    private: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """How a postponed task is remembered: after `remind_s` seconds, at most `times` times."""

    remind_s: int = 86_400
    times: int = 2
    text: str = field(default="", metadata=SAID)


@dataclass(frozen=True, slots=True)
class Stuck:
    """The hints of a task, and where the really stuck go (None: to a person); `label` is a button, typed in `ways`."""

    hints: tuple[str, ...] = field(default=(), metadata=SAID)
    go: str | None = None
    after_tries: int = 0
    label: str = field(default="", metadata=SAID)
    ways: tuple[str, ...] = field(default=(), metadata=UNSAID)


Proof = Literal["none", "self", "photo", "question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Step):
    """Do it on your own phone, then tap Done, or type it in `ways`; Stuck is always there too. One thing in `text`;
    `steps` are of lessons written before that was so.

    `proof`: the learner's word is enough (none, self), a photo is asked for, or the quiz `verify` follows.
    `checkin_s` seconds after it the learner is asked once whether it worked.
    """

    steps: tuple[str, ...] = field(default=(), metadata=SAID)
    done: str = field(default="", metadata=SAID)
    ways: tuple[str, ...] = field(default=(), metadata=UNSAID)
    later: Later = Later()
    stuck: Stuck = Stuck()
    proof: Proof = "self"
    verify: str | None = None
    checkin_s: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    when: str
    go: str
    place: SourcePosition


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Step):
    """Decide where to go on: the first true case, else `split` (step id → share) by chance, a learner always alike."""

    cases: tuple[Case, ...] = ()
    otherwise: str = ""
    split: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Step):
    """Remember values."""

    values: Mapping[str, str] = field(default_factory=dict)


Outcome = Literal["completed", "stopped", "referred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Step):
    """Another lesson in the middle of this one. It gets `values` and its outcome comes back as the variable `save`.

    `returns` false: this lesson is done and hands the learner over to the other.
    """

    lesson: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    save: str | None = None
    returns: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    """A pause of `for_s` seconds, or `until` (HH:MM, YYYY-MM-DD or both), ending inside `window` (HH:MM, HH:MM)."""

    for_s: int = 0
    until: str = ""
    window: tuple[str, str] | None = None
    skip_if: str | None = None


HelpNeed = Literal["tech", "learning", "safety"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Help(Step):
    """Ask a person, the learner first where there is an `offer`; after `sla_s` seconds without anybody: on at
    `fallback`.
    """

    need: HelpNeed = "learning"
    topic: str = ""
    offer: str = field(default="", metadata=SAID)
    sla_s: int = 0
    fallback: str | None = None
    share: tuple[str, ...] = ("step", "tries")


ROLES = ("instructor", "officer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Step):
    """Wish for a 1+1 partner: of which role, alike in what, the previous one first; `on_none` when there is nobody."""

    role: str = "instructor"
    match: tuple[str, ...] = ()
    prefer_previous: bool = False
    accept_in_s: int = 0
    on_none: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Step):
    """Questions of earlier lessons that are due again: at most `most`, only of `skills`; `empty` where none is due.

    `tries` are those of each question, however many it has in its lesson; `within_s` how long all take (0: any).
    """

    most: int = 3
    skills: tuple[str, ...] = ()
    empty: str = field(default="", metadata=SAID)
    tries: int = 2
    within_s: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate by its template, given where the condition `requires` holds."""

    template: str
    requires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Award(Step):
    """A badge, a certificate, or both."""

    badge: str = ""
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Step):
    """Finish; `then` names the lesson to offer next; `rate` asks for 1 to so many stars first (0: does not ask)."""

    outcome: Outcome = "completed"
    then: str | None = None
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Guard:
    """Words that lead out of whatever is going on (lesson-wide), to the step `go`.

    `patterns` have gaps, as in lessons/words.yaml: `…` stands for up to three words, `/` parts alternatives.
    """

    words: tuple[str, ...]
    go: str
    severity: str = "high"
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handout:
    """What is printed of a lesson on half a page; what is empty is taken from its tasks and its last words. `fill` are
    lines to write on by hand."""

    title: str = ""
    steps: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()
    remember: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Lesson:
    """One script. `source` is its text as written; the hashes say what an edit changed (32 hex digits).

    `timed` are the steps whose time some condition asks for; `files` what is kept of its `media` folder, by name.
    """

    id: str
    title: str
    steps: tuple[Step, ...]
    place: SourcePosition
    track: str = ""
    order: int = 0
    minutes: int = 5
    level: int = 0
    lang: str = "vi"
    langs: tuple[str, ...] = ("vi",)
    channels: tuple[str, ...] = ()
    owner: str = ""
    reviewed_on: str = ""
    prerequisites: tuple[str, ...] = ()
    pass_points: int = 0
    review_after_s: tuple[int, ...] = ()
    guards: tuple[Guard, ...] = ()
    sources: tuple[str, ...] = ()
    emergency: bool = False
    handout: Handout = Handout()
    source: str = ""
    graph_hash: str = ""
    text_hash: str = ""
    index: Mapping[str, int] = field(default_factory=dict)
    timed: frozenset[str] = frozenset()
    files: Mapping[str, LessonFile] = field(default_factory=dict)

    def step(self, step_id: str) -> Step | None:
        """The step with this id; None where the lesson has none, as after an edit."""
        at = self.index.get(step_id)
        return None if at is None else self.steps[at]

    def of(self, kind: type[StepOf]) -> Iterator[StepOf]:
        """The steps of one kind, in the order of the file: for what concerns that kind alone."""
        return (step for step in self.steps if isinstance(step, kind))

    def below(self, step_id: str) -> str | None:
        """The step after this one in the file; None after the last."""
        at = self.index[step_id] + 1
        return self.steps[at].id if at < len(self.steps) else None
