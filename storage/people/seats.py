"""Several persons on one phone: who learns there, and who is learning now (the identity's own person)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from storage.conversations import tables as conversations_t
from storage.engine.instants import to_ms
from storage.engine.upsert import insert_of
from storage.people import naming, shown
from storage.people import tables as people_t
from storage.people.records import PersonRow
from storage.people.tables import role, seat


def sitting(connection: Connection, channel: str, chat_id: str) -> list[tuple[str, str]]:
    """(learner_id, name to be called by) of everybody who learns at this address, longest there first."""
    query = (
        select(seat.c.learner_id, people_t.person.c.name)
        .join(people_t.person, people_t.person.c.learner_id == seat.c.learner_id)
        .where(seat.c.channel == channel, seat.c.chat_id == chat_id)
        .order_by(seat.c.at, seat.c.learner_id)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def take_seats(connection: Connection, channel: str, chat_id: str, learner_ids: Sequence[str], now: datetime) -> None:
    """Seat these people here too; who is seated already keeps the place in the row."""
    into = insert_of(connection.dialect.name)
    rows = [
        {"channel": channel, "chat_id": chat_id, "learner_id": each, "at": to_ms(now) + at}
        for at, each in enumerate(learner_ids)
    ]
    connection.execute(into(seat).on_conflict_do_nothing(), rows)


def add_beside(connection: Connection, person: PersonRow, channel: str, chat_id: str, now: datetime) -> None:
    """A new person with an own conversation, who takes the address when seated."""
    fields = {"learner_id": person.learner_id, "name": person.name, "address": person.address}
    connection.execute(insert(people_t.person), {**fields, "consent": person.consent, "created_at": to_ms(now)})
    if person.name:
        naming.put_in_order(connection, [person.learner_id])
    empty = {"state": "{}", "revision": 0, "out_no": 0, "seen_at": to_ms(now)}
    connection.execute(
        insert(conversations_t.session),
        {"learner_id": person.learner_id, "channel": channel, "chat_id": chat_id, **empty},
    )


def change_over(connection: Connection, channel: str, chat_id: str, leaves: str, comes: str, out_no: int) -> None:
    """From now on `comes` speaks at this address, where `out_no` messages have been said."""
    where = people_t.identity.c.channel == channel, people_t.identity.c.chat_id == chat_id
    connection.execute(update(people_t.identity).where(*where).values(learner_id=comes))
    move_on(connection, leaves, channel, chat_id)
    session = conversations_t.session.c
    connection.execute(
        update(conversations_t.session).where(session.learner_id == comes).values(channel=channel, chat_id=chat_id)
    )
    connection.execute(
        update(conversations_t.session)
        .where(session.learner_id == comes, session.out_no < out_no)
        .values(out_no=out_no)
    )


def addresses(connection: Connection, learner_id: str) -> list[tuple[str, str]]:
    """(channel, chat_id) of every phone at which this person speaks."""
    mine = people_t.identity.c.learner_id == learner_id
    query = select(people_t.identity.c.channel, people_t.identity.c.chat_id).where(mine)
    return [
        (row[0], row[1])
        for row in connection.execute(query.order_by(people_t.identity.c.channel, people_t.identity.c.chat_id))
    ]


def take_off(
    connection: Connection, channel: str, chat_id: str, leaves: str, person: PersonRow, out_no: int, now: datetime
) -> None:
    """Take this address from its person: `person`, somebody new, begins there, where `out_no` messages have been said.

    What was shown there and what waits to be sent there was for the former one, and goes.
    """
    shown.forget_said_at(connection, channel, chat_id)
    add_beside(connection, person, channel, chat_id, now)
    others = sitting(connection, channel, chat_id)
    connection.execute(
        delete(seat).where(seat.c.channel == channel, seat.c.chat_id == chat_id, seat.c.learner_id == leaves)
    )
    if len(others) > 1:
        take_seats(connection, channel, chat_id, [person.learner_id], now)
    change_over(connection, channel, chat_id, leaves, person.learner_id, out_no)


def speakers(connection: Connection) -> list[tuple[str, str, str]]:
    """(learner_id, channel, chat_id) of everybody at every phone."""
    query = select(people_t.identity.c.learner_id, people_t.identity.c.channel, people_t.identity.c.chat_id)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def leave(connection: Connection, learner_id: str, channel: str, chat_id: str) -> None:
    """Take this phone from its person; it is nobody's until somebody speaks there, and what was shown there goes."""
    for table in (people_t.identity, seat):
        at = table.c.channel == channel, table.c.chat_id == chat_id, table.c.learner_id == learner_id
        connection.execute(delete(table).where(*at))
    shown.forget_said_at(connection, channel, chat_id)
    move_on(connection, learner_id, channel, chat_id)


def move_on(connection: Connection, learner_id: str, channel: str, chat_id: str) -> None:
    """Move a learner's conversation and its reminders from an address that was left to another of the learner's;
    without one its reminders rest: others would read them."""
    session, left = conversations_t.session.c, addresses(connection, learner_id)
    if not left:
        connection.execute(update(conversations_t.session).where(session.learner_id == learner_id).values(due_at=None))
    at_this = session.learner_id == learner_id, session.channel == channel, session.chat_id == chat_id
    for to_channel, to_chat in left[:1]:
        connection.execute(update(conversations_t.session).where(*at_this).values(channel=to_channel, chat_id=to_chat))


def forget_shown(connection: Connection, learner_id: str) -> None:
    """Drop what was shown on a person's pages, and the buttons under the thumb: it may be seen no more."""
    for channel, chat_id in addresses(connection, learner_id):
        shown.forget_log(connection, channel, chat_id)
    mine = conversations_t.session.c.learner_id == learner_id
    state = json.loads(connection.scalar(select(conversations_t.session.c.state).where(mine)) or "{}")
    bare = json.dumps({**state, "offer": [], "pinned": [], "numbers": []}, ensure_ascii=False, separators=(",", ":"))
    connection.execute(update(conversations_t.session).where(mine).values(state=bare if state else "{}"))


def hand_over(connection: Connection, learner_id: str, out_no: int) -> None:
    """Give up every address of a learner who leaves: another learner at the same address speaks there from now on, if
    that needs no digits; else nobody does."""
    mine = people_t.identity.c.learner_id == learner_id
    for channel, chat_id in connection.execute(
        select(people_t.identity.c.channel, people_t.identity.c.chat_id).where(mine)
    ).all():
        others = [each for each, _ in sitting(connection, channel, chat_id) if each != learner_id]
        if easy := [each for each in others if not _is_guarded(connection, each)]:
            change_over(connection, channel, chat_id, learner_id, easy[-1], out_no)


def _is_guarded(connection: Connection, learner_id: str) -> bool:
    acts = select(role.c.role).where(
        role.c.learner_id == learner_id, role.c.role != "learner", role.c.state == "active"
    )
    has_pin = select(people_t.person.c.pin).where(
        people_t.person.c.learner_id == learner_id, people_t.person.c.pin != ""
    )
    return connection.execute(acts.union_all(has_pin)).first() is not None
