"""From the messages of `lessons/asks/*.tsv` to the model by which `asks` weighs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.saying import say
from flows.words.asks import TAKES, WHOLE, Side, Token, as_typed, meant, tokens
from flows.words.ear.learn import LabelledWords, fingerprint, named, numbered
from flows.words.ear.model import Model
from flows.words.ear.syllables import Syllable, stripped
from flows.words.ear.training import Head

SIDE_OF: dict[str, Side] = {"L": "learner", "I": "instructor"}
KINDS = {"hold": True, "pass": False}
RARE = 2  # messages in which a feature must stand
HEADS = (Head(TAKES, frozenset({TAKES}), cost=2000, cost_yes=2000),)
BARS = {"takes": 50, "rule_takes": -200}
"""In thousandths of a margin, set on files held out while the others were learnt from, four times in turn: what no rule
holds, and what one does."""


class AskInvalid(Exception):
    """A line that is no labelled message; the text says which and why."""


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A message between two; `takes`: it asks for what could rob the other."""

    text: str
    side: Side
    takes: bool


def read_asks(raw: bytes, name: str) -> Iterator[LabelledMessage]:
    """The messages of a file: hold or pass, L (learner) or I (instructor), what is written. Raises AskInvalid."""
    for at, line in enumerate(raw.decode("utf-8").splitlines(), 1):
        kind, side, text, *more = [*line.split("\t"), "", ""]
        if kind not in KINDS or side not in SIDE_OF or not text.strip() or more != ["", ""]:
            raise AskInvalid(say("{name}:{at}: cần ba cột: hold hay pass, L hay I, câu", name=name, at=at))
        if unicodedata.normalize("NFC", text) != text:
            raise AskInvalid(say("{name}:{at}: chữ chưa ở dạng NFC", name=name, at=at))
        yield LabelledMessage(text, SIDE_OF[side], KINDS[kind])


def learn_asks(asks: Sequence[LabelledMessage]) -> Model:
    """The model of these messages; the same for the same messages, whatever the machine."""
    said = [(each, way, again) for each in asks for again, way in enumerate(_ways(each.text))]
    typed = [LabelledWords(as_typed(way, each.side), _labels(each), again > 0) for each, way, again in said]
    sense = [LabelledWords(meant(way, each.side), _labels(each), again > 0) for each, way, again in said]
    return Model(numbered(HEADS, typed, RARE), named(((HEADS, sense),), RARE), BARS, fingerprint(asks))


def _ways(text: str) -> Iterator[Sequence[Token]]:
    """A message as it was typed, and as somebody types it who leaves marks away."""
    said = tokens(text)[:WHOLE]
    yield said
    plain = [stripped(each) if isinstance(each, Syllable) else each for each in said]
    if plain != said:
        yield plain


def _labels(ask: LabelledMessage) -> frozenset[str]:
    return frozenset({TAKES} if ask.takes else ())
