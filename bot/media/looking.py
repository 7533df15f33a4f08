"""What is really in a file: a child process looks, so that a broken or hostile file ends the child and nothing else.

Decoders of pictures and sound take their time and memory, too; the child has limits of both and steps back for whoever
is chatting. Where no file is new no child is started, and none of its libraries is ever loaded here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from flows.files import FileFault

_CHILD = Path(__file__).parent / "child.py"
WITHIN_S = 120.0
AT_ONCE = 16  # files for one child: it has 90 seconds of a core, and a photograph takes one


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was seen: why it is not shown (None: it is), its size in pixels, seconds of sound (0: not known).

    `made` are the names of files made of it, `sizes` width, height and seconds of each; `spots`, of a drawing, where
    its elements lie: left, top, width and height in per cent.
    """

    fault: FileFault | None = None
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    made: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int, float], ...] = ()
    spots: Mapping[str, list[int]] = field(default_factory=dict)


def look_at(paths: Sequence[Path], into: Path | None = None, within_s: float = WITHIN_S) -> list[Found]:
    """Each file as it is; with `into` what pages and channels want of it is made there. A file over which the child
    ends is broken; the others are looked at by another."""
    found: list[Found] = []
    while len(found) < len(paths):
        some = paths[len(found) : len(found) + AT_ONCE]
        seen = _ask(some, into, within_s)[: len(some)]
        found += seen if len(seen) == len(some) else [*seen, Found("broken")]
    return found


@lru_cache(maxsize=32)
def picture_of(svg: str) -> bytes:
    """The picture of a drawn screen as PNG, for whoever looks at it before it is published. Raises ValueError where it
    cannot be drawn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.svg"
        path.write_text(svg, "utf-8")
        (found,) = look_at([path], Path(folder))
        if found.fault:
            raise ValueError(found.fault)
        return path.with_suffix(".png").read_bytes()


def _ask(paths: Sequence[Path], into: Path | None, within_s: float) -> list[Found]:
    command = [sys.executable, "-I", str(_CHILD), str(into or "")]
    asked = "".join(f"{json.dumps(str(path))}\n" for path in paths).encode()
    try:
        said = subprocess.run(command, input=asked, capture_output=True, timeout=within_s, check=False).stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    return [_read(line) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]


def _read(line: bytes) -> Found:
    told = json.loads(line)
    made = told.get("made", [])
    return Found(
        told.get("fault"),
        told.get("width", 0),
        told.get("height", 0),
        told.get("seconds", 0.0),
        tuple(each[0] for each in made),
        tuple((each[1], each[2], each[3]) for each in made),
        told.get("spots", {}),
    )
