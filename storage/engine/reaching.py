"""A connection to the one server that can be written to now, whichever of the hosts that is.

asyncpg goes from host to host itself, yet all of them together have one time limit, so that a first host which swallows
packets is the end of it; and what a server is it believes by what was said at the login, which PgBouncer goes on saying
after a promotion (findings/). Here all hosts are tried side by side, and each is asked.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.saying import joined, said_by, say
from storage.engine.address import Host, hosts_of
from storage.engine.errors import StorageUnavailable
from storage.engine.faults import decide

if TYPE_CHECKING:
    from asyncpg import Connection

CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 60.0  # a server that neither answers nor breaks off; no statement of ours takes a second
HEAD_START_S = 0.3  # the host that was the right one last time is asked alone for so long
GOODBYE_S = 1.0
AGAIN_S = 0.2  # thousands may wait, and each would knock at every host
OTHERS_S = 2.0  # once one has said that it is not the primary, the others have so long to be it
_WHO = "SELECT current_setting('transaction_read_only') = 'on', pg_postmaster_start_time()"
POOLED: dict[str, Any] = {"statement_cache_size": 0}
"""Behind a pooler the next transaction is another server's connection, where nothing was prepared."""


class ReadOnly(Exception):
    """A standby, or a server that was told to take nothing."""


class Reached(NamedTuple):
    """A connection, and which start of which server it leads to."""

    line: Connection[Any]
    server: object


class PrimaryFinder:
    """The way to the primary: `dsn` as asyncpg reads it; `called`: what the server is to call these connections;
    `pooled` where a pooler stands there."""

    def __init__(self, dsn: str, called: str = "", *, pooled: bool = False) -> None:
        self._dsn, self._pooled, self._more = dsn, pooled, dict(POOLED) if pooled else {}
        if called:
            self._more["server_settings"] = {"application_name": called}
        self._hosts: Sequence[Host | None] = hosts_of(dsn)
        if len(self._hosts) < 2:
            self._hosts = [None]  # as asyncpg itself reads it, with what the environment adds
        self._last = self._hosts[0]
        self._refusal: str | None = None
        self._refused_s = 0.0

    async def reach(self) -> Reached:
        """Connect to the primary. Raises StorageUnavailable: at once, where somebody has just found none."""
        loop = asyncio.get_running_loop()
        if self._refusal is not None and loop.time() - self._refused_s < AGAIN_S:
            raise StorageUnavailable(self._refusal)
        try:
            if len(self._hosts) > 1:
                with suppress(Exception):  # told by the race, where it matters
                    async with asyncio.timeout(HEAD_START_S):
                        return await self._try(self._last)
            return await self._race()
        except Exception as fault:
            decision = decide(fault)
            if isinstance(decision, StorageUnavailable):
                self._refusal, self._refused_s = said_by(decision), loop.time()
            if decision is fault:
                raise
            raise decision from fault

    async def _try(self, host: Host | None, after_s: float = 0.0) -> Reached:
        import asyncpg  # whoever has SQLite never needs it

        await asyncio.sleep(after_s)
        place = {} if host is None else {"host": host[0], "port": host[1]}
        try:
            line = await asyncpg.connect(
                self._dsn, **place, **self._more, timeout=CONNECT_TIMEOUT_S, command_timeout=COMMAND_TIMEOUT_S,
                target_session_attrs="any",
            )  # fmt: skip
        except asyncpg.exceptions.ClientConfigurationError as wrong:
            raise StorageUnavailable(say("DATABASE_URL: {reason}", reason=said_by(wrong))) from wrong
        try:
            # A question has two halves, which a pooler would part.
            async with line.transaction() if self._pooled else nullcontext():
                is_read_only, server = await line.fetchrow(_WHO, timeout=CONNECT_TIMEOUT_S)
        except BaseException:
            line.terminate()
            raise
        if is_read_only:
            await goodbye(line)
            raise ReadOnly
        self._last = host
        return Reached(line, server)

    async def _race(self) -> Reached:
        """The first that can be written to; until every host has said no once, or the others have had their time."""
        loop, began = asyncio.get_running_loop(), asyncio.create_task
        give_up_s = loop.time() + CONNECT_TIMEOUT_S
        waiting, no = {began(self._try(host)): host for host in self._hosts}, dict[Host | None, BaseException]()
        tries = set(waiting)
        try:
            while any(host not in no for host in waiting.values()):
                patience_s = give_up_s - loop.time()
                done, _ = await asyncio.wait(waiting, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
                for task in done:
                    host = waiting.pop(task)
                    if (fault := task.exception()) is None:
                        tries.remove(task)
                        return task.result()
                    give_up_s = give_up_s if no else loop.time() + OTHERS_S
                    no[host] = fault
                    if isinstance(fault, ReadOnly):  # it may be promoted while the others are silent
                        again = began(self._try(host, AGAIN_S))
                        tries.add(again)
                        waiting[again] = host
        finally:
            for task in tries:
                task.add_done_callback(_let_go)
                task.cancel()
        raise self._told({host: no.get(host, TimeoutError()) for host in self._hosts})

    def _told(self, faults: dict[Host | None, BaseException]) -> BaseException:
        """What to say of hosts none of which is the primary."""
        standbys = [host for host, fault in faults.items() if isinstance(fault, ReadOnly)]
        wrong = [fault for fault in faults.values() if _is_ours_to_mend(fault)]
        if wrong:
            return wrong[0]
        if not standbys:
            return next(iter(faults.values()))
        if len(standbys) == len(faults):
            named = [host for host in standbys if host is not None] or hosts_of(self._dsn)
            return StorageUnavailable(say(STANDBY_ALONE, hosts=joined(_spelt(named))))
        away = [host for host, fault in faults.items() if host is not None and not isinstance(fault, ReadOnly)]
        return StorageUnavailable(
            say(
                "Chưa có máy PostgreSQL nào ghi được: {standbys} chỉ đọc, {away} không trả lời",
                standbys=joined(_spelt([host for host in standbys if host is not None])),
                away=joined(_spelt(away)),
            )
        )


STANDBY_ALONE = (
    "DATABASE_URL chỉ dẫn tới máy dự phòng, nơi không ghi được ({hosts})."
    " Hãy ghi cả máy chính: postgresql://…@MÁY_CHÍNH:5432,MÁY_DỰ_PHÒNG:5432/TÊN"
)


async def goodbye(line: Connection[Any]) -> None:
    """Close a connection so that its server has nothing to complain of; whether it is still there or not."""
    with suppress(Exception):
        await line.close(timeout=GOODBYE_S)


def _is_ours_to_mend(fault: BaseException) -> bool:
    """A name, a password, a word for TLS, a certificate: no host that comes back changes it."""
    if isinstance(fault, StorageUnavailable | ssl.SSLError):
        return True
    return str(getattr(fault, "sqlstate", ""))[:2] in ("28", "3D")


def _spelt(hosts: Sequence[Host]) -> Sequence[str]:
    return [f"{host}:{port}" for host, port in hosts]


def _let_go(attempt: asyncio.Task[Reached]) -> None:
    """One that came too late, or was called off."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().line.terminate()
