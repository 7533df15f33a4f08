"""A branch meets: one lesson for all on one phone or projector, and who came is ticked. Pure.

What the group answers is nobody's: the session of a meeting (`state.Meeting`) leaves no run, attempt, award or card.
Buttons say what they make so, on or off, and for which meeting: a tap that comes twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.tutor import lessons, menu
from bot.tutor.desk import Desk
from bot.tutor.state import Meeting, OfferedButtons

A_PAGE = 8
AGAIN = "meeting.again"
_LONGEST = 64  # bytes of a button's token


@dataclass(frozen=True, slots=True)
class Attendant:
    """Somebody who may have come: a person or an entry of the union's list; `area` where it is not the meeting's."""

    who: str
    name: str
    here: bool
    area: str = ""


def mark(held: Meeting) -> str:
    """What its buttons carry of a meeting."""
    return held.event_id[-8:]


def has_lesson(desk: Desk, held: Meeting) -> bool:
    """Whether its lesson is not at its end yet."""
    return held.run is not None or desk.state.is_group(desk.state.open_run)


def ask_area(desk: Desk, areas: Sequence[tuple[str, str]], page: int) -> None:
    """For which of her areas (area_id, name)."""
    offer = tuple((f"v:area:{area_id}", name) for area_id, name in _of_page(areas, page))
    desk.offer(desk.phrase("meeting_area"), (*offer, *_pages(desk, "areas", len(areas), page), _menu(desk)), AGAIN)


def ask_lesson(desk: Desk, place: str, page: int) -> None:
    """Which lesson it will be."""
    known = [(each.id, each.title) for each in menu.in_order(desk) if not each.emergency]
    offer = tuple((f"v:lesson:{lesson}", title) for lesson, title in _of_page(known, page) if _fits(lesson))
    pages = _pages(desk, "lessons", len(known), page)
    desk.offer(desk.phrase("meeting_lesson", noi=place), (*offer, *pages, _menu(desk)), AGAIN)


def begin(desk: Desk, held: Meeting, lesson_id: str) -> None:
    """The lesson, for all of them."""
    if desk.book.lesson(lesson_id) is None:
        desk.say(desk.phrase("lesson_gone"))
        return
    desk.say(desk.phrase("meeting_begins"))
    lessons.open_for_group(desk, lesson_id, held)


def show_roll(desk: Desk, held: Meeting, people: Sequence[Attendant], page: int, total: int, here: int) -> None:
    """A page of those who may have come, each with a tick; `total` of the list, `here` have come."""
    boxes = tuple((f"v:{'off' if each.here else 'on'}:{page}:{mark(held)}:{each.who}", _label(each)) for each in people)
    go = (("v:go", desk.phrase("label_meeting_go")),) if has_lesson(desk, held) else ()
    done = ("v:done", desk.phrase("label_meeting_done"))
    text = desk.phrase("meeting_roll", so=str(here)) if total else desk.phrase("meeting_roll_nobody")
    desk.offer(text, (*boxes, *_pages(desk, "roll", total, page), *go, done), AGAIN)


def close(desk: Desk, held: Meeting, place: str, here: int) -> None:
    """It is over; the lesson of the group is nobody's and goes."""
    desk.state = desk.state.aside()
    desk.change(meeting=None)
    desk.say(desk.phrase("meeting_done" if here else "meeting_done_nobody", noi=place, so=str(here)))
    menu.show_menu(desk)


def refuse(desk: Desk) -> None:
    """She may not hold one there (any more)."""
    desk.state = desk.state.aside()
    desk.change(meeting=None)
    desk.say(desk.phrase("meeting_not"))
    menu.show_menu(desk)


def _label(each: Attendant) -> str:
    name = f"{each.name} · {each.area}" if each.area else each.name
    return f"{'☑' if each.here else '☐'} {name[:40]}"


def _fits(lesson: str) -> bool:
    return len(f"v:lesson:{lesson}".encode()) <= _LONGEST


def _menu(desk: Desk) -> tuple[str, str]:
    return "v:leave", desk.phrase("label_menu")


def _of_page(items: Sequence[tuple[str, str]], page: int) -> Sequence[tuple[str, str]]:
    return items[page * A_PAGE : (page + 1) * A_PAGE]


def _pages(desk: Desk, what: str, total: int, page: int) -> OfferedButtons:
    """The way to the pages before and after."""
    before = ((f"v:{what}:{page - 1}", desk.phrase("label_meeting_before")),) if page else ()
    after = ((f"v:{what}:{page + 1}", desk.phrase("label_more")),) if (page + 1) * A_PAGE < total else ()
    return (*before, *after)
