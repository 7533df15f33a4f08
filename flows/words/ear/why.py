"""Why a message was heard as it was: the phrase that left no doubt, or what each of its words weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.words.ear.ear import FEWEST, LONGEST, Alarm, Ear, bar_of, is_denied, life_bars, listen, spans, weigh
from flows.words.ear.features import features_of, words_only
from flows.words.ear.model import Model
from flows.words.ear.syllables import AMOUNT, NUMBER, Syllable, spelled, syllables
from flows.words.masking import MASK, mask
from flows.words.nouns import NounTable

MOST_WEIGHED = 40  # words of which each is weighed by leaving it away

_SIGNS = {NUMBER: "(số)", AMOUNT: "(số tiền)"}


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one word pushes up (or, below 0, down) what it is in: `ring` and `worry`, thousandths of a margin."""

    word: str
    ring: float
    worry: float

    @property
    def strength(self) -> float:
        """By which the words are put in order."""
        return max(abs(self.ring), abs(self.worry))


@dataclass(frozen=True, slots=True)
class Reason:
    """`phrase` is the certain one, if any; `piece` that part of a long message that was decided by, else empty.

    `weights` are those of the first MOST_WEIGHED words, the strongest first; `scores` of ring, worry, die, hurt, now;
    `bar` what a ring of so many words has to pass, `bars` all the others. Without scores the model was not asked.
    Secrets among the words are hidden.
    """

    alarm: Alarm
    words: int = 0
    phrase: str = ""
    piece: str = ""
    weights: tuple[Weight, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    bar: int = 0
    bars: Mapping[str, int] = field(default_factory=dict)
    is_denied: bool = False


def why(ear: Ear, text: str, nouns: NounTable) -> Reason:
    """The reason of `listen(ear, text)`, by the same functions. As fast as hearing, whatever the length."""
    text = text[:LONGEST]
    alarm, said = listen(ear, text), syllables(text, LONGEST, ear.known)
    shown = _readable(ear, text, nouns, said)
    phrase = _phrase(alarm, said, shown)
    if ear.model is None or len(said) < FEWEST:
        return Reason(alarm, len(said), phrase)
    start, end = _decisive(ear, ear.model, said, alarm)
    words, bars = [each.typed for each in said[start:end]], ear.model.bars
    scores, sense = ear.model.alarm.scores(features_of(words)), ear.model.sense.scores(words_only(words))
    weighed = zip(shown[start:end], weight_of(ear.model, words), strict=False)
    weights = [Weight(word, moved["ring"], moved["worry"]) for word, moved in weighed]
    return Reason(
        alarm,
        len(words),
        phrase,
        " ".join(shown[start:end]) if end - start < len(said) else "",
        tuple(sorted(weights, key=lambda each: -each.strength)),
        {**scores, **{kind: sense[kind] for kind in ("now", "die", "hurt")}},
        bar_of(ear.model, len(words)),
        {**bars, **life_bars(ear.model, len(words))},
        is_denied(ear.doubt, words),
    )


def weight_of(model: Model, words: Sequence[str]) -> list[dict[str, float]]:
    """For each of the first MOST_WEIGHED words, as they were typed, how much it changes each score of the alarm."""
    whole = model.alarm.scores(features_of(words))
    told = []
    for at in range(min(len(words), MOST_WEIGHED)):
        without = model.alarm.scores(features_of([*words[:at], *words[at + 1 :]]))
        told.append({head: whole[head] - without[head] for head in whole})
    return told


def _readable(ear: Ear, text: str, nouns: NounTable, said: Sequence[Syllable]) -> list[str]:
    """The words for reading, one for each syllable; numbers as what they are heard as, secrets hidden."""
    open_words = set(spelled(mask(text, nouns).text, LONGEST, ear.known))
    return [
        _SIGNS.get(each.plain) or (word if word in open_words else MASK)
        for word, each in zip(spelled(text, LONGEST, ear.known), said, strict=True)
    ]


def _phrase(alarm: Alarm, said: Sequence[Syllable], shown: Sequence[str]) -> str:
    """The phrase of an alarm as it was typed."""
    found, typed = alarm.why.split(), [each.typed for each in said]
    for at in range(len(typed)):
        if found and typed[at : at + len(found)] == found:
            return " ".join(shown[at : at + len(found)])
    return ""


def _decisive(ear: Ear, model: Model, said: Sequence[Syllable], alarm: Alarm) -> tuple[int, int]:
    """Which piece was decided by; where all are quiet, the one that came nearest to a worry."""
    pieces = list(spans(len(said)))
    if len(pieces) == 1:
        return pieces[0]

    def nearness(span: tuple[int, int]) -> tuple[bool, float]:
        piece = [each.typed for each in said[span[0] : span[1]]]
        worry = model.alarm.scores(features_of(piece))["worry"]
        return weigh(model, ear.doubt, piece) == alarm, worry

    return max(pieces, key=nearness)
