"""Signs of life, and what a stop has cost: taps that a provider threw away are mended by asking again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.base import Inner, Update
from bot.conversation.batch import INNER
from bot.tutor.quiet_hours import QuietHours
from storage.conversations import expiry
from storage.engine import key_value
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms

BEAT_EVERY = timedelta(seconds=30)
PROMPTED_WITHIN = timedelta(minutes=30)  # only who was in the middle of it is asked again


class Presence:
    """When a channel was last seen alive, kept in the database."""

    def __init__(self, database: Database, now: Callable[[], datetime], quiet: QuietHours) -> None:
        self.database = database
        self.now = now
        self.quiet = quiet
        self.alive: set[str] = set()
        self._beat_at: datetime | None = None

    async def beat(self) -> None:
        """Write down, at most every BEAT_EVERY, that the channels in `alive` are alive."""
        now = self.now()
        if not self.alive or (self._beat_at is not None and abs(now - self._beat_at) < BEAT_EVERY):
            return
        self._beat_at = now
        channels = sorted(self.alive)

        def note(connection: Connection) -> None:
            for name in channels:
                key_value.set_key(connection, f"alive:{name}", now.isoformat())

        await self.database.transact(note)

    async def lost_taps(self, channel: str, dropped_after: timedelta) -> list[Update]:
        """Who is to be offered the open step again after a stop longer than the provider keeps taps."""
        now = self.now()
        last = await self.database.read(lambda c: key_value.get_key(c, f"alive:{channel}"))
        if last is None:
            return []
        stopped_at = datetime.fromisoformat(last[0])
        if now - stopped_at <= dropped_after or self.quiet.holds(now):
            return []
        since, until = stopped_at - PROMPTED_WITHIN, stopped_at + 2 * BEAT_EVERY
        learners = await self.database.read(lambda c: expiry.prompted_between(c, channel, since, until))
        return [_reoffer(learner_id, stopped_at, now) for learner_id in learners]


def _reoffer(learner_id: str, stopped_at: datetime, now: datetime) -> Update:
    """Offer the step again after a stop in which taps were lost: once a stop."""
    return Update(INNER, f"reoffer:{learner_id}:{to_ms(stopped_at)}", learner_id, Inner("reoffer", ""), now)
