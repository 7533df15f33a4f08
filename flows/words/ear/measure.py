"""How well an ear hears sentences that it has not learnt from: counts, and the sentences it got wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flows.words.ear.ear import Ear, listen, matter_of, reply_of
from flows.words.ear.voices import OUTLINES, LabelledSentence


@dataclass(slots=True)
class Score:
    """`levels` counts (meant, heard), `abouts` (meant, heard) of what quiet sentences are about; `missed` by kind."""

    levels: Counter[tuple[str, str]] = field(default_factory=Counter)
    abouts: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: dict[str, list[str]] = field(default_factory=dict)

    def share(self, meant: str, *heard: str) -> float:
        """Of the sentences that are `meant`, how many were heard as one of `heard`."""
        return _share(self.levels, meant, heard)

    def topic(self, meant: str, *heard: str) -> float:
        """The share of quiet sentences that are about `meant` and were heard as one of `heard`."""
        return _share(self.abouts, meant, heard)


def measure(ear: Ear, sentences: Iterable[LabelledSentence]) -> Score:
    """Hear every sentence. A question counts as `first` or `among` (the first three); `none` got no topic."""
    score = Score()
    for each in sentences:
        level = listen(ear, each.text).level
        score.levels[each.level, level] += 1
        if each.level != level and "ask" not in (each.level,):
            score.missed.setdefault(f"{each.level} → {level}", []).append(each.text)
        if each.level == "quiet" and each.about:
            meant, heard = _about(ear, each)
            score.abouts[meant, heard] += 1
            if heard in ("other", "none") or (meant != "question" and meant != heard):
                score.missed.setdefault(f"{meant} → {heard}", []).append(each.text)
    return score


def measure_replies(ear: Ear, sentences: Iterable[LabelledSentence]) -> Counter[tuple[str, str]]:
    """Counts of (meant, heard) of answers in the middle of a lesson; what is not sure is heard as "" """
    replies = ((each, reply_of(ear, each.text)) for each in sentences if each.reply)
    return Counter((each.reply, heard.kind if heard.sure else "") for each, heard in replies)


def _about(ear: Ear, sentence: LabelledSentence) -> tuple[str, str]:
    matter, first = matter_of(ear, sentence.text), sentence.about[0]
    if first not in OUTLINES:
        return first, matter.kind
    if not matter.topics:
        return "question", "none"
    topics = matter.topics
    return "question", "first" if topics[0] == first else "among" if first in topics else "other"


def _share(counts: Counter[tuple[str, str]], meant: str, heard: Sequence[str]) -> float:
    whole = sum(count for (of, _), count in counts.items() if of == meant)
    return sum(counts[meant, each] for each in heard) / whole if whole else 0.0
