"""How a PostgreSQL server stands to others: the primary that it is, who follows it, and how far behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text


@dataclass(frozen=True, slots=True)
class StandbyServer:
    """One that follows. `sync`: sync or quorum where commits wait for it, else async or potential; empty for who may
    not see it. Behind by so many bytes of the log, and seconds since it was last in step.
    """

    name: str
    sync: str
    behind: int
    behind_s: float

    @property
    def is_waited_for(self) -> bool:
        """Whether what is committed lies on it as well."""
        return self.sync in ("sync", "quorum")


@dataclass(frozen=True, slots=True)
class Replication:
    """As the primary sees it. `wanted` is synchronous_standby_names, `commit` synchronous_commit; `waiting` counts
    commits that wait for a standby this moment; `may_see` is false for a role that is shown names alone."""

    place: str
    wanted: str
    commit: str
    may_see: bool
    waiting: int
    standbys: Sequence[StandbyServer]


_SERVER = text(
    "SELECT coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'socket'),"
    " current_setting('synchronous_standby_names'), current_setting('synchronous_commit'),"
    " pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),"
    " (SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep')"
)
_STANDBYS = text(
    "SELECT application_name, coalesce(sync_state, ''),"
    " coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(replay_lsn, sent_lsn)), 0)::bigint AS behind,"
    " extract(epoch FROM greatest(replay_lag, clock_timestamp() - reply_time)) FROM pg_stat_replication"
    " WHERE state IS DISTINCT FROM 'backup' ORDER BY 1"
)


def look(connection: Connection) -> Replication:
    """Ask the primary."""
    place, wanted, commit, may_see, waiting = connection.execute(_SERVER).one()
    standbys = [
        StandbyServer(name, sync, int(behind), float(behind_s or 0) if behind else 0.0)
        for name, sync, behind, behind_s in connection.execute(_STANDBYS)
    ]
    return Replication(place, wanted, commit, may_see, waiting, standbys)


def server_clock(connection: Connection) -> datetime:
    """What the clock of PostgreSQL's machine says."""
    told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return told
