"""How a section of the settings declares its keys: what each may be, and which of them no file may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import Field, field, fields
from typing import Any


def key(
    default: Any,
    check: Callable[[Any], str] | None = None,
    *,
    secret: bool = False,
    path: bool = False,
    variable: str = "",
) -> Any:
    """A key of a section; a secret is never shown, a path in the file counts from the file's folder.

    `check` answers what is expected, "" when it is met; `variable` is a short name of it in the environment.
    """
    metadata = {"check": check, "secret": secret, "path": path, "variable": variable}
    return field(default=default, repr=not secret, metadata=metadata)


def credential(variable: str, file: str) -> Any:
    """A secret that comes from `variable` of the environment or from the file that the key `file` names, never from
    config.yaml."""
    return field(default="", repr=False, metadata={"credential": variable, "file": file})


def keys(section: Any) -> Iterator[Field[Any]]:
    """What a section may hold in a file."""
    return (each for each in fields(section) if "check" in each.metadata)


def credentials(section: Any) -> Iterator[Field[Any]]:
    """What a section takes from elsewhere."""
    return (each for each in fields(section) if "credential" in each.metadata)
