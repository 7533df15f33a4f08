"""Large houses: who has held a role for longest, codes of an area, the newest pairs, updates that were set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_index("role_line", "role", ["role", "at", "learner_id", "state", "area_id"])
    op.create_index("invitation_area", "invitation", ["area_id"])
    op.create_index("pairing_line", "pairing", ["opened_at", "pairing_id"])
    aside = sa.text("fault IS NOT NULL")
    op.create_index("inbox_aside", "inbox", ["at"], sqlite_where=aside, postgresql_where=aside)
