"""Whether a host is one of the real ones, or only looks like it: `lessons/sites.yaml` as rules. Pure.

No list of public suffixes is needed: a host that lies below no real one and carries a real one's name, spelt out or
nearly so, is a likeness, whoever may register its ending.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.signs.hosts import SeenLink

Kind = Literal[
    "", "real", "alike", "letters", "numbers", "jumbled", "short", "free", "odd", "unknown", "phone", "hotline",
    "asks", "garbled", "sounds-much", "sounds", "ordinary", "ordinary-much",
]  # fmt: skip
"""What a host is: a real site; like one; in letters nobody here writes; bare numbers; capitals in the
middle of its words, as machines make them by the thousand; one that hides where it leads;
where anybody may build; with an ending thieves like; nothing that is known. Beside hosts:
a telephone of somebody's own, a number of 1800 or 1900 that firms have; the learnt
opinion that something is asked for which could rob her (see `flows.words.asks`); words
broken by signs or foreign letters, as no human writes; the learnt opinions that it
sounds like a thief's, or ordinary (see `judging`)."""

WHOLE = 6  # letters from which a name counts wherever it stands in a host; a shorter one by itself or with `around`
NEAR, NEARER = 8, 5  # letters from which two slips, or one, still leave a name recognised
SLIPPED = 4  # letters of a name of which one may be wrong and the host is still meant
STATE = "gov.vn"
VIETNAMESE = frozenset("aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz0123456789-.")

_ALIKE = str.maketrans("0135478", "oiesatb")
_JUMBLED = re.compile(r"[a-z\d][A-Z]+[a-z\d]*(?=[a-z\d]*\.|\.)")
_PARTS = re.compile(r"[.\-]")


@dataclass(frozen=True)
class SiteTable:
    """`real` hosts, theirs and all below; `names` that are copied, those of them that count only `alone`
    however long (a province's); `around` what is stuck to a name to make a false one;
    `odd`, `short`, `free`, `endings` as their heads in the file say."""

    real: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    odd: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    endings: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def of_state(self) -> tuple[str, ...]:
        """The labels before gov.vn in the real hosts."""
        labels = (host.removesuffix(f".{STATE}").split(".") for host in self.real if host.endswith(f".{STATE}"))
        return tuple({label for each in labels for label in each})

    @cached_property
    def whole(self) -> tuple[str, ...]:
        """The names that count wherever they stand."""
        return tuple(name for name in self.names if len(name) >= WHOLE and name not in self.alone)

    @cached_property
    def stuck(self) -> re.Pattern[str]:
        """A short name with nothing but such words and figures around it."""
        short = "|".join(re.escape(name) for name in self.names if name not in self.whole) or "(?!)"
        words = "|".join(re.escape(word) for word in sorted(self.around, key=len, reverse=True))
        return re.compile(rf"(?:{words}|\d)*(?:{short})(?:{words}|\d)*")

    @cached_property
    def long(self) -> re.Pattern[str]:
        """A long name, wherever it stands."""
        names = "|".join(map(re.escape, self.whole))
        return re.compile(names or "(?!)")

    @cached_property
    def near(self) -> tuple[str, ...]:
        """The names that may be misspelt and still be meant."""
        return tuple(name for name in self.names if len(name) >= NEARER)


def kind_of(link: SeenLink, sites: SiteTable) -> Kind:
    """What the host of a link is, "" for none of these. Takes some ten microseconds."""
    host = link.host
    if link.user:  # an address of mail, unless what stands before the @ is the host that a reader believes
        posed = not _below(host, sites.real) and (_below(link.user, sites.real) or link.user.endswith(STATE))
        return "alike" if posed else ""
    if not host.isascii() and (_is_strange(host) or _below(_unmarked(host), sites.real)):
        return "letters"
    if _is_state(host):
        return "alike" if _misspelt_state(host, sites) else "real"
    if _below(host, sites.real):
        return "real"
    if re.fullmatch(r"[\d.]+", host):
        return "numbers"
    if any(_is_alike(each, sites) for each in _readings(link.typed)):
        return "alike"
    if _JUMBLED.search(link.typed):
        return "jumbled"
    return "short" if _below(host, sites.short) else _by_ending(host, sites)


def _by_ending(host: str, sites: SiteTable) -> Kind:
    if _below(host, sites.free):
        return "free"
    return "odd" if host.rpartition(".")[2] in sites.odd else "unknown"


