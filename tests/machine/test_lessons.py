"""Arbitrary lessons, arbitrary learners: no exception, no failed run, and from everywhere the end can be reached."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import flows
from flows import Book, Run
from flows import events as ev
from flows.engine.buttons import OTHER
from tests.support.arbitrary import checked, lesson_sources
from tests.support.builders import book
from tests.support.scene import Scene
from tests.support.world import universe

ANSWERS = ("42", "sầu", "1 3", "3 1 2", "1 2 3", "2 1 3", "2 3 1", "1 3 2", "3 2 1", "xã Phú Lý")
WORDS = (
    *ANSWERS,
    "xg r",
    "ko thay nut",
    "quay lại",
    "nhắc lại",
    "giúp",
    "menu",
    "máy nóng quá",
    "079163001234",
    "",
    "🎉",
)

acts = st.one_of(
    st.integers(0, 4),  # tap that button
    st.sampled_from(WORDS),
    st.sampled_from([ev.Sent("photo"), ev.Reoffered("resume"), ev.Reoffered(""), ev.Tapped(1, "o0"), ev.Due("x")]),
    st.just("time"),
)


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(lesson_sources(), st.lists(acts, max_size=25), st.sampled_from(list(flows.ADDRESSES)))
def test_a_walk_never_fails_and_can_always_end(source: str, walk: list[object], address: str):
    lesson, errors = checked(source)
    assume(not errors)
    assert lesson is not None
    shelf = book(lesson)
    one = Scene(shelf, lesson.id, address=address)
    for act in walk:
        if not one.run.waiting:
            break
        before = one.run
        _do(one, act)
        assert not one.happened(ev.RunFailed), one.events
        assert one.run.score >= before.score, "earned points are never lost"
        assert one.run.seq >= before.seq
        assert flows.load(json.loads(json.dumps(flows.dump(one.run)))) == one.run
        if one.run.waiting:
            assert lesson.step(one.run.step) is not None
        assert "{" not in one.said, "every placeholder is filled"
        assert one.events or isinstance(act, ev.Due) or act == "time", f"{act} was met with silence"
    if one.run.waiting:
        assert _can_end(shelf, one.run), "a place from which nobody gets out"


def test_most_of_what_is_made_is_free_of_errors():
    """Else the property above would talk about nothing."""
    made: list[bool] = []

    @settings(max_examples=60, derandomize=True, database=None)
    @given(lesson_sources())
    def count(source: str) -> None:
        made.append(not checked(source)[1])

    count()
    assert sum(made) > len(made) * 0.5


def _do(one: Scene, act: object) -> None:
    if act == "time":
        one.passes(hours=25)
    elif isinstance(act, int):
        choices = _choices(one.book, one.run)
        if choices:
            one.tap(choices[act % len(choices)])
        else:
            one.say(ANSWERS[act])
    elif isinstance(act, str):
        one.say(act)
    else:
        one.does(act)  # type: ignore[arg-type]


def _choices(shelf: Book, run: Run) -> list[str]:
    """The buttons of the prompt she stands before."""
    sprint = flows.resume(shelf, run, ev.Reoffered(""), universe())
    asked = next(event for event in sprint.events if isinstance(event, ev.Asked))
    return [choice.id for choice in asked.choices if choice.id != OTHER]


def _can_end(shelf: Book, start: Run) -> bool:
    """Whether some sequence of taps and answers ends the run: breadth first, each place and state once."""
    todo, seen = deque([start]), set[str]()
    while todo:
        run = todo.popleft()
        buttons: list[ev.Signal] = [ev.Tapped(run.seq, choice) for choice in _choices(shelf, run)]
        for signal in buttons or [ev.Typed(answer) for answer in ANSWERS]:
            after = flows.resume(shelf, run, signal, universe()).run
            if not after.waiting:
                return True
            plain = replace(after, seq=0, path=(), used=None, misses=0, remind_at=None, tries=min(after.tries, 4))
            key = json.dumps(flows.dump(plain), sort_keys=True)
            if key not in seen and len(seen) < 3000:
                seen.add(key)
                todo.append(after)
    return False
