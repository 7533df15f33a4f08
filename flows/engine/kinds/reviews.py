"""When questions come back: the one place that knows which scheduler reckons it (FSRS, the package `fsrs`).

What that package takes for granted does not hold in a chat with a session a day at most, so it sees only what does:

- Days, not instants. It takes 24 hours for a day, so that an answer at nine and one at five to nine the next morning
  are of one day to it; and only `timezone.utc` for UTC. It is given midnights UTC of the calendar where they live.
- No steps of minutes, no chance (its own is drawn from the global generator), no pause beyond `LONGEST`.
- One answer a day: ten right ones within ten minutes are ten reviews to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import inf
from typing import TYPE_CHECKING

from flows.cards import Card
from flows.model import Quiz, Review

if TYPE_CHECKING:
    import fsrs

    from flows.run import Book

RETENTION = 0.9
"""The chance of knowing an answer at which its question is due again; `bench.recall` measures what follows from it."""
WORDS_A_MINUTE, TAP_S = 100, 8  # of somebody of 65 who reads slowly
LONGEST = 180  # days: nothing that keeps her money safe is out of sight for more than half a year
HORIZON = timedelta(days=60)  # what is asked is to be known still after so long
_ONE_DAY = timedelta(days=1)


def due_questions(book: Book, cards: Mapping[str, Card], today: date, step: Review, lang: str) -> tuple[str, ...]:
    """The cards ("lesson/step") that a review asks now, those first of which asking is worth most for its time, one of
    each skill.

    What a lesson asks no more is passed over, and after the first what would take longer than the step allows.
    """
    due = (key for key, card in cards.items() if is_due(card, today))
    quizzes = {key: quiz for key in due if (quiz := quiz_of(book, key, lang)) is not None}
    wanted = [key for key, quiz in quizzes.items() if not step.skills or quiz.skill in step.skills]
    found: dict[str, str] = {}
    left_s = step.within_s or inf
    for key in sorted(wanted, key=lambda key: (-worth(cards[key], today) / seconds_of(quizzes[key]), key)):
        skill, takes_s = quizzes[key].skill or key, seconds_of(quizzes[key])
        if skill not in found and (not found or takes_s <= left_s):
            found[skill] = key
            left_s -= takes_s
        if len(found) == step.most:
            break
    return tuple(found.values())


def seconds_of(quiz: Quiz) -> float:
    """How long a question takes by the player's clock: its words, one reply, a tap."""
    said = [quiz.text, *(option.text for option in quiz.options)]
    reply = max((option.say for option in quiz.options), key=len, default=quiz.say)
    return sum(len(text.split()) for text in (*said, reply)) * 60 / WORDS_A_MINUTE + TAP_S


def quiz_of(book: Book, key: str, lang: str = "vi") -> Quiz | None:
    """The question of a card's key in its current words; None where an edit has taken it away."""
    lesson_id, _, step = key.partition("/")
    lesson = book.lesson(lesson_id, None, lang)
    quiz = lesson.step(step) if lesson else None
    return quiz if isinstance(quiz, Quiz) else None


def is_due(card: Card, today: date) -> bool:
    """Whether a card's day has come; so it has of one answered on a day that is not yet: a clock was wrong."""
    return card.due_on <= today or (card.last_on is not None and card.last_on > today)


def worth(card: Card, today: date) -> float:
    """How much better a question will be known after `HORIZON` if it is asked today; 1 where nothing is known of it.

    What is known anyway gains little, and so does what is lost for good: time is short, so what gains most is asked.
    """
    if card.last_on is None:
        return 1.0
    from fsrs import Rating

    scheduler, theirs, now, later = _scheduler(), _theirs(card, today), _midnight(today), _midnight(today + HORIZON)
    good, again = (scheduler.review_card(theirs, rating, now)[0] for rating in (Rating.Good, Rating.Again))
    known, unasked = scheduler.get_card_retrievability(theirs, now), scheduler.get_card_retrievability(theirs, later)
    right, wrong = scheduler.get_card_retrievability(good, later), scheduler.get_card_retrievability(again, later)
    return known * right + (1 - known) * wrong - unasked


def after_answer(card: Card | None, right: bool, pauses_s: Sequence[int], today: date) -> Card | None:
    """The card of a question after an answer; None: it never comes back (no pauses).

    Only the first answer of a day counts: what is right after a wrong one has just been told. `pauses_s` are the
    shortest pauses (seconds) that the editor wants before the first reviews; from then on the scheduler alone decides.
    """
    if not pauses_s:
        return None
    if card is not None and card.last_on == today:
        return card
    from fsrs import Rating

    after, _ = _scheduler().review_card(_theirs(card, today), Rating.Good if right else Rating.Again, _midnight(today))
    level = (card.level + 1 if card else 0) if right else 0
    assert after.stability is not None and after.difficulty is not None
    due_on = after.due.date()
    if level < len(pauses_s):
        due_on = max(due_on, today + timedelta(seconds=pauses_s[level]))
    return Card(due_on, today, after.stability, after.difficulty, level)


@cache
def _scheduler() -> fsrs.Scheduler:
    """Imported where the first card is reckoned: 25 ms that a start need not wait for."""
    import fsrs

    return fsrs.Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )


def _theirs(card: Card | None, today: date) -> fsrs.Card:
    """A card as the scheduler knows it; an answer of a day that is not yet was given yesterday.

    An id is given because a card without one reads the clock and waits a millisecond.
    """
    import fsrs

    if card is None or card.last_on is None:
        return fsrs.Card(card_id=0, due=_midnight(today))
    last_on = card.last_on if card.last_on <= today else today - _ONE_DAY
    state = fsrs.State.Review
    days = _midnight(card.due_on), _midnight(last_on)
    return fsrs.Card(0, state, None, card.stability, card.difficulty, *days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
