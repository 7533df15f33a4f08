"""`./camtay print`: the files of a lessons folder as pages of paper."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.cli.choices import no_lesson
from bot.cli.language import told
from bot.cli.terminal import unwritten
from bot.errors import SettingsInvalid
from bot.prints import printed
from bot.prints.handouts import handout
from flows.run import ADDRESSES, render
from flows.saying import say
from flows.shelf.shelf import Shelf, read_shelf

if TYPE_CHECKING:
    from bot.settings import Settings
    from flows.model import Lesson


def write(settings: Settings, wanted: str, out: Path, address: str) -> int:
    """Print the lesson `wanted` (an id; "" for all, which only a PDF holds) into `out`, a .pdf or .png. Raises
    SettingsInvalid for what was typed wrongly, PrintFailed."""
    if address not in ADDRESSES:
        raise SettingsInvalid(say("--address phải là một trong: {ways}", ways=", ".join(ADDRESSES)))
    kinds: dict[str, Literal["pdf", "png"]] = {".pdf": "pdf", ".png": "png"}
    kind = kinds.get(out.suffix.lower())
    if kind is None or (kind == "png" and not wanted):
        raise SettingsInvalid(say("{file}: một bài in ra .pdf hay .png, mọi bài in ra .pdf", file=out.name))
    shelf = read_shelf(Path(settings.lessons.dir), settings.placeholders)
    lessons = _wanted(shelf, wanted)
    words = partial(render, address=address, name="", values=settings.placeholders, unknown="…")
    union, home = settings.placeholders.get("ten_hoi", ""), settings.web.public_url
    pages = [handout(each, words, union, home) for each in lessons]
    made = asyncio.run(printed(pages, kind, lessons[0].title if wanted else union))
    try:
        out.write_bytes(made)
    except OSError as fault:
        raise unwritten(fault, out) from None
    sys.stdout.write(told("Đã in {count} tờ: {file}", count=len(pages), file=out) + "\n")
    return 0


def _wanted(shelf: Shelf, wanted: str) -> list[Lesson]:
    """That lesson, or all in the order of the menu. Raises SettingsInvalid with the nearest id."""
    if not wanted:
        tracks = {track: at for at, (track, _) in enumerate(shelf.tracks)}
        return sorted(shelf.good.values(), key=lambda each: (tracks.get(each.track, len(tracks)), each.order, each.id))
    if wanted not in shelf.good:
        raise SettingsInvalid(no_lesson(wanted, shelf.good))
    return [shelf.good[wanted]]
