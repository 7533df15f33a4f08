"""A cry for help before anything else is asked of a message: wherever its words came from, whatever was being asked."""

from __future__ import annotations

import flows
from bot.announcements.policy import announcement
from bot.channels.base import Edited, Media, Text
from bot.conversation.policy import replying
from bot.conversation.policy.registry import WRITTEN
from bot.conversation.policy.understanding import about, alarm_of, record_heard
from bot.pairing.policy import lines
from bot.scams.policy import judging
from bot.scams.policy.commands import JudgeScam
from bot.tutor import lessons, menu, onboarding, open_step
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.engine.stage import clean
from flows.signs.signs import look
from flows.words.ear.ear import Alarm

_ANSWERS = (ev.AnswerGraded, ev.ValueSaved, ev.TaskDone, ev.TaskStuck, ev.TaskPostponed, ev.CheckpointPassed)
"""What the engine says of words that answer the open step."""


def heard(turn: TurnContext, body: Text | Media | Edited) -> bool:
    """Hear a cry before anything else, wherever the words came from; of a newcomer also a worry.

    At an open step of a lesson the engine hears it itself, for it knows what may be answered there. What an officer
    announces or a helper writes of thieves is no cry of their own.
    """
    text = body.caption if isinstance(body, Media) else body.text
    if not isinstance(body, Edited) and body.forwarded:
        return _judged(turn, text) or _asked(turn, text)
    if not isinstance(body, Edited) and _judged_asked(turn, text):
        return True
    if isinstance(body, Text) and _is_answered_in_lesson(turn):
        return False
    alarm = _sounded(turn, text)
    if alarm.level == "ring":
        record_heard(turn, text)
        lessons.open_emergency(turn, alarm.kind)
        return True
    if alarm.level == "ask" and turn.person.consent == "new":
        record_heard(turn, text)
        turn.set_person(consent="asked")
        turn.say(turn.phrase("emergency_hello"))
        menu.ask_emergency(turn, alarm.kind, ())
        return True
    return False


def in_speech(turn: TurnContext, text: str) -> Alarm:
    """Whether words that were heard in a voice message are a cry or a worry. Of what answers the open step the engine
    knows better: it is asked, and its answer thrown away."""
    run, sounded = turn.state.open_run, _sounded(turn, text)
    if run is None or not _is_answered_in_lesson(turn):
        return sounded
    events = flows.resume(turn.book, run, ev.Typed(text), turn.universe).events
    for event in events:
        match event:
            case ev.EmergencyRaised(kind):
                return Alarm("ring", kind)
            case ev.EmergencyRepeated():
                return Alarm("ring")
            case ev.EmergencySuspected(kind, _):
                return Alarm("ask", kind)
            case _:
                pass
    answers = any(isinstance(event, _ANSWERS) for event in events)
    return sounded if sounded.level == "ring" and not answers else Alarm()


def _sounded(turn: TurnContext, text: str) -> Alarm:
    """What the words sound like; quiet where they are for somebody else, or what stands on a button."""
    if not text or lines.is_helping(turn) or not _may_be_own(turn, text):
        return Alarm()
    if text.casefold() in {label.casefold() for _, label in turn.state.offer}:
        return Alarm()
    alarm = alarm_of(turn, text)
    return Alarm() if alarm.level == "ring" and replying.is_said_to_her_helper(turn, text) else alarm


def hear_name(turn: TurnContext, text: str) -> None:
    """What is said when a name is asked for: the name, a worry, or a question that is no name."""
    record_heard(turn, text)
    sounds, said = alarm_of(turn, text), clean(text[:200])
    if sounds.level == "ask" and not onboarding.may_be_name(turn.book.words, said):
        menu.ask_emergency(turn, sounds.kind, about(turn, text).topics)
    elif onboarding.is_sentence(said):
        onboarding.ask_name(turn, again=True)
    else:
        onboarding.take_name(turn, said)


def _may_be_own(turn: TurnContext, text: str) -> bool:
    return announcement.is_cry(turn.state.pending, text) and judging.is_own_cry(turn, text)


def _judged(turn: TurnContext, text: str) -> bool:
    """Look at another's message that was passed on; what is forwarded in the writing mode, or to a subject that takes
    words, is for them. What has no sign of a scam but sounds like a cry is asked about, whatever it resembles."""
    is_for_others = turn.state.pending in WRITTEN and turn.state.pending != judging.MESSAGE
    if not text.strip() or is_for_others:
        return False
    if not look(turn.book.signs, text, signs_alone=True).flagged and alarm_of(turn, text).level != "quiet":
        return False
    judging.greet(turn)
    turn.events.append(JudgeScam(text))
    return True


def _judged_asked(turn: TurnContext, text: str) -> bool:
    """Look at once at a message that came with the question whether it is a scam; a step that asks for words, and
    whoever else is written to, gets them as they are."""
    is_for_others = turn.state.pending in WRITTEN and turn.state.pending != judging.MESSAGE
    if is_for_others or open_step.takes_words(turn) or not (message := judging.asked(turn, text)):
        return False
    judging.greet(turn)
    turn.events.append(JudgeScam(message))
    return True


def _asked(turn: TurnContext, text: str) -> bool:
    """Ask about another's words that were passed on: they are no cry of the learner's, and nobody is called yet.

    What is forwarded in the writing mode, or to a subject that takes words, is for them.
    """
    alarm = alarm_of(turn, text) if text else Alarm()
    if alarm.level == "quiet" or turn.state.pending in WRITTEN:
        return False
    record_heard(turn, text)
    if turn.person.consent == "new":
        turn.set_person(consent="asked")
        turn.say(turn.phrase("emergency_hello"))
    menu.ask_emergency(turn, alarm.kind, ())
    return True


def _is_answered_in_lesson(turn: TurnContext) -> bool:
    return turn.state.open_run is not None and not turn.state.offer and turn.person.consent != "new"