def _below(host: str, known: frozenset[str]) -> bool:
    """Whether a host is one of the known, or lies below one."""
    labels = host.split(".")
    return any(".".join(labels[at:]) in known for at in range(len(labels)))


def _is_state(host: str) -> bool:
    return host == STATE or (host.endswith(f".{STATE}") and host.isascii())


def _misspelt_state(host: str, sites: SiteTable) -> bool:
    """Only the state gives addresses below gov.vn; one a letter off a known one is a slip, or a trap's text."""
    names = host.removesuffix(f".{STATE}").split(".")
    return any(name not in sites.of_state and _is_slip_of_state(name, sites.of_state) for name in names)


def _is_slip_of_state(name: str, known: tuple[str, ...]) -> bool:
    """So many of the state's names are three letters that of those only a letter written twice or drawn counts."""
    drawn = {re.sub(r"(.)\1", r"\1", name), name.translate(_ALIKE), name.replace("rn", "m")} - {name}
    return _is_near(name, tuple(each for each in known if len(each) >= NEARER)) or not drawn.isdisjoint(known)


def _is_strange(host: str) -> bool:
    """Whether it holds a letter that is none of Vietnamese: Cyrillic, Greek, one with a foreign mark."""
    return not host.isascii() and not VIETNAMESE.issuperset(_unmarked(host, keep="ăâđêôơư"))


def _unmarked(text: str, keep: str = "") -> str:
    """Without tones; with `keep` the letters of the alphabet stay."""
    marks = "".join(c for c in unicodedata.normalize("NFD", text) if c not in "\u0300\u0301\u0303\u0309\u0323")
    composed = unicodedata.normalize("NFC", marks)
    if keep:
        return composed
    plain = unicodedata.normalize("NFD", composed.replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _readings(typed: str) -> Iterator[str]:
    """The host as a hurried reader takes it: capitals I for l, figures for letters, rn for m."""
    plain = _unmarked(typed.casefold())
    yield plain
    if (drawn := _unmarked(typed.replace("I", "l").casefold())) != plain:
        yield drawn
    yield from {plain.translate(_ALIKE), plain.replace("1", "l").translate(_ALIKE), drawn.translate(_ALIKE)} - {plain}
    joined = plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
    if joined != plain:
        yield joined


def _is_alike(host: str, sites: SiteTable) -> bool:
    """Whether a host that is no real one carries the name of one, or the state's ending where it is none."""
    if _is_slip(host, sites):
        return True
    labels = host.split(".")
    parts = [part for part in _PARTS.split(host) if part]
    if _poses_as_state(labels, parts):
        return True
    whole = [label.replace("-", "") for label in labels[:-1]]
    pieces = {*parts[:-1], *whole, "".join(whole)}
    if any(sites.stuck.fullmatch(piece) or sites.long.search(piece) for piece in pieces):
        return True
    return any(len(piece) >= NEARER and _is_near(piece, sites.near) for piece in pieces)


def _is_slip(host: str, sites: SiteTable) -> bool:
    """Whether it is a real host but for one letter of a name of four or more; of a shorter name (and so many others
    look like that) but for one letter written twice."""
    name, _, ending = host.partition(".")
    for each in _of_ending(ending, sites.real):
        if len(each) >= SLIPPED and len(name) >= SLIPPED - 1 and OSA.distance(name, each, score_cutoff=1) == 1:
            return True
        if len(name) == len(each) + 1 and re.sub(r"(.)\1", r"\1", name) == each:
            return True
    return False


@lru_cache(maxsize=64)
def _of_ending(ending: str, real: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name, _, of in (host.partition(".") for host in real) if of == ending)


def _poses_as_state(labels: list[str], parts: list[str]) -> bool:
    """`gov` somewhere in a host that is not the state's; another state's (.gov, .gov.uk) does not pose."""
    if labels[-1] == "gov" or (labels[-2:-1] == ["gov"] and len(labels[-1]) == 2 and labels[-1] != "vn"):
        parts = parts[:-2]
    return "gov" in parts or any(re.search(r"gov-?vn|govn$", label) for label in labels)


def _is_near(piece: str, names: tuple[str, ...]) -> bool:
    """Whether a piece is a name with a slip or two in it."""
    found = process.extract(piece, names, scorer=OSA.distance, score_cutoff=2, limit=5)
    return any(slips <= (2 if len(name) >= NEAR else 1) for name, slips, _ in found)
