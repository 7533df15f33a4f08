"""`./camtay models …` and `./camtay report …`: the union's models, and how far it has come, in plain sentences."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli.acting import acting, book_of, plain
from bot.cli.environment import CommandEnvironment
from bot.cli.language import told
from bot.cli.names import REPORTS
from bot.cli.sheets import as_csv, as_text, as_xlsx
from bot.cli.terminal import Print, unwritten
from bot.errors import SettingsInvalid
from bot.people.policy.permissions import Actor
from bot.reports.programs import KINDS, Programs
from bot.settings import Settings


def models(settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print = print) -> int:
    """Carry one sub-verb out; the exit code. Raises StorageError, NotAllowed and the like, a sentence each."""

    async def work() -> int:
        async with acting(settings, given, world, book_of(settings)) as (services, actor):
            return await _VERBS[given.what](services.programs, actor, given, write)

    if getattr(given, "year", None) is None and given.what == "add":
        given.year = world.now().astimezone(ZoneInfo(settings.time.zone)).year
    return asyncio.run(work())


def report(settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print = print) -> int:
    """One report on the screen or into a file; the exit code. Raises StorageError, NotAllowed, SettingsInvalid."""
    if given.format == "xlsx" and given.to is None:
        raise SettingsInvalid(told("Tệp xlsx phải có tên: thêm --to TỆP.xlsx."))

    async def work() -> int:
        async with acting(settings, given, world, book_of(settings)) as (services, actor):
            table = await services.reports.make(actor, given.what, given.area, given.year)
        if given.format == "xlsx":
            _save(given.to, as_xlsx(table.heads, table.rows, told(REPORTS[given.what])), write)
            return 0
        text = as_csv(table.heads, table.rows) if given.format == "csv" else f"{as_text(table)}\n"
        if given.to is None:
            write(text.rstrip("\n"))
        else:
            _save(given.to, text.encode(), write)
        return 0

    return asyncio.run(work())


def _save(file: Path, content: bytes, write: Print) -> None:
    try:
        file.write_bytes(content)
    except OSError as refused:
        raise unwritten(refused, file) from None
    write(told("Đã ghi vào {file}.", file=file))


# --- models ---


async def _add(service: Programs, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    row = await service.add(actor, given.kind, given.area, given.name, given.year)
    kind = told(KINDS[row.kind])
    write(
        told("Đã ghi {kind} “{name}”, năm {year}.", kind=kind, name=row.name, year=row.year) + " " + _more(row.model_id)
    )
    return 0


def _more(model_id: str) -> str:
    return told("Thêm người: ./camtay models join {model} MÃ", model=model_id)


async def _list(service: Programs, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await service.under(actor, given.area, given.year, given.kind)
    for row, area in rows:
        ended = "  " + told("đã kết thúc {day}", day=f"{row.ended_at:%d/%m/%Y}") if row.ended_at else ""
        people = told("{count} người", count=row.members)
        write(f"{row.model_id}  {row.year}  {told(KINDS[row.kind])}  {row.name}  {area}  {people}{ended}")
    write(told("{count} mô hình.", count=len(rows)))
    return 0


async def _members(service: Programs, actor: Actor, given: argparse.Namespace, write: Print) -> int:
    rows = await service.members(actor, given.model)
    for row in rows:
        write("  ".join(row))
    write(told("{count} người.", count=len(rows)))
    return 0


_VERBS: dict[str, Callable[[Programs, Actor, argparse.Namespace, Print], Awaitable[int]]] = {
    "add": _add,
    "list": _list,
    "members": _members,
    "join": plain(lambda s, who, given: s.join(who, given.model, given.person), "Đã thêm vào mô hình."),
    "leave": plain(lambda s, who, given: s.leave(who, given.model, given.person), "Đã rút khỏi mô hình."),
    "end": plain(lambda s, who, given: s.end(who, given.model), "Mô hình đã kết thúc."),
}
