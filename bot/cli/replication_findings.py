"""What the doctor says of a PostgreSQL that others follow."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from bot.cli.findings import PATIENCE_S, Finding, bad, good, note
from bot.cli.language import told
from bot.errors import StorageError
from storage.engine import replication
from storage.engine.address import hosts_of, postgres_address, sqlite_path
from storage.engine.database import open_database
from storage.engine.replication import Replication, StandbyServer

FAR_BEHIND, FAR_BEHIND_S = 64_000_000, 10.0  # four files of the log: more than a busy minute of a province


async def replication_findings(url: str) -> Sequence[Finding]:
    """Nothing for SQLite, nor for a server that does not answer: that is told of the database itself."""
    if sqlite_path(url) is not None:
        return ()
    try:
        database = open_database(url)
        try:
            async with asyncio.timeout(PATIENCE_S):
                seen = await database.read(replication.look)
        finally:
            await database.close()
    except (TimeoutError, StorageError, ValueError):
        return ()
    several = len(hosts_of(postgres_address(url).direct)) > 1
    return list(of_replication(seen, several=several))


def of_replication(seen: Replication, *, several: bool) -> Iterator[Finding]:
    """In words; `several`: DATABASE_URL counts on others."""
    waited_for = [each for each in seen.standbys if each.is_waited_for]
    if not seen.standbys and not seen.wanted:
        level = note if several else good
        yield level("PostgreSQL: máy chính ({place}), không có máy dự phòng nào nối vào", place=seen.place)
        return
    yield good("PostgreSQL: máy chính ({place}), đọc và ghi đều ở đây", place=seen.place)
    if not seen.may_see:
        yield note("Chưa xem được máy dự phòng chậm bao nhiêu: GRANT pg_monitor TO tên trong DATABASE_URL")
        return
    yield from map(_of_standby, seen.standbys)
    if seen.wanted and not waited_for:
        text = "Không máy dự phòng nào đang nối mà mỗi lần ghi phải chờ ({wanted}): đang chờ {waiting}. {advice}"
        advice = told("Nối lại máy dự phòng, hoặc tạm để synchronous_standby_names trống")
        yield bad(text, wanted=seen.wanted, waiting=seen.waiting, advice=advice)
    elif not waited_for:
        yield note("Không máy dự phòng nào đồng bộ: máy chính hỏng thì có thể mất vài giây vừa ghi")
    elif seen.commit in ("off", "local"):
        yield note("synchronous_commit là {commit}: lần ghi không chờ máy dự phòng", commit=seen.commit)


def _of_standby(standby: StandbyServer) -> Finding:
    far = standby.behind > FAR_BEHIND or standby.behind_s > FAR_BEHIND_S
    how = told("đồng bộ") if standby.is_waited_for else told("không đồng bộ")
    values = {"name": standby.name, "how": how, "mb": f"{standby.behind / 1e6:.1f}", "s": f"{standby.behind_s:.0f}"}
    if far:
        return note("Máy dự phòng {name}: {how}, chậm {mb} MB, {s} giây; xem đường mạng và đĩa của nó", **values)
    return good("Máy dự phòng {name}: {how}, chậm {mb} MB, {s} giây", **values)
