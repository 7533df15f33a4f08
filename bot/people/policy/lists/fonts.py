"""Letters of another age: TCVN3 (ABC) and VNI fonts, and UTF-8 that was taken for Windows' own; told by what comes out.

A cell is converted where the text as it stands cannot be Vietnamese and what comes out can. What reads both ways
("Thã" is a word, and is TCVN3 for "Thọ") goes with the rest of its column. All of it is shown, none taken unasked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.people.policy.lists.sheet import ListTable
from bot.people.policy.lists.syllables import soundness
from bot.people.policy.lists.words import tidy

# TCVN 5712:1993 (VN3), its letters in the order of Latin-1's code points.
TCVN3: Mapping[int, str] = dict(
    zip(
        map(
            ord,
            "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        ),
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)

# VNI-Windows: a vowel and the sign after it; some letters have a sign of their own.
_PLAIN = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HAT = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_ALONE = {"ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"}


def _pairs() -> dict[str, str]:
    pairs = dict(_ALONE)
    for vowel in "aeouyôö":
        for sign, tone in _PLAIN.items():
            pairs[vowel + sign] = _ALONE.get(vowel, vowel) + tone
    for vowel in "aeo":
        for sign, tone in _HAT.items():
            pairs[vowel + sign] = f"{vowel}\u0302{tone}"
    for sign, tone in _BREVE.items():
        pairs["a" + sign] = f"a\u0306{tone}"
    return {old: unicodedata.normalize("NFC", new) for old, new in pairs.items()}


VNI = _pairs()
_VNI = re.compile("|".join(sorted(VNI, key=len, reverse=True)), re.IGNORECASE)


def from_tcvn3(text: str) -> str:
    """Text of a TCVN3 (ABC) font as Unicode, letter by letter."""
    return text.translate(TCVN3)


def from_vni(text: str) -> str:
    """Text of a VNI font as Unicode: a letter and its mark are two characters there."""

    def one(found: re.Match[str]) -> str:
        letter = VNI[found[0].lower()]
        return letter.upper() if found[0][0].isupper() else letter

    return _VNI.sub(one, text)


def from_twice(text: str) -> str:
    """UTF-8 read as Windows-1252 and saved again; the text itself where it is nothing of the kind."""
    for given in (text, text.replace("Ã ", "Ã\xa0")):
        try:
            return unicodedata.normalize("NFC", bytes(map(_byte, given)).decode("utf-8"))
        except ValueError:  # no such byte, or no UTF-8
            continue
    return text


def _byte(letter: str) -> int:
    try:
        return letter.encode("cp1252")[0]
    except UnicodeEncodeError:
        return ord(letter)  # five bytes that Windows-1252 does not know came through as they were


TWICE = "bảng mã bị đổi hai lần"
WAYS: Mapping[str, Callable[[str], str]] = {
    "phông TCVN3 (ABC)": from_tcvn3,
    "phông VNI": from_vni,
    TWICE: from_twice,
}


@dataclass(slots=True)
class Restored:
    """What became of a page: `shown` holds before → after by way, in order, each once."""

    page: ListTable
    shown: dict[str, dict[str, str]] = field(default_factory=dict)


def restore(page: ListTable) -> Restored:
    """The page with every cell of a legacy font converted."""
    votes: Counter[str] = Counter()
    columns: dict[int, Counter[str]] = {}
    foreign: list[tuple[int, int, str, tuple[str, ...]]] = []
    for at, (_, cells) in enumerate(page.rows):
        for column, cell in enumerate(cells):
            if cell.isascii():
                continue
            ways = _ways(cell)
            foreign.append((at, column, cell, ways))
            if "" not in ways:
                votes.update(ways)
            if len(ways) == 1:
                columns.setdefault(column, Counter()).update(ways)
    if not votes:
        return Restored(page)
    rows = [(line, list(cells)) for line, cells in page.rows]
    restored = Restored(replace(page, rows=rows))
    for at, column, cell, ways in foreign:
        way = _choose(ways, votes, columns.get(column, Counter()))
        if way:
            rows[at][1][column] = after = WAYS[way](cell)
            restored.shown.setdefault(way, {})[tidy(cell)] = tidy(after)
    return restored


def _ways(cell: str) -> tuple[str, ...]:
    """The ways in which every marked word of a cell is Vietnamese; "" is as it stands."""
    good = [""] if _is_sound(cell) else []
    ways = WAYS if max(cell) < "\u0100" else {TWICE: from_twice}  # a font's letters are all of one byte
    return tuple(good + [way for way, convert in ways.items() if (new := convert(cell)) != cell and _is_sound(new)])


def _is_sound(text: str) -> bool:
    good, words = soundness(text)
    return good == words


def _choose(ways: Sequence[str], votes: Counter[str], column: Counter[str]) -> str:
    """The way most cells speak for; as it stands where the column holds anything that only reads so."""
    legacy = [way for way in ways if way]
    if not legacy or ("" in ways and (column[""] or not any(column[way] for way in legacy))):
        return ""
    return max(legacy, key=lambda way: votes[way])


def best_reading(texts: Mapping[str, str]) -> str:
    """Of several readings of one file, by name, the one that is Vietnamese most often; "" where none is."""

    def share(text: str) -> float:
        good, words = soundness(text)
        return good / words if words else 0.0

    best = max(texts, key=lambda name: share(texts[name]))
    return best if share(texts[best]) >= 0.5 else ""
