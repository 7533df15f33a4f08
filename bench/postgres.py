"""A private PostgreSQL on a free port of the loopback, with its own default durability (fsync on)."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from bench.processes import NeverReady, Process

USER = "postgres"


def binaries() -> Path | None:
    """The newest Debian server's programs, or the ones on PATH, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """One cluster in `folder`; `fresh_database` gives a new empty database's URL."""

    def __init__(self, folder: Path) -> None:
        found = binaries()
        if found is None:
            raise NeverReady("no PostgreSQL server here")
        self._bin, self._port, self._count = found, free_port(), 0
        self._home = folder / "pg"
        self._home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._home, USER, USER)
            folder.chmod(folder.stat().st_mode | 0o011)  # the server's user must get through to its own folder
        data = self._home / "data"
        environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        init = Process(
            [str(found / "initdb"), "-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync"],
            environ, folder / "initdb.log", cwd=self._home, user=USER,
        )  # fmt: skip
        while init.alive:
            time.sleep(0.02)
        server = [str(found / "postgres"), "-D", str(data), "-p", str(self._port)]
        server += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self._home}"]
        self.process = Process(server, environ, folder / "postgres.log", cwd=self._home, user=USER)
        self._await()

    def _await(self) -> None:
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        for _ in range(100):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise NeverReady(self.process.tail())

    def fresh_database(self) -> str:
        """URL of a new database."""
        self._count += 1
        name = f"bench{self._count}"
        create = [str(self._bin / "createdb"), "-h", "127.0.0.1", "-p", str(self._port), "-U", USER, name]
        subprocess.run(create, check=True, capture_output=True)
        return f"postgresql://{USER}@127.0.0.1:{self._port}/{name}"

    def sql(self, url: str, query: str) -> str:
        """What `query` answers, as psql prints it bare."""
        command = [str(self._bin / "psql"), "-XAtq", "-c", query, url]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def rest(self) -> None:
        """Let the checkpointer and autovacuum of what came before come to an end."""
        self.sql(f"postgresql://{USER}@127.0.0.1:{self._port}/postgres", "CHECKPOINT")

    def stop(self) -> None:
        """A fast shutdown."""
        self.process.stop(how=signal.SIGINT)
