"""What a conversation needs beyond its own row: codes, roles, an instructor's settings; in the batch's transaction.

The policies say what was asked (a command, a code, a consent); here it is looked up, decided by asking the policies of
its subject, and written down, before what was said is taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never, get_args

from bot.channels.base import Body
from bot.people.given import Given
from bot.people.granting import keep_suspensions, pass_on
from bot.people.hooks import CommandHandler, PairingHooks
from bot.people.instructor import InstructorSettings, instructs
from bot.people.invitations import Invitations
from bot.people.phones import Phones
from bot.people.pins import Pins
from bot.people.policy import codes, sharing
from bot.people.policy.commands import (
    CodeCommand,
    PersonCommand,
    PhoneCommand,
    PinCommand,
    ProfileCommand,
    TeachingCommand,
)
from bot.people.policy.officer_commands import GivenCommand, VouchingCommand
from bot.people.profile import OwnProfile
from bot.people.pseudonyms import Pseudonyms
from bot.people.vouching import Vouching
from bot.tutor.command import ServiceCommand
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import (
    AnswersForgotten,
    CodeShown,
    ConsentAnswered,
    Person,
    PersonForgotten,
    ServiceEvent,
    TurnContext,
)
from flows import events as ev
from storage.conversations.records import LearnerRow
from storage.engine.database import Connection
from storage.people import forgetting, people, seats
from storage.people.records import AuditRow, PersonRow


@dataclass(frozen=True, slots=True)
class Links:
    """Where a code can be carried to: each makes a link of what it is to carry, "" where there is none."""

    makers: tuple[Callable[[str], str], ...] = ()

    def of(self, code: str) -> tuple[str, ...]:
        """The deep links of a code."""
        carried = codes.payload(code)
        return tuple(filter(None, (make(carried) for make in self.makers)))


CommandHandlers = Sequence[tuple[Any, CommandHandler]]
"""A union of commands, and what carries each of them out."""


class ConversationServices:
    def __init__(
        self,
        names: Pseudonyms,
        hooks: PairingHooks | None = None,
        links: Links | None = None,
        handlers: CommandHandlers = (),
    ) -> None:
        self.names = names
        self.hooks = hooks or PairingHooks()
        self.links = links or Links()
        self.vouching = Vouching(names)
        self.phones = Phones(names, self.hooks, self.vouching)
        self.invitations = Invitations(names, self.hooks, self.phones)
        self.given = Given(names, self.hooks)
        self.instructors = InstructorSettings(names, self.hooks)
        own: CommandHandlers = (
            (CodeCommand, self.invitations), (GivenCommand, self.given), (PhoneCommand, self.phones),
            (PinCommand, Pins(names)), (VouchingCommand, self.vouching), (ProfileCommand, OwnProfile()),
            (TeachingCommand, self.instructors),
        )  # fmt: skip
        self.handlers = {each: handler for union, handler in (*own, *handlers) for each in get_args(union)}

    # --- one update ---

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

    # --- one phone of several ---

    def sit(self, connection: Connection, row: LearnerRow, who: str, new_id: str, now: datetime) -> None:
        """Somebody else learns at this address: one of those who sit here, or somebody new; nobody else can."""
        where = row.channel, row.chat_id
        known = [each for each, _ in seats.sitting(connection, *where)]
        if who == "new" and len(known) < sharing.MOST:
            fresh = Person(new_id)
            seats.add_beside(connection, PersonRow(new_id, fresh.name, fresh.address, fresh.consent), *where, now)
            seats.take_seats(connection, *where, [row.learner_id, new_id], now)
            seats.change_over(connection, *where, row.learner_id, new_id, row.out_no)
            for each in known or [row.learner_id]:
                pass_on(connection, self.names, each, new_id)
        elif who in known and who != row.learner_id:
            seats.change_over(connection, *where, row.learner_id, who, row.out_no)

    # --- leaving ---

    def leaving(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """Before everything of a person goes: learners get another instructor, a deletion is written down for ever."""
        if instructs(connection, learner_id):
            self.hooks.instructor_gone(connection, learner_id, why, now)
        self.hooks.learner_gone(connection, learner_id, why, now)
        if any(role.role == "officer" for role in people.roles_of(connection, learner_id)):
            people.drop_role(connection, learner_id, "officer")
            self.hooks.officer_gone(connection, learner_id, now)
        keep_suspensions(connection, self.names, learner_id, deleted=why == "deleted")
        subject = self.names.of(learner_id)
        if why == "deleted":
            listed = [self.names.of(each) for each in forgetting.invitees_of(connection, learner_id)]
            forgetting.add_tombstones(connection, [subject, *people.became(connection, subject), *listed], now)
        people.note(connection, AuditRow(now, subject, why, subject, ""))

    def forgotten(self, connection: Connection, learner_ids: Sequence[str]) -> None:
        """After everything of a person is gone: the proof of the consents leads to nobody."""
        for learner_id in learner_ids:
            forgetting.rename_consents(connection, learner_id, self.names.of(learner_id))
