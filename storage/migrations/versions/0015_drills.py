"""Drills: what somebody was tried with and said, and where an officer has paused them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "drill",
        sa.Column("drill_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False),
        sa.Column("sample", sa.Text, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False, server_default=""),
        sa.Column("right", sa.Boolean),
        sa.Column("said_at", sa.BigInteger),
    )
    op.create_index("drill_learner", "drill", ["learner_id", "sent_at"])
    op.create_table(
        "drill_pause",
        sa.Column("area_id", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
