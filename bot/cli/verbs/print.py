"""`./camtay print`: lessons on paper, half a page each, or the form of what is to be tried on real telephones."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags, path

HELP = "In nửa trang giấy cho một bài, hay mọi bài; bài khẩn là phiếu cứu."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from flows.run import DEFAULT_ADDRESS

    add_flags(parser, "config lessons")
    parser.add_argument("lesson", metavar="BÀI", nargs="?", default="", help="mã của bài; không ghi: mọi bài, một tệp")
    parser.add_argument(
        "--phones", action="store_true", help="phiếu A4: việc và tên nút trong bài, để thử trên Android và iPhone thật"
    )
    parser.add_argument(
        "--out", metavar="TỆP", type=path, default=Path("to-in.pdf").absolute(), help="tệp .pdf hay .png (to-in.pdf)"
    )
    parser.add_argument(
        "--address",
        metavar="CÁCH_GỌI",
        default=DEFAULT_ADDRESS,
        help="chị/em, cô/con, dì/con, bác/cháu, bà/con, em/chị, bạn/mình, cô/cháu, ngoại/con",
    )


def run(given: argparse.Namespace) -> int:
    """Exit code 0 when the file is written; raises CamtayError for what the user can mend."""
    settings = settings_of(given)
    from bot.cli import printing

    write = printing.write_phone_checks if given.phones else printing.write
    return write(settings, given.lesson, given.out, given.address)
