"""What the first message would have to wait for is got ready beside the start."""

from __future__ import annotations

import asyncio

from flows.words.wishes import Wishes, warm


async def warmed(wishes: Wishes) -> None:
    """Compile the rules about requests in a thread; whoever stops meanwhile waits for one pattern at most."""
    patterns = warm(wishes)
    while await asyncio.to_thread(next, patterns, None):
        pass
