"""How late the event loop is: whatever holds it up holds up everybody who writes."""

from __future__ import annotations

import asyncio

from bot.counting import Spread

EVERY_S = 0.5
BOUNDS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class LoopLag:
    """`late` is by how many seconds it woke later than it had asked for, twice a second."""

    def __init__(self) -> None:
        self.late = Spread(BOUNDS_S)

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self.late.add(max(0.0, loop.time() - due_s))
