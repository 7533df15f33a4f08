"""`./camtay run`: serve until told to stop."""

from __future__ import annotations

import argparse

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags
from bot.cli.language import shown

HELP = "Chạy Cầm Tay."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data host port")
    parser.add_argument(
        "--watch",
        action=argparse.BooleanOptionalAction,
        help="lưu bài là dùng được ngay; không ghi: chỉ khi trang web mở riêng cho máy này",
    )


def run(given: argparse.Namespace) -> int:
    """Serve until stopped by a signal; the exit code says whether that went in order."""
    settings = settings_of(given)
    from bot.app import Environment
    from bot.serving import run as serve

    return serve(settings, Environment(told=shown), watch=given.watch)
