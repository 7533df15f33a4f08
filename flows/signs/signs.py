"""The signs by which a message may be a thief's: the rules of `lessons/signs.yaml`, weighed. Pure.

A message is never called safe. Each sign has a weight; from `enough` on the message is flagged. What speaks for
ordinary life (a warning, a counter one may go to) weighs against it, and is no sign that is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flows.signs.hosts import SeenLink, links_in
from flows.signs.judging import opinion
from flows.signs.sites import Kind, SiteTable, kind_of
from flows.words.asks import weigh
from flows.words.canonical import readings
from flows.words.ear.model import LazyModel, Model
from flows.words.keys import LONGEST_WORD, as_meant, plain_of
from flows.words.sought import Pattern

LONGEST = 4_000  # characters from the beginning that are looked at
ENDING = 1_000  # and from the end, of a longer message

_SWAPPED = re.compile(r"(?<![\w@$])(?=[^\W\d_]{0,23}[\d@$])(?=[\d@$_]{0,23}[^\W\d_])[\w@$]{2,24}(?![\w@$])")
ASKS = 200  # thousandths of a margin from which the second opinion counts: what no rule of the relay holds has 50

MOST = 8  # that all signs may weigh together before the learnt opinion is added: it can be outweighed
FEWEST_BROKEN = 4  # signs or foreign letters within words, from which they are broken on purpose

SOUNDS: frozenset[Kind] = frozenset({"sounds-much", "sounds", "ordinary", "ordinary-much"})
MANNERS: frozenset[Kind] = SOUNDS | {"asks", "garbled"}
NUMBERS: frozenset[Kind] = frozenset({"phone", "hotline"})
DECEIVING: frozenset[Kind] = frozenset({"alike", "letters", "numbers", "jumbled", "garbled"})

_BROKEN = re.compile(r"(?<=[^\W_])[.,;:'\"^~*_!@$|{}`](?=[^\W_])|[äöüåøëïÄÖÜÅØËÏ]")
_FIGURES = re.compile(r"\d[.,:/]\d")
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_HOTLINE = re.compile(r"(?<!\d)1[89]00(?:[ .]?[\dxX]){4,6}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .\-]?[\dxX]){8,10}(?![\dxX])")
_OVERLONG = re.compile(rf"(\w{{{LONGEST_WORD}}})\w+")
_BREAK = re.compile(r"(?<= )[.,;:!?…] ")
_LETTER_OF = str.maketrans("013457@$", "oieastas")


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that makes a message suspicious, or (a `weight` below 0) ordinary. `phrase` tells it; `links` are the
    kinds of hosts that show it (of an ordinary one: all its links are such), `when` the words, unless one of `unless`
    stands there as well."""

    id: str
    phrase: str
    weight: int
    when: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    links: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class SignTable:
    """`lessons/signs.yaml` and `lessons/sites.yaml`, compiled. `never` is cut out before anything is looked for: what
    one is told not to do. `words` are all that patterns are made of, without marks. `model` is the second
    opinion of the relay, `learnt` that of `judging`; both may be missing."""

    enough: int = 1
    signs: tuple[Sign, ...] = ()
    never: tuple[Pattern, ...] = ()
    sites: SiteTable = field(default_factory=SiteTable)
    words: frozenset[str] = frozenset()
    model: Model | None = field(default=None, repr=False)
    learnt: LazyModel | None = field(default=None, repr=False)

    def __hash__(self) -> int:
        return id(self)


UNSIGNED = SignTable()
"""Stands where no signs were read: nothing is found."""


