"""What is said unasked: which of it rings at night, which is erased once read; who was asked after a year."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("notice", sa.Column("urgent", sa.Integer, nullable=False, server_default="0"))
    op.create_index("notice_urgent", "notice", ["urgent", "due_at"])
    op.add_column("chat_log", sa.Column("fleeting", sa.Integer, nullable=False, server_default="0"))
    op.add_column("person", sa.Column("idle_asked_at", sa.BigInteger, nullable=True))
    op.add_column("request", sa.Column("follow_ups", sa.Integer, nullable=False, server_default="0"))
    op.create_index(
        "chat_log_fleeting",
        "chat_log",
        ["at"],
        sqlite_where=sa.text("fleeting = 1"),
        postgresql_where=sa.text("fleeting = 1"),
    )
