"""Every metric of /metrics but the histograms: its name, what it says, its samples in a report. docs/metrics.md has the
same table, a test compares.

Labels come from short lists (channels that are set up, kinds that the code names), never from people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from bot.delivery.sender import SendFault
from bot.knocks.policy.knock import PushAnswerKind
from bot.operations.policy.readiness import ReadyFault
from bot.operations.records import BackupFigures, ChannelFigures, OperationsReport, StoredFigures, WaitFigures
from bot.pairing.policy.model import RequestKind

Sample = tuple[tuple[str, ...], float]
"""Values of the labels, in their order, and the figure."""
Samples = Callable[[OperationsReport], Iterable[Sample]]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric: its name, how it goes (gauge: up and down; counter: only up, from 0 at each start), what it says, its
    labels, and its samples in a report."""

    name: str
    goes: Literal["gauge", "counter"]
    says: str
    labels: tuple[str, ...]
    samples: Samples


def _gauge(name: str, says: str, samples: Samples, *labels: str) -> MetricRow:
    return MetricRow(f"camtay_{name}", "gauge", says, labels, samples)


def _counter(name: str, says: str, samples: Samples, *labels: str) -> MetricRow:
    return MetricRow(f"camtay_{name}", "counter", says, labels, samples)


# --- samples -----------------------------------------------------------------------------------------


def _one(figure: Callable[[OperationsReport], float]) -> Samples:
    return lambda report: [((), float(figure(report)))]


def _stored(figure: Callable[[StoredFigures], float]) -> Samples:
    """Nothing while the database is away: no figure is better than an old one."""
    return lambda report: [((), float(figure(report.stored)))] if report.stored else []


def _each(figure: Callable[[ChannelFigures], float | None]) -> Samples:
    """A sample for each channel that has the figure."""

    def samples(report: OperationsReport) -> Iterator[Sample]:
        for channel in report.channels:
            if (found := figure(channel)) is not None:
                yield (channel.name,), float(found)

    return samples


def _by_channel(
    waits: Callable[[StoredFigures], Mapping[str, WaitFigures]], figure: Callable[[WaitFigures], float]
) -> Samples:
    """A sample for each channel that is served or of which something waits."""

    def samples(report: OperationsReport) -> Iterator[Sample]:
        if report.stored is None:
            return
        found = waits(report.stored)
        for name in sorted({*found, *(channel.name for channel in report.channels)}):
            yield (name,), float(figure(found.get(name, WaitFigures())))

    return samples


def _requests(figure: Callable[[WaitFigures], float]) -> Samples:
    def samples(report: OperationsReport) -> Iterator[Sample]:
        if report.stored is None:
            return
        for kind in get_args(RequestKind):
            yield (kind,), float(figure(report.stored.requests.get(kind, WaitFigures())))

    return samples


def _send_faults(report: OperationsReport) -> Iterator[Sample]:
    for channel in report.channels:
        for kind in get_args(SendFault):
            yield (channel.name, kind), float(channel.faults.get(kind, 0))


def _info(report: OperationsReport) -> Iterator[Sample]:
    told = report.versions
    yield (told.program, told.python, told.database, told.schema), 1.0


def _unready(report: OperationsReport) -> Iterator[Sample]:
    for reason in get_args(ReadyFault):
        yield (reason,), float(reason in report.unready)


def _updates(report: OperationsReport) -> Iterator[Sample]:
    return (((name,), float(count)) for name, count in sorted(report.handled.items()))


def _knocks(report: OperationsReport) -> Iterator[Sample]:
    return (((answer,), float(report.rung.get(answer, 0))) for answer in get_args(PushAnswerKind))


def _when(instant: Callable[[BackupFigures], datetime | str | None]) -> Samples:
    """Seconds since 1970, 0 for never."""

    def seconds(report: OperationsReport) -> float:
        found = instant(report.backups)
        at = datetime.fromisoformat(found) if isinstance(found, str) else found
        return at.timestamp() if at else 0.0

    return _one(seconds)


# --- the table ---------------------------------------------------------------------------------------

