"""`./camtay scenes`: the practice screens that there are, and their pictures for the eye."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags, path

HELP = "Các màn hình tập: vẽ ngày nào, bài nào dùng, hình ra sao."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument("names", metavar="TÊN", nargs="*", help="tên màn hình; không ghi: mọi màn hình")
    parser.add_argument(
        "--out", metavar="THƯ_MỤC", type=path, help="vẽ ra đây, mỗi màn hình một PNG, và các tờ xem chung"
    )
    parser.add_argument("--ring", metavar="MÃ", default="", help="khoanh đỏ thứ này trên hình")


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when a screen has a fault; the others are listed and drawn all the same."""
    settings = settings_of(given)
    from bot.cli import screens

    return screens.show(Path(settings.lessons.dir), settings.placeholders, given.names, given.out, given.ring, print)
