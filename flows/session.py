"""The state of one conversation inside one lesson, and the shelf of lessons it is read against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flows.events import Event
from flows.model import Lesson, Step
from flows.understand import Words

CODEC = 1  # number of the JSON layout below; a reader of an older number upgrades it step by step

ADDRESSES: Mapping[str, tuple[str, str]] = {
    "chị/em": ("chị", "em"),
    "cô/con": ("cô", "con"),
    "dì/con": ("dì", "con"),
    "bác/cháu": ("bác", "cháu"),
    "bà/con": ("bà", "con"),
    "em/chị": ("em", "chị"),
    "bạn/mình": ("bạn", "mình"),
}
"""How she is called / how the tutor calls itself (facts sheet, section 9); the first is used until she chooses."""

DEFAULT_ADDRESS = "chị/em"

_PLACEHOLDER = re.compile(r"\{([^{}\s]+)\}")
_NAMELESS = re.compile(r"\s*\{ten\}")


class SessionCorrupt(Exception):
    """A stored session cannot be read: keep a copy, start again at the last checkpoint, raise an alarm."""


@dataclass(frozen=True, slots=True)
class Session:
    """One pass through one lesson. `step` is where it waits; `seq` numbers prompts over a learner's whole life."""

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

    @property
    def score(self) -> int:
        return sum(self.earned.values())

    @property
    def wait_id(self) -> str:
        return f"{self.run_id}:{self.seq}:{self.reminded}"

    def bare(self) -> Session:
        """What may be kept of someone who said no to keeping: the place, nothing she said or earned."""
        used = (self.used[0], "") if self.used else None
        kept = replace(self, earned={}, vars={}, name="", path=(), remind_at=None)
        return replace(kept, used=used, tries=0, misses=0)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Begin `lesson` (its current version) for someone called `name`; `seq` is the last prompt number she has seen."""

    lesson: str
    seq: int = 0
    address: str = DEFAULT_ADDRESS
    name: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Sprint:
    """One engine call: the session as it now stands and what happened, in order."""

    session: Session
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Every lesson that anybody may be inside, with the tutor's own sentences, words and facts; immutable."""

    versions: Mapping[tuple[str, int], Lesson]
    current: Mapping[str, int]
    phrases: Mapping[str, str]
    words: Words
    facts: Mapping[str, str] = field(default_factory=dict)
    tracks: tuple[tuple[str, str], ...] = ()

    def lesson(self, lesson_id: str, version: int | None = None) -> Lesson | None:
        return self.versions.get((lesson_id, self.current.get(lesson_id, 0) if version is None else version))

    def step(self, session: Session) -> Step | None:
        lesson = self.lesson(session.lesson, session.version)
        return None if lesson is None else lesson.step(session.step)

    def phrase(self, phrase_id: str, address: str = DEFAULT_ADDRESS, name: str = "", **values: str) -> str:
        """One of the tutor's own sentences, said to this person."""
        return render(self.phrases[phrase_id], address, name, {**self.facts, **values})


def render(text: str, address: str, name: str, values: Mapping[str, str]) -> str:
    """Fill the placeholders in one pass (the pair em/chị swaps the words); an unknown one stays to be seen."""
    if "{" not in text:
        return text
    her, me = ADDRESSES.get(address, ADDRESSES[DEFAULT_ADDRESS])
    own = {"chị": her, "em": me, "Chị": her.capitalize(), "Em": me.capitalize(), "ten": name}
    if not name:
        text = _NAMELESS.sub("", text)
    return _PLACEHOLDER.sub(lambda found: own.get(found[1]) or values.get(found[1], found[0]), text)


def dump(session: Session) -> dict[str, Any]:
    """The session as JSON values; empty fields are left out, so a row stays small."""
    data: dict[str, Any] = {"v": CODEC, "run": session.run_id, "lesson": [session.lesson, session.version]}
    data |= {"step": session.step, "seq": session.seq}
    optional: dict[str, Any] = {
        "ended": not session.waiting,
        "tries": session.tries,
        "misses": session.misses,
        "earned": dict(session.earned),
        "vars": dict(session.vars),
        "path": list(session.path),
        "checkpoint": session.checkpoint,
        "used": list(session.used) if session.used else None,
        "remind_at": session.remind_at.isoformat() if session.remind_at else None,
        "reminded": session.reminded,
        "address": "" if session.address == DEFAULT_ADDRESS else session.address,
        "name": session.name,
        "channel": session.channel,
    }
    return data | {key: value for key, value in optional.items() if value}


def load(data: Any) -> Session:
    """The session written by `dump`; raises SessionCorrupt on anything else."""
    try:
        if data["v"] != CODEC:
            raise SessionCorrupt(f"session codec {data['v']!r} is not known")
        lesson, version = data["lesson"]
        used, remind_at = data.get("used"), data.get("remind_at")
        return Session(
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
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as fault:
        raise SessionCorrupt(f"{type(fault).__name__}: {fault}") from fault
