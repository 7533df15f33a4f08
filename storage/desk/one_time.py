"""One-time codes: the sealed secret of a person, the last step that was used, and the spare codes on paper, hashed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.desk.tables import desk_code, desk_spare
from storage.engine.instants import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class OneTimeRow:
    """`on_since` is None until a first code was right; steps up to `last_step` have been used."""

    learner_id: str
    sealed: str
    made_at: datetime
    on_since: datetime | None
    last_step: int


def get(connection: Connection, learner_id: str, *, locked: bool = False) -> OneTimeRow | None:
    """The secret of a person, `locked` until the transaction ends."""
    query = select(desk_code).where(desk_code.c.learner_id == learner_id)
    row = connection.execute(query.with_for_update() if locked else query).first()
    if row is None:
        return None
    on_since = None if row.on_since is None else from_ms(row.on_since)
    return OneTimeRow(row.learner_id, row.sealed, from_ms(row.made_at), on_since, row.last_step)


def begin(connection: Connection, learner_id: str, sealed: str, now: datetime) -> None:
    """A secret anew, which asks for nothing before a first code was right."""
    drop(connection, learner_id)
    values = {"learner_id": learner_id, "sealed": sealed, "made_at": to_ms(now), "on_since": None, "last_step": 0}
    connection.execute(insert(desk_code), values)


def turn_on(connection: Connection, learner_id: str, now: datetime) -> None:
    """From now on a code is asked for."""
    connection.execute(update(desk_code).where(desk_code.c.learner_id == learner_id).values(on_since=to_ms(now)))


def use(connection: Connection, learner_id: str, step: int) -> None:
    """Codes up to this step are worth nothing any more."""
    connection.execute(update(desk_code).where(desk_code.c.learner_id == learner_id).values(last_step=step))


def drop(connection: Connection, learner_id: str) -> None:
    """No code is asked for any more."""
    connection.execute(delete(desk_code).where(desk_code.c.learner_id == learner_id))
    connection.execute(delete(desk_spare).where(desk_spare.c.learner_id == learner_id))


# --- on paper ----------------------------------------------------------------------------------------


def put_spares(connection: Connection, learner_id: str, hashes: Iterable[str]) -> None:
    """These instead of all there were."""
    connection.execute(delete(desk_spare).where(desk_spare.c.learner_id == learner_id))
    connection.execute(insert(desk_spare), [{"code_hash": each, "learner_id": learner_id} for each in hashes])


def spend(connection: Connection, learner_id: str, code_hash: str) -> bool:
    """Use one up; whether it was there."""
    hers = desk_spare.c.learner_id == learner_id, desk_spare.c.code_hash == code_hash
    return connection.execute(delete(desk_spare).where(*hers)).rowcount > 0


def spares(connection: Connection, learner_id: str) -> int:
    """How many are left."""
    return connection.scalar(select(func.count()).where(desk_spare.c.learner_id == learner_id)) or 0
