"""Two persons turn out to be one: their conversations become one, and nothing that was learnt is lost. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.tutoring import reception
from bot.tutoring.desk import Desk
from bot.tutoring.talk import Talk
from flows import Session
from flows.session import Card

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def merge(stays: Talk, joins: Talk) -> Talk:
    """One conversation of two: the lesson begun last goes on (of two alike that of the phone in her hand), every other
    one waits in the menu.

    Prompts are numbered from the higher of the two, so that a button of either phone never acts on the other's step.
    """
    stays, joins = stays.aside(), joins.aside()
    open_runs = [run for run in (joins.open_run, stays.open_run) if run is not None]
    newest = max(open_runs, key=_began, default=None)
    others = [run for run in (*stays.parked, *joins.parked, *open_runs) if run is not newest]
    seq = max(stays.seq, joins.seq) + 1
    return replace(
        stays,
        run=replace(newest, seq=seq) if newest else stays.run or joins.run,
        parked=tuple(others),
        done={each: _best(each, stays, joins) for each in (*stays.done, *joins.done)},
        offer=(),
        pending="",
        seq=seq,
        answers=stays.answers + joins.answers,
        meeting=stays.meeting or joins.meeting,
        cards={**joins.cards, **stays.cards, **_both(stays, joins)},
        checkins=tuple(sorted({*stays.checkins, *joins.checkins}, key=lambda each: (each.at, each.lesson, each.step))),
    )


def welcome(desk: Desk, go_on: Callable[[Desk], None]) -> None:
    """Said on the phone that was joined; then she goes on where she was."""
    desk.say(desk.phrase("linked"))
    run = desk.talk.open_run
    if run is not None and desk.talk.parked:
        desk.say(desk.phrase("linked_two", bai=desk.lesson_title(desk.talk.parked[-1].home[0])))
    go_on(desk)


# --- taken apart again -------------------------------------------------------------------------------


def ask_split(desk: Desk, others: int) -> None:
    """Which phone is not hers: this one, or the other."""
    offer = (
        ("b:split_other", desk.phrase("label_split_other")),
        ("b:split_this", desk.phrase("label_split_this")),
        ("b:show", desk.phrase("label_split_no")),
    )
    desk.offer(desk.phrase("split_ask", so=str(others + 1)), offer, pending="self.split")


def begin_anew(desk: Desk, go_on: Callable[[Desk], None]) -> None:
    """Said on the phone that was taken off, to whoever holds it now."""
    desk.say(desk.phrase("split_this"))
    reception.greet(desk)


def stays(desk: Desk, go_on: Callable[[Desk], None], others: int) -> None:
    """Said on the phone that stays hers."""
    desk.change(offer=(), pending="")
    desk.say(desk.phrase("split_other" if others else "split_alone"))
    go_on(desk)


def _began(run: Session) -> datetime:
    return run.began_at or _LONG_AGO


def _best(lesson: str, *talks: Talk) -> int:
    return max(talk.done.get(lesson, 0) for talk in talks)


def _both(stays: Talk, joins: Talk) -> dict[str, Card]:
    """A card that both have: the one that asks again sooner."""
    twice = stays.cards.keys() & joins.cards.keys()
    return {key: min(stays.cards[key], joins.cards[key], key=lambda card: (card.due_at, card.level)) for key in twice}
