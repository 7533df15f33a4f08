"""What `./camtay models` and `./camtay report` understand; light, since every verb of the door builds it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.choices import choice

KINDS = {
    "family": "Gia đình số",
    "club": "CLB Phụ nữ số",
    "branch": "Chi hội số",
    "team": "Tổ công nghệ số cộng đồng",
}
REPORTS = {"targets": "chỉ tiêu", "pairs": "đôi 1+1", "progress": "việc học"}
FORMATS = ("table", "csv", "xlsx")
BY = "làm với quyền của cán bộ có mã này; không ghi: quyền người vận hành"


def add_models(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs, each with what it needs."""
    parser.add_argument("--by", metavar="MÃ", help=BY)
    verbs = parser.add_subparsers(dest="what", required=True, metavar="VIỆC")

    def add(name: str, what: str) -> argparse.ArgumentParser:
        child = verbs.add_parser(name, help=what, description=what, allow_abbrev=False)
        for flag, kind in (("--config", _path), ("--data", _path), ("--by", str)):
            child.add_argument(flag, type=kind, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return child

    kinds = f"một trong: {', '.join(KINDS.values())}"
    begin = add("add", "Ghi một mô hình của một địa bàn trong một năm.")
    begin.add_argument("kind", metavar="LOẠI", type=choice(KINDS), help=kinds)
    begin.add_argument("area", metavar="ĐỊA_BÀN", help="tên hay mã địa bàn (“Trấn Biên”, w26041…)")
    begin.add_argument("name", metavar="TÊN")
    begin.add_argument("--year", metavar="NĂM", type=_year, help="không ghi: năm nay")
    lists = add("list", "Các mô hình của một địa bàn: mã, loại, tên, mấy người.")
    lists.add_argument("area", metavar="ĐỊA_BÀN", nargs="?", default="dong-nai")
    lists.add_argument("--year", metavar="NĂM", type=_year, help="không ghi: mọi năm")
    lists.add_argument("--kind", metavar="LOẠI", type=choice(KINDS), help=kinds)
    add("members", "Người của một mô hình.").add_argument("model", metavar="MÔ_HÌNH")
    for name, what in (("join", "Thêm một người vào mô hình."), ("leave", "Một người thôi ở trong mô hình.")):
        child = add(name, what)
        child.add_argument("model", metavar="MÔ_HÌNH", help="mã mô hình, xem ./camtay models list")
        child.add_argument("person", metavar="MÃ", help="mã người, sáu chữ đầu là đủ; xem ./camtay people list")
    add("end", "Kết thúc một mô hình.").add_argument("model", metavar="MÔ_HÌNH")


def add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", metavar="BÁO_CÁO", type=choice(REPORTS), help=f"một trong: {', '.join(REPORTS.values())}"
    )
    parser.add_argument(
        "--area",
        metavar="ĐỊA_BÀN",
        default="dong-nai",
        help="tên hay mã địa bàn (“Trấn Biên”, w26041…); không ghi: cả tỉnh",
    )
    parser.add_argument("--year", metavar="NĂM", type=_year, help="không ghi: năm nay")
    parser.add_argument("--by", metavar="MÃ", help=BY)
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.add_argument("--to", metavar="TỆP", type=_path, help="không ghi: in ra màn hình (xlsx thì phải ghi)")


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 2020 <= int(text) <= 2100):
        raise argparse.ArgumentTypeError(f"“{text[:20]}” không phải một năm, ví dụ 2026")
    return int(text)


def _path(text: str) -> Path:
    return Path(text).absolute()
