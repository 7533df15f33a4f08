"""`./camtay history`: every publication of a lesson."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags
from bot.cli.verbs.publish import console

HELP = "Xem các lần phát hành của một bài."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data")
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài")
    parser.add_argument("--diff", action="store_true", help="in cả chỗ đã sửa")


def run(given: argparse.Namespace) -> int:
    """Print every publication, the newest first; exit code 0. A lesson that was never published is a
    SettingsInvalid.
    """
    settings = settings_of(given)
    from bot.cli.publishing import show_history

    return asyncio.run(show_history(console(settings, given), given.lesson, diff=given.diff))
