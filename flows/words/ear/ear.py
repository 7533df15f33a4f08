"""Hearing one message: is it a cry, a worry or neither; and if neither, is it a question, and of what.

Phrases that leave no doubt come first; everything else is weighed by the model. Without a model the phrases are all
there is, and questions are not understood: whoever runs the tutor is told so when it starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from flows.words.ear.features import MOST, features_of, words_only
from flows.words.ear.model import Model
from flows.words.ear.syllables import AMOUNT, NUMBER, syllables
from flows.words.ear.voices import OUTLINES, REPLIES

Level = Literal["ring", "ask", "quiet"]

LONGEST = 2_000  # characters that are heard: the longest message Zalo can send
SHORT = 300  # characters up to which a message is remembered for a moment: one update asks about it several times
PIECE, STRIDE = 30, 20  # words of a long message that are weighed together, and how far the next piece begins
MOST_TOPICS = 3
FEWEST = 2  # words that the model needs: one alone ("rồi", "mất") says too little
SURE_FROM = 3  # words from which the model may be sure: of two alone she is asked
SAYS_MUCH = 5  # words below which the bar is highest: "mất hết danh bạ", "chuyển cho con rồi" say little
SAYS_ENOUGH = 7  # words from which a danger of life needs no higher bar
SAYS_LITTLE = 9  # words below which it is higher than usual; up to which a "không", "sợ", "nếu" in front leaves a doubt

_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Alarm:
    """`level` as in the voices; `kind`: die, hurt (of a ring), now (of a worry) or none; `why` the phrase, if any."""

    level: Level = "quiet"
    kind: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a message that is no answer is about; topics, the best first.

    `kind`: question, human or learn (one or a lesson is wanted), oos (out of scope), small (talk) or chat.
    """

    kind: str = "chat"
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """`kind` is one of REPLIES, or empty; `sure`: nothing else comes near."""

    kind: str = ""
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Ear:
    """`certain` are the phrases that ring by themselves, each (kind, pattern); `model` may be missing.

    `talk` matches what is small talk and nothing else.
    `doubt` are words (không, chưa, sợ, nếu) with which a short message begins that may deny what it says.
    `known` are words without marks, by which words that lost their spaces are found.
    """

    certain: tuple[tuple[str, re.Pattern[str]], ...] = field(default=(), repr=False)
    doubt: frozenset[str] = field(default=frozenset(), repr=False)
    model: Model | None = field(default=None, repr=False)
    talk: re.Pattern[str] = field(default=_NEVER, repr=False)
    known: frozenset[str] = field(default=frozenset(), repr=False)

    __hash__ = object.__hash__


def ear_of(
    phrases: Iterable[tuple[str, Sequence[str]]],
    around: Sequence[str],
    model: Model | None,
    doubt: Iterable[str] = (),
    talk: Iterable[str] = (),
) -> Ear:
    """`phrases`: kind of cry → phrases, in which `…` stands for up to three words and `/` parts alternatives.

    `around` are words that may stand before and after; with anything else around it a phrase is no longer certain.
    """
    certain = tuple((kind, _whole(each, around)) for kind, each in phrases)
    doubted = frozenset(form for word in doubt for form in _forms(word))
    return Ear(certain, doubted, model, _whole(talk, around), model.words if model else frozenset())


def listen(ear: Ear, text: str) -> Alarm:
    """Whether it is a cry. Takes time linear in the first LONGEST characters; raises nothing."""
    return _listen_once(ear, text) if len(text) <= SHORT else _listen(ear, text[:LONGEST])


def matter_of(ear: Ear, text: str) -> Matter:
    """What a message is about that was understood as nothing else."""
    return _matter_once(ear, text) if len(text) <= SHORT else _matter(ear, text[:LONGEST])


@lru_cache(maxsize=512)
def _listen_once(ear: Ear, text: str) -> Alarm:
    return _listen(ear, text)


@lru_cache(maxsize=512)
def _matter_once(ear: Ear, text: str) -> Matter:
    return _matter(ear, text)


@dataclass(frozen=True, slots=True)
class _Said:
    """`words` as they were typed; `sense`: what the model makes of the first MOST of them, by head."""

    words: list[str]
    sense: Mapping[str, float]

    @property
    def line(self) -> str:
        """The words as `_whole` matches them."""
        return f" {' '.join(self.words)} "


def _said(ear: Ear, text: str) -> _Said:
    return _said_once(ear, text) if len(text) <= SHORT else _taken_in(ear, text)


@lru_cache(maxsize=128)
def _said_once(ear: Ear, text: str) -> _Said:
    return _taken_in(ear, text)


def _taken_in(ear: Ear, text: str) -> _Said:
    words = [each.typed for each in syllables(text, LONGEST, ear.known)]
    return _Said(words, ear.model.sense.scores(words_only(words[:MOST])) if ear.model and words else {})


# --- a cry -------------------------------------------------------------------------------------------


def _listen(ear: Ear, text: str) -> Alarm:
    said = _said(ear, text)
    if not said.words:
        return Alarm()
    line = said.line
    for kind, pattern in ear.certain:
        if found := pattern.fullmatch(line):
            return Alarm("ring", kind, found[1].strip())
    if ear.model is None or len(said.words) < FEWEST:
        return Alarm()
    if len(said.words) <= MOST:
        return weigh(ear.model, ear.doubt, said.words, said.sense)
    pieces = dict.fromkeys(tuple(said.words[start:end]) for start, end in spans(len(said.words)))
    heard = [weigh(ear.model, ear.doubt, piece) for piece in pieces]
    return max(heard, key=lambda each: ("quiet", "ask", "ring").index(each.level))


