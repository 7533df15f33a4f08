"""The clock of reviews: calendar days where the learners live, late answers, clocks that jump, state from elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cards import LONG_AGO, Card, dump_card, load_card
from flows.engine.kinds.reviews import LONGEST, after_answer, due_questions, is_due, worth
from flows.model import Review, SourcePosition
from tests.support.builders import book, lesson

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 30)
EDITORS = (2 * 86_400, 7 * 86_400)  # 2d, 7d
FREE = (1,)  # no pause that an editor has made longer


def answered(*answers: tuple[date, bool], pauses: tuple[int, ...] = FREE) -> Card:
    """The card after these answers."""
    card: Card | None = None
    for day, right in answers:
        card = after_answer(card, right, pauses, day)
    assert card is not None
    return card


def test_pauses_grow_while_it_is_known_and_shrink_when_it_is_not():
    card, day, pauses = answered((MONDAY, True)), MONDAY, []
    for _ in range(4):
        pauses.append((card.due_on - day).days)
        day = card.due_on
        card = answered_again(card, day, right=True)
    assert pauses == sorted(pauses) and pauses[0] >= 2 and pauses[-1] > 90
    missed = answered_again(card, card.due_on, right=False)
    assert (missed.due_on - card.due_on).days < 30 and missed.level == 0


def answered_again(card: Card, day: date, *, right: bool) -> Card:
    found = after_answer(card, right, FREE, day)
    assert found is not None
    return found


def test_an_editor_s_pauses_are_the_shortest_of_the_first_reviews():
    assert answered((MONDAY, False)).due_on == MONDAY + DAY, "what was not known is asked the day after"
    assert answered((MONDAY, False), pauses=EDITORS).due_on == MONDAY + 2 * DAY, "but for the editor"
    first = answered((MONDAY, True), pauses=EDITORS)
    assert first == answered((MONDAY, True)), "what is known comes later anyway"
    assert after_answer(None, True, (), MONDAY) is None, "no pauses: it never comes back"
    assert after_answer(None, True, (3_600,), MONDAY) == first, "a day at least"


def test_one_answer_a_day_counts_and_it_is_the_first():
    wrong_first = answered((MONDAY, False), (MONDAY, True), (MONDAY, True))
    assert wrong_first == answered((MONDAY, False))
    assert answered(*[(MONDAY, True)] * 10) == answered((MONDAY, True)), "ten in ten minutes are one"


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-30T16:59:59+00:00", MONDAY),  # 23:59 in Đồng Nai
        ("2026-11-30T17:00:00+00:00", MONDAY + DAY),  # midnight there, the afternoon in UTC
        ("2026-12-01T00:00:00+00:00", MONDAY + DAY),
    ],
)
def test_the_day_is_that_of_where_the_learners_live(instant: str, day: date):
    assert datetime.fromisoformat(instant).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date() == day


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_the_same_hour_two_days_on_is_two_days_even_if_it_comes_five_minutes_early(minutes: int):
    """The package takes 24 hours for a day: of instants, five minutes less would be one day."""
    at = datetime(2026, 11, 30, 2, tzinfo=UTC)
    later = at + 2 * DAY + timedelta(minutes=minutes)
    assert answered((at.date(), True), (later.date(), True)) == answered((MONDAY, True), (MONDAY + 2 * DAY, True))


def test_a_late_answer_counts_for_more_and_is_never_put_out_of_sight():
    in_time = answered((MONDAY, True), (MONDAY + 4 * DAY, True))
    late = answered((MONDAY, True), (MONDAY + 90 * DAY, True))
    assert late.stability > in_time.stability
    years = answered((MONDAY, True), (MONDAY + 3_000 * DAY, True))
    assert (years.due_on - MONDAY).days - 3_000 <= LONGEST


def test_a_clock_that_jumped_ahead_and_came_back_holds_no_question_back():
    ahead = answered((MONDAY, True), (MONDAY + 3_650 * DAY, True))
    today = MONDAY + 3 * DAY
    assert is_due(ahead, today) and worth(ahead, today) > 0
    again = answered_again(ahead, today, right=True)
    assert again.last_on == today and today < again.due_on <= today + LONGEST * DAY
    assert not is_due(again, today)


def test_a_clock_that_jumped_back_never_strengthens_by_much():
    card = answered((MONDAY, True))
    back = answered_again(card, MONDAY - 400 * DAY, right=True)
    assert back.stability < 4 * card.stability


@pytest.mark.parametrize(
    "data",
    [
        None, 7, "x", "ab", [], {}, [2], [2, "x", "", 0, 0, 0], [2, "2026-13-01", "", 0, 0, 0], {"a": 1, "b": 2},
        [2, "2026-12-01", "2026-11-30", float("nan"), 5.0, 1], [2, "2026-12-01", "2026-11-30", float("inf"), 5.0, 1],
        [2, "2026-12-01", "2026-11-30", 0.0, 5.0, 1], [2, "2026-12-01", "2026-11-30", -3, 5.0, 1],
        [2, "2026-12-01", "2026-11-30", 2.3, 40, 1], [2, "2026-12-01", "2026-11-30", 2.3, None, 1],
        [9, "2026-12-01", "2026-11-30", 2.3, 5.0, 1], [0, "2026-12-01T09:00:00"], [0, 5],
    ],
)  # fmt: skip
def test_state_that_cannot_be_read_is_a_question_that_may_be_asked(data: object):
    card = load_card(data)
    assert is_due(card, MONDAY + DAY)
    assert answered_again(card, MONDAY + DAY, right=True).due_on > MONDAY + DAY


def test_a_card_of_the_layout_before_is_due_on_the_same_day():
    kept = load_card([1, "2026-12-03T18:30:00+00:00"])
    assert kept == Card(date(2026, 12, 4)), "half past one at night in Đồng Nai"


@given(
    st.lists(st.tuples(st.integers(0, 400), st.booleans()), min_size=1, max_size=12),
    st.integers(0, 500),
)
def test_cards_survive_being_kept_whatever_was_answered_when(answers: list[tuple[int, bool]], later: int):
    card = answered(*[(MONDAY + days * DAY, right) for days, right in answers])
    kept = load_card(json.loads(json.dumps(dump_card(card))))
    today = MONDAY + later * DAY
    assert kept.due_on == card.due_on and is_due(kept, today) == is_due(card, today)
    assert -1 <= worth(kept, today) <= 1
    assert card.last_on is not None and card.last_on < card.due_on <= card.last_on + LONGEST * DAY


def test_chance_is_nowhere_in_it():
    """The package draws its pauses from the generator that the whole process shares, unless it is told not to."""
    state = Random().getstate()
    first = [answered((MONDAY, True), (MONDAY + 9 * DAY, True)) for _ in range(20)]
    assert len(set(first)) == 1 and Random().getstate() != state


ONE = """
- quiz: a
  text: Một?
  options: [{id: x, text: Có, right: true}, {id: y, text: Không}]
  skill: giu_ma
