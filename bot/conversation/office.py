"""What a conversation needs beyond its own row: codes, roles, an instructor's settings; in the batch's transaction.

The desk says what was asked (a command, a code, a consent); here it is looked up, decided by asking the pure policies,
and written down, before the desk's answer is taken over. This is the one way from the services into the policies' front
door, `bot.conversation.policy.dispatch`, and the one place that shows an open question again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from bot.channels.base import Body, NoticesDue
from bot.conversation.policy import dispatch
from bot.people.given import Given
from bot.people.granting import keep_suspensions, pass_on
from bot.people.hooks import PairingHooks, RoomHandler
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
from bot.tutor import notices, waits
from bot.tutor.command import OfficeCommand
from bot.tutor.desk import (
    AnswersForgotten,
    CodeShown,
    ConsentAnswered,
    Desk,
    DeskEvent,
    Person,
    PersonForgotten,
)
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from flows import events as ev
from storage.conversations.records import LearnerRow
from storage.engine.database import Connection
from storage.people import forgetting, people, seats
from storage.people.records import AuditRow, PersonRow


@dataclass(frozen=True, slots=True)
class Links:
    """Where a code can be carried to: the bot's name on Telegram, the web page's address; "" where there is none."""

    telegram: str = ""
    web: str = ""

    def of(self, code: str) -> tuple[str, ...]:
        """The deep links of a code."""
        carried = codes.payload(code)
        telegram = f"https://t.me/{self.telegram}?start={carried}" if self.telegram else ""
        web = f"{self.web.rstrip('/')}/?moi={carried}" if self.web else ""
        return tuple(filter(None, (telegram, web)))


CommandHandlers = Sequence[tuple[Any, RoomHandler]]
"""A union of commands, and what carries each of them out."""


class Office:
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

    def answer(
        self, connection: Connection, desk: Desk, body: Body, keep: Callable[[DeskEvent], None], source: str = ""
    ) -> None:
        """Answer one update: the policies say what it means, and what they ask for is carried out.

        `keep` is told each event once it is dealt with. `source` is the network address that the update came from,
        where the channel knows one.
        """
        dispatch.answer(desk, body)
        self.settle(connection, desk, ANSWERED, body, keep, source)

    def settle(
        self, connection: Connection, desk: Desk, outcome: CommandOutcome, body: Body,
        keep: Callable[[DeskEvent], None], source: str = "",
    ) -> None:  # fmt: skip
        """Walk what has happened at the desk, once: each event is dealt with and kept. The open question is shown again
        where an `outcome` says so.

        A question that cannot even be put again is closed, so that showing it again always ends.
        """
        pins = isinstance(body, NoticesDue)
        put_again: set[int] = set()
        self._follow(desk, outcome, put_again)
        at = 0
        while fresh := desk.events[at:]:
            for event in fresh:
                outcome = self._deal_with(connection, desk, event, body, source)
                if outcome.shows_again and at in put_again:
                    desk.change(offer=(), pending="")
                self._follow(desk, outcome, put_again)
                keep(event)
                pins |= isinstance(event, OfficeCommand)
                at += 1
        if pins or desk.talk.pinned:
            waits.pin(desk, self.hooks.waiting(connection, desk))

    def _follow(self, desk: Desk, outcome: CommandOutcome, put_again: set[int]) -> None:
        """Do what is left after a command; `put_again` gets the numbers of the events that put a question again."""
        if outcome.heard is not None:
            dispatch.answer(desk, outcome.heard, codes_too=False)
        if outcome.shows_again:
            before = len(desk.events)
            dispatch.show_again(desk)
            put_again.update(range(before, len(desk.events)))
            notices.also(desk, outcome.under)

    def _deal_with(
        self, connection: Connection, desk: Desk, event: DeskEvent, body: Body, source: str
    ) -> CommandOutcome:
        match event:
            case OfficeCommand():
                return self._carry_out(connection, desk, event)
            case CodeShown(kind, code):
                return self.invitations.shown(connection, desk, codes.ShownCode(kind, code), body, source)
            case ConsentAnswered("agreed"):
                self.invitations.grant_waiting(connection, desk)
            case AnswersForgotten():
                self.leaving(connection, desk.person.learner_id, "withdrawn", desk.universe.now)
                desk.set_person(instructs=False, leads=False)
            case PersonForgotten():
                self.leaving(connection, desk.person.learner_id, "deleted", desk.universe.now)
            case ev.RunEnded(outcome="completed") if desk.agreed:
                self.hooks.lesson_finished(connection, desk, event)
            case ev.HelpRequested():
                self.hooks.help_requested(connection, desk, event)
            case ev.PairingWished():
                self.hooks.pairing_wished(connection, desk, event)
            case _:
                pass
        return ANSWERED

    def _carry_out(self, connection: Connection, desk: Desk, command: OfficeCommand) -> CommandOutcome:
        if isinstance(command, PersonCommand):
            return ANSWERED  # the conversation does it, alone
        handler = self.handlers.get(type(command))  # an office of an officer's command line has but its own
        return handler.carry_out(connection, desk, command) if handler else ASIDE

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
        """Before what is hers goes: whoever she guided is cared for, and a deletion is written down for ever."""
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
        """After everything that was hers is gone: the proof of her consents leads to nobody."""
        for learner_id in learner_ids:
            forgetting.rename_consents(connection, learner_id, self.names.of(learner_id))
