"""How a step and a lesson are left: on to the next step, back into the lesson that called, along to a newer version."""

from __future__ import annotations

from flows import events as ev
from flows.engine.kinds.kind import ENDED, Next
from flows.engine.moving import Spot, carried, place_for
from flows.engine.stage import Stage
from flows.model import Call, Lesson, Step
from flows.run import Frame


def go_on(stage: Stage, step: Step, to: str | None) -> Next:
    """Where the learner goes on after `step`: `to`, else the step below, else the lesson is over."""
    return to or stage.lesson.below(step.id) or finish(stage, "completed", None)


def finish(stage: Stage, outcome: str, then: str | None, rate: int = 0, handed_over_to: str = "") -> Next:
    """End the lesson; one that was called gives back to the lesson that called it."""
    if stage.run.stack:
        return _return(stage, outcome)
    run, points = stage.run, stage.run.score
    stage.change(waiting=False, remind_at=None)
    passed = outcome == "completed" and points >= stage.lesson.pass_points
    ended = run.run_id, run.lesson, run.version, outcome, points, passed, then, rate, handed_over_to
    stage.emit(ev.RunEnded(*ended))
    return ENDED


def _return(stage: Stage, outcome: str) -> Next:
    """Into the calling lesson, which may have been edited meanwhile; what was earned in the called one counts there."""
    ended, points = stage.run.lesson, stage.run.score
    frame = stage.pop()
    lesson = stage.book.lesson(frame.lesson, frame.version, stage.run.lang)
    if lesson is None:
        return finish(stage, outcome, None)
    stage.turn_to(lesson, frame.version)
    stage.emit(ev.LessonReturned(ended, outcome, frame.lesson))
    if points:
        stage.change(earned={**frame.earned, frame.step: max(points, frame.earned.get(frame.step, 0))})
    return _after_call(stage, frame, outcome)


def _after_call(stage: Stage, frame: Frame, outcome: str) -> Next:
    at, route = frame.step, stage.route
    if route is not None and route.how == "urgent" and (newer := stage.book.lesson(frame.lesson, route.to)):
        spot = place_for(stage.lesson, newer, at, frame.path, frame.checkpoint, route.decisions)
        at = move_to(stage, newer, route.to, at, spot)
    step = stage.lesson.step(at)
    if not isinstance(step, Call):
        return at  # the call is gone: she goes on where it was
    if not step.returns:
        return finish(stage, outcome, None)  # handed over inside a called lesson: that one is over with it
    if step.save:
        stage.save(step.id, step.save, outcome)
    return go_on(stage, step, step.next)


def move_to(stage: Stage, newer: Lesson, version: int, step: str, spot: Spot) -> str:
    """Take the learner along from `step` to a newer version, say so, and give the step where it goes on."""
    run = stage.run
    stage.emit(ev.Moved(run.lesson, run.version, version, step, spot.step, spot.how))
    kept = run.checkpoint if run.checkpoint in newer.index else ""
    path = tuple(step for step in run.path if step in newer.index)
    stage.turn_to(newer, version)
    sub = "" if ":" in run.sub else run.sub  # what she said was to the older question
    stage.change(earned=carried(run.earned, newer), path=path, checkpoint=kept, sub=sub)
    stage.say(spot.step, stage.phrase("lesson_moved" if spot.how in _FORWARD else "lesson_moved_back"))
    return spot.step


_FORWARD = ("same", "was", "decided", "crossed")
