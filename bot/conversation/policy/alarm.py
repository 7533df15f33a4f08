"""A cry for help before anything else is asked of a message: wherever its words came from, whatever was being asked."""

from __future__ import annotations

from bot.announcements.policy import announcement
from bot.channels.base import Edited, Media, Text
from bot.conversation.policy import replying
from bot.conversation.policy.registry import WRITTEN
from bot.conversation.policy.understanding import about, alarm_of, record_heard
from bot.pairing.policy import lines
from bot.tutor import lessons, menu, onboarding
from bot.tutor.turn import TurnContext
from flows.engine.stage import clean
from flows.words.ear.ear import Alarm


def heard(turn: TurnContext, body: Text | Media | Edited) -> bool:
    """Hear a cry before anything else, wherever the words came from; of a newcomer also a worry.

    At an open step of a lesson the engine hears it itself, for it knows what may be answered there. What an officer
    announces or a helper writes of thieves is no cry of their own.
    """
    text = body.caption if isinstance(body, Media) else body.text
    if not isinstance(body, Edited) and body.forwarded:
        return _asked(turn, text)
    if not text or lines.is_helping(turn) or not announcement.is_cry(turn.state.pending, text):
        return False
    if isinstance(body, Text) and _is_answered_in_lesson(turn):
        return False
    if text.casefold() in {label.casefold() for _, label in turn.state.offer}:
        return False
    alarm = alarm_of(turn, text)
    if alarm.level == "ring" and replying.is_said_to_her_helper(turn, text):
        return False
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
