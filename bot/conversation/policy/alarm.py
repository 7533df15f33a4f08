"""A cry for help before anything else is asked of a message: wherever its words came from, whatever was being asked."""

from __future__ import annotations

from bot.announcements.policy import announcement
from bot.channels.base import Edited, Media, Text
from bot.conversation.policy import replying
from bot.conversation.policy.registry import WRITTEN
from bot.conversation.policy.understanding import about, alarm_of, hear
from bot.pairing.policy import lines
from bot.tutor import lessons, menu, onboarding
from bot.tutor.desk import Desk
from flows.engine.stage import clean
from flows.words.ear.ear import Alarm


def heard(desk: Desk, body: Text | Media | Edited) -> bool:
    """Hear a cry before anything else, wherever the words came from; of a newcomer also a worry.

    At an open step of a lesson the engine hears it itself, for it knows what may be answered there. What an officer
    announces or a helper writes of thieves is no cry of hers.
    """
    text = body.caption if isinstance(body, Media) else body.text
    if not isinstance(body, Edited) and body.forwarded:
        return _asked(desk, text)
    if not text or lines.is_helping(desk) or not announcement.is_cry(desk.state.pending, text):
        return False
    if isinstance(body, Text) and _is_answered_in_lesson(desk):
        return False
    if text.casefold() in {label.casefold() for _, label in desk.state.offer}:
        return False
    alarm = alarm_of(desk, text)
    if alarm.level == "ring" and replying.is_said_to_her_helper(desk, text):
        return False
    if alarm.level == "ring":
        hear(desk, text)
        lessons.open_emergency(desk, alarm.kind)
        return True
    if alarm.level == "ask" and desk.person.consent == "new":
        hear(desk, text)
        desk.set_person(consent="asked")
        desk.say(desk.phrase("emergency_hello"))
        menu.ask_emergency(desk, alarm.kind, ())
        return True
    return False


def hear_name(desk: Desk, text: str) -> None:
    """What she says when her name is asked: her name, a worry, or a question that is no name."""
    hear(desk, text)
    sounds, said = alarm_of(desk, text), clean(text[:200])
    if sounds.level == "ask" and not onboarding.may_be_name(desk.book.words, said):
        menu.ask_emergency(desk, sounds.kind, about(desk, text).topics)
    elif onboarding.is_sentence(said):
        onboarding.ask_name(desk, again=True)
    else:
        onboarding.take_name(desk, said)


def _asked(desk: Desk, text: str) -> bool:
    """Another's words that she passed on are no cry of hers: she is asked, and nobody is called yet.

    What she forwards while she writes to somebody, or to a room that takes her words, is for them.
    """
    alarm = alarm_of(desk, text) if text else Alarm()
    if alarm.level == "quiet" or desk.state.pending in WRITTEN:
        return False
    hear(desk, text)
    if desk.person.consent == "new":
        desk.set_person(consent="asked")
        desk.say(desk.phrase("emergency_hello"))
    menu.ask_emergency(desk, alarm.kind, ())
    return True


def _is_answered_in_lesson(desk: Desk) -> bool:
    return desk.state.open_run is not None and not desk.state.offer and desk.person.consent != "new"
