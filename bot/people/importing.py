"""A list of people and areas into the database: all of it or nothing, in slices that hold nobody up.

First everything is looked up and checked (`import_places.py` where, `import_people.py` who), and what is doubtful is
asked; then areas and invitees are written, a few hundred a transaction, unseen;
last one row says that the import is done, and from that moment all of it is there. What a broken import left is
thrown away by the next. The same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from bot.errors import CamtayError, NotAllowed
from bot.people.import_people import ASKED_SINGLY, Alike, Question, alike, asked_within, places_of, recognise, take
from bot.people.import_places import Tree, Within
from bot.people.policy.lists import places
from bot.people.policy.people_file import AREA, PERSON, ListFault, ListRow, PeopleList
from bot.people.policy.permissions import PERMISSIONS, Actor
from bot.people.service import People
from flows.saying import joined, say
from storage import worlds
from storage.engine.database import Connection
from storage.engine.slices import Slices
from storage.people import areas, invitees, people
from storage.people.areas import AreaRow
from storage.people.records import AuditRow, InviteeRow

SLICE = 400  # rows at most that are looked up, or written, at once
NAMED = 10  # of those who were there already, in one note
DEAD_AFTER = timedelta(minutes=2)  # an import that has written nothing for so long is broken

T = TypeVar("T")


class ImportRunning(CamtayError):
    """Đang có một lần nhập danh sách khác. Chờ nó xong rồi nhập lại nhé."""


@dataclass(slots=True)
class ImportPlan:
    """What an import would do; with faults nothing."""

    faults: list[ListFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    areas: list[AreaRow] = field(default_factory=list)
    invitees: list[InviteeRow] = field(default_factory=list)
    known: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    """Of entries, in which line of the file each stands."""


async def plan(service: People, actor: Actor, sheet: PeopleList, into: str = "") -> ImportPlan:
    """Look everything up; `into` is the ward, branch or group of the whole list.

    Raises NotAllowed when a line lies outside the actor's area; nothing is written but the refusal. CamtayError over a
    made-up world.
    """
    if await service.database.read(worlds.made_up):
        raise CamtayError(say("Dữ liệu này là người giả để xem thử; danh sách người thật thì nhập vào dữ liệu thật."))
    found = ImportPlan(list(sheet.faults), list(sheet.notes), [Question(text) for text in sheet.questions])
    tree = Tree(await service.areas(), service.services.names.listed)
    within = _within(tree, sheet, into, found)
    if within is None and (into or not any(row.ward for row in sheet.rows)):
        return _in_order(found)  # one fault says it for all
    for row in sheet.rows:
        if row.kind == AREA:
            tree.declare(row, within)
    placed: list[tuple[ListRow, AreaRow]] = []
    for row in sheet.rows:
        place = tree.place(row, within, found.faults)
        if place is None:
            continue
        if not actor.may_list(row.role, place.path):
            await _refuse(service, actor, place)
        if row.kind == PERSON:
            placed.append((row, place))
    found.areas = tree.made
    if not found.faults:
        offices = [say("“{row.name}” (dòng {row.line})", row=row) for row, _ in placed if service.is_office(row.name)]
        if offices:
            some = joined([joined(offices[:ASKED_SINGLY]), *(["…"] if len(offices) > ASKED_SINGLY else [])], "")
            found.questions.append(Question(say("{some} giống tên cơ quan: vẫn nhập là người?", some=some)))
        text, short, lines = tree.question()
        if text:
            found.questions.append(Question(text, lines=lines, short=short))
        found.notes += [say("“{said}” trong tệp được hiểu là {name}.", said=a, name=b) for a, b in tree.taken.items()][
            :NAMED
        ]
        await _recognise(service, alike(placed, service.services.names.listed), found)
    return _in_order(found)


def _in_order(found: ImportPlan) -> ImportPlan:
    found.faults = sorted(dict.fromkeys(found.faults), key=lambda fault: (fault.line, fault.column))
    return found


async def carry_out(service: People, actor: Actor, found: ImportPlan) -> None:
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


def _within(tree: Tree, sheet: PeopleList, into: str, found: ImportPlan) -> Within | None:
    """Where the whole list belongs, by the caller's word or, where no column says it, by the lines above the heads."""
    if into:
        within = tree.within(into)
        if within is None:
            why = "không có xã, phường, chi hội hay tổ nào là “{into}” (xem ./camtay people areas)"
            found.faults.append(ListFault(0, "--into", say(why, into=into[:60])))
        return within
    if not sheet.rows or any(row.ward for row in sheet.rows):
        return None
    said = places.in_titles(sheet.titles)
    within = next(filter(None, map(tree.within, places.wards(said.ward))), None) if said.ward else None
    if within is None:
        told = say("không có cột xã, phường; hãy thêm cột ấy, hoặc nhập với --into MÃ (xem ./camtay people areas)")
        found.faults.append(ListFault(0, "xa_phuong", told))
        return None
    where = f"{within.area.name}, {said.branch}" if said.branch else within.area.name
    found.questions.append(
        Question(say("Không có cột xã, phường; dòng đầu ghi {where}: nhập cả danh sách vào đó?", where=where))
    )
    sheet.rows = [replace(row, branch=row.branch or said.branch) for row in sheet.rows]
    return within


