"""What may be said at one prompt, folded once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from flows.words.counting import without_leads
from flows.words.keys import Tokens, signed, spoken
from flows.words.tables import Words, fold, glued, without_fillers
from flows.words.values.amounts import is_bare_amount
from flows.words.values.reading import sums_of

PromptT = TypeVar("PromptT")


@dataclass(frozen=True, slots=True)
class Own:
    """One answer that the present prompt accepts: its id and the ways to say it, the button's label first."""

    id: str
    ways: tuple[str, ...]


Ids = tuple[str, ...]
Sense = tuple[frozenset[str], Tokens]


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """What may be said at one prompt, folded once. Each table: how it is said → the ids it may mean."""

    own: tuple[Own, ...]
    ids: Ids
    labels: Mapping[str, Ids]
    spoken: Mapping[str, Ids]
    signed: Mapping[str, Ids]
    folded_labels: Mapping[str, Ids]
    folded: Mapping[str, Ids]
    cores: Mapping[str, Ids]
    joined: Mapping[str, Ids]
    amounts: Mapping[int, Ids]
    ways: tuple[tuple[str, str], ...]
    alike: Mapping[Sense, tuple[tuple[str, str], ...]]
    words: tuple[str, ...]
    vocabulary: frozenset[str]
    longest_joined: int  # letters of the longest answer that may be written without its spaces


@lru_cache(maxsize=1024)
def prompt_of(words: Words, own: tuple[Own, ...]) -> Prompt:
    """Fold what may be said here; remembered, for the same prompt is answered many times."""
    labels = [(answer.id, answer.ways[0]) for answer in own if answer.ways]
    ways = [(answer.id, way) for answer in own for way in answer.ways]
    folded = [(option, tokens) for option, way in ways for tokens in _ways_to_count(words, fold(words, way)) if tokens]
    own_words = dict.fromkeys(token for _, tokens in folded for token in tokens)
    joined = _table((text, option) for option, way in ways for text in _joined(words, way) if len(text) > 3)
    amounts = [(option, worth) for option, way in labels if is_bare_amount(way) for worth in sums_of((way,))]
    return Prompt(
        own=own,
        ids=tuple(answer.id for answer in own),
        labels=_table((spoken(way), option) for option, way in labels),
        spoken=_table((spoken(way), option) for option, way in ways),
        signed=_table((signed(way), option) for option, way in ways),
        folded_labels=_table((" ".join(fold(words, way)), option) for option, way in labels),
        folded=_table((" ".join(tokens), option) for option, tokens in folded),
        cores=_table((" ".join(core), option) for option, tokens in folded for core in _cores(words, tokens)),
        joined=joined,
        amounts=_table((worth, option) for option, worth in amounts),
        ways=tuple((option, " ".join(tokens)) for option, tokens in folded),
        alike=_by_sense(words, folded),
        words=(*own_words, *(words.denials - own_words.keys())),
        vocabulary=words.around.union(own_words),
        longest_joined=max(map(len, joined), default=0),
    )


def _cores(words: Words, tokens: Tokens) -> tuple[Tokens, Tokens]:
    """Without politeness, and without "bấm nút" in front too."""
    core = without_fillers(words, tokens)
    bare = without_leads(words, core)
    return core, bare if len(bare) > 1 else core


def _joined(words: Words, way: str) -> tuple[str, str]:
    return glued(words, way)[0], "".join(fold(words, way))


def _table(pairs: Iterable[tuple[PromptT, str]]) -> dict[PromptT, Ids]:
    table: dict[PromptT, Ids] = {}
    for key, option in pairs:
        if key and option not in table.get(key, ()):
            table[key] = (*table.get(key, ()), option)
    return table


def _ways_to_count(words: Words, tokens: Tokens) -> Iterator[Tokens]:
    """The way itself, and with its small numbers as words: "mã 6 số" is also said "mã sáu số"."""
    yield tokens
    if any(token.isdigit() for token in tokens):
        names = {str(at): name for name, at in (*words.ordinals.items(), *words.numbers.items()) if " " not in name}
        counted = tuple(names.get(token, token) for token in tokens)
        if counted != tokens:
            yield counted


def _by_sense(words: Words, folded: Iterable[tuple[str, Tokens]]) -> dict[Sense, tuple[tuple[str, str], ...]]:
    table: dict[Sense, tuple[tuple[str, str], ...]] = {}
    for option, tokens in folded:
        sense = sense_of(words, tokens)
        table[sense] = (*table.get(sense, ()), (option, " ".join(tokens)))
    return table


def sense_of(words: Words, tokens: Sequence[str]) -> Sense:
    """What may not differ between near misses: what denies in it, and its numbers.

    A "không" is like any other denial; a "dung" that may have been "đừng" only like another "dung".
    """
    found = {"no"} if not words.denials.isdisjoint(tokens) else set()
    return frozenset(found | words.maybe_denials.intersection(tokens)), tuple(filter(str.isdigit, tokens))
