"""How an answer is typed on a phone: in many ways, one function a way. Each takes a text and a chance."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from random import Random

from flows.keys import plain_of
from flows.shelf import read_table
from tests.support.builders import LESSONS

BEFORE = ("dạ", "Dạ", "da", "thưa", "dạ thưa", "em ơi", "con ơi", "chị ơi", "trời ơi")
AFTER = ("ạ", "nha", "nhé", "nghe", "nha em", "nghe con", "em ơi", "con", "đó", "nè", "hen", "ạ em", "nha con", "luôn")
AROUND = (
    "{}.",
    "{}!!!",
    "  {}  ",
    "“{}”",
    "{} 👍",
    "✅ {}",
    "{} 😊😊",
    "({})",
    "{}...",
    "👉 {}",
    "{} ạ 🙏",
    "- {}",
    "{}\n",
)
SHAPES = frozenset("\u0302\u0306\u031b")
TELEX = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
VNI = {"\u0300": "2", "\u0301": "1", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
VNI_SHAPES = {"\u0302": "6", "\u0306": "8", "\u031b": "7"}
LETTERS = "abcdeghiklmnopqrstuvxy"
LONG = 5  # letters from which one slip in a word must be forgiven

Way = Callable[[str, Random], str]


def _a_word(text: str, chance: Random, fits: Callable[[str], bool]) -> re.Match[str] | None:
    words = [found for found in re.finditer(r"[^\W\d_]+", text) if fits(found[0])]
    return chance.choice(words) if words else None


def _put(text: str, found: re.Match[str] | None, to: Callable[[str], str]) -> str:
    return text if found is None else text[: found.start()] + to(found[0]) + text[found.end() :]


def bare(text: str, chance: Random) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def half_bare(text: str, chance: Random) -> str:
    """Diacritics forgotten on some of the words."""
    return "".join(bare(word, chance) if chance.random() < 0.5 else word for word in re.split(r"(\s+)", text))


def shouted(text: str, chance: Random) -> str:
    return chance.choice((str.upper, str.title, str.swapcase, str.capitalize))(text)


def stretched(text: str, chance: Random) -> str:
    """A letter held down: xonggg, roooi; never a digit."""
    found = _a_word(text, chance, lambda word: True)
    return _put(text, found, lambda word: re.sub(r"(.)$", r"\1" * chance.randint(2, 5), word))


def polite(text: str, chance: Random) -> str:
    before, after = chance.choice(BEFORE), chance.choice(AFTER)
    return chance.choice((f"{before} {text}", f"{text} {after}", f"{before} {text} {after}"))


def around(text: str, chance: Random) -> str:
    return chance.choice(AROUND).format(text)


def decomposed(text: str, chance: Random) -> str:
    return unicodedata.normalize("NFD", text)


def short(text: str, chance: Random) -> str:
    """A word by one of its short or regional spellings of the table, written backwards from it."""
    spellings = backwards()
    found = _a_word(text, chance, lambda word: plain_of(word) in spellings)
    return _put(text, found, lambda word: chance.choice(spellings[plain_of(word)]))


def telex(text: str, chance: Random) -> str:
    """Keys of a Telex keyboard whose help is off."""
    return re.sub(r"[^\W\d_]+", lambda found: _keys(found[0].lower(), chance, telex=True), text)


def telex_word(text: str, chance: Random) -> str:
    found = _a_word(text, chance, lambda word: not word.isascii())
    return _put(text, found, lambda word: _keys(word.lower(), chance, telex=True))


def vni(text: str, chance: Random) -> str:
    return re.sub(r"[^\W\d_]+", lambda found: _keys(found[0].lower(), chance, telex=False), text)


def _keys(word: str, chance: Random, *, telex: bool) -> str:
    typed, tone = "", ""
    at_end = chance.random() < 0.7
    for character in unicodedata.normalize("NFD", word.replace("đ", "dd" if telex else "d9")):
        if character in TELEX:
            key = TELEX[character] if telex else VNI[character]
            typed, tone = (typed, key) if at_end else (typed + key, "")
        elif character in SHAPES:
            typed += VNI_SHAPES[character] if not telex else typed[-1] if character == "\u0302" else "w"
        else:
            typed += character
    return typed + tone


def lost_space(text: str, chance: Random) -> str:
    spaces = [found.start() for found in re.finditer(" ", text)]
    at = chance.choice(spaces) if spaces else None
    return text if at is None else text[:at] + text[at + 1 :]


def no_spaces(text: str, chance: Random) -> str:
    return re.sub(r"[\s,]+", "", text)


def extra_space(text: str, chance: Random) -> str:
    def split(word: str) -> str:
        at = chance.randint(2, len(word) - 2)
        return f"{word[:at]} {word[at:]}"

    return _put(text, _a_word(text, chance, lambda word: len(word) > 3), split).replace(" ", "  ", 1)


def typo(text: str, chance: Random) -> str:
    """One slip in one long word: a letter missing, wrong, too many, or two swapped."""

    def slip(word: str) -> str:
        at = chance.randint(0, len(word) - 2)
        letter = chance.choice(LETTERS)
        wrong = letter + word[at + 1 :]
        swapped = word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + chance.choice((word[at + 1 :], wrong, letter + word[at:], swapped))

    return _put(text, _a_word(text, chance, lambda word: len(word) >= LONG), slip)


def bare_typo(text: str, chance: Random) -> str:
    return typo(bare(text, chance).lower(), chance)


def dictated(text: str, chance: Random) -> str:
    """As a phone writes what it hears: no punctuation, or its name."""
    said = text.replace(",", chance.choice(("", " phẩy"))).rstrip(".!?")
    return said.capitalize() + chance.choice(("", " chấm", " nhé chấm"))


WAYS: Mapping[str, Way] = {
    "as it is": lambda text, chance: text,
    "no diacritics": bare,
    "some diacritics lost": half_bare,
    "upper and lower case": shouted,
    "a letter held": stretched,
    "polite": polite,
    "signs and emoji around": around,
    "NFD": decomposed,
    "short or regional spelling": short,
    "Telex keys": telex,
    "Telex keys in one word": telex_word,
    "VNI keys": vni,
    "a space lost": lost_space,
    "all spaces lost": no_spaces,
    "a space too many": extra_space,
    "one typo": typo,
    "one typo, no diacritics": bare_typo,
    "dictated": dictated,
}
OUTER = ("upper and lower case", "polite", "signs and emoji around", "NFD", "no diacritics")
"""Ways that may come on top of any other."""

PLACES = (
    (
        "{n}",
        "số {n}",
        "so {n}",
        "câu {n}",
        "{n} nha",
        "chọn {n}",
        "chon so {n} nha em",
        "{n}.",
        "{n})",
        "dạ {n} ạ",
        "so{n}",
    ),
    (
        "{circled}",
        "{keycap}",
        "nút {word}",
        "số {word}",
        "cái thứ {nth}",
        "thu {nth} nha",
        "chọn cái {word}",
        "NÚT {word}",
    ),
    ("{letter}", "{upper}.", "câu {letter}", "chọn {letter} nha", "đáp án {upper}", "ý {letter} ạ", "cau {letter}"),
)


def places(at: int, count: int) -> list[str]:
    """Ways to name option `at` of `count`, from 1."""
    names = {
        "n": str(at),
        "circled": chr(0x245F + at),
        "keycap": f"{at}\ufe0f\u20e3",
        "word": ("một", "hai", "ba", "bốn")[at - 1],
        "nth": ("nhất", "hai", "ba", "tư")[at - 1],
        "letter": "abcd"[at - 1],
        "upper": "ABCD"[at - 1],
    }
    found = [form.format(**names) for forms in PLACES for form in forms]
    found += ["cái đầu", "câu đầu tiên", "đầu tiên"] if at == 1 else []
    found += ["câu cuối", "cái cuối cùng", "cuối cùng nha"] if at == count else []
    return found + (["cái giữa", "ở giữa"] if count == 3 and at == 2 else [])


@cache
def backwards() -> Mapping[str, tuple[str, ...]]:
    """Word without diacritics → its other spellings in lessons/words.yaml."""
    spelling = read_table(LESSONS / "words.yaml")["spelling"]
    found: dict[str, tuple[str, ...]] = {}
    for typed, full in spelling.items() if isinstance(spelling, dict) else ():
        if " " not in typed and " " not in full:
            found[plain_of(full)] = (*found.get(plain_of(full), ()), typed)
    return found
