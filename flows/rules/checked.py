"""What was looked at and found without fault need not be looked at again: digests of all that the look depended on.

Only the good is remembered, as digests without a word of what they stand for: what a file says that was tampered with
can at worst be "this was fine". Whoever cannot write the file looks every time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import flows

FILE = "checked.json"  # in the data folder
MOST = 2_000  # digests kept, the youngest: ten folders with all their lessons

Basis = bytes | str
_Fault = TypeVar("_Fault")


class Checked:
    """The digests in a file; without a file those of this process."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._clean: dict[str, None] | None = None
        self._changed = False

    def faults(self, parts: Iterable[Basis], look: Callable[[], Iterable[_Fault]]) -> tuple[_Fault, ...]:
        """What `look` finds; nothing, and without looking, where it has found nothing in the same parts before.

        `parts` are all that the look depends on but the code itself; their order counts.
        """
        digest = digest_of(parts)
        if digest in self._known:
            self._known[digest] = self._known.pop(digest)  # youngest
            return ()
        found = tuple(look())
        if not found:
            self._known[digest] = None
            self._changed = True
        return found

    def save(self) -> None:
        """Write down what is new; without a word where that cannot be."""
        if self._file is None or not self._changed:
            return
        kept = list(self._known)[-MOST:]
        beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(kept, indent=0), "utf-8")
            beside.replace(self._file)
            self._changed = False

    @property
    def _known(self) -> dict[str, None]:
        if self._clean is None:
            self._clean = dict.fromkeys(_read(self._file)) if self._file else {}
        return self._clean


def _read(file: Path) -> list[str]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def digest_of(parts: Iterable[Basis]) -> str:
    """Hexadecimal, of the parts and of the code; it tells where one part ends and the next begins."""
    found = sha256(_code())
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        found.update(b"%d:" % len(raw))
        found.update(raw)
    return found.hexdigest()


@cache
def _code() -> bytes:
    """Of everything that decides what a fault is: the modules and tables of `flows`, the Python that runs them."""
    found = sha256(sys.version.encode())
    for folder, _, names in sorted(os.walk(Path(flows.__file__).parent)):
        for name in sorted(names):
            if name.endswith((".py", ".yaml", ".json")):
                found.update(f"{folder}/{name}:".encode())
                found.update(Path(folder, name).read_bytes())
    return found.digest()
