#!/bin/sh
# fsrs 6.3.2, reviews at a learner's usual hour, once a day at most.
# Guess: the day after counts as another day; "two days later" is the same at 08:55 and at 09:05; fuzzing stays in the
# range that the scheduler reckons.
# Seen: time goes by in whole 24 hours. The next morning 23 hours later is the same day, so the answer is a short-term
# one and stability stays as it was; five minutes decide whether two days or one have passed (due in 11 days or in 7).
# Answers within minutes count in full: ten of them lift stability fifty-fold. With fuzzing, an interval of 10 days
# becomes 8 to 13, although the range is reckoned as 8 to 12.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check fsrs==6.3.2
"$room/v/bin/python" - <<'PY'
import random
from datetime import datetime, timedelta, timezone

from fsrs import Card, Rating, Scheduler

scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
monday = datetime(2026, 1, 5, 2, 0, tzinfo=timezone.utc)  # nine in the morning in Vietnam
first, _ = scheduler.review_card(Card(card_id=1), Rating.Good, monday)


def after(**passed: int) -> tuple[float, int]:
    when = monday + timedelta(**passed)
    again, _ = scheduler.review_card(first, Rating.Good, when)
    return round(again.stability, 2), (again.due - when).days


for name, passed in (
    ("23 hours", {"hours": 23}), ("2 days less 5 minutes", {"days": 2, "minutes": -5}), ("2 days", {"days": 2}),
):  # fmt: skip
    print(f"{name:22} stability, due in days: {after(**passed)}")
assert after(hours=23)[0] == round(first.stability, 2)
assert after(days=2, minutes=-5)[1] == 7 and after(days=2)[1] == 11

card = first
for minute in range(1, 11):
    card, _ = scheduler.review_card(card, Rating.Easy, monday + timedelta(minutes=minute))
print(f"ten answers in ten minutes: {first.stability:.1f} -> {card.stability:.1f}")
assert card.stability > 50 * first.stability

random.seed(1)
fuzzing = Scheduler(enable_fuzzing=True)
days = {fuzzing._get_fuzzed_interval(interval=timedelta(days=10)).days for _ in range(5_000)}
print("10 days with fuzzing:", sorted(days))
assert days == {8, 9, 10, 11, 12, 13}
PY
