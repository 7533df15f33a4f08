"""Which file goes with a lesson under a name: an editor's own, the published one, the one that lies there. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_LINE = re.compile(r"(?m)^(\S.*) ([0-9a-f]{64}\.\w+)$")


@dataclass(frozen=True, slots=True)
class BroughtFiles:
    """Files of a lesson by name (of its media folder, or the digest of recorded words) → name in the media store.

    `mine` are an editor's own, not published yet; `current` those of the version in force; `known`: by name every file
    that was ever published under it.
    """

    mine: Mapping[str, str] = field(default_factory=dict)
    current: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def chosen(self, wanted: Collection[str], folder: Mapping[str, str]) -> dict[str, str]:
        """The file in force for each name; as of texts, what lies in the folder counts unless it was published before
        and another is current."""
        found = {}
        for name in wanted:
            lying = folder.get(name, "")
            current = self.current.get(name, "")
            standing = current if current and (not lying or lying in self.known.get(name, ())) else lying
            if file := self.mine.get(name) or standing:
                found[name] = file
        return found


def as_text(files: Mapping[str, str]) -> str:
    """How an editor's own files are kept: a line each."""
    return "".join(f"{name} {file}\n" for name, file in sorted(files.items()))


def from_text(text: str) -> dict[str, str]:
    """The same read again."""
    return dict(_LINE.findall(text))
