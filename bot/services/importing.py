"""A list of people and areas into the database: all of it or nothing, in slices that hold nobody up.

First everything is looked up and checked; then areas and invitees are written, a few hundred a transaction, unseen;
last one row says that the import is done, and from that moment all of it is there. What a broken import left is
thrown away by the next. The same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from functools import partial
from typing import TypeVar

from bot.errors import CamtayError, NotAllowed
from bot.services.people import REFUSALS, Actor, People
from bot.tutoring.people_file import AREA, PERSON, Fault, Row, Sheet, fold
from bot.tutoring.roles import FROM_ABOVE, may
from storage import areas, invitees, people
from storage.areas import AreaRow
from storage.database import Connection
from storage.people_records import AuditRow, InviteeRow
from storage.slices import Slices

SLICE = 400  # rows at most that are looked up, or written, at once
MOST_HINTS = 200  # names for which a near one is looked for; each costs some milliseconds
DEAD_AFTER = timedelta(minutes=2)  # an import that has written nothing for so long is broken

T = TypeVar("T")


class ImportRunning(CamtayError):
    """Đang có một lần nhập danh sách khác. Chờ nó xong rồi nhập lại nhé."""


@dataclass(slots=True)
class Plan:
    """What an import would do; with faults nothing."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    areas: list[AreaRow] = field(default_factory=list)
    invitees: list[InviteeRow] = field(default_factory=list)
    known: int = 0


async def plan(service: People, actor: Actor, sheet: Sheet) -> Plan:
    """Look everything up. Raises NotAllowed when a line lies outside the actor's area; nothing is written but that."""
    found = Plan(list(sheet.faults), list(sheet.notes))
    tree = _Tree(await service.areas())
    for row in sheet.rows:
        if row.kind == AREA:
            tree.declare(row, found, service.office.names.listed)
    lines: dict[str, int] = {}
    for row in sheet.rows:
        place = tree.place(row, found.faults)
        if place is None:
            continue
        if not _allowed(actor, row, place):
            await _refuse(service, actor, place)
        if row.kind == PERSON:
            _add_person(service, row, place, lines, found)
    found.faults.sort(key=lambda fault: (fault.line, fault.column))
    if not found.faults:
        await _leave_out_known(service, found)
    return found


async def carry_out(service: People, actor: Actor, found: Plan) -> None:
    """Write what was planned. Raises ImportRunning."""
    assert not found.faults
    if not found.areas and not found.invitees:
        return
    import_id = service.new_id()

    def begin(connection: Connection) -> int:
        if invitees.loading(connection, service.now() - DEAD_AFTER):
            raise ImportRunning
        return invitees.drop_unfinished(connection, service.now() - DEAD_AFTER, SLICE)

    while await service.database.transact(begin):
        pass
    await service.database.transact(lambda c: invitees.begin(c, import_id, actor.name, service.now()))
    written, slices = 0, Slices(service.database.lane, 50, SLICE)

    async def write(put: Callable[..., None], rows: Sequence[object]) -> None:
        nonlocal written
        written += len(rows)
        await service.database.transact(partial(put, rows, written))

    await slices.through(found.areas, partial(write, partial(_write_areas, service, import_id)))
    # In the order of their keys: neighbours share pages, else each row dirties a page of its own.
    in_order = sorted(found.invitees, key=lambda row: row.invitee_id)
    await slices.through(in_order, partial(write, partial(_write_invitees, service, actor, import_id)))
    await service.database.transact(partial(_finish, service, actor, import_id, written))


def _write_areas(
    service: People, import_id: str, rows: Sequence[AreaRow], written: int, connection: Connection
) -> None:
    areas.add(connection, rows, import_id)
    invitees.beat(connection, import_id, written, service.now())


def _write_invitees(
    service: People, actor: Actor, import_id: str, rows: Sequence[InviteeRow], written: int, connection: Connection
) -> None:
    invitees.add(connection, rows, actor.name, service.now(), import_id)
    invitees.beat(connection, import_id, written, service.now())


def _finish(service: People, actor: Actor, import_id: str, written: int, connection: Connection) -> None:
    invitees.finish(connection, import_id)
    people.note(connection, AuditRow(service.now(), actor.name, "imported", import_id, str(written)))


# --- looking up --------------------------------------------------------------------------------------


