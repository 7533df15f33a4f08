"""What leaves storage: frozen records; rows never do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970 UTC of an aware instant."""
    return round(instant.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as an aware instant in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A sentence to be said to somebody by itself: `said` are the phrase's values, `buttons` token → label phrase.

    `about` is whom or what it speaks of: with that it goes. `digest`: it joins others of its day; `urgent`: it is said
    at night too. `at` and `due_at` in ms; what is due together is said in the order of `at`, then of the id.
    """

    notice_id: str
    learner_id: str
    phrase: str
    said: Mapping[str, str]
    at: int
    due_at: int
    buttons: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    digest: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One learner with the state of the conversation; `state` is JSON of the shell's own making.

    `out_no` numbers what was said; `prompt_at` (ms) is when the last message with buttons went out.
    """

    learner_id: str
    channel: str
    chat_id: str
    name: str
    address: str
    consent: str
    away: bool
    state: str
    revision: int
    out_no: int
    prompt_at: int | None
    instructs: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """What is written back of a conversation after a batch; `seen_at` None: nothing was heard, it stays."""

    learner_id: str
    channel: str
    chat_id: str
    state: str
    revision: int
    out_no: int
    seen_at: datetime | None
    due_at: datetime | None
    prompt_at: int | None
    lesson: str | None
    version: int | None


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
class RunRow:
    """One pass through one lesson version; `outcome` is None while it is open."""

    run_id: str
    learner_id: str
    lesson: str
    version: int
    at: datetime
    outcome: str | None = None
    points: int = 0
    passed: bool = False


@dataclass(frozen=True, slots=True)
class AttemptRow:
    learner_id: str
    run_id: str
    lesson: str
    version: int
    step: str
    answer: str
    right: bool
    tries: int
    points: int
    skill: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AwardRow:
    """Something to keep: `kind` is badge or certificate, `points` what the run had earned by then."""

    learner_id: str
    run_id: str
    kind: str
    name: str
    lesson: str
    version: int
    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """What a message that could not be delivered leaves: whose it was, the bodies that wait no more, and all who are
    spoken to at that address and are away now.
    """

    learner_id: str
    bodies: list[str]
    people: list[str]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message to be sent; `body` is JSON of the shell's own making."""

    channel: str
    chat_id: str
    no: int
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of a web conversation; `who` is tutor or learner."""

    chat_id: str
    no: int
    who: str
    text: str
    buttons: str
    at: datetime
    fleeting: bool = False


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One text of a lesson, for ever; `translations` are its texts in other languages: language → key → text."""

    lesson: str
    version: int
    source: str
    language: int
    graph_hash: str
    text_hash: str
    author: str
    at: datetime
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """When a version became the current one. Rows are added, never changed; the newest of a lesson rules.

    `mode` is first, text, graph, checkpoint, urgent or rollback; `urgent`: whoever is inside another version is moved.
    `decisions` say what becomes of those at a step that is gone: step → stay, checkpoint, start or another step.
    `diff` is the unified diff to the version that was current before. `publication_id` 0: not stored yet.
    """

    lesson: str
    version: int
    mode: str
    author: str
    at: datetime
    urgent: bool = False
    decisions: Mapping[str, str] = field(default_factory=dict)
    diff: str = ""
    publication_id: int = 0


@dataclass(slots=True)
class Writes:
    """Everything one batch changes, collected first and written table by table in one fixed order."""

    people: list[PersonRow] = field(default_factory=list)
    sessions: list[ConversationRow] = field(default_factory=list)
    away: list[tuple[str, str, bool]] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    wordings: dict[str, str] = field(default_factory=dict)
    started: list[RunRow] = field(default_factory=list)
    ended: list[RunRow] = field(default_factory=list)
    ratings: list[tuple[str, str, int]] = field(default_factory=list)
    attempts: list[AttemptRow] = field(default_factory=list)
    awards: list[AwardRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    log: list[LogRow] = field(default_factory=list)
    forget_log: list[tuple[str, int]] = field(default_factory=list)
    erased: list[tuple[str, int]] = field(default_factory=list)  # relayed lines of a chat up to this number
    forget_answers: list[str] = field(default_factory=list)
    forget_people: list[str] = field(default_factory=list)
