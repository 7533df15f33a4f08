"""What an editor is writing in a lesson: her text, and the one she began from."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "lesson_draft",
        sa.Column("lesson", sa.Text, nullable=False),
        sa.Column("editor", sa.Text, nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("lesson", "editor"),
    )
