"""`./camtay demo`: a made-up ward to look at, in one command."""

from __future__ import annotations

import argparse

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import FLAGS, ROOT, add_flags

HELP = "Xem thử một xã giả, bằng vai học viên, người chỉ, cán bộ, người soạn bài."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument(
        "--data", **{**FLAGS["data"], "default": ROOT / "data-demo", "help": "nơi để xã giả (data-demo)"}
    )
    parser.add_argument("--port", metavar="CỔNG", type=int, default=0, help="cổng của trang (một cổng còn trống)")
    parser.add_argument("--fresh", action="store_true", help="bỏ xã giả cũ, làm lại từ đầu tới hôm nay")


def run(given: argparse.Namespace) -> int:
    """Serve until stopped; exit code 2 for a folder that holds anything else."""
    settings = settings_of(given)
    from bot.cli import demonstrating

    return demonstrating.main(settings, given, CommandEnvironment())