async def _recognise(service: People, groups: Sequence[Alike], found: ImportPlan) -> None:
    """Who is there already stays; who has a namesake, or one who had everything deleted, is asked about."""
    gone = await _gone(service, [each for group in groups for each in (*group.ids, group.former)])
    missing = [group for group in groups if not gone.isdisjoint(group.ids)]
    if missing:
        gone |= await _gone(service, [each for group in missing for each in group.try_more()])
    questions = take(groups, gone)
    known = await _look_up(service, [each for group in groups for each in group.taken], invitees.known)
    listed: list[InviteeRow] = []
    for slice_ in _slices(places_of(groups, known)):
        listed += await service.database.read(partial(_listed, slice_))
    recognised = recognise(groups, known, listed)
    found.invitees, found.known = recognised.fresh, len(recognised.known)
    fresh = {row.invitee_id for row in found.invitees}
    found.lines = {each: row.line for group in groups for each, row in zip(group.taken, group.rows, strict=False)}
    asked = [*asked_within(groups), *questions, *recognised.questions]
    found.questions += [question for question in asked if question.instead or question.without & fresh]
    if recognised.fresh and recognised.known:
        told = ", ".join(recognised.known[:NAMED]) + ("…" if len(recognised.known) > NAMED else "")
        found.notes.append(
            say(
                "Đã có từ trước: {told}. Ai là người khác trùng tên thì ghi thêm năm sinh, hoặc A, B sau tên.",
                told=told,
            )
        )


async def _gone(service: People, ids: Sequence[str]) -> set[str]:
    """Which of these entries belong to somebody who had everything deleted."""
    pseudonyms = {service.services.names.of(each): each for each in ids}
    return {pseudonyms[each] for each in await _look_up(service, list(pseudonyms), invitees.gone)}


async def _look_up(
    service: People, keys: Sequence[str], which: Callable[[Connection, Sequence[str]], set[str]]
) -> set[str]:
    found: set[str] = set()
    for some in _slices(keys):
        found |= await service.database.read(lambda c, some=some: which(c, some))  # type: ignore[misc]
    return found


def _listed(area_ids: Sequence[str], connection: Connection) -> list[InviteeRow]:
    return invitees.of_areas(connection, area_ids)


async def _refuse(service: People, actor: Actor, place: AreaRow) -> None:
    row = AuditRow(service.now(), actor.name, "refused_import", "", place.area_id)
    await service.database.transact(lambda c: people.note(c, row))
    raise NotAllowed(PERMISSIONS["import"].refusal)


def _slices(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(rows), SLICE):
        yield rows[at : at + SLICE]


def answered(found: ImportPlan, question: Question, yes: bool) -> bool:
    """Whether the import may go on after this answer; a no about people only changes who comes in."""
    if not yes:
        found.invitees = [row for row in found.invitees if row.invitee_id not in question.without]
        found.invitees += question.instead
        found.known -= len(question.instead)
    return yes or bool(question.without or question.instead)


def summary(found: ImportPlan) -> dict[str, int]:
    """How many would be new, and how many are there already."""
    return {"areas": len(found.areas), "people": len(found.invitees), "known": found.known}
