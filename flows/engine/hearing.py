"""What she does at a step: taps, words, what is neither; understood, masked, and handed to the kind of the step."""

from __future__ import annotations

from flows import events as ev
from flows.engine.kinds import AGAIN, KINDS, request_help
from flows.engine.stage import Stage, clean, own_answers
from flows.engine.waits import waits
from flows.engine.walking import again, go, walk
from flows.model import Ask, Guard, Help, Lesson, Quiz, Step, Wait
from flows.session import Session
from flows.words.masking import MASK, mask
from flows.words.understand import (
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

MAX_TEXT = 2_000  # characters of hers that are looked at: the longest message Zalo can send

IN_LESSON = frozenset({"repeat", "back", "help", "go_on"})

# --- taps --------------------------------------------------------------------------------------------


def tapped(stage: Stage, step: Step, seq: int, option: str) -> None:
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


def sent(stage: Stage, step: Step, kind: str) -> None:
    """What is not words: an answer where the step asks for it; nothing of it is kept."""
    stage.emit(ev.Heard(f"[{kind}]"))
    to = KINDS[type(step)].sent(stage, step, kind)
    if to is not AGAIN:
        go(stage, step, to)
        return
    named = f"kind_{kind}" if f"kind_{kind}" in stage.book.phrases else "kind_other"
    stage.say(step.id, stage.phrase("media_instead", thu=stage.phrase(named)))
    again(stage, step)


def _choose(stage: Stage, step: Step, option: str) -> None:
    stage.change(used=(stage.session.seq, option), misses=0)
    go(stage, step, KINDS[type(step)].tap(stage, step, option))


# --- words -------------------------------------------------------------------------------------------


def typed(stage: Stage, step: Step, text: str) -> None:
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
            again(stage, step)
        return
    private = isinstance(step, Ask) and step.private and not isinstance(meaning, Command | Emergency)
    stage.emit(ev.Heard(MASK if private else text))
    if too_long:
        stage.say(step.id, stage.phrase("too_long"))
        again(stage, step)
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
            again(stage, step)  # "đã dừng" there means that she has stopped paying
            return
        case Command(word) if word in IN_LESSON:
            _command(stage, step, word)
            return
        case Command(word):
            stage.emit(ev.Commanded(word))
            return
    guard = _guard(stage, text)
    if guard is not None:
        walk(stage, guard)
        return
    to = KINDS[type(step)].typed(stage, step, text)
    if to is not AGAIN:
        go(stage, step, to)
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
    again(stage, step)


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
    """Where a guard of this lesson leads, or of one that called it: then she is back in that one."""
    said = f" {' '.join(fold(stage.book.words, text))} "
    frames = stage.session.stack
    for inner, frame in enumerate(reversed((*frames, None))):
        lesson = stage.lesson if frame is None else stage.book.lesson(frame.lesson, frame.version, stage.session.lang)
        found = next((guard for guard in lesson.guards if _heard(stage, guard, said)), None) if lesson else None
        if lesson is not None and found is not None:
            for _ in range(inner):
                stage.pop()
            stage.turn_to(lesson, stage.session.version)
            return found.go
    return None


def _heard(stage: Stage, guard: Guard, said: str) -> bool:
    words = stage.book.words
    if any(f" {' '.join(fold(words, phrase))} " in said for phrase in guard.words):
        return True
    return bool(guard.patterns) and with_gaps(words, guard.patterns).search(said) is not None


def _command(stage: Stage, step: Step, word: str) -> None:
    match word:
        case "help":
            request_help(stage, step)
            again(stage, step)
        case "back":
            _back(stage, step)
        case _:
            again(stage, step)


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
        again(stage, step)
        return
    to = path.pop()
    stage.change(path=tuple(path))
    walk(stage, to)


def _can_go_back_to(lesson: Lesson, step_id: str) -> bool:
    step = lesson.step(step_id)
    return step is not None and waits(step) and not isinstance(step, Wait | Help)
