"""Deletion that reaches everywhere, and what is known of a person as plain data.

The lists are read from the tables themselves: whatever table of tomorrow has a `learner_id` is reached as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Delete,
    Table,
    Update,
    and_,
    column,
    delete,
    inspect,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy import table as table_of

from storage import tables
from storage.announcements import tables as announcements_t
from storage.conversations import tables as conversations_t
from storage.engine.instants import to_ms
from storage.engine.upsert import insert_of
from storage.meetings import tables as meetings_t
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.shown import LOGGED

_SPINE = ("person", "identity", "session", "consent")  # dealt with by name
_COUNTED = ("attendance",)  # kept as a count, nobody's
_MADE = ("person_word",)  # of names, again whenever one changes: see naming.py
ROWS_AT_ONCE = 5_000
ALSO = (  # further columns that name a person
    (pairing_t.offer, "instructor_id"),
    (pairing_t.pairing, "instructor_id"),
    (pairing_t.request, "owner_id"),
    (pairing_t.relay, "from_id"),
    (people_t.invitation, "used_by"),
    (pairing_t.skill_check, "by"),
)


def tables_of_hers() -> list[Table]:
    """Every table whose rows belong to one person, but for those that are dealt with by name."""
    return [
        table
        for table in tables.metadata.sorted_tables
        if "learner_id" in table.c and table.name not in (*_SPINE, *_COUNTED, *_MADE)
    ]


def forget_belonging(connection: Connection, learner_id: str) -> None:
    """Drop everything of the union's business about a person: roles, list entry, requests, pairings, relays, checks;
    and the browsers that were rung for it."""
    pairings = select(pairing_t.pairing.c.pairing_id).where(
        or_(pairing_t.pairing.c.learner_id == learner_id, pairing_t.pairing.c.instructor_id == learner_id)
    )
    requests = select(pairing_t.request.c.request_id).where(pairing_t.request.c.learner_id == learner_id)
    notice, relay, offer = pairing_t.notice, pairing_t.relay, pairing_t.offer
    of_hers = (notice.c.about == learner_id, notice.c.about.in_(requests), notice.c.about.in_(pairings))
    _each(connection, delete(notice), *of_hers)
    _each(connection, delete(relay), relay.c.from_id == learner_id, relay.c.pairing_id.in_(pairings))
    _each(connection, delete(offer), offer.c.instructor_id == learner_id, offer.c.request_id.in_(requests))
    connection.execute(
        update(pairing_t.request)
        .where(pairing_t.request.c.owner_id == learner_id)
        .values(owner_kind="nobody", owner_id=None)
    )
    connection.execute(delete(pairing_t.pairing).where(pairing_t.pairing.c.instructor_id == learner_id))
    connection.execute(update(pairing_t.skill_check).where(pairing_t.skill_check.c.by == learner_id).values(by=""))
    mine = select(people_t.invitee.c.invitee_id).where(people_t.invitee.c.claimed_by == learner_id)
    nobody = {"learner_id": None, "invitee_id": None}
    met, code = meetings_t.attendance, people_t.invitation
    _each(connection, update(met).values(nobody), met.c.learner_id == learner_id, met.c.invitee_id.in_(mine))
    _each(connection, delete(code), code.c.used_by == learner_id, code.c.invitee_id.in_(mine))
    connection.execute(delete(people_t.invitee).where(people_t.invitee.c.claimed_by == learner_id))
    s, i = conversations_t.subscription.c, people_t.identity.c
    addresses = select(i.channel, i.chat_id).where(i.learner_id == learner_id)
    connection.execute(delete(conversations_t.subscription).where(tuple_(s.channel, s.chat_id).in_(addresses)))
    connection.execute(
        update(announcements_t.announcement)
        .where(announcements_t.announcement.c.after_id == learner_id)
        .values(after_id="")
    )
    for table in tables_of_hers():
        if table.name not in ("run", "attempt", "award", "seat"):  # whoever only withdraws keeps her seat at the phone
            connection.execute(delete(table).where(table.c.learner_id == learner_id))
    blank = {"area_id": None, "needs": "[]"}
    connection.execute(update(people_t.person).where(people_t.person.c.learner_id == learner_id).values(blank))


def forget_in_newer_tables(connection: Connection, learner_id: str) -> None:
    """Drop a person's rows in tables of which only a newer program knows, while this one still works beside it."""
    found = inspect(connection)
    for name in sorted(set(found.get_table_names()) - tables.metadata.tables.keys()):
        if "learner_id" in {each["name"] for each in found.get_columns(name)}:
            unknown = table_of(name, column("learner_id"))
            connection.execute(delete(unknown).where(unknown.c.learner_id == learner_id))


