"""What only one process may do at a time: a row with its owner, and a fencing number that grows with every new one.

No clock is compared with another's. An owner lets the row's beat grow; whoever stands by and has seen the same beat for
longer than a lease lasts, by its own count of seconds, takes over. An owner trusts in its lease for as long since it
began its last beat, so it has stopped before another can have begun.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Row, Table, UniqueConstraint, bindparam, func, insert, select, text, update

from storage.engine.columns import big_number, key_column, metadata, text_column
from storage.engine.database import Database
from storage.engine.errors import Conflict, StorageError

LASTS_S = 1.2
"""So long nobody takes over from an owner that says nothing: four beats, and with what it takes to see them less than
two seconds after a death or a hang."""
BEATS = 5  # an owner and those who stand by look so often while a lease lasts

lease = Table(
    "lease",
    metadata,
    key_column("name"),
    text_column("owner"),
    big_number("fence"),
    big_number("beat"),
    # The number is part of a key: so a new owner has to wait for whoever holds the row's key, and a beat has not.
    UniqueConstraint("name", "fence", name="lease_fence"),
)

_ROWS = select(lease.c.name, lease.c.owner, lease.c.fence, lease.c.beat)
_IS_THE_SAME = (
    lease.c.name == bindparam("of_name"),
    lease.c.fence == bindparam("known"),
    lease.c.beat == bindparam("at"),
)
_IS_MINE = lease.c.owner == bindparam("me"), lease.c.fence == bindparam("known")
_TAKE = update(lease).where(*_IS_THE_SAME).values(owner=bindparam("me"), fence=lease.c.fence + 1, beat=0)
_BEAT = (  # no beat waits for the disk: after a crash of the server an older one stands there, and is seen to change
    update(lease)
    .where(lease.c.name == bindparam("of_name"), *_IS_MINE)
    .values(beat=lease.c.beat + 1)
    .returning(func.set_config("synchronous_commit", "off", True))
)
_GIVE_UP = update(lease).where(lease.c.name == bindparam("of_name"), *_IS_MINE).values(owner="")
_MINE = (
    select(lease.c.name)
    .where(lease.c.name == bindparam("of_name"), *_IS_MINE)
    .with_for_update(read=True, key_share=True)
)
_HELD_BY_OLDER = text("SELECT NOT pg_try_advisory_xact_lock(hashtextextended(:of_name, 20260101))")


log = logging.getLogger(__name__)


class LeaseRows:
    """What stands in the rows of all leases: read once for all that ask within `fresh_s`. That a row may have changed
    meanwhile does not matter: who takes a lease over says of which beat."""

    def __init__(self, database: Database, fresh_s: float = 0.0, seconds: Callable[[], float] = monotonic) -> None:
        self._database, self._fresh_s, self._seconds = database, fresh_s, seconds
        self._reading: asyncio.Task[dict[str, Any]] | None = None
        self._read_at_s = 0.0

    async def of(self, name: str) -> Row[Any, Any, Any, Any] | None:
        """The row of this lease, if there is one. Raises StorageError."""
        now_s = self._seconds()
        if self._reading is None or now_s - self._read_at_s >= self._fresh_s:
            self._read_at_s = now_s
            self._reading = asyncio.create_task(self._read())
        return (await asyncio.shield(self._reading)).get(name)

    async def _read(self) -> dict[str, Any]:
        return await self._database.read(lambda c: {row.name: row for row in c.execute(_ROWS)})


class Lease:
    """`name` is ours, as `owner`, from a `keep` that says so until `is_ours` says no. On a database that only one
    process uses it always is.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        owner: str,
        lasts_s: float = LASTS_S,
        seconds: Callable[[], float] = monotonic,
        rows: LeaseRows | None = None,
    ) -> None:
        self.database, self.name, self.owner, self.lasts_s = database, name, owner, lasts_s
        self._rows = rows or LeaseRows(database)
        self.turned = asyncio.Event()
        """Set when it has come to us, or gone to another."""
        self._fence: int | None = None
        self._seconds = seconds
        self._until_s = 0.0
        self._seen: tuple[int, int] | None = None  # the fence and beat of another owner, and since when they stand
        self._since_s = 0.0

    @property
    def is_ours(self) -> bool:
        """Whether nobody else can have begun; after a hang not before the next `keep`."""
        return not self.database.shared or (self.fence is not None and self._seconds() < self._until_s)

    def leads(self) -> bool:
        """As `is_ours`, for who asks it again and again."""
        return self.is_ours

    @property
    def is_lost(self) -> bool:
        """Whether another has it, or nobody yet; while the database is away neither is known."""
        return self.database.shared and self._fence is None

    @property
    def fence(self) -> int | None:
        """The number under which it is ours; None while another has it."""
        return self._fence

    @fence.setter
    def fence(self, number: int | None) -> None:
        if number != self._fence:
            self._fence = number
            self.turned.set()
            if number is None:
                log.info("lease lost", extra={"lease": self.name})
            else:
                log.info("lease taken", extra={"lease": self.name, "fence": number})

    @property
    def every_s(self) -> float:
        """How often to `keep` it."""
        return self.lasts_s / BEATS

    async def keep(self) -> bool:
        """Hold it, or take it where no living process does; whether it is ours. Raises StorageError."""
        if not self.database.shared:
            return True
        begun_s = self._seconds()
        if self.fence is not None and not await self.database.transact(self._beat):
            self.fence = None
        if self.fence is None:
            await self._look(begun_s)
        if self.fence is not None:
            self._until_s = begun_s + self.lasts_s
        return self.is_ours

    async def wait(self, *, long: bool = False) -> None:
        """Until it turns, or, unless it may be `long`, for as long as between two beats."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None if long else self.every_s):
                await self.turned.wait()
        self.turned.clear()

    async def give_up(self) -> None:
        """Let another begin at once. Raises StorageError."""
        if self.fence is not None:
            of = self._of(self.fence)
            self.fence = None
            await self.database.transact(lambda connection: connection.execute(_GIVE_UP, of).close())

    def holds(self, connection: Connection) -> bool:
        """Whether it is ours in this transaction, until it ends: a new owner waits for it to end."""
        if not self.database.shared:
            return True
        if self.fence is not None and connection.scalar(_MINE, self._of(self.fence)) is None:
            self.fence = None
        return self.fence is not None

    def _of(self, fence: int) -> dict[str, object]:
        return {"of_name": self.name, "me": self.owner, "known": fence}

    def _beat(self, connection: Connection) -> bool:
        return self.fence is not None and connection.execute(_BEAT, self._of(self.fence)).first() is not None

    async def _look(self, begun_s: float) -> None:
        """Take it where it was given up, or where its owner has not been heard of for as long as a lease lasts."""
        row = await self._rows.of(self.name)
        seen = (row.fence, row.beat) if row else None
        if row and row.owner and seen != self._seen:
            self._seen, self._since_s = seen, self._seconds()
        elif not row or not row.owner or begun_s - self._since_s >= self.lasts_s:
            with suppress(Conflict):  # somebody was quicker
                self.fence = await self.database.transact(partial(self._take, seen=seen))

    def _take(self, connection: Connection, seen: tuple[int, int] | None) -> int | None:
        """The new number; None where somebody was quicker, or a program older than leases holds it."""
        if connection.scalar(_HELD_BY_OLDER, {"of_name": self.name}):
            return None
        if seen is None:
            connection.execute(insert(lease), {"name": self.name, "owner": self.owner, "fence": 1, "beat": 0})
            return 1
        fence, beat = seen
        taken = connection.execute(_TAKE, {"of_name": self.name, "known": fence, "at": beat, "me": self.owner})
        return fence + 1 if taken.rowcount else None


class Leases:
    """All leases of a process, by name; `owner` is what the process is called, new at every start."""

    def __init__(self, database: Database, owner: str, lasts_s: float = LASTS_S) -> None:
        self._database, self.owner, self._lasts_s = database, owner, lasts_s
        self._by_name: dict[str, Lease] = {}
        self._rows = LeaseRows(database, lasts_s / BEATS / 2)

    def of(self, name: str) -> Lease:
        """The lease of this name."""
        if name not in self._by_name:
            self._by_name[name] = Lease(self._database, name, self.owner, self._lasts_s, rows=self._rows)
        return self._by_name[name]

    async def run(self) -> None:
        """Keep all of them until cancelled, each for itself: one may have to wait."""
        if self._database.shared:
            async with asyncio.TaskGroup() as tasks:
                for each in self._by_name.values():
                    tasks.create_task(_again(each.keep, each.every_s))

    def held(self, connection: Connection, names: Collection[str]) -> set[str]:
        """Which of these are ours in this transaction, until it ends."""
        return {name for name in sorted(names) if self.of(name).holds(connection)}


async def _again(step: Callable[[], Awaitable[object]], every_s: float) -> None:
    """A database that is away is asked again, and told of once."""
    is_away = False
    while True:
        try:
            await step()
            is_away = False
        except StorageError as away:
            if not is_away:
                log.warning("storage away", extra={"reason": str(away)[:200]})
            is_away = True
        await asyncio.sleep(every_s)
