"""What leaves storage of conversations: frozen records; rows never do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from storage.people.records import ConsentRow, PersonRow


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One learner with the state of the conversation; `state` is JSON of the shell's own making.

    `out_no` numbers what was said; `prompt_at` (ms) is when the last message with buttons went out, `seen_at` (ms) when
    she was heard last.
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
    seen_at: int
    is_instructor: bool = False
    is_officer: bool = False


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
class MarkRow:
    """Something of a person's learning that counts: `kind` skill (it is firm), before or after (a test of the track
    `name`), checkin (the lesson `name`, the day after), taught (she has shown somebody the lesson `name`); so many
    `right` of `total`.
    """

    learner_id: str
    kind: str
    name: str
    right: int
    total: int
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
    """One line of a web conversation; `who` is tutor or learner, `media` packed like the buttons."""

    chat_id: str
    no: int
    who: str
    text: str
    buttons: str
    at: datetime
    fleeting: bool = False
    media: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A browser's address at its push service: an https `endpoint`, its public key and secret in base64url."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class KnockRow:
    """Somebody is to be rung at `at`, on each of the own browsers, because of a line of `since`; `text` is all that is
    read."""

    learner_id: str
    text: str
    at: datetime
    since: datetime
    urgent: bool


@dataclass(frozen=True, slots=True)
class DueKnock:
    """What one browser is to be sent now; `no` tells this knock from a later one. `text` "": it is to show nothing.

    `chat_id` is where its person's conversation goes on; `seen_at` when that person last wrote or tapped anywhere.
    """

    to: SubscriptionRow
    no: int
    text: str
    urgent: bool
    tries: int
    since: datetime
    chat_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class KnockEnd:
    """What became of one knock: it has left (`rung`), is tried again (`again_at`, after so many `tries`), or is let go;
    `gone`: the browser is forgotten."""

    endpoint: str
    no: int
    at: datetime
    rung: bool = False
    gone: bool = False
    again_at: datetime | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A voice message to be listened to: `ref` is the channel's id of its sound, `update` names the update (channel and
    id) that it came by.

    `line`: lesson, key and words of what was read to be recorded, None: it is an answer. `sure`: read twice, so that it
    is taken whatever is heard.
    """

    learner_id: str
    update: str
    channel: str
    ref: str
    at: datetime
    line: tuple[str, str, str] | None = None
    sure: bool = False


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
    marks: list[MarkRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    log: list[LogRow] = field(default_factory=list)
    recordings: list[RecordingRow] = field(default_factory=list)
    forget_log: list[tuple[str, int]] = field(default_factory=list)
    erased: list[tuple[str, int]] = field(default_factory=list)  # relayed lines of a chat up to this number
    forget_answers: list[str] = field(default_factory=list)
    forget_people: list[str] = field(default_factory=list)
    knocks: list[KnockRow] = field(default_factory=list)
