"""What the first message would have to wait for is got ready beside the start."""

from __future__ import annotations

import asyncio
from itertools import chain

from flows.signs import signs
from flows.words import wishes


async def warmed(rules: wishes.Wishes, table: signs.SignTable) -> None:
    """Compile the rules about requests and the signs of scams in a thread; whoever stops waits for one pattern."""
    patterns = chain(wishes.warm(rules), signs.warm(table))
    while await asyncio.to_thread(next, patterns, None):
        pass
