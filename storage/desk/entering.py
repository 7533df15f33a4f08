"""Who may come to the desk: passwords, browsers that are in, attempts that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.desk.tables import desk_account, desk_failure, desk_session
from storage.engine.instants import from_ms, to_ms
from storage.engine.upsert import insert_of


@dataclass(frozen=True, slots=True)
class AccountRow:
    """Somebody's name to sign in with (`login` its pseudonym, `shown` itself) and the hash of the password."""

    learner_id: str
    login: str
    shown: str
    password: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class DeskSessionRow:
    """A browser that is in; `way` is link or password, `agent` what it said of itself, in a few words."""

    session_hash: str
    learner_id: str
    way: str
    agent: str
    made_at: datetime
    seen_at: datetime


# --- passwords ---------------------------------------------------------------------------------------


def account_of(connection: Connection, learner_id: str) -> AccountRow | None:
    """The password of a person; None where only a link leads in."""
    return _account(connection.execute(select(desk_account).where(desk_account.c.learner_id == learner_id)).first())


def account_named(connection: Connection, login: str) -> AccountRow | None:
    """Whose name this pseudonym is."""
    return _account(connection.execute(select(desk_account).where(desk_account.c.login == login)).first())


def put_account(connection: Connection, row: AccountRow) -> None:
    """Set somebody's name and password anew."""
    into = insert_of(connection.dialect.name)
    values = {"login": row.login, "shown": row.shown, "password": row.password, "set_at": to_ms(row.set_at)}
    connection.execute(
        into(desk_account)
        .values(learner_id=row.learner_id, **values)
        .on_conflict_do_update(index_elements=["learner_id"], set_=values)
    )


# --- browsers that are in ----------------------------------------------------------------------------


def add_session(connection: Connection, row: DeskSessionRow) -> None:
    """Let a browser in."""
    values = {"session_hash": row.session_hash, "learner_id": row.learner_id, "way": row.way, "agent": row.agent}
    connection.execute(insert(desk_session), {**values, "made_at": to_ms(row.made_at), "seen_at": to_ms(row.seen_at)})


def session(connection: Connection, session_hash: str) -> DeskSessionRow | None:
    """The browser that holds what this is the hash of."""
    row = connection.execute(select(desk_session).where(desk_session.c.session_hash == session_hash)).first()
    return None if row is None else _session(row)


def touch_session(connection: Connection, session_hash: str, now: datetime) -> None:
    """A browser was seen."""
    mine = desk_session.c.session_hash == session_hash
    connection.execute(update(desk_session).where(mine).values(seen_at=to_ms(now)))


def sessions_of(connection: Connection, learner_id: str) -> list[DeskSessionRow]:
    """All browsers of a person, last seen first."""
    query = select(desk_session).where(desk_session.c.learner_id == learner_id)
    rows = connection.execute(query.order_by(desk_session.c.seen_at.desc(), desk_session.c.session_hash))
    return [_session(row) for row in rows]


def end_session(connection: Connection, learner_id: str, session_hash: str) -> bool:
    """Put one browser of a person out; whether it was in."""
    mine = desk_session.c.learner_id == learner_id, desk_session.c.session_hash == session_hash
    return connection.execute(delete(desk_session).where(*mine)).rowcount > 0


def end_sessions(connection: Connection, learner_id: str, but: str = "") -> int:
    """Put all browsers of a person out, `but` one; how many."""
    mine = desk_session.c.learner_id == learner_id, desk_session.c.session_hash != but
    return connection.execute(delete(desk_session).where(*mine)).rowcount


def expire(connection: Connection, made_before: datetime, seen_before: datetime) -> None:
    """Drop browsers that were let in or last seen too long ago."""
    old = (desk_session.c.made_at < to_ms(made_before)) | (desk_session.c.seen_at < to_ms(seen_before))
    connection.execute(delete(desk_session).where(old))


# --- attempts that failed ----------------------------------------------------------------------------


def failures(connection: Connection, subject: str) -> tuple[int, datetime | None]:
    """How often in a row, and when last."""
    row = connection.execute(select(desk_failure).where(desk_failure.c.subject == subject)).first()
    return (0, None) if row is None else (row.failures, from_ms(row.at))


def count_failure(connection: Connection, subject: str, now: datetime, forget_before: datetime) -> None:
    """Count one more; those before `forget_before` are forgotten, of everybody."""
    connection.execute(delete(desk_failure).where(desk_failure.c.at < to_ms(forget_before)))
    into = insert_of(connection.dialect.name)
    more = {"failures": desk_failure.c.failures + 1, "at": to_ms(now)}
    connection.execute(
        into(desk_failure)
        .values(subject=subject, failures=1, at=to_ms(now))
        .on_conflict_do_update(index_elements=["subject"], set_=more)
    )


def forgive(connection: Connection, subject: str) -> None:
    """Begin the count anew: it was the right person."""
    connection.execute(delete(desk_failure).where(desk_failure.c.subject == subject))


def _account(row: Any) -> AccountRow | None:
    return None if row is None else AccountRow(row.learner_id, row.login, row.shown, row.password, from_ms(row.set_at))


def _session(row: Any) -> DeskSessionRow:
    return DeskSessionRow(
        row.session_hash, row.learner_id, row.way, row.agent, from_ms(row.made_at), from_ms(row.seen_at)
    )
