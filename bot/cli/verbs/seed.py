"""`./camtay seed`: made-up people in an empty database."""

from __future__ import annotations

import argparse

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags

HELP = "Đổ người giả vào một cơ sở dữ liệu còn trống."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data")
    parser.add_argument("--learners", metavar="SỐ", type=int, default=50, help="bao nhiêu học viên (50)")
    parser.add_argument("--instructors", metavar="SỐ", type=int, help="bao nhiêu người chỉ (12 cho 50 học viên)")
    parser.add_argument("--attempts", metavar="SỐ", type=int, help="chừng bao nhiêu câu trả lời (30 cho một học viên)")
    parser.add_argument("--days", metavar="SỐ_NGÀY", type=int, default=120, help="đã học mấy ngày (120)")
    parser.add_argument("--seed", metavar="SỐ", type=int, default=1, help="cùng một số thì ra cùng một thế giới (1)")
    parser.add_argument(
        "--lines", metavar="SỐ", type=int, default=8, help="giữ mấy dòng cuối của mỗi cuộc trò chuyện (8)"
    )


def run(given: argparse.Namespace) -> int:
    """Exit code 1 where somebody has been in that database, and for a world that cannot be."""
    settings = settings_of(given)
    from bot.cli import seeding

    return seeding.main(settings, given, CommandEnvironment())
