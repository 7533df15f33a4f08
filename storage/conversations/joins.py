"""Two persons become one, and within a while two again: everybody's rows go where they belong.

The lists are read from the tables themselves: whatever table of tomorrow has a `learner_id` is reached as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, or_, select, update

from storage import tables
from storage.announcements import tables as announcements_t
from storage.conversations import recordings
from storage.conversations import tables as conversations_t
from storage.conversations.leaving import CORRUPT
from storage.engine import key_value
from storage.engine.instants import from_ms, to_ms
from storage.engine.upsert import insert_of
from storage.meetings import tables as meetings_t
from storage.pairing import tables as pairing_t
from storage.people import naming, shown
from storage.people import tables as people_t
from storage.people.forgetting import ALSO, tables_of_hers
from storage.people.traces import erase, renamed


@dataclass(frozen=True, slots=True)
class JoinRow:
    """`learner_id` is who stays; `goes` who became part of them, with everything kept then.

    `addresses` (channel, chat_id) came with `goes`; `kept` are the conversation's state of who stays and of who goes,
    as they were; `vouched`: somebody of the union has said who this is.
    """

    join_id: str
    learner_id: str
    goes: str
    at: datetime
    vouched: bool
    addresses: tuple[tuple[str, str], ...]
    kept: tuple[str, str]


_NAMED = (
    *ALSO,
    (people_t.invitee, "claimed_by"),
    (meetings_t.attendance, "learner_id"),
    (people_t.consent, "learner_id"),
)


def join(connection: Connection, stays: str, goes: str) -> None:
    """Everything of `goes` becomes `stays`'s, except the session, which the caller has merged; then `goes` is no more.

    Where only one may be (an open pairing, a role in an area, an instructor's settings), that of `stays` stays.
    """
    name = connection.scalar(select(people_t.person.c.name).where(people_t.person.c.learner_id == stays)) or ""
    former = renamed(connection, goes, name)
    _end_second_pairing(connection, stays, goes)
    _tell_once(connection, stays, goes)
    for table in tables_of_hers():
        others = [c for c in table.primary_key.columns if c.name != "learner_id"]
        if "learner_id" in table.primary_key.columns:
            twice = table.alias()
            same = [twice.c[c.name] == c for c in others]
            already = select(twice.c.learner_id).where(twice.c.learner_id == stays, *same).exists()
            connection.execute(delete(table).where(table.c.learner_id == goes, already))
        connection.execute(update(table).where(table.c.learner_id == goes).values(learner_id=stays))
    both = meetings_t.attendance.alias()
    came = select(both.c.event_id).where(both.c.learner_id == stays)
    connection.execute(
        delete(meetings_t.attendance).where(
            meetings_t.attendance.c.learner_id == goes, meetings_t.attendance.c.event_id.in_(came)
        )
    )
    for table, column in _NAMED:
        connection.execute(update(table).where(table.c[column] == goes).values({column: stays}))
    connection.execute(update(people_t.identity).where(people_t.identity.c.learner_id == goes).values(learner_id=stays))
    connection.execute(delete(conversations_t.session).where(conversations_t.session.c.learner_id == goes))
    unread = key_value.key_value.c.key.startswith(f"{CORRUPT}{goes}:", autoescape=True)
    connection.execute(delete(key_value.key_value).where(unread))
    recordings.forget(connection, goes)
    _join_person(connection, stays, goes)
    naming.put_in_order(connection, [stays])
    if former:
        erase(connection, former)


def _tell_once(connection: Connection, stays: str, goes: str) -> None:
    """Of an announcement for both: if one of them has heard it the other does not any more, if neither has one does."""
    told, notice = announcements_t.announced.c, pairing_t.notice.c

    def of(learner_id: str) -> set[str]:
        return set(connection.scalars(select(told.announcement_id).where(told.learner_id == learner_id)))

    def waits(learner_id: str, both: set[str]) -> set[str]:
        return set(
            connection.scalars(select(notice.about).where(notice.learner_id == learner_id, notice.about.in_(both)))
        )

    if both := of(stays) & of(goes):
        said = both - waits(goes, both)
        connection.execute(delete(pairing_t.notice).where(notice.learner_id == goes, notice.about.in_(both)))
        connection.execute(delete(pairing_t.notice).where(notice.learner_id == stays, notice.about.in_(said)))


def _end_second_pairing(connection: Connection, stays: str, goes: str) -> None:
    open_one = select(pairing_t.pairing.c.pairing_id).where(
        pairing_t.pairing.c.learner_id == stays, pairing_t.pairing.c.state == "open"
    )
    if connection.scalar(open_one) is not None:
        second = pairing_t.pairing.c.learner_id == goes, pairing_t.pairing.c.state == "open"
        connection.execute(update(pairing_t.pairing).where(*second).values(state="ended", ended_why="linked"))


def _join_person(connection: Connection, stays: str, goes: str) -> None:
    person = people_t.person.c
    gone = connection.execute(select(person.area_id, person.needs).where(person.learner_id == goes)).one()
    connection.execute(
        update(people_t.person).where(person.learner_id == stays, person.area_id.is_(None)).values(area_id=gone.area_id)
    )
    connection.execute(
        update(people_t.person).where(person.learner_id == stays, person.needs == "[]").values(needs=gone.needs)
    )
    connection.execute(delete(people_t.person).where(person.learner_id == goes))


# --- and two again -----------------------------------------------------------------------------------


def remember(connection: Connection, join_id: str, stays: str, goes: str, now: datetime, *, vouched: bool) -> None:
    """Keep what `goes` is before the two become one, so that it can be undone. Deleted with who stays."""
    sessions = {
        row.learner_id: row
        for row in connection.execute(select(conversations_t.session).where(_is(conversations_t.session, stays, goes)))
    }
    data = {
        "goes": goes,
        "vouched": vouched,
        "kept": [sessions[stays].state, sessions[goes].state],
        "session": dict(sessions[goes]._mapping),
        "person": {
            name: value
            for name, value in connection.execute(select(people_t.person).where(_is(people_t.person, goes)))
            .one()
            ._mapping.items()
            if name not in naming.KEYS
        },
        "addresses": [list(row) for row in connection.execute(_addresses(goes))],
        "rows": {
            table.name: [dict(r._mapping) for r in connection.execute(_hers(table, goes))] for table in tables_of_hers()
        },
        "twice": [[table.name, key] for table in tables_of_hers() for key in _twice(connection, table, stays, goes)],
        "named": [
            [table.name, column, key] for table, column in _NAMED for key in _keys(connection, table, column, goes)
        ],
    }
    row = {"join_id": join_id, "learner_id": stays, "at": to_ms(now), "rows": json.dumps(data, ensure_ascii=False)}
    connection.execute(insert(people_t.joined), row)


def joins_of(connection: Connection, learner_id: str) -> list[JoinRow]:
    """What can still be undone, the newest first."""
    query = (
        select(people_t.joined)
        .where(people_t.joined.c.learner_id == learner_id)
        .order_by(people_t.joined.c.at.desc(), people_t.joined.c.join_id)
    )
    return [_record(row) for row in connection.execute(query)]


def expire(connection: Connection, before: datetime, limit: int) -> int:
    """What was joined before then stays so."""
    ids = list(
        connection.scalars(select(people_t.joined.c.join_id).where(people_t.joined.c.at < to_ms(before)).limit(limit))
    )
    if ids:
        connection.execute(delete(people_t.joined).where(people_t.joined.c.join_id.in_(ids)))
    return len(ids)


def undo(connection: Connection, join_id: str, state: str, out_no: int, now: datetime) -> list[tuple[str, str]]:
    """Two persons again; at these addresses the one who went speaks from now on, in the conversation `state`.

    What was done since on either phone with what was theirs goes back with it.
    """
    query = select(people_t.joined.c.learner_id, people_t.joined.c.rows).where(people_t.joined.c.join_id == join_id)
    stays, kept = connection.execute(query).one()
    data = json.loads(kept)
    goes = data["goes"]
    here = [
        each
        for each in data["addresses"]
        if tuple(each) in {tuple(row) for row in connection.execute(_addresses(stays))}
    ]
    connection.execute(insert(people_t.person), data["person"])
    channel, chat_id = here[0] if here else (data["session"]["channel"], data["session"]["chat_id"])
    session = {**data["session"], "state": state, "channel": channel, "chat_id": chat_id, "seen_at": to_ms(now)}
    connection.execute(
        insert(conversations_t.session), {**session, "out_no": max(out_no, session["out_no"]), "due_at": None}
    )
    for each in here:
        where = people_t.identity.c.channel == each[0], people_t.identity.c.chat_id == each[1]
        connection.execute(update(people_t.identity).where(*where).values(learner_id=goes))
        shown.forget_said_at(connection, *each)
    twice = {(name, json.dumps(key, sort_keys=True)) for name, key in data["twice"]}
    for table in tables_of_hers():
        for row in data["rows"].get(table.name, ()):
            _give_back(
                connection, table, row, stays, goes, (table.name, json.dumps(_key(table, row), sort_keys=True)) in twice
            )
    for name, column, key in data["named"]:
        table = tables.metadata.tables[name]
        connection.execute(update(table).where(_at(table, key), table.c[column] == stays).values({column: goes}))
    linked = (
        pairing_t.pairing.c.learner_id == goes,
        pairing_t.pairing.c.state == "ended",
        pairing_t.pairing.c.ended_why == "linked",
    )
    connection.execute(update(pairing_t.pairing).where(*linked).values(state="open", ended_why="", ended_at=None))
    connection.execute(delete(people_t.joined).where(people_t.joined.c.join_id == join_id))
    naming.put_in_order(connection, [stays, goes])
    return [(each[0], each[1]) for each in here]


def settle_at_home(connection: Connection, learner_id: str, state: str, since: datetime) -> None:
    """Seat who stayed, after it was undone, in the conversation `state` at an own address; what was shown on the pages
    since `since` was both's, and goes.
    """
    session = conversations_t.session.c
    connection.execute(update(conversations_t.session).where(session.learner_id == learner_id).values(state=state))
    home = [(row[0], row[1]) for row in connection.execute(_addresses(learner_id))]
    for channel, chat_id in home:
        shown.forget_log(connection, channel, chat_id, since)
    at_one = or_(*(and_(session.channel == channel, session.chat_id == chat_id) for channel, chat_id in home))
    for channel, chat_id in home[:1]:
        moved = update(conversations_t.session).where(session.learner_id == learner_id, ~at_one)
        connection.execute(moved.values(channel=channel, chat_id=chat_id))


def _give_back(
    connection: Connection, table: Table, row: Mapping[str, Any], stays: str, goes: str, twice: bool
) -> None:
    """A row of who stays as it is now; where both had one, theirs as it was."""
    into = insert_of(connection.dialect.name)
    if not twice:
        key = {**_key(table, row), **({"learner_id": stays} if "learner_id" in table.primary_key.columns else {})}
        where = _at(table, key), table.c.learner_id == stays
        if (
            connection.execute(update(table).where(*where).values(learner_id=goes)).rowcount
            or table.name not in _AS_THEY_WERE
        ):
            return
    connection.execute(into(table).values(**{**row, "learner_id": goes}).on_conflict_do_nothing())


_AS_THEY_WERE = ("seat", "membership", "announced")
"""Tables whose rows say nothing but that she belongs somewhere; of others what was deleted meanwhile stays so."""


def _record(row: Any) -> JoinRow:
    data = json.loads(row.rows)
    addresses = tuple((each[0], each[1]) for each in data["addresses"])
    kept = (data["kept"][0], data["kept"][1])
    return JoinRow(row.join_id, row.learner_id, data["goes"], from_ms(row.at), data["vouched"], addresses, kept)


def _is(table: Table, *learner_ids: str) -> ColumnElement[bool]:
    return table.c.learner_id.in_(learner_ids)


def _hers(table: Table, learner_id: str) -> Any:
    return select(table).where(table.c.learner_id == learner_id)


def _addresses(learner_id: str) -> Any:
    identity = people_t.identity.c
    query = select(identity.channel, identity.chat_id).where(identity.learner_id == learner_id)
    return query.order_by(identity.channel, identity.chat_id)


def _key(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: row[column.name] for column in table.primary_key.columns}


def _keys(connection: Connection, table: Table, column: str, learner_id: str) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(*table.primary_key.columns).where(table.c[column] == learner_id)):
        yield dict(row._mapping)


def _twice(connection: Connection, table: Table, stays: str, goes: str) -> Iterator[dict[str, Any]]:
    """Keys of `goes` of rows that who stays has too: only where the person is part of the key."""
    if "learner_id" not in table.primary_key.columns:
        return
    for row in connection.execute(_hers(table, goes)):
        key = _key(table, dict(row._mapping))
        if connection.execute(select(table.c.learner_id).where(_at(table, {**key, "learner_id": stays}))).first():
            yield key


def _at(table: Table, key: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
