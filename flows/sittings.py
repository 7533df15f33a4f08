"""Short sittings that no editor writes, for all they say is in questions of lessons: a review, a test of a track."""

from __future__ import annotations

from flows.model import End, Lesson, Review, SourcePosition

_NOWHERE = SourcePosition("", 1, 1)


def _sitting(sitting_id: str, questions: Review) -> Lesson:
    steps = questions, End(id="xong", place=_NOWHERE)
    return Lesson(
        id=sitting_id, title="", steps=steps, place=_NOWHERE, index={each.id: at for at, each in enumerate(steps)}
    )


QUESTIONS = Review(id="hoi", place=_NOWHERE, most=2, tries=1, within_s=60)
"""Two of them, which are asked and answered within a minute by the player's clock."""

REVIEW = _sitting("~on", QUESTIONS)
TEST = _sitting("~thi", Review(id="hoi", place=_NOWHERE, tries=1))
SITTINGS = {each.id: each for each in (REVIEW, TEST)}
"""By id, which no lesson can have. They stand in no list, are never parked, and leave no row of a run."""
