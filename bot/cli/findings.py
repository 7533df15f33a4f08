"""What a doctor finds, in words for whoever keeps the machine, and how a database is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeVar

from bot.channels.provider import ChannelCheck
from bot.cli.language import told
from bot.errors import StorageError
from storage.engine import schema
from storage.engine.address import sqlite_path
from storage.engine.database import Database, open_database

PATIENCE_S = 10.0

FindingLevel = Literal["good", "note", "bad"]
MARKS: dict[FindingLevel, str] = {"good": "✔", "note": "!", "bad": "✘"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: good; note, works but somebody should know; bad, does not work."""

    health: FindingLevel
    text: str


def report(findings: Iterable[Finding], write: Callable[[str], object]) -> int:
    """Show all findings; 1 when one is bad."""
    count = {"good": 0, "note": 0, "bad": 0}
    for finding in findings:
        count[finding.health] += 1
        write(f" {MARKS[finding.health]} {finding.text}")
    if count["bad"]:
        write(told("\nCó {bad} chỗ phải sửa (✘) trước khi dùng được.", bad=count["bad"]))
    elif count["note"]:
        write(told("\nDùng được. Còn {note} điều nên xem (!).", note=count["note"]))
    else:
        write(told("\nMọi thứ đều tốt."))
    return 1 if count["bad"] else 0


def good(sentence: str, /, **values: object) -> Finding:
    """As it should be; `sentence` is a template of `told`."""
    return Finding("good", told(sentence, **values))


def note(sentence: str, /, **values: object) -> Finding:
    """Worth a look."""
    return Finding("note", told(sentence, **values))


def bad(sentence: str, /, **values: object) -> Finding:
    """To be mended before the tutor can be used."""
    return Finding("bad", told(sentence, **values))


def found_of(check: ChannelCheck) -> Finding:
    """What a part of the tutor says of itself."""
    return Finding(check.level, told(check.sentence, **check.values))


AnswerT = TypeVar("AnswerT")


async def asked(url: str, question: Callable[[Database], Awaitable[AnswerT]]) -> AnswerT | None:
    """What a database of this version answers; None for any other, and for one that is not there or does not answer:
    that is told of the database itself."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return None
    with suppress(TimeoutError, StorageError, ValueError):
        database = open_database(url)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await question(database) if await schema.current(database) == schema.SCHEMA else None
        finally:
            await database.close()
    return None
