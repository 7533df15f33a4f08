"""What `./camtay announce` understands; light, since every verb of the door builds it."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs, each with what it needs."""
    parser.add_argument(
        "--by", metavar="MÃ", help="làm với quyền của cán bộ có mã này; không ghi: quyền người vận hành"
    )
    verbs = parser.add_subparsers(dest="what", required=True, metavar="VIỆC")

    def add(name: str, what: str) -> argparse.ArgumentParser:
        child = verbs.add_parser(name, help=what, description=what, allow_abbrev=False)
        for flag, kind in (("--config", _path), ("--data", _path), ("--lessons", _path), ("--by", str)):
            child.add_argument(flag, type=kind, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return child

    draft = add("draft", "Soạn một tin, xem trước, chưa gửi.")
    draft.add_argument("area", metavar="ĐỊA_BÀN", help="tên hay mã địa bàn (“Trấn Biên”, w26041…)")
    draft.add_argument("text", metavar="TIN", nargs="?", help="lời tin; không ghi: đọc từ --file")
    draft.add_argument("--file", metavar="TỆP", type=_path, help="tệp chữ (UTF-8) chứa lời tin")
    draft.add_argument("--link", metavar="ĐƯỜNG_DẪN", default="", help="trang nguồn của cơ quan nhà nước hay của Hội")
    send = add("send", "Xem đúng điều mọi người sẽ đọc, tới bao nhiêu người, rồi gửi (hay gửi tiếp tin đã dừng).")
    send.add_argument("announcement", metavar="MÃ_TIN")
    send.add_argument("--yes", action="store_true", help="không hỏi lại")
    stop = add("stop", "Dừng một tin đang gửi: ai chưa được gửi thì thôi.")
    stop.add_argument("announcement", metavar="MÃ_TIN")
    lists = add("list", "Các tin của một địa bàn: mã, tình trạng, đã gửi mấy người.")
    lists.add_argument("area", metavar="ĐỊA_BÀN", nargs="?", default="dong-nai")


def _path(text: str) -> Path:
    return Path(text).absolute()
