"""What did she mean? Typed words, with typos and without diacritics, against what may be said at this point."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from flows.emergency import Alarm, any_of, read_alarm

MAX_WORDS = 60  # a longer message is no answer to a short question; only emergencies are looked for in it
SURE = 86  # rapidfuzz ratio from which one typo in a word of seven letters still passes
SURE_OF_NO = 92  # with a negation a near miss may be the opposite
MAYBE = 70  # below this a suggestion would be a guess

NAMES = frozenset({"dung", "nghi"})
NEGATIONS = frozenset({"khong", "dung_", "chua", "chang", "khoi"})

_TOKENS = re.compile(r"[^\W_]+", re.UNICODE)
_RUNS = re.compile(r"([a-z])\1+")
_AMOUNT = re.compile(r"^(\d+(?:[ .,]\d{3})*|\d+)\s*(k|nghin|ngan|tr|trieu)?\s*(?:d|dong|vnd)?$")
_SCALE = {"k": 1_000, "nghin": 1_000, "ngan": 1_000, "tr": 1_000_000, "trieu": 1_000_000}


@dataclass(frozen=True, slots=True)
class Answered:
    option: str


@dataclass(frozen=True, slots=True)
class Command:
    word: str


@dataclass(frozen=True, slots=True)
class Emergency:
    pass


@dataclass(frozen=True, slots=True)
class Unsure:
    """Two options are close; ask, do not guess."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


Meaning = Answered | Command | Emergency | Unsure | Unknown


@dataclass(frozen=True, slots=True)
class Own:
    """One answer that the present prompt accepts: its id and the ways to say it."""

    id: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of `lessons/words.yaml`, folded once."""

    spelling: Mapping[str, str]
    fillers: tuple[tuple[str, ...], ...]
    endings: tuple[tuple[str, ...], ...]
    commands: Mapping[str, str]
    exact_commands: Mapping[str, str]
    alarm: Alarm
    answers: Mapping[str, tuple[str, ...]]

    def __hash__(self) -> int:
        return id(self)


def read_words(table: Mapping[str, object]) -> Words:
    """Fold the tables as read from YAML (all scalars text)."""
    spelling = _mapping(table, "spelling")
    bare = Words(spelling, (), (), {}, {}, read_alarm((), (), (), str.split), {})
    commands = {name: tuple(ways) for name, ways in _lists(table, "commands").items()}
    return Words(
        spelling=spelling,
        fillers=_longest_first(bare, _list(table, "fillers")),
        endings=_longest_first(bare, (*_list(table, "fillers"), *_list(table, "endings"))),
        commands={" ".join(fold(bare, way)): name for name, ways in commands.items() for way in ways},
        exact_commands={_spoken(way): name for name, ways in commands.items() for way in ways},
        alarm=read_alarm(
            _list(table, "emergency"),
            _list(table, "emergency_maybe"),
            _list(table, "not_emergency"),
            lambda phrase: fold(bare, phrase),
        ),
        answers={name: tuple(ways) for name, ways in _lists(table, "answers").items()},
    )


def understand(words: Words, text: str, own: Sequence[Own], *, numbered: bool = True) -> Meaning:
    """Emergency, then this prompt's own answers, then global words, then near misses; in doubt Unsure."""
    tokens = fold(words, text)
    if words.alarm.rings(tokens, text):
        return Emergency()
    if not tokens or len(tokens) > MAX_WORDS:
        return Unknown()
    spoken = _spoken(text)
    for answer in own:
        if any(_spoken(way) == spoken for way in answer.ways):
            return Answered(answer.id)
    if spoken in words.exact_commands:
        return Command(words.exact_commands[spoken])
    if numbered and (position := _position(tokens, len(own))) is not None:
        return Answered(own[position].id)
    return _folded(words, tokens, own)


def _folded(words: Words, tokens: tuple[str, ...], own: Sequence[Own]) -> Meaning:
    core = without_fillers(words, tokens)
    for said in dict.fromkeys((" ".join(tokens), " ".join(core))):
        matching = [answer.id for answer in own if any(" ".join(fold(words, way)) == said for way in answer.ways)]
        if len(matching) == 1:
            return Answered(matching[0])
        if said in words.commands:
            return Command(words.commands[said])
    return _near(words, core, own)


def _near(words: Words, core: tuple[str, ...], own: Sequence[Own]) -> Meaning:
    said = " ".join(core)
    part_of = {answer.id: ways for answer in own if (ways := _holding(words, core, answer))}
    if len(core) > 1 and len(part_of) == 1 and any(_same_sense(core, way) for way in next(iter(part_of.values()))):
        return Answered(next(iter(part_of)))
    scores = sorted(((_score(words, core, answer), answer.id) for answer in own), reverse=True)
    sure = SURE_OF_NO if NEGATIONS & set(core) else SURE
    if scores and scores[0][0] >= sure and len(said) >= 4 and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 8):
        return Answered(scores[0][1])
    command = max(((fuzz.ratio(said, way), name) for way, name in words.commands.items()), default=(0.0, ""))
    if command[0] >= 90 and len(said) >= 5:
        return Command(command[1])
    close = list(part_of) or [option for score, option in scores if score >= MAYBE and len(said) >= 3]
    return Unsure(tuple(close[:2])) if close else Unknown()


