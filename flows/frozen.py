"""The standard library's `dataclass`; what all of them can share is written once for all.

Python keeps every frozen class with slots twice, for the two methods that refuse a change hold the one that was made
first, and writes each its `__repr__`: 4 MB for the thousand classes of a running tutor.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: TID251 - for whoever checks types it is that one
else:

    def dataclass(kind: type | None = None, /, **how: Any) -> type | Callable[[type], type]:
        """`dataclasses.dataclass`, with the same arguments; only the frozen differ, and not to the eye."""
        if kind is None:
            return lambda decorated: dataclass(decorated, **how)
        if how.get("repr", True) and "__repr__" not in vars(kind):
            kind.__repr__ = _told
        made = dataclasses.dataclass(kind, **{**how, "repr": False})  # noqa: TID251 - made by that one
        if how.get("frozen"):
            made.__setattr__, made.__delattr__ = _not_set, _not_deleted
        return made


@recursive_repr()
def _told(self: Any) -> str:
    fields = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{type(self).__qualname__}({fields})"


def _not_set(self: Any, name: str, value: Any) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _not_deleted(self: Any, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
