"""Digits that are said one by one: "một chín không ba" as 1903."""

from __future__ import annotations

import re

_DIGIT_WORDS = {
    **dict.fromkeys(("không", "khong"), "0"), **dict.fromkeys(("một", "mot", "mốt"), "1"), "hai": "2", "ba": "3",
    **dict.fromkeys(("bốn", "bon", "tư", "tu"), "4"), **dict.fromkeys(("năm", "nam", "lăm", "lam"), "5"),
    **dict.fromkeys(("sáu", "sau"), "6"), **dict.fromkeys(("bảy", "bay", "bẩy"), "7"),
    **dict.fromkeys(("tám", "tam"), "8"), **dict.fromkeys(("chín", "chin"), "9"),
}  # fmt: skip
DIGIT = rf"(?:{'|'.join(_DIGIT_WORDS)}|\d)"
SAID = re.compile(rf"(?<![^\W_])(?:{DIGIT}[\s,.\-]+){{3,18}}{DIGIT}(?![^\W_])", re.IGNORECASE)


def in_figures(text: str) -> str:
    """The text with digits that are said one by one as figures: "một chín không ba" as 1903."""
    return SAID.sub(lambda found: figures(found[0]), text)


def figures(said: str) -> str:
    return "".join(_DIGIT_WORDS.get(word.casefold(), word) for word in re.findall(r"\w+", said))
