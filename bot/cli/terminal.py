"""What the verbs share at a terminal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.language import shown, told

if TYPE_CHECKING:
    from bot.errors import SettingsInvalid
    from flows.model import Problem

Print = Callable[[str], object]
"""Takes one line for whoever sits at the terminal."""


def show(line: str) -> None:
    """One line on standard output, at once; a sentence in the reader's language."""
    print(shown(line), flush=True)


def complain(line: str) -> None:
    """One line on standard error."""
    print(shown(line), file=sys.stderr)


def unread(fault: OSError, file: object = None) -> SettingsInvalid:
    """What is raised for a file that cannot be read."""
    return _refused("{file}: không đọc được ({reason}).", fault, file)


def unwritten(fault: OSError, file: object = None) -> SettingsInvalid:
    """What is raised for a file that cannot be written."""
    return _refused("{file}: không ghi được ({reason}).", fault, file)


def _refused(template: str, fault: OSError, file: object) -> SettingsInvalid:
    from bot.errors import SettingsInvalid, in_words

    return SettingsInvalid(told(template, file=file or fault.filename, reason=in_words(fault)))


def annotation(problem: Problem) -> str:
    """A problem as GitHub shows it beside the line it is about."""
    place, hint = problem.place, f" ({problem.hint})" if problem.hint else ""
    level = {"info": "notice"}.get(problem.severity, problem.severity)
    path = _escaped(place.path).replace(":", "%3A").replace(",", "%2C")
    text = _escaped(problem.message + hint)
    return f"::{level} file={path},line={place.line},col={place.col},title={problem.code}::{text}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def near(path: Path | str) -> str:
    """The path as seen from where the reader stands, when that is shorter."""
    here = Path.cwd()
    return os.path.relpath(path, here) if Path(os.path.abspath(path)).is_relative_to(here) else str(path)


def seen(problem: Problem) -> Problem:
    """A problem in the reader's language, its path as short as it can be from here."""
    place = replace(problem.place, path=near(problem.place.path))
    return replace(problem, place=place, message=shown(problem.message), hint=shown(problem.hint))


@contextmanager
def tidy_when_stopped() -> Iterator[None]:
    """A request to end (SIGTERM, a closed terminal) ends like Ctrl-C: no copy of anybody's data stays behind."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    former = {name: signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number)) for name in names}
    try:
        yield
    finally:
        for name, handler in former.items():
            signal.signal(getattr(signal, name), handler)
