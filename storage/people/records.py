"""What leaves storage about people and places: frozen records; instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    learner_id: str
    name: str
    address: str
    consent: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What somebody answered to which words: `wording` is the fingerprint under which they are kept."""

    learner_id: str
    channel: str
    answer: str
    wording: str
    at: datetime


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
    """One line of a list of people: somebody who agreed, or an invitee (`state` invited).

    `channel` is where the conversation goes on ("" for nowhere), `seen_at` (ms) when the person was last heard there,
    `away`: the tutor is shut out; `rings`: how many browsers ring while their page is closed, of which one was looked
    at last at `looked_at`.
    """

    person_id: str
    name: str
    role: str
    area_id: str
    area_name: str
    state: str
    path: str
    channel: str = ""
    seen_at: int | None = None
    away: bool = False
    rings: int = 0
    looked_at: int | None = None

    @property
    def there_at(self) -> int | None:
        """When somebody was last there, by what is known: in ms."""
        return max((at for at in (self.seen_at, self.looked_at) if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class AuditRow:
    at: datetime
    by: str
    what: str
    subject: str
    detail: str
