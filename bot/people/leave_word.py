"""A word to somebody whose turn it is not: it waits as a notice until it can be said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.pairing import pairings
from storage.pairing.records import NoticeRow


def tell(
    connection: Connection, notice_id: str, learner_id: str, phrase: str, values: Mapping[str, str], now: datetime,
    buttons: Mapping[str, str] | None = None, *, about: str = "", urgent: bool = False,
) -> None:  # fmt: skip
    """`buttons` are token → label phrase; `about` is whom or what it speaks of: with that it goes."""
    at = to_ms(now)
    notice = NoticeRow(notice_id, learner_id, phrase, values, at, at, buttons or {}, about, urgent=urgent)
    pairings.add_notices(connection, [notice])
