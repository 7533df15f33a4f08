"""What an instructor sees of the own learners, and how it is confirmed what one of them can do now. Pure.

An instructor sees a name to be called by, a place, lessons; never an answer, never a phone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from bot.tutor.desk import Desk
from bot.tutor.state import OfferedButtons

A_PAGE = 8
LEVELS = {"alone": "skill_alone", "help": "skill_help", "notyet": ""}
"""What may be confirmed → the phrase by which the learner is told; of "not yet" nothing is said."""


@dataclass(frozen=True, slots=True)
class Guided:
    """One of an instructor's learners. `lesson` is the id of the open one, "" for none."""

    pairing_id: str
    learner_id: str
    name: str
    area: str
    done: int
    lesson: str
    seen_at: datetime | None
    since: datetime


ALL_OFFERS = "u:offers:"


def key(lesson: str) -> str:
    """A lesson within a button's 64 bytes."""
    return f"{crc32(lesson.encode()):08x}"


def show(desk: Desk, guided: Sequence[Guided], page: int, waiting: int) -> None:
    """The instructor's learners, a page at a time; `waiting` offers have not been answered yet."""
    if not guided:
        offers = ((ALL_OFFERS, desk.phrase("label_offers", so=str(waiting))),) if waiting else ()
        desk.offer(desk.phrase("crew_none"), (*offers, ("g:menu", desk.phrase("label_menu"))))
        return
    page = max(0, min(page, (len(guided) - 1) // A_PAGE))
    shown = guided[page * A_PAGE : (page + 1) * A_PAGE]
    buttons = [(f"u:card:{each.pairing_id}", each.name or desk.phrase("somebody")) for each in shown]
    if len(guided) > (page + 1) * A_PAGE:
        buttons.append((f"u:list:{page + 1}", desk.phrase("label_more")))
    if waiting:
        buttons.append((ALL_OFFERS, desk.phrase("label_offers", so=str(waiting))))
    buttons.append(("g:menu", desk.phrase("label_menu")))
    lines = "\n".join(_line(desk, each) for each in shown)
    desk.offer(desk.phrase("crew_list", so=str(len(guided)), ke=lines), tuple(buttons))


def show_offers(desk: Desk, offers: Sequence[tuple[str, str, str]]) -> None:
    """Each (offer_id, name, area) that the instructor has not answered, to be looked at by number or button."""
    buttons = []
    for offer_id, name, area in offers[:A_PAGE]:
        who = desk.called(name)
        buttons.append((f"u:offer:{offer_id}", f"{who[:1].upper()}{who[1:]} · {area or desk.phrase('somewhere')}"))
    menu = ("g:menu", desk.phrase("label_menu"))
    desk.offer(desk.phrase("offers_open", so=str(len(offers))), (*buttons, menu))


def _line(desk: Desk, one: Guided) -> str:
    name = desk.called(one.name)
    return f"– {name}: {desk.phrase('crew_done', so=str(one.done))}, {_seen(desk, one)}"


def _seen(desk: Desk, one: Guided) -> str:
    if one.seen_at is None:
        return desk.phrase("crew_seen_long")
    ago = desk.universe.now - one.seen_at
    days = "today" if ago < timedelta(days=1) else "week" if ago < timedelta(days=7) else "long"
    return desk.phrase(f"crew_seen_{days}")


def card(desk: Desk, guided: Guided, total: int) -> None:
    """One of them, with what can be done."""
    name = desk.called(guided.name)
    open_lesson = desk.lesson_title(guided.lesson) if guided.lesson else "—"
    since = guided.since.astimezone(desk.book.zone).strftime("%d/%m")
    values = {"ai": name, "khu": guided.area or desk.phrase("somewhere"), "xong": str(guided.done), "tong": str(total)}
    text = desk.phrase("crew_card", **values, bai=open_lesson, ngay=since)
    desk.offer(
        f"{text[:1].upper()}{text[1:]} {_seen(desk, guided).capitalize()}.",
        (
            (f"y:talk:{guided.pairing_id}", desk.phrase("label_write")),
            (f"u:skills:{guided.pairing_id}", desk.phrase("label_confirm")),
            (f"y:end:{guided.pairing_id}", desk.phrase("label_line_end")),
            ("u:list:0", desk.phrase("label_crew")),
        ),
    )


def choose_lesson(desk: Desk, guided: Guided, finished: Sequence[str], levels: Mapping[str, str]) -> None:
    """Ask of which finished lesson the instructor has seen how it goes; what is not done alone yet comes first."""
    lessons = sorted(finished, key=lambda lesson: levels.get(lesson) == "alone")[:A_PAGE]
    if not lessons:
        desk.offer(desk.phrase("crew_nothing_done"), ((f"u:card:{guided.pairing_id}", desk.phrase("label_back")),))
        return
    marks = {"alone": "✅ ", "help": "🤝 ", "notyet": "· "}
    offer: OfferedButtons = tuple(
        (f"u:skill:{guided.pairing_id}:{key(each)}", f"{marks.get(levels.get(each, ''), '')}{desk.lesson_title(each)}")
        for each in lessons
    )
    desk.offer(desk.phrase("crew_which"), (*offer, (f"u:card:{guided.pairing_id}", desk.phrase("label_back"))))


def ask_level(desk: Desk, guided: Guided, lesson: str) -> None:
    """Ask how well the learner does this lesson's task, a button for each of `LEVELS`."""
    name = desk.called(guided.name)
    offer = tuple(
        (f"u:{level}:{guided.pairing_id}:{key(lesson)}", desk.phrase(f"label_level_{level}")) for level in LEVELS
    )
    desk.offer(desk.phrase("crew_level", ai=name, bai=desk.lesson_title(lesson)), offer)
