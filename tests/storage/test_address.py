"""One address for the server and for PostgreSQL's own programs, TLS included; what neither could use is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsInvalid
from storage.engine import pg_tools, schema
from storage.engine.address import check, hosts_of, other_database, postgres_address, sqlite_path
from storage.engine.database import open_database
from storage.engine.errors import StorageUnavailable
from tests.support.environment import leave_out
from tests.support.postgres import NOT_FOUND, USER, find_binaries, owner, private_server
from tests.support.process import free_port

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("url", "libpq", "asyncpg", "password"),
    [
        (
            "postgresql+asyncpg://lan:m%40t@db:5433/camtay?sslmode=require",
            "postgresql://lan@db:5433/camtay?sslmode=require",
            "postgresql://lan:m%40t@db:5433/camtay?sslmode=require",
            "m@t",
        ),
        (
            "postgres://lan@/camtay?host=/run/pg",
            "postgresql://lan@/camtay?host=/run/pg",
            "postgresql://lan@/camtay?host=/run/pg",
            "",
        ),
        (
            "postgresql://lan@db/camtay?ssl=true&password=m%26t&channel_binding=require",
            "postgresql://lan@db/camtay?channel_binding=require&sslmode=require",
            "postgresql://lan:m%26t@db/camtay?sslmode=require",
            "m&t",
        ),
        (
            "postgresql://a,b:5433/camtay?ssl=verify-full&sslrootcert=/etc/ca%20b.pem",
            "postgresql://a,b:5433/camtay?sslrootcert=/etc/ca%20b.pem&sslmode=verify-full&target_session_attrs=read-write",
            "postgresql://a,b:5433/camtay?sslrootcert=/etc/ca%20b.pem&sslmode=verify-full",
            "",
        ),
    ],
)
def test_one_address_as_each_reader_wants_it(url: str, libpq: str, asyncpg: str, password: str) -> None:
    """A password is never an argument of a process."""
    found = postgres_address(url)
    assert (found.libpq, found.asyncpg, found.password) == (libpq, asyncpg, password)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql://db/camtay", "bắt đầu bằng sqlite:// hay postgresql://"),
        ("postgresql://db/camtay?ssl_mode=require", "không có “ssl_mode”; TLS viết là ?sslmode="),
        ("postgresql://db/camtay?target_session_attrs=standby", "chỉ có thể là read-write"),
        ("postgresql://db/camtay?pooler=session&direct=x", "pooler chỉ có thể là transaction"),
        ("postgresql://db/camtay?pooler=transaction", "đi cùng direct=MÁY:CỔNG"),
        ("sqlite://camtay.db", "sqlite:///ĐƯỜNG_DẪN"),
        ("sqlite:///camtay.db?mode=ro", "sqlite:///ĐƯỜNG_DẪN"),
    ],
)
def test_an_address_that_nobody_could_use_is_a_sentence_at_the_start(url: str, expected: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        settings.load(ROOT / "config.yaml", {"DATABASE_URL": url}, {})
    assert expected in str(refused.value) and "DATABASE_URL" in str(refused.value)
    assert check(url) in str(refused.value)


POOLED = "postgresql://lan:m%40t@p1:6432,p2/camtay?pooler=transaction&direct=h1:5432,[fd00::2]:5433"


def test_a_pooler_is_what_questions_go_through_and_all_else_goes_beside_it() -> None:
    found = postgres_address(POOLED)
    assert found.pooled and found.asyncpg == "postgresql://lan:m%40t@p1:6432,p2/camtay"
    assert found.direct == "postgresql://lan:m%40t@h1:5432,[fd00::2]:5433/camtay"
    assert found.libpq == "postgresql://lan@h1:5432,[fd00::2]:5433/camtay?target_session_attrs=read-write"
    assert other_database(POOLED, "spare") == "postgresql://lan:m%40t@h1:5432,[fd00::2]:5433/spare"
    by_socket = postgres_address("postgresql:///camtay?host=/run/bouncer&port=6432&pooler=transaction&direct=/run/pg")
    assert by_socket.direct == "postgresql://%2Frun%2Fpg/camtay" and hosts_of(by_socket.direct) == (("/run/pg", 5432),)


@pytest.mark.parametrize(
    ("dsn", "hosts"),
    [
        ("postgresql://h1:5433,h2,[fd00::1]:6000/c", (("h1", 5433), ("h2", 5432), ("fd00::1", 6000))),
        ("postgresql:///c?host=/run/a,/run/b&port=5433", (("/run/a", 5433), ("/run/b", 5433))),
        ("postgresql://u@/c?host=a,b&port=1,2", (("a", 1), ("b", 2))),
        ("postgresql:///c", ()),
    ],
)
def test_the_hosts_of_an_address(dsn: str, hosts: tuple[tuple[str, int], ...]) -> None:
    assert hosts_of(dsn) == hosts


def test_a_file_is_found_whatever_the_driver() -> None:
    assert sqlite_path("sqlite:////srv/camtay.db") == sqlite_path("sqlite+aiosqlite:////srv/camtay.db")
    assert sqlite_path("sqlite:///camtay.db") == Path("camtay.db")
    assert sqlite_path("postgresql://db/camtay") is None


@pytest.fixture(scope="module")
def with_tls() -> Iterator[str]:
    """Place, name and TLS of a PostgreSQL whose certificate is for "localhost" only: the end of an address."""
    binaries, openssl, port = find_binaries(), shutil.which("openssl"), free_port()
    if binaries is None or openssl is None:
        leave_out(NOT_FOUND if binaries is None else "không có openssl")
    with tempfile.TemporaryDirectory(prefix="camtay-tls-") as folder:
        key, certificate = f"{folder}/server.key", f"{folder}/server.crt"
        wanted = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2", "-subj", "/CN=localhost"]
        made = [openssl, "req", "-x509", "-nodes", *wanted, "-addext", "subjectAltName=DNS:localhost"]
        subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        for path in (folder, key, certificate):
            shutil.chown(path, owner() or os.geteuid())
        tls = {"ssl": "on", "ssl_key_file": key, "ssl_cert_file": certificate}
        with private_server(binaries, listen_addresses="localhost", port=str(port), **tls):
            yield f"localhost:{port}/postgres?sslmode=verify-full&sslrootcert={certificate}"


@pytest.mark.postgres
async def test_tls_by_one_address_for_the_server_and_for_the_backup(with_tls: str) -> None:
    url = f"postgresql://{USER}@{with_tls}"
    database = open_database(url)
    try:
        await schema.ensure(database)
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert await database.read(lambda c: c.exec_driver_sql(query).scalar_one()) is True
    finally:
        await database.close()
    assert pg_tools.ask(url, query) == "t"
    strangers = url.replace("localhost", "127.0.0.1", 1)
    other = open_database(strangers)
    try:
        with pytest.raises(StorageUnavailable):  # the certificate is not for this name: both refuse
            await schema.current(other)
    finally:
        await other.close()
    with pytest.raises(pg_tools.PgToolFailed):
        pg_tools.ask(strangers, query)


async def test_a_word_for_tls_that_does_not_exist_is_a_sentence() -> None:
    database = open_database("postgresql://db.invalid/camtay?sslmode=verify")
    try:
        with pytest.raises(StorageUnavailable, match="DATABASE_URL"):
            await schema.current(database)
    finally:
        await database.close()
