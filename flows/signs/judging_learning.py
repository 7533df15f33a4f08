"""From labelled messages to the model by which `judging` weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.signs.judging import SCAM, pieces
from flows.signs.signs import as_seen, parted
from flows.signs.sites import SiteTable
from flows.words.ear.learn import LabelledWords, fingerprint, named
from flows.words.ear.model import Model, Numbered
from flows.words.ear.training import Head

RARE = 3  # messages in which a feature must stand
HEADS = (Head(SCAM, frozenset({SCAM}), cost=600, cost_yes=600),)
BARS = {"sounds-much": 100, "sounds": -100, "ordinary": -400, "ordinary-much": -500}
"""In thousandths of a margin, set on messages that were not learnt from and are not those of `scams/unseen`."""


@dataclass(frozen=True, slots=True)
class JudgedWords:
    """The words of a message as `judging` sees its first piece, and whether it is a `scam`."""

    words: tuple[str, ...]
    scam: bool


def judged(text: str, sites: SiteTable, *, scam: bool) -> JudgedWords:
    """What is learnt of a message."""
    return JudgedWords(tuple(next(pieces(*parted(as_seen(text), sites)))), scam)


def learn_scams(samples: Sequence[JudgedWords]) -> Model:
    """The model of these messages; the same for the same messages, whatever the machine."""
    rows = [LabelledWords(list(each.words), frozenset({SCAM} if each.scam else ())) for each in samples]
    return Model(Numbered(), named(((HEADS, rows),), RARE), BARS, fingerprint(samples))