def _each(connection: Connection, statement: Delete | Update, *conditions: ColumnElement[bool]) -> None:
    """The same for the rows of each condition: with an `or` around a query PostgreSQL would look at every row of the
    table."""
    for condition in conditions:
        connection.execute(statement.where(condition))


def invitees_of(connection: Connection, learner_id: str) -> list[str]:
    """The entries of lists that turned out to be this person's."""
    return list(
        connection.scalars(select(people_t.invitee.c.invitee_id).where(people_t.invitee.c.claimed_by == learner_id))
    )


def rename_consents(connection: Connection, learner_id: str, pseudonym: str) -> None:
    """Keep consents, the proof that the law asks for, under a name that leads to nobody."""
    connection.execute(
        update(people_t.consent).where(people_t.consent.c.learner_id == learner_id).values(learner_id=pseudonym)
    )


def add_tombstones(connection: Connection, pseudonyms: Sequence[str], now: datetime) -> None:
    """Write down for ever that these are gone; a restored backup is cleaned of them."""
    keep_tombstones(connection, dict.fromkeys(pseudonyms, to_ms(now)))


def tombstones(connection: Connection) -> dict[str, int]:
    """Pseudonym → when, in ms; none in a database that is empty or of an older version."""
    if not inspect(connection).has_table(people_t.forgotten.name):
        return {}
    return {row.pseudonym: row.at for row in connection.execute(select(people_t.forgotten))}


def keep_tombstones(connection: Connection, rows: Mapping[str, int]) -> None:
    """Take over the tombstones of another database."""
    statement = insert_of(connection.dialect.name)(people_t.forgotten).on_conflict_do_nothing()
    names = sorted(rows)
    for first in range(0, len(names), ROWS_AT_ONCE):
        some = names[first : first + ROWS_AT_ONCE]
        connection.execute(statement, [{"pseudonym": each, "at": rows[each]} for each in some])


def persons_after(connection: Connection, last: str, most: int) -> list[str]:
    """The ids of persons in their order, behind this one, so many at most."""
    return _ids_after(connection, people_t.person.c.learner_id, last, most)


def invitees_after(connection: Connection, last: str, most: int) -> list[str]:
    """The ids of the entries of lists in their order, behind this one, so many at most."""
    return _ids_after(connection, people_t.invitee.c.invitee_id, last, most)


def _ids_after(connection: Connection, key: Column[str], last: str, most: int) -> list[str]:
    return list(connection.scalars(select(key).where(key > last).order_by(key).limit(most)))


def drop_invitees(connection: Connection, ids: Sequence[str]) -> None:
    """Delete list entries with their invitations."""
    if ids:
        connection.execute(delete(people_t.invitation).where(people_t.invitation.c.invitee_id.in_(ids)))
        connection.execute(delete(people_t.invitee).where(people_t.invitee.c.invitee_id.in_(ids)))


# --- what is known of her ----------------------------------------------------------------------------

_HIDDEN = {
    "code_hash",
    "import_id",
    "rows",
    "pin",
    "login",
    "password",
    "session_hash",
    "sealed",
    "last_step",
    "search_key",
    "order_key",
}


def export(connection: Connection, learner_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row about a person, by table, as plain data; what was written on the web page too."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in tables.metadata.sorted_tables:
        wanted = [table.c[name] for name in ("learner_id", "claimed_by", "used_by") if name in table.c]
        if wanted and table.name not in _MADE:
            rows = connection.execute(select(table).where(or_(*(column == learner_id for column in wanted))))
            found[table.name] = [_plain(row._mapping) for row in rows]
    chats = select(people_t.identity.c.chat_id).where(people_t.identity.c.learner_id == learner_id, LOGGED)
    lines = (
        select(conversations_t.chat_log)
        .where(conversations_t.chat_log.c.chat_id.in_(chats))
        .order_by(conversations_t.chat_log.c.no)
    )
    words = {row.wording: row.text for row in connection.execute(select(people_t.wording))}
    for row in found.get("consent", ()):
        row["words"] = words.get(row["wording"], "")
    found["chat_log"] = [_plain(row._mapping) for row in connection.execute(lines)]
    found["subscription"] = _browsers(connection, learner_id)
    return {name: rows for name, rows in found.items() if rows}


def _browsers(connection: Connection, learner_id: str) -> list[dict[str, Any]]:
    """The browsers that may be rung at the person's addresses, without the keys that only they and we know."""
    s, i = conversations_t.subscription.c, people_t.identity.c
    query = select(s.endpoint, s.channel, s.created_at, s.seen_at.label("looked_at")).join(
        people_t.identity, and_(i.channel == s.channel, i.chat_id == s.chat_id)
    )
    rows = connection.execute(query.where(i.learner_id == learner_id).order_by(s.created_at, s.endpoint))
    return [_plain(row._mapping) for row in rows]


def _plain(row: Any) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in _HIDDEN and value is not None}
