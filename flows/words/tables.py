"""How people type: the tables of `lessons/words.yaml`, and what a message becomes before it is compared with anything.

A message is read in three ways. `spoken`: as written, case and punctuation aside. `tokens`: folded, that is without
diacritics, doubled letters once, short spellings written out. `signed`: what a keyboard without its Telex or VNI help
wrote, as if the help had been on ("dungwf" is "dừng").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from flows.words.ear.ear import Ear, ear_of
from flows.words.ear.model import Model
from flows.words.keys import (
    LONGEST_WORD,
    RUNS,
    SLIPS,
    Tokens,
    plain_of,
    signed,
    signed_of,
    signs_of,
    split,
    spoken,
)

MOST_PEELED = 8  # polite words that are peeled off either end of a message
SHORT = 200  # characters up to which a text is remembered: no answer is longer, and the memory stays small
CRIES = {"emergency": "", "emergency_die": "die", "emergency_hurt": "hurt"}
RIGHTS = ("show_data", "download_data", "delete_data", "withdraw", "silence")
"""Commands that are hers by law or by courtesy: they stand whatever she calls herself, however politely she asks."""
LAST, MIDDLE = -1, 0  # places that depend on how many options there are


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of `lessons/words.yaml`, folded once."""

    spelling: Mapping[str, str] = field(default_factory=dict)
    marked: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[Tokens, Tokens] = field(default_factory=dict)
    either: Mapping[str, tuple[Tokens, ...]] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    signed_kept: Mapping[str, str] = field(default_factory=dict)
    denials: frozenset[str] = frozenset()
    maybe_denials: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    offices: tuple[Tokens, ...] = ()
    fillers: Mapping[str, tuple[Tokens, ...]] = field(default_factory=dict)
    endings: Mapping[str, tuple[Tokens, ...]] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    leads: Mapping[str, tuple[Tokens, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    spoken_numbers: frozenset[str] = frozenset()
    ordinals: Mapping[str, int] = field(default_factory=dict)
    letters: Mapping[str, int] = field(default_factory=dict)
    joins: frozenset[str] = frozenset()
    commands: Mapping[str, str] = field(default_factory=dict)
    longest_command: int = 0  # characters of what may be a near miss of one: a fifth more than the longest has
    exact_commands: Mapping[str, str] = field(default_factory=dict)
    signed_commands: Mapping[str, str] = field(default_factory=dict)
    loose: frozenset[str] = frozenset()  # words that change nothing about a right, with their marks or with none
    rights: Mapping[str, str] = field(default_factory=dict)
    ear: Ear = field(default_factory=Ear)
    alarming: frozenset[str] = frozenset()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    officers: Mapping[str, str] = field(default_factory=dict)
    small_talk: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    leaving: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    polite: frozenset[str] = frozenset()

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class MessageReading:
    """One message, whatever is asked; `states`: its tokens, then with less and less politeness around them."""

    tokens: Tokens
    spoken: str
    signed: str
    states: tuple[Tokens, ...]
    signs: Tokens

    @property
    def core(self) -> Tokens:
        """The message stripped of as much politeness as can be; empty where nothing was said."""
        return self.states[-1] if self.states else ()


# --- from the table ----------------------------------------------------------------------------------


def read_words(table: Mapping[str, object], model: Model | None = None) -> Words:
    """Fold the tables as read from YAML (all scalars text); without a `model` only certain phrases are a cry. The same
    tables are folded once: a book is bound anew whenever anything is published.
    """
    return _folded_once(_Table(repr(table), model, table))


@dataclass(frozen=True, slots=True)
class _Table:
    """Compared by what was written in it when it was asked for."""

    written: str
    model: Model | None = field(hash=False)
    table: Mapping[str, object] = field(compare=False)


@lru_cache(maxsize=4)
def _folded_once(given: _Table) -> Words:
    table, model = given.table, given.model
    spelling = _mapping(table, "spelling")
    kept = frozenset(spoken(word) for word in _list(table, "denials_with_marks"))
    plain = Words(
        spelling={plain_of(key): to for key, to in spelling.items() if " " not in key and key.isascii()},
        marked={spoken(key): to for key, to in spelling.items() if " " not in key and not key.isascii()},
        kept=kept,
        signed_kept={signed_of(word): word for word in kept},
    )
    once = replace(
        plain,
        spelling={key: " ".join(_folded(plain, to)) for key, to in plain.spelling.items()},
        marked={key: " ".join(_folded(plain, to)) for key, to in plain.marked.items()},
    )
    long = {_folded(once, key): _folded(once, to) for key, to in spelling.items() if " " in key}
    base = replace(once, phrases=dict(sorted(long.items(), key=lambda each: -len(each[0]))))
    cries = [(kind, _list(table, name)) for name, kind in CRIES.items()]
    talk = [way for ways in _lists(table, "small_talk").values() for way in ways]
    return replace(
        _with_meanings(_with_places(base, table), table),
        ear=ear_of(cries, _list(table, "emergency_around"), model, _list(table, "emergency_doubt"), talk),
        alarming=frozenset(
            token for _, ways in cries for each in ways for token in _folded(base, re.sub(r"[…/]", " ", each))
        ),
    )


def _with_places(base: Words, table: Mapping[str, object]) -> Words:
    """Add politeness, denials and ways to name an option by its place."""
    numbers = _mapping(table, "numbers")
    fillers = _list(table, "fillers")
    return replace(
        base,
        either={
            plain_of(word): tuple(_folded(base, to) for to in meant) for word, meant in _lists(table, "either").items()
        },
        denials=frozenset(token for word in _list(table, "denials") for token in _folded(base, word)) | base.kept,
        maybe_denials=frozenset(plain for word in base.kept if len(plain := plain_of(word)) > 3),
        names=frozenset(" ".join(_folded(base, name)) for name in _list(table, "names")),
        offices=tuple(tuple(split(office)) for office in _list(table, "offices")),
        fillers=_longest_first(base, fillers, at=0),
        endings=_longest_first(base, (*fillers, *_list(table, "endings")), at=-1),
        marks=frozenset(spoken(mark) for mark in _list(table, "spoken_marks")),
        leads=_longest_first(base, _list(table, "leads"), at=0),
        numbers=_places(base, numbers),
        spoken_numbers=frozenset(map(spoken, (*numbers, *_mapping(table, "ordinals")))),
        ordinals=_places(base, _mapping(table, "ordinals")),
        letters={letter: at for at, letter in enumerate(_list(table, "letters"), 1)},
        joins=frozenset(token for word in _list(table, "joins") for token in _folded(base, word)),
    )


def _with_meanings(base: Words, table: Mapping[str, object]) -> Words:
    """Add the global words, the usual answers and the alarm."""
    commands = [(way, name) for name, ways in _lists(table, "commands").items() for way in ways]
    answers = {name: tuple(ways) for name, ways in _lists(table, "answers").items()}
    polite = {token for endings in base.endings.values() for ending in endings for token in ending}
    leading = {token for leads in base.leads.values() for lead in leads for token in lead}
    folded = {" ".join(_folded(base, way)): name for way, name in commands}
    named = {spoken(word) for word in _list(table, "loose")}
    base = replace(base, loose=frozenset(named | {plain_of(word) for word in named}))
    cores = {core: name for way, name in commands if name in RIGHTS and " " in (core := bare(base, way))}
    cores = {plain_of(core): name for core, name in cores.items()} | cores  # "dung nhac nua" has lost its marks
    return replace(
        base,
        rights=cores,
        commands=folded,
        longest_command=max(map(len, folded), default=0) * 6 // 5,
        exact_commands={spoken(way): name for way, name in commands},
        signed_commands={signed(way): name for way, name in commands},
        answers=answers,
        officers={
            " ".join(_folded(base, way)): name for name, ways in _lists(table, "officers").items() for way in ways
        },
        small_talk={name: tuple(ways) for name, ways in _lists(table, "small_talk").items()},
        leaving=frozenset(" ".join(_folded(base, way)) for way in _list(table, "leaving")),
        polite=frozenset(polite),
        around=frozenset(" ".join(folded).split()) | polite | leading | base.denials,
    )


def _places(base: Words, table: Mapping[str, str]) -> dict[str, int]:
    special = {"last": LAST, "middle": MIDDLE}
    return {
        " ".join(_folded(base, word)): special.get(at, int(at) if at.isdecimal() else LAST)
        for word, at in table.items()
    }


# --- from a message ----------------------------------------------------------------------------------


def read(words: Words, text: str) -> MessageReading:
    """Read one message. What is short is remembered for a moment: one update asks several questions about it."""
    return _read_once(words, text) if len(text) <= SHORT else _reading(words, text)


def fold(words: Words, text: str) -> Tokens:
    """Lower case, no diacritics, doubled letters once, short spellings written out: a tuple of tokens.

    "đừng" keeps its marks where they were typed, so it stays apart from "dừng" and "đúng": it denies.
    """
    return _fold_once(words, text) if len(text) <= SHORT else _folded(words, text)


@lru_cache(maxsize=512)
def _read_once(words: Words, text: str) -> MessageReading:
    return _reading(words, text)


@lru_cache(maxsize=1024)
def _fold_once(words: Words, text: str) -> Tokens:
    return _folded(words, text)


def _reading(words: Words, text: str) -> MessageReading:
    raw = split(text)
    tokens = _fold_tokens(words, raw)
    spoken = " ".join(raw)
    return MessageReading(
        tokens=tokens,
        spoken=spoken,
        signed=signed_of(spoken) if SLIPS.search(spoken) else "",
        states=states(words, tokens),
        signs=() if text.isascii() else signs_of(text),
    )


def states(words: Words, tokens: Tokens) -> tuple[Tokens, ...]:
    """The tokens, then with polite particles dropped from the end, from the front, from both; never everything."""
    fronts, found = [tokens], {tokens: None}
    while (shorter := _without_front(words, fronts[-1])) != fronts[-1] and len(fronts) <= MOST_PEELED:
        fronts.append(shorter)
    for front in fronts:
        found.setdefault(front)
        for _ in range(MOST_PEELED):
            if (shorter := _without_end(words, front)) == front:
                break
            front = shorter
            found.setdefault(front)
    return tuple(found)


def bare(words: Words, text: str) -> str:
    """A wish without who says it to whom and how kindly: "em xóa giùm bà hết dữ liệu của bà" is "xoa het du lieu".

    A word typed with other marks stays: "mã" is never "má".
    """
    raw = split(text)
    kept = [word for at, word in enumerate(raw) if word not in words.loose and not _is_whose(words, raw, at)]
    return " ".join(_fold_tokens(words, kept))


def _is_whose(words: Words, raw: Sequence[str], at: int) -> bool:
    """ "của" before whoever it belongs to."""
    return raw[at] in ("của", "cua") and at + 1 < len(raw) and raw[at + 1] in words.loose


def without_fillers(words: Words, tokens: Tokens) -> Tokens:
    """Drop polite particles from both ends, never everything."""
    return states(words, tokens)[-1]


def glued(words: Words, text: str) -> Tokens:
    """The letters of a message alone, with less and less politeness: "dạ xo ng  rồi" → daxongroi, xongroi."""
    return _glued_once(words, text) if len(text) <= SHORT else _glued(words, text)


@lru_cache(maxsize=256)
def _glued_once(words: Words, text: str) -> Tokens:
    return _glued(words, text)


def _glued(words: Words, text: str) -> Tokens:
    plain = tuple(kept if (kept := _kept(words, word)) else plain_of(word) for word in split(text))
    return tuple(dict.fromkeys(RUNS.sub(r"\1", "".join(each)) for each in states(words, plain)))


def _folded(words: Words, text: str) -> Tokens:
    return _fold_tokens(words, split(text))


def _fold_tokens(words: Words, raw: Sequence[str]) -> Tokens:
    return _with_phrases(words, tuple(token for typed in raw for token in _one(words, typed)))


def _one(words: Words, typed: str) -> Tokens:
    return _one_once(words, typed) if len(typed) <= LONGEST_WORD else _one_folded(words, typed)


@lru_cache(maxsize=1024)
def _one_once(words: Words, typed: str) -> Tokens:
    return _one_folded(words, typed)


def _one_folded(words: Words, typed: str) -> Tokens:
    if kept := _kept(words, typed):
        return (kept,)
    if typed in words.marked:
        return tuple(words.marked[typed].split())
    plain = RUNS.sub(r"\1", typed if typed.isascii() else plain_of(typed))
    return tuple(words.spelling.get(plain, plain).split()) or (plain,)


def _kept(words: Words, typed: str) -> str:
    """A "đừng" typed with its marks, or with the keys that make them."""
    if typed in words.kept:
        return typed
    return words.signed_kept.get(signed_of(typed), "") if words.signed_kept and SLIPS.search(typed) else ""


def _with_phrases(words: Words, tokens: Tokens) -> Tokens:
    if not words.phrases:
        return tokens
    said = f" {' '.join(tokens)} "
    for phrase, to in words.phrases.items():
        if phrase and phrase[0] in tokens and (found := f" {' '.join(phrase)} ") in said:
            said = said.replace(found, f" {' '.join(to)} ")
    return tuple(said.split())


def _without_front(words: Words, tokens: Tokens) -> Tokens:
    for filler in words.fillers.get(tokens[0], ()) if tokens else ():
        if len(filler) < len(tokens) and tokens[: len(filler)] == filler:
            return tokens[len(filler) :]
    return tokens


def _without_end(words: Words, tokens: Tokens) -> Tokens:
    for ending in words.endings.get(tokens[-1], ()) if tokens else ():
        if len(ending) < len(tokens) and tokens[-len(ending) :] == ending:
            return tokens[: -len(ending)]
    return tokens


# --- the table's shapes ------------------------------------------------------------------------------


def _longest_first(words: Words, phrases: Iterable[str], *, at: int) -> dict[str, tuple[Tokens, ...]]:
    """The phrases by their first (0) or last (-1) word, the longest first."""
    folded = dict.fromkeys(tokens for phrase in phrases if (tokens := _folded(words, phrase)))
    table: dict[str, tuple[Tokens, ...]] = {}
    for tokens in sorted(folded, key=len, reverse=True):
        table[tokens[at]] = (*table.get(tokens[at], ()), tokens)
    return table


def _list(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(_strings(table.get(key, ())))


def _lists(table: Mapping[str, object], key: str) -> dict[str, tuple[str, ...]]:
    value = table.get(key, {})
    return {str(name): tuple(_strings(ways)) for name, ways in value.items()} if isinstance(value, Mapping) else {}


def _mapping(table: Mapping[str, object], key: str) -> dict[str, str]:
    value = table.get(key, {})
    return {str(name): str(to) for name, to in value.items()} if isinstance(value, Mapping) else {}


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        yield from map(str, value)
