"""What a conversation needs beyond its own row: codes, roles, an instructor's settings; in the batch's transaction.

The desk says what was asked (`CodeShown`, `OfficeAsked`, a consent); here it is looked up, decided by asking the pure
rooms, and written down, before the desk's answer is taken over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from bot.channels.base import Body, Tap, Update
from bot.services.pseudonyms import Pseudonyms
from bot.tutoring import codes, instructing, menu
from bot.tutoring import invitations as pure
from bot.tutoring.conversation import answer, show_again
from bot.tutoring.desk import AnswersForgotten, CodeShown, ConsentAnswered, Desk, OfficeAsked, PersonForgotten
from bot.tutoring.instructing import Teaching
from bot.tutoring.invitations import Verdict
from bot.tutoring.talk import Talk
from flows import events as ev
from storage import areas, conversations, forgetting, invitations, people
from storage.database import Connection
from storage.people_records import AuditRow, InstructorRow, InvitationRow, RoleRow
from storage.records import LearnerRow


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


class PairingHooks:
    """What the pairing has to know at once, in the same transaction; this one does nothing."""

    def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """She guides nobody any more (`why`: suspended, withdrawn, deleted): her learners need somebody else."""

    def instructor_changed(self, connection: Connection, learner_id: str, now: datetime) -> None:
        """She took or ended a pause, or set another capacity, topics, languages, hours."""

    def learner_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """She withdrew or was deleted: what she had asked for ends."""


class Office:
    def __init__(self, names: Pseudonyms, hooks: PairingHooks | None = None, links: Links | None = None) -> None:
        self.names = names
        self.hooks = hooks or PairingHooks()
        self.links = links or Links()

    def settle(self, connection: Connection, desk: Desk, body: Body) -> None:
        """Deal with what happened at the desk in one update; answering may bring up more, which is dealt with too."""
        at = 0
        while at < len(desk.events):
            event = desk.events[at]
            at += 1
            match event:
                case CodeShown(kind, code):
                    self._code(connection, desk, codes.Shown(kind, code), body)
                case OfficeAsked(what, value):
                    self._asked(connection, desk, what, value)
                case ConsentAnswered("agreed"):
                    self._grant_waiting(connection, desk)
                case AnswersForgotten():
                    self.leaving(connection, desk.person.learner_id, "withdrawn", desk.universe.now)
                    desk.set_person(instructs=False)
                case PersonForgotten():
                    self.leaving(connection, desk.person.learner_id, "deleted", desk.universe.now)
                case _:
                    pass

    # --- codes ---

    def _code(self, connection: Connection, desk: Desk, shown: codes.Shown, body: Body) -> None:
        """Look at a code, count it against her when it is a guess, act on it when it is good."""
        now, who = desk.universe.now, self.names.of(desk.person.learner_id)
        window, may_be_words = pure.window_of(now), shown.kind == "link" and desk.talk.open_run is not None
        if pure.too_often(invitations.guesses(connection, window, who), invitations.guesses(connection, window, "")):
            verdict, found = Verdict.TOO_OFTEN, None
        else:
            found = invitations.get(connection, self.names.code(shown.code))
            verdict = pure.judge(_known(found), desk.person.learner_id, now)
        if pure.is_guess(verdict):
            for each in (who, ""):
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
            self._give(connection, desk, row)

    def _give(self, connection: Connection, desk: Desk, row: InvitationRow) -> None:
        give(connection, self.names, row, desk.person.learner_id, desk.universe.now)
        if row.role == "instructor":
            desk.set_person(instructs=_instructs(connection, desk.person.learner_id))

    # --- two phones ---

    def other_phone(self, connection: Connection, talk: Talk, update: Update, now: datetime) -> LearnerRow | None:
        """The person whose words were shown on this phone, if they still hold and she was asked about just these."""
        if not isinstance(update.body, Tap) or talk.pending != "link" or update.body.token not in dict(talk.offer):
            return None
        found = invitations.get(connection, update.body.token[2:])
        if found is None or found.learner_id is None or pure.judge(_known(found), "", now) is not Verdict.GOOD:
            return None
        return conversations.learners_by_id(connection, [found.learner_id]).get(found.learner_id)

    def join(self, connection: Connection, stays: str, goes: str, update: Update, now: datetime) -> None:
        """Spend the words and make one person of two."""
        assert isinstance(update.body, Tap)
        invitations.use(connection, update.body.token[2:], stays, now)
        if _instructs(connection, goes):
            self.hooks.instructor_gone(connection, goes, "linked", now)
        forgetting.join(connection, stays, goes)
        people.note(connection, AuditRow(now, self.names.of(stays), "linked", self.names.of(goes), ""))

    # --- what she asks for ---

    def _asked(self, connection: Connection, desk: Desk, what: str, value: str) -> None:
        match what:
            case "teach" | "set":
                self._teach(connection, desk, value if what == "set" else None)
            case "apply":
                self._apply(connection, desk)
            case "link":
                self._give_words(connection, desk)
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
            if not known:  # a suspended one stays suspended
                by, now = self.names.of(learner_id), desk.universe.now
                people.set_role(connection, RoleRow(learner_id, "instructor", area_id, "asked", by, now))
            desk.say(desk.phrase("apply_told"))
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
        subject = self.names.of(learner_id)
        if why == "deleted":
            listed = [self.names.of(each) for each in forgetting.invitees_of(connection, learner_id)]
            forgetting.add_tombstones(connection, [subject, *listed], now)
        people.note(connection, AuditRow(now, subject, why, subject, ""))

    def forgotten(self, connection: Connection, learner_ids: Sequence[str]) -> None:
        """After everything that was hers is gone: the proof of her consents leads to nobody."""
        for learner_id in learner_ids:
            forgetting.rename_consents(connection, learner_id, self.names.of(learner_id))


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
    return next((token[2:] for token, _ in desk.talk.offer if token.startswith("l:")), "")
