"""Kinds that tell, decide and lead on: say, choose, branch, set, call, end; and how a lesson is left."""

from __future__ import annotations

from random import Random

from flows import events as ev
from flows.engine.kind import AGAIN, ENDED, Next, StepKind, StepPrompt, labels, option_of, remember
from flows.engine.moving import Spot, carried, place_for
from flows.engine.stage import MAX_STACK, Stage
from flows.model import Branch, Call, Choose, End, Lesson, Say, Set, Step
from flows.session import Frame


class SayKind(StepKind[Say]):
    def enter(self, stage: Stage, step: Say) -> Next:
        if step.wait_tap:
            return super().enter(stage, step)
        for text in (stage.shown(step), *map(stage.words, step.more)):
            stage.say(step.id, text)
        return step.next

    def prompt(self, stage: Stage, step: Say) -> StepPrompt:
        text = "\n\n".join((stage.shown(step), *map(stage.words, step.more)))
        return text, (ev.Choice("next", stage.words(step.wait_tap or "")),)

    def tap(self, stage: Stage, step: Say, choice: str) -> Next:
        return step.next if choice == "next" else AGAIN


class ChooseKind(StepKind[Choose]):
    def prompt(self, stage: Stage, step: Choose) -> StepPrompt:
        return stage.shown(step), labels(stage, step.options)

    def tap(self, stage: Stage, step: Choose, choice: str) -> Next:
        option = option_of(step.options, choice)
        if option is None:
            return AGAIN
        if step.save:
            stage.save(step.id, step.save, option.id)
        remember(stage, step, option.sets)
        stage.say(step.id, stage.words(option.say))
        return option.next or step.next


class BranchKind(StepKind[Branch]):
    def enter(self, stage: Stage, step: Branch) -> Next:
        found = next((case.go for case in step.cases if stage.holds(case.when)), None)
        return found or (self._drawn(stage, step) if step.split else step.otherwise)

    def _drawn(self, stage: Stage, step: Branch) -> str:
        """By chance, but one learner always draws the same."""
        who = stage.session.learner or stage.session.run_id
        ways = list(step.split)
        return Random(f"{who}:{stage.lesson.id}:{step.id}").choices(ways, [step.split[way] for way in ways])[0]


class SetKind(StepKind[Set]):
    def enter(self, stage: Stage, step: Set) -> Next:
        remember(stage, step, step.values)
        return step.next


class CallKind(StepKind[Call]):
    def enter(self, stage: Stage, step: Call) -> Next:
        stage.say(step.id, stage.shown(step))
        if not step.returns and not stage.session.stack:
            ended = finish(stage, "completed", None)
            stage.emit(ev.HandedOver(step.lesson))
            return ended
        session, lesson = stage.session, stage.book.lesson(step.lesson, None, stage.session.lang)
        inside = {session.lesson, *(frame.lesson for frame in session.stack)}
        if lesson is None or step.lesson in inside or len(session.stack) >= MAX_STACK:
            stage.emit(ev.RunFailed(session.run_id, "call", f"{step.id}: {step.lesson}"))
            return go_on(stage, step, step.next)  # without it, rather than not at all
        given = {name: stage.words(value) for name, value in step.values.items()}
        stage.push(step.id, lesson, stage.book.current[step.lesson], given)
        return lesson.steps[0].id


class EndKind(StepKind[End]):
    def enter(self, stage: Stage, step: End) -> Next:
        stage.say(step.id, stage.shown(step))
        return finish(stage, step.outcome, step.then, step.rate)


def go_on(stage: Stage, step: Step, to: str | None) -> Next:
    """Where she goes on after `step`: `to`, else the step below, else the lesson is over."""
    return to or stage.lesson.below(step.id) or finish(stage, "completed", None)


def finish(stage: Stage, outcome: str, then: str | None, rate: int = 0) -> Next:
    """End the lesson; one that was called gives back to the lesson that called it."""
    if stage.session.stack:
        return _return(stage, outcome)
    session, lesson = stage.session, stage.lesson
    stage.change(waiting=False, remind_at=None)
    passed = outcome == "completed" and session.score >= lesson.pass_points
    ended = session.run_id, session.lesson, session.version, outcome, session.score, passed, then, rate
    stage.emit(ev.RunEnded(*ended))
    return ENDED


def _return(stage: Stage, outcome: str) -> Next:
    """Into the calling lesson, which may have been edited meanwhile; what was earned in the called one counts there."""
    ended, points = stage.session.lesson, stage.session.score
    frame = stage.pop()
    lesson = stage.book.lesson(frame.lesson, frame.version, stage.session.lang)
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
    """Take her along from `step` to a newer version, tell her so, and give the step where she goes on."""
    session = stage.session
    stage.emit(ev.Moved(session.lesson, session.version, version, step, spot.step, spot.how))
    kept = session.checkpoint if session.checkpoint in newer.index else ""
    path = tuple(step for step in session.path if step in newer.index)
    stage.turn_to(newer, version)
    sub = "" if ":" in session.sub else session.sub  # what she said was to the older question
    stage.change(earned=carried(session.earned, newer), path=path, checkpoint=kept, sub=sub)
    stage.say(spot.step, stage.phrase("lesson_moved" if spot.how in _FORWARD else "lesson_moved_back"))
    return spot.step


_FORWARD = ("same", "was", "decided", "crossed")
