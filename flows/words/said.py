"""Digits that are said one by one, "một chín không ba" as 1903, or by tens and hundreds, "bảy trăm ba mốt" as 731."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGIT_WORDS = {
    **dict.fromkeys(("không", "khong", "ko"), "0"), **dict.fromkeys(("một", "mot", "mốt"), "1"), "hai": "2", "ba": "3",
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
    """The digits of number words said one by one; what is no digit word is kept."""
    return "".join(_DIGIT_WORDS.get(word.casefold(), word) for word in re.findall(r"\w+", said))


FEWEST_MISHEARD = 5
"""Digits among misheard words that are taken for a code: of six one is lost. A sum or a date has fewer."""

_WORD = re.compile(r"[^\W_]+")
_COUNTS = frozenset("trăm nghìn ngàn triệu tỷ tỉ mươi mười đồng tuổi giờ phút ngày tháng".split())


def misheard_in(text: str) -> Iterator[tuple[int, int]]:
    """Where digits are told one by one with a word here and there that is none, as a machine hears a code of which it
    mistook one: from where to where. What counts something ("triệu", "tuổi") is part of no code.
    """
    digits: list[re.Match[str]] = []
    gaps = since = 0
    for word in (*_WORD.finditer(text), None):
        said = word[0].casefold() if word else ""
        if word and said in _DIGIT_WORDS:
            digits, gaps, since = [*digits, word], gaps + since, 0
        elif digits and word and since == 0 and said not in _COUNTS:
            since = 1
        else:
            if gaps and len(digits) >= FEWEST_MISHEARD and gaps <= len(digits) // 2:
                yield digits[0].start(), digits[-1].end()
            digits, gaps, since = [], 0, 0


_D = rf"(?:{'|'.join(_DIGIT_WORDS)})"
_S = r"[\s,.\-]{1,3}"
_TENS = rf"(?:{_D}{_S}(?:mươi|muoi|chục|chuc)|mười|muoi)(?:{_S}{_D})?"
_HUNDREDS = rf"{_D}{_S}(?:trăm|tram)(?:{_S}(?:(?:lẻ|le|linh){_S}{_D}|{_TENS}|{_D}(?:{_S}{_D})?))?"
COUNTED = re.compile(
    rf"(?<![^\W_])(?:(?:{_HUNDREDS}|{_TENS}|{_D}|\d){_S}){{0,18}}(?:{_HUNDREDS}|{_TENS}|{_D}|\d)(?![^\W_])", re.I
)
"""A number said in pieces of one, two or three digits."""


def counted_figures(said: str) -> str:
    """The digits of what COUNTED found: "bảy trăm ba mốt tám trăm lẻ hai" as 731802."""
    digits = ""
    for each in re.finditer(rf"(?P<hundreds>{_HUNDREDS})|(?P<tens>{_TENS})|{_D}|\d", said, re.IGNORECASE):
        figures_in = figures(re.sub(r"(?i)trăm|tram|mươi|muoi|chục|chuc|lẻ|le|linh", " ", each[0]))
        figures_in = re.sub(r"\D", "", figures_in)
        if each["hundreds"]:
            rest = re.search(rf"(?i)(?:trăm|tram){_S}(.+)", each[0])
            last = counted_figures(rest[1]) if rest and not re.match(r"(?i)lẻ|le|linh", rest[1]) else figures_in[1:]
            digits += figures_in[:1] + last.zfill(2)
        elif each["tens"]:
            teen = re.match(r"(?i)mười|muoi", each[0]) is not None
            figures_in = f"1{figures_in}" if teen else figures_in
            digits += figures_in if len(figures_in) > 1 else f"{figures_in}0"
        else:
            digits += figures_in
    return digits
