"""How a text is read aloud: figures, sums, telephone numbers, dates, short forms and addresses as words of the South.

For whoever records a text, so that two recorders say the same, and for comparing what was recorded with what was meant.
Names and short forms are a table of the editors' (lessons/aloud.yaml); a short form that is not in it is spelt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from rapidfuzz import fuzz

from flows.words.keys import plain_of

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
THOUSANDS = ("", "ngàn", "triệu", "tỷ")
LARGEST = 10**12  # from here on nobody says a number as one
SAME = 60  # rapidfuzz ratio, as for answers that were misheard (flows.words.sounding)
HURRIED_S, RESTING_S, PAUSE_S = 0.1, 1.0, 2.0  # of one syllable; nobody says ten in a second
SPELT_FROM = 5  # digits without a dot that are no number but a code

LETTERS = {
    "A": "a", "B": "bê", "C": "xê", "D": "đê", "Đ": "đê", "E": "e", "F": "ép", "G": "giê", "H": "hát", "I": "i",
    "J": "gi", "K": "ca", "L": "lờ", "M": "mờ", "N": "nờ", "O": "ô", "P": "pê", "Q": "quy", "R": "rờ", "S": "ét",
    "T": "tê", "U": "u", "V": "vê", "W": "vê kép", "X": "ích", "Y": "i", "Z": "dét",
}  # fmt: skip

_RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"\b(1[89]00)[ .]?(\d{4,6})\b", lambda found: f"{_spelt(found[1])}, {_spelt(found[2])}"),
    (r"\b(0\d{2,3})[ .]?(\d{3})[ .]?(\d{3,4})\b", lambda found: ", ".join(map(_spelt, found.groups()))),
    (r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b", lambda found: f"{_of(found[1])} tháng {_of(found[2])} năm {_of(found[3])}"),
    (r"\b(\d{1,2})/(\d{4})\b", lambda found: f"{_of(found[1])} năm {_of(found[2])}"),
    (r"\b(\d{1,2})/(\d{1,2})\b", lambda found: f"{_of(found[1])} tháng {_of(found[2])}"),
    (r"\b(\d{1,2})(?::|h)00\b", lambda found: f"{_of(found[1])} giờ"),
    (r"\b(\d{1,2})(?::|h)([1-5]\d)\b", lambda found: f"{_of(found[1])} giờ {_of(found[2])}"),
    (r"(?<=\d)\s?(?:đ|VNĐ|VND)(?!\w)", lambda _: " đồng"),
    (r"(?<=\d)\s?%", lambda _: " phần trăm"),
    (r"(?<=\d)\s?[-–]\s?(?=\d)", lambda _: " đến "),
    (r"\b\d{1,3}(?:\.\d{3})+\b", lambda found: _of(found[0].replace(".", ""))),
    (r"\b(\d+),(\d+)\b", lambda found: f"{_of(found[1])} phẩy {_of(found[2])}"),
    (r"\d+", lambda found: f" {_of(found[0])} "),
)
"""Pattern → words, in this order: what is longer comes before what it consists of."""

_ADDRESS = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:vn|com|net|org|top|vip|xyz|info)\b", re.IGNORECASE)
_SHORT_FORM = re.compile(r"\b[A-ZĐ]{2,}\b")
_BETWEEN_WORDS = re.compile(r"(?<=[^\W\d])/(?=[^\W\d])")


def aloud(text: str, names: Mapping[str, str]) -> str:
    """A text without placeholders as it is read; `names`: a name or short form as it is written → as it is said."""
    text = _ADDRESS.sub(_address, text)
    names = {name[:1].upper() + name[1:]: said for name, said in names.items()} | dict(names)
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    if known:
        text = re.sub(rf"(?<!\w)(?:{known})(?!\w)", lambda found: names[found[0]], text)
    text = _SHORT_FORM.sub(lambda found: " ".join(LETTERS[letter] for letter in found[0]), text)
    text = _BETWEEN_WORDS.sub(", ", text)
    for pattern, words in _RULES:
        text = re.sub(pattern, words, text)
    kept = (each for each in text if each not in '“”"()•' and unicodedata.category(each) not in ("So", "Cn", "Cf"))
    return re.sub(r"\s+([,.;:?!…])", r"\1", " ".join("".join(kept).split()))


def says_it(heard: str, meant: str) -> bool:
    """Whether what a machine has heard may be this text as it is read (`aloud`): one that listens mishears a word in
    three, yet of another text it hears hardly any."""
    return fuzz.ratio(_plain(heard), _plain(meant)) >= SAME


def takes_s(meant: str) -> tuple[float, float]:
    """How many seconds a text as it is read takes at least, and at most with rests in between."""
    syllables = len(meant.split())
    return syllables * HURRIED_S, syllables * RESTING_S + PAUSE_S


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", plain_of(text.casefold())))


def number(value: int) -> str:
    """A whole number in words, 0 to `LARGEST` (exclusive)."""
    if value == 0:
        return DIGITS[0]
    groups = []
    while value:
        value, group = divmod(value, 1000)
        groups.append(group)
    last = len(groups) - 1
    said = (
        f"{_group(group, whole=at == last)} {THOUSANDS[at]}" for at, group in reversed([*enumerate(groups)]) if group
    )
    return " ".join(said).strip()


def _group(value: int, *, whole: bool) -> str:
    """Three digits; `whole`: none stand before them, so that what is zero is not said."""
    hundreds, rest = divmod(value, 100)
    tens, units = divmod(rest, 10)
    said = [] if whole and not hundreds else [DIGITS[hundreds], "trăm"]
    if tens == 0:
        said += ["lẻ"] if units and said else []
    else:
        said += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if units:
        said.append("mốt" if units == 1 and tens > 1 else "lăm" if units == 5 and tens else DIGITS[units])
    return " ".join(said)


def _of(digits: str) -> str:
    is_code = len(digits) >= SPELT_FROM and "." not in digits and not digits.endswith("000")
    is_code = is_code or (len(digits) > 1 and digits[0] == "0") or int(digits) >= LARGEST
    return _spelt(digits) if is_code else number(int(digits))


def _spelt(digits: str) -> str:
    return " ".join(DIGITS[int(digit)] for digit in digits)


def _address(found: re.Match[str]) -> str:
    parts = re.split(r"([.-])", found[0])
    said = ("chấm" if part == "." else "gạch" if part == "-" else _part(part) for part in parts if part)
    return " ".join(said)


def _part(part: str) -> str:
    """A part of an address: short ones have no vowel to be said with."""
    return " ".join(LETTERS[each] for each in part.upper()) if part in ("vn", "xyz") else part
