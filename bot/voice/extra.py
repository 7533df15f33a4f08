"""Whether this installation can understand voice messages: an extra of its own, which is large and not everybody's."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bot.channels.provider import ChannelCheck, good, note

PACKAGES = {"viet-asr": "vietasr", "av": "av", "numpy": "numpy"}
"""What hears, what reads a phone's recordings, and what both hold them in: package and module."""

CHILD = Path(__file__).parent / "child.py"
"""The process that opens recordings."""


def listener() -> Sequence[str]:
    """The command of the process that listens; nothing where the extra is not installed. Imports none of it."""
    return () if missing() else (sys.executable, "-I", str(CHILD))


def missing() -> list[str]:
    """The packages of the extra that are not installed."""
    return [package for package, module in PACKAGES.items() if find_spec(module) is None]


def check_voice(listen: str) -> ChannelCheck:
    """What an operator is told of voice messages; `listen` as it is set."""
    lacking = missing()
    if listen == "no":
        return good("Tin thoại: không nghe (voice.listen)")
    if len(lacking) == len(PACKAGES):
        return good("Tin thoại: chưa cài phần nghe; cách cài ở docs/van-hanh.md")
    if lacking:
        told = "Tin thoại: phần nghe thiếu {packages}; hãy cài lại theo docs/van-hanh.md"
        return note(told, packages=" ".join(lacking))
    return good("Tin thoại: nghe được ngay trên máy này, không gửi đi đâu")
