"""Which area a page is about: the one in its address, else the widest of whoever looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.desk.services import DeskServices
from bot.desk.visit import Visit
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere
from storage.engine.database import Connection
from storage.people import areas
from storage.people.areas import PROVINCE, AreaRow
from storage.people.naming import place_key


async def place_of(desk: DeskServices, visit: Visit) -> AreaRow:
    """The area that the page's address names ("id" of its path), else that of her right. Raises NobodyThere."""
    area_id = visit.path.get("id", "") or home(visit.who.actor)
    found = await desk.officers.database.read(lambda c: areas.get(c, area_id))
    if found is None:
        raise NobodyThere
    return found


def home(actor: Actor) -> str:
    """The id of the widest area of her own; of who has none, the province's, of which everybody sees sums."""
    return min(actor.paths("report"), key=len, default="/").strip("/").rpartition("/")[2] or PROVINCE


async def way_to(desk: DeskServices, place: AreaRow) -> list[AreaRow]:
    """The areas above a place, the widest first."""
    ids = place.path.strip("/").split("/")[:-1]

    def look(connection: Connection) -> list[AreaRow]:
        return [found for each in ids if (found := areas.get(connection, each))]

    return await desk.officers.database.read(look)


def year_of(visit: Visit, now_year: int) -> int:
    """`?nam=`, where it is a year of this program's; else this one."""
    said = visit.query.get("nam", "")
    return int(said) if said.isdecimal() and len(said) == 4 and 2025 <= int(said) <= now_year else now_year


def way_key(path: str, names: Mapping[str, str]) -> list[str]:
    """What places are ordered by, each right before what lies below it: the `names` by id on the way to it."""
    return [place_key(names.get(each, "")) for each in path.strip("/").split("/")[1:]]


async def names_on_ways(desk: DeskServices, paths: Iterable[str]) -> dict[str, str]:
    """The names of all areas that these paths lead through, by id."""
    ids = {each for path in paths for each in path.strip("/").split("/")}
    return await desk.officers.database.read(lambda c: areas.names_of(c, ids))


def own_areas(desk: DeskServices, actor: Actor, act: str) -> Sequence[str]:
    """The ids of the areas in which she may, the widest first."""
    ids = (path.strip("/").rpartition("/")[2] or PROVINCE for path in sorted(actor.paths(act), key=len))
    return list(dict.fromkeys(ids))
