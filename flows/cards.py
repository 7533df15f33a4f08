"""Questions that come back, as data: what is kept of one between two answers. When each is due, `reviews` decides."""

from __future__ import annotations

import json
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
        due, last = date.fromisoformat(due_on), date.fromisoformat(last_on) if last_on else None
        if last is None:
            return Card(due)
        known = float(stability), float(difficulty)
        is_sound = number == CODEC and math.isfinite(known[0]) and known[0] > 0 and 1 <= known[1] <= 10
        return Card(due, last, *known, max(0, int(level))) if is_sound else Card(LONG_AGO)
    except (TypeError, ValueError, OverflowError, KeyError):
        return Card(LONG_AGO)


class StoredCards(Mapping[str, Card]):
    """Cards by "lesson/step", as they come from a row: read when they are asked for, and otherwise given back as they
    came. Most updates ask for none, and somebody who has learnt for months has many.
    """

    __slots__ = ("_kept", "_text")

    def __init__(self, kept: Mapping[str, Any] | str) -> None:
        """`kept` are cards, or what `dump_card` has made of them, or the JSON text of that."""
        self._text = kept if isinstance(kept, str) else ""
        self._kept: dict[str, Any] | None = None if isinstance(kept, str) else dict(kept)

    def _read(self) -> dict[str, Any]:
        """All of them, each a card or its JSON values; of a text that is none there are none, as of a card that is
        spoilt nothing is known."""
        if self._kept is None:
            try:
                self._kept = dict(json.loads(self._text))
            except (TypeError, ValueError):
                self._kept = {}
        return self._kept

    def __getitem__(self, key: str) -> Card:
        card = self._read()[key]
        return card if isinstance(card, Card) else load_card(card)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __bool__(self) -> bool:
        return bool(self._text or self._kept)

    def but(self, key: str, card: Card | None) -> StoredCards:
        """The same with this card, as the last; None: without it."""
        rest = {other: kept for other, kept in self._read().items() if other != key}
        return StoredCards({**rest, key: card} if card else rest)

    def dump(self) -> str:
        """The cards as JSON text: that which they came as, where there was one."""
        cards = {key: dump_card(each) if isinstance(each, Card) else each for key, each in (self._kept or {}).items()}
        return self._text or json.dumps(cards, separators=(",", ":"))


def stored(cards: Mapping[str, Card]) -> StoredCards:
    """Cards of any kind of mapping, as a row keeps them."""
    return cards if isinstance(cards, StoredCards) else StoredCards(cards)
