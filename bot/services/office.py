"""What a conversation needs beyond its own row: codes, roles, an instructor's settings; in the batch's transaction.

The desk says what was asked (`CodeShown`, `OfficeAsked`, a consent); here it is looked up, decided by asking the pure
rooms, and written down, before the desk's answer is taken over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeGuard

from bot.channels.base import Body, NoticesDue
from bot.services.export import in_words
from bot.services.given import Given
from bot.services.granting import keep_suspensions, pass_on
from bot.services.hooks import PairingHooks, RoomHandler
from bot.services.invitations import Invitations
from bot.services.phones import Phones
from bot.services.pins import Pins
from bot.services.pseudonyms import Pseudonyms
from bot.services.vouching import Vouching
from bot.tutoring import codes, instructing, menu, rights, sharing, waits
from bot.tutoring.conversation import show_again
from bot.tutoring.desk import AnswersForgotten, CodeShown, ConsentAnswered, Desk, OfficeAsked, Person, PersonForgotten
from bot.tutoring.instructing import Teaching
from flows import events as ev
from storage import forgetting, people, seats
from storage.database import Connection
from storage.people_records import AuditRow, InstructorRow, RoleRow
from storage.records import LearnerRow, PersonRow


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


MOST_EVENTS = 5_000  # one update of a long lesson brings up some dozens


class Office:
    def __init__(
        self,
        names: Pseudonyms,
        hooks: PairingHooks | None = None,
        links: Links | None = None,
        rooms: Mapping[str, RoomHandler] | None = None,
    ) -> None:
        self.names = names
        self.hooks = hooks or PairingHooks()
        self.links = links or Links()
        self.vouching = Vouching(names)
        self.phones = Phones(names, self.hooks, self.vouching)
        self.invitations = Invitations(names, self.hooks, self.phones)
        self.given = Given(names, self.hooks)
        own: dict[str, RoomHandler] = {
            "code": self.invitations, "given": self.given, "phone": self.phones, "pin": Pins(names),
            "vouch": self.vouching,
        }  # fmt: skip
        self.rooms = {**own, **(rooms or {})}

    def settle(self, connection: Connection, desk: Desk, body: Body, chat_id: str, source: str = "") -> None:
        """Deal with what happened at the desk in one update; answering may bring up more, which is dealt with too.

        `source` is the network address that it came from, where the channel knows one.
        """
        at = 0
        while at < len(desk.events):
            if at > MOST_EVENTS:
                raise RuntimeError("one update brings up ever more")  # set aside, rather than holding everybody up
            event = desk.events[at]
            at += 1
            match event:
                case CodeShown(kind, code):
                    self.invitations.shown(connection, desk, codes.ShownCode(kind, code), body, chat_id, source)
                case OfficeAsked(what, value):
                    self._asked(connection, desk, what, value, chat_id)
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
        if (
            desk.talk.pinned
            or isinstance(body, NoticesDue)
            or any(isinstance(each, OfficeAsked) for each in desk.events)
        ):
            waits.pin(desk, self.hooks.waiting(connection, desk))

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

    # --- what she asks for ---

    def _asked(self, connection: Connection, desk: Desk, what: str, value: str, chat_id: str) -> None:
        room, _, of_room = what.partition(".")
        if of_room and room in self.rooms:
            self.rooms[room].asked(connection, desk, of_room, value, chat_id)
            return
        match what:
            case "teach" | "set":
                self._teach(connection, desk, value if what == "set" else None)
            case "apply":
                self._apply(connection, desk)
            case "link":
                self.phones.give_words(connection, desk)
            case "belonging":
                rights.show_belonging(desk, in_words(connection, desk.person.learner_id))
                show_again(desk)
            case "join" | "sit" | "split":
                pass  # the conversation does it, alone
            case _:
                show_again(desk)

    def _teach(self, connection: Connection, desk: Desk, value: str | None) -> None:
        learner_id = desk.person.learner_id
        if not _instructs(connection, learner_id):
            desk.set_person(instructs=False)
            menu.show_menu(desk, desk.phrase("teach_not"))
            return
        row = people.instructor(connection, learner_id)
        teaching = _teaching(row) if row else Teaching()
        if value is None:
            instructing.show(desk, teaching)
            return
        changed = instructing.set_one(desk, teaching, value)
        if changed != teaching:
            people.put_instructor(connection, _instructor(learner_id, changed, row))
            self.hooks.instructor_changed(connection, learner_id, desk.universe.now)

    def _apply(self, connection: Connection, desk: Desk) -> None:
        """She would like to guide others; an officer of her area decides."""
        learner_id = desk.person.learner_id
        if _instructs(connection, learner_id):
            self._teach(connection, desk, None)
            return
        belonging = people.belonging(connection, learner_id)
        area_id = belonging[1] if belonging else None
        known = [role for role in people.roles_of(connection, learner_id) if role.role == "instructor"]
        if area_id is None:
            desk.say(desk.phrase("apply_nowhere"))
        else:
            is_told = bool(known)
            if not known:  # a suspended one stays suspended
                by, now = self.names.of(learner_id), desk.universe.now
                people.set_role(connection, RoleRow(learner_id, "instructor", area_id, "asked", by, now))
                is_told = self.hooks.wants_to_guide(connection, learner_id, now)
            desk.say(desk.phrase("apply_told" if is_told else "apply_kept"))
        show_again(desk)

    # --- leaving ---

    def leaving(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """Before what is hers goes: whoever she guided is cared for, and a deletion is written down for ever."""
        if _instructs(connection, learner_id):
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


def changes_person(event: object) -> TypeGuard[OfficeAsked]:
    """Whether this can only be done alone, after everything else of a batch."""
    return isinstance(event, OfficeAsked) and event.what in ("join", "sit", "split")


def _instructs(connection: Connection, learner_id: str) -> bool:
    roles = people.roles_of(connection, learner_id)
    return any(role.role == "instructor" and role.state == "active" for role in roles)


def _teaching(row: InstructorRow) -> Teaching:
    return Teaching(**{each.name: getattr(row, each.name) for each in fields(Teaching)})


def _instructor(learner_id: str, teaching: Teaching, was: InstructorRow | None) -> InstructorRow:
    values: dict[str, Any] = {each.name: getattr(teaching, each.name) for each in fields(Teaching)}
    return InstructorRow(learner_id, **values, gender=was.gender if was else "")
