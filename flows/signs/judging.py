"""The learnt opinion beside the signs: whether a message sounds like those of thieves, or like ordinary ones. Pure.

It was learnt from the messages of `lessons/scams` (see `judging_learning`) in the way of the ear, by one linear table
of the words without their marks. What leads somewhere (a kind of link, a number) is a word among them, the address is
none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from flows.words.ear.features import words_only
from flows.words.ear.model import Model
from flows.words.ear.syllables import stripped, syllables

Opinion = Literal["", "sounds-much", "sounds", "ordinary", "ordinary-much"]

SCAM = "scam"
WHOLE, STRIDE = 80, 55
"""Of a long message pieces of so many words, one every so many: nothing drowns what is asked in the middle. So few
have fewer features than the table can add up."""
LONGEST = 1_000  # words that are looked at
CALM = 2  # pieces of a message that may be called ordinary: of a longer one most says nothing of the rest
FEWEST = 4  # words of which anything can be thought


def opinion(model: Model, text: str, kinds: Iterable[str]) -> Opinion:
    """What is thought of a message, by its worst part; empty where it may be either. `text` is without its links,
    `kinds` what they are. The bars are those of the model."""
    parts = list(pieces(text, kinds))
    if sum(not word.startswith("=") for word in parts[0]) < FEWEST:
        return ""
    score = max(score_of(model, part) for part in parts)
    if score > model.bars["sounds"]:
        return "sounds-much" if score > model.bars["sounds-much"] else "sounds"
    if score < model.bars["ordinary"] and len(parts) <= CALM:
        return "ordinary-much" if score < model.bars["ordinary-much"] else "ordinary"
    return ""


def score_of(model: Model, piece: list[str]) -> float:
    """In thousandths of a margin: above 0 it rather sounds like a thief's."""
    return model.sense.scores(words_only(piece))[SCAM]


def pieces(text: str, kinds: Iterable[str]) -> Iterator[list[str]]:
    """The parts that a message is judged by, each with all its kinds before the words: all of one that is not long."""
    led = [f"={kind}" for kind in sorted(kinds)]
    said = [stripped(each).plain for each in syllables(text, LONGEST)]
    for start in range(0, max(1, len(said) - WHOLE + STRIDE), STRIDE):
        yield [*led, *said[start : start + WHOLE]]
