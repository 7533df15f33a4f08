"""The area tree: province → ward or commune → branch → group; the state's own part of it is committed beside this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, literal, or_, select

from storage.engine.upsert import insert_of
from storage.people import tables as people_t

A_SLICE = 5_000  # areas that are handed over at once where nothing of them stays

PROVINCE = "dong-nai"
PROVINCE_NAME = "Thành phố Đồng Nai"
PROVINCE_CODE = "75"
KINDS = ("province", "ward", "branch", "group")

_FILE = Path(__file__).parent / "areas.csv"


@dataclass(frozen=True, slots=True)
class AreaRow:
    """`path` is "/dong-nai/w26041/…/", own id included: whoever's path begins with it lives inside."""

    area_id: str
    parent_id: str | None
    kind: str
    name: str
    official_code: str
    path: str


def official_areas() -> list[AreaRow]:
    """The city with its 95 wards and communes."""
    root = AreaRow(PROVINCE, None, "province", PROVINCE_NAME, PROVINCE_CODE, f"/{PROVINCE}/")
    return [
        root,
        *(AreaRow(f"w{code}", PROVINCE, "ward", name, code, f"{root.path}w{code}/") for code, name, _ in _official()),
    ]


def first_path(path: str) -> str:
    """The path that an area had when the first lists came in: what is hashed with it must not change with a code."""
    parts = path.split("/")
    if len(parts) > 2:
        parts[2] = _former().get(parts[2], parts[2])
    return "/".join(parts)


@lru_cache(maxsize=1)
def _former() -> dict[str, str]:
    return {f"w{code}": f"w{was}" for code, _, was in _official() if was}


