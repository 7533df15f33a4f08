"""The last messages of a month are for calls for help: lessons wait where they are. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.policy.understanding import alarm_of
from bot.tutor import open_step
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.engine.stage import clean
from flows.words.understand import is_command

TOLD_AGAIN = timedelta(days=1)


def holds_back(turn: TurnContext, signal: ev.Signal | None = None) -> bool:
    """While the channel saves: whether a lesson is not to be opened now, nor to hear this `signal`; it then stays as it
    is, which is said once a day.

    A command, a cry and what may be one are heard; so is everything in a lesson that a cry has opened.
    """
    if open_step.is_about_safety(turn):
        return False
    if isinstance(signal, ev.Typed):
        said = clean(signal.text[:2000])
        if is_command(turn.book.words, said[:200]) or alarm_of(turn, said).level != "quiet":
            return False
    now, told_at = turn.universe.now, turn.state.spared_at
    if told_at is None or now - told_at >= TOLD_AGAIN:
        turn.say(turn.phrase("quota_lesson"))
        turn.change(spared_at=now)
    return True
