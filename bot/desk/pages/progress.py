"""Where do learners stop, where do they ask, and what do they still know? Ends in: a lesson looked at, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from bot.desk.pages.areas import month_bounds, wants_anew
from bot.desk.places import place_of, way_to, year_of
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import counted as in_words
from bot.reports.policy.table import CellValue, Table
from flows import Lesson
from flows.run import DEFAULT_ADDRESS, render
from flows.saying import say
from storage.desk import funnel
from storage.desk.funnel import LessonCount
from storage.engine.instants import to_ms
from storage.people.areas import AreaRow

SILENT = timedelta(days=7)  # who has answered nothing for a week has stopped there: that long reminders wait
EXCERPT = 70  # characters of a step by which it is recognised
FIGURES = {
    "hoi_vien": say("Hội viên"), "da_xong_mot_bai": say("Đã xong ít nhất một bài"), "dieu_da_vung": say("Điều đã vững"),
    "phan_tram_dung_truoc": say("Bài thử trước khi học: đúng bao nhiêu %, mức giữa (nửa cao hơn, nửa thấp hơn)"),
    "phan_tram_dung_sau": say("Bài thử sau khi học: đúng bao nhiêu %, mức giữa (nửa cao hơn, nửa thấp hơn)"),
    "nguoi_lam_bai_thu": say("Người đã làm tin thử lừa đảo"),
    "phan_tram_nhan_ra": say("Nhận ra tin thử (%), trung bình"),
}  # fmt: skip


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """An area's figures and lessons; `?bai=` is one lesson, step by step, for whoever answers for the area."""
    actor, place, now = visit.who.actor, await place_of(desk, visit), desk.now().astimezone(desk.zone)
    year, reports, own = year_of(visit, now.year), desk.officers.reports, actor.may("report", place.path)
    learnt, taught = await asyncio.gather(
        *(
            desk.counts.of((what, year), reports.counter(what, year), again=wants_anew(visit))
            for what in ("progress", "lessons")
        )
    )
    if learnt is None or taught is None:
        return PageShown("counting.html", {"title": place.name})
    figures = await reports.view(actor, "progress", place.area_id, learnt.value, 0)
    lessons = await reports.view(actor, "lessons", place.area_id, taught.value, 0)
    values = {
        "title": place.name, "area_id": place.area_id, "year": year, "years": list(range(2025, now.year + 1)),
        "above": [(each.area_id, each.name) for each in await way_to(desk, place)],
        "counted": in_words(min(learnt.at, taught.at), now, desk.zone), "own": own, "figures": _figures(figures),
        **_lessons(desk, lessons), "one": await _one(desk, visit, place, year) if own else None,
    }  # fmt: skip
    return PageShown("progress.html", values)


def _figures(table: Table) -> list[tuple[str, CellValue]]:
    of = dict(zip(table.heads, table.rows[0], strict=True)) if table.rows else {}
    return [(title, of.get(key, "")) for key, title in FIGURES.items()]


def _lessons(desk: DeskServices, table: Table) -> dict[str, object]:
    """Each lesson that was begun, the most begun first, and what was still known a month later."""
    of = dict(zip(table.heads, table.rows[0], strict=True)) if table.rows else {}
    begun = {head.partition("/")[2]: value for head, value in of.items() if head.startswith("begun/")}
    most = max((_number(value) for value in begun.values()), default=0)
    lines = []
    for lesson_id, value in begun.items():
        finished = of[f"finished/{lesson_id}"]
        if value or finished:
            lines.append(
                {
                    "id": lesson_id, "title": _title(desk, lesson_id), "begun": value, "finished": finished,
                    "of_begun": _percent(value, most), "of_finished": _percent(finished, most),
                }
            )  # fmt: skip
    lines.sort(key=lambda line: (-_number(line["begun"]), str(line["title"])))
    asked, known = of.get("asked", 0), of.get("known", 0)
    share = round(100 * known / asked) if isinstance(asked, int) and isinstance(known, int) and asked else None
    return {"lessons": lines, "later": {"asked": asked, "known": known, "share": share}}


async def _one(desk: DeskServices, visit: Visit, place: AreaRow, year: int) -> dict[str, object] | None:
    lesson = desk.officers.book().lesson(visit.query.get("bai", "")[:80])
    if lesson is None or not lesson.title:
        return None
    bounds, path, lesson_id = month_bounds(desk, year), place.path, lesson.id
    silent = to_ms(desk.now() - SILENT)
    counted = await desk.counts.of(
        ("lesson", path, lesson_id, year),
        lambda c: funnel.of_lesson(c, path, lesson_id, bounds[0], bounds[-1], silent),
        again=wants_anew(visit),
    )
    if counted is None:
        return {"title": lesson.title, "steps": None}
    return {
        "title": lesson.title,
        "at": in_words(counted.at, desk.now(), desk.zone),
        **_steps(lesson, counted.value, desk.officers.book().facts),
    }


def _steps(lesson: Lesson, counted: LessonCount, facts: Mapping[str, str]) -> dict[str, object]:
    """Its steps in the lesson's order; of older versions what is no step any more comes last."""
    said = (render(step.text, DEFAULT_ADDRESS, "", facts) for step in lesson.steps)
    order = {
        step.id: (n, " ".join(text.split())) for n, (step, text) in enumerate(zip(lesson.steps, said, strict=True))
    }
    lines = [
        {
            "step": each.step, "text": order.get(each.step, (0, ""))[1][:EXCERPT], "answered": each.answered,
            "percent": _percent(each.answered, counted.begun), "stopped": each.stopped, "asked": each.asked,
            "right": round(100 * each.right / each.answered) if each.answered else None,
        }
        for each in sorted(counted.steps, key=lambda each: (order.get(each.step, (len(order), ""))[0], each.step))
    ]  # fmt: skip
    done = _percent(counted.finished, counted.begun)
    return {"steps": lines, "begun": counted.begun, "finished": counted.finished, "done": done}


def _title(desk: DeskServices, lesson_id: str) -> str:
    lesson = desk.officers.book().lesson(lesson_id)
    return lesson.title if lesson else lesson_id


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _percent(value: object, whole: int) -> int:
    return round(100 * _number(value) / whole) if whole else 0
