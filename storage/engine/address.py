"""Where the database is, read once for all who go there: the server, the backup, PostgreSQL's own programs.

A PostgreSQL address is spelt as libpq reads it (PostgreSQL's manual, "Connection URIs" and "Parameter Key Words"), TLS
included: `postgresql://user:password@host/name?sslmode=verify-full&sslrootcert=FILE`. What other programs write
(`postgres:`, `+asyncpg`, `ssl=`) is turned into that. Several hosts are a primary and its standbys, whichever is which
now. Two words are ours: `pooler=transaction` where PgBouncer stands between, `direct=host:port,…` the way beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from flows.saying import said_by, say

_BOTH = frozenset({
    "host", "port", "dbname", "user", "passfile", "service", "application_name", "options", "target_session_attrs",
    "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslnegotiation", "ssl_min_protocol_version",
    "ssl_max_protocol_version",
})  # fmt: skip
_LIBPQ_ONLY = frozenset({
    "channel_binding", "connect_timeout", "gssencmode", "keepalives", "keepalives_idle", "keepalives_interval",
    "keepalives_count", "tcp_user_timeout", "sslsni",
})  # fmt: skip
"""How libpq keeps a connection: the server has times of its own, and asyncpg no channel binding."""
_OURS = frozenset({"pooler", "direct"})
_WRITES = frozenset({"any", "primary", "read-write"})
"""What may be wished of a server: it is written to in any case."""
_PORT = 5432

Host = tuple[str, int]


class AddressInvalid(ValueError):
    """No address of a database that we know how to use; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """One address as each reader wants it; arguments of a process can be read by others, so `libpq` has no password.

    `pooled`: a pooler stands between, and `asyncpg` leads to it; `direct` and `libpq` go beside it.
    """

    libpq: str
    password: str
    asyncpg: str
    direct: str
    pooled: bool


def check(url: str) -> str:
    """What is expected of an address that nobody could use; empty for a good one."""
    try:
        if sqlite_path(url) is None:
            postgres_address(url)
    except AddressInvalid as wrong:
        return said_by(wrong)
    return ""


def sqlite_path(url: str) -> Path | None:
    """The file of an `sqlite:///path` address; None for another kind of database. Raises AddressInvalid."""
    kind, _, rest = url.partition(":")
    if kind.split("+")[0] != "sqlite":
        return None
    if not re.fullmatch(r"///[^?]+", rest):
        raise AddressInvalid(say("địa chỉ dạng sqlite:///ĐƯỜNG_DẪN"))
    return Path(rest[3:])


def other_database(url: str, name: str) -> str:
    """The address of another database of the same PostgreSQL server, beside a pooler, which does not know of it."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    left, netloc = {"dbname", "database"}, parts.netloc
    if direct := given.get("direct"):
        user, at, _ = parts.netloc.rpartition("@")
        left, netloc = left | _OURS | {"host", "port"}, f"{user}{at}{quote(direct, safe=':,[]')}"
    query = urlencode({key: value for key, value in given.items() if key not in left}, quote_via=quote)
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{quote(name, safe='')}", query=query))


def postgres_address(url: str) -> PostgresAddress:
    """Raises AddressInvalid for anything but `postgresql://…` with parameters that both readers understand."""
    if not re.match(r"postgres(ql)?(\+\w+)?://", url):
        raise AddressInvalid(say("địa chỉ bắt đầu bằng sqlite:// hay postgresql://"))
    parts = urlsplit(re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", url))
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "ssl" in given:
        wish = given.pop("ssl")
        given.setdefault("sslmode", {"true": "require", "false": "disable"}.get(wish.lower(), wish))
    if "database" in given:
        given["dbname"] = given.pop("database")
    password = given.pop("password", "") or unquote(parts.password or "")
    ours = {name: given.pop(name, "") for name in _OURS}
    if unknown := sorted(given.keys() - _BOTH - _LIBPQ_ONLY):
        raise AddressInvalid(
            say("địa chỉ không có “{unknown}”; TLS viết là ?sslmode=verify-full&sslrootcert=TỆP", unknown=unknown[0])
        )
    _check_ours(ours, given.pop("target_session_attrs", "any"))
    user, _, place = parts.netloc.rpartition("@")
    user = user.partition(":")[0]

    def spelt(known: dict[str, str], secret: str = "", beside: str = "") -> str:
        if beside:
            known = {name: value for name, value in known.items() if name not in ("host", "port")}
        netloc = f"{user}{secret}@{beside or place}" if user or secret else beside or place
        return urlunsplit(parts._replace(netloc=netloc, query=urlencode(known, quote_via=quote, safe="/:,")))

    shared = {name: value for name, value in given.items() if name in _BOTH}
    secret, beside = f":{quote(password, safe='')}" if password else "", quote(ours["direct"], safe=":,[]")
    asyncpg, direct = spelt(shared, secret), spelt(shared, secret, beside)
    if len(hosts_of(direct)) > 1:
        given["target_session_attrs"] = "read-write"
    return PostgresAddress(spelt(given, beside=beside), password, asyncpg, direct, pooled=bool(ours["pooler"]))


def _check_ours(ours: dict[str, str], wished: str) -> None:
    if wished not in _WRITES:
        raise AddressInvalid(say("Cầm Tay ghi vào cơ sở dữ liệu: target_session_attrs chỉ có thể là read-write"))
    if ours["pooler"] not in ("", "transaction"):
        raise AddressInvalid(say("pooler chỉ có thể là transaction; PgBouncer ở chế độ session thì bỏ chữ này"))
    if bool(ours["pooler"]) != bool(ours["direct"]):
        raise AddressInvalid(
            say("pooler=transaction đi cùng direct=MÁY:CỔNG, đường thẳng tới PostgreSQL (sao lưu đi đường ấy)")
        )


def hosts_of(dsn: str) -> tuple[Host, ...]:
    """The hosts that an address names, each with its port; none where it leaves that to the environment."""
    parts = urlsplit(dsn)
    given = dict(parse_qsl(parts.query))
    named = parts.netloc.rpartition("@")[2] or given.get("host", "")
    ports = given.get("port", "").split(",")
    found = [re.fullmatch(r"(\[.*\]|[^:]*)(?::(\d+))?", unquote(each)) for each in named.split(",") if each]
    return tuple(
        (each[1].strip("[]"), int(each[2] or ports[at if len(ports) > 1 else 0] or _PORT))
        for at, each in enumerate(found)
        if each and (len(ports) < 2 or at < len(ports))
    )
