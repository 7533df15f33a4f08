"""What the verbs share at a terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Print = Callable[[str], object]
"""Takes one line for whoever sits at the terminal."""


def complain(line: str) -> None:
    """One line on standard error."""
    print(line, file=sys.stderr)


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
