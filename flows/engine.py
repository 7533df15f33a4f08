"""What the tutor says next: `start` a lesson, `resume` it with a signal. Pure; a lesson's fault is an event."""

from __future__ import annotations

from dataclasses import replace

from flows import events as ev
from flows.conditions import ConditionInvalid
from flows.kinds import AGAIN, ENDED, KINDS, WAIT, Next, go_on, move_to, request_help
from flows.masking import MASK, mask
from flows.model import Ask, Help, Lesson, Quiz, Step, Task, Wait
from flows.moving import Spot, is_same, place_for
from flows.session import Book, Session, Sprint, Trigger
from flows.stage import MAX_PATH, Stage, clean, own_answers, reminders
from flows.understand import (
    Answered,
    Command,
    Emergency,
    Meaning,
    Unknown,
    Unsure,
    amount,
    fold,
    is_command,
    is_emergency,
    may_be_emergency,
    understand,
    with_gaps,
)
from flows.waits import waits

MAX_STEPS = 100  # steps in one sprint without a wait (as goflow): more is a loop the linter could not see
MAX_TEXT = 2_000  # characters of hers that are looked at: the longest message Zalo can send

IN_LESSON = frozenset({"repeat", "back", "help", "go_on"})


def start(book: Book, trigger: Trigger, universe: ev.Universe) -> Sprint:
    """Begin a lesson at its first step. Raises KeyError when the book has no such lesson."""
    version = book.current[trigger.lesson]
    lesson = book.lesson(trigger.lesson, version, trigger.lang)
    if lesson is None:
        raise KeyError(trigger.lesson)
    session = Session(
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
    )
    stage = Stage(book, lesson, session, universe)
    stage.emit(ev.RunStarted(session.run_id, session.lesson, version))
    _walk(stage, lesson.steps[0].id)
    return Sprint(stage.session, tuple(stage.events))


def resume(book: Book, session: Session, signal: ev.Signal, universe: ev.Universe) -> Sprint:
    """Answer one signal. The session comes back unchanged where the signal means nothing to it.

    A learner whose lesson has an urgent newer version is taken along first; where her step is word for word the same
    the signal is then answered, else it was meant for something that is no longer there.
    """
    lesson = book.lesson(session.lesson, session.version, session.lang)
    step = lesson.step(session.step) if lesson else None
    if lesson is None or step is None:
        failed = ev.RunFailed(session.run_id, "place_missing", f"{session.lesson} v{session.version} {session.step}")
        return Sprint(session, (failed,))
    if not session.waiting:
        return Sprint(session, (ev.TapIgnored("stale"),))
    stage = Stage(book, lesson, session, universe)
    urgent = stage.route is not None and stage.route.how == "urgent"
    if urgent and not _take_along(stage, signal):
        return Sprint(stage.session, tuple(stage.events))
    step = stage.lesson.step(stage.session.step) or step
    _answer(stage, step, signal)
    if not isinstance(signal, ev.Due):
        _count_anew(stage, session, step)
    return Sprint(stage.session, tuple(stage.events))


def move(book: Book, session: Session, universe: ev.Universe) -> Sprint:
    """Carry out what an urgent edit asks of this session; nothing happens where there is none."""
    route = book.routes.get((session.lesson, session.version))
    if route is None or route.how != "urgent" or not session.waiting:
        return Sprint(session, ())
    return resume(book, session, ev.Reoffered(""), universe)


def _answer(stage: Stage, step: Step, signal: ev.Signal) -> None:
    match signal:
        case ev.Tapped(seq, option):
            _tapped(stage, step, seq, option)
        case ev.Typed(text):
            _typed(stage, step, text)
        case ev.Sent(kind):
            _sent(stage, step, kind)
        case ev.Due(wait_id):
            _due(stage, step, wait_id)
        case ev.Reoffered(reason):
            if reason:
                stage.say(step.id, stage.phrase(reason, bai=stage.lesson.title))
            _again(stage, step)


