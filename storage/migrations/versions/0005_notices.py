"""What is said to somebody unasked: which of it may ring at night, which is erased once she has read it; who was idle."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("notice", sa.Column("urgent", sa.Integer, nullable=False, server_default="0"))
    op.create_index("notice_urgent", "notice", ["urgent", "due_at"])
    op.add_column("chat_log", sa.Column("fleeting", sa.Integer, nullable=False, server_default="0"))
    op.add_column("person", sa.Column("idle_asked_at", sa.BigInteger, nullable=True))
