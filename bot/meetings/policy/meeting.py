"""A branch meets: one lesson for all on one phone or projector, and who came is ticked. Pure.

What the group answers is nobody's: its run (`state.Meeting`) leaves no row of a run, attempt, award or card. Buttons
say what they make so, on or off, and for which meeting: a tap that comes twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.tutor import lessons, menu
from bot.tutor.state import Meeting, OfferedButtons
from bot.tutor.turn import TurnContext

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


def has_lesson(turn: TurnContext, held: Meeting) -> bool:
    """Whether its lesson is not at its end yet."""
    return held.run is not None or turn.state.is_group(turn.state.open_run)


def ask_area(turn: TurnContext, areas: Sequence[tuple[str, str]], page: int) -> None:
    """Ask for which of the officer's areas (area_id, name) the meeting is: those of this page, and one more where it is
    not the last."""
    offer = tuple((f"v:area:{area_id}", name) for area_id, name in areas[:A_PAGE])
    pages = _pages(turn, "areas", page * A_PAGE + len(areas), page)
    turn.offer(turn.phrase("meeting_area"), (*offer, *pages, _menu(turn)), AGAIN)


def ask_lesson(turn: TurnContext, place: str, page: int) -> None:
    """Ask which lesson the meeting is to hold."""
    known = [(each.id, each.title) for each in menu.in_order(turn) if not each.emergency]
    offer = tuple((f"v:lesson:{lesson}", title) for lesson, title in _of_page(known, page) if _fits(lesson))
    pages = _pages(turn, "lessons", len(known), page)
    turn.offer(turn.phrase("meeting_lesson", noi=place), (*offer, *pages, _menu(turn)), AGAIN)


def begin(turn: TurnContext, held: Meeting, lesson_id: str) -> None:
    """The lesson, for all of them."""
    if turn.book.lesson(lesson_id) is None:
        turn.say(turn.phrase("lesson_gone"))
        return
    turn.say(turn.phrase("meeting_begins"))
    lessons.open_for_group(turn, lesson_id, held)


def show_roll(turn: TurnContext, held: Meeting, people: Sequence[Attendant], page: int, total: int, here: int) -> None:
    """A page of those who may have come, each with a tick; `total` of the list, `here` have come."""
    boxes = tuple((f"v:{'off' if each.here else 'on'}:{page}:{mark(held)}:{each.who}", _label(each)) for each in people)
    go = (("v:go", turn.phrase("label_meeting_go")),) if has_lesson(turn, held) else ()
    done = ("v:done", turn.phrase("label_meeting_done"))
    text = turn.phrase("meeting_roll", so=str(here)) if total else turn.phrase("meeting_roll_nobody")
    turn.offer(text, (*boxes, *_pages(turn, "roll", total, page), *go, done), AGAIN)


def close(turn: TurnContext, held: Meeting, place: str, here: int) -> None:
    """Say that the meeting is over; the lesson of the group is nobody's and goes."""
    turn.state = turn.state.aside()
    turn.change(meeting=None)
    turn.say(turn.phrase("meeting_done" if here else "meeting_done_nobody", noi=place, so=str(here)))
    menu.show_menu(turn)


def refuse(turn: TurnContext) -> None:
    """Say that the officer may not hold a meeting there (any more)."""
    turn.state = turn.state.aside()
    turn.change(meeting=None)
    turn.say(turn.phrase("meeting_not"))
    menu.show_menu(turn)


def _label(each: Attendant) -> str:
    name = f"{each.name} · {each.area}" if each.area else each.name
    return f"{'☑' if each.here else '☐'} {name[:40]}"


def _fits(lesson: str) -> bool:
    return len(f"v:lesson:{lesson}".encode()) <= _LONGEST


def _menu(turn: TurnContext) -> tuple[str, str]:
    return "v:leave", turn.phrase("label_menu")


def _of_page(items: Sequence[tuple[str, str]], page: int) -> Sequence[tuple[str, str]]:
    return items[page * A_PAGE : (page + 1) * A_PAGE]


def _pages(turn: TurnContext, what: str, total: int, page: int) -> OfferedButtons:
    """The way to the pages before and after."""
    before = ((f"v:{what}:{page - 1}", turn.phrase("label_meeting_before")),) if page else ()
    after = ((f"v:{what}:{page + 1}", turn.phrase("label_more")),) if (page + 1) * A_PAGE < total else ()
    return (*before, *after)
