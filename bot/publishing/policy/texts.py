"""A lesson's file as an editor's page has it: plain text, and back to its bytes; which text is in force. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from flows.yaml.strictyaml import MAX_BYTES

_BOM = b"\xef\xbb\xbf"
_UNKEPT = re.compile("[\x00\ud800-\udfff]")  # what no database keeps, or no file


@dataclass(frozen=True, slots=True)
class FileLayout:
    """What a page cannot show of a file, and what has to be as before when it is written."""

    bom: bool = False
    crlf: bool = False

    def written(self, text: str) -> bytes:
        """The bytes of a text that a page has given back."""
        raw = (text.replace("\n", "\r\n") if self.crlf else text).encode()
        return _BOM + raw if self.bom else raw


def layout_of(raw: bytes) -> FileLayout:
    """Line ends of both kinds become newlines when the file is written the next time."""
    return FileLayout(raw.startswith(_BOM), b"\r\n" in raw and raw.count(b"\r\n") == raw.count(b"\n"))


def plain(raw: bytes | str) -> str:
    """A file, or what a form has sent, as text with newlines. What cannot be kept is shown as "\ufffd"."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return _UNKEPT.sub("\ufffd", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def is_too_long(text: str) -> bool:
    """Whether no lesson may be so long: the reader would refuse it."""
    return len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES


def in_force(file: str, current: str | None, published: Collection[str]) -> str:
    """The text from which an edit begins: what lies in the folder, unless that was published already and
    something else since: by a rollback, or by an editor on a machine whose lessons cannot be written."""
    return current if current is not None and file in published else file
