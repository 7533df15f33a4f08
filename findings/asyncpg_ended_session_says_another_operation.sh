#!/bin/sh
# asyncpg 0.32.0 on Debian's PostgreSQL 15 (its programs in /usr/lib/postgresql/15/bin).
# Guess: whoever asks something on a connection whose session the server has just ended (a restart, a failover,
# pg_terminate_backend) is told so: AdminShutdownError (57P01), or that the connection is closed (08003, InterfaceError).
# Seen: in the moment between the server's last message and its closing of the socket, four tries in ten are told
# "InternalClientError: cannot switch to state 15; another operation (2) is in progress", without an SQLSTATE, as if two tasks
# shared the connection; nobody does. What tells a failover by its SQLSTATE takes it for a fault of its own.
set -eu
room=$(mktemp -d)
as=
if [ "$(id -u)" = 0 ]; then
  as="setpriv --reuid postgres --regid postgres --clear-groups"
  chown postgres "$room"
fi
bin=/usr/lib/postgresql/15/bin
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check asyncpg==0.32.0
cd "$room"
$as $bin/initdb -D "$room/data" -U u -A trust --no-sync >/dev/null
$as $bin/postgres -D "$room/data" -k "$room" -c listen_addresses= -c log_min_messages=panic &
server=$!
trap 'kill -INT $server; wait $server || true; rm -rf "$room"' EXIT
until $bin/pg_isready -q -h "$room"; do sleep 0.1; done
"$room/v/bin/python" - "$room" <<'PY'
import asyncio
import sys
from collections import Counter

import asyncpg


async def main() -> None:
    url, told = f"postgresql://u@/postgres?host={sys.argv[1]}", Counter()
    admin = await asyncpg.connect(url)
    for number in range(300):
        line = await asyncpg.connect(url)
        ended = asyncio.create_task(admin.fetchval("SELECT pg_terminate_backend($1)", line.get_server_pid()))
        await asyncio.sleep(number % 60 * 0.0001)
        try:
            while True:
                await line.execute("SELECT 1")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as fault:
            told[f"{type(fault).__name__} {getattr(fault, 'sqlstate', None)}: {str(fault)[:60]}"] += 1
        await ended
        line.terminate()
    for words, times in told.most_common():
        print(times, words)
    assert any("another operation (2)" in words for words in told)


asyncio.run(main())
PY
