"""The pairing's own: where an instructor stands in the order, which offers hold a place, what is still to be said."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("offer", sa.Column("reserves", sa.Integer, nullable=False, server_default="1"))
    # With the id as well: a sweep then goes on from where it was instead of reading all before it again.
    op.create_index("request_sweep", "request", ["state", "priority", "since_at", "request_id"])
    op.create_index("offer_due", "offer", ["state", "due_at"])
    op.create_table(
        "standing",
        sa.Column(
            "learner_id",
            sa.Text,
            sa.ForeignKey("person.learner_id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("free", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("ratio", sa.Float, nullable=False),
        sa.Column("silences", sa.Integer, nullable=False),
        sa.Column("rest_until_at", sa.BigInteger, nullable=False),
        sa.Column("last_served_at", sa.BigInteger, nullable=False),
    )
    op.create_index("standing_path", "standing", ["free", "path"])
    op.create_index("standing_rank", "standing", ["free", "silences", "ratio", "last_served_at", "learner_id"])
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Text, primary_key=True),
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("phrase", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("buttons", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("digest", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
    )
    op.create_index("notice_due", "notice", ["due_at"])
    op.create_index("notice_learner", "notice", ["learner_id"])
    op.create_index("notice_about", "notice", ["about"])
