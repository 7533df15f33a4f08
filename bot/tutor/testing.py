"""A few questions before a track and as many others after it, of the same skills: offered, never forced. Pure.

Nobody writes these tests: each skill that two questions of the track's lessons ask about gives one to either form, and
so does each lesson with two further questions. Half of the learners begin with the one form, half with the other, so
that neither being harder tells in the averages.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from zlib import crc32

from bot.tutor.learnt import TrackTest
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import Marked, TurnContext
from flows import events as ev
from flows.model import Quiz

MOST, FEWEST = 6, 3  # questions of a test; with fewer it would tell nothing
TAPPED = ("one", "true_false")


@dataclass(frozen=True, slots=True)
class TakeTest:
    """The test of a track is to begin: `which` is before or after."""

    which: str
    track: str


def forms(turn: TurnContext, track: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The questions ("lesson/step") before and after, in the order of the lessons; both empty where the track has too
    few that go together.
    """
    own = [lesson for lesson in turn.book.in_order if lesson.track == track and not lesson.emergency]
    asked = [(lesson.id, quiz) for lesson in own for quiz in lesson.of(Quiz) if quiz.type in TAPPED]
    shared = Counter(quiz.skill for _, quiz in asked if quiz.skill)
    about: dict[str, list[str]] = {}
    for lesson_id, quiz in asked:
        matter = quiz.skill if quiz.skill and shared[quiz.skill] > 1 else f"/{lesson_id}"
        about.setdefault(matter, []).append(f"{lesson_id}/{quiz.id}")
    pairs = [(found[0], found[1]) for found in about.values() if len(found) > 1][:MOST]
    if len(pairs) < FEWEST:
        return (), ()
    turned = crc32(f"{turn.person.learner_id}/{track}".encode()) % 2
    return tuple(pair[turned] for pair in pairs), tuple(pair[1 - turned] for pair in pairs)


def button(turn: TurnContext, track: str) -> OfferedButtons:
    """The button of the test before a track, which stands beside its lessons until one of them has begun."""
    if not turn.agreed or not questions(turn, TakeTest("before", track)):
        return ()
    return ((f"th:before:{track}", turn.phrase("label_test_before")),)


def offer_after(turn: TurnContext, lesson_id: str) -> bool:
    """Offer the test after the last lesson of a track, once; whether it was."""
    lesson = turn.book.lesson(lesson_id)
    if lesson is None or not turn.agreed or turn.is_saving:
        return False
    track, before = lesson.track, turn.state.tests.get(lesson.track, TrackTest())
    lessons = (each for each in turn.book.in_order if each.track == track and not each.emergency)
    if before.ended or any(each.id not in turn.state.done for each in lessons):
        return False
    _, asked = forms(turn, track)
    if not asked:
        return False
    _keep(turn, track, replace(before, ended=True))
    offer = ((f"th:after:{track}", turn.phrase("label_test")), ("g:menu", turn.phrase("label_test_later")))
    turn.offer(turn.phrase("test_after", nhom=_title(turn, track), so=str(len(asked))), offer)
    return True


def questions(turn: TurnContext, test: TakeTest) -> tuple[str, ...]:
    """What this test asks; empty where there is none, it has been taken, or comes before what has begun since."""
    taken = turn.state.tests.get(test.track, TrackTest())
    before, after = forms(turn, test.track)
    if test.which == "before":
        return () if taken.before or _has_begun(turn, test.track) else before
    return () if taken.after else after


def note(turn: TurnContext, event: ev.AnswerGraded) -> None:
    """Count an answer of the test that is under way."""
    test = turn.state.testing
    if test is not None:
        turn.change(testing=replace(test, right=test.right + event.right, total=test.total + 1))


def ended(turn: TurnContext) -> None:
    """Keep the result and say it; what was right before stands beside it."""
    test = turn.state.testing
    turn.change(testing=None)
    if test is None or not test.total:
        return
    result = test.right, test.total
    kept = turn.state.tests.get(test.track, TrackTest())
    kept = replace(kept, before=result) if test.which == "before" else replace(kept, after=result)
    _keep(turn, test.track, kept)
    turn.events.append(Marked(test.which, test.track, *result))
    now = {"dung": str(test.right), "tong": str(test.total)}
    if test.which == "before":
        turn.say(turn.phrase("test_was", **now))
    elif kept.before:
        turn.say(turn.phrase("test_both", dung_truoc=str(kept.before[0]), tong_truoc=str(kept.before[1]), **now))
    else:
        turn.say(turn.phrase("test_is", **now))


def _has_begun(turn: TurnContext, track: str) -> bool:
    """Whether a lesson of the track is done, open or put off."""
    runs = [run for run in (turn.state.open_run, *turn.state.parked) if run is not None]
    lessons = (turn.book.lesson(each) for each in {*turn.state.done, *(run.home[0] for run in runs)})
    return any(lesson is not None and lesson.track == track for lesson in lessons)


def _keep(turn: TurnContext, track: str, test: TrackTest) -> None:
    turn.change(tests={**turn.state.tests, track: test})


def _title(turn: TurnContext, track: str) -> str:
    return dict(turn.book.tracks).get(track, track)
