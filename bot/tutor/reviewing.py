"""Two old questions in under a minute: when the learner is invited to them, and what comes of it. Pure.

The figures below are a budget: about twelve minutes of reviewing in ninety days (`bench.recall` measures it).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import median_low

from bot.tutor import weekly
from bot.tutor.learnt import ReviewPlan
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.cards import stored
from flows.engine.kinds.reviews import after_answer, due_questions, is_due, quiz_of
from flows.sittings import QUESTIONS

REMEMBERED = 9  # days whose hours say when she usually learns
USUAL = 9 * 60  # minutes of the day at which whoever has no hours of her own yet is invited
PATIENCE = 2  # invitations left without an answer, after which none comes unasked
AGAIN_AFTER = timedelta(days=2)  # from an invitation without an answer to the next
APART = timedelta(days=6)  # from a review to the next invitation
PAIRED_WITHIN = timedelta(days=7)  # so long one due question waits for a second
ACTIVE = timedelta(minutes=30)  # whoever wrote so recently is in the middle of something
AFTER_ACTIVE = timedelta(hours=1)
DAY = timedelta(days=1)
FURTHEST = timedelta(days=7)
LATER = {"1": 1, "3": 3, "7": 7}
"""What she may answer instead of reviewing now → in how many days she is invited again."""


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """What she makes of an invitation: now, later (she is asked when), a key of LATER, or stop."""

    answer: str


def file_card(turn: TurnContext, event: ev.AnswerGraded) -> None:
    """Note when a question is to be asked again, after this answer to it."""
    key = f"{event.lesson}/{event.step}"
    card = after_answer(turn.state.cards.get(key), event.right, event.review_after_s, turn.today)
    turn.change(cards=stored(turn.state.cards).but(key, card))
    plan(turn)


def note_hour(turn: TurnContext) -> None:
    """Remember at which minute of today she began to learn."""
    local, before = turn.universe.now.astimezone(turn.book.zone), turn.state.review
    if before.learnt_on != local.date():
        minutes = (*before.minutes, local.hour * 60 + local.minute)[-REMEMBERED:]
        turn.change(review=replace(before, learnt_on=local.date(), minutes=minutes))
        plan(turn)
        weekly.plan(turn, _usual(turn, turn.state.review, turn.today))


def plan(turn: TurnContext) -> None:
    """Reckon anew when she is invited: at her usual hour of the first day on which something is due and she may be."""
    before = turn.state.review
    turn.change(review=replace(before, at=_next(turn, before)))


def _next(turn: TurnContext, before: ReviewPlan) -> datetime | None:
    """The instant, or None. What holds it back further than anything can was set by a clock that had jumped."""
    today, asked = turn.today, [card for key, card in turn.state.cards.items() if quiz_of(turn.book, key) is not None]
    if not asked or before.unanswered >= PATIENCE:
        return None
    days = sorted(today if is_due(card, today) else card.due_on for card in asked)
    due_on = days[1] if len(days) > 1 and days[1] <= days[0] + PAIRED_WITHIN else days[0]
    again = before.invited_on + AGAIN_AFTER if before.invited_on else date.min
    held = max(again, before.not_before or date.min)
    at = _usual(turn, before, max(due_on, today if held > today + FURTHEST else held, today))
    return at if at > turn.universe.now else _usual(turn, before, today + DAY)


def _usual(turn: TurnContext, before: ReviewPlan, day: date) -> datetime:
    """The usual hour of a day: the middle one of those of the last days on which something was learnt."""
    minute = median_low(before.minutes) if before.minutes else USUAL
    return datetime.combine(day, time(*divmod(minute, 60)), turn.book.zone)


def give_way(turn: TurnContext) -> None:
    """After a word of hers: an invitation that would come in the middle of what she does comes an hour later."""
    at, now = turn.state.review.at, turn.universe.now
    if at is not None and at <= now + ACTIVE:
        turn.change(review=replace(turn.state.review, at=now + AFTER_ACTIVE))


def invite(turn: TurnContext) -> bool:
    """Invite her if it is time, something is due and nothing speaks against it; whether she was."""
    before, now = turn.state.review, turn.universe.now
    if before.at is None or before.at > now:
        return False
    if turn.is_saving or turn.state.meeting is not None or turn.state.pending or weekly.came_today(turn):
        turn.change(review=replace(before, at=_usual(turn, before, turn.today + DAY)))
        return False
    if not due(turn):
        plan(turn)
        return False
    unanswered = before.unanswered + 1
    turn.change(review=replace(before, invited_on=turn.today, unanswered=unanswered))
    plan(turn)
    turn.offer(turn.phrase("review_invite_last" if unanswered >= PATIENCE else "review_invite"), _buttons(turn))
    return True


def due(turn: TurnContext) -> tuple[str, ...]:
    """What a review would ask now, as `due_questions` gives it."""
    return due_questions(turn.book, turn.state.cards, turn.today, QUESTIONS, turn.state.lang)


def button(turn: TurnContext) -> OfferedButtons:
    """The button of a review in the menu, where something is due."""
    return (("on:now", turn.phrase("label_review")),) if turn.agreed and due(turn) else ()


def _buttons(turn: TurnContext) -> OfferedButtons:
    return ("on:now", turn.phrase("label_review_now")), ("on:later", turn.phrase("label_review_later"))


def put_off(turn: TurnContext, answer: str) -> None:
    """Take what she answered instead of reviewing now; any answer is one, so she is asked again twice."""
    if answer == "later":
        offer = (
            *((f"on:{each}", turn.phrase(f"label_review_{each}")) for each in LATER),
            ("on:stop", turn.phrase("label_review_stop")),
        )
        turn.change(review=replace(turn.state.review, unanswered=0))
        plan(turn)
        turn.offer(turn.phrase("review_when"), offer)
    elif answer in LATER:
        day = turn.today + timedelta(days=LATER[answer])
        turn.change(review=replace(turn.state.review, unanswered=0, invited_on=None, not_before=day), offer=())
        plan(turn)
        turn.say(turn.phrase("review_set", ngay=f"{day:%d/%m}"))
    else:
        turn.change(review=replace(turn.state.review, unanswered=PATIENCE), offer=())
        plan(turn)
        turn.say(turn.phrase("review_stopped"))


def began(turn: TurnContext) -> None:
    """A review begins: she has answered."""
    turn.change(review=replace(turn.state.review, unanswered=0, invited_on=None, not_before=turn.today + APART))
    plan(turn)
