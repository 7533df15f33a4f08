"""What goes when somebody withdraws or is deleted: answers, what was said, the whole person."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from storage.conversations import recordings
from storage.conversations import tables as conversations_t
from storage.conversations.numbering import remember_highest
from storage.engine import key_value
from storage.engine.upsert import insert_of
from storage.people import shown, traces
from storage.people import tables as people_t
from storage.people.forgetting import forget_belonging, forget_in_newer_tables
from storage.people.seats import hand_over
from storage.scams import tables as scams_t

TO_COMPACT = "to_compact"  # the key that says that something was deleted since the file was last written anew
CORRUPT = "corrupt:"  # keys under which states that could not be read are kept

FAREWELL = 100  # numbers left for what is still said to who leaves, before another of her phone speaks


def forget_answers(connection: Connection, learner_id: str) -> None:
    """Drop what a learner answered and earned, also in copies of a state that could not be read; the place stays."""
    if connection.dialect.name == "sqlite":
        again = {"revision": key_value.key_value.c.revision + 1}
        statement = insert_of("sqlite")(key_value.key_value).values(key=TO_COMPACT, value="", revision=1)
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))
    connection.execute(
        delete(key_value.key_value).where(
            key_value.key_value.c.key.startswith(f"{CORRUPT}{learner_id}:", autoescape=True)
        )
    )
    recordings.forget(connection, learner_id)
    for table in (conversations_t.award, conversations_t.attempt, conversations_t.run, scams_t.drill):
        connection.execute(delete(table).where(table.c.learner_id == learner_id))


def forget_said(connection: Connection, learner_id: str) -> None:
    """Drop what is shown on a learner's page, and what still waits to be sent there."""
    hers = people_t.identity.c.learner_id == learner_id
    for channel, chat_id in connection.execute(
        select(people_t.identity.c.channel, people_t.identity.c.chat_id).where(hers)
    ).all():
        shown.forget_said_at(connection, channel, chat_id)


def forget_person(connection: Connection, learner_id: str) -> None:
    """Drop a person with everything kept of them; consent rows stay as the proof that the law asks for.

    An instructor's learners are the caller's concern: it asks the pairing to find them somebody else first. The person
    is locked: what another process is about to write of them comes before, and is deleted, or finds nobody.
    """
    connection.execute(
        select(people_t.person.c.learner_id).where(people_t.person.c.learner_id == learner_id).with_for_update()
    )
    out_no = (
        connection.scalar(
            select(conversations_t.session.c.out_no).where(conversations_t.session.c.learner_id == learner_id)
        )
        or 0
    )
    remember_highest(connection, out_no)
    named = traces.traces_of(connection, learner_id)
    forget_said(connection, learner_id)
    hand_over(connection, learner_id, out_no + FAREWELL)
    forget_answers(connection, learner_id)
    forget_belonging(connection, learner_id)
    forget_in_newer_tables(connection, learner_id)
    for table in (conversations_t.session, people_t.identity, people_t.person):
        connection.execute(delete(table).where(table.c.learner_id == learner_id))
    traces.erase(connection, named)
