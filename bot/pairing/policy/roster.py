"""What an instructor sees of the own learners, and how it is confirmed what one of them can do now. Pure.

An instructor sees a name to be called by, a place, lessons; never an answer, never a phone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext

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


def show(turn: TurnContext, guided: Sequence[Guided], page: int, waiting: int) -> None:
    """The instructor's learners, a page at a time; `waiting` offers have not been answered yet."""
    if not guided:
        offers = ((ALL_OFFERS, turn.phrase("label_offers", so=str(waiting))),) if waiting else ()
        turn.offer(turn.phrase("crew_none"), (*offers, ("g:menu", turn.phrase("label_menu"))))
        return
    page = max(0, min(page, (len(guided) - 1) // A_PAGE))
    shown = guided[page * A_PAGE : (page + 1) * A_PAGE]
    buttons = [(f"u:card:{each.pairing_id}", each.name or turn.phrase("somebody")) for each in shown]
    if len(guided) > (page + 1) * A_PAGE:
        buttons.append((f"u:list:{page + 1}", turn.phrase("label_more")))
    if waiting:
        buttons.append((ALL_OFFERS, turn.phrase("label_offers", so=str(waiting))))
    buttons.append(("g:menu", turn.phrase("label_menu")))
    lines = "\n".join(_line(turn, each) for each in shown)
    turn.offer(turn.phrase("crew_list", so=str(len(guided)), ke=lines), tuple(buttons))


def show_offers(turn: TurnContext, offers: Sequence[tuple[str, str, str]]) -> None:
    """Each (offer_id, name, area) that the instructor has not answered, to be looked at by number or button."""
    buttons = []
    for offer_id, name, area in offers[:A_PAGE]:
        who = turn.called(name)
        buttons.append((f"u:offer:{offer_id}", f"{who[:1].upper()}{who[1:]} · {area or turn.phrase('somewhere')}"))
    menu = ("g:menu", turn.phrase("label_menu"))
    turn.offer(turn.phrase("offers_open", so=str(len(offers))), (*buttons, menu))


def _line(turn: TurnContext, one: Guided) -> str:
    name = turn.called(one.name)
    return f"– {name}: {turn.phrase('crew_done', so=str(one.done))}, {_seen(turn, one)}"


def _seen(turn: TurnContext, one: Guided) -> str:
    if one.seen_at is None:
        return turn.phrase("crew_seen_long")
    ago = turn.universe.now - one.seen_at
    days = "today" if ago < timedelta(days=1) else "week" if ago < timedelta(days=7) else "long"
    return turn.phrase(f"crew_seen_{days}")


def card(turn: TurnContext, guided: Guided, total: int) -> None:
    """One of them, with what can be done."""
    name = turn.called(guided.name)
    open_lesson = turn.lesson_title(guided.lesson) if guided.lesson else "—"
    since = guided.since.astimezone(turn.book.zone).strftime("%d/%m")
    values = {"ai": name, "khu": guided.area or turn.phrase("somewhere"), "xong": str(guided.done), "tong": str(total)}
    text = turn.phrase("crew_card", **values, bai=open_lesson, ngay=since)
    turn.offer(
        f"{text[:1].upper()}{text[1:]} {_seen(turn, guided).capitalize()}.",
        (
            (f"y:talk:{guided.pairing_id}", turn.phrase("label_write")),
            (f"u:skills:{guided.pairing_id}", turn.phrase("label_confirm")),
            (f"y:end:{guided.pairing_id}", turn.phrase("label_line_end")),
            ("u:list:0", turn.phrase("label_crew")),
        ),
    )


def choose_lesson(turn: TurnContext, guided: Guided, finished: Sequence[str], levels: Mapping[str, str]) -> None:
    """Ask of which finished lesson the instructor has seen how it goes; what is not done alone yet comes first."""
    lessons = sorted(finished, key=lambda lesson: levels.get(lesson) == "alone")[:A_PAGE]
    if not lessons:
        turn.offer(turn.phrase("crew_nothing_done"), ((f"u:card:{guided.pairing_id}", turn.phrase("label_back")),))
        return
    marks = {"alone": "✅ ", "help": "🤝 ", "notyet": "· "}
    offer: OfferedButtons = tuple(
        (f"u:skill:{guided.pairing_id}:{key(each)}", f"{marks.get(levels.get(each, ''), '')}{turn.lesson_title(each)}")
        for each in lessons
    )
    turn.offer(turn.phrase("crew_which"), (*offer, (f"u:card:{guided.pairing_id}", turn.phrase("label_back"))))


def ask_level(turn: TurnContext, guided: Guided, lesson: str) -> None:
    """Ask how well the learner does this lesson's task, a button for each of `LEVELS`."""
    name = turn.called(guided.name)
    offer = tuple(
        (f"u:{level}:{guided.pairing_id}:{key(lesson)}", turn.phrase(f"label_level_{level}")) for level in LEVELS
    )
    turn.offer(turn.phrase("crew_level", ai=name, bai=turn.lesson_title(lesson)), offer)
