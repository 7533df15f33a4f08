"""`./camtay report`: how far an area of the union has come."""

from __future__ import annotations

import argparse

from bot.cli.choices import choice, one_of
from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, path, year
from bot.cli.names import REPORTS

HELP = "Báo cáo một địa bàn: chỉ tiêu năm, đôi 1+1, việc học."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data")
    parser.add_argument("what", metavar="BÁO_CÁO", type=choice(REPORTS), help=one_of(REPORTS))
    parser.add_argument(
        "--area",
        metavar="ĐỊA_BÀN",
        default="dong-nai",
        help="tên hay mã địa bàn (“Trấn Biên”, w26041…); không ghi: cả tỉnh",
    )
    parser.add_argument("--year", metavar="NĂM", type=year, help="không ghi: năm nay")
    add_flags(parser, "by")
    parser.add_argument("--format", choices=("table", "csv", "xlsx"), default="table")
    parser.add_argument("--to", metavar="TỆP", type=path, help="không ghi: in ra màn hình (xlsx thì phải ghi)")


def run(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    from bot.cli import union

    return union.report(settings, given, CommandEnvironment())
