"""A million learners: who has not agreed, who was asked whether she stays, codes that end, who has room, acts by kind.

Tables that are pruned are tidied by PostgreSQL after a hundredth of their rows, not after a fifth.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

PRUNED = ("inbox", "attempt", "pairing_event", "chat_log")


def upgrade() -> None:
    not_agreed, was_asked = sa.text("consent != 'agreed'"), sa.text("idle_asked_at IS NOT NULL")
    op.create_index("person_not_agreed", "person", ["learner_id"], sqlite_where=not_agreed, postgresql_where=not_agreed)
    op.create_index(
        "person_idle_asked", "person", ["idle_asked_at"], sqlite_where=was_asked, postgresql_where=was_asked
    )
    unused = sa.text("used_at IS NULL OR kind != 'invite'")
    op.create_index("invitation_unused", "invitation", ["expires_at"], sqlite_where=unused, postgresql_where=unused)
    room = sa.text("free = 1")
    op.create_index("standing_roomy", "standing", ["learner_id"], sqlite_where=room, postgresql_where=room)
    op.create_index("audit_what", "audit", ["what", "audit_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in PRUNED:
            op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.01)")
