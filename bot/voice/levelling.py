"""A recording as everybody hears it: mono, its ends cut, all equally loud. A process of its own makes it."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal, get_args

from bot.voice.extra import CHILD, missing

WITHIN_S = 60.0
ENDING = "m4a"

LevelFault = Literal["long", "silent", "broken"]
"""Over a minute; nothing said in it; no recording."""


@dataclass(frozen=True, slots=True)
class Levelled:
    """A file of `seconds`, or why there is none."""

    sound: bytes = b""
    seconds: float = 0.0
    fault: LevelFault | None = None


def can_level() -> bool:
    """Whether what opens recordings is installed."""
    return not {"av", "numpy"}.intersection(missing())


def levelled(sound: bytes) -> Levelled:
    """The recording as it is kept; blocks for a part of a second. What ends the process is broken."""
    command = [sys.executable, "-I", str(CHILD), "level"]
    order = struct.pack(">I", len(sound)) + sound
    try:
        said = subprocess.run(command, input=order, capture_output=True, timeout=WITHIN_S, check=False).stdout
    except subprocess.TimeoutExpired:
        return Levelled(fault="broken")
    line, _, made = said.partition(b"\n")
    try:
        told = json.loads(line)
    except ValueError:
        return Levelled(fault="broken")
    if told.get("fault") or not made or len(made) != told.get("size"):
        return Levelled(fault=next((each for each in get_args(LevelFault) if each == told.get("fault")), "broken"))
    return Levelled(made, float(told["seconds"]))
