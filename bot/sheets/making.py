"""A large workbook is made by a process of its own: beside whoever chats, and with a memory of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterable, Sequence
from pathlib import Path

from bot.errors import CamtayError
from bot.reports.policy.table import CellValue

CHILD = Path(__file__).with_name("book.py")
WITHIN_S = 120.0

_one_by_one = asyncio.Semaphore(1)  # one such process at a time: the other core is whoever chats'


class NotMade(CamtayError):
    """Máy chưa làm được tệp này; lát nữa thử lại."""


async def xlsx(title: str, heads: Sequence[str], slices: AsyncIterable[Sequence[Sequence[CellValue]]]) -> bytes:
    """A workbook with one sheet, of safe lines that come slice by slice. Raises NotMade."""
    async with _one_by_one:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(CHILD),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            made = await asyncio.wait_for(_fed(child, title, heads, slices), WITHIN_S)
        except (TimeoutError, ConnectionError):
            raise NotMade from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode or not made:
        raise NotMade
    return made


async def _fed(
    child: asyncio.subprocess.Process, title: str, heads: Sequence[str],
    slices: AsyncIterable[Sequence[Sequence[CellValue]]],
) -> bytes:  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(f"{json.dumps(title)}\n{json.dumps(list(heads))}\n".encode())
    async for rows in slices:
        child.stdin.write("".join(f"{json.dumps(row)}\n" for row in rows).encode())
        await child.stdin.drain()
    child.stdin.close()
    made = await child.stdout.read()
    await child.wait()
    return made
