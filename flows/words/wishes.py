"""What a thief wants of somebody, told by the rules of `lessons/relay.yaml`: which words, near which others.

A message is compared word by word, each as its letters and its marks: a word may have lost all its marks, wrong
ones part words ("mã" is never "mà"); what Telex and VNI keys left behind is read as marks too. Tales about others,
what one must not do and what machines do by themselves are taken out first; what is still asked for then is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flows.saying import say
from flows.words.asks import SIDES, Side, weigh
from flows.words.ear.model import Model
from flows.words.keys import SLIPS, as_meant, plain_of, unslipped
from flows.words.nouns import SPARE, NounTable
from flows.words.plain_talk import NO_TALK, PlainTalk

BARE = "="
"""Stands behind the apostrophe of a word that is meant without marks."""
FEW = 3
"""Marked words from which a message counts as typed with its marks, if they are half of it."""
NEAR = 12
"""Words within which the parts of a pattern that are joined by & must stand."""
GAP = 3
"""Words that a bare … stands for, at most."""
A_WORD_OR_TWO = 4
"""Blanks in a clause of three words: behind a tale it is one thing more of the same kind."""
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

_WORD = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]*\d*|[^\W_]+|[.,;:!?…•]|\n")
_ONE_BY_ONE = re.compile(r"(?<![^\W_])[^\W\d_]([\s.\-_*]{1,3})[^\W\d_](?:\1[^\W\d_])+(?![^\W_])")
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_]{1,2}(?:[.*_~][^\W\d_]{1,2})+(?![^\W_])")
_INSIDE = re.compile(r"(?<=[^\W\d_])[.\-_*~|+](?=[^\W\d_])")
_LATE = re.compile(r"([aeo])(ch|nh|ng|[cmnpt])\1(?=[sfrxj]?\b)")  # "mataj": the key came late
_MARKS = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "r", "\u0323": "j", "\u0302": "^", "\u031b": "w"}
_MARKS["\u0306"] = "w"  # hook and tilde are one: half of the country does not tell them apart
_SIGNS = frozenset(".,;:!?…•\n")
_BREAKS = re.compile(r"(?:[.;:!?…\n,] )+|(?:nhung'|thay' vi'f?|chu's?w? (?!so'))")
_WHETHER = re.compile(r"(?<= )(co's? (?:[^ ']+'\S* ){1,5}khong'\S* )(?=(?:gui|goi|doc|chup|cho|dua|nhan|noi|chuyen)')")
"""A question that is not over with its "không": "có hình không gửi em coi" forbids nothing."""
_TOKEN = re.compile(
    r"(?P<no>!?)(?P<ways>(?:\{[^{}]+\}|[^{}…&!?*/]+|\?(?=$))(?:/(?:\{[^{}]+\}|[^{}…&!?*/]+))*)(?P<many>[?*]?)"
)


class PatternInvalid(ValueError):
    """A pattern that cannot be read; `message` says why, for whoever wrote it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Pattern:
    """Regular expressions that all must be found near one another, in any order; compiled when they are first needed:
    a second for all of them, which no start has to wait for (see `warm`)."""

    parts: tuple[str, ...]

    def find(self, said: str) -> tuple[int, int] | None:
        """From where to where in a canonical text; None where it does not stand."""
        return next(_together(tuple(map(_compiled, self.parts)), said, ()), None)


@dataclass(frozen=True, slots=True)
class RelayRule:
    """One thing that may not be asked for. `phrase` explains it to its writer, `report`: an officer hears of it."""

    id: str
    phrase: str
    sides: tuple[str, ...]
    report: bool
    when: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


