"""What a conversation needs beyond its own row: codes, roles, an instructor's settings; in the batch's transaction.

The desk says what was asked (`CodeShown`, `OfficeAsked`, a consent); here it is looked up, decided by asking the pure
rooms, and written down, before the desk's answer is taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol, TypeGuard

from bot.channels.base import Body, Told
from bot.services.export import in_words
from bot.services.pseudonyms import Pseudonyms
from bot.tutoring import codes, instructing, menu, rights, roles, sharing, waits
from bot.tutoring import invitations as pure
from bot.tutoring.conversation import answer, show_again
from bot.tutoring.desk import AnswersForgotten, CodeShown, ConsentAnswered, Desk, OfficeAsked, Person, PersonForgotten
from bot.tutoring.instructing import Teaching
from bot.tutoring.invitations import Verdict
from bot.tutoring.waits import Wait
from flows import events as ev
from storage import areas, conversations, forgetting, invitations, people, seats
from storage.database import Connection
from storage.people_records import AuditRow, InstructorRow, InvitationRow, RoleRow
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


class PairingHooks:
    """What the pairing has to know at once, in the same transaction; this one does nothing."""

    def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """She guides nobody any more (`why`: suspended, withdrawn, deleted): her learners need somebody else."""

    def instructor_changed(self, connection: Connection, learner_id: str, now: datetime) -> None:
        """She took or ended a pause, or set another capacity, topics, languages, hours."""

    def learner_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """She withdrew or was deleted: what she had asked for ends."""

    def officer_gone(self, connection: Connection, learner_id: str, now: datetime) -> None:
        """She is officer no more: what she answered for goes to whoever does now."""

    def confirmed(
        self, connection: Connection, learner_id: str, role: str, now: datetime, *, unasked: bool = False
    ) -> None:
        """Somebody of the union has said who she is and given her a role: she can be paired.

        `unasked`: she is not here to see it; she is told.
        """

    def become_one(self, connection: Connection, stays: str, goes: str, now: datetime) -> None:
        """Two persons turn out to be one: nobody guides herself, nobody has two who guide her."""

    def wants_to_guide(self, connection: Connection, learner_id: str, now: datetime) -> bool:
        """She would like to guide others: an officer of her area decides. Whether there is one."""
        return False

    def waiting(self, connection: Connection, desk: Desk) -> Sequence[Wait]:
        """What waits for her answer at the end of this turn."""
        return ()

    def lesson_finished(self, connection: Connection, desk: Desk, event: ev.RunEnded) -> None:
        """She has come to the end of a lesson: who guides her may see how it goes."""

    def help_requested(self, connection: Connection, desk: Desk, event: ev.HelpRequested) -> None:
        """She wants a human, in a lesson or outside."""

    def pairing_wished(self, connection: Connection, desk: Desk, event: ev.PairingWished) -> None:
        """A lesson asked for a 1+1 partner."""


class Room(Protocol):
    """A part of the office; `OfficeAsked("room.what", value)` is brought to the room of that name."""

    def asked(self, connection: Connection, desk: Desk, what: str, value: str, chat_id: str) -> None:
        """Carry it out in the batch's transaction and answer at the desk. Unknown things are stale buttons."""


