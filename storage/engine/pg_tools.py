"""PostgreSQL's own programs (pg_dump, pg_restore, psql), for backups: nobody copies a database better."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from flows.saying import say
from storage.engine.address import postgres_address
from storage.engine.errors import StorageError

OTHERS_CONNECTED = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


INSTALLED = Path("/usr/lib/postgresql")  # where Debian keeps every version side by side
COMPRESSION = 3
"""Of a dump: half the CPU, and so half as long a snapshot, of zlib's usual 6 for a sixth more bytes (docs/scale.md)."""
PROGRAMS = ("pg_dump", "pg_restore", "psql")
_COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \(')
INSTALL = "Hãy cài: sudo apt install postgresql-client{version}"


class PgToolFailed(StorageError):
    """A program of PostgreSQL refused; its last line says why."""


def dump(url: str, target: Path) -> None:
    """Write the whole database to `target` in pg_dump's custom format, one snapshot. Raises PgToolFailed."""
    packed = f"--compress={COMPRESSION}"
    _run("pg_dump", url, "--format=custom", packed, "--no-owner", "--no-privileges", f"--file={target}")


def load(url: str, source: Path) -> None:
    """Replace the database's tables with those of `source`, in one transaction. Raises PgToolFailed."""
    _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(source))


def read_through(source: Path) -> None:
    """Unpack a whole dump to nowhere: every byte of it is read. Raises PgToolFailed."""
    _checked([find("pg_restore"), f"--file={os.devnull}", str(source)], "pg_restore")


def rows_in(source: Path) -> dict[str, int]:
    """Table → how many rows of it a whole dump holds; every byte of it is read. Raises PgToolFailed."""
    found: dict[str, int] = {}
    table = ""
    command = [find("pg_restore"), "--data-only", "--file=-", str(source)]
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as run:
            assert run.stdout is not None
            for line in run.stdout:  # a row is a line: what would break it is written as two characters
                if table and line == b"\\.\n":
                    table = ""
                elif table:
                    found[table] += 1
                elif begun := _COPY.match(line):
                    table = begun[1].decode()
                    found[table] = 0
        complaints.seek(0)
        if run.returncode:
            raise PgToolFailed(f"pg_restore: {_last_line(complaints.read().decode(errors='replace'))}")
    return dict(sorted(found.items()))


def versions(url: str) -> str:
    """The versions of the programs and of the server, in words.

    Raises PgToolFailed when a program is missing or older than the server, whose data it then could not read.
    """
    found = [_checked([find(program), "--version"], program) for program in PROGRAMS]
    mine = min(int(number) for each in found for number in re.findall(r"\) (\d+)", each))
    try:
        server = int(ask(url, "SHOW server_version_num")) // 10_000
    except PgToolFailed:  # it is away: said where it is asked for what it holds
        return say("bản {mine}", mine=mine)
    if mine < server:
        raise PgToolFailed(
            say(
                "chương trình là bản {mine}, máy chủ là bản {server}. {install}",
                mine=mine,
                server=server,
                install=say(INSTALL, version=f"-{server}"),
            )
        )
    return say("bản {mine}, máy chủ bản {server}", mine=mine, server=server)


def ask(url: str, query: str) -> str:
    """The one value that `query` gives, as text. Raises PgToolFailed."""
    return _run("psql", url, "--no-psqlrc", "--tuples-only", "--no-align", f"--command={query}").strip()


def _run(program: str, url: str, *arguments: str) -> str:
    address = postgres_address(url)
    secret = {"PGPASSWORD": address.password} if address.password else {}
    return _checked([find(program), f"--dbname={address.libpq}", "--no-password", *arguments], program, secret)


def _checked(command: list[str], program: str, environ: Mapping[str, str] = {}) -> str:
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environ})
    if run.returncode:
        raise PgToolFailed(f"{program}: {_last_line(run.stderr)}")
    return run.stdout


def _last_line(complaints: str) -> str:
    return (complaints.strip().splitlines() or ["no reason given"])[-1]


def find(program: str) -> str:
    """The newest installed one: an older pg_dump refuses a newer server. Raises PgToolFailed when there is none."""
    installed = sorted(INSTALLED.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    found = str(installed[-1]) if installed else shutil.which(program)
    if found is None:
        raise PgToolFailed(
            say("Máy này chưa có {program}. {install}", program=program, install=say(INSTALL, version=""))
        )
    return found
