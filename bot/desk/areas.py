"""Which of her areas a page is about, and about whom: nobody is told apart from somebody of another area."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.desk.services import DeskServices
from bot.desk.visit import Visit
from bot.errors import NotAllowed
from bot.people.service import NobodyThere
from storage.desk.choosing import choices
from storage.desk.person import looked_since
from storage.engine.database import Connection
from storage.people.areas import AreaRow
from storage.people.naming import place_key

LOOKED = timedelta(hours=1)
"""How long a look at somebody's pages stands for all further ones of the same visitor."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """An area in a list to choose from; `inside` are the groups of a branch, (id, name)."""

    id: str
    name: str
    depth: int
    inside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """`options` are (id, name, how deep it lies), `tree` the same with the groups below their branches; `chosen` is one
    of them or None for all of hers, `paths` what that comes to."""

    options: tuple[tuple[str, str, int], ...]
    chosen: AreaRow | None
    paths: tuple[str, ...]
    tree: tuple[ChoiceLine, ...] = ()

    @property
    def chosen_id(self) -> str:
        """The id of the chosen one; "" for none."""
        return self.chosen.area_id if self.chosen else ""


async def area_choice(desk: DeskServices, visit: Visit, act: str, wanted: str) -> AreaChoice:
    """What she may choose where she may do this; `wanted` is the id that is asked for. Raises NobodyThere for one that
    is not hers, or none at all."""
    paths = visit.who.actor.paths(act)
    rows = await desk.officers.database.read(lambda c: choices(c, paths, wanted))
    chosen = next((row for row in rows if row.area_id == wanted), None)
    if wanted and chosen is None:
        raise NobodyThere
    rows = in_order(rows)
    top = min((row.path.count("/") for row in rows), default=0)
    options = tuple((row.area_id, row.name, row.path.count("/") - top) for row in rows)
    return AreaChoice(options, chosen, (chosen.path,) if chosen else tuple(paths), _tree(rows, top))


def in_order(rows: Sequence[AreaRow]) -> list[AreaRow]:
    """Each area before what lies below it, those beside one another as people count and spell: Tổ 2 before Tổ 10."""
    keys = {row.path: place_key(row.name) for row in rows}

    def way(row: AreaRow) -> list[tuple[str, str]]:
        parts = row.path.strip("/").split("/")
        above = (f"/{'/'.join(parts[: depth + 1])}/" for depth in range(len(parts)))
        return [(keys.get(path, ""), path) for path in above]

    return sorted(rows, key=way)


def _tree(rows: Sequence[AreaRow], top: int) -> tuple[ChoiceLine, ...]:
    groups: dict[str | None, list[tuple[str, str]]] = {}
    ids = {row.area_id for row in rows if row.kind == "branch"}
    for row in rows:
        if row.kind == "group" and row.parent_id in ids:
            groups.setdefault(row.parent_id, []).append((row.area_id, row.name))
    return tuple(
        ChoiceLine(row.area_id, row.name, row.path.count("/") - top, tuple(groups.get(row.area_id, ())))
        for row in rows
        if not (row.kind == "group" and row.parent_id in ids)
    )


async def about(desk: DeskServices, visit: Visit, learner_id: str, work: Callable[[Connection, AreaRow], T]) -> T:
    """Do something about a person whom the visitor may see; that she was looked at is noted once in LOOKED.

    Raises NobodyThere for everybody else, whether they are or not; who tried is written down.
    """
    people, actor = desk.officers.people, visit.who.actor

    def seen(connection: Connection, place: AreaRow) -> T:
        if not looked_since(connection, actor.name, people.services.names.of(learner_id), desk.now() - LOOKED):
            people.note(connection, actor, "looked", learner_id, place.area_id)
        return work(connection, place)

    try:
        return await people.about(actor, "see_people", learner_id, seen)
    except NotAllowed:
        raise NobodyThere from None
