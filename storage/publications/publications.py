"""Lesson versions and when each became the current one; where learners stand in them. Rows are added, never changed.

A table beside the lessons that was published (`words.yaml`) is kept the same way, under the name of its file; with the
lessons it is never counted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select

from storage.conversations import tables as conversations_t
from storage.engine import key_value
from storage.engine.instants import from_ms, to_ms
from storage.people import tables as people_t
from storage.publications import tables as publications_t
from storage.publications.records import PublicationRow, VersionRow

SLICE = 500  # sessions read at once: a few milliseconds
KEYS_AT_ONCE = 200
FEW = 3
"""So many lessons the database looks for faster than states are handed over and read."""

_NEWEST_EACH = select(func.max(publications_t.publication.c.publication_id)).group_by(
    publications_t.publication.c.lesson
)
_IS_LESSON = ~publications_t.publication.c.lesson.contains(".")  # a file's name has a dot, a lesson's id never
_HELD = or_(
    conversations_t.session.c.lesson.is_not(None),
    *(conversations_t.session.c.state.contains(f'"{part}":') for part in ("parked", "stack", "meeting")),
)


def is_lesson(name: str) -> bool:
    """Whether this is a lesson's name, no file's."""
    return "." not in name


# --- versions ----------------------------------------------------------------------------------------


def versions(connection: Connection, keys: Collection[tuple[str, int]]) -> list[VersionRow]:
    """Versions by (lesson, version) in key order; what is not there is left out."""
    found: list[VersionRow] = []
    ordered = sorted(set(keys))
    for at in range(0, len(ordered), KEYS_AT_ONCE):
        some = ordered[at : at + KEYS_AT_ONCE]
        wanted = [
            and_(publications_t.lesson_version.c.lesson == lesson, publications_t.lesson_version.c.version == n)
            for lesson, n in some
        ]
        found += _versions(connection, select(publications_t.lesson_version).where(or_(*wanted)))
    return sorted(found, key=lambda row: (row.lesson, row.version))


def version(connection: Connection, lesson: str, number: int) -> VersionRow | None:
    """One version of a lesson; None where it was never kept."""
    return next(iter(versions(connection, [(lesson, number)])), None)


def versions_of(connection: Connection, lesson: str) -> list[VersionRow]:
    """Every version of a lesson, the oldest first."""
    query = select(publications_t.lesson_version).where(publications_t.lesson_version.c.lesson == lesson)
    return list(_versions(connection, query.order_by(publications_t.lesson_version.c.version)))


def media_of(connection: Connection, lesson: str) -> dict[int, dict[str, str]]:
    """The files of every version of a lesson, as in `VersionRow`; without their texts."""
    query = select(publications_t.lesson_version.c.version).where(publications_t.lesson_version.c.lesson == lesson)
    keys = {_media_key(lesson, version): version for version in connection.scalars(query)}
    return {keys[key]: json.loads(media) for key, media in key_value.get_keys(connection, list(keys)).items()}


def translations_of(connection: Connection, lesson: str) -> dict[int, dict[str, dict[str, str]]]:
    """Version → language → key → text, of every version of a lesson; without the lessons themselves."""
    table = publications_t.lesson_version.c
    rows = connection.execute(select(table.version, table.translations).where(table.lesson == lesson))
    return {row[0]: json.loads(row[1]) for row in rows}


def graph_hashes(connection: Connection) -> dict[tuple[str, int], str]:
    """(lesson, version) → graph hash, of all versions."""
    query = select(
        publications_t.lesson_version.c.lesson,
        publications_t.lesson_version.c.version,
        publications_t.lesson_version.c.graph_hash,
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def add_versions(connection: Connection, rows: Sequence[VersionRow]) -> None:
    """Keep new versions. Raises Conflict where another process has taken a number."""
    if rows:
        connection.execute(
            insert(publications_t.lesson_version),
            [
                {
                    "lesson": r.lesson, "version": r.version, "source": r.source, "language": r.language,
                    "graph_hash": r.graph_hash, "text_hash": r.text_hash, "author": r.author, "at": to_ms(r.at),
                    "translations": _json(r.translations),
                }
                for r in rows
            ],
        )  # fmt: skip
    for row in rows:
        if row.media:
            key_value.set_key(connection, _media_key(row.lesson, row.version), _json(row.media))


def _versions(connection: Connection, query: Select[Any]) -> Iterator[VersionRow]:
    rows = connection.execute(query).all()
    media = key_value.get_keys(connection, [_media_key(r.lesson, r.version) for r in rows])
    for r in rows:
        hashes, files = (r.graph_hash, r.text_hash), media.get(_media_key(r.lesson, r.version), "{}")
        said = json.loads(r.translations)
        yield VersionRow(
            r.lesson, r.version, r.source, r.language, *hashes, r.author, from_ms(r.at), said, json.loads(files)
        )


def _media_key(lesson: str, version: int) -> str:
    """Where the files of a version are noted: few lessons have any."""
    return f"media:{lesson}:{version}"


# --- publications ------------------------------------------------------------------------------------


def mark(connection: Connection) -> tuple[int, int]:
    """The number of the newest publication of anything and how many there are: a cheap look whether anything is new.

    Both, since on PostgreSQL a smaller number may be committed after a greater one.
    """
    row = connection.execute(
        select(
            func.max(publications_t.publication.c.publication_id),
            func.count(publications_t.publication.c.publication_id),
        )
    ).one()
    return row[0] or 0, row[1]


def current(connection: Connection) -> dict[str, PublicationRow]:
    """The newest publication of each lesson, by lesson."""
    newest = publications_t.publication.c.publication_id.in_(_NEWEST_EACH)
    query = select(publications_t.publication).where(newest, _IS_LESSON)
    return {row.lesson: row for row in _publications(connection, query)}


def replaced(connection: Connection) -> set[tuple[str, int]]:
    """Every (lesson, version) of which another version is the current one."""
    now = current(connection)
    return {key for key in graph_hashes(connection) if key[0] in now and now[key[0]].version != key[1]}


def current_of(connection: Connection, lesson: str) -> PublicationRow | None:
    """The newest publication of a lesson."""
    query = select(publications_t.publication).where(publications_t.publication.c.lesson == lesson)
    found = _publications(connection, query.order_by(publications_t.publication.c.publication_id.desc()).limit(1))
    return found[0] if found else None


def log(connection: Connection) -> list[PublicationRow]:
    """Every publication of lessons in order, without the diffs."""
    columns = [column for column in publications_t.publication.c if column.name != "diff"]
    query = select(*columns).where(_IS_LESSON)
    return _publications(connection, query.order_by(publications_t.publication.c.publication_id))


def of_lesson(connection: Connection, lesson: str) -> list[PublicationRow]:
    """Every publication of a lesson in order, with the diffs."""
    query = select(publications_t.publication).where(publications_t.publication.c.lesson == lesson)
    return _publications(connection, query.order_by(publications_t.publication.c.publication_id))


def add(connection: Connection, rows: Sequence[PublicationRow]) -> None:
    """From now on these versions are the current ones of their lessons."""
    if rows:
        connection.execute(
            insert(publications_t.publication),
            [
                {
                    "lesson": r.lesson, "version": r.version, "mode": r.mode, "urgent": r.urgent, "author": r.author,
                    "at": to_ms(r.at), "decisions": _json(r.decisions), "diff": r.diff,
                }
                for r in rows
            ],
        )  # fmt: skip


def _publications(connection: Connection, query: Select[Any]) -> list[PublicationRow]:
    return [
        PublicationRow(
            lesson=r.lesson,
            version=r.version,
            mode=r.mode,
            author=r.author,
            at=from_ms(r.at),
            urgent=r.urgent,
            decisions=json.loads(r.decisions),
            diff=getattr(r, "diff", ""),
            publication_id=r.publication_id,
        )
        for r in connection.execute(query)
    ]


# --- who is inside -----------------------------------------------------------------------------------


def states_after(
    connection: Connection, learner_id: str, limit: int = SLICE, lessons: Collection[str] | None = None
) -> list[tuple[str, str]]:
    """The next sessions (learner_id, state) that hold a lesson, open or parked, in the order of learner ids; with
    `lessons` those whose state names one of them: the database looks, so that few are handed over."""
    session = conversations_t.session.c
    query = select(session.learner_id, session.state).where(session.learner_id > learner_id, _HELD)
    if lessons is not None:
        query = query.where(or_(*(session.state.contains(f'"{lesson}"', autoescape=True) for lesson in lessons)))
    return [
        (row[0], row[1])
        for row in connection.execute(query.order_by(conversations_t.session.c.learner_id).limit(limit))
    ]


def open_versions(connection: Connection) -> set[tuple[str, int]]:
    """Every (lesson, version) that somebody is in the middle of; parked ones and outer lessons are not among them."""
    query = (
        select(conversations_t.session.c.lesson, conversations_t.session.c.version)
        .where(conversations_t.session.c.lesson.is_not(None))
        .distinct()
    )
    return {(row[0], row[1]) for row in connection.execute(query)}


def learners_in(connection: Connection, lesson: str, number: int, after: str, limit: int) -> list[str]:
    """The next learners after `after` whose open lesson is this version and whom a message can reach, in order."""
    reachable = and_(
        people_t.identity.c.channel == conversations_t.session.c.channel,
        people_t.identity.c.chat_id == conversations_t.session.c.chat_id,
        people_t.identity.c.away.is_(False),
    )
    query = (
        select(conversations_t.session.c.learner_id)
        .join(people_t.identity, reachable)
        .where(
            conversations_t.session.c.lesson == lesson,
            conversations_t.session.c.version == number,
            conversations_t.session.c.learner_id > after,
        )
        .order_by(conversations_t.session.c.learner_id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
