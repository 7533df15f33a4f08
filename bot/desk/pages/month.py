"""What did this month bring? Ends in: the union's form on A4, to be signed."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from bot.desk.language import teller
from bot.desk.pages.areas import counted_months, month_bounds, wants_anew
from bot.desk.places import home
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import clock, day
from bot.desk.words import counted as in_words
from bot.people.service import NobodyThere
from flows.saying import say
from storage.desk import months
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import areas
from storage.people.areas import AreaRow

LINES = (
    (say("Người đã vào học, kể cả người chỉ và cán bộ, đến hết tháng"), "members", say("người")),
    (say("Trong đó vào trong tháng này"), "people", say("người")),
    (say("Lượt học xong bài"), "lessons", say("lượt")), (say("Trong đó đạt"), "passes", say("lượt")),
    (say("Đôi 1+1 mới"), "pairs", say("đôi")), (say("Đôi 1+1 kết thúc"), "parted", say("đôi")),
    (say("Gia đình số có thành viên đầu tiên"), "families", say("gia đình")),
    (say("Buổi họp có bài học"), "meetings", say("buổi")), (say("Lượt dự họp"), "came", say("lượt")),
    (say("Tin của Hội đã gửi"), "news", say("tin")), (say("Lượt người nhận tin"), "told", say("lượt")),
    (say("Lời nhờ người giúp"), "asked", say("lời")), (say("Đã có người nhận"), "answered", say("lời")),
    (say("Chờ quá một ngày"), "late", say("lời")),
)  # fmt: skip
"""Content, measure of `storage.desk.months`, unit; in the order of the form."""
PARTS = {"people", "passes"}
"""Measures that are a part of the line above them."""


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """`?thang=2026-11` (none: the month before), `?o=` one of the own areas."""
    actor, now = visit.who.actor, desk.now().astimezone(desk.zone)
    area_id, (year, month) = visit.query.get("o", "") or home(actor), _month(visit.query.get("thang", ""), now)
    place = await desk.officers.database.read(lambda c: areas.get(c, area_id))
    if place is None or not actor.may("report", place.path):
        raise NobodyThere
    bounds, path = month_bounds(desk, year), place.path
    again = wants_anew(visit)
    counted = await counted_months(desk, path, year, again=again)
    until = min(bounds[month], to_ms(now))
    members = await desk.counts.of(("agreed", path, year, month), lambda c: months.agreed(c, path, until), again=again)
    if counted is None or members is None:
        return PageShown("counting.html", {})
    service = desk.officers.people

    def look(connection: Connection, _: AreaRow) -> AreaRow | None:
        service.note(connection, actor, "reported_month", "", area_id)
        return areas.get(connection, place.parent_id) if place.parent_id else None

    above = await service.act(actor, "report", area_id, look)
    is_whole = (year, month) < (now.year, now.month)
    figures = {"members": members.value, **{key: values[month - 1] for key, values in counted.value.items()}}
    title = teller(visit.lang)(say("Báo cáo tháng {month} năm {year}", month=month, year=year))
    shown = {
        "title": title, "area": place.name,
        "above": above.name if above else "", "month": month, "year": year, "day": now, "area_id": place.area_id,
        "lines": [(title, figures[key], unit, key in PARTS) for title, key, unit in LINES],
        "counted": clock(counted.at, desk.zone), "counted_day": day(counted.at, desk.zone),
        "age": in_words(counted.at, now, desk.zone), "now": _written(year, month, 0),
        "before": _written(year, month, -1), "after": _written(year, month, 1) if is_whole else "",
        "whole": is_whole, "last": monthrange(year, month)[1],
    }  # fmt: skip
    return PageShown("month.html", shown)


def _month(said: str, now: datetime) -> tuple[int, int]:
    """The month that is meant, at the latest this one; the one before where none is."""
    year, _, month = said.partition("-")
    if year.isdecimal() and month.isdecimal() and len(year) == 4 and len(month) <= 2 and 1 <= int(month) <= 12:
        return min((int(year), int(month)), (now.year, now.month)) if int(year) >= 2025 else (2025, 1)
    before = now.replace(day=1) - timedelta(days=1)
    return before.year, before.month


def _written(year: int, month: int, by: int) -> str:
    n = year * 12 + month - 1 + by
    return f"{n // 12}-{n % 12 + 1:02d}"