class _Tree:
    """The areas that are there and those that the file itself declares."""

    def __init__(self, known: Sequence[AreaRow]) -> None:
        self.wards: dict[str, list[AreaRow]] = {}
        self.below: dict[tuple[str, str], AreaRow] = {}
        self.hints: dict[str, str] = {}
        for area in known:
            if area.kind == "ward":
                for way in {fold(area.name), _bare(area.name), area.official_code}:
                    self.wards.setdefault(way, []).append(area)
            elif area.kind in ("branch", "group"):
                self.below[area.parent_id or "", fold(area.name)] = area

    def declare(self, row: Row, found: Plan, name_id: Callable[..., str]) -> None:
        """A line that names a branch or a group: it is made unless it is there."""
        ward = self._ward(row, found.faults)
        if ward is None:
            return
        branch = self._made(ward, row.branch, "branch", found, name_id)
        if row.group:
            self._made(branch, row.group, "group", found, name_id)

    def _made(self, parent: AreaRow, name: str, kind: str, found: Plan, name_id: Callable[..., str]) -> AreaRow:
        key = parent.area_id, fold(name)
        if key not in self.below:
            area_id = f"{kind[0]}-{name_id('area', *key)[2:22]}"
            self.below[key] = AreaRow(area_id, parent.area_id, kind, name, "", f"{parent.path}{area_id}/")
            found.areas.append(self.below[key])
        return self.below[key]

    def place(self, row: Row, faults: list[Fault]) -> AreaRow | None:
        """Where a line belongs; a fault is added, once, when that is not known."""
        ward = self._ward(row, faults if row.kind == PERSON else [])
        place = ward
        for column, name in (("chi_hoi", row.branch), ("to", row.group)):
            if place is None or not name:
                break
            inside = self.below.get((place.area_id, fold(name)))
            if inside is None:
                faults.append(Fault(row.line, column, self._unknown(place, column, name)))
            place = inside
        return place

    def _ward(self, row: Row, faults: list[Fault]) -> AreaRow | None:
        found = self.wards.get(fold(row.ward)) or self.wards.get(_bare(row.ward), [])
        if len(found) == 1:
            return found[0]
        if found:
            both = " hay ".join(area.name for area in found)
            faults.append(Fault(row.line, "xa_phuong", f"“{row.ward[:40]}” là {both}?"))
        else:
            near = self._near(fold(row.ward), self.wards)
            said = f"; có phải “{self.wards[near][0].name}”?" if near else "."
            faults.append(Fault(row.line, "xa_phuong", f"Đồng Nai không có xã, phường nào tên “{row.ward[:40]}”{said}"))
        return None

    def _unknown(self, parent: AreaRow, column: str, name: str) -> str:
        kind = "chi hội" if column == "chi_hoi" else "tổ"
        inside = {key: area.name for (parent_id, key), area in self.below.items() if parent_id == parent.area_id}
        near = self._near(fold(name), inside)
        said = f"; có phải “{inside[near]}”?" if near else "."
        return f"{parent.name} chưa có {kind} “{name[:40]}”{said} Muốn thêm mới thì ghi một dòng loại “{kind}”."

    def _near(self, said: str, known: Mapping[str, object]) -> str:
        """The nearest name, looked for once: a whole column may be misspelt the same way."""
        if said not in self.hints and len(self.hints) < MOST_HINTS:
            self.hints[said] = next(iter(get_close_matches(said, known, n=1, cutoff=0.6)), "")
        return self.hints.get(said, "") if self.hints.get(said) in known else ""


def _bare(name: str) -> str:
    """A ward's name without what it is: "P. Tam Hiệp" and "Phường Tam Hiệp" are one."""
    words = fold(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("phuong", "xa", "p", "x") else words)


def _allowed(actor: Actor, row: Row, place: AreaRow) -> bool:
    if not may(actor.grants, "import", place.path):
        return False
    return f"invite_{row.role}" not in FROM_ABOVE or may(actor.grants, f"invite_{row.role}", place.path)


async def _refuse(service: People, actor: Actor, place: AreaRow) -> None:
    row = AuditRow(service.now(), actor.name, "refused_import", "", place.area_id)
    await service.database.transact(lambda c: people.note(c, row))
    raise NotAllowed(REFUSALS["import"])


def _add_person(service: People, row: Row, place: AreaRow, lines: dict[str, int], found: Plan) -> None:
    invitee_id = service.office.names.listed("person", fold(row.name), place.path, row.role)
    if invitee_id in lines:
        found.notes.append(f"Dòng {row.line} giống dòng {lines[invitee_id]}: coi là một người.")
        return
    lines[invitee_id] = row.line
    found.invitees.append(InviteeRow(invitee_id, row.name, place.area_id, row.role))


async def _leave_out_known(service: People, found: Plan) -> None:
    """Who is there already stays; who had everything deleted is not brought back by an old list."""
    fresh: list[InviteeRow] = []
    gone = 0
    for rows in _slices(found.invitees):
        ids = {row.invitee_id: service.office.names.of(row.invitee_id) for row in rows}
        known = await service.database.read(partial(_known, list(ids)))
        dead = await service.database.read(partial(_gone, list(ids.values())))
        fresh += [row for row in rows if row.invitee_id not in known and ids[row.invitee_id] not in dead]
        found.known += len(known)
        gone += sum(pseudonym in dead for pseudonym in ids.values())
    found.invitees = fresh
    if gone:
        found.notes.append(f"{gone} người đã xin xóa hết dữ liệu nên không nhập lại.")


def _known(ids: Sequence[str], connection: Connection) -> set[str]:
    return invitees.known(connection, ids)


def _gone(pseudonyms: Sequence[str], connection: Connection) -> set[str]:
    return invitees.gone(connection, pseudonyms)


def _slices(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(rows), SLICE):
        yield rows[at : at + SLICE]


def summary(found: Plan) -> Mapping[str, int]:
    """How many would be new, and how many are there already."""
    return {"areas": len(found.areas), "people": len(found.invitees), "known": found.known}
