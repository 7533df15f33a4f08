"""The state of one conversation inside one lesson, and the shelf of lessons it is read against."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Literal

from flows.answers import Answer
from flows.cards import Card
from flows.drills import NO_DRILLS, Drills
from flows.events import Event
from flows.glossary import Term
from flows.model import Lesson, Step
from flows.signs.signs import UNSIGNED, SignTable
from flows.sittings import SITTINGS
from flows.unaddressed import UNADDRESSED as UNADDRESSED
from flows.unaddressed import without_form
from flows.words.nouns import SPARE, NounTable
from flows.words.understand import Words
from flows.words.wishes import UNREAD, Wishes

CODEC = 1  # number of the JSON layout below; a reader of an older number upgrades it step by step

ADDRESSES: Mapping[str, tuple[str, str]] = {
    "chị/em": ("chị", "em"),
    "cô/con": ("cô", "con"),
    "dì/con": ("dì", "con"),
    "bác/cháu": ("bác", "cháu"),
    "bà/con": ("bà", "con"),
    "em/chị": ("em", "chị"),
    "bạn/mình": ("bạn", "mình"),
    "cô/cháu": ("cô", "cháu"),
    "ngoại/con": ("ngoại", "con"),
}
"""How a learner is called / how the tutor calls itself; the first is used until another is chosen. A button carries the
place of a pair in this list, so a new one comes last."""

DEFAULT_ADDRESS = "chị/em"

NORTHERN = frozenset({"bác/cháu", "cô/cháu"})
"""The pairs of families from the North, who say "nhé"; all others say "nha"."""

EQUALS = frozenset({"em/chị", "bạn/mình"})
"""The pairs in which the tutor is not the younger: it does not say "dạ"."""

VIETNAM = timezone(timedelta(hours=7))  # one zone, no summer time, since 1975

_PLACEHOLDER = re.compile(r"\{([^{}\s]+)\}")
_NAMELESS = re.compile(r"\s*\{ten\}")
_UNSAID = {"Dạ": "\ue000", "dạ": "\ue001"}  # where a "dạ" falls away, until what stands around it is mended
_AROUND = re.compile(r",? *\ue001(?=[.!?…]|$)|\ue000[,.!]? *(\w?)|\ue001,? *")


class RunCorrupt(Exception):
    """A stored run cannot be read: keep a copy, start again at the last checkpoint, raise an alarm."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A lesson that waits for the one it called: where it stands and what it holds."""

    lesson: str
    version: int
    step: str
    vars: Mapping[str, str] = field(default_factory=dict)
    earned: Mapping[str, int] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    checkpoint: str = ""


