"""How large a made-up world may be: what is not said follows from the learners; what cannot be is told. Pure."""

from __future__ import annotations

from bot.errors import CamtayError
from bot.seeding.world import ATTEMPTS_A_LESSON, ATTEMPTS_OF_INSTRUCTOR, WorldPlan
from flows.saying import say

LEARNERS, DAYS, LINES = (3, 1_000_000), (7, 1_000), (1, 1_000_000)
GUIDES_A_LEARNER, ATTEMPTS_A_LEARNER = 12 / 50, 30
"""As in a ward of fifty learners, where nothing else is said."""
MOST_GUIDES = 100  # of one neighbourhood
MOST_LESSONS, DAYS_A_LESSON = 40, 3  # nobody takes more of them, or sooner one after the other, in the mean


def planned(
    learners: int, instructors: int | None = None, attempts: int | None = None, days: int = 120, lines: int = 8
) -> WorldPlan:
    """The plan of such a world; what is None is as in a ward. Raises CamtayError for what nobody could live."""
    for flag, value, (least, most) in (
        ("--learners", learners, LEARNERS), ("--days", days, DAYS), ("--lines", lines, LINES),
    ):  # fmt: skip
        if not least <= value <= most:
            raise CamtayError(say("{flag}: phải từ {least} tới {most}.", flag=flag, least=least, most=most))
    copies = WorldPlan(learners).copies
    guides = max(copies, round(learners * GUIDES_A_LEARNER)) if instructors is None else instructors
    if not copies <= guides <= MOST_GUIDES * copies:
        why = "--instructors: {learners} học viên cần từ {least} tới {most} người chỉ."
        raise CamtayError(say(why, learners=learners, least=copies, most=MOST_GUIDES * copies))
    lessons = min(MOST_LESSONS, days // DAYS_A_LESSON)
    possible = round(learners * lessons * ATTEMPTS_A_LESSON + guides * ATTEMPTS_OF_INSTRUCTOR)
    answers = min(learners * ATTEMPTS_A_LEARNER, possible) if attempts is None else attempts
    if not 0 <= answers <= possible:
        why = "--attempts: chừng ấy người trong {days} ngày làm được từ 0 tới {most} câu trả lời."
        raise CamtayError(say(why, days=days, most=possible))
    return WorldPlan(learners, guides, answers, days, lines)
