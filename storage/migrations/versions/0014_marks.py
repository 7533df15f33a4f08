"""Marks of somebody's learning: a skill that is firm, a test of a track, the day after a task."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    hers = sa.ForeignKey("person.learner_id", ondelete="CASCADE")
    op.create_table(
        "mark",
        sa.Column("mark_id", serial, primary_key=True, autoincrement=True),
        sa.Column("learner_id", sa.Text, hers, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("right", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_mark_learner_id", "mark", ["learner_id"])
    op.create_index("ix_mark_at", "mark", ["at"])
