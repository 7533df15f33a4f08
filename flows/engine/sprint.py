"""What the tutor says next: `start` a lesson, `resume` it with a signal. Pure; a lesson's fault is an event."""

from __future__ import annotations

from dataclasses import replace

from flows import events as ev
from flows.engine.input import MAX_TEXT, sent, typed
from flows.engine.kinds.kind import AGAIN
from flows.engine.kinds.leaving import move_to
from flows.engine.kinds.table import kind_of
from flows.engine.moving import is_same, place_for
from flows.engine.stage import Stage, clean
from flows.engine.walking import again, choose, go, label_here, walk
from flows.model import Step
from flows.run import Book, Run, Sprint, Trigger
from flows.sittings import SITTINGS
from flows.words.masking import mask
from flows.words.understand import Command, Emergency, understand

__all__ = ["move", "resume", "rewind", "start", "was_used"]


def start(book: Book, trigger: Trigger, universe: ev.Universe) -> Sprint:
    """Begin a lesson, or a sitting, at its first step. Raises KeyError when the book has no such lesson."""
    version = 0 if trigger.lesson in SITTINGS else book.current[trigger.lesson]
    lesson = book.lesson(trigger.lesson, version, trigger.lang)
    if lesson is None:
        raise KeyError(trigger.lesson)
    run = Run(
        run_id=universe.new_id(),
        lesson=trigger.lesson,
        version=version,
        seq=trigger.seq,
        address=trigger.address,
        name=trigger.name,
        channel=trigger.channel,
        lang=trigger.lang,
        began_at=universe.now,
        learner=trigger.learner,
        cards=trigger.cards,
        vars=trigger.vars,
        keeps=trigger.keeps,
        queue=trigger.queue,
    )
    stage = Stage(book, lesson, run, universe)
    stage.emit(ev.RunStarted(run.run_id, run.lesson, version))
    walk(stage, lesson.steps[0].id)
    return Sprint(stage.run, tuple(stage.events))


def resume(book: Book, run: Run, signal: ev.Signal, universe: ev.Universe) -> Sprint:
    """Answer one signal. The run comes back unchanged where the signal means nothing to it.

    A learner whose lesson has an urgent newer version is taken along first; where the step is word for word the same
    the signal is then answered, else it was meant for something that is no longer there.
    """
    lesson = book.lesson(run.lesson, run.version, run.lang)
    step = lesson.step(run.step) if lesson else None
    if lesson is None or step is None:
        failed = ev.RunFailed(run.run_id, "place_missing", f"{run.lesson} v{run.version} {run.step}")
        return Sprint(run, (failed,))
    if not run.waiting:
        return Sprint(run, (ev.TapIgnored("stale"),))
    stage = Stage(book, lesson, run, universe)
    route = stage.route if book.routes else None
    if route is not None and route.how == "urgent":
        if not _take_along(stage, signal):
            return Sprint(stage.run, tuple(stage.events))
        step = stage.lesson.step(stage.run.step) or step
    _answer(stage, step, signal)
    if stage.run.seq == run.seq and not isinstance(signal, ev.Due):
        _count_anew(stage, run, step)
    return Sprint(stage.run, tuple(stage.events))


def move(book: Book, run: Run, universe: ev.Universe) -> Sprint:
    """Carry out what an urgent edit asks of this run; nothing happens where there is none."""
    route = book.routes.get((run.lesson, run.version))
    if route is None or route.how != "urgent" or not run.waiting:
        return Sprint(run, ())
    return resume(book, run, ev.Reoffered(""), universe)


def _answer(stage: Stage, step: Step, signal: ev.Signal) -> None:
    # No `match`: taking a signal apart by its class costs a twentieth of a sprint.
    if isinstance(signal, ev.Tapped):
        _tapped(stage, step, signal.seq, signal.option)
    elif isinstance(signal, ev.Typed):
        typed(stage, step, signal.text)
    elif isinstance(signal, ev.Sent):
        sent(stage, step, signal.kind)
    elif isinstance(signal, ev.Due):
        _due(stage, step, signal.wait_id)
    elif isinstance(signal, ev.Met):
        to = kind_of(step).met(stage, step)
        again(stage, step) if to is AGAIN else go(stage, step, to)
    else:
        if signal.reason:
            stage.say(step.id, stage.phrase(signal.reason, bai=stage.lesson.title))
        again(stage, step)


