"""Browsers that may be rung by their push service, and the knock that waits for each."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("endpoint", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("chat_id", sa.Text, nullable=False),
        sa.Column("p256dh", sa.Text, nullable=False),
        sa.Column("auth", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("knock_at", sa.BigInteger),
        sa.Column("since_at", sa.BigInteger),
        sa.Column("knock_no", sa.Integer, nullable=False, server_default="0"),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rung_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["channel", "chat_id"], ["identity.channel", "identity.chat_id"], ondelete="CASCADE"),
    )
    op.create_index("subscription_chat", "subscription", ["channel", "chat_id"])
    for name in ("knock_at", "rung_at"):
        there = sa.column(name).is_not(None)
        op.create_index(f"subscription_{name}", "subscription", [name], sqlite_where=there, postgresql_where=there)