def _take_along(stage: Stage, signal: ev.Signal) -> bool:
    """Move her to the newer version and tell her; True where the signal still has its meaning there."""
    session, route, old = stage.session, stage.route, stage.lesson
    assert route is not None
    newer = stage.book.lesson(session.lesson, route.to, session.lang)
    if newer is None:
        return True
    spot = place_for(old, newer, session.step, session.path, session.checkpoint, route.decisions)
    if spot.how == "same" and is_same(old.step(session.step), newer.step(spot.step)):
        move_to(stage, newer, route.to, session.step, spot)
        return True
    heard = _still_heard(stage, signal)
    at = move_to(stage, newer, route.to, session.step, spot)
    step = newer.step(at)
    if spot.how == "same" and step is not None and waits(step):
        KINDS[type(step)].put(stage, step)
    else:
        stage.change(queue=())
        _walk(stage, at)
    return heard and stage.session.waiting


def _still_heard(stage: Stage, signal: ev.Signal) -> bool:
    """Whether what she did is to be answered although its question is gone: a cry for help, a global word."""
    match signal:
        case ev.Typed(text):
            meaning = understand(stage.book.words, clean(text[:MAX_TEXT]), ())
            if isinstance(meaning, Emergency | Command):
                return True
            stage.emit(ev.Heard(mask(clean(text[:MAX_TEXT])).text))
        case ev.Tapped():
            stage.emit(ev.TapIgnored("moved"))
        case _:
            pass
    return False


def _walk(stage: Stage, at: Next) -> None:
    """Go on from step `at` until something waits or the lesson ends."""
    for _ in range(MAX_STEPS):
        if at in (WAIT, ENDED):
            return
        stage.freshen()
        step = stage.lesson.step(at) if isinstance(at, str) else None
        if step is None:
            _fail(stage, "step_missing", str(at))
            return
        try:
            at = _enter(stage, step)
            if at is None:
                at = go_on(stage, step, None)
        except ConditionInvalid as fault:
            _fail(stage, "condition", f"{step.id}: {fault.message}")
            return
    _fail(stage, "loop", f"more than {MAX_STEPS} steps without a wait")


def _enter(stage: Stage, step: Step) -> Next:
    if step.when is not None and not stage.holds(step.when):
        return None
    if step.checkpoint:
        step = _cross(stage, step)
    stage.change(misses=0, tries=0, sub="", path=(*stage.session.path, step.id)[-MAX_PATH:])
    if step.id in stage.lesson.timed:
        stage.change(passed={**stage.session.passed, step.id: stage.universe.now.isoformat()})
    if step.checkpoint and stage.session.checkpoint != step.id:
        stage.change(checkpoint=step.id)
        stage.emit(ev.CheckpointPassed(step.id))
    return KINDS[type(step)].enter(stage, step)


def _cross(stage: Stage, step: Step) -> Step:
    """At a checkpoint that a newer version has too she changes over, where its author wished so."""
    route = stage.route
    if route is None or route.how != "checkpoint":
        return step
    newer = stage.book.lesson(stage.session.lesson, route.to, stage.session.lang)
    there = newer.step(step.id) if newer else None
    if newer is None or there is None or type(there) is not type(step) or not there.checkpoint:
        return step
    move_to(stage, newer, route.to, step.id, Spot(step.id, "crossed"))
    return there


def _fail(stage: Stage, code: str, reason: str) -> None:
    stage.emit(ev.RunFailed(stage.session.run_id, code, reason))


def _go(stage: Stage, step: Step, to: Next) -> None:
    _walk(stage, go_on(stage, step, None) if to is None else to)


def _again(stage: Stage, step: Step) -> None:
    """Show the present prompt once more; its buttons stay the same, so the older copy works too."""
    if stage.session.used is not None and stage.session.used[0] == stage.session.seq:
        stage.change(used=None)  # "Để sau" leaves the prompt standing: shown again, it may be tapped again
    KINDS[type(step)].put(stage, step, fresh=False)


# --- taps --------------------------------------------------------------------------------------------


def _tapped(stage: Stage, step: Step, seq: int, option: str) -> None:
    session = stage.session
    if was_used(session, seq, option):
        stage.emit(ev.TapIgnored("repeated"))
        return
    _, choices = KINDS[type(step)].prompt(stage, step)
    chosen = next((choice for choice in choices if choice.id == option), None)
    if seq != session.seq or chosen is None:
        stage.emit(ev.TapIgnored("stale"))
        return
    stage.emit(ev.Heard(chosen.label))
    _choose(stage, step, option)


def was_used(session: Session, seq: int, option: str) -> bool:
    """Whether this is a second tap on the button just used (of which option is not kept without her consent)."""
    return session.used is not None and session.used[0] == seq and session.used[1] in (option, "")


