"""After a task or a lesson: did it work, how many stars."""

from __future__ import annotations

from dataclasses import replace

from bot.tutor import menu, reviewing, testing
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.reviewing import ACTIVE, AFTER_ACTIVE, DAY
from bot.tutor.state import Checkin
from bot.tutor.turn import LessonRated, Marked, TurnContext
from flows import events as ev
from flows.model import End


def ask_rating(turn: TurnContext, event: ev.RunEnded) -> None:
    """Ask for one to `rate` stars for the lesson that has ended, a button each."""
    stars = tuple((f"r:{each}:{event.run_id}", str(each)) for each in range(1, event.rate + 1))
    turn.offer(turn.phrase("ask_rating", sao=str(event.rate)), stars)


def take_rating(turn: TurnContext, stars: str, run_id: str) -> CommandOutcome:
    """The stars of one pass; where its lesson has only just ended the next one is offered with it."""
    if stars not in ("1", "2", "3", "4", "5"):
        return ASIDE
    turn.events.append(LessonRated(run_id, int(stars)))
    turn.say(turn.phrase("rated"))
    run = turn.state.run
    if run is None or run.waiting or run.run_id != run_id:
        return ASIDE
    lesson = turn.book.lesson(*run.home)
    then = next((step.then for step in lesson.steps if isinstance(step, End) and step.rate), None) if lesson else None
    if not testing.offer_after(turn, run.home[0]):
        menu.offer_next(turn, then, run.home[0])
    return ANSWERED


def plan(turn: TurnContext, event: ev.CheckinPlanned) -> None:
    """Remember to ask; of one lesson once, however many of its tasks are done: the question names the lesson."""
    kept = tuple(each for each in turn.state.checkins if each.lesson != event.lesson)
    turn.change(checkins=(*kept, Checkin(event.at, event.lesson, event.step, turn.today))[-MAX_CHECKINS:])


MAX_CHECKINS = 20


def check_in(turn: TurnContext) -> bool:
    """Ask about the task whose time has come, one at a time; whether there was one."""
    due = sorted((each for each in turn.state.checkins if each.at <= turn.universe.now), key=lambda each: each.at)
    if not due:
        return False
    first = due[0]
    lesson = turn.book.lesson(first.lesson)
    others = (each for each in turn.state.checkins if each != first and (lesson is None or each.lesson != first.lesson))
    tomorrow = turn.universe.now + DAY
    turn.change(checkins=tuple(replace(each, at=max(each.at, tomorrow)) if lesson else each for each in others))
    if lesson is None:
        return False
    yes, no = turn.phrase("label_checkin_yes"), turn.phrase("label_checkin_no")
    offer = ((f"k:yes:{first.lesson}", yes), (f"k:no:{first.lesson}", no))
    was_yesterday = first.done_on is not None and turn.today - first.done_on == DAY
    turn.change(checked=first.lesson)
    turn.offer(turn.phrase("checkin" if was_yesterday else "checkin_late", bai=turn.lesson_title(first.lesson)), offer)
    return True


def give_way(turn: TurnContext) -> None:
    """After a word of hers: what would be asked in the middle of what she does is asked an hour later."""
    reviewing.give_way(turn)
    soon, later, note = turn.universe.now + ACTIVE, turn.universe.now + AFTER_ACTIVE, turn.state.note
    if note.at is not None and note.at <= soon:
        turn.change(note=replace(note, at=later))
    if turn.state.checkins and any(each.at <= soon for each in turn.state.checkins):
        turn.change(checkins=tuple(replace(each, at=max(each.at, later)) for each in turn.state.checkins))


def take_checkin(turn: TurnContext, lesson_id: str, *, works: bool) -> None:
    """The answer to `check_in`, which counts once, however late it comes."""
    turn.change(offer=(), pending="", checked="")
    turn.events.append(Marked("checkin", lesson_id, int(works), 1))
    turn.say(turn.phrase("checkin_yes" if works else "checkin_no"))
