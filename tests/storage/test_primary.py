"""Several servers in one address: the primary is found and followed, a standby never written to, PgBouncer in order."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli.replication_findings import of_replication, replication_findings
from storage.conversations import expiry
from storage.engine import pg_tools, schema
from storage.engine.database import Connection, Database, open_database
from storage.engine.errors import StorageUnavailable
from storage.engine.leases import Lease
from storage.engine.replication import Replication, StandbyServer
from tests.support.postgres_pair import STANDBY, Pair, pgbouncers, replicated
from tests.support.process import TutorProcess, until

pytestmark = pytest.mark.postgres

PORT, PROCESS = text("SELECT inet_server_port()"), text("SELECT pg_backend_pid()")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with replicated() as two:
        yield two


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        await database.close()


async def told(url: str) -> str:
    """What is said of an address that leads nowhere we can write to."""
    async with opened(url) as database:
        with pytest.raises(StorageUnavailable) as away:
            await database.read(expiry.counts)
    return str(away.value)


async def test_the_primary_is_found_wherever_it_stands(pair: Pair):
    first, second = (f"127.0.0.1:{port}" for port in pair.ports)
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes the call and never answers: a host without power
        silent = f"127.0.0.1:{mute.getsockname()[1]}"
        for hosts in (f"{second},{first}", f"{silent},{second},{first}", f"{first},{silent}"):
            async with opened(f"postgresql://camtay@{hosts}/postgres") as database:
                assert await database.read(lambda c: c.scalar(PORT)) == pair.ports[0], hosts


async def test_a_standby_alone_is_told_with_what_to_do(pair: Pair):
    said = await told(pair.url_of(1))
    assert f"máy dự phòng, nơi không ghi được (127.0.0.1:{pair.ports[1]})" in said and "MÁY_CHÍNH" in said


async def test_the_tutor_does_not_begin_on_a_standby(pair: Pair, tmp_path: Path):
    environ = {"DATABASE_URL": pair.url_of(1), "LANG": "en_GB.UTF-8"}
    tutor = TutorProcess(tmp_path, environ, command=("-m", "bot", "run"))
    await tutor.launch()
    try:
        assert await tutor.ended() == 2, tutor.output
    finally:
        await tutor.kill()
    told = [line for line in tutor.output.splitlines() if " warning bot." not in line]
    assert len(told) == 1 and told[0].startswith("DATABASE_URL leads to a standby alone"), tutor.output


def write_something(connection: Connection) -> None:
    for said in ("CREATE TABLE x ()", "DROP TABLE x"):
        connection.execute(text(said)).close()


async def test_a_server_that_becomes_read_only_is_left(pair: Pair):
    """As after a switch of roles, where connections may outlive the primary that was."""
    async with opened(pair.url()) as database:
        before = await database.transact(lambda c: c.scalar(PROCESS))
        try:
            pair.ask(0, "ALTER SYSTEM SET default_transaction_read_only = on")
            pair.ask(0, "SELECT pg_reload_conf()")

            async def is_refused() -> bool:
                try:
                    await database.transact(write_something)
                except StorageUnavailable as away:
                    return "chỉ đọc" in str(away)
                return False

            await until(is_refused)
        finally:
            pair.ask(0, "ALTER SYSTEM RESET default_transaction_read_only")
            pair.ask(0, "SELECT pg_reload_conf()")

        async def is_back() -> int:
            try:
                return int(await database.transact(lambda c: c.scalar(PROCESS)))
            except StorageUnavailable:
                return 0

        assert await until(is_back) != before


async def test_behind_pgbouncer_statements_of_many_share_few_connections(pair: Pair):
    """More at once than it has connections, each of several statements, prepared by nobody for anybody."""
    with pgbouncers(pair) as url:
        async with opened(url) as database:
            await schema.ensure(database)

            def several(connection: Connection) -> tuple[object, ...]:
                return tuple(connection.scalar(text(f"SELECT {n} + :more"), {"more": 1}) for n in range(5))

            found = await asyncio.gather(*(database.transact(several) for _ in range(100)))
            assert set(found) == {(1, 2, 3, 4, 5)}
            held = Lease(database, "telegram:1", "one")
            assert await held.keep() and await held.keep(), "no lock of a session is needed"
        assert pg_tools.ask(url, "SELECT inet_server_port()") == str(pair.ports[0]), "and so are backups"


async def test_a_pgbouncer_that_the_address_does_not_tell_of_is_told(pair: Pair):
    with pgbouncers(pair) as url:
        async with opened(url.partition("?")[0]) as database:

            async def trip() -> str:
                work = [database.transact(expiry.counts) for _ in range(8)]
                said = await asyncio.gather(*work, return_exceptions=True)
                return next((str(each) for each in said if isinstance(each, StorageUnavailable)), "")

            assert "pooler=transaction" in await until(trip)


async def test_the_doctor_says_who_follows(pair: Pair):
    await asyncio.to_thread(pair.in_step)
    said = [f"{each.health} {each.text}" for each in await replication_findings(pair.url())]
    assert said[0] == f"good PostgreSQL: máy chính (127.0.0.1:{pair.ports[0]}), đọc và ghi đều ở đây"
    assert said[1].startswith(f"good Máy dự phòng {STANDBY}: đồng bộ, chậm 0.0 MB, ")
    assert len(said) == 2
    assert not await replication_findings(pair.url_of(1))


def in_words(*standbys: StandbyServer, wanted: str = "", commit: str = "on", several: bool = False) -> list[str]:
    seen = Replication("h:1", wanted, commit, True, 3, standbys)
    return [f"{each.health} {each.text}" for each in of_replication(seen, several=several)][bool(standbys or wanted) :]


def test_what_an_operator_should_look_at():
    near, far = StandbyServer("gần", "async", 10, 0.1), StandbyServer("xa", "sync", 900_000_000, 40.0)
    assert in_words()[0].startswith("good ") and in_words(several=True)[0].startswith("note ")
    assert in_words(near)[1].startswith("note Không máy dự phòng nào đồng bộ")
    assert in_words(far, wanted="*") == [
        "note Máy dự phòng xa: đồng bộ, chậm 900.0 MB, 40 giây; xem đường mạng và đĩa của nó"
    ]
    assert in_words(near, wanted="camtay2")[1].startswith("bad Không máy dự phòng nào đang nối mà mỗi lần ghi phải chờ")
    assert in_words(far, wanted="*", commit="local")[1].startswith("note synchronous_commit là local")


async def test_what_waits_for_a_primary_that_hangs_is_broken_off_once_there_is_another(pair: Pair):
    """The last of this module: nothing leads back."""
    async with opened(pair.url()) as database:
        await database.transact(expiry.counts)
        pair.strike_first(signal.SIGSTOP)
        waiting = asyncio.create_task(database.transact(expiry.counts))
        await asyncio.to_thread(pair.promote_second)
        with pytest.raises(StorageUnavailable):
            await waiting
        assert await database.transact(lambda c: c.scalar(PORT)) == pair.ports[1]
