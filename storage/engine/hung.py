"""What a hung process has locked in PostgreSQL: let go as soon as somebody waits for it.

PostgreSQL's own `idle_in_transaction_session_timeout` counts only between two statements. asyncpg asks the server to
read a statement and sends its values when that is answered: a process that stops in between is at work for the server,
for ever. And it would end those, too, who reckon for long and hold nobody up.
"""

from __future__ import annotations

import logging

from sqlalchemy import Connection, text

from storage.engine.database import Database

SERVING = "camtay run"
"""What PostgreSQL calls the connections of processes that serve; nobody else's are ever ended."""

HUNG_S = 1.2  # so long somebody may say nothing while others wait
HUNG_LOOK_S = 0.3

_END = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = :serving AND wait_event = 'ClientRead' AND xact_start IS NOT NULL"
    " AND state_change < clock_timestamp() - make_interval(secs => :hung_s) AND pid IN"
    " (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock')"
)

log = logging.getLogger(__name__)


async def free_of_hung(database: Database) -> None:
    """End the transactions of tutors that have said nothing for HUNG_S while others wait for what they have locked.
    Nothing of them was committed; a process that wakes up finds it so. Raises StorageError."""

    def end(connection: Connection) -> int:
        return int(connection.scalar(_END, {"serving": SERVING, "hung_s": HUNG_S}) or 0)

    if ended := await database.read(end):
        log.warning("hung process cut off", extra={"count": ended})
