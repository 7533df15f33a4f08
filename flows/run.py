"""The state of one conversation inside one lesson, and the shelf of lessons it is read against."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

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
        return changed(self, fields)

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


def changed(run: Run, fields: Mapping[str, Any]) -> Run:
    """A copy of a run with these fields changed, none of which is set one by one."""
    values = {**run.__dict__, **fields}
    assert len(values) == len(run.__dict__), fields
    copy = object.__new__(Run)
    object.__setattr__(copy, "__dict__", values)
    return copy


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


class Sprint(NamedTuple):
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


@dataclass(frozen=True)
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

    @cached_property
    def in_order(self) -> tuple[Lesson, ...]:
        """The lessons that can be begun, in the order of their tracks."""
        tracks = {track: at for at, (track, _) in enumerate(self.tracks)}
        current = (self.versions[key] for key in self.current.items())
        return tuple(sorted(current, key=lambda each: (tracks.get(each.track, len(tracks)), each.order, each.id)))

    @cached_property
    def first_hour(self) -> str | None:
        """The lesson that a cry opens, if there is one."""
        return next((each for each in self.current if self.versions[each, self.current[each]].emergency), None)

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
        text = self.sentence(phrase_id, lang)
        return render(text, address, name, {**self.facts, **values} if values else self.facts)


def render(text: str, address: str, name: str, values: Mapping[str, str], unknown: str = "") -> str:
    """Fill the placeholders in one pass (the pair em/chị swaps the words); one without a value becomes `unknown`, or
    stays to be seen. A `{Dạ}` or `{dạ}` that this pair does not say takes its comma and blank along, and what follows
    a `{Dạ}` then begins with a capital. Who is UNADDRESSED is called nothing, not even by name.
    """
    if "{" not in text:
        return text
    if wanted(text) or (name and "{ten}" in text):
        return _filled(text, address, name, values, unknown)
    return _said(text, address)


@lru_cache(maxsize=2048)
def wanted(text: str) -> tuple[str, ...]:
    """The placeholders of a text that stand for a value, each once: neither a form of address nor the name."""
    names = dict.fromkeys(_PLACEHOLDER.findall(text))
    return tuple(name for name in names if name != "ten" and name not in _own_words(DEFAULT_ADDRESS))


@lru_cache(maxsize=1024)
def _said(text: str, address: str) -> str:
    """A text in which nothing is one person's own; remembered, for it is said to many."""
    return _filled(text, address, "", {}, "")


def _filled(text: str, address: str, name: str, values: Mapping[str, str], unknown: str) -> str:
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
    data["step"], data["seq"] = run.step, run.seq
    if not run.waiting:
        data["ended"] = True
    if run.tries:
        data["tries"] = run.tries
    if run.misses:
        data["misses"] = run.misses
    if run.earned:
        data["earned"] = dict(run.earned)
    if run.vars:
        data["vars"] = dict(run.vars)
    if run.path:
        data["path"] = list(run.path)
    if run.checkpoint:
        data["checkpoint"] = run.checkpoint
    if run.used:
        data["used"] = list(run.used)
    if run.remind_at:
        data["remind_at"] = run.remind_at.isoformat()
    if run.reminded:
        data["reminded"] = run.reminded
    if run.address and run.address != DEFAULT_ADDRESS:
        data["address"] = run.address
    if run.name:
        data["name"] = run.name
    if run.channel:
        data["channel"] = run.channel
    if run.lang and run.lang != "vi":
        data["lang"] = run.lang
    if run.stack:
        data["stack"] = [_dump_frame(frame) for frame in run.stack]
    if run.sub:
        data["sub"] = run.sub
    if run.queue:
        data["queue"] = list(run.queue)
    if run.began_at:
        data["began_at"] = run.began_at.isoformat()
    if run.passed:
        data["passed"] = dict(run.passed)
    return data


def _dump_frame(frame: Frame) -> list[Any]:
    held = [dict(frame.vars), dict(frame.earned), list(frame.path), frame.checkpoint]
    return [frame.lesson, frame.version, frame.step, *held]


def _load_frame(data: Any) -> Frame:
    lesson, version, step, values, earned, path, checkpoint = data
    return Frame(
        str(lesson),
        int(version),
        str(step),
        _texts(values),
        _points(earned),
        _ids(path),
        str(checkpoint),
    )


def load(data: Any) -> Run:
    """The run written by `dump`; raises RunCorrupt on anything else."""
    try:
        if data["v"] != CODEC:
            raise RunCorrupt(f"run codec {data['v']!r} is not known")
        lesson, version = data["lesson"]
        values = {"run_id": str(data["run"]), "lesson": str(lesson), "version": int(version)}
        values["step"], values["seq"] = str(data["step"]), int(data["seq"])
        values["waiting"] = not data.get("ended", False)
        for key, value in data.items():
            if read := _READ.get(key):
                values[key] = read(value)
        return changed(_NEW, values)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as fault:
        raise RunCorrupt(f"{type(fault).__name__}: {fault}") from fault


def _texts(data: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in data.items()}


def _points(data: Any) -> dict[str, int]:
    return {str(step): int(points) for step, points in data.items()}


def _ids(data: Any) -> tuple[str, ...]:
    return tuple(map(str, data))


def _instant(data: Any) -> datetime | None:
    return datetime.fromisoformat(data) if data else None


_NEW = Run("", "", 0)

_READ: Mapping[str, Callable[[Any], object]] = {
    "tries": int,
    "misses": int,
    "earned": _points,
    "vars": _texts,
    "path": _ids,
    "checkpoint": str,
    "used": lambda used: (int(used[0]), str(used[1])) if used else None,
    "remind_at": _instant,
    "reminded": int,
    "address": str,
    "name": str,
    "channel": str,
    "lang": str,
    "stack": lambda stack: tuple(map(_load_frame, stack)),
    "sub": str,
    "queue": _ids,
    "began_at": _instant,
    "passed": _texts,
}
"""What a row leaves out where it is empty → how it is read."""
