"""Publications: which version of a lesson is current, since when, by whom; translations, ratings, awards."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _big_id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    op.create_table(
        "publication",
        _big_id("publication_id"),
        _text("lesson"),
        sa.Column("version", sa.Integer, nullable=False),
        _text("mode"),
        sa.Column("urgent", sa.Boolean, nullable=False),
        _text("author"),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("decisions"),
        _text("diff"),
    )
    op.create_index("publication_lesson", "publication", ["lesson", "publication_id"])
    op.add_column("lesson_version", sa.Column("translations", sa.Text, nullable=False, server_default="{}"))
    op.add_column("run", sa.Column("rating", sa.Integer, nullable=True))
    op.create_table(
        "award",
        _big_id("award_id"),
        sa.Column(
            "learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False, index=True
        ),
        _text("run_id"),
        _text("kind"),
        _text("name"),
        _text("lesson"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    _publish_what_was_current()


def _publish_what_was_current() -> None:
    """Until now the newest version was the current one."""
    op.execute(
        "INSERT INTO publication (lesson, version, mode, urgent, author, at, decisions, diff) "
        "SELECT v.lesson, v.version, 'first', false, v.author, v.at, '{}', '' FROM lesson_version v "
        "WHERE v.version = (SELECT max(w.version) FROM lesson_version w WHERE w.lesson = v.lesson) ORDER BY v.lesson"
    )
