"""What leaves storage about people and places: frozen records; instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RoleRow:
    """`state` is active, suspended or asked (wished for; an officer has not answered yet)."""

    learner_id: str
    role: str
    area_id: str
    state: str
    by: str
    at: datetime
    path: str = ""
    area_name: str = ""


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """`subject` is a pseudonym; `path` the area within which whoever suspended may do so."""

    subject: str
    role: str
    by: str
    path: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InstructorRow:
    """`topics` are tracks (none: all), `langs` codes, `hours` "HH:MM-HH:MM"; no learners before `conduct_at`."""

    learner_id: str
    capacity: int
    topics: tuple[str, ...]
    langs: tuple[str, ...]
    hours: str
    paused_until_at: datetime | None = None
    conduct_at: datetime | None = None
    gender: str = ""
    last_served_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InviteeRow:
    """Somebody who has not agreed yet: a name and an area, nothing more."""

    invitee_id: str
    name: str
    area_id: str
    role: str
    claimed_by: str | None = None


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """`kind` invite brings a role within an area, `link` joins a second channel to `learner_id`."""

    code_hash: str
    kind: str
    role: str
    area_id: str | None
    invitee_id: str | None
    learner_id: str | None
    by: str
    made_at: datetime
    expires_at: datetime
    tries: int = 0
    used_at: datetime | None = None
    used_by: str | None = None


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One line of a list of people: somebody who agreed, or an invitee (`state` invited)."""

    person_id: str
    name: str
    role: str
    area_id: str
    area_name: str
    state: str
    path: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    at: datetime
    by: str
    what: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """`state` is writing (in a chat), draft, sending, stopped or sent; `after_id` is the last learner looked at.

    `reached` counts who was told; `fed_at` (ms) is when the last of them were.
    """

    announcement_id: str
    area_id: str
    body: str
    source_url: str
    by: str
    at: datetime
    state: str
    after_id: str = ""
    reached: int = 0
    fed_at: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """Of an area and all below it: who can be told, and why the others cannot; `more`: not all were counted."""

    told: int = 0
    not_agreed: int = 0
    away: int = 0
    suspended: int = 0
    invited: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A model of the union in an area for a year; `members` as it is listed."""

    model_id: str
    kind: str
    area_id: str
    name: str
    year: int
    ended_at: datetime | None = None
    members: int = 0
