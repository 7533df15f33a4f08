"""What the thumbs did: words out of a line of text, letters without marks, the marks of Telex and VNI keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

SHORT = 200  # characters up to which the words of a text are remembered for a moment
MAX_TEXT = 4_000  # characters of hers that are looked at
LONGEST_WORD = 40  # characters of one word that are looked into

Tokens = tuple[str, ...]

_WORDS = re.compile(r"[^\W_]+")
RUNS = re.compile(r"([a-z])\1+")
_VOWELS = frozenset("aeiouy")
# What Telex and VNI keys put on a letter: grave f, acute s, hook r, tilde x, dot j, circumflex ^, horn and breve w.
_MARKS = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j", "\u0302": "^", "\u031b": "w"}
_MARKS["\u0306"] = "w"
SLIPS = re.compile(r"[aeiouy][^\W\d]*[sfrxjw]|[^\W\daeiouyw]w|dd|aa|ee|oo|[^\W\d]\d")
_VNI = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j", "6": "^", "7": "w", "8": "w", "9": "d"}


_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")  # formats (Cf)
_OTHER_DIGIT = re.compile("(?![0-9])\\d|[²³¹⁰-₉①-⓿❶-➓！-～]")
_LOST_L = re.compile(r"(?<![^\W_])[I1](?=[ăâêôơưừứửữựờớởỡợồốổỗộầấẩẫậằắẳẵặ])")
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("ÐðƉɖ", "đ"),
        **dict(zip("аеорсхуіАЕОРСХУІКМТВН", "aeopcxyiaeopcxyikmtbh", strict=True)),
        **dict(zip("ктмнвгѕјԁһԛԝӏпЅЈԚԜӀ", "ktmhbrsjdhqwlnsjqwl", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοριτυνκχεη", "abezhikmnoptyxaopituvkxen", strict=True)),
        **dict(zip("ɑɡıƖ", "agil", strict=True)),
    }
)
"""Letters that look like one of ours: what old lists and fonts write for đ, the Cyrillic and the Greek ones."""


def spoken(text: str) -> str:
    """As said, diacritics kept: case and punctuation aside."""
    return " ".join(split(text))


def signed(text: str) -> str:
    """As written in a table, each syllable as its letters and its marks; a word without marks is no Telex."""
    return " ".join(word if word.isascii() else signed_of(word) for word in split(text))


def plain_of(text: str) -> str:
    """Lower case without any diacritics."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def bare_of(text: str) -> str:
    """In small letters, without diacritics, blanks and punctuation."""
    return "".join(c for c in plain_of(text) if c.isalnum())


@lru_cache(maxsize=4096)
def unslipped(token: str) -> tuple[str, str]:
    """A syllable as (letters without marks, its marks sorted), read as Telex or VNI keys: "ddungs" → ("dung", "ds").

    A mark counts once, so "dduwowcj", "dduowcj" and "được" are the same.
    """
    if token.isdigit() or len(token) > LONGEST_WORD:
        return token, ""
    letters: list[str] = []
    marks: set[str] = set()
    vowel = False
    for character in unicodedata.normalize("NFD", token.replace("đ", "dd")):
        last = letters[-1] if letters else ""
        if mark := _MARKS.get(character):
            marks.add(mark)
        elif character == last and character in "aeo":
            marks.add("^")
        elif character == "d" and (last == "d" or (letters[:1] == ["d"] and vowel)):
            marks.add("d")
        elif vowel and character in "sfrxjw":
            marks.add(character)
        elif character == "w" and letters:  # after a consonant the key writes "ư" by itself: "lwaf" is "lừa"
            letters.append("u")
            marks.add("w")
            vowel = True
        elif character in _VNI and letters and letters[0].isalpha():
            marks.add(_VNI[character])
        elif character != last and not unicodedata.combining(character):
            letters.append(character)
            vowel = vowel or character in _VOWELS
    return "".join(letters), "".join(sorted(marks))


def pieces(token: str, vocabulary: Iterable[str]) -> Tokens:
    """A token as words that lost the spaces between them ("xongroi" → xong roi), as few as possible; else empty."""
    if len(token) > LONGEST_WORD:
        return ()
    inside = [word for word in vocabulary if word in token]
    best: list[Tokens | None] = [(), *([None] * len(token))]
    for end in range(1, len(token) + 1):
        for word in inside:
            before = best[end - len(word)] if len(word) <= end and token.endswith(word, 0, end) else None
            now = best[end]
            if before is not None and (now is None or len(before) + 1 < len(now)):
                best[end] = (*before, word)
    return best[-1] or ()


def as_meant(text: str) -> str:
    """NFC, in small letters; a letter of another alphabet by the one it looks like, "Iừa" as "lừa", nothing unseen."""
    if text.isascii():
        return text.casefold()
    return _as_meant_once(text) if len(text) <= SHORT else _as_meant(text)


def _as_meant(text: str) -> str:
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _LOST_L.sub("l", text.translate(_ALIKE)))).casefold()


@lru_cache(maxsize=256)
def _as_meant_once(text: str) -> str:
    return _as_meant(text)


@lru_cache(maxsize=256)
def _split_once(text: str) -> tuple[str, ...]:
    return tuple(_split(text))


def split(text: str) -> list[str]:
    """Words in lower case, NFC; digits in circles and the like as plain digits; of signs alone the signs."""
    return list(_split_once(text)) if len(text) <= SHORT else _split(text)


def _split(text: str) -> list[str]:
    text = text[:MAX_TEXT]
    if text.isascii():
        return _WORDS.findall(text.casefold())
    text = as_meant(text)
    found = _WORDS.findall(_OTHER_DIGIT.sub(lambda one: _digit(one[0]), text))
    return found or list(signs_of(text))


def signs_of(text: str) -> Tokens:
    """Emoji and the like, each once."""
    return tuple(dict.fromkeys(c for c in text if unicodedata.category(c) == "So"))


def _digit(character: str) -> str:
    if character.isascii() or not character.isdigit():
        return unicodedata.normalize("NFKC", character) if "\uff01" <= character <= "\uff5e" else character
    return str(unicodedata.digit(character))


def signed_of(spoken: str) -> str:
    """Words with the marks of Telex and VNI keys taken out of the letters and written behind an apostrophe."""
    return " ".join(f"{letters}'{marks}" if marks else letters for letters, marks in map(unslipped, spoken.split()))
