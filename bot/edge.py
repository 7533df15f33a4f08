"""The edge of a unit of work: one bad round must not end a loop that runs for ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from logging import Logger

from bot.errors import StorageError


async def guarded(step: Callable[[], Awaitable[object]], log: Logger, fault: str) -> bool:
    """Do one round; whether it went through. A database that is away is told in one line, all else with its trace."""
    try:
        await step()
        return True
    except StorageError as away:
        log.warning("storage away", extra={"reason": str(away)[:200]})
    except Exception:  # the next round comes
        log.exception(fault)
    return False
