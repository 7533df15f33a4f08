"""Files of a lesson: as lint finds them beside it, and as they are kept once it is published."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

FileFault = Literal["other", "broken", "animated", "large", "long"]
"""Why a file is not shown: it is not what its name says; it cannot be read to its end; it moves; it has more pixels
(40 million) or minutes (10) than anybody looks at."""


WORDS_DIGITS = 12  # of a hash, in hex: among a million texts two are alike in one case of five hundred


def words_digest(text: str) -> str:
    """What a recording of these words is called: equal where the same words are said, whatever stands between them."""
    said = " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))
    return sha256(said.encode()).hexdigest()[:WORDS_DIGITS]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file beside a lesson as lint looks at it; `size` in bytes, `fault` None: nobody has found any."""

    size: int
    fault: FileFault | None = None


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A picture or recording of a lesson as it is kept: `file` is its name in the media store, "<sha256>.jpg".

    `size` in bytes; `width` and `height` in pixels, `seconds` of a recording (0: not known). `others` are the same in
    other types and widths. `address` is where anybody may fetch it, "" where nobody outside reaches us. `spots`, of a
    drawn screen: element → left, top, width and height in per cent.
    """

    file: str
    size: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    others: tuple[LessonFile, ...] = ()
    address: str = ""
    spots: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def ending(self) -> str:
        """Its type, as the end of its name."""
        return self.file.rpartition(".")[2]
