"""A world that never was, of a chosen size, in an empty database: `seed`.

One or a few neighbourhoods are lived through by the real tutor (`doings`), then copied into the wards of the province
until there are as many people as wanted (`copying`). The same plan, seed, instant and lessons make the same rows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.errors import CamtayError
from bot.media.store import MediaStore
from bot.people.pseudonyms import KEY_FILE, Pseudonyms
from bot.seeding import copying
from bot.seeding.cast import CAST
from bot.seeding.copying import PREFIX, LivedRows, Renaming
from bot.seeding.doings import live
from bot.seeding.lived import lived
from bot.seeding.neighbourhood import STAFF, WARD, Neighbourhood, NeighbourhoodPlan
from bot.seeding.scripts import scripts_of
from bot.settings import Settings
from flows.rules.checked import FILE, Checked
from flows.saying import say
from storage import worlds
from storage.engine import schema
from storage.engine.database import Connection, Database
from storage.engine.rows import Row
from storage.people import areas
from storage.people.areas import AreaRow

UNIT = 50
"""Learners of one neighbourhood, about."""

KINDS = 4
"""Neighbourhoods that are lived through where a ward has several: the eventful one for each, and the others in turn."""

AT_ONCE = 10
"""Copies poured in with one transaction."""

ATTEMPTS_A_LESSON, ATTEMPTS_OF_INSTRUCTOR = 4.2, 7
"""Answers that are graded for one lesson of a learner, in the mean, with tests and reviews; and of all that an
instructor learns: as measured over the lessons of today."""

OF_WARD, OF_PROVINCE = 2, len(STAFF)
"""How many of the staff belong to a ward; the others, up to this, to the whole province."""


class WorldRefused(CamtayError):
    """Cơ sở dữ liệu này đã có người, hay đã có bài phát hành; chỉ tạo người giả trong cơ sở dữ liệu còn trống."""


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """How large: `lines` are kept of each conversation, `pictures` whether those of lessons are drawn."""

    learners: int = 50
    instructors: int = 12
    attempts: int = 1_500
    days: int = 120
    lines: int = 100_000
    pictures: bool = False

    @property
    def copies(self) -> int:
        """How many neighbourhoods there are."""
        return max(1, round(self.learners / UNIT))

    def of(self, number: int) -> NeighbourhoodPlan:
        """The neighbourhood of that kind; the first is the eventful one, with two learners who come in its last
        hours."""
        wanted = max(0, self.attempts - ATTEMPTS_OF_INSTRUCTOR * self.instructors)
        lessons = wanted / max(1, self.learners) / ATTEMPTS_A_LESSON
        learners, instructors = (round(each / self.copies) for each in (self.learners, self.instructors))
        return NeighbourhoodPlan(learners - 2 * (number == 0), instructors, self.days, lessons, number == 0)


@dataclass
class _Lived:
    """A neighbourhood after its life: its rows, and who of it is of the cast (role, id, address)."""

    rows: LivedRows
    once: Mapping[str, Sequence[Row]]
    cast: Sequence[tuple[str, str, str, str]]


TellProgress = Callable[[str], None]


async def seed(
    database: Database,
    settings: Settings,
    plan: WorldPlan,
    number: int,
    now: datetime,
    tell: TellProgress = lambda _: None,
) -> dict[str, int]:
    """Fill an empty database with the world of this `number`, lived up to `now`; rows by table.

    The key of pseudonyms in the data folder is made where it is missing. Raises WorldRefused, StorageError, and what
    settings and lessons are refused for.
    """
    data = Path(settings.data.dir)
    await schema.ensure(database)
    if not await database.read(worlds.is_untouched):
        raise WorldRefused
    ids = Random(f"{number}/key")
    called = Pseudonyms.of_folder(data, lambda: f"{ids.getrandbits(128):032x}")
    how = json.dumps({"seed": number, "learners": plan.learners, "at": now.isoformat(timespec="seconds")})
    await database.transact(lambda c: worlds.mark(c, how))
    checked = Checked(data / FILE)
    kinds, wanted = [], KINDS if plan.copies > len(_wards()) else 1
    for kind in range(wanted):
        tell(say("Đang sống thử một khu dân cư ({at}/{all})…", at=kind + 1, all=wanted))
        kinds.append(await _live(settings, plan, f"{number}/{kind}", kind, now, called, checked))
    tell(say("Đang chép ra {count} khu…", count=plan.copies))
    rows = await _pour(database, kinds, plan, number, called)
    await database.transact(worlds.settle)
    return rows


# --- living ---


async def _live(
    settings: Settings, plan: WorldPlan, scope: str, kind: int, now: datetime, called: Pseudonyms, checked: Checked
) -> _Lived:
    """Live through one neighbourhood on a database of its own, which is thrown away."""
    data = Path(settings.data.dir)
    with TemporaryDirectory(prefix="camtay-seed-") as folder:
        shutil.copy(data / KEY_FILE, Path(folder) / KEY_FILE)
        store = _store(settings) if plan.pictures else None
        began_at = now - timedelta(days=plan.days, hours=1)
        async with lived(settings, Path(folder), began_at, PREFIX, checked, store) as tutor:
            lessons = tutor.library.shelf.good
            n = Neighbourhood(tutor, plan.of(kind), scripts_of(tutor.book, lessons), Random(scope), now)
            await live(n)
            rows = await tutor.database.read(lambda c: {name: worlds.rows(c, name) for name in worlds.names()})
    staff = [(one.learner_id, one.chat_id) for one in n.staff]
    once = {name: rows[name] for name in copying.ONCE}
    once["key_value"] = [row for row in rows["key_value"] if row["key"].startswith("media:")]
    return _Lived(copying.prepare(rows, staff, called, plan.lines), once, _cast(n))


def _store(settings: Settings) -> MediaStore:
    return MediaStore(Path(settings.data.dir) / "media", settings.web.public_url, settings.media.max_mb * 1_000_000)


def _cast(n: Neighbourhood) -> list[tuple[str, str, str, str]]:
    """One of each role: (role, name, id, address); of those who learn and guide who has most to show."""
    learner = max(n.learners, key=lambda one: len(one.taken))
    instructor = max(n.instructors, key=lambda one: len(one.heard))
    roles = {"learner": learner, "instructor": instructor, **dict(zip(_ROLES, n.staff, strict=True))}
    return [(role, one.name, one.learner_id, one.chat_id) for role, one in roles.items()]


_ROLES = ("officer", "second", "province", "editor", "admin")


# --- pouring ---


async def _pour(
    database: Database, kinds: Sequence[_Lived], plan: WorldPlan, number: int, called: Pseudonyms
) -> dict[str, int]:
    poured = dict.fromkeys(worlds.names(), 0)
    once = kinds[0].once
    await database.transact(lambda c: _add(c, once, poured))
    await database.transact(worlds.drop_indexes)
    rest = _copies(kinds, plan, number, called)
    made: dict[str, list[Row]] = {}
    for at, rows in enumerate(rest, 1):
        for name, some in rows.items():
            made.setdefault(name, []).extend(some)
        if at % AT_ONCE == 0 or at == plan.copies:
            await database.transact(partial(_add, made=made, poured=poured))
            made = {}
    await database.transact(worlds.make_indexes)
    return poured


def _add(connection: Connection, made: Mapping[str, Sequence[Row]], poured: dict[str, int]) -> None:
    for name in worlds.names():
        poured[name] += worlds.pour(connection, name, made.get(name, ()))


def _copies(
    kinds: Sequence[_Lived], plan: WorldPlan, number: int, called: Pseudonyms
) -> Iterator[dict[str, list[Row]]]:
    """The rows of each copy. The first of a ward brings its officers and is the eventful one; the very first those of
    the province, too."""
    wards = _wards()
    for at in range(plan.copies):
        ward, is_first = wards[at % len(wards)], at < len(wards)
        kind = kinds[0] if is_first else kinds[1 + at % (len(kinds) - 1)]
        shared = _shared(kind, number, ward)
        renaming = Renaming(f"{number}/{at}", kind.rows, called, ward, shared, _branches(ward, at // len(wards)))
        owners = range(OF_PROVINCE) if at == 0 else range(OF_WARD) if is_first else ()
        rows = copying.findable(dict(copying.copied(kind.rows, renaming, owners)))
        if at == 0:
            rows["key_value"] = [_cast_row(kind, renaming)]
        yield rows


def _wards() -> list[AreaRow]:
    """All wards and communes, the one where it was lived first."""
    wards = [each for each in areas.official_areas() if each.kind == "ward"]
    return sorted(wards, key=lambda each: (each.area_id != WARD, each.area_id))


def _shared(kind: _Lived, number: int, ward: AreaRow) -> dict[str, str]:
    """Those who answer for a ward, and for the province, are the same for all neighbourhoods there."""
    found: dict[str, str] = {}
    for at, both in enumerate(kind.rows.staff):
        scope = f"{number}/{ward.area_id if at < OF_WARD else areas.PROVINCE}"
        found |= {each: copying.fresh(scope, f"{at}/{what}") for what, each in enumerate(both)}
    return found


def _branches(ward: AreaRow, before: int) -> Callable[[], str]:
    """Names of a ward's branches, after those of so many neighbourhoods there before."""
    numbers, kind = count(before * 3 + 1), "Khu phố" if ward.name.startswith("Phường") else "Ấp"
    return lambda: f"{kind} {next(numbers)}"


# --- who can be looked at ---


def _cast_row(kind: _Lived, renaming: Renaming) -> Row:
    cast = [(role, *(renaming[each] for each in rest)) for role, *rest in kind.cast]
    return {"key": CAST, "value": json.dumps(cast, ensure_ascii=False), "revision": 1}
