"""Questions that come back, as data: what is kept of one between two answers. When each is due, `reviews` decides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

CODEC = 2
"""Number of the layout of a stored card; before it there were a level and the instant at which it was due."""

LONG_AGO = date(1970, 1, 1)
_HOME = timezone(timedelta(hours=7))  # where the learners lived whose cards were kept as instants


@dataclass(frozen=True, slots=True)
class Card:
    """A question to be asked again from the day `due_on` on, by the calendar where the learners live.

    `last_on` is the day of the answer that counted last; `stability` after how many days without review it is known
    with nine chances in ten (0: nothing is known of it yet), `difficulty` from 1 to 10, `level` how often it was known
    in a row.
    """

    due_on: date
    last_on: date | None = None
    stability: float = 0.0
    difficulty: float = 0.0
    level: int = 0

    @property
    def is_new(self) -> bool:
        """Whether its next answer is the first that anything is made of."""
        return self.last_on is None


def dump_card(card: Card) -> list[Any]:
    """A card as JSON values, `CODEC` first; figures to four places, which is far less than they are worth."""
    last_on = card.last_on.isoformat() if card.last_on else ""
    return [CODEC, card.due_on.isoformat(), last_on, round(card.stability, 4), round(card.difficulty, 4), card.level]


def load_card(data: Any) -> Card:
    """The card written by `dump_card`, or by the layout before it.

    What cannot be read, or cannot be (a stability that is no number, a difficulty of 40), is a question of which
    nothing is known and which may be asked at once: a spoilt card must neither be lost nor spoil the conversation.
    """
    try:
        if len(data) == 2:
            return Card(datetime.fromisoformat(data[1]).astimezone(_HOME).date())
        number, due_on, last_on, stability, difficulty, level = data
        card = Card(date.fromisoformat(due_on), date.fromisoformat(last_on) if last_on else None)
        if card.last_on is None:
            return card
        known = float(stability), float(difficulty)
        is_sound = number == CODEC and math.isfinite(known[0]) and known[0] > 0 and 1 <= known[1] <= 10
        return Card(card.due_on, card.last_on, *known, max(0, int(level))) if is_sound else Card(LONG_AGO)
    except (TypeError, ValueError, OverflowError, KeyError):
        return Card(LONG_AGO)


class StoredCards(Mapping[str, Card]):
    """Cards by "lesson/step", as they come from a row: one is read when it is asked for; what nobody asks for goes back
    as it came. Most updates ask for none, and somebody who has learnt for months has many.
    """

    __slots__ = ("_kept",)

    def __init__(self, kept: Mapping[str, Any]) -> None:
        """`kept` are cards, or what `dump_card` has made of them. Raises TypeError or ValueError where it is no
        mapping."""
        self._kept: dict[str, Any] = dict(kept._kept if isinstance(kept, StoredCards) else kept)

    def __getitem__(self, key: str) -> Card:
        card = self._kept[key]
        return card if isinstance(card, Card) else load_card(card)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def but(self, key: str, card: Card | None) -> StoredCards:
        """The same with this card, as the last; None: without it."""
        rest = {other: kept for other, kept in self._kept.items() if other != key}
        return StoredCards({**rest, key: card} if card else rest)

    def dump(self) -> dict[str, Any]:
        """The cards as JSON values."""
        return {key: dump_card(each) if isinstance(each, Card) else each for key, each in self._kept.items()}
