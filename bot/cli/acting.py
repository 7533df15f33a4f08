"""Who acts in a command, with which services, on whom: short codes and names put in full before it is carried out."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from bot.cli.beside import beside
from bot.cli.environment import CommandEnvironment
from bot.cli.language import told
from bot.cli.terminal import Print
from bot.officers import OfficerServices
from bot.people.named import WHAT, area_of, id_of
from bot.people.policy.permissions import OPERATOR, Actor
from bot.settings import Settings
from flows import Book
from storage.engine.database import Connection, Database

ServicesT = TypeVar("ServicesT")


@asynccontextmanager
async def acting(
    settings: Settings, given: argparse.Namespace, environment: CommandEnvironment, book: Callable[[], Book]
) -> AsyncIterator[tuple[OfficerServices, Actor]]:
    """The services beside a running tutor, and the officer of `--by`, or the operator.

    Raises NobodyThere, StorageError, SchemaOutdated, BackupFailed.
    """
    async with beside(settings, dry_run=False) as database:
        assert database is not None, "only a dry run goes without one"
        services = OfficerServices(settings, database, environment.now, environment.new_id, book)
        await in_full(database, given)
        yield services, await services.people.actor(given.by) if given.by else OPERATOR


async def in_full(database: Database, given: argparse.Namespace) -> None:
    """Replace what was typed for a person, an area and the like by the whole id. Raises NobodyThere."""

    def unit(connection: Connection) -> dict[str, str]:
        full = {}
        for name in ("by", *WHAT, "area"):
            said = getattr(given, name, None)
            if isinstance(said, str) and said:
                is_area = name == "area"
                what = "person" if name == "by" else name
                full[name] = area_of(connection, said) if is_area else id_of(connection, what, said)
        return full

    for name, value in (await database.read(unit)).items():
        setattr(given, name, value)


def book_of(settings: Settings) -> Callable[[], Book]:
    """What reads the tutor's own sentences and word lists, once, for the few acts that need them."""

    @cache
    def book() -> Book:
        from flows.shelf.shelf import plain_book, read_shelf

        return plain_book(read_shelf(Path(settings.lessons.dir), settings.placeholders), settings.placeholders)

    return book


def plain(
    act: Callable[[ServicesT, Actor, argparse.Namespace], Awaitable[object]], sentence: str
) -> Callable[[ServicesT, Actor, argparse.Namespace, Print], Awaitable[int]]:
    """A sub-verb that does one act and says one sentence."""

    async def carry_out(services: ServicesT, actor: Actor, given: argparse.Namespace, write: Print) -> int:
        await act(services, actor, given)
        write(told(sentence))
        return 0

    return carry_out
