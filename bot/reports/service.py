"""Reports: how far the union's target is reached, how the pairs do, what was learnt. One moment, a few statements.

A family is alive where "1+1" is more than a line in a list: one of its members is in an open pairing, as learner or as
instructor, and within the last N days (`pairing: living_days`, 30) one of the two was heard, a request of the learner
was taken up, or the pairing began. A month: lessons are weekly matters and reminders come after a day and a week; a
couple that has said nothing for a month has stopped, whatever the list says. Of a year that is over the last instant of
that year counts; who has been heard since then was most likely active then (only the last sign of life is kept).

A branch has reached the target when it or a group of its own has such a family, a group when it has one itself; a ward
and the province when all their branches and groups have.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from zoneinfo import ZoneInfo

from bot.errors import NotAllowed
from bot.people.policy.permissions import OPERATOR, PERMISSIONS, Actor
from bot.people.service import NobodyThere, People
from bot.reports.lessons import lessons_sheet
from bot.reports.policy.table import (
    UPPER,
    AreaCounts,
    AreaTree,
    Column,
    Measure,
    ReportArea,
    ReportTable,
    Table,
    add_up,
    table,
)
from bot.reports.programs import FAMILY
from flows.saying import joined, say
from storage import reports
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import areas
from storage.people.naming import place_key

HOUR_MS = 3_600_000
LEVELS = {"alone": "tu_lam_duoc", "help": "can_giup", "notyet": "chua_lam_duoc"}


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar year in ms, first instant and end, and the instant as of which it is looked at."""

    year: int
    since: int
    until: int
    at: int
    living_since: int


def span_of(year: int, now: datetime, zone: ZoneInfo, living_days: int) -> Span:
    """The year up to now as instants in ms, with the first instant at which a sign of life still counts."""
    first, end = (to_ms(datetime(each, 1, 1, tzinfo=zone)) for each in (year, year + 1))
    at = min(to_ms(now), end)
    return Span(year, first, end, at, at - round(timedelta(days=living_days).total_seconds() * 1000))


class Reports(People):
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    living_days = 30

    async def make(self, actor: Actor, what: str, area_id: str, year: int | None = None) -> Table:
        """One report as the actor may see it. Raises NotAllowed, NobodyThere."""
        sheet = await self.database.read_long(self.counter(what, year))
        return await self.view(actor, what, area_id, sheet)

    def counter(self, what: str, year: int | None = None) -> Callable[[Connection], ReportTable]:
        """What counts a report of everybody, for nobody to see but through `view`; a province takes seconds."""
        now = self.now()
        return counter_of(what, span_of(year or now.astimezone(self.zone).year, now, self.zone, self.living_days))

    async def view(self, actor: Actor, what: str, area_id: str, sheet: ReportTable, levels: int | None = None) -> Table:
        """What the actor may see of a report that was counted, so many levels below the area (None: all).

        Raises NotAllowed, NobodyThere.
        """
        top = next((place for place in sheet.places if place.area_id == area_id), None)
        if top is None:
            raise NobodyThere(say("Không có địa bàn nào mang mã “{area_id}”.", area_id=area_id[:40]))
        await self._written_down(actor, what, top)
        return await asyncio.to_thread(table, sheet, top, lambda path: actor.may("report", path), levels)

    async def _written_down(self, actor: Actor, what: str, top: ReportArea) -> None:
        """A report whose reader is named in the audit, and refused where there is nothing to see."""
        allowed = actor.may_report(top.path, is_whole=top.kind in UPPER)
        if actor is not OPERATOR:
            note = f"reported_{what}" if allowed else "refused_report"
            await self.database.transact(lambda c: self.note(c, actor, note, "", top.area_id))
        if not allowed:
            raise NotAllowed(PERMISSIONS["report"].refusal)


def counter_of(what: str, span: Span) -> Callable[[Connection], ReportTable]:
    """What counts a report of everybody."""

    def look(connection: Connection) -> ReportTable:
        reports.snapshot(connection)
        return _SHEETS[what](connection, _everywhere(connection), span)

    return look


_read_last: dict[bytes, AreaTree] = {}


def _everywhere(connection: Connection) -> AreaTree:
    """All areas; the same tree as before while none has changed: reports that are kept have its twenty megabytes in
    common, and a count does not make them anew."""
    stamp = areas.fingerprint(connection)
    known = _read_last.get(stamp) or _places(connection, "/")
    _read_last.clear()
    _read_last[stamp] = known
    return known


