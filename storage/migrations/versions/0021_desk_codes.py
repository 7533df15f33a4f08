"""One-time codes of whoever wants them beside the password, and the codes on paper that stand in for them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "desk_code",
        sa.Column("learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("on_since", sa.BigInteger),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "desk_spare",
        sa.Column("code_hash", sa.Text, primary_key=True),
        sa.Column("learner_id", sa.Text, sa.ForeignKey("person.learner_id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_desk_spare_learner_id", "desk_spare", ["learner_id"])
