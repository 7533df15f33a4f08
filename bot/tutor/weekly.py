"""A note once a week about what a learner has done: when it comes, what holds it back. Pure.

It comes only after a week in which something was begun, never beside another question, and gives way to whatever else
was asked that day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.tutor.state import NotePlan
from bot.tutor.turn import TurnContext

AFTER = timedelta(days=7)
"""From the day on which something was learnt first since the last note, to the next one."""
BUSY = timedelta(hours=3)  # until it is tried again where something else is going on
DAY = timedelta(days=1)
UNASKED = ("on:", "dr:", "k:")  # how the buttons of reviews, drills and check-ins begin
LATE = timedelta(days=2)  # that it may come late, by a night or another question, and still tell of the whole week


def plan(turn: TurnContext, usual: datetime) -> None:
    """Something is being learnt: a note comes in a week, if none is on its way. `usual`: the hour of today at which
    this person usually learns. A plan further away than that was made by a clock that had jumped."""
    before = turn.state.note
    if before.off or (before.at is not None and before.at <= turn.universe.now + AFTER + DAY):
        return
    turn.change(note=replace(before, at=usual + AFTER))


def is_due(turn: TurnContext) -> bool:
    """Whether its time has come."""
    at = turn.state.note.at
    return turn.agreed and at is not None and at <= turn.universe.now


def is_unanswered(turn: TurnContext) -> bool:
    """Whether something that nobody asked for stands open still: one thing more would only push it away."""
    return any(token.startswith(UNASKED) for token, _ in turn.state.offer)


def came_today(turn: TurnContext) -> bool:
    """Whether one was sent today: then nothing else that nobody asked for comes."""
    return turn.state.note.sent_on == turn.today


def put_off(turn: TurnContext, wait: timedelta) -> None:
    """Not now: so long from now."""
    turn.change(note=replace(turn.state.note, at=turn.universe.now + wait))


def sent(turn: TurnContext) -> None:
    """It has been said; the next is planned when something is learnt again."""
    turn.change(note=NotePlan(None, turn.today))


def since(turn: TurnContext) -> date:
    """The day from which it tells what was done."""
    day = turn.today - AFTER - LATE
    return max(day, turn.state.note.sent_on or day)


def drop(turn: TurnContext) -> None:
    """There is nothing good to say, or it is no time for it: none this week."""
    turn.change(note=replace(turn.state.note, at=None))


def stop(turn: TurnContext) -> None:
    """No more of them."""
    turn.change(note=NotePlan(None, turn.state.note.sent_on, off=True))


def start(turn: TurnContext) -> None:
    """They may come again."""
    turn.change(note=NotePlan(None, turn.state.note.sent_on))
