"""What there is to know of a running tutor, for whoever keeps the machine: figures, never anybody's name or word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.backup import BackupProof
from bot.operations.backups import BackupFile
from bot.operations.policy.readiness import ReadyFault
from bot.operations.rehearsal import Rehearsal


@dataclass(frozen=True, slots=True)
class WaitFigures:
    """How many wait for one thing, and for how many seconds the longest of them has."""

    count: int = 0
    oldest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """One account of a messenger, called `name` as in rows and logs ("telegram:42"); `kind` is its messenger.

    `state` tells how updates come in, in a word; `is_ours`: this process serves it. `outbox` waits to be sent, what is
    held until morning included; `kept` waits until its reader writes. `reply_waits_s` is how long the oldest answer has
    waited for the provider alone. `sent` and `faults` (by `SendFault`) count since this process began, the others in
    the last hour and day. `quota` is how many messages a month has, 0 where nobody knows; `used` None: not counted.
    """

    name: str
    kind: str
    state: str
    is_ours: bool
    outbox: WaitFigures
    kept: WaitFigures
    reply_waits_s: float
    sent: int
    sent_hour: int
    sent_day: int
    faults: Mapping[str, int]
    faults_hour: Mapping[str, int]
    faults_day: Mapping[str, int]
    used: int | None
    quota: int


@dataclass(frozen=True, slots=True)
class LessonFigures:
    """Lessons as they are served: `taught` lessons of the book; `broken` and `unheard` paths → how many faults, of
    files that are left out, or heard without; `drafts` ids of lessons whose file differs from what is published."""

    taught: int
    broken: Mapping[str, int]
    unheard: Mapping[str, int]
    drafts: Sequence[str]


@dataclass(frozen=True, slots=True)
class BackupFigures:
    """Backups in the data folder: how many and the newest; which was last read through (`proof`), which was last put
    back in a temporary place (`rehearsal`). None each where there never was one."""

    count: int
    newest: BackupFile | None
    proof: BackupProof | None
    rehearsal: Rehearsal | None


@dataclass(frozen=True, slots=True)
class Versions:
    """`program` of Cầm Tay, `python`, `database` ("SQLite 3.46.1"), `schema` the newest migration that has run."""

    program: str
    python: str
    database: str
    schema: str


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """What only the database knows: requests for a human that wait for one, by kind, how many somebody has taken, cries
    for safety that are not over; timers and urgent notices and knocks that are due, voice messages unheard."""

    outbox: Mapping[str, WaitFigures]
    kept: Mapping[str, WaitFigures]
    requests: Mapping[str, WaitFigures]
    taken: int
    emergencies: WaitFigures
    timers: WaitFigures
    notices: WaitFigures
    knocks: WaitFigures
    voices: WaitFigures


@dataclass(frozen=True, slots=True)
class OperationsReport:
    """The tutor as it runs at `at`, told by `Operations.tell`; spans in seconds, sizes in bytes.

    `unready` are the reasons why /readyz says no. `stored` is None while the database is away: what is known without
    it is told all the same. `handled` counts updates by channel since this process began, `set_aside` those that could
    not be handled; `rung` what became of knocks, by `PushAnswer.kind`. `clock_jumped`: mass work rests, since the clock
    cannot be believed. Counts of one process; where several serve one database, each tells its own.
    """

    at: datetime
    uptime_s: float
    unready: tuple[ReadyFault, ...]
    versions: Versions
    lessons: LessonFigures
    channels: Sequence[ChannelFigures]
    stored: StoredFigures | None
    handled: Mapping[str, int]
    set_aside: int
    intake_waits_s: float
    rung: Mapping[str, int]
    free_bytes: int
    clock_jumped: bool
    backups: BackupFigures = field(default_factory=lambda: BackupFigures(0, None, None, None))
