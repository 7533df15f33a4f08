"""The tables, on SQLite and PostgreSQL alike. Instants are whole milliseconds since 1970 UTC in columns `*_at`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

metadata = MetaData()

person = Table(
    "person",
    metadata,
    Column("learner_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("area_id", Text, index=True),
    Column("lang", Text, nullable=False, server_default="vi"),
    Column("needs", Text, nullable=False, server_default="[]"),
    Column("pin", Text, nullable=False, server_default=""),  # a keyed hash, of who holds a role and shares a phone
    Column("idle_asked_at", BigInteger),  # when she was asked whether her data may be kept, after a year of silence
)

identity = Table(
    "identity",
    metadata,
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("learner_id", Text, ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("away", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "chat_id"),
)

consent = Table(
    "consent",
    metadata,
    Column("consent_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("learner_id", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

wording = Table(  # what somebody was asked, word for word, by the fingerprint that her answer carries
    "wording",
    metadata,
    Column("wording", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

lesson_version = Table(
    "lesson_version",
    metadata,
    Column("lesson", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("language", Integer, nullable=False),
    Column("graph_hash", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("translations", Text, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("lesson", "version"),
)

publication = Table(
    "publication",
    metadata,
    Column("publication_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("lesson", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("mode", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("decisions", Text, nullable=False),
    Column("diff", Text, nullable=False),
)
Index("publication_lesson", publication.c.lesson, publication.c.publication_id)

session = Table(
    "session",
    metadata,
    Column("learner_id", Text, ForeignKey("person.learner_id", ondelete="CASCADE"), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("out_no", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("prompt_at", BigInteger),
    Column("lesson", Text),
    Column("version", Integer),
)
Index(
    "session_due",
    session.c.due_at,
    sqlite_where=session.c.due_at.is_not(None),
    postgresql_where=session.c.due_at.is_not(None),
)
Index("session_lesson", session.c.lesson, session.c.version)

run = Table(
    "run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("learner_id", Text, ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("lesson", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("points", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("rating", Integer),
)

attempt = Table(
    "attempt",
    metadata,
    Column("attempt_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("learner_id", Text, ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("run_id", Text, nullable=False),
    Column("lesson", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("skill", Text),
    Column("at", BigInteger, nullable=False),
)

award = Table(
    "award",
    metadata,
    Column("award_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("learner_id", Text, ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("run_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("lesson", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("channel", Text, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("fault", Text),
    PrimaryKeyConstraint("channel", "update_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("no", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "chat_id", "no"),
)

chat_log = Table(
    "chat_log",
    metadata,
    Column("chat_id", Text, nullable=False),
    Column("no", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("buttons", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("fleeting", Integer, nullable=False, server_default="0"),  # 1: a relayed text, erased once it was read
    PrimaryKeyConstraint("chat_id", "no"),
)

Index(
    "chat_log_fleeting",
    chat_log.c.at,
    sqlite_where=chat_log.c.fleeting == 1,
    postgresql_where=chat_log.c.fleeting == 1,
)

key_value = Table(
    "key_value",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)
