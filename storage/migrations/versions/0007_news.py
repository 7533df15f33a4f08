"""How far an announcement has come and when it went on; words agreed to; indexes for what a deletion looks for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("announcement", sa.Column("fed_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("announcement", sa.Column("reached", sa.Integer, nullable=False, server_default="0"))
    op.create_index("announcement_state", "announcement", ["state", "at"])
    op.create_table(
        "wording",
        sa.Column("wording", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("relay_from", "relay", ["from_id"])
    op.create_index("skill_check_by", "skill_check", ["by"])