@dataclass(frozen=True)
class Run:
    """One pass through one lesson. `step` is where it waits; `seq` numbers prompts over a learner's whole life.

    `stack` are the lessons that called this one, outermost first. `sub` is where the learner is in a step of several
    prompts, `queue` what a review still has to ask. `learner`, `cards` (by "lesson/step") and `keeps` (whether there is
    consent) are lent for one call of the engine and not stored here.
    """

    run_id: str
    lesson: str
    version: int
    step: str = ""
    seq: int = 0
    waiting: bool = True
    tries: int = 0
    misses: int = 0
    earned: Mapping[str, int] = field(default_factory=dict)
    vars: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    checkpoint: str = ""
    used: tuple[int, str] | None = None
    remind_at: datetime | None = None
    reminded: int = 0
    address: str = DEFAULT_ADDRESS
    name: str = ""
    channel: str = ""
    lang: str = "vi"
    stack: tuple[Frame, ...] = ()
    sub: str = ""
    queue: tuple[str, ...] = ()
    began_at: datetime | None = None
    passed: Mapping[str, str] = field(default_factory=dict)
    learner: str = ""
    cards: Mapping[str, Card] = field(default_factory=dict)
    keeps: bool = True

    def but(self, **fields: Any) -> Run:
        """A copy with some fields changed; `dataclasses.replace` asks for every field and takes ten times as long."""
        copy = object.__new__(Run)
        values = copy.__dict__
        values.update(self.__dict__, **fields)
        assert len(values) == len(self.__dict__), fields
        return copy

    @property
    def score(self) -> int:
        """The points of the steps of this lesson, without those of a calling one."""
        return sum(self.earned.values())

    @property
    def home(self) -> tuple[str, int]:
        """The lesson the learner opened, and its version; `lesson` may be one that it called."""
        return (self.stack[0].lesson, self.stack[0].version) if self.stack else (self.lesson, self.version)

    @property
    def wait_id(self) -> str:
        """A name for what is waited for now: a timer set for an earlier one no longer fits it."""
        return f"{self.run_id}:{self.seq}:{self.reminded}"

    def outward(self) -> Run:
        """Back in the lesson that called this one, as it stood; itself where none did."""
        if not self.stack:
            return self
        frame, rest = self.stack[-1], self.stack[:-1]
        inside = self.but(lesson=frame.lesson, version=frame.version, step=frame.step, stack=rest, passed={})
        return inside.but(vars=frame.vars, earned=frame.earned, path=frame.path, checkpoint=frame.checkpoint)

    def bare(self) -> Run:
        """What may be kept of someone who said no to keeping: the place and its time, nothing said or earned."""
        used = (self.used[0], "") if self.used else None
        stack = tuple(replace(frame, vars={}, earned={}, path=()) for frame in self.stack)
        kept = replace(self, earned={}, vars={}, name="", path=(), stack=stack, passed={}, cards={})
        sub = "" if ":" in self.sub else self.sub  # a value of hers that was to be asked back
        return replace(kept, used=used, tries=0, misses=0, sub=sub)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Begin `lesson` (its current version) for someone called `name`; `seq` is the last prompt number seen.

    `vars` are what the lesson is given to begin with, `queue` what its review is to ask ("lesson/step").
    """

    lesson: str
    seq: int = 0
    address: str = DEFAULT_ADDRESS
    name: str = ""
    channel: str = ""
    lang: str = "vi"
    learner: str = ""
    cards: Mapping[str, Card] = field(default_factory=dict)
    vars: Mapping[str, str] = field(default_factory=dict)
    keeps: bool = True
    queue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sprint:
    """One engine call: the run as it now stands and what happened, in order."""

    run: Run
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a version that is no longer current leads: `text` at the next prompt (same graph, newer words),
    `checkpoint` where one is crossed, `urgent` at once. `decisions`: step of the old version → where to go on.
    """

    to: int
    how: Literal["text", "checkpoint", "urgent"]
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """Every lesson that anybody may be inside, with the tutor's own sentences, words and facts; immutable.

    `tracks` are (id, title); `needs` the button of each by which a learner says what she wants first; nobody but
    instructors is shown those of `for_instructors`. `translated` holds lessons in further languages by (lesson,
    version, language), `phrases_in` the sentences; `answers` are for questions beside the lessons, `glossary` explains
    words, `wishes` is what may not be asked for between two people, `nouns` what tells the numbers that are never kept,
    `signs` what tells a thief's message, `drills` samples of those.
    """

    versions: Mapping[tuple[str, int], Lesson]
    current: Mapping[str, int]
    phrases: Mapping[str, str]
    words: Words
    facts: Mapping[str, str] = field(default_factory=dict)
    tracks: tuple[tuple[str, str], ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    for_instructors: frozenset[str] = frozenset()
    routes: Mapping[tuple[str, int], Route] = field(default_factory=dict)
    translated: Mapping[tuple[str, int, str], Lesson] = field(default_factory=dict)
    phrases_in: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    glossary: tuple[Term, ...] = ()
    wishes: Wishes = UNREAD
    nouns: NounTable = SPARE
    signs: SignTable = UNSIGNED
    drills: Drills = NO_DRILLS
    zone: tzinfo = VIETNAM
    awake: Callable[[datetime], datetime] = lambda instant: instant  # the first moment from then on that is not quiet

    def lesson(self, lesson_id: str, version: int | None = None, lang: str = "vi") -> Lesson | None:
        """A lesson in this version (the current one by default), translated where it can be; None: not in the book."""
        if lesson_id in SITTINGS:
            return SITTINGS[lesson_id]
        number = self.current.get(lesson_id, 0) if version is None else version
        if lang != "vi" and (lesson := self.translated.get((lesson_id, number, lang))):
            return lesson
        return self.versions.get((lesson_id, number))

    def step(self, run: Run) -> Step | None:
        """The step a run stands at, in the base language; None where lesson or step is gone."""
        lesson = self.lesson(run.lesson, run.version)
        return None if lesson is None else lesson.step(run.step)

    def sentence(self, phrase_id: str, lang: str = "vi") -> str:
        """One of the tutor's own sentences as written, in `lang` where it is translated. Raises KeyError."""
        return self.phrases_in.get(lang, self.phrases).get(phrase_id) or self.phrases[phrase_id]

    def phrase(
        self, phrase_id: str, address: str = DEFAULT_ADDRESS, name: str = "", lang: str = "vi", **values: str
    ) -> str:
        """One of the tutor's own sentences, said to this person."""
        return render(self.sentence(phrase_id, lang), address, name, {**self.facts, **values})


def render(text: str, address: str, name: str, values: Mapping[str, str], unknown: str = "") -> str:
    """Fill the placeholders in one pass (the pair em/chị swaps the words); one without a value becomes `unknown`, or
    stays to be seen. A `{Dạ}` or `{dạ}` that this pair does not say takes its comma and blank along, and what follows
    a `{Dạ}` then begins with a capital. Who is UNADDRESSED is called nothing, not even by name.
    """
    if "{" not in text:
        return text
    if address == UNADDRESSED:
        text, name = without_form(text), ""
    own = _own_words(address if address in ADDRESSES else DEFAULT_ADDRESS)
    if not name:
        text = _NAMELESS.sub("", text)
    said = _PLACEHOLDER.sub(
        lambda found: name if found[1] == "ten" else own.get(found[1]) or values.get(found[1], unknown or found[0]),
        text,
    )
    if own["Dạ"] == "Dạ" or ("{Dạ}" not in text and "{dạ}" not in text):
        return said
    return _AROUND.sub(lambda found: (found[1] or "").upper(), said)


@lru_cache(maxsize=len(ADDRESSES))
def _own_words(address: str) -> Mapping[str, str]:
    """Placeholder of address → what this pair says."""
    her, me = ADDRESSES[address]
    yes = _UNSAID if address in EQUALS else {"Dạ": "Dạ", "dạ": "dạ"}
    particle = "nhé" if address in NORTHERN else "nha"
    return {"chị": her, "em": me, "Chị": her.capitalize(), "Em": me.capitalize(), "nhé": particle, **yes}


def dump(run: Run) -> dict[str, Any]:
    """The run as JSON values; empty fields are left out, so a row stays small."""
    data: dict[str, Any] = {"v": CODEC, "run": run.run_id, "lesson": [run.lesson, run.version]}
    data |= {"step": run.step, "seq": run.seq}
    optional: dict[str, Any] = {
        "ended": not run.waiting,
        "tries": run.tries,
        "misses": run.misses,
        "earned": dict(run.earned),
        "vars": dict(run.vars),
        "path": list(run.path),
        "checkpoint": run.checkpoint,
        "used": list(run.used) if run.used else None,
        "remind_at": run.remind_at.isoformat() if run.remind_at else None,
        "reminded": run.reminded,
        "address": "" if run.address == DEFAULT_ADDRESS else run.address,
        "name": run.name,
        "channel": run.channel,
        "lang": "" if run.lang == "vi" else run.lang,
        "stack": [_dump_frame(frame) for frame in run.stack],
        "sub": run.sub,
        "queue": list(run.queue),
        "began_at": run.began_at.isoformat() if run.began_at else None,
        "passed": dict(run.passed),
    }
    return data | {key: value for key, value in optional.items() if value}


def _dump_frame(frame: Frame) -> list[Any]:
    held = [dict(frame.vars), dict(frame.earned), list(frame.path), frame.checkpoint]
    return [frame.lesson, frame.version, frame.step, *held]


def _load_frame(data: Any) -> Frame:
    lesson, version, step, values, earned, path, checkpoint = data
    return Frame(
        str(lesson),
        int(version),
        str(step),
        {str(name): str(value) for name, value in values.items()},
        {str(name): int(points) for name, points in earned.items()},
        tuple(map(str, path)),
        str(checkpoint),
    )


def load(data: Any) -> Run:
    """The run written by `dump`; raises RunCorrupt on anything else."""
    try:
        if data["v"] != CODEC:
            raise RunCorrupt(f"run codec {data['v']!r} is not known")
        lesson, version = data["lesson"]
        used, remind_at, began_at = data.get("used"), data.get("remind_at"), data.get("began_at")
        return Run(
            run_id=str(data["run"]),
            lesson=str(lesson),
            version=int(version),
            step=str(data["step"]),
            seq=int(data["seq"]),
            waiting=not data.get("ended", False),
            tries=int(data.get("tries", 0)),
            misses=int(data.get("misses", 0)),
            earned={str(step): int(points) for step, points in data.get("earned", {}).items()},
            vars={str(name): str(value) for name, value in data.get("vars", {}).items()},
            path=tuple(map(str, data.get("path", ()))),
            checkpoint=str(data.get("checkpoint", "")),
            used=(int(used[0]), str(used[1])) if used else None,
            remind_at=datetime.fromisoformat(remind_at) if remind_at else None,
            reminded=int(data.get("reminded", 0)),
            address=str(data.get("address", DEFAULT_ADDRESS)),
            name=str(data.get("name", "")),
            channel=str(data.get("channel", "")),
            lang=str(data.get("lang", "vi")),
            stack=tuple(map(_load_frame, data.get("stack", ()))),
            sub=str(data.get("sub", "")),
            queue=tuple(map(str, data.get("queue", ()))),
            began_at=datetime.fromisoformat(began_at) if began_at else None,
            passed={str(step): str(at) for step, at in data.get("passed", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as fault:
        raise RunCorrupt(f"{type(fault).__name__}: {fault}") from fault
