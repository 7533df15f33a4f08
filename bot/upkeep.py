"""The sections of config.yaml about the machine: how long things are kept, backups, logs, figures."""

from __future__ import annotations

from dataclasses import dataclass

from bot.checks import maybe_clock, one_of, within
from bot.sections import credential, key


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """`at` is the time of day (HH:MM) at which the tutor makes a backup where there is none since, empty: it makes
    none. The newest of so many days, weeks and months stays, never longer than `keep.backup_days`; all of them 0: all
    stay so long. Every `rehearse_days` the newest is put back in a temporary place, 0: never."""

    at: str = key("04:10", maybe_clock)
    daily: int = key(7, within(0, 366))
    weekly: int = key(4, within(0, 520))
    monthly: int = key(3, within(0, 120))
    rehearse_days: int = key(7, within(0, 366))


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """The token that opens /metrics from anywhere: of the variable METRICS_TOKEN or of `token_file`."""

    token_file: str = key("", path=True)
    token: str = credential("METRICS_TOKEN", "token_file")


@dataclass(frozen=True, slots=True)
class Keep:
    """How long data stay, in days; `aside_days` and `backup_days` 0: for ever. Less history than a year would make the
    reports of a year wrong."""

    idle_days: int = key(365, within(30, 3_650))
    answer_days: int = key(30, within(7, 365))
    aside_days: int = key(30, within(0, 3_650))
    backup_days: int = key(90, within(0, 3_650))
    history_days: int = key(1_100, within(366, 36_500))


@dataclass(frozen=True, slots=True)
class Log:
    level: str = key("info", one_of("debug", "info", "warning", "error"))
    max_mb: int = key(10, within(1, 10_000))
    keep: int = key(5, within(0, 1_000))


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """What is kept of the pictures and recordings of lessons; what published lessons need stays in any case."""

    max_mb: int = key(500, within(1, 1_000_000))