def _places(connection: Connection, path: str) -> AreaTree:
    """Each area before those below it, neighbours as people count and spell: Tổ 2 before Tổ 10."""
    found = [ReportArea(r.area_id, r.kind, r.name, r.path) for r in areas.under(connection, path)]
    keys = {place.area_id: (place_key(place.name), place.area_id) for place in found}
    return AreaTree(sorted(found, key=lambda place: [keys.get(each, ("", each)) for each in place.above]))


# --- targets ---

_TARGETS = (
    Column("families", "gia_dinh_so"),
    Column("living", "co_doi_song", "families"),
    Column("branches", "chi_hoi", places=True),
    Column("branches_reached", "chi_hoi_dat", "families"),  # each has a living family: no more of them than families
    Column("groups", "to", places=True),
    Column("groups_reached", "to_dat", "families"),
)


def _targets(connection: Connection, places: AreaTree, span: Span, path: str = "/") -> ReportTable:
    families = add_up(places, reports.families(connection, FAMILY, span.year, span.at, path))
    living = add_up(places, reports.living_families(connection, FAMILY, span.year, span.living_since, span.at, path))
    numbers: dict[str, AreaCounts] = {"families": families, "living": living}
    for key, kind in (("branches", "branch"), ("groups", "group")):
        numbers[key] = add_up(places, {place.area_id: 1 for place in places if place.kind == kind})
        reached = {place.area_id: 1 for place in places if place.kind == kind and living.get(place.area_id)}
        numbers[f"{key}_reached"] = add_up(places, reached)
    notes = {place.area_id: _missing(place, numbers) for place in places}
    return ReportTable(places, _TARGETS, numbers, notes=notes, note_title="con_thieu")


@dataclass(frozen=True, slots=True)
class TargetStanding:
    """How an area stands this year: model families, those with a living pair, and what lacks, in words."""

    families: int
    living: int
    missing: str


def standing_of(connection: Connection, path: str, span: Span) -> TargetStanding:
    """Of the area with this path; reads it and what lies below it, nothing else."""
    return standing_in(_targets(connection, _places(connection, path), span, path), path)


def standing_in(sheet: ReportTable, path: str) -> TargetStanding:
    """Of an area of a report of the targets."""
    area_id = path.strip("/").split("/")[-1]
    families, living = (sheet.numbers[key].get(area_id, 0) for key in ("families", "living"))
    return TargetStanding(families, living, sheet.notes.get(area_id, ""))


_NO_BRANCH = say("chưa có chi hội nào")
_NO_FAMILY = say("chưa có Gia đình số")
_NONE_LIVING = say("Gia đình số chưa có đôi 1+1 đang sống")
"""Said of thousands of areas: once, not once for each."""


def _missing(place: ReportArea, numbers: Mapping[str, Mapping[str, int]]) -> str:
    """What an area lacks, in words; "đạt" when nothing."""

    def of(key: str) -> int:
        return numbers[key].get(place.area_id, 0)

    lacking = of("branches") - of("branches_reached"), of("groups") - of("groups_reached")
    if place.kind in UPPER:
        return _lacks_above(*lacking) if of("branches") + of("groups") else _NO_BRANCH
    if not of("families"):
        return _NO_FAMILY
    if not of("living"):
        return _NONE_LIVING
    return _lacks(0 if place.kind == "group" else lacking[1])


@lru_cache(1_000)  # thousands of areas lack the same
def _lacks(groups: int) -> str:
    return say("đạt; còn {count} tổ chưa đạt", count=groups) if groups else say("đạt")


@lru_cache(1_000)
def _lacks_above(branches: int, groups: int) -> str:
    lacking = [say("{count} chi hội", count=branches)] if branches else []
    lacking += [say("{count} tổ", count=groups)] if groups else []
    return say("còn {lacking} chưa đạt", lacking=joined(lacking, " và ")) if lacking else say("đạt")


# --- pairs ---

_PAIRS = (
    Column("pairs", "doi_dang_kem"),
    Column("answered", "da_co_nguoi_nhan"),  # no column of all: less these it would tell how many are waiting
    Column("dropped", "khong_ai_nhan"),
    Column("waiting", "dang_cho"),
    Column("late", "dang_qua_han", "waiting"),
    Column("guides", "nguoi_chi"),
    Column("resting", "nguoi_chi_dang_nghi", "guides"),
    Column("full", "nguoi_chi_da_du", "guides"),
)
_WAITS = (Measure("median", "gio_cho_trung_vi", "median"), Measure("p95", "gio_cho_p95", "p95"))


