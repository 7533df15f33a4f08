#!/bin/sh
# PgBouncer 1.18.0 and PostgreSQL 15 of Debian 12, asked by libpq (psql) and by asyncpg 0.32.0. (pgbouncer issue 859.)
# Guess: target_session_attrs=read-write through PgBouncer says what the server behind it is now.
# Seen: both readers believe the `in_hot_standby` of the login, and PgBouncer answers each login with what its server said when
# it was first asked. A standby that was promoted since is refused for ever as "session is read-only", while
# SELECT pg_is_in_recovery() through the same PgBouncer says f; RELOAD does not change it, and read-only is granted.
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
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
$as $bin/initdb -D "$room/data" -U u -A trust --no-sync >/dev/null
$as touch "$room/data/standby.signal" # a standby without a primary: it only waits
$as $bin/postgres -D "$room/data" -k "$room" -c listen_addresses= -c log_min_messages=panic &
server=$!
cat >"$room/b.ini" <<INI
[databases]
* = host=$room user=u
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = transaction
INI
chmod 644 "$room/b.ini"
$as /usr/sbin/pgbouncer -q "$room/b.ini" &
bouncer=$!
trap 'kill -INT $server $bouncer; wait $server $bouncer || true; rm -rf "$room"' EXIT
until $bin/pg_isready -q -h "$room"; do sleep 0.1; done
ask() { $bin/psql -XAtc 'SELECT pg_is_in_recovery()' "postgresql://u@127.0.0.1:$port/postgres?target_session_attrs=$1" 2>&1; }
before=$(ask any)
$as $bin/pg_ctl promote -w -s -D "$room/data"
sleep 1
kill -HUP $bouncer # RELOAD
sleep 1
now=$(ask any)
refused=$(ask read-write || true)
granted=$(ask read-only)
echo "in recovery before and after the promotion: $before, $now; read-write: $refused; read-only: $granted"
[ "$before/$now/$granted" = t/f/f ]
case $refused in *"session is read-only"*) ;; *) exit 1 ;; esac
"$room/v/bin/python" - "$port" <<'PY'
import asyncio
import sys

import asyncpg

url = f"postgresql://u@127.0.0.1:{sys.argv[1]}/postgres?target_session_attrs=read-write"
try:
    asyncio.run(asyncpg.connect(url, statement_cache_size=0))
    sys.exit("asyncpg took it")
except asyncpg.TargetServerAttributeNotMatched as fault:
    print("asyncpg:", fault)
PY
