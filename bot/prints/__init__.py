"""Paper and pictures of it: certificates, half pages of lessons, forms. A child process draws them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from bot.errors import CamtayError
from bot.prints.pages import Page
from flows.saying import say

CHILD = Path(__file__).parent / "child.py"
FONTS = tuple(Path(__file__).parents[1] / "media" / "fonts" / f"be-vietnam-pro-{weight}.ttf" for weight in (400, 700))
WITHIN_S = 20.0
PICTURE_WIDTH = 1_000  # pixels: sharp on a phone, below 120 kB


class PrintFailed(CamtayError):
    """Chưa in ra được."""


async def printed(pages: Sequence[Page], kind: Literal["pdf", "png"], title: str) -> bytes:
    """The pages as one PDF, or the first of them as a PNG. `title` is what a reader of the PDF shows above it. Raises
    PrintFailed."""
    order = {
        "as": kind,
        "title": title,
        "width": PICTURE_WIDTH,
        "fonts": [str(each) for each in FONTS],
        "pages": [page.as_data() for page in pages],
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(CHILD),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        made, _ = await asyncio.wait_for(child.communicate(json.dumps(order).encode()), WITHIN_S)
    except BaseException as fault:
        child.kill()
        await child.wait()
        if isinstance(fault, TimeoutError):
            raise PrintFailed(say("Máy in ra quá lâu; thử lại sau.")) from None
        raise
    if child.returncode or not made:
        raise PrintFailed(say("Máy chưa in ra được trang này."))
    return made
