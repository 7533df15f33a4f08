"""Patterns over a message in canonical words, as a teacher writes them: which words, near which others.

A word that must be there is looked for first: most patterns are never tried, nor even compiled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flows.saying import say
from flows.words.canonical import BARE, canonical_word
from flows.words.keys import plain_of

NEAR = 12
"""Words within which the parts of a pattern that are joined by & must stand."""
GAP = 3
"""Words that a bare … stands for, at most."""
MANY = "{0,3}"
"""How often what is marked * may stand: more would take time by the square of a message."""


_AMOUNT_OF = "k|nghin|ngan|ng|tr|trieu|cu|chai|dong|d|vnd|xi|lit"
_COUNT = "mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|it|may|vai|nua"
BUILT_IN = {
    "amount": rf"(?:\d[\d.,]*(?:(?:{_AMOUNT_OF})\d*' |' (?:{_AMOUNT_OF})'\S* )|\d{{1,3}}(?:[.,]\d{{3}})+' "
    rf"|[1-9]\d{{4,8}}' |(?:{_COUNT})'\S* (?:tram|chuc|trieu|nghin|ngan|cu|dong|xi|lit)'\S* )",
    "number": r"(?<!\d' )[1-9]\d{0,6}(?:[.,]\d+)*' (?!\d)",
}
"""Groups that no file has to write: a sum of money, a number in figures that is no part of a telephone's."""

_TOKEN = re.compile(
    r"(?P<no>!?)(?P<ways>(?:\{[^{}]+\}|[^{}…&!?*/]+|\?(?=$))(?:/(?:\{[^{}]+\}|[^{}…&!?*/]+))*)(?P<many>[?*]?)"
)
_GLUED = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){1,2}")
_WAY = re.compile(r"\{[^{}]+\}|[^/{}]+")

Needs = tuple[Collection[str], ...]
"""Words without marks; of each one must be there."""
FEW = 16  # words that lie in a tuple: a set is five times its size, and of few no quicker to walk through


class PatternInvalid(ValueError):
    """A pattern that cannot be read; `message` says why, for whoever wrote it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a teacher wrote, in parts that all must be found near one another, in any order; `groups` are the words that
    it names. Made a regular expression when it is first needed, a millisecond each. What lacks one of the words of each
    of `needs` is no place for it."""

    parts: tuple[str, ...]
    groups: Groups = field(repr=False)
    needs: Needs = ()

    def find(self, said: str) -> tuple[int, int] | None:
        """From where to where in a canonical text; None where it does not stand."""
        if not self._may_be_in(said):
            return None
        return next(_together(_compiled_of(self.parts, self.groups), said, ()), None)

    def cut(self, said: str) -> str:
        """A canonical text with a mark of what was cut out where the first part stood."""
        return _compiled_of(self.parts, self.groups)[0].sub("• ", said) if self._may_be_in(said) else said

    def _may_be_in(self, said: str) -> bool:
        words = _words_of(said)
        return not any(words.isdisjoint(need) for need in self.needs)


# --- reading the rules -------------------------------------------------------------------------------


class Groups:
    """Words that may stand for one another; a group may name others, never itself."""

    def __init__(self, texts: Mapping[str, Iterable[str]]) -> None:
        self.texts = texts
        self._known = dict(BUILT_IN)
        self._words: dict[str, str] = {}

    def one(self, word: str) -> str:
        """The same word, kept once however many patterns begin with it."""
        return self._words.setdefault(word, word)

    def regex(self, name: str, inside: tuple[str, ...] = ()) -> str:
        """The regular expression of a group, built once; `inside` are the groups it is being built for.

        Raises PatternInvalid where the group is unknown or calls itself.
        """
        if name in inside:
            raise PatternInvalid(say("nhóm {{{name}}} gọi lại chính nó", name=name))
        if name not in self._known:
            if name not in self.texts:
                raise PatternInvalid(say("không có nhóm chữ {{{name}}}", name=name))
            ways = [_sequence(each, self, (*inside, name)) for each in self.texts[name]]
            self._known[name] = f"(?:{'|'.join(sorted(ways, key=len, reverse=True))})"
        return self._known[name]


def pattern_of(text: str, groups: Groups) -> Pattern:
    """A pattern as a teacher writes it; raises PatternInvalid."""
    parts = tuple(part for part in re.split(r"\s&\s", text.strip()) if part.strip())
    if not parts:
        raise PatternInvalid(say("mẫu này trống"))
    for part in parts:
        _sequence(part, groups)
    return Pattern(parts, groups, _needs_of(text, groups))


@lru_cache(maxsize=8192)
def _compiled_of(parts: tuple[str, ...], groups: Groups) -> tuple[re.Pattern[str], ...]:
    return tuple(_compiled(rf"(?<= ){_sequence(part, groups)}") for part in parts)


@lru_cache(maxsize=8192)  # a folder is read again whenever one of its files was saved
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


@lru_cache(maxsize=64)  # of one text many patterns are asked
def _words_of(said: str) -> frozenset[str]:
    return frozenset(word.partition("'")[0] for word in said.split())