def _pairs(connection: Connection, places: AreaTree, span: Span) -> ReportTable:
    counts: dict[str, Counter[str]] = {column.key: Counter() for column in _PAIRS}
    counts["pairs"] = reports.open_pairings(connection)
    waits: dict[str, array[float]] = {}
    for asked in reports.requests(connection, span.since, span.until):
        if asked.state in reports.WAITING:
            counts["waiting"][asked.area_id] += 1
            counts["late"][asked.area_id] += asked.due_at < span.at
        if span.since <= asked.since_at < span.until:
            if asked.answered_at is not None:
                counts["answered"][asked.area_id] += 1
                for n in places.up(asked.area_id):
                    waits.setdefault(places[n].area_id, array("d")).append(
                        (asked.answered_at - asked.since_at) / HOUR_MS
                    )
            elif asked.state == "closed":
                counts["dropped"][asked.area_id] += 1
    _count_guides(connection, places, counts, span.at)
    measured = {"": {area_id: array("d", sorted(spans)) for area_id, spans in waits.items()}}
    return ReportTable(places, _PAIRS, {key: add_up(places, each) for key, each in counts.items()}, _WAITS, measured)


def _count_guides(connection: Connection, places: AreaTree, counts: dict[str, Counter[str]], now: int) -> None:
    """Count each instructor once, in the narrowest of the areas."""
    narrowest: dict[str, reports.Guide] = {}
    for guide in reports.guides(connection, now):
        known = narrowest.get(guide.learner_id)
        if known is None or (len(guide.path), guide.path) > (len(known.path), known.path):
            narrowest[guide.learner_id] = guide
    ids = {place.path: place.area_id for place in places}
    for guide in narrowest.values():
        area_id = ids.get(guide.path, "")
        counts["guides"][area_id] += 1
        counts["resting"][area_id] += guide.resting
        counts["full"][area_id] += guide.full


# --- progress ---

_PROGRESS = (
    Column("learners", "hoi_vien"),
    Column("started", "da_xong_mot_bai", "learners"),
    Column("lessons", "luot_xong_bai"),
    Column("passes", "luot_dat", "lessons"),
    *(Column(level, title) for level, title in LEVELS.items()),
    Column("meetings", "buoi_hop"),
    Column("attended", "luot_du_hop"),
    Column("firm", "dieu_da_vung"),
    Column("tests_before", "nguoi_thu_truoc"),
    Column("tests_after", "nguoi_thu_sau"),
    Column("checkins", "luot_hoi_tham"),
    Column("works", "hom_sau_lam_duoc", "checkins"),
    Column("tried", "nguoi_lam_bai_thu"),
)
_RIGHT = (
    Measure("right_before", "phan_tram_dung_truoc", "median", "before"),
    Measure("right_after", "phan_tram_dung_sau", "median", "after"),
    Measure("recognised", "phan_tram_nhan_ra", "mean", "drills", always=True),
)


def _progress(connection: Connection, places: AreaTree, span: Span) -> ReportTable:
    counts = {"learners": reports.learners(connection)}
    within = span.since, span.until
    counts["started"], counts["lessons"], counts["passes"] = reports.finished(connection, *within)
    counts |= {level: each for level, each in reports.skills(connection, *within).items() if level in LEVELS}
    counts["firm"], _ = reports.marks(connection, "skill", *within)
    counts["checkins"], counts["works"] = reports.marks(connection, "checkin", *within)
    shares: dict[str, dict[str, array[float]]] = {}
    for which in ("before", "after"):
        tests = reports.tests(connection, which, *within)
        counts[f"tests_{which}"] = Counter(area_id for area_id, _ in tests)
        for area_id, share in sorted(tests, key=itemgetter(1)):
            for n in places.up(area_id):
                shares.setdefault(which, {}).setdefault(places[n].area_id, array("d")).append(100 * share)
    drilled = reports.drills(connection, *within)
    counts["tried"] = Counter(area_id for area_id, _, _ in drilled)
    for area_id, right, answers in drilled:
        for n in places.up(area_id):
            shares.setdefault("drills", {}).setdefault(places[n].area_id, array("d")).append(100 * right / answers)
    counts["meetings"], counts["attended"] = reports.attendance(connection, *within)
    return ReportTable(places, _PROGRESS, {key: add_up(places, each) for key, each in counts.items()}, _RIGHT, shares)


_SHEETS: dict[str, Callable[[Connection, AreaTree, Span], ReportTable]] = {
    "targets": _targets,
    "pairs": _pairs,
    "progress": _progress,
    "lessons": lambda connection, places, span: lessons_sheet(connection, places, span.since, span.until),
}
