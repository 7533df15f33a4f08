"""`./camtay graph`: a lesson drawn."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags, path

HELP = "Vẽ các bước của một bài và đường đi giữa chúng."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài, hoặc đường dẫn tới bài")
    parser.add_argument(
        "--format", choices=("mermaid", "svg"), default="mermaid", help="chữ Mermaid, hay hình SVG mở bằng trình duyệt"
    )
    parser.add_argument("--out", metavar="TỆP", type=path, help="không ghi: in ra màn hình")
    parser.add_argument("--coverage", action="store_true", help="đánh dấu bước chưa bản thoại nào đi qua")


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when the lesson cannot be read."""
    settings = settings_of(given)
    from bot.cli import graphing

    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    return graphing.draw(lessons, given.lesson, facts, shape=given.format, out=given.out, coverage=given.coverage)
