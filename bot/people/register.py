"""The register of people: codes, phones, rights and seats, changed within the transaction of whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.people.given import Given
from bot.people.granting import keep_suspensions, pass_on
from bot.people.hooks import CommandHandlers, PairingHooks
from bot.people.instructor import InstructorSettings, instructs
from bot.people.invitations import Invitations
from bot.people.phones import Phones
from bot.people.pins import Pins
from bot.people.policy import sharing
from bot.people.policy.codes import Links
from bot.people.policy.commands import (
    CodeCommand,
    PhoneCommand,
    PinCommand,
    ProfileCommand,
    TeachingCommand,
)
from bot.people.policy.officer_commands import GivenCommand, VouchingCommand
from bot.people.policy.permissions import OFFICERS
from bot.people.profile import OwnProfile
from bot.people.pseudonyms import Pseudonyms
from bot.people.vouching import Vouching
from bot.tutor.turn import Person
from storage.conversations.records import LearnerRow
from storage.engine.database import Connection
from storage.people import forgetting, people, seats
from storage.people.records import AuditRow, PersonRow


class PeopleRegister:
    """`own_handlers` carry out the commands of this subject."""

    def __init__(self, names: Pseudonyms, hooks: PairingHooks | None = None, links: Links | None = None) -> None:
        self.names = names
        self.hooks = hooks or PairingHooks()
        self.links = links or Links()
        self.vouching = Vouching(names)
        self.phones = Phones(names, self.hooks, self.vouching)
        self.invitations = Invitations(names, self.hooks, self.phones)
        self.given = Given(names, self.hooks)
        self.instructors = InstructorSettings(names, self.hooks)
        self.own_handlers: CommandHandlers = (
            (CodeCommand, self.invitations), (GivenCommand, self.given), (PhoneCommand, self.phones),
            (PinCommand, Pins(names)), (VouchingCommand, self.vouching), (ProfileCommand, OwnProfile()),
            (TeachingCommand, self.instructors),
        )  # fmt: skip

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
        if answers := {each.role for each in people.roles_of(connection, learner_id)} & OFFICERS:
            for role in sorted(answers):
                people.drop_role(connection, learner_id, role)
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
