"""From the voices and the ways of asking to the model: its heads, what an error costs, where the bars are."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import Any, NamedTuple, TypeVar

from flows.words.ear.features import MOST, SIZE, features_of, words_only
from flows.words.ear.model import BIAS, FINE, MIDDLE, Model, Named, Numbered
from flows.words.ear.syllables import stripped, syllables
from flows.words.ear.training import ONE, Head, TrainingExample, fit
from flows.words.ear.voices import OUTLINES, REPLIES, TALK, LabelledSentence

RARE, RARE_NAME = 3, 6  # a feature must stand in so many sentences: a numbered one, and one that is kept by name
LEAST = 5  # steps of FINE: a named weight below is left out, the ear is as good without

BARS = {
    "ring": -150, "ring_middle": 0, "ring_short": 120, "ask": -395, "ring_asks": -395,
    "now": 0, "die": -600, "hurt": -600, "brief": 300, "life": -700,
    "topic": -1100, "human": -850, "learn": -850, "oos": -200, "chat": -1100, "talk": 300, "near": 900,
    "reply": -200, "reply_sure": 0, "reply_apart": 500,
}  # fmt: skip
"""In thousandths of a margin, set on voices held out while the others were learnt from, five times in turn, and on four
more voices that were learnt from only afterwards: never on those of `voices/unseen`."""

FeatureT = TypeVar("FeatureT", bound=Hashable)


class LabelledWords(NamedTuple):
    """`again`: the same sentence once more, without marks."""

    words: list[str]
    labels: frozenset[str]
    again: bool = False


def _head(name: str, *of: str, cost: int, cost_yes: int, aside: Iterable[str] = ()) -> Head:
    return Head(name, frozenset(of or (name,)), cost, cost_yes, frozenset(aside))


ALARM = (
    _head("ring", cost=2000, cost_yes=2000),
    _head("worry", "ring", "ask", cost=2000, cost_yes=2000),
)
KIND = (
    _head("now", cost=1000, cost_yes=3000, aside=("ring",)),
    _head("die", cost=1000, cost_yes=3000),
    _head("hurt", cost=1000, cost_yes=3000),
)
REPLY = tuple(_head(each, f"={each}", cost=500, cost_yes=1500) for each in REPLIES)
TOPIC = tuple(_head(each, cost=500, cost_yes=1500, aside=(f"~{each}",)) for each in (*OUTLINES, *TALK))


def learn(sentences: Sequence[LabelledSentence]) -> Model:
    """The model of these sentences; the same for the same sentences, whatever the machine."""
    rows = [row for each in sentences for row in _rows(each)]
    answered = [row for row in rows if any(label.startswith("=") for label in row.labels)]
    sense = named(((KIND + TOPIC, rows), (REPLY, answered)))
    return Model(numbered(ALARM, rows), sense, BARS, fingerprint(sentences))


def fingerprint(sentences: Sequence[Any]) -> str:
    """Of what a model is learnt: 16 hex digits that change with every sentence and label."""
    return hashlib.sha256("\n".join(repr(astuple(each)) for each in sentences).encode()).hexdigest()[:16]


def _rows(sentence: LabelledSentence) -> Iterator[LabelledWords]:
    """The sentence as it was typed, and as somebody types it who leaves marks away."""
    said = syllables(sentence.text, MOST)
    labels = frozenset(_labels(sentence))
    yield LabelledWords([each.typed for each in said], labels)
    plain = [stripped(each) for each in said]
    if plain != said:
        yield LabelledWords([each.typed for each in plain], labels, again=True)


def _labels(sentence: LabelledSentence) -> Iterator[str]:
    yield sentence.level
    if sentence.kind:
        yield sentence.kind
    if sentence.reply:
        yield f"={sentence.reply}"
    first, *others = sentence.about or ("",)
    yield first
    yield from (f"~{each}" for each in others)


def numbered(heads: Sequence[Head], rows: Sequence[LabelledWords], rare: int = RARE) -> Numbered:
    """A table of these heads over numbered features that stand in `rare` sentences at least."""
    found = [features_of(row.words) for row in rows]
    names, examples = _examples(found, rows, rare)
    fitted = [fit(head, examples, len(names), BIAS) for head in heads]
    columns = tuple(array("b", bytes(SIZE)) for _ in heads)
    for column, (weights, _) in zip(columns, fitted, strict=True):
        for feature, at in names.items():
            column[feature] = _step(weights[at])
    return Numbered(tuple(head.name for head in heads), tuple(_steps(bias) for _, bias in fitted), columns)


def named(groups: Sequence[tuple[Sequence[Head], Sequence[LabelledWords]]], rare: int = RARE_NAME) -> Named:
    """One table of all groups of heads over features by their names, each group learnt from rows of its own."""
    heads: list[Head] = []
    bias: list[int] = []
    pairs: dict[str, list[int]] = {}
    for of_group, rows in groups:
        names, examples = _examples([words_only(row.words) for row in rows], rows, rare)
        for number, head in enumerate(of_group, len(heads)):
            weights, always = fit(head, examples, len(names), BIAS)
            bias.append(_steps(always))
            for feature, at in names.items():
                if abs(weight := _step(weights[at])) >= LEAST:
                    pairs.setdefault(feature, []).extend((number, weight + MIDDLE))
        heads += of_group
    return Named(tuple(head.name for head in heads), tuple(bias), {name: bytes(each) for name, each in pairs.items()})


def _examples(
    found: Sequence[Sequence[FeatureT]], rows: Sequence[LabelledWords], rare: int
) -> tuple[dict[FeatureT, int], list[TrainingExample]]:
    """The features that stand in `rare` sentences at least → number; and the rows by these numbers."""
    counts: dict[FeatureT, int] = {}
    last: set[FeatureT] = set()
    for features, row in zip(found, rows, strict=True):
        last = set(features) - last if row.again else set(features)
        for feature in last:
            counts[feature] = counts.get(feature, 0) + 1
    names = {feature: at for at, feature in enumerate(each for each, count in counts.items() if count >= rare)}
    examples = [
        TrainingExample(tuple(names[each] for each in features if each in names), row.labels)
        for features, row in zip(found, rows, strict=True)
    ]
    return names, examples


def _step(weight: int) -> int:
    """A weight in fixed point as whole steps of FINE, within a byte."""
    return max(1 - MIDDLE, min(MIDDLE - 1, _steps(weight)))


def _steps(weight: int) -> int:
    return weight * 1000 // ONE // FINE
