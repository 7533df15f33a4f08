"""What a conversation needs beyond its own row: codes, roles, an instructor's settings; in the batch's transaction.

The policies say what was asked (a command, a code, a consent); here it is looked up, decided by asking the policies of
its subject, and written down, before what was said is taken over.
"""

from __future__ import annotations

from typing import assert_never, get_args

from bot.channels.base import Body
from bot.people.hooks import CommandHandlers, PairingHooks
from bot.people.policy import codes
from bot.people.policy.codes import Links
from bot.people.policy.commands import (
    PersonCommand,
)
from bot.people.pseudonyms import Pseudonyms
from bot.people.register import PeopleRegister
from bot.scams.policy import drilling
from bot.tutor.command import ServiceCommand
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import (
    AnswersForgotten,
    CodeShown,
    ConsentAnswered,
    PersonForgotten,
    ServiceEvent,
    TurnContext,
)
from flows import events as ev
from storage.engine.database import Connection


class ConversationServices(PeopleRegister):
    """People's services, and whoever else carries commands out; for one update after the other."""

    def __init__(
        self,
        names: Pseudonyms,
        hooks: PairingHooks | None = None,
        links: Links | None = None,
        handlers: CommandHandlers = (),
    ) -> None:
        super().__init__(names, hooks, links)
        every = (*self.own_handlers, *handlers)
        self.handlers = {each: handler for union, handler in every for each in get_args(union) or (union,)}

    def deal_with(
        self, connection: Connection, turn: TurnContext, event: ServiceEvent, body: Body, source: str
    ) -> CommandOutcome:
        """Carry out what an event asks for; `body` brought it. `source` is the network address that it came from,
        where the channel knows one."""
        match event:
            case ServiceCommand():
                return self._carry_out(connection, turn, event)
            case CodeShown(kind, code):
                return self.invitations.shown(connection, turn, codes.ShownCode(kind, code), body, source)
            case ConsentAnswered(answer):
                if answer == "agreed":
                    self.invitations.grant_waiting(connection, turn)
            case AnswersForgotten():
                self.leaving(connection, turn.person.learner_id, "withdrawn", turn.universe.now)
                turn.set_person(is_instructor=False, is_officer=False)
            case PersonForgotten():
                self.leaving(connection, turn.person.learner_id, "deleted", turn.universe.now)
            case ev.RunEnded(outcome=outcome):
                if outcome == "completed" and turn.agreed:
                    drilling.invite_after(turn, event)
                    self.hooks.lesson_finished(connection, turn, event)
            case ev.HelpRequested():
                self.hooks.help_requested(connection, turn, event)
            case ev.PairingWished():
                self.hooks.pairing_wished(connection, turn, event)
            case _:
                assert_never(event)
        return ANSWERED

    def _carry_out(self, connection: Connection, turn: TurnContext, command: ServiceCommand) -> CommandOutcome:
        if isinstance(command, PersonCommand):
            return ANSWERED  # the conversation does it, alone
        handler = self.handlers.get(type(command))  # those of an officer's command line have but their own
        return handler.carry_out(connection, turn, command) if handler else ASIDE