def _sent(stage: Stage, step: Step, kind: str) -> None:
    """What is not words: an answer where the step asks for it; nothing of it is kept."""
    stage.emit(ev.Heard(f"[{kind}]"))
    to = KINDS[type(step)].sent(stage, step, kind)
    if to is not AGAIN:
        _go(stage, step, to)
        return
    named = f"kind_{kind}" if f"kind_{kind}" in stage.book.phrases else "kind_other"
    stage.say(step.id, stage.phrase("media_instead", thu=stage.phrase(named)))
    _again(stage, step)


def _choose(stage: Stage, step: Step, option: str) -> None:
    stage.change(used=(stage.session.seq, option), misses=0)
    _go(stage, step, KINDS[type(step)].tap(stage, step, option))


# --- words -------------------------------------------------------------------------------------------


def _typed(stage: Stage, step: Step, text: str) -> None:
    kind = KINDS[type(step)]
    too_long = len(text) > MAX_TEXT
    text = clean(text[:MAX_TEXT])
    _, choices = kind.prompt(stage, step)
    question = kind.asked(stage, step)
    meaning = _meaning(stage, step, text, choices)
    masked = mask(text)
    private = isinstance(step, Ask) and step.private
    if isinstance(meaning, Answered):
        stage.emit(ev.Heard(text if not masked.kinds or _is_accepted(stage, question, text) else masked.text))
        _choose(stage, step, meaning.option)
        return
    if masked.kinds and not _is_accepted(stage, question, text):
        _warn_of_secret(stage, step, masked.kinds, MASK if private else masked.text)
        if isinstance(meaning, Emergency):
            stage.emit(ev.EmergencyRaised())
        else:
            _again(stage, step)
        return
    private = isinstance(step, Ask) and step.private and not isinstance(meaning, Command | Emergency)
    stage.emit(ev.Heard(MASK if private else text))
    if too_long:
        stage.say(step.id, stage.phrase("too_long"))
        _again(stage, step)
        return
    _act(stage, step, meaning, text, choices)


def _meaning(stage: Stage, step: Step, text: str, choices: tuple[ev.Choice, ...]) -> Meaning:
    """Where she writes freely only a cry for help and a whole global word are more than what she writes."""
    words = stage.book.words
    if not choices and not is_command(words, text):
        return Emergency() if is_emergency(words, text) else Unknown()
    return understand(words, text, own_answers(stage, choices))


def _act(stage: Stage, step: Step, meaning: Meaning, text: str, choices: tuple[ev.Choice, ...]) -> None:
    match meaning:
        case Emergency():
            stage.emit(ev.EmergencyRaised())
            return
        case Command("stop") if stage.lesson.emergency:
            _again(stage, step)  # "đã dừng" there means that she has stopped paying
            return
        case Command(word) if word in IN_LESSON:
            _command(stage, step, word)
            return
        case Command(word):
            stage.emit(ev.Commanded(word))
            return
    guard = _guard(stage, text)
    if guard is not None:
        _walk(stage, guard)
        return
    to = KINDS[type(step)].typed(stage, step, text)
    if to is not AGAIN:
        _go(stage, step, to)
    elif isinstance(meaning, Unsure):
        close = tuple(choice for choice in choices if choice.id in meaning.options)
        stage.emit(ev.Asked(step.id, stage.session.seq, stage.phrase("unsure"), close if len(close) > 1 else choices))
    elif may_be_emergency(stage.book.words, text) and not stage.lesson.emergency:
        stage.emit(ev.EmergencySuspected())
    else:
        _not_understood(stage, step, bool(choices))


def _not_understood(stage: Stage, step: Step, has_choices: bool) -> None:
    misses = stage.session.misses + 1
    question = KINDS[type(step)].asked(stage, step)
    stage.change(misses=misses)
    stage.emit(ev.NotUnderstood(step.id, misses))
    if stage.lesson.emergency:
        stage.say(step.id, stage.phrase("not_understood_emergency"))
    elif misses > 1:
        stage.say(step.id, stage.phrase("not_understood_twice"))
    elif isinstance(question, Quiz) and question.type == "number":
        stage.say(step.id, stage.phrase("ask_retry_number"))
    else:
        stage.say(step.id, stage.phrase("not_understood" if has_choices else "not_understood_typed"))
    _again(stage, step)


