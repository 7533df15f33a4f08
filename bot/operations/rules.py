"""The numbers of config.yaml as the keeping of backups wants them."""

from __future__ import annotations

from datetime import time, timedelta

from bot.operations.policy.keeping import BackupRules
from bot.settings import Settings


def backup_rules(settings: Settings) -> BackupRules:
    """Sections `backup` and `keep` of config.yaml; 0 days mean: never."""
    given, longest = settings.backup, settings.keep.backup_days
    return BackupRules(
        time.fromisoformat(given.at) if given.at else None,
        given.daily,
        given.weekly,
        given.monthly,
        timedelta(days=longest) if longest else None,
        timedelta(days=given.rehearse_days) if given.rehearse_days else None,
    )
