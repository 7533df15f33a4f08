"""Becoming and being an instructor, in the chat: the code of conduct, and the instructor's own settings. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.people.policy.commands import SetTeaching, TeachingSetting
from bot.tutor import menu
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext

MOST = 10  # learners of one instructor
USUAL = 3
HOURS = ("08:00-20:00", "08:00-12:00", "13:00-17:00", "17:00-20:00")
"""What she can choose from; whoever wants it otherwise tells her officer."""
LANGS = ("vi", "sti", "crw", "km", "tyz", "nut", "zh")
"""Languages to be guided in (ISO 639): Vietnamese, S'tiêng, Chơ Ro, Khmer, Tày, Nùng, Chinese."""
PAUSES = (7, 30)  # days

_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Teaching:
    """What an instructor has set; `topics` empty means all. No learners come before `conduct_at`."""

    capacity: int = USUAL
    topics: tuple[str, ...] = ()
    langs: tuple[str, ...] = ("vi",)
    hours: str = HOURS[0]
    paused_until_at: datetime | None = None
    conduct_at: datetime | None = None


def show(turn: TurnContext, teaching: Teaching) -> None:
    """What an instructor has set, and buttons to change it; before anything else the code of conduct."""
    if teaching.conduct_at is None:
        offer = (("i:promise", turn.phrase("label_conduct_yes")), ("i:later", turn.phrase("label_later")))
        turn.say(turn.phrase("conduct"))
        turn.offer(turn.phrase("conduct_more"), offer, pending="conduct")
        return
    tracks = dict(turn.book.tracks)
    shown = turn.phrase(
        "teaching",
        so=str(teaching.capacity),
        nhom=", ".join(tracks.get(each, each) for each in teaching.topics) or turn.phrase("teaching_all"),
        tieng=", ".join(turn.phrase(f"lang_{each}") for each in teaching.langs),
        gio=teaching.hours.replace("-", " – "),
    )
    turn.say(shown)
    if _is_paused(turn, teaching):
        turn.say(turn.phrase("teaching_paused", ngay=f"{teaching.paused_until_at:%d/%m}"))
    buttons: OfferedButtons = tuple(
        (f"i:{each}", turn.phrase(f"label_teach_{each}")) for each in ("cap", "top", "lang", "hours")
    )
    pause = "back" if _is_paused(turn, teaching) else "pause"
    last = (f"i:{pause}", turn.phrase(f"label_teach_{pause}")), ("g:menu", turn.phrase("label_menu"))
    turn.offer(turn.phrase("teaching_ask"), (*buttons, *last))


def set_one(turn: TurnContext, teaching: Teaching, command: SetTeaching) -> Teaching:
    """What the instructor wants to change is asked, what was chosen is taken. Nonsense changes nothing."""
    setting, chosen = command.setting, command.value
    if teaching.conduct_at is None:
        if setting in ("promise", "later"):
            turn.change(offer=(), pending="")
        if setting == "later":
            menu.show_menu(turn, turn.phrase("conduct_later"))
            return teaching
        if setting == "promise":
            teaching = replace(teaching, conduct_at=turn.universe.now)
            turn.say(turn.phrase("conduct_thanks"))
    elif not chosen and (choices := _choices(turn, teaching, setting)):
        turn.offer(turn.phrase(f"ask_teach_{setting}"), (*choices, ("g:teach", turn.phrase("label_teach"))))
        return teaching
    else:
        teaching = _taken(turn, teaching, setting, chosen)
    show(turn, teaching)
    return teaching


def _choices(turn: TurnContext, teaching: Teaching, setting: TeachingSetting) -> OfferedButtons:
    """The buttons of a new value; empty when this setting asks for none."""
    match setting:
        case "cap":
            return tuple((f"i:cap:{n}", turn.phrase("label_teach_number", so=str(n))) for n in (1, 2, 3, 5))
        case "top":
            tracks = [(track, title) for track, title in turn.book.tracks if track not in turn.book.for_instructors]
            shown = [(f"i:top:{track}", _ticked(title, track in teaching.topics)) for track, title in tracks]
            return (*shown, ("i:top:all", turn.phrase("teaching_all")))
        case "lang":
            named = [(each, turn.phrase(f"lang_{each}")) for each in LANGS]
            return tuple((f"i:lang:{each}", _ticked(name, each in teaching.langs)) for each, name in named)
        case "hours":
            return tuple((f"i:hours:{at}", each.replace("-", " – ")) for at, each in enumerate(HOURS))
        case "pause":
            return tuple((f"i:pause:{n}", turn.phrase("label_teach_days", so=str(n))) for n in PAUSES)
        case "back" | "promise" | "later":
            return ()
        case _:
            assert_never(setting)


def _taken(turn: TurnContext, teaching: Teaching, setting: TeachingSetting, chosen: str) -> Teaching:
    match setting:
        case "cap" if chosen in map(str, range(1, MOST + 1)):
            return replace(teaching, capacity=int(chosen))
        case "top" if chosen == "all":
            return replace(teaching, topics=())
        case "top" if chosen in dict(turn.book.tracks):
            return replace(teaching, topics=_toggled(teaching.topics, chosen))
        case "lang" if chosen in LANGS:
            return replace(teaching, langs=_toggled(teaching.langs, chosen) or ("vi",))
        case "hours" if chosen in map(str, range(len(HOURS))):
            return replace(teaching, hours=HOURS[int(chosen)])
        case "pause" if chosen in map(str, PAUSES):
            return replace(teaching, paused_until_at=turn.universe.now + timedelta(days=int(chosen)))
        case "back":
            return replace(teaching, paused_until_at=None)
        case "cap" | "top" | "lang" | "hours" | "pause" | "promise" | "later":
            return teaching
        case _:
            assert_never(setting)


def hours_are_sound(hours: str) -> bool:
    """Whether a text is hours as an instructor has them: "HH:MM-HH:MM"."""
    return bool(_HOURS.fullmatch(hours)) and hours[:5] < hours[6:]


def _is_paused(turn: TurnContext, teaching: Teaching) -> bool:
    return teaching.paused_until_at is not None and teaching.paused_until_at > turn.universe.now


def _toggled(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    rest = tuple(each for each in values if each != value)
    return rest if value in values else (*values, value)


def _ticked(label: str, chosen: bool) -> str:
    return f"✅ {label}" if chosen else label
