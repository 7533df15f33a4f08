"""What the pairing is about, as plain frozen data. Instants are whole milliseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypedDict

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

RequestKind = Literal["pair", "help", "safety", "change"]
RequestState = Literal["waiting", "offered", "open", "closed"]
OfferState = Literal["open", "accepted", "later", "declined", "expired", "withdrawn"]
PairingState = Literal["open", "ended"]
OwnerKind = Literal["instructor", "officer", "nobody"]

GROUP, BRANCH, WARD, PROVINCE, OFFICER = range(5)
"""How wide a request is looked at; OFFICER + n: with the n-th officer above."""

SAFETY_FIRST, UNION_FIRST, ORDINARY = range(3)
"""Priorities: who cries for safety, the union's priority groups, everybody."""


@dataclass(frozen=True, slots=True)
class Learner:
    """`path` is the learner's area, "/dong-nai/w26041/b-3/g-1/" ("" when unknown); `confirmed` by an officer."""

    learner_id: str
    name: str
    path: str
    lang: str = "vi"
    needs: tuple[str, ...] = ()
    confirmed: bool = True
    area: str = ""  # what the area is called, for the one who is asked


@dataclass(frozen=True, slots=True)
class Instructor:
    """`topics` empty: any. `hours` in minutes of the local day, from ≤ minute < until.

    `silences`: offers in a row that ran out unanswered; `rest_until_at`: nothing is offered before.
    """

    learner_id: str
    name: str
    path: str
    capacity: int = 3
    topics: tuple[str, ...] = ()
    langs: tuple[str, ...] = ("vi",)
    hours: tuple[int, int] = (0, 1440)
    active: bool = True
    agreed: bool = True  # she has accepted the code of conduct
    paused_until_at: int = 0
    rest_until_at: int = 0
    silences: int = 0
    last_served_at: int = 0
    away: bool = False  # nothing can be sent to her: she has blocked the tutor
    writable_until_at: int = 0  # when her channel's reply window ends, unless she writes; 0: never


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for a human. Until it is closed it has an owner and an instant by which something happens."""

    request_id: str
    learner_id: str
    kind: RequestKind
    since_at: int
    due_at: int
    priority: int = ORDINARY
    state: RequestState = "waiting"
    owner_kind: OwnerKind = "officer"
    owner_id: str = ""
    width: int = GROUP
    need: str = ""
    topic: str = ""
    lesson: str = ""
    version: int = 0
    step: str = ""
    tries: int = 0
    closed_why: str = ""
    follow_ups: int = 0  # how often both were asked whether it is done


def danger_of(request: Request) -> str:
    """What is said about a cry begins with it: safety (a robbery), die (a wish to), hurt (by somebody)."""
    return request.need if request.need in ("die", "hurt") else "safety"


@dataclass(frozen=True, slots=True)
class Offer:
    """A request put before one instructor until `due_at`. `reserves`: accepting takes one of the places."""

    offer_id: str
    request_id: str
    instructor_id: str
    made_at: int
    due_at: int
    state: OfferState = "open"
    settled_at: int = 0
    reserves: bool = True


@dataclass(frozen=True, slots=True)
class Pairing:
    """One learner, one instructor."""

    pairing_id: str
    learner_id: str
    instructor_id: str
    opened_at: int
    state: PairingState = "open"
    ended_at: int = 0
    ended_why: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """A sentence for somebody, due at `at`: a phrase of lessons/phrases.yaml, its values, its buttons.

    Buttons are (token, label phrase). `digest`: several of one person due together go out as one message.
    `about` is the request or pairing it speaks of: when that is over, what has not been said yet is dropped.
    `urgent` rings at night.
    """

    to: str
    phrase: str
    at: int
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()
    about: str = ""
    digest: bool = False
    urgent: bool = False


class LearnerNamed(TypedDict):
    """The values by which a sentence says who needs help, to somebody who may be a stranger; `vai_hv` is a phrase."""

    ten_hv: str
    vai_hv: str
    khu: str


class HelperNamed(TypedDict):
    """The values by which a sentence says who helps, and as what; `vai_hdv` is a phrase."""

    ten_hdv: str
    vai_hdv: str


class BothNamed(HelperNamed):
    """The values by which a sentence says who did something to whom."""

    ten_hv: str
    vai_hv: str


@dataclass(frozen=True, slots=True)
class PairingNote:
    """One line of the append-only history; ids only, no names."""

    at: int
    by: str
    what: str
    request_id: str = ""
    pairing_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PairingRules:
    """The numbers of config.yaml, section `pairing`; spans in milliseconds of waking time, safety in real time."""

    capacity: int = 3
    offer: int = 4 * HOUR
    later: int = 4 * HOUR
    request: int = 24 * HOUR
    officer: int = 24 * HOUR
    help: int = 4 * HOUR
    follow_up: int = 24 * HOUR
    safety: int = 15 * MINUTE
    silences: int = 3
    rest: int = 7 * DAY
    digest_minute: int = 18 * 60
    groups: frozenset[str] = frozenset({"elderly", "disability", "poor", "worker", "remote"})
    prefer_previous: bool = True
