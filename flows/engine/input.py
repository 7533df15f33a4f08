"""What comes in at a step that is no tap: words, pictures; understood, masked, and handed to the kind of the step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from flows import events as ev
from flows.engine import buttons
from flows.engine.kinds.kind import AGAIN
from flows.engine.kinds.table import kind_of
from flows.engine.stage import Stage, clean, instead_of
from flows.engine.walking import again, ask_person, choose, go, go_back, tell_letters, walk
from flows.model import Guard, Step
from flows.words.defining import asked_term
from flows.words.ear.ear import Matter, Reply, listen, matter_of, reply_of
from flows.words.ear.finding import find, finder_of
from flows.words.masking import MASK, mask
from flows.words.understand import (
    Answered,
    Command,
    Emergency,
    Meaning,
    Own,
    Unknown,
    Unsure,
    Words,
    fold,
    is_command,
    understand,
    with_gaps,
)

MAX_TEXT = 2_000  # characters of hers that are looked at: the longest message Zalo can send

ASKED_FROM = 5  # words

BUTTONS: Mapping[str, tuple[str, ...]] = {
    "done": ("done", "next"),
    "stuck": ("stuck",),
    "later": ("later",),
    "next": ("next",),
    "yes": ("yes", "next"),
    "no": ("no",),
}
"""A reply → the buttons that say it; the first that is there."""

HARMLESS = frozenset({"stuck", "later"})
"""Replies that may be taken for granted: a hint more, a reminder tomorrow; her place is kept."""

GLOBAL = frozenset({"repeat", "stop"})  # replies that are global words

NEVER_LATER = frozenset({"", "positions", "number"})
"""What can be wanted at a step that no word for "later" answers; of words or a day "mai làm" may be the answer."""

FOR_BANK = frozenset({"citizen_id", "card", "account"})
"""What her bank asks when she has called it herself; a code or a password it never asks."""


def sent(stage: Stage, step: Step, kind: str) -> None:
    """What is not words, as a photo: an answer where the step asks for it; nothing of it is kept."""
    stage.emit(ev.Heard(f"[{kind}]"))
    to = kind_of(step).sent(stage, step, kind)
    if to is not AGAIN:
        go(stage, step, to)
        return
    own, named = instead_of(stage.book, kind)
    stage.say(step.id, stage.phrase(own, thu=stage.phrase(named)))
    again(stage, step)


# --- words -------------------------------------------------------------------------------------------


def typed(stage: Stage, step: Step, text: str) -> None:
    """Words typed at a step, of any length: understood, masked, then answered by a button, a command or the kind.

    More than `MAX_TEXT` characters are cut and not taken as an answer; a secret is hidden and warned of, a cry for help
    in the same words is still raised.
    """
    kind = kind_of(step)
    too_long = len(text) > MAX_TEXT
    text = clean(text[:MAX_TEXT])
    choices = kind.offered(stage, step)
    question = kind.asked(stage, step)
    meaning = _meaning(stage, question, text, choices)
    masked = mask(text, stage.book.nouns)
    private = kind.is_private(step)
    if isinstance(meaning, Answered):
        stage.emit(
            ev.Heard(text if not masked.kinds or kind_of(question).accepts(stage, question, text) else masked.text)
        )
        choose(stage, step, meaning.option)
        return
    if masked.kinds and not kind_of(question).accepts(stage, question, text):
        _warn_of_secret(stage, step, masked.kinds, MASK if private else masked.text)
        if isinstance(meaning, Emergency) and not stage.lesson.emergency:
            stage.emit(ev.EmergencyRaised(meaning.kind))
        else:
            again(stage, step)
        _cry_again(stage, meaning, text)
        return
    private = private and not isinstance(meaning, Command | Emergency)
    stage.emit(ev.Heard(MASK if private else text))
    if too_long:
        stage.say(step.id, stage.phrase("too_long"))
        again(stage, step)
        return
    _act(stage, step, meaning, text, choices)


def _meaning(stage: Stage, step: Step, text: str, choices: tuple[ev.Choice, ...]) -> Meaning:
    """What typed words mean; where a step asks for free words only a cry for help and a whole global word are more."""
    words = stage.book.words
    asks = choices[0].id != buttons.OTHER  # that of every prompt comes last
    free = not asks or kind_of(step).writes_freely(step)
    if free and not is_command(words, text):
        meaning = understand(words, text, own_answers(stage, step, choices) if asks else (), numbered=False, near=asks)
        return meaning if isinstance(meaning, Emergency | Answered) else Unknown()
    return understand(words, text, own_answers(stage, step, choices), guess=not stage.lesson.emergency)


def own_answers(stage: Stage, step: Step, choices: tuple[ev.Choice, ...]) -> tuple[Own, ...]:
    """What may be typed instead of tapping: each label, what the editor adds, the usual words for done, stuck, next.

    The words of the button for everything else are a global one's: "the last one" means an answer. What is no button
    any more may still be said.

    What an editor has added since counts for the question that stands, too: nothing that she sees changes by it.

    A learner who is being robbed is not carried past "call the bank" because it is hard: there that is no answer.
    """
    usual = stage.book.words.answers if stage.lesson.emergency else _usual(stage.book.words)
    newest = stage.newest_words.step(step.id) if stage.newest_words else None
    added = kind_of(step).spoken_ways(newest if newest and type(newest) is type(step) else step)
    said = (*choices, *kind_of(step).unshown(stage, step))
    return tuple(
        Own(choice.id, (choice.label, *added.get(choice.id, ()), *usual.get(choice.id, ())))
        for choice in said
        if choice.id != buttons.OTHER
    )


def _act(stage: Stage, step: Step, meaning: Meaning, text: str, choices: tuple[ev.Choice, ...]) -> None:
    match meaning:
        case Emergency(kind) if kind or not stage.lesson.emergency:
            stage.emit(ev.EmergencyRaised(kind))
            return
        case Command("stop") if stage.lesson.emergency:
            again(stage, step)  # "đã dừng" there means that she has stopped paying
            return
        case Command(word):
            _obey(stage, step, word)
            return
    guard = _guard(stage, text)
    if guard is not None:
        walk(stage, guard)
        return
    if _puts_off(stage, step, text):
        choose(stage, step, kind_of(step).put_off_by)
        return
    to = kind_of(step).typed(stage, step, text)
    if to is not AGAIN:
        go(stage, step, to)
    elif stage.lesson.emergency:
        _stay(stage, step, meaning, text)
    else:
        _wonder(stage, step, meaning, text, choices)


def _stay(stage: Stage, step: Step, meaning: Meaning, text: str) -> None:
    """Answer somebody who is being robbed: a tale goes on with the next thing to do, a question is answered,
    and nothing else leads away from the step.
    """
    _cry_again(stage, meaning, text)
    if isinstance(meaning, Emergency) and kind_of(step).only_tells:
        choose(stage, step, "next")
        return
    lost, ear = _is_lost(stage, text), stage.book.words.ear
    matter = Matter() if lost else matter_of(ear, text)
    if asked_term(stage.book.words, stage.book.glossary, text) or (
        _is_question(matter, text) and find(finder_of(stage.book.answers), ear, text)
    ):
        stage.emit(ev.Digressed(text))  # only what is answered in so many words: anything else leads her away
    elif matter.kind == "human":
        _obey(stage, step, "help")
    elif kind_of(step).only_tells and not lost and listen(ear, text).level == "ask":
        choose(stage, step, "next")
    else:
        stage.change(misses=stage.run.misses + 1)
        stage.say(step.id, stage.phrase("not_understood_emergency"))
        again(stage, step)


def _cry_again(stage: Stage, meaning: Meaning, text: str) -> None:
    """Note a cry in the emergency lesson itself: whoever was called may have gone home by now."""
    cries = isinstance(meaning, Emergency) or listen(stage.book.words.ear, text).level == "ring"
    if stage.lesson.emergency and cries:
        stage.emit(ev.EmergencyRepeated())


def _puts_off(stage: Stage, step: Step, text: str) -> bool:
    """Whether the learner says "later" in so many words, at a step without a button for it; never where one is being
    robbed."""
    if stage.lesson.emergency:
        return False
    words = stage.book.words
    later = _later(words, kind_of(step).wants(step) not in NEVER_LATER)
    return isinstance(understand(words, text, later, numbered=False, near=False), Answered)


@lru_cache(maxsize=4)
def _usual(words: Words) -> Mapping[str, tuple[str, ...]]:
    """The usual words of each answer; whoever does not understand is stuck."""
    return {**words.answers, "stuck": (*words.answers.get("stuck", ()), *words.answers.get("confused", ()))}


@lru_cache(maxsize=8)
def _later(words: Words, passing: bool) -> tuple[Own]:
    """How one says "later"; `passing`: only such ways as hold a word by which a question is passed over."""
    later, past = words.answers.get("later", ()), words.answers.get("pass", ())
    return (Own("", tuple(way for way in later if not passing or any(each in way for each in past))),)


def _is_lost(stage: Stage, text: str) -> bool:
    """Whether the learner only says that something is not found or understood ("nút ở đâu"): no question."""
    lost = (Own("", stage.book.words.answers.get("confused", ())),)
    return isinstance(understand(stage.book.words, text, lost, numbered=False), Answered)


def _wonder(stage: Stage, step: Step, meaning: Meaning, text: str, choices: tuple[ev.Choice, ...]) -> None:
    """Words that answer nothing for certain: whoever asks what a word means is told; else a worry comes first, then
    what sounds like an answer of those that can be given, then a near miss that is no question, then anything else.
    """
    ear = stage.book.words.ear
    alarm, matter = listen(ear, text), matter_of(ear, text)
    if asked_term(stage.book.words, stage.book.glossary, text):
        stage.emit(ev.Digressed(text))
    elif alarm.level == "ask":
        stage.emit(ev.EmergencySuspected(alarm.kind, text))
    elif _replies(stage, step, text, choices):
        return
    elif isinstance(meaning, Unsure) and not _is_question(matter, text):
        close = tuple(choice for choice in choices if choice.id in meaning.options)
        stage.emit(ev.Asked(step.id, stage.run.seq, stage.phrase("unsure"), close if len(close) > 1 else choices))
    elif matter.kind == "human":
        _obey(stage, step, "help")
    elif matter.kind == "chat" and kind_of(step).only_tells and not stage.run.misses:
        stage.change(misses=1)
        stage.say(step.id, stage.phrase("small_chat"))  # nothing was asked, so nothing was misunderstood
        again(stage, step)
    elif matter.kind == "chat":
        _not_understood(stage, step, choices[0].id != buttons.OTHER)
    else:
        stage.emit(ev.Digressed(text))


def _replies(stage: Stage, step: Step, text: str, choices: tuple[ev.Choice, ...]) -> bool:
    """Whether the text is a usual answer in other words; where that is not sure, or yes or no, the learner is asked."""
    reply = reply_of(stage.book.words.ear, text)
    ids = {choice.id for choice in (*choices, *kind_of(step).unshown(stage, step))}
    named = next((each for each in BUTTONS.get(reply.kind, ()) if each in ids), None)
    if named is None:
        return _replies_to_tutor(stage, step, reply, text)
    if reply.kind in HARMLESS or (reply.sure and (reply.kind not in ("yes", "no") or named == "next")):
        choose(stage, step, named)
    elif named == "next":
        return False
    else:
        stage.emit(ev.Asked(step.id, stage.run.seq, stage.phrase("unsure"), choices))
    return True


def _replies_to_tutor(stage: Stage, step: Step, reply: Reply, text: str) -> bool:
    """No button says it: a word to the tutor, or, where it is no question, that it is hard."""
    puts_off = reply.kind == "later" and kind_of(step).may_be_put_off  # at a quiz "để tui tính đã" is no good-bye
    if puts_off or (reply.kind in GLOBAL and reply.sure):
        _obey(stage, step, "stop" if puts_off else reply.kind)
    elif reply.kind == "stuck" and matter_of(stage.book.words.ear, text).kind != "question":
        stage.say(step.id, stage.phrase("hard_here"))
        again(stage, step)
    else:
        return False
    return True


def _is_question(matter: Matter, text: str) -> bool:
    """Whether it is more likely a question of its own than a slip in an answer: few answers are that long."""
    return matter.kind == "question" and len(text.split()) >= ASKED_FROM


def _not_understood(stage: Stage, step: Step, has_choices: bool) -> None:
    misses = stage.run.misses + 1
    question = kind_of(step).asked(stage, step)
    stage.change(misses=misses)
    stage.emit(ev.NotUnderstood(step.id, misses))
    if misses > 1:
        stage.say(step.id, stage.phrase("not_understood_twice"))
    elif kind_of(question).wants(question) == "number":
        stage.say(step.id, stage.phrase("ask_retry_number"))
    else:
        stage.say(step.id, stage.phrase("not_understood" if has_choices else "not_understood_typed"))
    again(stage, step)


def _warn_of_secret(stage: Stage, step: Step, kinds: tuple[str, ...], masked: str) -> None:
    stage.emit(ev.Heard(masked))
    stage.emit(ev.SecretMasked(kinds))
    named = ", ".join(stage.phrase(f"kind_{kind}") for kind in dict.fromkeys(kinds))
    for_bank = stage.lesson.emergency and FOR_BANK.issuperset(kinds)
    stage.say(step.id, stage.phrase("secret_for_bank" if for_bank else "secret", thu=named))


def _guard(stage: Stage, text: str) -> str | None:
    """Where a guard of this lesson leads, or of one that called it: then the learner is back in that one."""
    frames = stage.run.stack
    if not frames and not stage.lesson.guards:
        return None
    said = f" {' '.join(fold(stage.book.words, text))} "
    for inner, frame in enumerate(reversed((*frames, None))):
        lesson = stage.lesson if frame is None else stage.book.lesson(frame.lesson, frame.version, stage.run.lang)
        found = next((guard for guard in lesson.guards if _heard(stage, guard, said)), None) if lesson else None
        if lesson is not None and found is not None:
            for _ in range(inner):
                stage.pop()
            stage.turn_to(lesson, stage.run.version)
            return found.go
    return None


def _heard(stage: Stage, guard: Guard, said: str) -> bool:
    words = stage.book.words
    if any(f" {' '.join(fold(words, phrase))} " in said for phrase in guard.words):
        return True
    return bool(guard.patterns) and with_gaps(words, guard.patterns).search(said) is not None


def _obey(stage: Stage, step: Step, word: str) -> None:
    """A global word: within the lesson where it is about the lesson, else the shell's."""
    match word:
        case "help":
            ask_person(stage, step)
        case "back":
            go_back(stage, step)
        case "other" if not stage.lesson.emergency:
            choose(stage, step, buttons.OTHER)
        case "bigger" if not stage.lesson.emergency:
            tell_letters(stage, step)
        case "repeat" | "go_on":
            again(stage, step)
        case _:
            stage.emit(ev.Commanded(word))
