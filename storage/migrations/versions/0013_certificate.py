"""Certificates: what somebody has finished, frozen, and what others may see of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("track", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("lessons", sa.Text, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index("ix_certificate_learner_id", "certificate", ["learner_id"])