def _score(words: Words, core: tuple[str, ...], answer: Own) -> float:
    said = " ".join(core)
    ways = (fold(words, way) for way in answer.ways)
    return max((fuzz.ratio(said, " ".join(way)) for way in ways if _same_sense(core, way)), default=0.0)


def _same_sense(said: Sequence[str], way: Sequence[str]) -> bool:
    """Both deny or neither does: "cài" must never pass for "Không cài"."""
    return bool(NEGATIONS & set(said)) == bool(NEGATIONS & set(way))


def _holding(words: Words, core: tuple[str, ...], answer: Own) -> list[tuple[str, ...]]:
    """The ways to say this answer of which her words are a part."""
    return [way for way in (fold(words, each) for each in answer.ways) if _is_part(core, way)]


def _is_part(said: Sequence[str], way: Sequence[str]) -> bool:
    if not said or len(said) >= len(way) or (len(said) == 1 and len(said[0]) < 4):
        return False
    return any(tuple(way[at : at + len(said)]) == tuple(said) for at in range(len(way) - len(said) + 1))


def _position(tokens: Sequence[str], count: int) -> int | None:
    rest = tokens[1:] if len(tokens) == 2 and tokens[0] in {"so", "cau", "chon", "nut", "bam", "y"} else tokens
    if len(rest) == 1 and _is_position(rest[0], count):
        return int(rest[0]) - 1
    return None


def _is_position(token: str, count: int) -> bool:
    return token.isascii() and token.isdigit() and len(token) <= 2 and 1 <= int(token) <= count


def is_command(words: Words, text: str) -> bool:
    """Whether free words are a global word and not a name: "Dung" and "Nghi" are names until they wear diacritics."""
    bare = " ".join(without_fillers(words, fold(words, text)))
    return _spoken(text) in words.exact_commands or (bare in words.commands and bare not in NAMES)


def positions(text: str, count: int) -> tuple[int, ...] | None:
    """The option numbers in "1, 3" or "2 1 3", from 0; None where anything else is said."""
    tokens = [token for token in re.split(r"[\s,.;và-]+", text.strip()) if token]
    if len(tokens) == 1 and tokens[0].isdigit() and count < 10:
        tokens = list(tokens[0])
    if not tokens or not all(_is_position(token, count) for token in tokens):
        return None
    found = tuple(int(token) - 1 for token in tokens)
    return found if len(set(found)) == len(found) else None


def amount(text: str) -> int | None:
    """A whole number as people write money: 50000, 50.000, 50 000 đ, 50k, 2 triệu."""
    found = _AMOUNT.match(" ".join(_plain(text).split()))
    if found is None or len(found[1]) > 18:
        return None
    return int(re.sub(r"\D", "", found[1])) * _SCALE.get(found[2] or "", 1)


def is_emergency(words: Words, text: str) -> bool:
    """Whether she says that she has been robbed."""
    return words.alarm.rings(fold(words, text), text)


def may_be_emergency(words: Words, text: str) -> bool:
    """Whether it is worth asking her."""
    return words.alarm.may_ring(fold(words, text))


@lru_cache(maxsize=256)
def with_gaps(words: Words, patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Phrases with gaps (`…`, `/`) as one pattern over folded words between blanks."""
    return any_of(patterns, lambda phrase: fold(words, phrase))


def without_fillers(words: Words, tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Drop polite particles from both ends, never everything."""
    changed = True
    while changed:
        changed = False
        for filler in words.fillers:
            size = len(filler)
            if size < len(tokens) and tokens[:size] == filler:
                tokens, changed = tokens[size:], True
        for ending in words.endings:
            size = len(ending)
            if size < len(tokens) and tokens[-size:] == ending:
                tokens, changed = tokens[:-size], True
    return tokens


@lru_cache(maxsize=8192)
def fold(words: Words, text: str) -> tuple[str, ...]:
    """Lower case, no diacritics, doubled letters once, short spellings written out: a tuple of tokens.

    "đừng" keeps apart from "dừng" and "đúng": it denies, so it becomes `dung_`.
    """
    tokens: list[str] = []
    for token in _TOKENS.findall(unicodedata.normalize("NFC", text[:4000]).casefold()):
        if token == "đừng":
            tokens.append("dung_")
            continue
        plain = _RUNS.sub(r"\1", _plain(token))
        tokens.extend(words.spelling.get(plain, plain).split())
    return tuple(tokens)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _spoken(text: str) -> str:
    """As said, diacritics kept: case and punctuation aside."""
    return " ".join(_TOKENS.findall(unicodedata.normalize("NFC", text[:4000]).casefold()))


def _longest_first(words: Words, phrases: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((fold(words, phrase) for phrase in phrases), key=len, reverse=True))


def _list(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    return _strings(table.get(key, ()))


def _lists(table: Mapping[str, object], key: str) -> dict[str, tuple[str, ...]]:
    value = table.get(key, {})
    return {str(name): _strings(ways) for name, ways in value.items()} if isinstance(value, Mapping) else {}


def _mapping(table: Mapping[str, object], key: str) -> dict[str, str]:
    value = table.get(key, {})
    return {str(name): str(to) for name, to in value.items()} if isinstance(value, Mapping) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str | Mapping) else ()
