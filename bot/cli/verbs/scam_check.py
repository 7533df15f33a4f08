"""`./camtay scam-check`: which signs of a scam a message has."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags

HELP = "Tin có dấu hiệu lừa đảo nào: JSON vào, JSON ra."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument(
        "file",
        metavar="TỆP",
        nargs="?",
        default="-",
        help="tệp các dòng JSON, hay tin có nhãn để đo; - là đầu vào chuẩn",
    )
    parser.add_argument(
        "--measure",
        action="store_true",
        help="đo bằng tin mẫu (scams, scams/unseen) hay TỆP: mỗi dòng scam hay ok, dấu tab, tin",
    )
    parser.add_argument("--misses", metavar="SỐ", type=int, default=0, help="đọc ra chừng ấy tin xét sai mỗi loại")


def run(given: argparse.Namespace) -> int:
    """Lines of JSON in, lines of JSON out; exit code 0 even where a line is no JSON, which its answer tells. With
    `--measure` only figures, of the lessons' labelled messages or those of the file."""
    settings = settings_of(given)
    from bot.cli import scam_checking
    from bot.cli.hearing import answer_lines

    table = scam_checking.table_of(settings)
    if given.measure or given.misses:
        return scam_checking.measured(Path(settings.lessons.dir), given.file, table, given.misses, print)
    return answer_lines(given.file, sys.stdin.buffer, sys.stdout.buffer, lambda raw: scam_checking.answer(table, raw))
