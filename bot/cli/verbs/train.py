"""`./camtay train`: the models learnt again from the sentences that are written down."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags

HELP = "Học lại tai nghe và cách xét tin (ear.model, asks.model, scams.model) từ các câu mẫu."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument("--check", action="store_true", help="chỉ xem tệp có đúng là bản học được không")
    parser.add_argument("--measure", action="store_true", help="đo tai nghe bằng các giọng chưa học (voices/unseen)")
    parser.add_argument("--misses", metavar="SỐ", type=int, default=0, help="đọc ra chừng ấy câu nghe sai mỗi loại")


def run(given: argparse.Namespace) -> int:
    """Write the models, or with `--check` exit 1 where the files are others, or only measure."""
    settings = settings_of(given)
    from bot.cli import training

    lessons = Path(settings.lessons.dir)
    if given.measure or given.misses:
        return training.measured(lessons, settings.placeholders, given.misses, print)
    return training.train(lessons, check=given.check, tell=print)