def _tapped(stage: Stage, step: Step, seq: int, option: str) -> None:
    if was_used(stage.run, seq, option):
        stage.emit(ev.TapIgnored("repeated"))
        return
    label = label_here(stage, step, option) if seq == stage.run.seq else None
    if label is None:
        stage.emit(ev.TapIgnored("stale"))
        return
    stage.emit(ev.Heard(label))
    choose(stage, step, option)


def was_used(run: Run, seq: int, option: str) -> bool:
    """Whether this is a second tap on the button just used (of which option is not kept without her consent)."""
    return run.used is not None and run.used[0] == seq and run.used[1] in (option, "")


def _take_along(stage: Stage, signal: ev.Signal) -> bool:
    """Move the learner to the newer version and say so; True where the signal still has its meaning there."""
    run, route, old = stage.run, stage.route, stage.lesson
    assert route is not None
    newer = stage.book.lesson(run.lesson, route.to, run.lang)
    if newer is None:
        return True
    spot = place_for(old, newer, run.step, run.path, run.checkpoint, route.decisions)
    if spot.how == "same" and is_same(old.step(run.step), newer.step(spot.step)):
        move_to(stage, newer, route.to, run.step, spot)
        return True
    heard = _still_heard(stage, signal)
    at = move_to(stage, newer, route.to, run.step, spot)
    step = newer.step(at)
    if spot.how == "same" and step is not None and kind_of(step).waits(step):
        kind_of(step).put(stage, step)
    else:
        stage.change(queue=())
        walk(stage, at)
    return heard and stage.run.waiting


def _still_heard(stage: Stage, signal: ev.Signal) -> bool:
    """Whether the signal is to be answered although its question is gone: a cry for help, a global word."""
    match signal:
        case ev.Typed(text):
            meaning = understand(stage.book.words, clean(text[:MAX_TEXT]), ())
            if isinstance(meaning, Emergency | Command):
                return True
            stage.emit(ev.Heard(mask(clean(text[:MAX_TEXT]), stage.book.nouns).text))
        case ev.Tapped():
            stage.emit(ev.TapIgnored("moved"))
        case _:
            pass
    return False


def rewind(book: Book, run: Run, universe: ev.Universe) -> Sprint:
    """Put a run whose place is gone at its last checkpoint that still stands, else at the start; points stay.

    Where the lesson itself is gone, the one that called it goes on; without such a one the lesson ends.
    """
    lesson = book.lesson(run.lesson, run.version, run.lang)
    version = run.version
    if lesson is None:
        lesson, version = book.lesson(run.lesson, None, run.lang), book.current.get(run.lesson, 0)
    if lesson is None and run.stack:
        return rewind(book, run.outward(), universe)
    if lesson is None:
        return Sprint(replace(run, waiting=False), (ev.RunFailed(run.run_id, "lesson_missing", run.lesson),))
    stage = Stage(book, lesson, replace(run, version=version, waiting=True, sub="", queue=()), universe)
    at_step = run.checkpoint if lesson.step(run.checkpoint) else lesson.steps[0].id
    stage.say(at_step, stage.phrase("place_lost"))
    walk(stage, at_step)
    return Sprint(stage.run, tuple(stage.events))


# --- time --------------------------------------------------------------------------------------------


def _count_anew(stage: Stage, before: Run, step: Step) -> None:
    """Let a reminder that was set before count from now: the learner was just here."""
    now, kind = stage.run, kind_of(step)
    if not now.waiting or now.remind_at is None or now.remind_at != before.remind_at or not kind.counts_anew:
        return
    if waits := kind.reminders(stage, step):
        stage.change(remind_at=stage.universe.now + waits[0])


def _due(stage: Stage, step: Step, wait_id: str) -> None:
    """Remind, at most as often as the step allows; a timer of an earlier wait is harmless."""
    run = stage.run
    if wait_id != run.wait_id or run.remind_at is None:
        return
    to = kind_of(step).due(stage, step)
    if to is not AGAIN:
        stage.change(used=(run.seq, ""))
        go(stage, step, to)
        return
    waits = kind_of(step).reminders(stage, step)
    reminded = run.reminded + 1
    if reminded > len(waits):
        stage.change(remind_at=None)
        return
    usual = "reminder_emergency" if stage.lesson.emergency else "reminder"
    stage.say(step.id, stage.words(kind_of(step).reminder(step)) or stage.phrase(usual))
    kind_of(step).put(stage, step)
    stage.change(reminded=reminded, remind_at=stage.universe.now + waits[reminded] if waits[reminded:] else None)