class Office:
    def __init__(
        self,
        names: Pseudonyms,
        hooks: PairingHooks | None = None,
        links: Links | None = None,
        rooms: Mapping[str, Room] | None = None,
    ) -> None:
        self.names = names
        self.hooks = hooks or PairingHooks()
        self.links = links or Links()
        self.rooms = dict(rooms or {})

    def settle(self, connection: Connection, desk: Desk, body: Body, chat_id: str) -> None:
        """Deal with what happened at the desk in one update; answering may bring up more, which is dealt with too."""
        at = 0
        while at < len(desk.events):
            if at > MOST_EVENTS:
                raise RuntimeError("one update brings up ever more")  # set aside, rather than holding everybody up
            event = desk.events[at]
            at += 1
            match event:
                case CodeShown(kind, code):
                    self._code(connection, desk, codes.Shown(kind, code), body, chat_id)
                case OfficeAsked(what, value):
                    self._asked(connection, desk, what, value, chat_id)
                case ConsentAnswered("agreed"):
                    self._grant_waiting(connection, desk)
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
        if desk.talk.pinned or isinstance(body, Told) or any(isinstance(each, OfficeAsked) for each in desk.events):
            waits.pin(desk, self.hooks.waiting(connection, desk))

    # --- codes ---

    def _code(self, connection: Connection, desk: Desk, shown: codes.Shown, body: Body, chat_id: str) -> None:
        """Look at a code, count it against the chat when it is a guess, act on it when it is good."""
        now, window = desk.universe.now, pure.window_of(desk.universe.now)
        counted = self.names.of(f"{desk.channel}:{chat_id}"), f"all-{shown.kind}"  # deleting oneself resets neither
        may_be_words = shown.kind == "link" and desk.talk.open_run is not None
        hers, of_all = (invitations.guesses(connection, window, each) for each in counted)
        found = None
        if pure.too_often(shown.kind, hers, of_all):
            verdict = Verdict.TOO_OFTEN
        else:
            found = invitations.get(connection, self.names.code(shown.code))
            verdict = pure.judge(_known(found), desk.person.learner_id, now)
            if verdict is Verdict.GOOD and found and found.kind == "invite" and not self._is_backed(connection, found):
                verdict = Verdict.EXPIRED
        if pure.is_guess(verdict):
            for each in counted:
                invitations.count_guess(connection, window, each)
        if verdict in (Verdict.UNKNOWN, Verdict.TOO_OFTEN) and may_be_words:
            answer(desk, body, codes_too=False)  # three everyday words in the middle of a lesson: mostly just words
            return
        desk.events.append(ev.Heard(desk.phrase("code_heard")))
        if verdict is not Verdict.GOOD or found is None:
            pure.refuse(desk, verdict, shown.kind, show_again)
        elif found.kind == "link":
            pure.ask_link(desk, found.code_hash)
        else:
            self._take(connection, desk, found)

    def _take(self, connection: Connection, desk: Desk, found: InvitationRow) -> None:
        """Spend an invitation; what it brings is given at once to who has agreed, else when she does."""
        now = desk.universe.now
        invitations.use(connection, found.code_hash, desk.person.learner_id, now)
        place = areas.get(connection, found.area_id or "")
        if desk.agreed:
            self._give(connection, desk, found)
        pure.welcome(desk, found.role, place.name if place else "", show_again)

    def _grant_waiting(self, connection: Connection, desk: Desk) -> None:
        for row in invitations.waiting(connection, desk.person.learner_id):
            if self._is_backed(connection, row):
                self._give(connection, desk, row)

    def _is_backed(self, connection: Connection, row: InvitationRow) -> bool:
        """Whether who gave this invitation may give it today: it dies with her right, however that ended."""
        if row.by == roles.OPERATOR:
            return True
        action, path = f"invite_{row.role}", areas.path_of(connection, row.area_id)
        holders = people.holders_above(connection, path, roles.ALLOWED.get(action, ()))
        return any(
            roles.may((roles.Grant(each.role, each.path),), action, path)
            for each in holders
            if self.names.of(each.learner_id) == row.by
        )

    def _give(self, connection: Connection, desk: Desk, row: InvitationRow) -> None:
        give(connection, self.names, row, desk.person.learner_id, desk.universe.now)
        self.hooks.confirmed(connection, desk.person.learner_id, row.role, desk.universe.now)
        if row.role == "instructor":
            desk.set_person(instructs=_instructs(connection, desk.person.learner_id))
        if row.role == "officer":
            desk.set_person(leads=True)

    # --- two phones ---

    def join(self, connection: Connection, row: LearnerRow, code_hash: str, now: datetime) -> LearnerRow | None:
        """Spend the words and make one person of two: the other, as she was before; None when they hold no more."""
        found = invitations.get(connection, code_hash)
        if found is None or found.learner_id is None or pure.judge(_known(found), row.learner_id, now) != Verdict.GOOD:
            return None
        other = conversations.learners_by_id(connection, [found.learner_id]).get(found.learner_id)
        if other is None:
            return None
        invitations.use(connection, code_hash, other.learner_id, now)
        if _instructs(connection, row.learner_id):
            self.hooks.instructor_gone(connection, row.learner_id, "linked", now)
        self.hooks.become_one(connection, other.learner_id, row.learner_id, now)
        for role in people.roles_of(connection, row.learner_id):
            if role.state == "suspended":  # a second phone is no way out of it
                people.set_role(connection, replace(role, learner_id=other.learner_id))
        forgetting.join(connection, other.learner_id, row.learner_id)
        people.note(
            connection, AuditRow(now, self.names.of(other.learner_id), "linked", self.names.of(row.learner_id), "")
        )
        return other

    def split(
        self, connection: Connection, row: LearnerRow, which: str, new_id: Callable[[], str], now: datetime
    ) -> list[tuple[str, str]]:
        """Take this address from her, or all the others: each gets a person of its own. Which addresses that were.

        Nothing of hers goes: what was learnt on a phone that had been joined stays with her.
        """
        me, others = (row.channel, row.chat_id), seats.addresses(connection, row.learner_id)
        others.remove(me)
        gone = [] if not others else [me] if which == "this" else others
        for channel, chat_id in gone:
            fresh = Person(new_id())
            person = PersonRow(fresh.learner_id, fresh.name, fresh.address, fresh.consent)
            seats.take_off(connection, channel, chat_id, row.learner_id, person, row.out_no, now)
            subject = self.names.of(row.learner_id)
            people.note(connection, AuditRow(now, subject, "split", self.names.of(person.learner_id), ""))
        return gone

    def sit(self, connection: Connection, row: LearnerRow, who: str, new_id: str, now: datetime) -> None:
        """Somebody else learns at this address: one of those who sit here, or somebody new; nobody else can."""
        where = row.channel, row.chat_id
        known = [each for each, _ in seats.sitting(connection, *where)]
        if who == "new" and len(known) < sharing.MOST:
            fresh = Person(new_id)
            seats.add_beside(connection, PersonRow(new_id, fresh.name, fresh.address, fresh.consent), *where, now)
            seats.take_seats(connection, *where, [row.learner_id, new_id], now)
            seats.change_over(connection, *where, row.learner_id, new_id, row.out_no)
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
                self._give_words(connection, desk)
            case "belonging":
                rights.show_belonging(desk, in_words(connection, desk.person.learner_id))
                show_again(desk)
            case "persons":
                sharing.ask_who(desk, seats.sitting(connection, desk.channel, chat_id))
            case "join" | "sit" | "split":
                pass  # the conversation does it, alone
            case "link_again":
                pure.ask_link(desk, _offered_link(desk))
            case "refuse_link":
                invitations.try_again(connection, _offered_link(desk))
                desk.change(offer=(), pending="")
                desk.say(desk.phrase("link_refused"))
                show_again(desk)
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

    def _give_words(self, connection: Connection, desk: Desk) -> None:
        """Three words for another phone of hers; her former ones are worth nothing any more."""
        learner_id, now = desk.person.learner_id, desk.universe.now
        invitations.withdraw_links(connection, learner_id)
        words = codes.new_words(desk.universe.new_id())
        while invitations.get(connection, self.names.code(words)) is not None:
            words = codes.new_words(desk.universe.new_id())
        row = InvitationRow(
            self.names.code(words), "link", "", None, None, learner_id, self.names.of(learner_id), now,
            now + pure.LINK_LASTS,
        )  # fmt: skip
        invitations.add(connection, [row])
        pure.give_link(desk, words, self.links.of(words), show_again)

    # --- leaving ---

    def leaving(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """Before what is hers goes: whoever she guided is cared for, and a deletion is written down for ever."""
        if _instructs(connection, learner_id):
            self.hooks.instructor_gone(connection, learner_id, why, now)
        self.hooks.learner_gone(connection, learner_id, why, now)
        if any(role.role == "officer" for role in people.roles_of(connection, learner_id)):
            people.suspend_role(connection, learner_id, "officer", self.names.of(learner_id), now)
            self.hooks.officer_gone(connection, learner_id, now)
        subject = self.names.of(learner_id)
        if why == "deleted":
            listed = [self.names.of(each) for each in forgetting.invitees_of(connection, learner_id)]
            forgetting.add_tombstones(connection, [subject, *listed], now)
        people.note(connection, AuditRow(now, subject, why, subject, ""))

    def forgotten(self, connection: Connection, learner_ids: Sequence[str]) -> None:
        """After everything that was hers is gone: the proof of her consents leads to nobody."""
        for learner_id in learner_ids:
            forgetting.rename_consents(connection, learner_id, self.names.of(learner_id))


def changes_person(event: object) -> TypeGuard[OfficeAsked]:
    """Whether this can only be done alone, after everything else of a batch."""
    return isinstance(event, OfficeAsked) and event.what in ("join", "sit", "split")


def give(connection: Connection, names: Pseudonyms, row: InvitationRow, learner_id: str, now: datetime) -> None:
    """What an invitation brings to who has agreed: a role within an area. A suspended role stays suspended."""
    if row.area_id is not None:
        known = [r for r in people.roles_of(connection, learner_id) if (r.role, r.area_id) == (row.role, row.area_id)]
        if not any(role.state == "suspended" for role in known):
            people.set_role(connection, RoleRow(learner_id, row.role, row.area_id, "active", row.by, now))
        _settle_in(connection, learner_id, row.area_id)
    if row.invitee_id is not None:
        invitations.claim(connection, row.invitee_id, learner_id)
    if row.role == "instructor" and people.instructor(connection, learner_id) is None:
        people.put_instructor(connection, _instructor(learner_id, Teaching(), None))
    people.note(connection, AuditRow(now, row.by, f"joined_{row.role}", names.of(learner_id), row.area_id or ""))


def _settle_in(connection: Connection, learner_id: str, area_id: str) -> None:
    """Where she lives is the narrowest area that she was invited to, within what is known already."""
    belonging = people.belonging(connection, learner_id)
    known = areas.path_of(connection, belonging[1]) if belonging else ""
    if not known or areas.path_of(connection, area_id).startswith(known):
        people.set_area(connection, learner_id, area_id)


def _instructs(connection: Connection, learner_id: str) -> bool:
    roles = people.roles_of(connection, learner_id)
    return any(role.role == "instructor" and role.state == "active" for role in roles)


def _known(row: InvitationRow | None) -> pure.Invitation | None:
    if row is None:
        return None
    return pure.Invitation(row.kind, row.role, row.expires_at, row.tries, row.used_by, row.learner_id)


def _teaching(row: InstructorRow) -> Teaching:
    return Teaching(**{each.name: getattr(row, each.name) for each in fields(Teaching)})


def _instructor(learner_id: str, teaching: Teaching, was: InstructorRow | None) -> InstructorRow:
    values: dict[str, Any] = {each.name: getattr(teaching, each.name) for each in fields(Teaching)}
    return InstructorRow(learner_id, **values, gender=was.gender if was else "")


def _offered_link(desk: Desk) -> str:
    """The code she was asked about, as her first button carries it."""
    return next((token[2:] for token, _ in desk.talk.offer if token.startswith("j:")), "")
