"""From numbers by area to a table: summed up the tree, named, hidden where they are not one's own. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

from bot.reports.policy.disclosure import ENOUGH, UNTOLD, Cell, knowing_own, told
from flows.saying import say

CellValue = int | float | str
UPPER = ("province", "ward")
KIND_NAMES = {"province": "tỉnh", "ward": "xã, phường", "branch": "chi hội", "group": "tổ"}


@dataclass(frozen=True, slots=True)
class ReportArea:
    """`path` ends in its own id; it lies below its parent's."""

    area_id: str
    kind: str
    name: str
    path: str

    @property
    def above(self) -> list[str]:
        """The ids on the way to it, its own last."""
        return self.path.strip("/").split("/")


class AreaTree(tuple[ReportArea, ...]):
    """Areas of a report."""

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each stands among them."""
        return {place.area_id: n for n, place in enumerate(self)}

    @cached_property
    def parents(self) -> Sequence[int]:
        """Where the area right above each stands; -1 for one that is none of these."""
        above = (place.above[-2:-1] for place in self)
        return array("i", [self.places.get(each[0], -1) if each else -1 for each in above])

    def up(self, area_id: str) -> Iterator[int]:
        """Where an area stands among them, then each above it; nothing of one that is none of these."""
        n = self.places.get(area_id, -1)
        while n >= 0:
            yield n
            n = self.parents[n]


class AreaCounts(Mapping[str, int]):
    """How many there are in each area and all below it: four bytes each, for a province has 24,000 areas and a report a
    hundred columns."""

    def __init__(self, tree: AreaTree) -> None:
        self._tree, self._counts = tree, array("i", bytes(array("i").itemsize * len(tree)))

    def add(self, area_id: str, count: int) -> None:
        """So many more in an area, if it is one of these."""
        for n in self._tree.up(area_id):
            self._counts[n] += count

    def __getitem__(self, area_id: str) -> int:
        return self._counts[self._tree.places[area_id]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree.places)

    def __len__(self) -> int:
        return len(self._counts)


@dataclass(frozen=True, slots=True)
class Column:
    """`part_of` names the column of which this counts a part; `places`: it counts areas, which hides nobody."""

    key: str
    title: str
    part_of: str = ""
    places: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A mean, median or p95 (`kind`) of what was measured of `of`, in the unit of the title; `always`: of too few it is
    told to nobody, whosever area it is."""

    key: str
    title: str
    kind: str
    of: str = ""
    always: bool = False


@dataclass(slots=True)
class ReportTable:
    """All numbers of a report, by column and area, each area with all that lies below it.

    `measured` are sorted figures by what they are of and area; `notes` a word of each area, for those who may know it.
    """

    places: Sequence[ReportArea]
    columns: Sequence[Column]
    numbers: Mapping[str, Mapping[str, int]]
    measures: Sequence[Measure] = ()
    measured: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    note_title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    heads: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    depths: tuple[int, ...]


def add_up(places: AreaTree, counts: Mapping[str, int]) -> AreaCounts:
    """Every area's number with those of all areas below it."""
    sums = AreaCounts(places)
    for area_id, count in counts.items():
        if count:
            sums.add(area_id, count)
    return sums


def table(sheet: ReportTable, top: ReportArea, is_own: Callable[[str], bool], levels: int | None = None) -> Table:
    """What somebody sees of `top` and so many `levels` below (None: all): everything where there is a right, elsewhere
    sums of wards and province.
    """
    deepest = len(top.above) + levels if levels is not None else None
    inside = [
        place
        for place in sheet.places
        if place.path.startswith(top.path) and (deepest is None or place.path.count("/") - 1 <= deepest)
    ]
    shown = [place for place in inside if is_own(place.path) or place.kind in UPPER]
    cells = _Cells(sheet, is_own)
    rows = tuple((*_names(place), *_values(sheet, place, cells, is_own(place.path))) for place in shown)
    heads = ("ma", "dia_ban", "cap", *(c.title for c in sheet.columns), *(m.title for m in sheet.measures))
    start = len(top.above)
    return Table(
        (*heads, sheet.note_title) if sheet.note_title else heads, rows, tuple(len(p.above) - start for p in shown)
    )


