"""The walk through a lesson: from step to step until one waits, the lesson is over, or its author erred."""

from __future__ import annotations

from flows import events as ev
from flows.conditions import ConditionInvalid
from flows.engine import buttons
from flows.engine.kinds.kind import ENDED, WAIT, Next, request_help
from flows.engine.kinds.leaving import finish, move_to
from flows.engine.kinds.table import kind_of
from flows.engine.moving import Spot
from flows.engine.stage import MAX_PATH, Stage
from flows.model import Lesson, Step
from flows.profiles import profile_of

MAX_STEPS = 100  # steps in one sprint without a wait (as goflow): more is a loop the linter could not see


def walk(stage: Stage, at: Next) -> None:
    """Go on from step `at` until something waits or the lesson ends."""
    for _ in range(MAX_STEPS):
        if at is WAIT or at is ENDED:
            return
        if stage.book.routes:  # an edit leads on
            stage.freshen()
        step = stage.lesson.step(at) if isinstance(at, str) else None
        if step is None:
            fail(stage, "step_missing", str(at))
            return
        try:
            at = _enter(stage, step)
            if at is None:
                at = _below(stage, step)
        except ConditionInvalid as fault:
            fail(stage, "condition", f"{step.id}: {fault.message}")
            return
    fail(stage, "loop", f"more than {MAX_STEPS} steps without a wait")


def _enter(stage: Stage, step: Step) -> Next:
    if step.when is not None and not stage.holds(step.when):
        return None
    if step.checkpoint:
        step = _cross(stage, step)
    stage.change(misses=0, tries=0, sub="", path=(*stage.run.path, step.id)[-MAX_PATH:])
    if step.id in stage.lesson.timed:
        stage.change(passed={**stage.run.passed, step.id: stage.universe.now.isoformat()})
    if step.checkpoint and stage.run.checkpoint != step.id:
        stage.change(checkpoint=step.id)
        stage.emit(ev.CheckpointPassed(step.id))
    return kind_of(step).enter(stage, step)


def _cross(stage: Stage, step: Step) -> Step:
    """Change over to the newer version at a checkpoint that both have, where its editor wished so; the step there."""
    route = stage.route
    if route is None or route.how != "checkpoint":
        return step
    newer = stage.book.lesson(stage.run.lesson, route.to, stage.run.lang)
    there = newer.step(step.id) if newer else None
    if newer is None or there is None or type(there) is not type(step) or not there.checkpoint:
        return step
    move_to(stage, newer, route.to, step.id, Spot(step.id, "crossed"))
    return there


def fail(stage: Stage, code: str, reason: str) -> None:
    """Give the lesson up with an event: `code` is the kind of fault (step_missing, condition, loop)."""
    stage.emit(ev.RunFailed(stage.run.run_id, code, reason))


def go(stage: Stage, step: Step, to: Next) -> None:
    """On from a step that has been answered: to `to`, or to the step below."""
    walk(stage, _below(stage, step) if to is None else to)


def _below(stage: Stage, step: Step) -> Next:
    return stage.lesson.below(step.id) or finish(stage, "completed", None)


def label_here(stage: Stage, step: Step, choice: str) -> str | None:
    """What is read on a button that may be tapped here: one of the prompt, one that was shown once, one of those that
    the button for everything else opens; None where there is no such button."""
    kind = kind_of(step)
    for each in kind.offered(stage, step):
        if each.id == choice:
            return each.label
    others = (*kind.unshown(stage, step), *stage.others())
    return next((each.label for each in others if each.id == choice), None)


def choose(stage: Stage, step: Step, option: str) -> None:
    """Take one of the choices of a step, by its id: its own, or one that every prompt has, which keeps the place."""
    if option.startswith(buttons.MARK):
        _choose_beside(stage, step, option)
        return
    stage.change(used=(stage.run.seq, option), misses=0)
    go(stage, step, kind_of(step).tap(stage, step, option))


def _choose_beside(stage: Stage, step: Step, option: str) -> None:
    match option:
        case buttons.HUMAN:
            ask_person(stage, step)
        case buttons.MISTAKE:
            stage.emit(ev.Commanded("mistake"))
        case buttons.OTHER:
            stage.emit(ev.Asked(step.id, stage.run.seq, stage.phrase("other_ask"), stage.others()))
        case buttons.REPEAT:
            again(stage, step)
        case buttons.BACK:
            go_back(stage, step)
        case buttons.REST if later := kind_of(step).unshown(stage, step):
            choose(stage, step, later[0].id)
        case buttons.REST:
            stage.emit(ev.Commanded("stop"))
        case buttons.BIGGER:
            tell_letters(stage, step)


def ask_person(stage: Stage, step: Step) -> None:
    """Ask for a person, whoever comes first where the learner is being robbed; the step is put once more."""
    request_help(stage, step, need="safety" if stage.lesson.emergency else "learning")
    again(stage, step)


def tell_letters(stage: Stage, step: Step) -> None:
    """Say how letters get bigger, where it is done here; the step is put once more."""
    stage.say(step.id, stage.phrase(how_bigger(stage.run.channel)))
    again(stage, step)


def how_bigger(channel: str) -> str:
    """The id of the sentence that says how letters get bigger on a channel."""
    return "bigger_page" if profile_of(channel).letters else "bigger"


def go_back(stage: Stage, step: Step) -> None:
    """Go back to the last waiting step on the path walked; points stay."""
    lesson, path = stage.lesson, list(stage.run.path)
    while path and path[-1] == step.id:
        path.pop()
    while path and not _can_go_back_to(lesson, path[-1]):
        path.pop()
    if not path:
        first = stage.lesson.steps[0].id == step.id
        stage.say(step.id, stage.phrase("back_at_start" if first else "back_unknown"))
        again(stage, step)
        return
    to = path.pop()
    stage.change(path=tuple(path))
    walk(stage, to)


def _can_go_back_to(lesson: Lesson, step_id: str) -> bool:
    step = lesson.step(step_id)
    return step is not None and kind_of(step).waits(step) and kind_of(step).may_go_back_to


def again(stage: Stage, step: Step) -> None:
    """Show the present prompt once more; its buttons stay the same, so the older copy works too."""
    if stage.run.used is not None and stage.run.used[0] == stage.run.seq:
        stage.change(used=None)  # "Để sau" leaves the prompt standing: shown again, it may be tapped again
    kind_of(step).put(stage, step, fresh=False)
