"""What may be said at one prompt, folded once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

from flows.words.counting import without_leads
from flows.words.keys import Tokens, signed, spoken
from flows.words.tables import Words, fold, glued, without_fillers
from flows.words.values.amounts import is_bare_amount
from flows.words.values.reading import sums_of

PromptT = TypeVar("PromptT")


class Own(NamedTuple):
    """One answer that the present prompt accepts: its id and the ways to say it, the button's label first."""

    id: str
    ways: tuple[str, ...]


Ids = tuple[str, ...]
Sense = tuple[frozenset[str], Tokens]


IdsByText = Mapping[str, Ids]


@dataclass(frozen=True, eq=False)
class Prompt:
    """What may be said at one prompt, each table folded once, when it is first asked for: how it is said → the ids it
    may mean. Most of what is typed is a label, and needs none of the others."""

    language: Words
    own: tuple[Own, ...]

    @cached_property
    def ids(self) -> Ids:
        """The answers in their order."""
        return tuple(answer.id for answer in self.own)

    @cached_property
    def labels(self) -> IdsByText:
        """What stands on the buttons."""
        return _table((spoken(way), option) for option, way in self._labels)

    @cached_property
    def spoken(self) -> IdsByText:
        """Every way to say an answer."""
        return _table((spoken(way), option) for option, way in self._ways)

    @cached_property
    def signed(self) -> IdsByText:
        """The same by what counts of its signs."""
        return _table((signed(way), option) for option, way in self._ways)

    @cached_property
    def folded_labels(self) -> IdsByText:
        """The buttons without what does not count."""
        return _table((" ".join(fold(self.language, way)), option) for option, way in self._labels)

    @cached_property
    def folded(self) -> IdsByText:
        """Every way without what does not count."""
        return _table((" ".join(tokens), option) for option, tokens in self._folded)

    @cached_property
    def cores(self) -> IdsByText:
        """Every way without politeness, and without "bấm nút" in front."""
        pairs = ((option, core) for option, tokens in self._folded for core in _cores(self.language, tokens))
        return _table((" ".join(core), option) for option, core in pairs)

    @cached_property
    def joined(self) -> IdsByText:
        """Every way without its spaces."""
        pairs = ((option, text) for option, way in self._ways for text in _joined(self.language, way))
        return _table((text, option) for option, text in pairs if len(text) > 3)

    @cached_property
    def longest_joined(self) -> int:
        """Letters of the longest answer that may be written without its spaces."""
        return max(map(len, self.joined), default=0)

    @cached_property
    def amounts(self) -> Mapping[int, Ids]:
        """The labels that are a sum of money, in đồng."""
        bare = ((option, way) for option, way in self._labels if is_bare_amount(way))
        return _table((worth, option) for option, way in bare for worth in sums_of((way,)))

    @cached_property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """Id and words of every way."""
        return tuple((option, " ".join(tokens)) for option, tokens in self._folded)

    @cached_property
    def alike(self) -> Mapping[Sense, tuple[tuple[str, str], ...]]:
        """The same by what may not differ between near misses."""
        return _by_sense(self.language, self._folded)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the answers, and those that deny."""
        return *self._words, *(self.language.denials - self._words.keys())

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the answers, and those around them."""
        return self.language.around.union(self._words)

    @cached_property
    def _labels(self) -> list[tuple[str, str]]:
        return [(answer.id, answer.ways[0]) for answer in self.own if answer.ways]

    @cached_property
    def _ways(self) -> list[tuple[str, str]]:
        return [(answer.id, way) for answer in self.own for way in answer.ways]

    @cached_property
    def _folded(self) -> list[tuple[str, Tokens]]:
        counted = ((option, _ways_to_count(self.language, fold(self.language, way))) for option, way in self._ways)
        return [(option, tokens) for option, each in counted for tokens in each if tokens]

    @cached_property
    def _words(self) -> dict[str, None]:
        return dict.fromkeys(token for _, tokens in self._folded for token in tokens)


@lru_cache(maxsize=1024)
def prompt_of(words: Words, own: tuple[Own, ...]) -> Prompt:
    """What may be said here; remembered, for the same prompt is answered many times."""
    return Prompt(words, own)


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
