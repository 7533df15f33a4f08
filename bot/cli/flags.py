"""The flags that verbs share, and the reading of what is typed after a flag; light, since every command needs it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.cli.language import LANGUAGES, told

ROOT = Path(__file__).resolve().parents[2]

AddVerb = Callable[[str, str], argparse.ArgumentParser]


def path(text: str) -> Path:
    """The path as an absolute one: the verb may be run from another folder."""
    return Path(text).absolute()


def word(text: str) -> str:
    """Two to twenty small letters without marks. Raises ArgumentTypeError."""
    if not re.fullmatch(r"[a-z][a-z_]{1,19}", text):
        raise argparse.ArgumentTypeError(told("“{text}” không phải một từ viết thường, không dấu", text=text))
    return text


def year(text: str) -> int:
    """A year from 2020 to 2100. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and 2020 <= int(text) <= 2100):
        raise argparse.ArgumentTypeError(told("“{text}” không phải một năm, ví dụ 2026", text=text[:20]))
    return int(text)


FLAGS: Mapping[str, Mapping[str, Any]] = {
    "config": {"metavar": "TỆP", "type": path, "default": ROOT / "config.yaml", "help": "tệp cấu hình (config.yaml)"},
    "lessons": {"metavar": "THƯ_MỤC", "type": path, "help": "nơi để bài học"},
    "data": {"metavar": "THƯ_MỤC", "type": path, "help": "nơi để dữ liệu"},
    "host": {"metavar": "ĐỊA_CHỈ", "help": "0.0.0.0 thì điện thoại cùng mạng cũng mở được"},
    "port": {"metavar": "CỔNG", "help": "cổng của trang trò chuyện (8080)"},
    "by": {"metavar": "MÃ", "help": "làm với quyền của cán bộ có mã này; không ghi: quyền người vận hành"},
    "lang": {"choices": LANGUAGES, "help": "tiếng của máy; không ghi: theo máy này (vi nếu không rõ)"},
}


def add_flags(parser: argparse.ArgumentParser, names: str) -> None:
    """The flags of these names (with blanks between), in that order."""
    for name in names.split():
        parser.add_argument(f"--{name}", **FLAGS[name])


def sub_verbs(parser: argparse.ArgumentParser, repeated: str = "") -> AddVerb:
    """What adds a sub-verb (name, sentence); the flags `repeated` of `parser` may also be typed after it."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar=told("VIỆC"))

    def add(name: str, what: str) -> argparse.ArgumentParser:
        child = verbs.add_parser(name, help=told(what), description=what, allow_abbrev=False)
        for flag in (*repeated.split(), "lang"):
            child.add_argument(f"--{flag}", **{**FLAGS[flag], "default": argparse.SUPPRESS, "help": argparse.SUPPRESS})
        return child

    return add