@dataclass(frozen=True, slots=True)
class SignsFound:
    """`signs` that stand in a message, the heaviest first; `weight` is what they weigh together, `enough` or more
    where it is `flagged`."""

    flagged: bool
    signs: tuple[Sign, ...]
    weight: int

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the signs, the heaviest first."""
        return tuple(sign.id for sign in self.signs)


def look(table: SignTable, text: str, *, signs_alone: bool = False) -> SignsFound:
    """The signs of a message, of which LONGEST characters from the beginning and ENDING from the end are read.

    `signs_alone`: whatever the learnt opinion; so it is looked where something else than a scam depends on it.
    """
    if len(text) > LONGEST + ENDING:
        text = f"{text[:LONGEST]}\n{text[-ENDING:]}"
    text, kinds = parted(as_seen(text), table.sites)
    kinds |= set(_opinions(table, text, kinds, signs_alone=signs_alone))
    found: Mapping[str, Sign] = {
        sign.id: sign
        for said in readings(unswapped(text, table.words).replace("%", " phần trăm "))
        for sign in _in_words(table, _Said(said), kinds)
    }
    heard = sum(sign.weight for sign in found.values() if not sign.links & SOUNDS)
    weight = min(heard, MOST) + sum(sign.weight for sign in found.values() if sign.links & SOUNDS)
    shown = sorted((sign for sign in found.values() if sign.weight > 0), key=lambda sign: -sign.weight)
    return SignsFound(weight >= table.enough, tuple(shown), weight)


def parted(text: str, sites: SiteTable) -> tuple[str, set[Kind]]:
    """A text (as seen) without its links, and what it leads to and how it is written."""
    links = list(links_in(text, sites.endings))
    kinds = {kind_of(link, sites) for link in links} - {""}
    said = _OVERLONG.sub(r"\1", _without_links(text, links))
    kinds |= set(_numbers_in(said))
    if _is_garbled(said):
        kinds.add("garbled")
    return said, kinds


def _is_garbled(said: str) -> bool:
    """Whether words are broken on purpose: by signs of several kinds, or by letters of other alphabets."""
    broken = _BROKEN.findall(_FIGURES.sub("0", said))
    return len(broken) >= max(FEWEST_BROKEN, len(said.split()) // 5) and len(set(broken)) > 1


def _opinions(table: SignTable, said: str, kinds: Collection[Kind], *, signs_alone: bool) -> Iterator[Kind]:
    """What the models think of a message; beside an address that deceives nothing counts as ordinary."""
    if table.learnt is not None and not signs_alone:
        thought = opinion(table.learnt.model, said, kinds)
        if thought and not (thought.startswith("ordinary") and DECEIVING.intersection(kinds)):
            yield thought
    if table.model is not None and weigh(table.model, said, "instructor") > ASKS:
        yield "asks"


def _numbers_in(text: str) -> Iterator[Kind]:
    """Whether telephones are named: those that firms have, those of anybody."""
    if _HOTLINE.search(text):
        yield "hotline"
    if _PHONE.search(text):
        yield "phone"


def links_of(table: SignTable, text: str) -> list[tuple[SeenLink, Kind]]:
    """The links of a message with what each is."""
    return [(link, kind_of(link, table.sites)) for link in links_in(as_seen(text), table.sites.endings)]


def as_seen(text: str) -> str:
    """The text in NFKC without what nobody sees; letters of other alphabets stay, for they tell a false host."""
    return text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def _without_links(text: str, links: Iterable[SeenLink]) -> str:
    """What is said beside the links: a word in an address says nothing."""
    for link in reversed(list(links)):
        text = f"{text[: link.span[0]]} {text[link.span[1] :]}"
    return text


def unswapped(text: str, words: frozenset[str]) -> str:
    """A text with letters again where figures or signs stand for them ("0TP", "l1nk"), in words that are known."""

    def letters(found: re.Match[str]) -> str:
        for one in ("i", "l"):
            word = found[0].replace("1", one).translate(_LETTER_OF)
            if plain_of(as_meant(word)) in words:
                return word
        return found[0]

    return _SWAPPED.sub(letters, text)


class _Said:
    """A message in canonical words."""

    def __init__(self, said: str) -> None:
        self.said = said

    def has(self, sought: Iterable[Pattern]) -> bool:
        return any(each.find(self.said) is not None for each in sought)

    def without(self, sought: Iterable[Pattern]) -> _Said:
        said = self.said
        for each in sought:
            said = each.cut(said)
        return self if said == self.said else _Said(said)

    def unbroken(self) -> _Said:
        """The same as one sentence: where a thief sets his commas means nothing. What was cut out still parts it."""
        return _Said(_BREAK.sub("", self.said))


def _leads(sign: Sign, kinds: set[Kind]) -> bool:
    """Whether links or numbers show a sign; an ordinary one where there are no others of the same nature."""
    if sign.weight > 0:
        return not sign.links.isdisjoint(kinds)
    if sign.links <= MANNERS:
        return not sign.links.isdisjoint(kinds)
    alike = kinds & NUMBERS if sign.links & NUMBERS else kinds - NUMBERS - MANNERS
    return bool(alike) and alike <= sign.links


def _in_words(table: SignTable, written: _Said, kinds: set[Kind]) -> Iterator[Sign]:
    whole, said = written.unbroken(), written.without(table.never).unbroken()
    for sign in table.signs:
        ordinary = sign.weight < 0
        led = _leads(sign, kinds)
        if (led or (whole if ordinary else said).has(sign.when)) and not whole.has(sign.unless):
            yield sign