- quiz: b
  text: Hai?
  options: [{id: x, text: Có, right: true}, {id: y, text: Không}]
  skill: giu_ma
- quiz: c
  text: Ba?
  options: [{id: x, text: Có, right: true}, {id: y, text: Không}]
  skill: cup_may
- end: het
"""


def asking(most: int, *skills: str) -> Review:
    return Review(id="on", place=SourcePosition("", 1, 1), most=most, skills=skills)


def test_the_nearly_forgotten_come_first_one_of_each_skill_and_what_is_gone_is_passed_over():
    shelf = book(lesson(ONE, lesson_id="thu"))
    today = MONDAY + 30 * DAY
    cards = {
        "thu/a": answered((MONDAY, True)),
        "thu/b": Card(LONG_AGO),
        "thu/c": answered((MONDAY - 10 * DAY, True)),
        "thu/gone": Card(LONG_AGO),
        "gone/a": Card(LONG_AGO),
        "": Card(LONG_AGO),
    }
    assert due_questions(shelf, cards, today, asking(5), "vi") == ("thu/b", "thu/c")
    assert due_questions(shelf, cards, today, asking(5, "cup_may"), "vi") == ("thu/c",)
    assert due_questions(shelf, cards, today, asking(1), "vi") == ("thu/b",)
    earlier = MONDAY - 20 * DAY
    assert due_questions(shelf, cards, earlier, asking(5), "vi") == ("thu/b", "thu/c"), "answered on days to come"


def test_a_review_of_two_takes_no_longer_than_it_may():
    long = (
        "- quiz: d\n  text: " + "chữ " * 70 + "?\n  options: [{id: x, text: Có, right: true}, {id: y, text: Không}]\n"
    )
    shelf = book(lesson(long + ONE.lstrip("\n"), lesson_id="thu"))
    cards = dict.fromkeys(("thu/a", "thu/c", "thu/d"), Card(LONG_AGO))
    assert due_questions(shelf, cards, MONDAY, replace(asking(2), within_s=60), "vi") == ("thu/a", "thu/c")
    only = {"thu/d": Card(LONG_AGO)}
    assert due_questions(shelf, only, MONDAY, replace(asking(2), within_s=20), "vi") == ("thu/d",), "one at least"