def _official() -> list[list[str]]:
    """Code, name, former code or ""."""
    lines = (line for line in _FILE.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [line.split(",") for line in list(lines)[1:]]


def seed(connection: Connection) -> None:
    """Put the official areas into an empty or half-filled table."""
    add(connection, official_areas())


def add(connection: Connection, rows: Iterable[AreaRow], import_id: str | None = None) -> None:
    """Write new areas; those that exist stay as they are."""
    into = insert_of(connection.dialect.name)
    values = [
        {
            "area_id": r.area_id, "parent_id": r.parent_id, "kind": r.kind, "name": r.name,
            "official_code": r.official_code, "path": r.path, "import_id": import_id,
        }
        for r in sorted(rows, key=lambda r: r.area_id)
    ]  # fmt: skip
    if values:
        connection.execute(into(people_t.area).on_conflict_do_nothing(), values)


WHOLE = ("/", f"/{PROVINCE}/")
"""Paths below which all areas lie."""


def is_whole(paths: Collection[str]) -> bool:
    """Whether that is all of them: whose area it is need not be asked then, and a look at each of thousands costs more
    than all the rest."""
    return any(path in WHOLE for path in paths)


def below(column: Any, paths: Sequence[str]) -> Any:
    """Whether an area's path is one of these or lies below it, as a range that an index answers."""
    return or_(*(and_(column >= path, column < path[:-1] + "0") for path in paths))  # "0" comes right after "/"


def at(connection: Connection, paths: Collection[str]) -> list[AreaRow]:
    """The areas with just these paths, each after its parent."""
    query = seen().where(people_t.area.c.path.in_(sorted(paths))).order_by(people_t.area.c.path)
    return [AreaRow(*row) for row in connection.execute(query)] if paths else []


def near(connection: Connection, paths: Collection[str], limit: int) -> list[AreaRow]:
    """The areas with these paths and those right below, in the order of the tree."""
    tops = select(people_t.area.c.area_id).where(people_t.area.c.path.in_(sorted(paths)))
    hers = or_(people_t.area.c.area_id.in_(tops), people_t.area.c.parent_id.in_(tops))
    query = seen().where(hers).order_by(people_t.area.c.path).limit(limit)
    return [AreaRow(*row) for row in connection.execute(query)] if paths else []


def smallest(connection: Connection, paths: Collection[str], offset: int, limit: int) -> list[AreaRow]:
    """A page of the branches and groups within these areas, in the order of the tree; an area itself where it has
    none."""
    if not paths:
        return []
    path, is_small = people_t.area.c.path, people_t.area.c.kind.in_(("branch", "group"))
    some = {each: select(literal(1)).where(below(path, [each]), is_small).limit(1) for each in sorted(paths)}
    bare = [each for each, query in some.items() if connection.scalar(query) is None]
    query = seen().where(below(path, sorted(paths)), or_(is_small, path.in_(bare))).order_by(path)
    return [AreaRow(*row) for row in connection.execute(query.offset(offset).limit(limit))]


def wards(connection: Connection) -> list[AreaRow]:
    """All wards and communes: what lies right below a province."""
    provinces = select(people_t.area.c.area_id).where(people_t.area.c.parent_id.is_(None))
    query = seen().where(people_t.area.c.parent_id.in_(provinces), people_t.area.c.kind == "ward")
    return [AreaRow(*row) for row in connection.execute(query.order_by(people_t.area.c.path))]


def under(connection: Connection, path: str = "/", kind: str | None = None) -> list[AreaRow]:
    """The areas below `path`, itself included, each after its parent; of an import only once it is finished."""
    query = seen().where(below(people_t.area.c.path, [path])).order_by(people_t.area.c.path)
    if kind is not None:
        query = query.where(people_t.area.c.kind == kind)
    return [AreaRow(*row) for row in connection.execute(query)]


def fingerprint(connection: Connection) -> bytes:
    """Another one as soon as any area that `under` reads is another; nothing of what is read for it stays."""
    rows = connection.execute(seen().order_by(people_t.area.c.path).execution_options(yield_per=A_SLICE))
    whole = sha256()
    for row in rows:
        whole.update(repr(tuple(row)).encode())
    return whole.digest()


def get(connection: Connection, area_id: str) -> AreaRow | None:
    """The area with this id; None where there is none."""
    row = connection.execute(seen().where(people_t.area.c.area_id == area_id)).one_or_none()
    return AreaRow(*row) if row else None


def place_of(connection: Connection, path: str) -> str:
    """Where somebody lives, as it helps who must go there: branch and ward, or the ward; "" for no known place."""
    ids = [each for each in path.split("/") if each][1:3]
    rows = (
        connection.execute(
            select(people_t.area.c.area_id, people_t.area.c.name).where(people_t.area.c.area_id.in_(ids))
        )
        if ids
        else ()
    )
    names = {row.area_id: str(row.name) for row in rows}
    return ", ".join(names[each] for each in reversed(ids) if each in names)


def named(area: Any) -> Any:
    """What an area is called where nothing else says whose it is, as a column: a group with its branch."""
    above = people_t.area.alias()
    branch = select(above.c.name).where(above.c.area_id == area.parent_id).scalar_subquery()
    return case((area.kind == "group", area.name + ", " + func.coalesce(branch, "")), else_=area.name)


def names_of(connection: Connection, area_ids: Collection[str]) -> dict[str, str]:
    """The names of those of these that are areas, by id."""
    query = select(people_t.area.c.area_id, people_t.area.c.name).where(people_t.area.c.area_id.in_(list(area_ids)))
    return {row[0]: row[1] for row in connection.execute(query)} if area_ids else {}


def told_apart(connection: Connection, places: Collection[AreaRow]) -> list[tuple[str, str]]:
    """Each of these with a name to choose it by: a group, and whatever is called like another, with what is around it
    ("Tổ 4, Chi hội 2")."""
    often = Counter(place.name for place in places)
    alike = {each.area_id for each in places if each.kind == "group" or often[each.name] > 1}
    around = names_of(connection, {each.parent_id for each in places if each.area_id in alike and each.parent_id})

    def named(place: AreaRow) -> str:
        above = around.get(place.parent_id or "", "") if place.area_id in alike else ""
        return f"{place.name}, {above}" if above else place.name

    return [(each.area_id, named(each)) for each in places]


def path_of(connection: Connection, area_id: str | None) -> str:
    """Where an area lies; "" for one that is not known, below which nobody has anything to say."""
    found = get(connection, area_id) if area_id else None
    return found.path if found else ""


def seen() -> Select[Any]:
    """Areas as records, of an import only once it is finished."""
    columns = (people_t.area.c[name] for name in AreaRow.__dataclass_fields__)
    done = select(people_t.import_batch.c.import_id).where(people_t.import_batch.c.state == "done")
    return select(*columns).where(or_(people_t.area.c.import_id.is_(None), people_t.area.c.import_id.in_(done)))
