"""`./camtay rollback`: an older version of a lesson becomes the current one again."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags
from bot.cli.verbs.publish import add_options, console, options

HELP = "Quay lại một bản cũ của bài."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data")
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài")
    parser.add_argument("version", metavar="BẢN", type=int, help="số của bản; xem ./camtay history BÀI")
    parser.add_argument("--urgent", action="store_true", help="chuyển ngay người đang học")
    add_options(parser)


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when something stands in the way of the older version."""
    settings = settings_of(given)
    from bot.cli.publishing import roll_back

    how, at = options(given, rollback=True), console(settings, given)
    return asyncio.run(roll_back(at, given.lesson, given.version, how, dry_run=given.dry_run))
