"""What the tutor says next: `start` a lesson, `resume` it with a signal. Pure; a lesson's fault is an event."""

from __future__ import annotations

from dataclasses import replace

from flows import events as ev
from flows.conditions import ConditionInvalid
from flows.kinds import AGAIN, ENDED, KINDS, WAIT, Next, finish, request_help
from flows.masking import MASK, mask
from flows.model import Ask, Choose, Quiz, Say, Step, Task
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
    may_be_emergency,
    understand,
)

MAX_STEPS = 100  # steps in one sprint without a wait (as goflow): more is a loop the linter could not see
MAX_TEXT = 2_000  # characters of hers that are looked at: the longest message Zalo can send

IN_LESSON = frozenset({"repeat", "back", "help", "go_on"})


def start(book: Book, trigger: Trigger, universe: ev.Universe) -> Sprint:
    """Begin a lesson at its first step. Raises KeyError when the book has no such lesson."""
    version = book.current[trigger.lesson]
    lesson = book.versions[trigger.lesson, version]
    session = Session(
        run_id=universe.new_id(),
        lesson=trigger.lesson,
        version=version,
        seq=trigger.seq,
        address=trigger.address,
        name=trigger.name,
        channel=trigger.channel,
    )
    stage = Stage(book, lesson, session, universe)
    stage.emit(ev.RunStarted(session.run_id, session.lesson, version))
    _walk(stage, lesson.steps[0].id)
    return Sprint(stage.session, tuple(stage.events))


def resume(book: Book, session: Session, signal: ev.Signal, universe: ev.Universe) -> Sprint:
    """Answer one signal. The session comes back unchanged where the signal means nothing to it."""
    lesson = book.lesson(session.lesson, session.version)
    step = lesson.step(session.step) if lesson else None
    if lesson is None or step is None:
        failed = ev.RunFailed(session.run_id, "place_missing", f"{session.lesson} v{session.version} {session.step}")
        return Sprint(session, (failed,))
    stage = Stage(book, lesson, session, universe)
    if not session.waiting:
        return Sprint(session, (ev.TapIgnored("stale"),))
    match signal:
        case ev.Tapped(seq, option):
            _tapped(stage, step, seq, option)
        case ev.Typed(text):
            _typed(stage, step, text)
        case ev.Sent(kind):
            stage.emit(ev.Heard(f"[{kind}]"))
            named = f"kind_{kind}" if f"kind_{kind}" in book.phrases else "kind_other"
            stage.say(step.id, stage.phrase("media_instead", thu=stage.phrase(named)))
            _again(stage, step)
        case ev.Due(wait_id):
            _due(stage, step, wait_id)
        case ev.Reoffered(reason):
            if reason:
                stage.say(step.id, stage.phrase(reason, bai=lesson.title))
            _again(stage, step)
    if not isinstance(signal, ev.Due):
        _count_anew(stage, session, step)
    return Sprint(stage.session, tuple(stage.events))


def _walk(stage: Stage, at: Next) -> None:
    """Go on from step `at` until something waits or the lesson ends."""
    for _ in range(MAX_STEPS):
        if at in (WAIT, ENDED):
            return
        step = stage.lesson.step(at) if isinstance(at, str) else None
        if step is None:
            _fail(stage, "step_missing", str(at))
            return
        try:
            at = _enter(stage, step)
        except ConditionInvalid as fault:
            _fail(stage, "condition", f"{step.id}: {fault.message}")
            return
        if at is None:
            at = _below(stage, step)
    _fail(stage, "loop", f"more than {MAX_STEPS} steps without a wait")


def _enter(stage: Stage, step: Step) -> Next:
    if step.when is not None and not stage.holds(step.when):
        return None
    stage.change(misses=0, tries=0, path=(*stage.session.path, step.id)[-MAX_PATH:])
    if step.checkpoint and stage.session.checkpoint != step.id:
        stage.change(checkpoint=step.id)
        stage.emit(ev.CheckpointPassed(step.id))
    return KINDS[type(step)].enter(stage, step)


def _below(stage: Stage, step: Step) -> Next:
    at = stage.lesson.index[step.id] + 1
    if at < len(stage.lesson.steps):
        return stage.lesson.steps[at].id
    finish(stage, "completed", None)
    return ENDED


def _fail(stage: Stage, code: str, reason: str) -> None:
    stage.emit(ev.RunFailed(stage.session.run_id, code, reason))


def _go(stage: Stage, step: Step, to: Next) -> None:
    _walk(stage, _below(stage, step) if to is None else to)


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


