"""Those who have not agreed yet, and how a long list of them comes in: in slices, seen only when all is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select, update

from storage.engine.instants import to_ms
from storage.engine.upsert import insert_of
from storage.people import naming
from storage.people import tables as people_t
from storage.people.records import InviteeRow


def is_visible() -> ColumnElement[bool]:
    """Whether the import that brought an invitee is finished."""
    done = exists().where(
        people_t.import_batch.c.import_id == people_t.invitee.c.import_id,
        people_t.import_batch.c.state == "done",
    )
    return or_(people_t.invitee.c.import_id.is_(None), done)


def get(connection: Connection, invitee_id: str) -> InviteeRow | None:
    """One list entry by id; None where there is none, or its import was broken off."""
    columns = (people_t.invitee.c[name] for name in InviteeRow.__dataclass_fields__)
    row = connection.execute(
        select(*columns).where(people_t.invitee.c.invitee_id == invitee_id, is_visible())
    ).one_or_none()
    return InviteeRow(*row) if row else None


def add(
    connection: Connection, rows: Sequence[InviteeRow], by: str, now: datetime, import_id: str | None = None
) -> None:
    """Write new invitees; those that exist stay as they are."""
    into = insert_of(connection.dialect.name)
    at = to_ms(now)
    values = [
        {
            "invitee_id": r.invitee_id, "name": r.name, "area_id": r.area_id, "role": r.role, "by": by, "at": at,
            "claimed_by": None, "import_id": import_id, **naming.keys_of(r.name),
        }
        for r in rows
    ]  # fmt: skip
    if values:
        connection.execute(into(people_t.invitee).on_conflict_do_nothing(), values)
        found = {str(value["invitee_id"]): str(value["search_key"]) for value in values}
        naming.put_words(connection, people_t.invitee_word, found)


def free(connection: Connection, invitee_id: str) -> None:
    """Nobody has turned out to be this entry."""
    was = connection.scalar(select(people_t.invitee.c.claimed_by).where(people_t.invitee.c.invitee_id == invitee_id))
    connection.execute(
        update(people_t.invitee).where(people_t.invitee.c.invitee_id == invitee_id).values(claimed_by=None)
    )
    naming.put_in_order(connection, filter(None, [was]))


def known(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these invitees are there and can be seen."""
    return set(
        connection.scalars(
            select(people_t.invitee.c.invitee_id).where(people_t.invitee.c.invitee_id.in_(sorted(ids)), is_visible())
        )
    )


def of_areas(connection: Connection, area_ids: Collection[str]) -> list[InviteeRow]:
    """Every entry of these areas that can be seen, claimed or not; of what lies below them none."""
    columns = (people_t.invitee.c[name] for name in InviteeRow.__dataclass_fields__)
    inside = people_t.invitee.c.area_id.in_(sorted(area_ids))
    return [InviteeRow(*row) for row in connection.execute(select(*columns).where(inside, is_visible()))]


def gone(connection: Connection, pseudonyms: Collection[str]) -> set[str]:
    """Which of these belong to somebody who had everything deleted: they are not brought back by a list."""
    query = select(people_t.forgotten.c.pseudonym).where(people_t.forgotten.c.pseudonym.in_(sorted(pseudonyms)))
    return set(connection.scalars(query))


# --- one import --------------------------------------------------------------------------------------


def loading(connection: Connection, since: datetime) -> bool:
    """Whether another import has written something since then."""
    alive = exists().where(people_t.import_batch.c.state == "loading", people_t.import_batch.c.at >= to_ms(since))
    return bool(connection.scalar(select(alive)))


def begin(connection: Connection, import_id: str, by: str, now: datetime) -> None:
    """Open an import: its entries stay invisible until it is finished."""
    connection.execute(
        insert(people_t.import_batch),
        {"import_id": import_id, "by": by, "at": to_ms(now), "written": 0, "state": "loading"},
    )


def beat(connection: Connection, import_id: str, written: int, now: datetime) -> None:
    """Still alive, so many rows are written."""
    batch = people_t.import_batch.c.import_id == import_id
    connection.execute(update(people_t.import_batch).where(batch).values(at=to_ms(now), written=written))


def finish(connection: Connection, import_id: str) -> None:
    """Let everything that an import brought be seen from this moment on."""
    connection.execute(
        update(people_t.import_batch).where(people_t.import_batch.c.import_id == import_id).values(state="done")
    )


def drop_unfinished(connection: Connection, before: datetime, limit: int) -> int:
    """Throw away what a broken import left; returns how many rows went, 0 when nothing is left."""
    dead = select(people_t.import_batch.c.import_id).where(
        people_t.import_batch.c.state == "loading", people_t.import_batch.c.at < to_ms(before)
    )
    batches = list(connection.scalars(dead))
    if not batches:
        return 0
    went = 0
    for table, key in (
        (people_t.invitee, people_t.invitee.c.invitee_id),
        (people_t.area, people_t.area.c.area_id),
    ):
        ids = list(connection.scalars(select(key).where(table.c.import_id.in_(batches)).limit(limit - went)))
        if ids:
            connection.execute(delete(table).where(key.in_(ids)))
        went += len(ids)
        if went >= limit:
            return went
    connection.execute(delete(people_t.import_batch).where(people_t.import_batch.c.import_id.in_(batches)))
    return went