def _is_accepted(stage: Stage, step: Step, text: str) -> bool:
    """A bare number that answers the present question ("500000") is an answer, not a code."""
    if not isinstance(step, Quiz):
        return False
    words = stage.book.words
    given = amount(text, words)
    return given is not None and given in {amount(a, words) for a in (*step.accept, *(o.text for o in step.options))}


def _warn_of_secret(stage: Stage, step: Step, kinds: tuple[str, ...], masked: str) -> None:
    stage.emit(ev.Heard(masked))
    stage.emit(ev.SecretMasked(kinds))
    named = ", ".join(stage.phrase(f"kind_{kind}") for kind in dict.fromkeys(kinds))
    stage.say(step.id, stage.phrase("secret", thu=named))


def _guard(stage: Stage, text: str) -> str | None:
    said = f" {' '.join(fold(stage.book.words, text))} "
    for guard in stage.lesson.guards:
        if any(f" {' '.join(fold(stage.book.words, phrase))} " in said for phrase in guard.words):
            return guard.go
        if guard.patterns and with_gaps(stage.book.words, guard.patterns).search(said):
            return guard.go
    return None


def _command(stage: Stage, step: Step, word: str) -> None:
    match word:
        case "help":
            request_help(stage, step)
            _again(stage, step)
        case "back":
            _back(stage, step)
        case _:
            _again(stage, step)


def _back(stage: Stage, step: Step) -> None:
    """One waiting step back on the path she walked; points stay."""
    lesson, path = stage.lesson, list(stage.session.path)
    while path and path[-1] == step.id:
        path.pop()
    while path and not _can_go_back_to(lesson, path[-1]):
        path.pop()
    if not path:
        first = stage.lesson.steps[0].id == step.id
        stage.say(step.id, stage.phrase("back_at_start" if first else "back_unknown"))
        _again(stage, step)
        return
    to = path.pop()
    stage.change(path=tuple(path))
    _walk(stage, to)


def _can_go_back_to(lesson: Lesson, step_id: str) -> bool:
    step = lesson.step(step_id)
    return step is not None and waits(step) and not isinstance(step, Wait | Help)


# --- time --------------------------------------------------------------------------------------------


def _count_anew(stage: Stage, before: Session, step: Step) -> None:
    """She was just here: a reminder that was set before counts from now."""
    now, same = stage.session, stage.session.remind_at == before.remind_at
    if now.waiting and now.remind_at is not None and same and not isinstance(step, Wait | Help):
        stage.change(remind_at=stage.universe.now + reminders(step)[0])


def _due(stage: Stage, step: Step, wait_id: str) -> None:
    """Remind, at most as often as the step allows; a timer of an earlier wait is harmless."""
    session = stage.session
    if wait_id != session.wait_id or session.remind_at is None:
        return
    to = KINDS[type(step)].due(stage, step)
    if to is not AGAIN:
        stage.change(used=(session.seq, ""))
        _go(stage, step, to)
        return
    after, times = reminders(step)
    reminded = session.reminded + 1
    if reminded > times:
        stage.change(remind_at=None)
        return
    own = step.later.text if isinstance(step, Task) else ""
    usual = "reminder_emergency" if stage.lesson.emergency else "reminder"
    stage.say(step.id, stage.words(own) or stage.phrase(usual))
    KINDS[type(step)].put(stage, step)
    stage.change(reminded=reminded, remind_at=stage.universe.now + after if reminded < times else None)


def rewind(book: Book, session: Session, universe: ev.Universe) -> Sprint:
    """Put a session whose place is gone at its last checkpoint that still stands, else at the start; points stay.

    Where the lesson itself is gone, the one that called it goes on; without such a one the lesson ends.
    """
    lesson = book.lesson(session.lesson, session.version, session.lang)
    version = session.version
    if lesson is None:
        lesson, version = book.lesson(session.lesson, None, session.lang), book.current.get(session.lesson, 0)
    if lesson is None and session.stack:
        return rewind(book, session.outward(), universe)
    if lesson is None:
        return Sprint(
            replace(session, waiting=False), (ev.RunFailed(session.run_id, "lesson_missing", session.lesson),)
        )
    stage = Stage(book, lesson, replace(session, version=version, waiting=True, sub="", queue=()), universe)
    at_step = session.checkpoint if lesson.step(session.checkpoint) else lesson.steps[0].id
    stage.say(at_step, stage.phrase("place_lost"))
    _walk(stage, at_step)
    return Sprint(stage.session, tuple(stage.events))
