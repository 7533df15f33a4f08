"""The spine: people, conversations, lessons, inbox, outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _big_id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=null)


def _long(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _of_person(*, primary_key: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("person.learner_id", ondelete="CASCADE")
    return sa.Column("learner_id", sa.Text, owner, primary_key=primary_key, nullable=False, index=not primary_key)


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("learner_id", sa.Text, primary_key=True),
        _text("name"),
        _text("address"),
        _text("consent"),
        _long("created_at"),
    )
    op.create_table(
        "identity",
        _text("channel"),
        _text("chat_id"),
        _of_person(),
        _flag("away"),
        _long("created_at"),
        sa.PrimaryKeyConstraint("channel", "chat_id"),
    )
    op.create_table(
        "consent",
        _big_id("consent_id"),
        sa.Column("learner_id", sa.Text, nullable=False, index=True),
        _text("channel"),
        _text("answer"),
        _text("wording"),
        _long("at"),
    )
    op.create_table(
        "lesson_version",
        _text("lesson"),
        _number("version"),
        _text("source"),
        _number("language"),
        _text("graph_hash"),
        _text("text_hash"),
        _text("author"),
        _long("at"),
        sa.PrimaryKeyConstraint("lesson", "version"),
    )
    _conversation_tables()
    _learning_tables()
    op.create_table("key_value", sa.Column("key", sa.Text, primary_key=True), _text("value"), _number("revision"))


def _conversation_tables() -> None:
    op.create_table(
        "session",
        _of_person(primary_key=True),
        _text("channel"),
        _text("chat_id"),
        _text("state"),
        _number("revision"),
        _long("out_no"),
        _long("seen_at"),
        _long("due_at", null=True),
        _long("prompt_at", null=True),
        _text("lesson", null=True),
        _number("version", null=True),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("session_due", "session", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_index("session_lesson", "session", ["lesson", "version"])
    op.create_table(
        "inbox",
        _text("channel"),
        _text("update_id"),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        _text("fault", null=True),
        sa.PrimaryKeyConstraint("channel", "update_id"),
    )
    op.create_table(
        "outbox",
        _text("channel"),
        _text("chat_id"),
        _long("no"),
        _text("body"),
        _long("at"),
        sa.PrimaryKeyConstraint("channel", "chat_id", "no"),
    )
    op.create_table(
        "chat_log",
        _text("chat_id"),
        _long("no"),
        _text("who"),
        _text("text"),
        _text("buttons"),
        _long("at"),
        sa.PrimaryKeyConstraint("chat_id", "no"),
    )


def _learning_tables() -> None:
    op.create_table(
        "run",
        sa.Column("run_id", sa.Text, primary_key=True),
        _of_person(),
        _text("lesson"),
        _number("version"),
        _long("started_at"),
        _long("ended_at", null=True),
        _text("outcome", null=True),
        _number("points"),
        _flag("passed"),
    )
    op.create_table(
        "attempt",
        _big_id("attempt_id"),
        _of_person(),
        _text("run_id"),
        _text("lesson"),
        _number("version"),
        _text("step"),
        _text("answer"),
        _flag("right"),
        _number("tries"),
        _number("points"),
        _text("skill", null=True),
        _long("at"),
    )
