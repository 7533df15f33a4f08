"""A table that was read without a fault is not read again while its bytes are the same, wherever it lies."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar, cast

from flows.frozen import dataclass
from flows.model import Problem

KEPT = 4  # of each kind of table: a folder, another beside it, and each as it was before it was edited

_Given = ParamSpec("_Given")
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class _File:
    """Compared by what is in it."""

    path: str
    raw: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _File) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)


class _Faulty(Exception):
    """Carries what was read, with its faults: they name the file, and are told every time."""


def read_once(read: Callable[_Given, _Read]) -> Callable[_Given, _Read]:
    """For a function of one file or several, `(path, bytes)` or None, and a list that takes problems; what it gives
    must hold neither a path nor anything that changes."""

    @lru_cache(maxsize=KEPT)
    def clean(*files: _File | None) -> _Read:
        problems: list[Problem] = []
        given = [file and (file.path, file.raw) for file in files]
        found = read(*given, problems)  # type: ignore[call-arg,arg-type]
        if problems:
            raise _Faulty(found, problems)
        return found

    @wraps(read)
    def reading(*given: _Given.args, **named: _Given.kwargs) -> _Read:
        *files, problems = given
        try:
            return clean(*(file and _File(*file) for file in files))  # type: ignore[misc]
        except _Faulty as faulty:
            found, faults = faulty.args
            cast(list[Problem], problems).extend(faults)
            return cast(_Read, found)

    return reading
