"""What goes with a line of the web page: pictures and recordings of lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("chat_log", sa.Column("media", sa.Text, nullable=False, server_default=""))
