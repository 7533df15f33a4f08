"""`./camtay hear`: what the tutor would make of each message.

JSON lines in, one JSON line out for each: for whoever keeps the words, and for measuring from outside. No network, no
database; what is read is the lessons folder.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.cli.language import shown, told
from bot.conversation.understanding import Overheard
from bot.errors import CamtayError, in_words
from bot.settings import Settings
from flows.shelf.shelf import plain_book, read_shelf


def hear(settings: Settings, file: str, stdin: BinaryIO, stdout: BinaryIO, now: datetime) -> int:
    """Answer every line of a file, or of standard input ("-"), in order; exit code 0."""
    shelf = read_shelf(Path(settings.lessons.dir), settings.placeholders)
    overheard = Overheard(plain_book(shelf, settings.placeholders), now)
    return answer_lines(file, stdin, stdout, overheard.line)


def answer_lines(file: str, stdin: BinaryIO, stdout: BinaryIO, answer: Callable[[str], dict[str, Any]]) -> int:
    """Answer every line of a file, or of standard input ("-"), in order and as it comes; exit code 0.

    Raises CamtayError where the file cannot be opened."""
    if file == "-":
        _each(stdin, stdout, answer)
        return 0
    try:
        source = Path(file).open("rb")  # noqa: SIM115 closed below; only opening it may fail so
    except OSError as fault:
        raise CamtayError(
            told("{file}: không mở được tệp này ({reason}).", file=file, reason=in_words(fault))
        ) from None
    with source:
        _each(source, stdout, answer)
    return 0


def _each(lines: BinaryIO, out: BinaryIO, answer: Callable[[str], dict[str, Any]]) -> None:
    for at, raw in enumerate(lines):
        line = raw.removeprefix(BOM_UTF8 if at == 0 else b"").decode("utf-8", "replace")
        made = answer(line)
        fault = {"error": shown(made["error"])} if "error" in made else {}
        out.write(json.dumps({**made, **fault}, ensure_ascii=False).encode() + b"\n")
        out.flush()