def _sequence(text: str, groups: Groups, inside: tuple[str, ...] = ()) -> str:
    """Words one behind the other: a/b either, {group} (? may be missing, * any number), … a gap, !a not followed by,
    ^ only where a clause begins."""
    plain = re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+){1,2}", text)
    made = "".join(_piece(each, groups, inside) for each in text.split())
    return f"(?:{made}|{_glued(text)})" if plain and len(text) > 6 else made


def _piece(text: str, groups: Groups, inside: tuple[str, ...]) -> str:
    if gap := re.fullmatch(r"…(\d?\d?)", text):
        return rf"(?:[^ ']*'\S* ){{0,{int(gap[1] or GAP)}}}?"
    if text == "^":
        return r"(?:(?<=, )|(?<=\A ))"
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise PatternInvalid(say("“{text}” không đọc được", text=text))
    ways = [
        groups.regex(each[1:-1], inside) if each.startswith("{") else _word(each) for each in found["ways"].split("/")
    ]
    made = f"(?:{'|'.join(ways)}){MANY if found['many'] == '*' else found['many']}"
    return f"(?!{made})" if found["no"] else made


def _word(text: str) -> str:
    if not re.fullmatch(r"=?[^\W_]+|\?", text):
        raise PatternInvalid(say("“{text}” không phải một chữ", text=text))
    if text == "?":
        return r"\? "
    letters, _, marks = canonical_word(text.lstrip("=")).partition("'")
    if not marks:
        return f"{re.escape(letters)}'{BARE}? "
    typed = re.escape(marks) if text.startswith("=") else f"(?:{re.escape(marks)})?"  # "=mã": only with its marks
    return f"{re.escape(letters)}'{typed} "


def _glued(text: str) -> str:
    return _word(text.replace(" ", "").lower())


# --- what must be there ------------------------------------------------------------------------------


def _needs_of(pattern: str, groups: Groups) -> Needs:
    """What a message must hold for a pattern, as a teacher writes it, to be found; nothing where it cannot be told."""
    found = (_firsts(piece, groups, glued) for piece, glued in _pieces(pattern))
    return tuple(tuple(sorted(each)) if len(each) <= FEW else each for each in found if each)


def _pieces(pattern: str) -> Iterator[tuple[str, str]]:
    """The words that must be there, each with what stands for it where the words have lost the blanks between them."""
    for part in re.split(r"\s&\s", pattern):
        glued = plain_of(part.replace(" ", "")) if _GLUED.fullmatch(part.strip()) else ""
        yield from ((piece, glued) for piece in part.split() if _must_be(piece))


def _must_be(piece: str) -> bool:
    return piece[0] not in "…!^" and (piece[-1] not in "?*" or piece == "?")


def _firsts(piece: str, groups: Groups, glued: str = "") -> frozenset[str]:
    """The words by which one of the ways of a piece begins; nothing where they are no words."""
    words, begins = {glued} - {""}, frozenset[str]()
    for way in _WAY.findall(piece.rstrip("?*")):
        if not way.startswith("{"):
            words.add(groups.one(plain_of(way.lstrip("="))))
        elif way[1:-1] in BUILT_IN:
            return frozenset()
        else:
            begins = _of_group(way[1:-1], groups)
            if not begins:
                return frozenset()
            words |= begins
    return begins if words == begins else frozenset(words)  # a group's own set serves all patterns that begin with it


@lru_cache(maxsize=512)
def _of_group(name: str, groups: Groups) -> frozenset[str]:
    """The words by which any text of a group may begin; nothing where one of them begins with anything."""
    found = [_begins(str(text), groups) for text in groups.texts.get(name, ())]
    return frozenset().union(*found) if all(found) else frozenset()


def _begins(text: str, groups: Groups) -> frozenset[str]:
    """The words by which a text of a group may begin: what may be missing, and what must be there after it."""
    words: set[str] = {plain_of(text.replace(" ", ""))} if _GLUED.fullmatch(text) else set()
    for piece in text.split():
        if piece[0] in "…!^":
            if piece[0] == "…":
                return frozenset()
            continue
        firsts = _firsts(piece, groups)
        if not firsts:
            return frozenset()
        words |= firsts
        if _must_be(piece):
            return frozenset(words)
    return frozenset()


def _together(
    parts: tuple[re.Pattern[str], ...], said: str, found: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, int]]:
    """Every way to find the parts near one another; a later one may stand in the gap of an earlier one."""
    if not parts:
        start, end = min(each[0] for each in found), max(each[1] for each in found)
        yield start, end
        return
    low, high = (0, len(said)) if not found else _reach(said, found)
    for each in parts[0].finditer(said, low, high):
        yield from _together(parts[1:], said, (*found, each.span()))


def _reach(said: str, found: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    low, high = min(each[0] for each in found), max(each[1] for each in found)
    for _ in range(NEAR):
        low = max(0, said.rfind(" ", 0, max(0, low - 1)) + 1)
        high = said.find(" ", high) + 1 or len(said)
    return low, high
