"""Those who have not agreed yet, and how a long list of them comes in: in slices, seen only when all is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import tables_people as t
from storage.people_records import InviteeRow
from storage.records import to_ms


def is_visible() -> ColumnElement[bool]:
    """Whether the import that brought an invitee is finished."""
    done = exists().where(t.import_batch.c.import_id == t.invitee.c.import_id, t.import_batch.c.state == "done")
    return or_(t.invitee.c.import_id.is_(None), done)


def get(conn: Connection, invitee_id: str) -> InviteeRow | None:
    columns = (t.invitee.c[name] for name in InviteeRow.__dataclass_fields__)
    row = conn.execute(select(*columns).where(t.invitee.c.invitee_id == invitee_id, is_visible())).one_or_none()
    return InviteeRow(*row) if row else None


def add(conn: Connection, rows: Sequence[InviteeRow], by: str, now: datetime, import_id: str | None = None) -> None:
    """New invitees; those that exist stay as they are."""
    into = postgres_insert if conn.dialect.name == "postgresql" else sqlite_insert
    at = to_ms(now)
    values = [
        {
            "invitee_id": r.invitee_id, "name": r.name, "area_id": r.area_id, "role": r.role, "by": by, "at": at,
            "claimed_by": None, "import_id": import_id,
        }
        for r in rows
    ]  # fmt: skip
    if values:
        conn.execute(into(t.invitee).on_conflict_do_nothing(), values)


def free(conn: Connection, invitee_id: str) -> None:
    """Nobody has turned out to be this entry."""
    conn.execute(update(t.invitee).where(t.invitee.c.invitee_id == invitee_id).values(claimed_by=None))


def known(conn: Connection, ids: Collection[str]) -> set[str]:
    """Which of these invitees are there and can be seen."""
    return set(
        conn.scalars(select(t.invitee.c.invitee_id).where(t.invitee.c.invitee_id.in_(sorted(ids)), is_visible()))
    )


def of_areas(conn: Connection, area_ids: Collection[str]) -> list[InviteeRow]:
    """Every entry of these areas that can be seen, claimed or not; of what lies below them none."""
    columns = (t.invitee.c[name] for name in InviteeRow.__dataclass_fields__)
    inside = t.invitee.c.area_id.in_(sorted(area_ids))
    return [InviteeRow(*row) for row in conn.execute(select(*columns).where(inside, is_visible()))]


def gone(conn: Connection, pseudonyms: Collection[str]) -> set[str]:
    """Which of these belong to somebody who had everything deleted: they are not brought back by a list."""
    query = select(t.forgotten.c.pseudonym).where(t.forgotten.c.pseudonym.in_(sorted(pseudonyms)))
    return set(conn.scalars(query))


# --- one import --------------------------------------------------------------------------------------


def loading(conn: Connection, since: datetime) -> bool:
    """Whether another import has written something since then."""
    alive = exists().where(t.import_batch.c.state == "loading", t.import_batch.c.at >= to_ms(since))
    return bool(conn.scalar(select(alive)))


def begin(conn: Connection, import_id: str, by: str, now: datetime) -> None:
    conn.execute(
        insert(t.import_batch), {"import_id": import_id, "by": by, "at": to_ms(now), "written": 0, "state": "loading"}
    )


def beat(conn: Connection, import_id: str, written: int, now: datetime) -> None:
    """Still alive, so many rows are written."""
    batch = t.import_batch.c.import_id == import_id
    conn.execute(update(t.import_batch).where(batch).values(at=to_ms(now), written=written))


def finish(conn: Connection, import_id: str) -> None:
    """From this moment on everything it brought is seen."""
    conn.execute(update(t.import_batch).where(t.import_batch.c.import_id == import_id).values(state="done"))


def drop_unfinished(conn: Connection, before: datetime, limit: int) -> int:
    """Throw away what a broken import left; returns how many rows went, 0 when nothing is left."""
    dead = select(t.import_batch.c.import_id).where(
        t.import_batch.c.state == "loading", t.import_batch.c.at < to_ms(before)
    )
    batches = list(conn.scalars(dead))
    if not batches:
        return 0
    went = 0
    for table, key in ((t.invitee, t.invitee.c.invitee_id), (t.area, t.area.c.area_id)):
        ids = list(conn.scalars(select(key).where(table.c.import_id.in_(batches)).limit(limit - went)))
        if ids:
            conn.execute(delete(table).where(key.in_(ids)))
        went += len(ids)
        if went >= limit:
            return went
    conn.execute(delete(t.import_batch).where(t.import_batch.c.import_id.in_(batches)))
    return went