ASKED = RelayRule("", "relay_asked", SIDES, report=False, when=(), unless=())
"""Stands for what no rule names."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """`lessons/relay.yaml`, compiled; `talk` is what is taken out before the rules are asked, None without any.

    `model` gives a second opinion (see `asks`); it may be missing. `nouns` tell what a number in a message is,
    `plain` which is an account's, what leads elsewhere, and which hosts a link may lead to.
    """

    rules: tuple[RelayRule, ...] = ()
    talk: Mapping[str, tuple[Pattern, ...]] | None = None
    model: Model | None = field(default=None, repr=False)
    nouns: NounTable = field(default=SPARE, repr=False)
    plain: PlainTalk = NO_TALK

    def __hash__(self) -> int:
        return id(self)


UNREAD = Wishes()
"""Stands where no rules were read; whoever asks it gets a LookupError: without rules nothing passes."""

TALK = (
    *("tales", "tales_before", "tales_go_on", "for_me", "hushes", "warnings"),
    *("never", "presses", "asides", "gives", "offices"),
)
"""The lists of `talk:`: clauses about others, what makes one of the clause before, how they go on, what makes an order
of them all the same, as does what shall be kept secret, what does not, what one must not do, what presses instead, what
is cut out wherever it stands, and what an instructor gives; `offices` have numbers that may be named."""


# --- reading the rules -------------------------------------------------------------------------------


class Groups:
    """Words that may stand for one another; a group may name others, never itself."""

    def __init__(self, texts: Mapping[str, Iterable[str]]) -> None:
        self.texts = texts
        self._known = dict(BUILT_IN)

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
    parts = [part for part in re.split(r"\s&\s", text.strip()) if part.strip()]
    if not parts:
        raise PatternInvalid(say("mẫu này trống"))
    return Pattern(tuple(rf"(?<= ){_sequence(part, groups)}" for part in parts))


def warm(wishes: Wishes) -> Iterator[re.Pattern[str]]:
    """Compile, one by one, what the first message between two would have to wait for: a second in all."""
    lists = [*(wishes.talk or {}).values(), *(part for rule in wishes.rules for part in (rule.when, rule.unless))]
    return (_compiled(part) for patterns in lists for pattern in patterns for part in pattern.parts)


@lru_cache(maxsize=8192)  # a folder is read again whenever one of its files was saved
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


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


# --- reading a message -------------------------------------------------------------------------------


def readings(text: str) -> tuple[str, ...]:
    """The message in canonical words with a blank around each; a second time with Telex or VNI keys read as marks."""
    meant = as_meant(unicodedata.normalize("NFKC", text))
    meant = _ONE_BY_ONE.sub(lambda found: re.sub(r"[\W_]", "", found[0]), meant)
    meant = _DOTTED.sub(lambda found: re.sub(r"[\W_]", "", found[0]), meant)
    words = _WORD.findall(_INSIDE.sub(" ", meant))
    plain = _said(words, canonical_word)
    keyed = _said(words, _keyed)
    return (plain,) if plain == keyed else (plain, keyed)


def _said(words: list[str], read: Callable[[str], str]) -> str:
    """In a message that is typed with its marks, a word without any is meant so: "quay" is not "quầy"."""
    said = [read(word) for word in words]
    marked = sum(not word.endswith("'") for word in said if "'" in word)
    if marked >= FEW and 2 * marked >= sum("'" in word for word in said):
        said = [f"{word}{BARE}" if word.endswith("'") and not word[0].isdigit() else word for word in said]
    return f" {' '.join(said)} "


@lru_cache(maxsize=4096)
def canonical_word(word: str) -> str:
    """Letters without marks, an apostrophe, the marks in order: "mật" is mat'^j. A sign stays what it is."""
    if word in _SIGNS:
        return "." if word == "\n" else word
    if word[0].isdigit() or word.isascii():
        return f"{plain_of(word)}'"
    marks = {"d"} if "đ" in word else set()
    letters = []
    for character in unicodedata.normalize("NFD", word.replace("đ", "d")):
        if mark := _MARKS.get(character):
            marks.add(mark)
        elif not unicodedata.combining(character):
            letters.append(character)
    return f"{''.join(letters)}'{''.join(sorted(marks))}"


def _keyed(word: str) -> str:
    if word in _SIGNS or word[0].isdigit() or not SLIPS.search(word):
        return canonical_word(word)
    letters, marks = unslipped(_LATE.sub(r"\1\1\2", word))
    return f"{letters}'{''.join(sorted(set(marks.replace('x', 'r'))))}"


def wished(wishes: Wishes, text: str, side: str) -> RelayRule | None:
    """The first rule that a message of this side breaks. Raises LookupError where no rules were read."""
    for said in readings(text):
        meant = _without_talk(_talk_of(wishes), said, side)
        for rule in wishes.rules:
            if side in rule.sides and _breaks(rule, meant):
                return rule
    return None


