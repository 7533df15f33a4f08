#!/bin/sh
# SQLAlchemy 2.1.9 on Python's sqlite3 (SQLite in WAL mode, a pool of one connection).
# Guess: a result that nobody reads is closed with its connection's block, so that the next user of the pooled connection
# begins afresh; least of all can a PRAGMA, which opens no transaction, hold anything.
# Seen: the result of `PRAGMA wal_checkpoint` that is returned out of the block keeps its statement alive. The next SELECT
# on that connection reads to its end, yet its snapshot stays open: later SELECTs do not see what was committed since,
# and a checkpoint on it raises "database table is locked", until the forgotten result is collected.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check sqlalchemy==2.1.9
"$room/v/bin/python" - "$room/x.db" <<'PY'
import sqlite3
import sys

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.executescript("PRAGMA journal_mode=wal; CREATE TABLE t(a); INSERT INTO t VALUES (1)")
engine = create_engine(f"sqlite:///{sys.argv[1]}", pool_size=1, max_overflow=0)


def read(work):
    with engine.connect() as connection:
        return work(connection)


def count():
    return read(lambda c: c.exec_driver_sql("SELECT count(*) FROM t").scalar())


def checkpoint():
    try:
        read(lambda c: c.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchall())
        return "checkpointed"
    except OperationalError as fault:
        return str(fault.orig)


forgotten = read(lambda c: c.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)"))
first = count()
writer.execute("INSERT INTO t VALUES (2)")
second, said = count(), checkpoint()
del forgotten
then, afterwards = count(), checkpoint()
print(f"rows before and after somebody committed one more: {first}, {second}; a checkpoint: {said}")
print(f"once the forgotten result is collected: {then}; a checkpoint: {afterwards}")
print("SQLite", sqlite3.sqlite_version)
assert (first, then, afterwards) == (1, 2, "checkpointed")
assert said == "database table is locked"
PY
