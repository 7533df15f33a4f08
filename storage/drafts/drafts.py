"""What each editor is writing in each lesson. A draft is kept until its editor gives it up."""

from __future__ import annotations

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage.drafts.records import DraftHead, DraftRow
from storage.drafts.tables import lesson_draft
from storage.engine.errors import Conflict
from storage.engine.instants import from_ms, to_ms

_c = lesson_draft.c


def get(connection: Connection, lesson: str, editor: str) -> DraftRow | None:
    """The draft of one editor; None where there is none."""
    row = connection.execute(select(lesson_draft).where(_c.lesson == lesson, _c.editor == editor)).one_or_none()
    return None if row is None else _row(row)


def heads(connection: Connection) -> list[DraftHead]:
    """Who is writing in which lesson, the youngest first."""
    changed = select(_c.lesson, _c.editor, _c.at).where(_c.text != _c.base)
    rows = connection.execute(changed.order_by(_c.at.desc(), _c.lesson, _c.editor))
    return [DraftHead(row.lesson, row.editor, from_ms(row.at)) for row in rows]


def begun(connection: Connection) -> list[tuple[str, str]]:
    """(lesson, text) of the drafts that were begun from nothing, the oldest first."""
    rows = connection.execute(select(_c.lesson, _c.text).where(_c.base == "").order_by(_c.at))
    return [(row.lesson, row.text) for row in rows]


def put(connection: Connection, row: DraftRow) -> None:
    """Keep a draft, one revision above that of `row`. Raises Conflict where somebody has saved it since."""
    values = {"base": row.base, "text": row.text, "at": to_ms(row.at), "revision": row.revision + 1}
    if not row.revision:
        connection.execute(insert(lesson_draft), {"lesson": row.lesson, "editor": row.editor, **values})
        return
    known = _c.lesson == row.lesson, _c.editor == row.editor, _c.revision == row.revision
    if connection.execute(update(lesson_draft).where(*known).values(values)).rowcount != 1:
        raise Conflict


def below(connection: Connection, lesson: str, editor: str) -> dict[str, str]:
    """What else an editor has of a lesson, kept as LESSON/WHAT: what → its text."""
    rows = connection.execute(select(_c.lesson, _c.text).where(_c.lesson.startswith(f"{lesson}/"), _c.editor == editor))
    return {row.lesson.partition("/")[2]: row.text for row in rows}


def drop(connection: Connection, lesson: str, editor: str) -> bool:
    """Give a draft up, with what else is kept of it; False where there was none."""
    is_hers = (_c.lesson == lesson) | _c.lesson.startswith(f"{lesson}/")
    return connection.execute(delete(lesson_draft).where(is_hers, _c.editor == editor)).rowcount > 0


def drop_below(connection: Connection, lesson: str, editor: str) -> None:
    """Give up what else is kept of a lesson, its text aside."""
    connection.execute(delete(lesson_draft).where(_c.lesson.startswith(f"{lesson}/"), _c.editor == editor))


def _row(row: Row[tuple[str, ...]]) -> DraftRow:
    return DraftRow(row.lesson, row.editor, row.base, row.text, from_ms(row.at), row.revision)