def asked(wishes: Wishes, text: str, side: Side) -> RelayRule | None:
    """The rule that a message breaks by the second opinion too; ASKED where only the opinion says that it asks for what
    it must not, and where it doubts what the rule would report.

    What the opinion is clearly against is let go; without an opinion the rules are all there is. Raises LookupError
    where no rules were read.
    """
    rule = wished(wishes, text, side)
    if wishes.model is None:
        return rule
    bars, weight = wishes.model.bars, weigh(wishes.model, text, side)
    if rule is not None and weight > bars["rule_takes"]:
        return rule if weight > bars["takes"] or not rule.report else ASKED
    return ASKED if weight > bars["takes"] else None


def is_talk(wishes: Wishes, text: str) -> bool:
    """Whether it tells of others or of what one must not do. Raises LookupError where no rules were read."""
    talk = _talk_of(wishes)
    return any(_any((*talk["tales"], *talk["never"]), clause) for said in readings(text) for clause in _clauses(said))


def names_office(wishes: Wishes, text: str) -> bool:
    """Whether it speaks of an office. Raises LookupError where no rules were read."""
    return any(_any(_talk_of(wishes)["offices"], said) for said in readings(text))


def _talk_of(wishes: Wishes) -> Mapping[str, tuple[Pattern, ...]]:
    if wishes.talk is None:
        raise LookupError("no relay.yaml has been read")
    return wishes.talk


def _breaks(rule: RelayRule, meant: str) -> bool:
    spans = (pattern.find(meant) for pattern in rule.when)
    return any(span is not None and not _any(rule.unless, _around(meant, span)) for span in spans)


def _around(meant: str, span: tuple[int, int]) -> str:
    """The clauses that a find lies in, whole."""
    start = max(meant.rfind(" . ", 0, span[0]), meant.rfind(" , ", 0, span[0]), 0)
    ends = [at for sign in (" . ", " , ") if (at := meant.find(sign, max(0, span[1] - 1))) >= 0]
    return f" {meant[start : min(ends, default=len(meant))].strip(' ,.')} "


def _without_talk(talk: Mapping[str, tuple[Pattern, ...]], said: str, side: str) -> str:
    """What is meant: clauses bare of tales, of "don't", of what goes on by itself."""
    kept: list[str] = []
    tale = False
    asides = (*talk["asides"], *talk["gives"])
    said = _WHETHER.sub(r"\1, ", said)
    for clause in _clauses(_cut(asides, said) if side == "instructor" else said):
        goes_on = tale and (clause.count(" ") <= A_WORD_OR_TWO or _any(talk["tales_go_on"], clause))
        tale = goes_on or _any(talk["tales"], clause)
        ordered = side == "instructor" and _is_order(talk, clause)
        if kept and _any(talk["tales_before"], clause) and not _any(talk["for_me"], f" {kept[-1]} "):
            kept.pop()
        if tale and not ordered:
            continue
        tale = False
        presses = side == "instructor" and _any(talk["presses"], clause)
        clause = clause if side == "instructor" else _cut(talk["asides"], clause)
        kept.append(clause.strip() if presses else _allowed(talk, clause))
    return f" {' , '.join(kept)} "


def _is_order(talk: Mapping[str, tuple[Pattern, ...]], clause: str) -> bool:
    """Whether a clause that sounds like a tale wants something all the same: to be given, or that it stays secret."""
    return _any(talk["hushes"], clause) or (_any(talk["for_me"], clause) and not _any(talk["warnings"], clause))


def _allowed(talk: Mapping[str, tuple[Pattern, ...]], clause: str) -> str:
    """A text without what is forbidden to do: nothing of a clause that begins with it, unless it is for who writes."""
    left = _cut(talk["never"], clause).strip()
    begins = left.startswith("•") and not clause.strip().startswith("•")
    return "•" if begins and not _any(talk["for_me"], clause) else left


def _clauses(said: str) -> Iterator[str]:
    at = 0
    for found in _BREAKS.finditer(said):
        if clause := said[at : found.start()].strip():
            yield f" {clause} "
        at = found.end()
    if clause := said[at:].strip():
        yield f" {clause} "


def _cut(patterns: Iterable[Pattern], said: str) -> str:
    for pattern in patterns:
        said = _compiled(pattern.parts[0]).sub("• ", said)
    return said


def _any(patterns: Iterable[Pattern], said: str) -> bool:
    return any(pattern.find(said) for pattern in patterns)


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
