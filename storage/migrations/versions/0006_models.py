"""When a union's model ended; nobody attends one meeting twice."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("union_model", sa.Column("ended_at", sa.BigInteger, nullable=True))
    op.create_index("attendance_once_person", "attendance", ["event_id", "learner_id"], unique=True)
    op.create_index("attendance_once_invitee", "attendance", ["event_id", "invitee_id"], unique=True)
