"""Will the yearly target be met, and where not? Ends in: an area opened, a model begun."""

from __future__ import annotations

from datetime import datetime

from bot.desk.areas import area_choice
from bot.desk.places import place_of, way_to, year_of
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import counted as in_words
from bot.errors import CamtayError
from bot.kept_counts import Counted
from bot.people.service import NobodyThere
from bot.reports.policy.table import CellValue, Table
from bot.reports.programs import KINDS
from flows.saying import say
from storage.desk import months
from storage.engine.instants import to_ms
from storage.people.areas import AreaRow
from storage.people.naming import place_key

MOST_MODELS = 100
LATE_MS = 24 * 3_600_000
"""A request is late where nobody has taken it within a day."""
TREND = {
    "people": say("Người mới vào"), "lessons": say("Lượt xong bài"), "pairs": say("Đôi 1+1 mới"),
    "families": say("Gia đình số có người"), "came": say("Lượt dự họp"),
}  # fmt: skip
SIGNS = {"reached": ("●", say("đạt")), "begun": ("◐", say("đang làm")), "none": ("○", say("chưa có")), "": ("·", "")}
"""How an area stands, readable without colour."""


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """An area with those right below it: the target, what lacks, the months, the models."""
    actor, place, now = visit.who.actor, await place_of(desk, visit), desk.now().astimezone(desk.zone)
    year, reports = year_of(visit, now.year), desk.officers.reports
    counter, is_again = reports.counter("targets", year), bool(visit.form)
    anew = wants_anew(visit)
    counted = await desk.counts.of(("targets", year), counter, awaited=is_again, again=anew)
    if counted is None:
        return PageShown("counting.html", {"title": place.name})
    table = await reports.view(actor, "targets", place.area_id, counted.value, 1)
    own = actor.may("report", place.path)
    values = {
        "title": place.name, "area_id": place.area_id, "year": year, "years": list(range(2025, now.year + 1)),
        "above": [(each.area_id, each.name) for each in await way_to(desk, place)],
        "counted": in_words(counted.at, now, desk.zone), "rows": _rows(table), "own": own, "kinds": KINDS,
        "months": await _months(desk, place, year, again=anew) if own else None, "names": TREND,
        "typed": {name: visit.form.get(name, "") for name in ("kind", "name", "khu")},
        **await _models(desk, visit, place, year),
    }  # fmt: skip
    return PageShown("areas.html", values)


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Begin a model in this area. Raises CamtayError, NotAllowed, NobodyThere."""
    place, form = await place_of(desk, visit), visit.form
    if not visit.who.actor.may("models", place.path):
        raise NobodyThere
    if form.get("kind") not in KINDS:
        raise CamtayError(say("Chọn loại mô hình rồi ghi tên."))
    year = desk.now().astimezone(desk.zone).year
    choice = await area_choice(desk, visit, "models", form.get("khu") or place.area_id)
    row = await desk.officers.programs.add(
        visit.who.actor, form["kind"], choice.chosen_id, form.get("name", "")[:200], year
    )
    desk.counts.outdate()
    return Redirect(f"model/{row.model_id}", say("Đã ghi mô hình. Thêm người vào mô hình ở đây."))


def wants_anew(visit: Visit) -> bool:
    """Whether she has asked to count again (`?dem=lai`)."""
    return visit.query.get("dem") == "lai"


def month_bounds(desk: DeskServices, year: int) -> list[int]:
    """The first instants of the twelve months and of the next year, in ms."""
    starts = [datetime(year, month, 1, tzinfo=desk.zone) for month in range(1, 13)]
    return [to_ms(each) for each in (*starts, datetime(year + 1, 1, 1, tzinfo=desk.zone))]


async def counted_months(desk: DeskServices, path: str, year: int, *, again: bool) -> Counted[months.Months] | None:
    """What each month of the year brought; None while it is counted."""
    bounds, now = month_bounds(desk, year), to_ms(desk.now())
    return await desk.counts.of(
        ("months", path, year), lambda c: months.of_months(c, path, bounds, LATE_MS, now), again=again
    )


async def _months(desk: DeskServices, place: AreaRow, year: int, *, again: bool) -> dict[str, object] | None:
    """The months of the year up to now; None while they are counted."""
    bounds, counted = month_bounds(desk, year), await counted_months(desk, place.path, year, again=again)
    if counted is None:
        return None
    now = to_ms(desk.now())
    past = [n for n, bound in enumerate(bounds[:-1]) if bound <= now]
    begun = [n for n in past if any(counted.value[key][n] for key in TREND)] or past
    shown = past[begun[0] :]  # what lies before the first that brought anything is empty
    most = {key: max(counted.value[key] or [0]) for key in TREND}
    rows = [
        (n + 1, [(key, counted.value[key][n], _percent(counted.value[key][n], most[key])) for key in TREND])
        for n in shown
    ]
    return {"rows": rows, "at": in_words(counted.at, desk.now(), desk.zone)}


def _percent(value: int, whole: int) -> int:
    return round(100 * value / whole) if whole else 0


async def _models(desk: DeskServices, visit: Visit, place: AreaRow, year: int) -> dict[str, object]:
    """Models of the area and below, for whoever looks after them."""
    if not visit.who.actor.may("models", place.path):
        return {"models": None, "more_models": False, "choice": None}
    programs = desk.officers.programs
    found = await programs.under(visit.who.actor, place.area_id, year, limit=MOST_MODELS + 1)
    models = [
        {
            "id": row.model_id, "kind": KINDS[row.kind], "name": row.name, "area": area, "people": row.members,
            "ended": row.ended_at is not None,
        }
        for row, area in found[:MOST_MODELS]
    ]  # fmt: skip
    return {
        "models": models,
        "more_models": len(found) > MOST_MODELS,
        "choice": await area_choice(desk, visit, "models", place.area_id),
    }


def _rows(table: Table) -> list[dict[str, object]]:
    """The area itself first, then those below it; `sign` and `state` say how each stands."""
    found: list[dict[str, object]] = []
    lines = sorted(zip(table.rows, table.depths, strict=True), key=lambda line: (line[1], place_key(str(line[0][1]))))
    for row, depth in lines:
        area_id, name, kind, families, living, branches, reached, groups, groups_reached, note = row
        sign, state = SIGNS[_standing(note, families, living)]
        found.append(
            {
                "id": area_id, "name": name, "kind": kind, "itself": depth == 0, "sign": sign, "state": state,
                "note": note, "families": families, "living": living, "branches": branches, "reached": reached,
                "groups": groups, "groups_reached": groups_reached,
            }
        )  # fmt: skip
    return found


def _standing(note: CellValue, families: CellValue, living: CellValue) -> str:
    """reached, begun or none; "" where what lacks is not told to whoever looks."""
    if not note:
        return ""
    if str(note).startswith("đạt"):
        return "reached"
    return "begun" if families or living else "none"
