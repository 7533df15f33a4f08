"""The union's telephone number of an area: kept with the area, set by its officer, given in an emergency only."""

from __future__ import annotations

from storage.engine import key_value
from storage.engine.database import Connection

_KEY = "union_phone:"


def of_area(connection: Connection, area_id: str) -> str:
    """The union's number that is written down for this very area; "" for none."""
    known = key_value.get_key(connection, f"{_KEY}{area_id}")
    return known[0] if known else ""


def of_path(connection: Connection, path: str) -> str:
    """The number of the narrowest area around a place that has one; "" where none has."""
    ids = [each for each in path.split("/") if each]
    return next(filter(None, (of_area(connection, each) for each in reversed(ids))), "")


def write(connection: Connection, area_id: str, number: str) -> None:
    """Ten or eleven digits; "" takes the number away."""
    key_value.set_key(connection, f"{_KEY}{area_id}", number)
