"""The player's clock: how many minutes a lesson takes somebody who reads slowly, told from its transcripts. Pure.

What is done in other apps and what is waited for between two sittings is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import PurePath

from flows.play.rehearsal import Played
from flows.rules.text import count_words

WORDS_A_MINUTE = 100
"""A woman of 65 who reads word for word; a Vietnamese word is one syllable."""

ANSWER_S = 8
"""To find a button and tap it, or to type a word or two."""

MOST_SMOOTH, MOST_CLUMSY = 4, 8
"""Minutes that somebody stays with one lesson, in no trouble and in all of it."""

SMOOTH = "hoc-tron"
"""The name of the transcript in which all goes well."""

ENDED = "run ended: completed"
SITTING_S = 3600  # a pause that long is another sitting

_SEEN = re.compile(r"^(?:🖼|🎬).*$", re.MULTILINE)  # words of a picture: it is looked at


@dataclass(frozen=True, slots=True)
class Minutes:
    """How many minutes a lesson takes, to one decimal: all going well (`smooth`), and with the most errors of one
    sitting (`clumsy`), at least as long.
    """

    smooth: float
    clumsy: float

    @property
    def told(self) -> int:
        """What the head of the lesson says: whole minutes, rounded up."""
        return max(1, ceil(self.smooth))

    @property
    def are_too_many(self) -> bool:
        """Whether it should be split."""
        return self.smooth > MOST_SMOOTH or self.clumsy > MOST_CLUMSY


def minutes_of(played: Iterable[Played]) -> Minutes | None:
    """The minutes of one lesson by its transcripts; None where none of them ends it in one sitting."""
    ended = [each for each in played if _is_one_sitting(each)]
    if not ended:
        return None
    named = [each for each in ended if PurePath(each.path).stem == SMOOTH]
    smooth = min(map(_minutes, named or ended))
    return Minutes(smooth, max(map(_minutes, ended)))


def _is_one_sitting(played: Played) -> bool:
    """Whether a transcript ends the lesson, with no long pause in it."""
    if played.written is None or not any(note.startswith(ENDED) for turn in played.turns for note in turn.notes):
        return False
    return all(act.wait_s < SITTING_S for act, _ in played.written.transcript.exchanges)


def _minutes(played: Played) -> float:
    words = sum(count_words(_SEEN.sub("", text)) for turn in played.turns for text in turn.texts)
    return round(words / WORDS_A_MINUTE + (len(played.turns) - 1) * ANSWER_S / 60, 1)