def _names(place: ReportArea) -> tuple[CellValue, ...]:
    return place.area_id, place.name, say(KIND_NAMES.get(place.kind, place.kind))


def _values(sheet: ReportTable, place: ReportArea, cells: _Cells, own: bool) -> list[CellValue]:
    values: list[CellValue] = []
    for column in sheet.columns:
        whole = cells.of(place, column.part_of) if column.part_of else None
        values.append(told(cells.of(place, column.key), whole))
    for measure in sheet.measures:
        values.append(_measure(sheet.measured.get(measure.of, {}).get(place.area_id, ()), measure, own))
    if sheet.note_title:
        values.append(sheet.notes.get(place.area_id, "") if own else "")
    return values


def _measure(spans: Sequence[float], measure: Measure, own: bool) -> CellValue:
    if not spans:
        return "" if own else UNTOLD
    if (measure.always or not own) and len(spans) < ENOUGH[measure.kind]:
        return UNTOLD
    if measure.kind == "mean":
        return round(sum(spans) / len(spans), 1)
    rank = 0.5 if measure.kind == "median" else 0.95
    return round(spans[max(0, ceil(rank * len(spans)) - 1)], 1)


class _Cells:
    """The number of every area as it may be told."""

    def __init__(self, sheet: ReportTable, is_own: Callable[[str], bool]) -> None:
        self.sheet, self.is_own = sheet, is_own
        self.columns = {column.key: column for column in sheet.columns}
        self.known: dict[tuple[str, str], Cell] = {}

    @cached_property
    def roots(self) -> list[ReportArea]:
        """The reader's own areas, without those that lie in another of them: together they are what is known."""
        own = sorted((p for p in self.sheet.places if self.is_own(p.path)), key=lambda place: len(place.path))
        roots: list[ReportArea] = []
        for place in own:
            if not any(place.path.startswith(root.path) for root in roots):
                roots.append(place)
        return roots

    @cached_property
    def wards(self) -> list[ReportArea]:
        """The wards and communes of all provinces."""
        return [place for place in self.sheet.places if place.kind == "ward"]

    def of(self, place: ReportArea, key: str) -> Cell:
        found = self.known.get((place.area_id, key))
        if found is None:
            found = self.known[place.area_id, key] = self._of(place, key)
        return found

    def _of(self, place: ReportArea, key: str) -> Cell:
        column, value = self.columns[key], self._number(key, place.area_id)
        if column.places or self.is_own(place.path):
            return Cell(value)
        if place.kind != "province":
            return self._outside(place, column, self._roots_in(place))
        wards = [ward for ward in self.wards if ward.path.startswith(place.path)]
        of_wards = self._sum(key, wards)
        itself = Cell(0) if value == of_wards else self._outside(place, column, wards) + Cell(-of_wards)
        return sum((self.of(ward, key) for ward in wards), itself)

    def _outside(self, place: ReportArea, column: Column, known: Collection[ReportArea]) -> Cell:
        """A place's number, of which that of the `known` places below it is nothing to be hidden here."""
        value, own = self._number(column.key, place.area_id), self._sum(column.key, known)
        if not column.part_of:
            return knowing_own(value, own)
        whole, own_whole = self._number(column.part_of, place.area_id), self._sum(column.part_of, known)
        return knowing_own(value, own, whole, own_whole)

    def _roots_in(self, place: ReportArea) -> list[ReportArea]:
        return [root for root in self.roots if root.path.startswith(place.path)]

    def _sum(self, key: str, places: Iterable[ReportArea]) -> int:
        return sum(self._number(key, place.area_id) for place in places)

    def _number(self, key: str, area_id: str) -> int:
        return self.sheet.numbers.get(key, {}).get(area_id, 0)
