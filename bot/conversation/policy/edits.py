"""What is changed in a message already sent: an answer where its question is still open, else one kind line."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.base import Edited, Text
from bot.pairing.policy.commands import LineCommand
from bot.tutor.turn import TurnContext

EVERY = timedelta(minutes=1)  # Telegram tells of edits that nobody made, too


def as_answer(turn: TurnContext, body: Text | Edited) -> Text | Edited:
    """An edit of the newest message as the message that it is now, if the question it was written to is still open."""
    if isinstance(body, Edited) and body.message and turn.state.amendable == _mark(turn, body.message):
        return Text(body.text, message=body.message)
    return body


def remember(turn: TurnContext, message: str, question: str) -> None:
    """Keep that this message ("" where the channel numbers none) was written to this `question`; what went to somebody
    else went as it was."""
    is_kept = message and not any(isinstance(each, LineCommand) for each in turn.events)
    turn.change(amendable=f"{message} {question}" if is_kept else "")


def question_of(turn: TurnContext) -> str:
    """Which question is open: what is asked outside a lesson, and the step where the learner is."""
    run = turn.state.open_run
    return f"{turn.person.consent} {turn.state.pending} {f'{run.run_id}/{run.step}/{run.sub}' if run else ''}"


def came_late(turn: TurnContext) -> None:
    """Ask to write it anew, once a minute at most: what was changed is answered already, and nothing moves.

    Before the first hello nothing is said: there is nothing that could have been answered.
    """
    now, last = turn.universe.now, turn.state.stale_at
    if turn.person.consent == "new" or (last is not None and timedelta(0) <= now - last < EVERY):
        return
    turn.change(stale_at=now)
    turn.say(turn.phrase("edited"))


def _mark(turn: TurnContext, message: str) -> str:
    return f"{message} {question_of(turn)}"
