"""How a section of the settings declares its keys: what each may be, and which of them no file may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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


def accounts_in(names: Iterable[str], kinds: Iterable[str]) -> dict[str, str]:
    """The sections among `names` that are further accounts of a messenger, each with the kind that it is one of: a
    second bot of `telegram` is called by it with something behind, "telegram_bien_hoa"."""
    known = sorted(kinds, key=len, reverse=True)
    found = {name: next((kind for kind in known if _is_further(name, kind)), "") for name in names}
    return {name: kind for name, kind in found.items() if kind and name not in known}


def variable_of(variable: str, kind: str, section: str) -> str:
    """What a variable of the first account is called for another one: TELEGRAM_BIEN_HOA_TOKEN; "" where its name does
    not begin with the kind's."""
    begins = kind.upper()
    return section.upper() + variable.removeprefix(begins) if variable.startswith(begins) else ""


class Sections:
    """What may be set: `sections` by their names, of which `accounts` are further ones of a kind."""

    def __init__(self, sections: Mapping[str, Any], accounts: Mapping[str, str]) -> None:
        self.sections = sections
        every = sections.items()
        self.keys: Mapping[tuple[str, str], Any] = {  # dataclasses.Field, whose default is typed too tightly for us
            (section, each.name): each for section, kind in every for each in keys(kind)
        }
        self.short = {
            variable: at
            for at, each in self.keys.items()
            if (variable := _of_account(each.metadata["variable"], at[0], accounts))
        }
        self.credentials = {
            (section, each.name): (
                _of_account(each.metadata["credential"], section, accounts),
                each.metadata["file"],
            )
            for section, kind in every
            for each in credentials(kind)
        }
        """Where a secret comes from: a variable of the environment, the key that names a file."""


def _of_account(variable: str, section: str, accounts: Mapping[str, str]) -> str:
    return variable_of(variable, accounts[section], section) if section in accounts else variable


def _is_further(name: str, kind: str) -> bool:
    return re.fullmatch(rf"{kind}_[a-z0-9]+(_[a-z0-9]+)*", name) is not None
