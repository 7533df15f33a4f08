"""Transcripts as files beside their lesson: found, read, kept."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from bot.cli.language import told
from bot.cli.terminal import near
from bot.errors import in_words
from flows.reading.loader import files_below, is_aside
from flows.words.keys import plain_of

FOLDER = "transcripts"
MODE = 0o644  # a teacher's own words, to be shared like the lesson beside them

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_TAKEN = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # names that Windows keeps for itself


def below(folder: Path) -> list[Path]:
    """Every transcript under `folder`; what lies in folders that are aside only when they are `folder` itself."""
    return [path for path in files_below(folder, f"{FOLDER}/*.txt") if not is_aside(path.name)]


def beside(lesson: Path) -> list[Path]:
    """The transcripts of the lesson file `lesson`."""
    return sorted((lesson.parent / FOLDER).glob("*.txt"))


def save(lesson: Path, name: str, overwrite: bool, text: str) -> tuple[bool, str]:
    """Write a transcript beside the lesson file `lesson`: whether it was done, and a sentence that says so."""
    name = name.removesuffix(".txt")
    if not _NAME.fullmatch(name) or _TAKEN.fullmatch(name):
        better = suggested(name)
        hint = told("thử: /save {better}", better=better) if better else told("dùng chữ không dấu, số, gạch ngang")
        return False, told("“{name}” không làm tên tệp được; {hint}", name=name, hint=hint)
    path = lesson.parent / FOLDER / f"{name}.txt"
    if path.exists() and not overwrite:
        return False, told("Đã có {path}; muốn ghi đè thì gõ: /save! {name}", path=near(path), name=name)
    try:
        write(path, text)
    except OSError as fault:
        return False, told("Chưa lưu được {path}: {reason}", path=near(path), reason=in_words(fault))
    return True, told("Đã lưu {path}", path=near(path))


def suggested(name: str) -> str:
    """A name like it that a file may have; "" when nothing is left of it."""
    plain = re.sub(r"[^a-z0-9]+", "-", plain_of(name)).strip("-")[:60].rstrip("-")
    return f"{plain}-1" if _TAKEN.fullmatch(plain) else plain


def write(path: Path, text: str) -> None:
    """Replace the file in one step, with the mode it had. Raises OSError."""
    if not path.parent.exists():
        path.parent.mkdir()
        path.parent.chmod(0o755)
    mode = path.stat().st_mode & 0o777 if path.exists() else MODE
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.chmod(mode)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def read(paths: Iterable[Path]) -> dict[str, str]:
    """Path → text; what is no UTF-8 is read as well as it can be. Raises OSError."""
    return {str(path): path.read_bytes().decode("utf-8", "replace") for path in paths}
