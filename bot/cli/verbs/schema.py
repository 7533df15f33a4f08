"""`./camtay schema`: what an editor has to know of a lesson file; with --http, a program of the tutor's addresses."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags

HELP = "In lược đồ bài học cho trình soạn thảo."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument("lesson", metavar="BÀI", nargs="?", help="gợi ý thêm mã bước của bài này")
    parser.add_argument(
        "--http", action="store_true", help="in các địa chỉ web và điều mỗi địa chỉ nhận, trả (OpenAPI)"
    )


def run(given: argparse.Namespace) -> int:
    if given.http:
        from bot.cli.interface import print_interface

        return print_interface(print)
    settings = settings_of(given)
    from bot.cli.editing import print_schema

    return print_schema(Path(settings.lessons.dir), given.lesson, print)