def _choose(stage: Stage, step: Step, option: str) -> None:
    stage.change(used=(stage.session.seq, option), misses=0)
    _go(stage, step, KINDS[type(step)].tap(stage, step, option))


# --- words -------------------------------------------------------------------------------------------


def _typed(stage: Stage, step: Step, text: str) -> None:
    kind = KINDS[type(step)]
    too_long = len(text) > MAX_TEXT
    text = clean(text[:MAX_TEXT])
    _, choices = kind.prompt(stage, step)
    meaning = _meaning(stage, step, text, choices)
    masked = mask(text)
    private = isinstance(step, Ask) and step.private
    if isinstance(meaning, Answered):
        stage.emit(ev.Heard(text if not masked.kinds or _is_accepted(step, text) else masked.text))
        _choose(stage, step, meaning.option)
        return
    if masked.kinds and not _is_accepted(step, text):
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
    own = own_answers(stage, choices)
    meaning = understand(stage.book.words, text, own)
    if not choices and isinstance(meaning, Command) and not is_command(stage.book.words, text):
        return Unknown()
    return meaning


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
    stage.change(misses=misses)
    stage.emit(ev.NotUnderstood(step.id, misses))
    if stage.lesson.emergency:
        stage.say(step.id, stage.phrase("not_understood_emergency"))
    elif misses > 1:
        stage.say(step.id, stage.phrase("not_understood_twice"))
    elif isinstance(step, Quiz) and step.type == "number":
        stage.say(step.id, stage.phrase("ask_retry_number"))
    else:
        stage.say(step.id, stage.phrase("not_understood" if has_choices else "not_understood_typed"))
    _again(stage, step)


def _is_accepted(step: Step, text: str) -> bool:
    """A bare number that answers the present question ("500000") is an answer, not a code."""
    if not isinstance(step, Quiz):
        return False
    given = amount(text)
    return given is not None and given in {amount(a) for a in (*step.accept, *(o.text for o in step.options))}


def _warn_of_secret(stage: Stage, step: Step, kinds: tuple[str, ...], masked: str) -> None:
    stage.emit(ev.Heard(masked))
    stage.emit(ev.SecretMasked(kinds))
    named = ", ".join(stage.phrase(f"kind_{kind}") for kind in dict.fromkeys(kinds))
    stage.say(step.id, stage.phrase("secret", thu=named))


def _guard(stage: Stage, text: str) -> str | None:
    said = " ".join(fold(stage.book.words, text))
    for guard in stage.lesson.guards:
        for phrase in guard.words:
            if f" {' '.join(fold(stage.book.words, phrase))} " in f" {said} ":
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
    while path and not _waits(lesson.step(path[-1])):
        path.pop()
    if not path:
        first = stage.lesson.steps[0].id == step.id
        stage.say(step.id, stage.phrase("back_at_start" if first else "back_unknown"))
        _again(stage, step)
        return
    to = path.pop()
    stage.change(path=tuple(path))
    _walk(stage, to)


def _waits(step: Step | None) -> bool:
    return isinstance(step, Choose | Quiz | Ask | Task) or (isinstance(step, Say) and bool(step.wait_tap))


# --- time --------------------------------------------------------------------------------------------


def _count_anew(stage: Stage, before: Session, step: Step) -> None:
    """She was just here: a reminder that was set before counts from now."""
    now, same = stage.session, stage.session.remind_at == before.remind_at
    if now.waiting and now.remind_at is not None and same:
        stage.change(remind_at=stage.universe.now + reminders(step)[0])


def _due(stage: Stage, step: Step, wait_id: str) -> None:
    """Remind, at most as often as the step allows; a timer of an earlier wait is harmless."""
    session = stage.session
    if wait_id != session.wait_id or session.remind_at is None:
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
    """Put a session whose place is gone at its last checkpoint that still stands, else at the start; points stay."""
    lesson = book.lesson(session.lesson, session.version) or book.lesson(session.lesson)
    if lesson is None:
        return Sprint(
            replace(session, waiting=False), (ev.RunFailed(session.run_id, "lesson_missing", session.lesson),)
        )
    version = session.version if book.lesson(session.lesson, session.version) else book.current[session.lesson]
    stage = Stage(book, lesson, replace(session, version=version, waiting=True), universe)
    at = session.checkpoint if lesson.step(session.checkpoint) else lesson.steps[0].id
    stage.say(at, stage.phrase("place_lost"))
    _walk(stage, at)
    return Sprint(stage.session, tuple(stage.events))
