"""`./camtay test-lessons`: the transcripts of lessons played again."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags, path
from bot.cli.terminal import complain

HELP = "Diễn lại các bản thoại mẫu của bài học."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument(
        "paths", metavar="ĐƯỜNG_DẪN", nargs="*", type=path, help="mã bài, bản thoại hay thư mục; không ghi: mọi bài"
    )
    parser.add_argument(
        "--update", action="store_true", help="ghi lại lời máy trong các bản thoại khác đi, và số phút ở đầu bài"
    )
    parser.add_argument("--coverage", action="store_true", help="kể từng bước, từng lựa chọn chưa bản thoại nào qua")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text", help="cách in kết quả")


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when a transcript reads otherwise or cannot be played, or a lesson with transcripts is broken."""
    settings = settings_of(given)
    from bot.cli import lesson_tests
    from bot.publishing import drafts

    root = Path(settings.lessons.dir)
    report = lesson_tests.play_all(root, drafts.by_code(root, given.paths), settings.placeholders)
    lesson_tests.show(report, given.format, given.coverage, print)
    wrong = [played for played in report.played if not played.good]
    if given.update:
        wrong = list(lesson_tests.update(report.played, complain))
        lesson_tests.retime(report, complain)
    return 1 if wrong or report.broken else 0
