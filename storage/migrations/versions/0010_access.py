"""Suspensions that outlive a withdrawal, what two persons were before their phones became one, PINs."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("subject", "role"),
    )
    op.create_table(
        "joined",
        sa.Column("join_id", sa.Text, primary_key=True),
        sa.Column(
            "learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.Text, nullable=False),
    )
    op.add_column("person", sa.Column("pin", sa.Text, nullable=False, server_default=""))
