"""Where the lines of a list belong: official wards by whatever they are called, branches and groups that are made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.people.policy.lists import places
from bot.people.policy.lists.words import fold, has_marks, key, short
from bot.people.policy.people_file import AREA, ListFault, ListRow
from flows.saying import joined, say
from storage.people.areas import AreaRow
from storage.people.naming import place_key

MOST_HINTS = 200  # names for which a near one is looked for; each costs some milliseconds
SHOWN = 12  # branches named in one question
_KIND_OF_WARD = ("phuong", "xa", "p", "x")


@dataclass(frozen=True, slots=True)
class Within:
    """Where a whole list belongs: `area` is a ward, branch or group, `ward` the ward around it."""

    area: AreaRow
    ward: AreaRow


class Tree:
    """The areas that are there and those that the list itself brings; `name_id` hashes the parts of a new one's id."""

    def __init__(self, known: Sequence[AreaRow], name_id: Callable[..., str]) -> None:
        self.name_id = name_id
        self.areas = {area.area_id: area for area in known}
        self.made: list[AreaRow] = []
        self.asked: Counter[str] = Counter()  # people in each place that is made unasked-for
        self.taken: dict[str, str] = {}  # what a line says without marks, and what it was taken for
        self._marked: dict[str, list[AreaRow]] = {}
        self._bare: dict[str, list[AreaRow]] = {}
        self._below: dict[str, list[AreaRow]] = {}
        self._hints: dict[str, str] = {}
        self._found: dict[tuple[str, ...], AreaRow | tuple[str, str]] = {}
        for area in known:
            if area.kind == "ward":
                for way in {key(area.name), without_kind(key(area.name)), area.official_code}:
                    self._marked.setdefault(way, []).append(area)
                for way in {fold(area.name), _spelled(without_kind(fold(area.name)))}:
                    self._bare.setdefault(way, []).append(area)
            elif area.parent_id:
                self._below.setdefault(area.parent_id, []).append(area)

    def within(self, said: str) -> Within | None:
        """An area by its id, or a ward by its code or name; None for the province and for what nobody knows."""
        area = self.areas.get(said)
        if area is None:
            found = self._wards(said)
            area = found[0] if len(found) == 1 else None
        ward = area
        while ward is not None and ward.kind != "ward":
            ward = self.areas.get(ward.parent_id or "")
        return Within(area, ward) if area is not None and ward is not None else None

    def declare(self, row: ListRow, within: Within | None) -> None:
        """Take in a line that names a branch or a group itself: it is made unless it is there, and nobody asks."""
        ward = within.ward if within else self._ward(row.ward)
        if isinstance(ward, AreaRow) and row.branch:
            branch = self._of(ward, "branch", row.branch) or self._make(ward, "branch", row.branch)
            if row.group and isinstance(branch, AreaRow) and not self._of(branch, "group", row.group):
                self._make(branch, "group", row.group)

    def place(self, row: ListRow, within: Within | None, faults: list[ListFault]) -> AreaRow | None:
        """Where a line belongs; a fault is added when that cannot be known."""
        said = (row.ward, row.branch, row.group)
        if said not in self._found:
            self._found[said] = self._look(row, within)
        found = self._found[said]
        if isinstance(found, AreaRow):
            if row.kind != AREA and found.area_id in self.asked:
                self.asked[found.area_id] += 1
            return found
        faults.append(ListFault(row.line, *found))
        return None

    def question(self) -> tuple[str, str, tuple[str, ...]]:
        """Which branches and groups would be made: in one sentence, in a short one, and a line for each branch; nothing
        for none."""
        if not self.asked:
            return "", "", ()
        groups: dict[str, list[AreaRow]] = {}
        for area in map(self.areas.__getitem__, self.asked):
            groups.setdefault(area.area_id if area.kind == "branch" else str(area.parent_id), [])
            if area.kind == "group":
                groups[str(area.parent_id)].append(area)
        branches = sorted(map(self.areas.__getitem__, groups), key=lambda each: (each.parent_id, place_key(each.name)))
        wards = {each.parent_id for each in branches}
        lines = tuple(self._told(each, groups[each.area_id], names_ward=len(wards) > 1) for each in branches)
        more = [say("và {more} chi hội nữa", more=len(lines) - SHOWN)] if len(lines) > SHOWN else []
        count, named = len(self.asked), joined([*lines[:SHOWN], *more], "; ")
        text = say("Sẽ lập mới {count} chi hội, tổ: {named}. Đúng chưa?", count=count, named=named)
        return text, say("Sẽ lập mới {count} chi hội, tổ như dưới đây. Đúng chưa?", count=count), lines

    def _told(self, branch: AreaRow, groups: Sequence[AreaRow], *, names_ward: bool) -> str:
        """ "Chi hội khu phố 1: 15 người (Tổ 1: 1, Tổ 2: 3)"."""
        people = self.asked[branch.area_id] + sum(self.asked[each.area_id] for each in groups)
        above = self.areas[branch.parent_id or ""]
        name = self._named(branch) if branch.area_id in self.asked else say("{branch.name} (đã có)", branch=branch)
        name = say("{name}, {ward.name}", name=name, ward=above) if names_ward else name
        line = say("{name}: {count} người", name=name, count=people)
        inside = [
            say("{name}: {count}", name=self._named(each), count=self.asked[each.area_id])
            for each in sorted(groups, key=lambda each: place_key(each.name))
        ]
        return say("{line} ({inside})", line=line, inside=joined(inside)) if inside else line

    def _named(self, area: AreaRow) -> str:
        """Its name; beside it what is there already and much like it."""
        mine = places.same(area.kind, area.name)[1]
        beside = [each for each in self._below[area.parent_id or ""] if each != area]
        names = {places.same(area.kind, each.name)[1]: each.name for each in beside}
        near = self._near(mine, {each: name for each, name in names.items() if _digits(each) == _digits(mine)})
        return say("{area.name} (gần giống “{other}”)", area=area, other=names[near]) if near else area.name

    # --- looking ---

    def _look(self, row: ListRow, within: Within | None) -> AreaRow | tuple[str, str]:
        ward = self._ward(row.ward) if row.ward or not within else within.ward
        if within:
            if isinstance(ward, AreaRow) and ward != within.ward:
                why = "dòng này ghi {ward.name}, mà cả danh sách nhập vào {within.name}"
                return "xa_phuong", say(why, ward=ward, within=within.ward)
            ward = within.ward
        if not isinstance(ward, AreaRow):
            return "xa_phuong", ward
        place = within.area if within else ward
        for kind, column, name in (("branch", "chi_hoi", row.branch), ("group", "to", row.group)):
            if not name or _depth(place) >= _depth_of(kind):
                if name and kind == place.kind and not _is_same(kind, place.name, name):
                    why = "dòng này ghi “{said}”, mà cả danh sách nhập vào {within.name}"
                    return column, say(why, said=short(name), within=place)
                continue
            if kind == "group" and place.kind == "ward":
                return "chi_hoi", say("có tổ thì phải có chi hội")
            inside = self._of(place, kind, name)
            if isinstance(inside, str):
                return column, inside
            place = inside or self._make(place, kind, name, asked=True)
        return place

    def _of(self, parent: AreaRow, kind: str, name: str) -> AreaRow | str | None:
        """The branch or group of this name; a sentence where it may be two; None where there is none."""
        marked, bare = places.same(kind, name)
        inside = [area for area in self._below.get(parent.area_id, ()) if area.kind == kind]
        found = [area for area in inside if places.same(kind, area.name)[0] == marked]
        if not found and not has_marks(name):
            found = [area for area in inside if places.same(kind, area.name)[1] == bare]
            if len(found) == 1:
                self.taken[short(name)] = found[0].name
        if len(found) > 1:
            return _which(name, found[:4])
        return found[0] if found else None

    def _make(self, parent: AreaRow, kind: str, name: str, *, asked: bool = False) -> AreaRow:
        area_id = f"{kind[0]}-{self.name_id('area', parent.area_id, places.same(kind, name)[0])[2:22]}"
        area = AreaRow(area_id, parent.area_id, kind, name, "", f"{parent.path}{area_id}/")
        self.made.append(area)
        self.areas[area_id] = area
        self._below.setdefault(parent.area_id, []).append(area)
        if asked:
            self.asked[area_id] = 0
        return area

    def _ward(self, said: str) -> AreaRow | str:
        """The ward of this name, or what is wrong with it."""
        if not said:
            return say("thiếu xã, phường")
        for part in places.wards(said):
            found = self._wards(part)
            if len(found) == 1:
                return found[0]
            if found:
                return _which(part, found)
        near = self._near(fold(said), self._bare)
        unknown = say("Đồng Nai không có xã, phường nào tên “{said}”", said=short(said, 40))
        hint = say("có phải “{near}”?", near=self._bare[near][0].name) if near else ""
        return joined([unknown, hint], "; ") if hint else say("{unknown}.", unknown=unknown)

    def _wards(self, said: str) -> list[AreaRow]:
        marked = re.sub(r"^(\d{5}) 0$", r"\1", key(said))
        found = self._marked.get(marked) or self._marked.get(without_kind(marked))
        return found or self._bare.get(fold(said)) or self._bare.get(_spelled(without_kind(fold(said))), [])

    def _near(self, said: str, known: Mapping[str, object]) -> str:
        """The nearest name, looked for once: a whole column may be misspelt the same way."""
        if said not in self._hints and len(self._hints) < MOST_HINTS:
            self._hints[said] = next(iter(get_close_matches(said, known, n=1, cutoff=0.6)), "")
        return self._hints.get(said, "") if self._hints.get(said) in known else ""


def without_kind(said: str) -> str:
    """A ward's name without what it is: "P. Tam Hiệp" and "Phường Tam Hiệp" are one."""
    words = said.split()
    return " ".join(words[1:] if len(words) > 1 and fold(words[0]) in _KIND_OF_WARD else words)


def _spelled(said: str) -> str:
    """Without marks, as different ages spelled it: Đắc Lua and Đak Lua, Phú Lý and Phú Lí."""
    return re.sub(r"\bd?dac\b", "dak", said).replace("y", "i")


def _depth_of(kind: str) -> int:
    return ("province", "ward", "branch", "group").index(kind)


def _depth(area: AreaRow) -> int:
    return _depth_of(area.kind)


def _is_same(kind: str, one: str, two: str) -> bool:
    return places.same(kind, one)[1] == places.same(kind, two)[1]


def _digits(said: str) -> list[str]:
    """ "Ấp 1" and "Ấp 2" are near in letters only."""
    return re.findall(r"\d+", said)


def _which(said: str, found: Sequence[AreaRow]) -> str:
    """It may be any of these."""
    ways = joined((area.name for area in found), " hay ")
    return say("“{said}” là {ways}? Hãy ghi đủ dấu.", said=short(said, 40), ways=ways)
