"""A process of its own that pairs: `python -m tests.support.pair_worker URL NAME FIRST LAST` (see tests/storage)."""

from __future__ import annotations

import asyncio
import sys
from datetime import time
from functools import partial
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.services.pairing import Pairings, World
from bot.tutoring.pairing.deadlines import Clock
from bot.tutoring.pairing.model import Rules
from bot.tutoring.quiet import QuietHours
from storage import pairings as kept
from storage.database import Connection, open_database
from storage.errors import Conflict
from storage.rows import Row

CLOCK = Clock(QuietHours(time(20), time(8), ZoneInfo("Asia/Ho_Chi_Minh")))
NOW = 1_795_572_000_000


async def work(url: str, name: str, first: int, last: int) -> None:
    """Every learner of the range asks (so does the other process, for the same ones), and whoever is asked accepts."""
    database, ids, rng = open_database(url), count(), Random(name)
    pairings = Pairings(database, World(Rules(), CLOCK, lambda: f"{name}{next(ids)}"))
    who = list(range(first, last))
    rng.shuffle(who)
    for n in who:
        await again(pairings.ask, f"l{n}", "pair", NOW)
        offer = await database.read(partial(offered, f"l{n}"))
        if offer:
            await again(pairings.accept, offer["instructor_id"], offer["offer_id"], NOW)
    await database.close()


def offered(learner_id: str, conn: Connection) -> Row | None:
    """The open offer of the one thing she asks for."""
    return next(
        (row for each in kept.requests_of(conn, learner_id) if (row := kept.offer_for(conn, each["request_id"]))), None
    )


async def again(act: Any, *arguments: Any) -> None:
    while True:
        try:
            await act(*arguments)
            return
        except Conflict:
            continue


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
