"""`./camtay print`: the files of a lessons folder as pages of paper."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.cli.choices import lessons_in_order
from bot.cli.language import told
from bot.cli.terminal import unwritten
from bot.errors import SettingsInvalid
from bot.prints import printed
from bot.prints.handouts import handout
from bot.prints.pages import Page
from bot.prints.phone_checks import TITLE, form, phone_checks
from flows.run import ADDRESSES, render
from flows.saying import say
from flows.shelf.shelf import read_shelf

if TYPE_CHECKING:
    from bot.settings import Settings


def write(settings: Settings, wanted: str, out: Path, address: str) -> int:
    """Print the lesson `wanted` (an id; "" for all, which only a PDF holds) into `out`, a .pdf or .png. Raises
    SettingsInvalid for what was typed wrongly, PrintFailed."""
    kinds: dict[str, Literal["pdf", "png"]] = {".pdf": "pdf", ".png": "png"}
    kind = kinds.get(out.suffix.lower())
    if kind is None or (kind == "png" and not wanted):
        raise SettingsInvalid(say("{file}: một bài in ra .pdf hay .png, mọi bài in ra .pdf", file=out.name))
    words, shelf = _words(settings, address), read_shelf(Path(settings.lessons.dir), settings.placeholders)
    lessons = lessons_in_order(shelf, [wanted] if wanted else [])
    union, home = settings.placeholders.get("ten_hoi", ""), settings.web.public_url
    pages = [handout(each, words, union, home) for each in lessons]
    _put(pages, kind, lessons[0].title if wanted else union, out)
    sys.stdout.write(told("Đã in {count} tờ: {file}", count=len(pages), file=out) + "\n")
    return 0


def write_phone_checks(settings: Settings, wanted: str, out: Path, address: str) -> int:
    """Print the form of what the lesson `wanted` ("": every lesson) says of telephones into `out`, a .pdf. Raises as
    `write`."""
    if out.suffix.lower() != ".pdf":
        raise SettingsInvalid(say("{file}: phiếu thử trên máy thật in ra .pdf", file=out.name))
    words, shelf = _words(settings, address), read_shelf(Path(settings.lessons.dir), settings.placeholders)
    own = {label for name, label in shelf.phrases.items() if name.startswith("label_")}
    union = settings.placeholders.get("ten_hoi", "")
    checks = [(each, tuple(phone_checks(each, own))) for each in lessons_in_order(shelf, [wanted] if wanted else [])]
    count = sum(len(found) for _, found in checks)
    if not count:
        raise SettingsInvalid(say("bài “{lesson}” không bảo bấm gì trên máy, nên không có gì để thử", lesson=wanted))
    _put([form(checks, words, union)], "pdf", TITLE, out)
    sys.stdout.write(told("Đã in {count} điều phải thử trên máy thật: {file}", count=count, file=out) + "\n")
    return 0


def _words(settings: Settings, address: str) -> Callable[[str], str]:
    """What fills the placeholders of a text in. Raises SettingsInvalid for a form of address that there is not."""
    if address not in ADDRESSES:
        raise SettingsInvalid(say("--address phải là một trong: {ways}", ways=", ".join(ADDRESSES)))
    return partial(render, address=address, name="", values=settings.placeholders, unknown="…")


def _put(pages: Sequence[Page], kind: Literal["pdf", "png"], title: str, out: Path) -> None:
    made = asyncio.run(printed(pages, kind, title))
    try:
        out.write_bytes(made)
    except OSError as fault:
        raise unwritten(fault, out) from None
