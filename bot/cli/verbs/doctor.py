"""`./camtay doctor`: what is there, what is lacking, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags

HELP = "Xem đã đủ gì, còn thiếu gì."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data host port")


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when something has to be mended first; a broken config.yaml is one such finding."""
    from bot.cli import doctor, findings
    from bot.errors import SettingsInvalid
    from flows.saying import said_by

    found = list(doctor.look_at_machine())
    try:
        settings = settings_of(given)
    except SettingsInvalid as wrong:
        found.append(findings.bad("Cấu hình: {config}", config=said_by(wrong)))
    else:
        now = CommandEnvironment().now()
        found += asyncio.run(doctor.look_at_settings(settings, given.config, settings.database_url, now))
    return findings.report(found, print)
