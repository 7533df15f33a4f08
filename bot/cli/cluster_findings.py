"""What the doctor says of a process beside others on one PostgreSQL: its clock, its keys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from bot.cli.findings import Finding, asked, bad, good, note
from bot.cli.language import told
from bot.errors import SettingsInvalid
from bot.peers import keys
from bot.scheduler.policy.clocks import APART, apart
from flows.saying import said_by
from storage.engine.address import sqlite_path
from storage.engine.database import Database
from storage.engine.replication import server_clock


async def cluster_findings(data: Path, url: str, now: datetime) -> Sequence[Finding]:
    """Nothing for SQLite, nor for a server that does not answer. `now` is read from the clock when this is called."""
    if sqlite_path(url) is not None:
        return ()
    began_s = monotonic()

    async def look(database: Database) -> list[Finding]:
        began = now + timedelta(seconds=monotonic() - began_s)
        server = await database.read(server_clock)
        ended = now + timedelta(seconds=monotonic() - began_s)
        known = await database.read(keys.known_to)
        return [_clock(apart(began, server, ended)), *await asyncio.to_thread(lambda: list(_keys(data, known)))]

    return await asked(url, look) or ()


def _clock(ahead: timedelta) -> Finding:
    if abs(ahead) < APART:
        return good("Đồng hồ máy này khớp với máy PostgreSQL")
    how = told("nhanh hơn") if ahead > timedelta() else told("chậm hơn")
    text = "Đồng hồ máy này {how} máy PostgreSQL {s} giây: hãy chỉnh giờ (timedatectl)"
    return note(text, how=how, s=f"{abs(ahead).total_seconds():.0f}")


def _keys(data: Path, known: keys.Fingerprints) -> Iterator[Finding]:
    if not known:
        return
    try:
        mine = keys.fingerprints(data)
    except SettingsInvalid as broken:
        yield Finding("bad", told("Khóa: {reason}", reason=said_by(broken)))
        return
    where = told("hãy chép từ thư mục dữ liệu của một tiến trình đang chạy (docs/running.md)")
    if files := keys.strange(mine, known):
        text = "Khóa {files}: không phải khóa mà các tiến trình khác dùng; {where}"
        yield bad(text, files=", ".join(files), where=where)
    elif files := keys.behind(mine, known):
        yield note("Khóa {files}: thiếu khóa mới nhất; {where}", files=", ".join(files), where=where)
    else:
        yield good("Khóa {files}: giống các tiến trình khác", files=", ".join(known))
