"""Whether words are meant for the person who has just written to somebody, or for the tutor. Pure.

A reply is a reply for ten minutes. In an emergency a person is heard before the lesson; else the question that is open
is: only what it cannot make anything of goes over, so that an answer to a quiz never reaches another person.
"""

from __future__ import annotations

import flows
from bot.conversation.policy.registry import WRITTEN
from bot.conversation.policy.understanding import alarm_of, is_command_here, offered, officers_word
from bot.pairing.policy import lines
from bot.tutor import menu, waits
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.engine.stage import clean
from flows.words.understand import Answered, Emergency

TOOK = (
    ev.AnswerGraded, ev.ValueSaved, ev.TaskDone, ev.TaskStuck, ev.TaskPostponed, ev.CheckpointPassed, ev.Commanded,
    ev.EmergencyRaised, ev.HelpRequested, ev.PairingWished, ev.RunEnded,
)  # fmt: skip
"""What a lesson says when words were an answer to it, or a cry."""
SENTENCE = 3
"""Fewer words beside an open question are an answer mistyped, where the two have not written to one another yet."""


def is_reply(turn: TurnContext, text: str) -> bool:
    """Whether it goes to whoever wrote last: never a button of the tutor's own, nor a word that commands."""
    if not waits.letter(turn) or lines.is_writing(turn) or is_command_here(turn, text) or officers_word(turn, text):
        return False
    if clean(text[:200]).casefold() in {label.casefold() for _, label in turn.state.offer}:
        return False
    if waits.is_urgent(turn):
        return turn.state.pending not in WRITTEN and not alarm_of(turn, text).kind
    if turn.state.pending or turn.person.consent == "asked" or alarm_of(turn, text).level == "ring":
        return False
    if turn.state.open_run is not None and not turn.state.offer:
        is_slip = waits.has_just_met(turn) and len(text.split()) < SENTENCE
        return not is_slip and not is_answer_in_lesson(turn, text)
    meant = isinstance(offered(turn, text), Answered | Emergency)
    return not meant and menu.titled(turn, text) is None


def is_said_to_her_helper(turn: TurnContext, text: str) -> bool:
    """Whether even a cry is part of what is told to somebody who is helping already; a graver danger rings anew."""
    return waits.is_urgent(turn) and not alarm_of(turn, text).kind


def is_answer_in_lesson(turn: TurnContext, text: str) -> bool:
    """Whether the open step makes an answer of it: asked of the engine, whose answer is thrown away."""
    run = turn.state.open_run
    if run is None:
        return False
    sprint = flows.resume(turn.book, run, ev.Typed(text), turn.universe)
    return sprint.run.step != run.step or any(isinstance(event, TOOK) for event in sprint.events)
