"""Two PostgreSQL servers, a primary and its synchronous standby, by the files of deploy/; and PgBouncer before each."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.support.environment import leave_out
from tests.support.postgres import (
    NOT_FOUND,
    SERVER_OPTIONS,
    START_WITHIN_S,
    USER,
    Power,
    add_settings,
    as_owner,
    die_with_us,
    find_binaries,
    owner,
    private_server,
    run_apart,
)
from tests.support.process import ROOT, free_port

DEPLOY = ROOT / "deploy"
STANDBY = "camtay2"
"""What synchronous_standby_names calls it."""


@dataclass
class Pair:
    """`ports` are the first server's, then the second's; the first begins as the primary."""

    first: Power
    second: Power
    ports: tuple[int, int]

    def url(self, query: str = "", name: str = "postgres") -> str:
        """The address of both."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"postgresql://{USER}@{hosts}/{name}?target_session_attrs=read-write{query}"

    def url_of(self, at: int, name: str = "postgres") -> str:
        """The address of one of them alone."""
        return f"postgresql://{USER}@127.0.0.1:{self.ports[at]}/{name}"

    def ask(self, at: int, query: str) -> object:
        """What one of them answers, also while it was told to take nothing."""
        found: list[object] = []

        async def run() -> None:
            takes = {"default_transaction_read_only": "off"}
            connection = await asyncpg.connect(self.url_of(at), timeout=5, server_settings=takes)
            try:
                found.append(await connection.fetchval(query))
            finally:
                await connection.close()

        run_apart(run)
        return found[0]

    def in_step(self) -> None:
        """Wait until the primary commits by its standby."""
        query = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self.ask(0, query):
            assert time.monotonic() < give_up_at, "the standby does not follow"
            time.sleep(0.02)

    def strike_first(self, how: signal.Signals = signal.SIGKILL) -> None:
        """The primary, all its processes at once: killed, or by SIGSTOP hanging for ever."""
        self.first.signal(how)
        if how == signal.SIGKILL and self.first.server is not None:
            self.first.server.wait()

    def promote_second(self) -> float:
        """As Patroni does it; the instant (monotonic) at which it could be written to."""
        command: list[str | Path] = [
            self.second.binaries / "pg_ctl",
            "promote",
            "-w",
            "-D",
            self.second.folder / "data",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.second.folder, **as_owner())
        return time.monotonic()


@contextmanager
def replicated() -> Iterator[Pair]:
    """Both started, the second in step; what they cannot bring with them (no PostgreSQL here) leaves the test out."""
    binaries = find_binaries() or leave_out(NOT_FOUND)
    ports = (free_port(), free_port())
    own = [{"listen_addresses": "127.0.0.1", "port": str(port)} for port in ports]
    primary, standby = ((DEPLOY / f"postgresql-{name}.conf").read_text("utf-8") for name in ("primary", "standby"))
    standby = standby.replace("camtay1 port=5432 user=replicator", f"127.0.0.1 port={ports[0]} user={USER}")
    with ExitStack() as stack:
        first = stack.enter_context(private_server(binaries, primary, **own[0]))
        stack.callback(first.signal, signal.SIGKILL)  # hanging or well, it need not say goodbye
        folder = Path(stack.enter_context(_folder("camtay-sb-")))
        _copy(first, ports[0], folder)
        add_settings(folder / "data", f"synchronous_standby_names = ''\n{standby}")  # the copy has the primary's
        (folder / "data" / "standby.signal").touch()
        second = Power(binaries, folder, SERVER_OPTIONS | own[1])
        stack.callback(second.off, signal.SIGQUIT)
        second.on()
        pair = Pair(first, second, ports)
        pair.in_step()
        yield pair


def _copy(server: Power, port: int, folder: Path) -> None:
    """Its data, as a standby begins."""
    of = ["-h", "127.0.0.1", "-p", str(port), "-U", USER, "-D", str(folder / "data")]
    command = [str(server.binaries / "pg_basebackup"), *of, "-X", "stream", "--checkpoint=fast", "--no-sync"]
    subprocess.run(command, check=True, cwd=folder, **as_owner())


@contextmanager
def _folder(prefix: str) -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix=prefix)
    if user := owner():
        shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pgbouncers(pair: Pair) -> Iterator[str]:
    """One before each server, by deploy/pgbouncer.ini; the address of both, with the way beside them."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") or leave_out("không có pgbouncer")
    ports = [free_port(), free_port()]
    with ExitStack() as stack:
        for port, server in zip(ports, pair.ports, strict=True):
            stack.enter_context(_pgbouncer(program, port, server))
        hosts, direct = (",".join(f"127.0.0.1:{port}" for port in each) for each in (ports, pair.ports))
        yield f"postgresql://{USER}@{hosts}/postgres?pooler=transaction&direct={direct}"


@contextmanager
def _pgbouncer(program: str, port: int, server: int) -> Iterator[None]:
    with _folder("camtay-pb-") as folder:
        text = (DEPLOY / "pgbouncer.ini").read_text("utf-8")
        text = text.replace("camtay = host=127.0.0.1 port=5432", f"* = host=127.0.0.1 port={server}")
        text = text.replace("listen_port = 6432", f"listen_port = {port}").replace("scram-sha-256", "any")
        text = text.replace("listen_addr = *", "listen_addr = 127.0.0.1")
        text = text.replace("/etc/pgbouncer", folder).replace("/var/log/postgresql", folder)
        text = text.replace("/var/run/postgresql", folder).replace("host=127.0.0.1", f"user={USER} host=127.0.0.1")
        (Path(folder) / "userlist.txt").write_text("", "ascii")
        (Path(folder) / "pgbouncer.ini").write_text(text, "utf-8")
        command = [*die_with_us(), program, "-q", f"{folder}/pgbouncer.ini"]
        running = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, **as_owner())
        try:
            _until_it_answers(port, running)
            yield
        finally:
            running.kill()
            running.wait()


def _until_it_answers(port: int, running: subprocess.Popen[bytes]) -> None:
    async def knock() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    give_up_at = time.monotonic() + START_WITHIN_S
    while True:
        try:
            run_apart(knock)
            return
        except OSError:
            assert running.poll() is None and time.monotonic() < give_up_at, "pgbouncer does not answer"
            time.sleep(0.02)
