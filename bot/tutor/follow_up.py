"""After a task or a lesson: did it work, how many stars, which questions come back when."""

from __future__ import annotations

from bot.tutor import menu
from bot.tutor.desk import Desk, LessonRated
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import Checkin
from flows import events as ev
from flows.engine.kinds.reviews import after_answer
from flows.model import End


def ask_rating(desk: Desk, event: ev.RunEnded) -> None:
    stars = tuple((f"r:{each}:{event.run_id}", str(each)) for each in range(1, event.rate + 1))
    desk.offer(desk.phrase("ask_rating", sao=str(event.rate)), stars)


def take_rating(desk: Desk, stars: str, run_id: str) -> CommandOutcome:
    """The stars of one pass; where its lesson has only just ended the next one is offered with it."""
    if stars not in ("1", "2", "3", "4", "5"):
        return ASIDE
    desk.events.append(LessonRated(run_id, int(stars)))
    desk.say(desk.phrase("rated"))
    run = desk.state.run
    if run is None or run.waiting or run.run_id != run_id:
        return ASIDE
    lesson = desk.book.lesson(*run.home)
    then = next((step.then for step in lesson.steps if isinstance(step, End) and step.rate), None) if lesson else None
    menu.offer_next(desk, then, run.home[0])
    return ANSWERED


def plan(desk: Desk, event: ev.CheckinPlanned) -> None:
    """Remember to ask; of one task once."""
    kept = tuple(each for each in desk.state.checkins if (each.lesson, each.step) != (event.lesson, event.step))
    desk.change(checkins=(*kept, Checkin(event.at, event.lesson, event.step))[-MAX_CHECKINS:])


MAX_CHECKINS = 20


def check_in(desk: Desk) -> bool:
    """Ask about the task whose time has come, one at a time; whether there was one."""
    due = sorted((each for each in desk.state.checkins if each.at <= desk.universe.now), key=lambda each: each.at)
    if not due:
        return False
    first = due[0]
    desk.change(checkins=tuple(each for each in desk.state.checkins if each != first))
    if desk.book.lesson(first.lesson) is None:
        return False
    yes, no = desk.phrase("label_checkin_yes"), desk.phrase("label_checkin_no")
    offer = ((f"k:yes:{first.lesson}", yes), (f"k:no:{first.lesson}", no))
    desk.offer(desk.phrase("checkin", bai=desk.lesson_title(first.lesson)), offer)
    return True


def take_checkin(desk: Desk, *, works: bool) -> None:
    """The answer to `check_in`."""
    desk.change(offer=(), pending="")
    desk.say(desk.phrase("checkin_yes" if works else "checkin_no"))


def file_card(desk: Desk, event: ev.AnswerGraded) -> None:
    """When this question is to be asked again."""
    key = f"{event.lesson}/{event.step}"
    card = after_answer(desk.state.cards.get(key), event.right, event.review_after_s, desk.universe.now)
    rest = {other: kept for other, kept in desk.state.cards.items() if other != key}
    desk.change(cards={**rest, key: card} if card else rest)
