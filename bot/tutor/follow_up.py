"""After a task or a lesson: did it work, how many stars, which questions come back when."""

from __future__ import annotations

from bot.tutor import menu
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import Checkin
from bot.tutor.turn import LessonRated, TurnContext
from flows import events as ev
from flows.engine.kinds.reviews import after_answer
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
    menu.offer_next(turn, then, run.home[0])
    return ANSWERED


def plan(turn: TurnContext, event: ev.CheckinPlanned) -> None:
    """Remember to ask; of one lesson once, however many of its tasks she has done: the question names the lesson."""
    kept = tuple(each for each in turn.state.checkins if each.lesson != event.lesson)
    turn.change(checkins=(*kept, Checkin(event.at, event.lesson, event.step))[-MAX_CHECKINS:])


MAX_CHECKINS = 20


def check_in(turn: TurnContext) -> bool:
    """Ask about the task whose time has come, one at a time; whether there was one."""
    due = sorted((each for each in turn.state.checkins if each.at <= turn.universe.now), key=lambda each: each.at)
    if not due:
        return False
    first = due[0]
    turn.change(checkins=tuple(each for each in turn.state.checkins if each != first))
    if turn.book.lesson(first.lesson) is None:
        return False
    yes, no = turn.phrase("label_checkin_yes"), turn.phrase("label_checkin_no")
    offer = ((f"k:yes:{first.lesson}", yes), (f"k:no:{first.lesson}", no))
    turn.offer(turn.phrase("checkin", bai=turn.lesson_title(first.lesson)), offer)
    return True


def take_checkin(turn: TurnContext, *, works: bool) -> None:
    """The answer to `check_in`."""
    turn.change(offer=(), pending="")
    turn.say(turn.phrase("checkin_yes" if works else "checkin_no"))


def file_card(turn: TurnContext, event: ev.AnswerGraded) -> None:
    """Note when a question is to be asked again, after this answer to it."""
    key = f"{event.lesson}/{event.step}"
    card = after_answer(turn.state.cards.get(key), event.right, event.review_after_s, turn.universe.now)
    rest = {other: kept for other, kept in turn.state.cards.items() if other != key}
    turn.change(cards={**rest, key: card} if card else rest)
