"""`.venv/bin/python -m bench.exporting` (half a minute): a list of 100,000 people as a workbook, in the desk's own way.

Prints what the child process takes (wall, CPU, peak memory), the weight of the file, and how long the parent's event
loop was held up meanwhile: the longest gap between two ticks of ten milliseconds.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator

from bot.reports.policy.table import CellValue
from bot.sheets.making import xlsx

ROWS, A_SLICE = 100_000, 2_000
HEADS = ("Mã", "Tên", "Vai", "Địa bàn", "Tình trạng", "Lần cuối vào")


async def slices() -> AsyncIterator[list[list[CellValue]]]:
    for at in range(0, ROWS, A_SLICE):
        yield [
            [f"{n:032x}", f"Nguyễn Thị Thu {n}", "hội viên", f"Chi hội {n % 500}", "đang hoạt động", "2026-11-30"]
            for n in range(at, at + A_SLICE)
        ]


async def main() -> None:
    gaps: list[float] = []

    async def ticks() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            now = time.monotonic()
            gaps.append(now - last - 0.01)
            last = now

    ticking = asyncio.create_task(ticks())
    began = time.monotonic()
    made = await xlsx("Danh sách", HEADS, slices())
    wall = time.monotonic() - began
    ticking.cancel()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak, longest = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, max(gaps) * 1000
    print(f"{ROWS:,} rows: {wall:.1f} s, CPU {cpu:.1f} s, child's peak {peak:.0f} MB, file {len(made) / 1e6:.1f} MB,")
    print(f"longest gap {longest:.0f} ms")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
