"""The made-up learners of `bench.recall` go through the real tutor; a start of the tutor knows no scheduler."""

from __future__ import annotations

import subprocess
import sys

from bench.recall import Mind, Parameters, bare_book, life

SHORT = Parameters(days=30, lessons=3)


async def test_reviews_are_what_makes_the_difference():
    with_, without = await life(3, SHORT, answers=True), await life(3, SHORT, answers=False)
    assert with_.questions == without.questions > 3
    assert with_.asked >= 4 and without.asked == 0 and without.invited == 2, "and then nobody is asked any more"
    assert with_.recall > 1.2 * without.recall
    assert with_.seconds < with_.reviews * 90
    assert await life(3, SHORT, answers=True) == with_, "chance comes from the seed alone"


def test_what_was_shown_once_fades_and_what_is_reviewed_fades_less():
    mind, other = Mind(1, SHORT), Mind(1, SHORT)
    for each in (mind, other):
        each.meets("a", "l", 0, 1.0)
    other.meets("a", "l", 20, 1.0)
    days = (1, 10, 30, 90)
    fades = [mind.knows("a", day) for day in days]
    assert fades == sorted(fades, reverse=True) and other.knows("a", 90) > mind.knows("a", 90)


def test_the_questions_are_those_of_the_real_lessons():
    book = bare_book(Parameters(lessons=99))
    assert all(each.review_after_s and not each.emergency for each in book.versions.values()) and len(book.current) > 5


def test_the_scheduler_is_imported_with_the_first_card_only():
    look = "import sys, bot.app, bot.conversation.handlers; print([each for each in sys.modules if 'fsrs' in each])"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
