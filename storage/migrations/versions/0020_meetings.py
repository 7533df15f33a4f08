"""Meetings that are begun at the desk, and lists that were brought there and not yet taken in."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("area_id", sa.Text, nullable=False),
        sa.Column("lesson", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index("meeting_area", "meeting", ["area_id", "ended_at"])
    op.create_table(
        "brought_list",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_brought_list_at", "brought_list", ["at"])
