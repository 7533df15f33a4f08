"""A table that was read without a fault is not read again while its bytes are the same, wherever it lies."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import ParamSpec, TypeVar, cast

from flows.model import Problem

KEPT = 4  # of each kind of table: a folder, another beside it, and each as it was before it was edited

_Given = ParamSpec("_Given")
_Read = TypeVar("_Read")


def digest_of(raw: bytes) -> bytes:
    """By which bytes are known again: they themselves, once read, need not stay in memory."""
    return blake2b(raw, digest_size=20).digest()


def read_once(read: Callable[_Given, _Read]) -> Callable[_Given, _Read]:
    """For a function of one file or several, `(path, bytes)` or None, and a list that takes problems; what it gives
    must hold neither a path nor anything that changes."""
    known: dict[tuple[bytes | None, ...], _Read] = {}

    @wraps(read)
    def reading(*given: _Given.args, **named: _Given.kwargs) -> _Read:
        *files, problems = cast("tuple[tuple[str, bytes] | None, ...]", given)
        key = tuple(file and digest_of(file[1]) for file in files)
        faults: list[Problem] = []
        found = known.pop(key, None)
        if found is None:
            found = read(*files, faults)  # type: ignore[call-arg,arg-type]
        cast("list[Problem]", problems).extend(faults)
        if not faults:  # they name the file, and are told every time
            known[key] = found
        for oldest in list(known)[:-KEPT]:
            known.pop(oldest, None)
        return found

    return reading