def spans(count: int) -> Iterator[tuple[int, int]]:
    """The pieces of a message: all of a short one; of a long one overlapping ones, so that nothing drowns a cry in its
    middle.
    """
    if count <= MOST:
        yield 0, count
        return
    for at in range(0, count - PIECE + STRIDE, STRIDE):
        yield at, min(at + PIECE, count)


def bar_of(model: Model, count: int) -> int:
    """What the score of a ring has to pass in a message of so many words."""
    return model.bars["ring_short" if count < SAYS_MUCH else "ring_middle" if count < SAYS_LITTLE else "ring"]


def life_bars(model: Model, count: int) -> dict[str, int]:
    """What the scores of die and hurt have to pass: "mệt muốn chết luôn" is short and says little."""
    return {kind: model.bars[kind] + (model.bars["brief"] if count < SAYS_ENOUGH else 0) for kind in ("die", "hurt")}


def is_denied(doubt: frozenset[str], words: Sequence[str]) -> bool:
    """Whether so short a message begins in a way that may deny it."""
    return len(words) <= SAYS_LITTLE and not doubt.isdisjoint(words[:3])


def weigh(model: Model, doubt: frozenset[str], words: Sequence[str], sense: Mapping[str, float] | None = None) -> Alarm:
    """What the model makes of one piece; `sense` are the piece's scores by named weights, if they are known."""
    bars, of_life = model.bars, life_bars(model, len(words))
    sense = model.sense.scores(words_only(words)) if sense is None else sense
    kind = max(of_life, key=lambda each: sense[each] - of_life[each])
    scores = model.alarm.scores(features_of(words))
    if sense[kind] > of_life[kind] and scores["worry"] > bars["life"] and len(words) >= SURE_FROM:
        return Alarm("ring", kind)
    loud = scores["ring"] > bar_of(model, len(words)) and scores["worry"] > bars["ask"]
    sure = loud and len(words) >= SURE_FROM and not is_denied(doubt, words)
    if not sure and scores["worry"] <= bars["ask"] and scores["ring"] <= bars["ring_asks"]:
        return Alarm()
    if sure:
        return Alarm("ring")
    return Alarm("ask", "now" if sense["now"] > bars["now"] else "")


# --- a question --------------------------------------------------------------------------------------


def _matter(ear: Ear, text: str) -> Matter:
    said = _said(ear, text)
    if ear.model is None or {NUMBER, AMOUNT}.issuperset(said.words):
        return Matter()
    if ear.talk.fullmatch(said.line):
        return Matter("small")
    bars, scores = ear.model.bars, said.sense
    best = max([scores[each] for each in OUTLINES])
    wish = max(("human", "learn"), key=scores.__getitem__)
    if scores[wish] > max(best, bars[wish]) and len(said.words) >= FEWEST:
        return Matter(wish)
    if best > max(
        bars["topic"], scores["oos"] + bars["oos"], scores["chat"] + bars["chat"], scores["small"] + bars["chat"]
    ):
        near = sorted([each for each in OUTLINES if scores[each] > best - bars["near"]], key=lambda each: -scores[each])
        return Matter("question", tuple(near[:MOST_TOPICS]))
    kinds = ("chat", "small", "oos") if len(said.words) >= FEWEST else ("chat", "small")
    return Matter(max(kinds, key=lambda each: scores[each] + (each != "chat") * bars["talk"]))


# --- an answer ---------------------------------------------------------------------------------------


def reply_of(ear: Ear, text: str) -> Reply:
    """What a message would mean as an answer in the middle of a lesson."""
    said = _said(ear, text[:SHORT])
    if ear.model is None or not said.words:
        return Reply()
    scores, bars = said.sense, ear.model.bars
    best, second = sorted(REPLIES, key=lambda each: -scores[each])[:2]
    if scores[best] <= bars["reply"]:
        return Reply()
    return Reply(best, scores[best] > bars["reply_sure"] and scores[best] - scores[second] > bars["reply_apart"])


# --- phrases -----------------------------------------------------------------------------------------


def _whole(phrases: Iterable[str], around: Iterable[str]) -> re.Pattern[str]:
    """One pattern over words as they were typed: a word that has marks matches with them, or typed without any."""
    patterns, beside = [_pattern(phrase) for phrase in phrases], "|".join(map(_pattern, around))
    if not patterns:
        return _NEVER
    politely = f"(?: (?:{beside}))*" if beside else ""
    return re.compile(f"{politely}(?: ({'|'.join(patterns)}){politely})+ ")


def _pattern(phrase: str) -> str:
    parts: list[str] = []
    for word in phrase.split():
        if word == "…":
            parts.append(r"(?: \S+){0,3}?")
            continue
        choices = [form for each in word.split("/") for form in _forms(each)]
        parts.append(f" (?:{'|'.join(map(re.escape, dict.fromkeys(choices)))})")
    return "".join(parts).removeprefix(" ")


def _forms(word: str) -> Iterator[str]:
    for each in syllables(word, 1):
        yield each.typed
        if each.marked:
            yield each.marked.partition("'")[0]
