"""What was not understood, given to the editors by whoever said it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "unheard",
        sa.Column(
            "unheard_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("lesson", sa.Text, nullable=False, server_default=""),
        sa.Column("step", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_unheard_learner_id", "unheard", ["learner_id"])
    op.create_index("ix_unheard_at", "unheard", ["at"])
