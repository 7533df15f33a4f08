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

from sqlalchemy import func, select

from bot.pairing.policy import happenings
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import PairingRules
from bot.pairing.service import PairingContext, Pairings
from bot.tutor.quiet_hours import QuietHours
from storage.engine.database import Connection, open_database
from storage.engine.errors import Conflict
from storage.engine.rows import Row, many
from storage.pairing import tables as pairing_t

CLOCK = Clock(QuietHours(time(20), time(8), ZoneInfo("Asia/Ho_Chi_Minh")))
NOW = 1_795_572_000_000


SWEEP_EVERY = 200


async def work(url: str, name: str, first: int, last: int) -> None:
    """Every learner of the range asks (so does the other process, for the same ones), whoever is asked is tapped for by
    both, and now and then everybody who waits is matched; until nobody waits any more."""
    database, ids, rng = open_database(url), count(), Random(name)
    pairings = Pairings(database, PairingContext(PairingRules(), CLOCK, lambda: f"{name}{next(ids)}"))
    who, sweeps, taps = list(range(first, last)), 0, 0
    rng.shuffle(who)
    for done, n in enumerate(who):
        # Every second one only waits, as whoever asks at night does: the sweep finds her somebody.
        wish = partial(happenings.ask, learner_id=f"l{n}", kind="pair", place=n % 2 == 0)
        await again(pairings.happens, f"l{n}", NOW, wish)
        for offer in await database.read(partial(some_offers, about=rng.randrange(last))):
            taps += await again(pairings.accept, offer["instructor_id"], offer["offer_id"], NOW)
        if done % SWEEP_EVERY == 0:
            await again(pairings.sweep, lambda: NOW)
            sweeps += 1
    while await database.read(unclosed):
        await again(pairings.sweep, lambda: NOW)
        for offer in await database.read(partial(some_offers, about=0)):
            taps += await again(pairings.accept, offer["instructor_id"], offer["offer_id"], NOW)
    await database.close()
    print(f"{name}: {len(who)} asked, {sweeps} sweeps between, {taps} taps in time", flush=True)


def some_offers(connection: Connection, about: int) -> list[Row]:
    """A few that are open: what the other process sees as well."""
    query = select(pairing_t.offer).where(
        pairing_t.offer.c.state == "open", pairing_t.offer.c.request_id > f"{about % 10}"
    )
    return many(connection, query.order_by(pairing_t.offer.c.made_at, pairing_t.offer.c.offer_id).limit(3))


def unclosed(connection: Connection) -> int:
    return connection.scalar(select(func.count()).where(pairing_t.request.c.state != "closed")) or 0


async def again(act: Any, *arguments: Any) -> Any:
    while True:
        try:
            return await act(*arguments)
        except Conflict:
            continue


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
