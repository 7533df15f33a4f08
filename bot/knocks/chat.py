"""A person says in chat whether the own browser may ring."""

from __future__ import annotations

from typing import assert_never

from bot.knocks.policy import bell
from bot.knocks.policy.commands import AnswerBell, AskBell, BellCommand, OpenKnock
from bot.pairing.policy.commands import ShowOffers
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.conversations import subscriptions
from storage.engine.database import Connection
from storage.pairing import pairings


def ask_where_due(connection: Connection, turn: TurnContext) -> None:
    """Ask at the end of a turn whether the browser may ring, where it is time to."""
    if bell.may_ask(turn):
        bell.ask(turn, is_rung=subscriptions.is_rung(connection, turn.channel, turn.chat_id))


class Bells:
    def carry_out(self, connection: Connection, turn: TurnContext, command: BellCommand) -> CommandOutcome:
        """Of the page's answers only that it is off is done here; that it is on has come in by the page's own way."""
        at = turn.channel, turn.chat_id
        if not turn.profile.keeps_log and not isinstance(command, OpenKnock):
            turn.say(turn.phrase("bell_elsewhere"))
            return ASIDE
        match command:
            case AskBell():
                bell.offer(turn, is_rung=subscriptions.is_rung(connection, *at))
            case AnswerBell(how):
                if how == "off":
                    subscriptions.forget_all(connection, *at)
                bell.answer(turn, how, is_rung=subscriptions.is_rung(connection, *at))
                return ASIDE
            case OpenKnock():
                return self._open(connection, turn)
            case _:
                assert_never(command)
        return ANSWERED

    def _open(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        """What it rang for was said at another phone: here the open question is put again, and what waits below it; an
        instructor whom somebody is offered sees that."""
        if pairings.count_offers(connection, [turn.person.learner_id]):
            turn.events.append(ShowOffers(""))
            return ANSWERED
        return ASIDE
