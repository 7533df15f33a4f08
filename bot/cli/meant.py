"""Short codes and names in a command, put in full before it is carried out."""

from __future__ import annotations

import argparse

from bot.services.named import WHAT, area_of, id_of
from storage.database import Connection, Database


async def in_full(database: Database, given: argparse.Namespace) -> None:
    """Replace what was typed for a person, an area and the like by the whole id. Raises NobodyThere."""

    def unit(connection: Connection) -> dict[str, str]:
        full = {}
        for name in ("by", *WHAT, "area"):
            said = getattr(given, name, None)
            if isinstance(said, str) and said:
                is_area = name == "area"
                what = "person" if name == "by" else name
                full[name] = area_of(connection, said) if is_area else id_of(connection, what, said)
        return full

    for name, value in (await database.read(unit)).items():
        setattr(given, name, value)