TABLE: tuple[MetricRow, ...] = (
    _gauge("info", "1; the versions are in the labels", _info, "version", "python", "database", "schema"),
    _gauge("uptime_seconds", "Seconds since this process began", _one(lambda r: r.uptime_s)),
    _gauge("ready", "1 while /readyz answers 200", _one(lambda r: not r.unready)),
    _gauge("unready", "1 while this is a reason why /readyz says no", _unready, "reason"),
    _gauge("database_up", "1 while the database takes writes", _one(lambda r: "database" not in r.unready)),
    _counter("updates_total", "Updates handled; inner are timers and notices", _updates, "channel"),
    _counter(
        "updates_set_aside_total", "Updates that could not be handled and were put aside", _one(lambda r: r.set_aside)
    ),
    _gauge(
        "intake_wait_seconds",
        "For how long the oldest update has waited for its transaction",
        _one(lambda r: r.intake_waits_s),
    ),
    _gauge(
        "outbox_messages",
        "Messages that wait to be sent, those held until morning included",
        _by_channel(lambda s: s.outbox, lambda w: w.count),
        "channel",
    ),
    _gauge(
        "outbox_oldest_seconds",
        "Age of the oldest message that waits to be sent",
        _by_channel(lambda s: s.outbox, lambda w: w.oldest_s),
        "channel",
    ),
    _gauge(
        "outbox_kept_messages",
        "Messages kept until their reader writes",
        _by_channel(lambda s: s.kept, lambda w: w.count),
        "channel",
    ),
    _gauge(
        "reply_wait_seconds",
        "For how long the oldest answer has waited for the provider alone",
        _each(lambda c: c.reply_waits_s),
        "channel",
    ),
    _gauge("channel_served", "1 while this process serves the account", _each(lambda c: c.is_ours), "channel"),
    _counter("messages_sent_total", "Messages that have left", _each(lambda c: c.sent), "channel"),
    _counter(
        "send_faults_total",
        "Tries to send that failed, by what is done next; throttled: the provider asked to wait",
        _send_faults,
        "channel",
        "kind",
    ),
    _gauge("quota_used", "Messages sent this month, where they are counted", _each(lambda c: c.used), "channel"),
    _gauge(
        "quota_limit", "Messages that a month has, where that is known", _each(lambda c: c.quota or None), "channel"
    ),
    _gauge("requests_waiting", "Requests for a human that nobody has taken", _requests(lambda w: w.count), "kind"),
    _gauge(
        "requests_oldest_seconds",
        "For how long the oldest request that nobody has taken has waited",
        _requests(lambda w: w.oldest_s),
        "kind",
    ),
    _gauge("requests_taken", "Requests that somebody has taken and that are not over", _stored(lambda s: s.taken)),
    _gauge("emergencies_open", "Cries for safety that are not over", _stored(lambda s: s.emergencies.count)),
    _gauge(
        "emergencies_oldest_seconds",
        "Age of the oldest cry that is not over",
        _stored(lambda s: s.emergencies.oldest_s),
    ),
    _gauge("timers_due", "Reminders and other timers whose time has come", _stored(lambda s: s.timers.count)),
    _gauge("timers_late_seconds", "How late the latest timer is", _stored(lambda s: s.timers.oldest_s)),
    _gauge("notices_due", "Urgent notices that are to be told now", _stored(lambda s: s.notices.count)),
    _gauge("notices_late_seconds", "How late the latest urgent notice is", _stored(lambda s: s.notices.oldest_s)),
    _gauge("knocks_due", "Browsers that are to be rung now", _stored(lambda s: s.knocks.count)),
    _gauge("knocks_late_seconds", "How late the latest knock is", _stored(lambda s: s.knocks.oldest_s)),
    _counter("knocks_total", "What push services made of knocks", _knocks, "answer"),
    _gauge("voices_waiting", "Voice messages nobody has listened to yet", _stored(lambda s: s.voices.count)),
    _gauge(
        "voices_oldest_seconds",
        "For how long the oldest voice message has waited",
        _stored(lambda s: s.voices.oldest_s),
    ),
    _gauge("lessons_taught", "Lessons that are served", _one(lambda r: r.lessons.taught)),
    _gauge(
        "lessons_broken",
        "Files of lessons, or of what is heard, left out for an error",
        _one(lambda r: len(r.lessons.broken) + len(r.lessons.unheard)),
    ),
    _gauge("lessons_draft", "Lessons whose file differs from what is published", _one(lambda r: len(r.lessons.drafts))),
    _gauge("backups", "Backups in the data folder", _one(lambda r: r.backups.count)),
    _gauge(
        "backup_bytes", "Size of the newest backup", _one(lambda r: r.backups.newest.bytes if r.backups.newest else 0)
    ),
    _gauge(
        "backup_timestamp_seconds",
        "When the newest backup was made, 0 for never",
        _when(lambda b: b.newest.made_at if b.newest else None),
    ),
    _gauge(
        "backup_proved_timestamp_seconds",
        "When a backup was last read to its end, 0 for never",
        _when(lambda b: b.proof.at if b.proof else None),
    ),
    _gauge(
        "restore_rehearsed_timestamp_seconds",
        "When a backup was last put back in a temporary place, 0 for never",
        _when(lambda b: b.rehearsal.at if b.rehearsal else None),
    ),
    _gauge("disk_free_bytes", "Free bytes where the data lie", _one(lambda r: r.free_bytes)),
    _gauge("clock_jumped", "1 while mass work rests because the clock has jumped", _one(lambda r: r.clock_jumped)),
)
