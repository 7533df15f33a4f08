"""The desk: passwords, browsers that are in, attempts that failed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "desk_account",
        sa.Column("learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("login", sa.Text, nullable=False, unique=True),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "desk_session",
        sa.Column("session_hash", sa.Text, primary_key=True),
        sa.Column("learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_desk_session_learner_id", "desk_session", ["learner_id"])
    op.create_table(
        "desk_failure",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_desk_failure_at", "desk_failure", ["at"])
