"""Large houses: who has held a role for longest, which codes an area has, which updates were set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_index("role_line", "role", ["role", "state", "at", "learner_id"])
    op.create_index("invitation_area", "invitation", ["area_id"])
    aside = sa.text("fault IS NOT NULL")
    op.create_index("inbox_aside", "inbox", ["at"], sqlite_where=aside, postgresql_where=aside)
