"""The tables of conversations: sessions, runs, answers, awards, what came in and goes out, the web's log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
)

from storage.engine.columns import (
    big_number,
    instant,
    key_column,
    maybe_instant,
    maybe_text,
    metadata,
    number,
    of_person,
    partial_index,
    serial,
    text_column,
)

session = Table(
    "session",
    metadata,
    Column("learner_id", Text, of_person(), primary_key=True),
    text_column("channel"),
    text_column("chat_id"),
    text_column("state"),
    number("revision"),
    big_number("out_no"),
    instant("seen_at"),
    maybe_instant("due_at"),
    maybe_instant("prompt_at"),
    maybe_text("lesson"),
    Column("version", Integer),
)
partial_index("session_due", session.c.due_at, where=session.c.due_at.is_not(None))
Index("session_lesson", session.c.lesson, session.c.version)

run = Table(
    "run",
    metadata,
    key_column("run_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    text_column("lesson"),
    number("version"),
    instant("started_at"),
    maybe_instant("ended_at"),
    maybe_text("outcome"),
    number("points"),
    Column("passed", Boolean, nullable=False),
    Column("rating", Integer),
)

attempt = Table(
    "attempt",
    metadata,
    serial("attempt_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    text_column("run_id"),
    text_column("lesson"),
    number("version"),
    text_column("step"),
    text_column("answer"),
    Column("right", Boolean, nullable=False),
    number("tries"),
    number("points"),
    maybe_text("skill"),
    instant("at"),
)

award = Table(
    "award",
    metadata,
    serial("award_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    text_column("run_id"),
    text_column("kind"),
    text_column("name"),
    text_column("lesson"),
    number("version"),
    number("points"),
    instant("at"),
)

certificate = Table(
    "certificate",
    metadata,
    key_column("code"),  # what others read, from paper
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    text_column("secret"),  # beside it, the address of the paper itself
    text_column("name"),
    text_column("track"),
    text_column("title"),  # of the track, as it was called then
    text_column("lessons"),  # [[lesson, version, points], …] for good
    number("points"),
    instant("at"),
    text_column("shown"),
    maybe_instant("revoked_at"),
)

mark = Table(
    "mark",
    metadata,
    serial("mark_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    text_column("kind"),
    text_column("name"),
    number("right"),
    number("total"),
    Column("at", BigInteger, nullable=False, index=True),
)

inbox = Table(
    "inbox",
    metadata,
    text_column("channel"),
    text_column("update_id"),
    Column("at", BigInteger, nullable=False, index=True),
    maybe_text("fault"),
    PrimaryKeyConstraint("channel", "update_id"),
)

partial_index("inbox_aside", inbox.c.at, where=inbox.c.fault.is_not(None))  # few, in a table of very many

outbox = Table(
    "outbox",
    metadata,
    text_column("channel"),
    text_column("chat_id"),
    big_number("no"),
    text_column("body"),
    instant("at"),
    PrimaryKeyConstraint("channel", "chat_id", "no"),
)

chat_log = Table(
    "chat_log",
    metadata,
    text_column("chat_id"),
    big_number("no"),
    text_column("who"),
    text_column("text"),
    text_column("buttons"),
    instant("at"),
    number("fleeting", default="0"),  # 1: a relayed text, erased once it was read
    text_column("media", default=""),
    PrimaryKeyConstraint("chat_id", "no"),
)
partial_index("chat_log_fleeting", chat_log.c.at, where=chat_log.c.fleeting == 1)

subscription = Table(  # a browser that may be rung, and the one knock that waits for it
    "subscription",
    metadata,
    key_column("endpoint"),
    text_column("channel"),
    text_column("chat_id"),
    text_column("p256dh"),
    text_column("auth"),
    instant("created_at"),
    instant("seen_at"),  # when its page said last that it is looked at
    maybe_instant("knock_at"),  # when the knock is due; while one is under way: when it is tried again
    maybe_instant("since_at"),  # when the first line was said that nobody has looked at since
    number("knock_no", default="0"),  # grows with each line: what has left ends no later knock
    text_column("text", default=""),  # what is read on it; "": nothing, what it shows is taken away
    Column("urgent", Boolean, nullable=False, server_default=false()),
    number("tries", default="0"),
    maybe_instant("rung_at"),  # a knock has left, and nobody has looked since
    ForeignKeyConstraint(["channel", "chat_id"], ["identity.channel", "identity.chat_id"], ondelete="CASCADE"),
)
Index("subscription_chat", subscription.c.channel, subscription.c.chat_id)
for _waits in (subscription.c.knock_at, subscription.c.rung_at):
    partial_index(f"subscription_{_waits.name}", _waits, where=_waits.is_not(None))
