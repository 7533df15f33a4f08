"""Who waits, by language and topic: the first whom an instructor could take is found without reading the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("request", sa.Column("queue", sa.Text, nullable=False, server_default=""))
    op.execute(
        "UPDATE request SET queue = coalesce("
        "(SELECT lang FROM person WHERE person.learner_id = request.learner_id), '')"
        " WHERE state = 'waiting' AND kind <> 'safety'"
    )
    order = ["priority", "since_at", "request_id"]
    op.create_index("request_queue", "request", ["queue", *order])
    op.create_index("request_topic", "request", ["queue", "topic", *order])
    op.create_index("request_owner", "request", ["owner_id", "state"])
    op.drop_index("request_order", "request")  # the first part of request_sweep
