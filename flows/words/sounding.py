"""Which of a few answers a badly heard sentence may be: by how it sounds, marks and all that a microphone loses aside.

Only for what is asked back: of a guess nothing may follow before the learner has said that it is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from flows.words.tables import Words, fold

NEAR = 60  # rapidfuzz ratio of what was misheard to what was said: of people's voices with noise at 10 dB nearly all
APART = 20  # by so much it must be nearer to one answer than to every other
LONGEST = 200  # characters of an answer to a short question


def sounds_like(words: Words, heard: str, labels: Sequence[str]) -> str | None:
    """The label that was probably read out; None where none comes near, or two do. What denies never becomes what does
    not: "không" is soon lost, and with it the meaning."""
    said = fold(words, heard[:LONGEST])
    near = sorted(((fuzz.ratio(" ".join(said), " ".join(fold(words, each))), each) for each in labels), reverse=True)
    if not said or not near or near[0][0] < NEAR:
        return None
    if len(near) > 1 and near[0][0] - near[1][0] < APART:
        return None
    label = near[0][1]
    return label if _denies(words, said) == _denies(words, fold(words, label)) else None


def _denies(words: Words, said: Sequence[str]) -> bool:
    return not words.denials.isdisjoint(said)
