"""What officers and the operator do with people: invite, approve, suspend, list, show, delete. One transaction each.

Every act names its actor and is refused, with one sentence, outside the actor's own area; a refusal is written into
the audit as well: whoever tries the ids of another ward shall be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.errors import CamtayError, NotAllowed
from bot.people import granting, profile
from bot.people.export import in_words
from bot.people.leave_word import tell
from bot.people.policy import codes, invitations
from bot.people.policy.codes import Links
from bot.people.policy.permissions import ABOVE, BEYOND, PERMISSIONS, Actor
from bot.people.policy.profile import CONSENT
from bot.people.profile import Correction
from bot.people.register import PeopleRegister
from flows.saying import say
from storage.conversations import conversations, leaving
from storage.engine.database import Connection, Database
from storage.engine.sqlite import BUSY_TIMEOUT_S
from storage.people import areas, forgetting, invitees, people
from storage.people import invitations as kept
from storage.people.areas import AreaRow
from storage.people.invitations import GivenRow
from storage.people.records import AuditRow, InvitationRow, InviteeRow, PersonEntry

T = TypeVar("T")


class NobodyThere(CamtayError):
    """Không có người hay địa bàn nào mang mã này."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation: the code is told once and kept nowhere."""

    code: str
    links: tuple[str, ...]
    role: str
    area: AreaRow
    name: str
    expires_at: datetime


class People:
    def __init__(
        self, database: Database, services: PeopleRegister, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self.database = database
        self.services = services
        self.now = now
        self.new_id = new_id
        self.words: Callable[[str], str] = lambda phrase_id: ""
        """The tutor's own questions, as they are kept beside the answer of somebody who gave it to an officer."""
        self.is_office: Callable[[str], bool] = lambda name: False
        """Whether a name is that of an office, a bank, the union: see `bot.tutor.onboarding.is_of_office`."""
        self.on_left: Callable[[Sequence[tuple[str, str]]], None] = lambda addresses: None
        """Called with addresses (channel, chat_id) that are somebody's no more: open pages forget what they show."""

    @property
    def links(self) -> Links:
        """How codes become links: the bot's name and the address of the web page."""
        return self.services.links

    async def actor(self, learner_id: str) -> Actor:
        """Somebody of the union with the roles held now."""
        return await self.database.read(lambda c: granting.actor_of(c, self.services.names, learner_id))

    async def areas(self, path: str = "/") -> list[AreaRow]:
        """All areas at and below a path, by the union's tree."""
        return await self.database.read(lambda c: areas.under(c, path))

    async def list_people(
        self, actor: Actor, area_id: str, roles: Sequence[str] = (), states: Sequence[str] = ()
    ) -> list[PersonEntry]:
        """Everybody of an area and all below it. Raises NotAllowed, NobodyThere."""
        return await self.act(
            actor, "see_people", area_id, lambda c, place: people.listed(c, place.path, roles, states)
        )

    async def invite(
        self, actor: Actor, role: str, area_id: str, invitee_id: str | None = None,
        lasts: timedelta = invitations.INVITE_LASTS,
    ) -> Invited:  # fmt: skip
        """A code that gives a role within an area, once. Raises NotAllowed, NobodyThere."""
        (made,) = await self.invite_all(actor, [(role, area_id, invitee_id)], lasts)
        return made

    async def invite_all(
        self,
        actor: Actor,
        wanted: Sequence[tuple[str, str, str | None]],
        lasts: timedelta = invitations.INVITE_LASTS,
    ) -> list[Invited]:
        """(role, area_id, invitee_id or None) → a code for each; one that is not allowed refuses all."""
        made: list[Invited] = []
        for role, area_id, invitee_id in wanted:

            def work(connection: Connection, place: AreaRow, role: str = role, of: str | None = invitee_id) -> Invited:
                return self._invitation(connection, actor, role, place, of, lasts)

            made.append(await self.act(actor, f"invite_{role}", area_id, work))
        return made

    def _invitation(
        self, connection: Connection, actor: Actor, role: str, place: AreaRow, invitee_id: str | None, lasts: timedelta
    ) -> Invited:
        now = self.now()
        entry = _entry(connection, invitee_id, place) if invitee_id is not None else None
        if invitee_id is not None:
            kept.withdraw_of(connection, invitee_id)
        code = codes.new_code(self.new_id())
        while kept.get(connection, self.services.names.code(code)) is not None:
            code = codes.new_code(self.new_id())
        hashed, ends = self.services.names.code(code), now + lasts
        row = InvitationRow(hashed, "invite", role, place.area_id, invitee_id, None, actor.name, now, ends)
        kept.add(connection, [row])
        self.note(connection, actor, f"invited_{role}", "", place.area_id)
        return Invited(
            codes.written(code), self.links.of(code), role, place, entry.name if entry else "", row.expires_at
        )

    async def codes(self, actor: Actor, area_id: str) -> list[GivenRow]:
        """Codes of an area and all below that are good, or were used of late. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> list[GivenRow]:
            rows = self.services.given.given(connection, actor, self.now())
            return [row for row in rows if row.path.startswith(place.path)]

        return await self.act(actor, "invite_learner", area_id, work)

    async def revoke(self, actor: Actor, short: str) -> GivenRow:
        """The code that `codes` shows by these first digits is worth nothing; who used it has it no more.

        Raises NobodyThere.
        """

        def unit(connection: Connection) -> GivenRow:
            row = self.services.given.find(connection, actor, short)
            if row is None:
                raise NobodyThere(say("Không có mã mời nào bắt đầu như vậy; xem ./camtay people codes."))
            self.services.given.take_back(connection, actor, row, self.now(), self.new_id())
            return row

        return await self.database.transact(unit)

    async def code_back(self, actor: Actor, learner_id: str) -> str:
        """A code by which somebody who lost a phone goes on on a new one. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> str:
            if not actor.may_vouch(place.path, granting.grants_of(connection, learner_id), guides=False):
                raise NotAllowed(ABOVE)
            return self.services.vouching.give(connection, actor.name, learner_id, self.now(), self.new_id())

        return await self.about(actor, "vouch", learner_id, work)

    async def sign_out(self, actor: Actor, learner_id: str) -> int:
        """Take all phones from somebody at once, who comes back by a code for a new one. Returns how many.

        Raises NotAllowed, NobodyThere.
        """

        def work(connection: Connection, place: AreaRow) -> list[tuple[str, str]]:
            gone = self.services.phones.sign_out(connection, learner_id, self.new_id, self.now())
            self.note(connection, actor, "signed_out", learner_id, place.area_id)
            if gone:
                tell(connection, self.new_id(), learner_id, "was_signed_out", {}, self.now())
            return gone

        left = await self.about(actor, "vouch", learner_id, work)
        self.on_left(left)
        return len(left)

    async def approve(self, actor: Actor, learner_id: str) -> None:
        """Somebody who asked to guide others, or was suspended, may. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> None:
            if not place.area_id:
                raise NobodyThere(say("Chưa biết chị ấy ở địa bàn nào; hãy mời chị ấy bằng mã."))
            now, held = self.now(), granting.is_held(connection, self.services.names, learner_id)
            if not granting.lift(connection, self.services.names, actor, learner_id, "instructor"):
                raise NotAllowed(BEYOND)
            row = InvitationRow("", "invite", "instructor", place.area_id, None, None, actor.name, now, now)
            if not granting.give(connection, self.services.names, row, learner_id, now):
                raise CamtayError(say("Chị ấy còn bị tạm dừng ở một vai trò khác; hãy mở lại vai trò đó trước."))
            self.services.hooks.confirmed(connection, learner_id, "instructor", now, unasked=True, again=held)

        await self.about(actor, "approve", learner_id, work)

    async def recognise(self, actor: Actor, learner_id: str, invitee_id: str) -> None:
        """Somebody who came by herself is this line of a list, and has what an invitation for it would bring.

        What lets act on others comes only by a code that she takes herself. Raises NotAllowed, NobodyThere,
        CamtayError.
        """

        def work(connection: Connection, place: AreaRow) -> None:
            now, services, entry = self.now(), self.services, invitees.get(connection, invitee_id)
            at = areas.get(connection, entry.area_id) if entry else None
            if entry is None or at is None or entry.claimed_by is not None or not actor.may("see_people", at.path):
                raise NobodyThere(say("Dòng này không còn trong danh sách; tải lại trang rồi xem lại."))
            if not actor.may(f"invite_{entry.role}", at.path):
                raise NotAllowed(PERMISSIONS[f"invite_{entry.role}"].refusal)
            if entry.role != "learner":
                raise CamtayError(say("Vai của dòng này giao việc trên người khác: hãy mời bằng mã, chị ấy tự nhận."))
            if people.consent_of(connection, learner_id) != "agreed":
                raise CamtayError(say("Chị ấy chưa đồng ý lưu gì, nên chưa gộp được."))
            row = InvitationRow("", "invite", entry.role, at.area_id, invitee_id, None, actor.name, now, now)
            granting.give(connection, services.names, row, learner_id, now)
            kept.withdraw_of(connection, invitee_id)
            services.hooks.confirmed(connection, learner_id, entry.role, now, unasked=True)
            self.note(connection, actor, "recognised", learner_id, at.area_id)

        await self.about(actor, "invite_learner", learner_id, work)

    async def suspend(self, actor: Actor, learner_id: str, role: str = "instructor") -> None:
        """End somebody's access in this role at once, everywhere; an instructor's learners get somebody else.

        Raises NotAllowed, NobodyThere.
        """

        def work(connection: Connection, place: AreaRow) -> None:
            services = self.services
            if not granting.suspend(connection, services.names, services.hooks, actor, learner_id, role, self.now()):
                raise NotAllowed(ABOVE)
            self.note(connection, actor, f"suspended_{role}", learner_id, place.area_id)

        await self.about(actor, "suspend", learner_id, work)

    async def lift(self, actor: Actor, learner_id: str) -> tuple[str, ...]:
        """Let somebody act again who was suspended; the roles that come back.

        Raises NotAllowed where a suspension is beyond who asks, NobodyThere, CamtayError.
        """

        def work(connection: Connection, place: AreaRow) -> tuple[str, ...]:
            now, services = self.now(), self.services
            held = granting.bars(connection, services.names, learner_id, "instructor")
            if not held:
                raise CamtayError(say("Chị ấy không còn bị tạm dừng; tải lại trang rồi xem lại."))
            back = granting.restore(connection, services.names, actor, learner_id, now)
            if back is None:
                raise NotAllowed(BEYOND)
            for role in back:
                services.hooks.confirmed(connection, learner_id, role, now, unasked=role == "instructor", again=True)
            for role in sorted({row.role for row in held}):
                self.note(connection, actor, f"lifted_{role}", learner_id, place.area_id)
            return back

        return await self.about(actor, "suspend", learner_id, work)

    async def export(self, actor: Actor, learner_id: str) -> dict[str, list[dict[str, object]]]:
        """Everything that is kept of somebody, by table. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> dict[str, list[dict[str, object]]]:
            self.note(connection, actor, "exported", learner_id, place.area_id)
            return forgetting.export(connection, learner_id)

        return await self.about(actor, "export", learner_id, work)

    async def see(self, actor: Actor, learner_id: str) -> dict[str, str]:
        """What is kept of somebody, in words. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> dict[str, str]:
            self.note(connection, actor, "seen", learner_id, place.area_id)
            return in_words(connection, learner_id)

        return await self.about(actor, "export", learner_id, work)

    async def correct(self, actor: Actor, learner_id: str, correction: Correction) -> None:
        """Put name, form of address, area, needs right, at once, and tell the person.

        Raises NotAllowed, NobodyThere, CamtayError.
        """
        if fault := correction.fault():
            raise CamtayError(fault)
        if correction.name and self.is_office(correction.name):
            raise CamtayError(
                say("“{name}” giống tên cơ quan, người khác đọc sẽ lầm; chọn tên khác.", name=correction.name)
            )

        def work(connection: Connection, place: AreaRow) -> None:
            if people.consent_of(connection, learner_id) != "agreed":
                raise CamtayError(say("Người này không đồng ý lưu gì, nên không có gì để sửa."))
            moved = areas.get(connection, correction.area_id) if correction.area_id else None
            if correction.area_id and moved is None:
                raise NobodyThere(say("Không có địa bàn nào mang mã “{area_id}”.", area_id=correction.area_id))
            if moved is not None and not actor.may("correct", moved.path):
                raise CamtayError(say("Chị chỉ chuyển được người tới nơi trong địa bàn mình phụ trách."))
            now = self.now()
            profile.carry_out(connection, learner_id, correction, moved, self.words(CONSENT), now)
            tell(connection, self.new_id(), learner_id, "corrected", {"gi": correction.words()}, now)
            self.note(connection, actor, "corrected", learner_id, place.area_id)

        await self.about(actor, "correct", learner_id, work)

    async def withdraw(self, actor: Actor, learner_id: str) -> None:
        """Take somebody's consent back at once, as `bot.tutor.privacy`. Raises NotAllowed, NobodyThere, CamtayError."""

        def work(connection: Connection, place: AreaRow) -> None:
            now = self.now()
            self.note(connection, actor, "withdrawn_by_officer", learner_id, place.area_id)
            self.services.leaving(connection, learner_id, "withdrawn", now)
            if not profile.withdraw(connection, learner_id, self.words("consent"), now):
                raise CamtayError(say("Người này không đồng ý lưu gì, nên không có gì để rút."))
            tell(connection, self.new_id(), learner_id, "withdrawn_told", {}, now)

        await self.about(actor, "withdraw", learner_id, work)
        await self.database.scrub(BUSY_TIMEOUT_S)

    async def delete(self, actor: Actor, learner_id: str) -> None:
        """Delete everything of somebody for good. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> None:
            self.note(connection, actor, "deleted_by_officer", learner_id, place.area_id)
            self.services.leaving(connection, learner_id, "deleted", self.now())
            leaving.forget_person(connection, learner_id)
            self.services.forgotten(connection, [learner_id])

        await self.about(actor, "delete", learner_id, work)
        await self.database.scrub(BUSY_TIMEOUT_S)

    # --- who may ---

    async def act(self, actor: Actor, action: str, area_id: str, work: Callable[[Connection, AreaRow], T]) -> T:
        """Do the work if the actor may in this area; a refusal is committed to the audit before it is raised."""

        def unit(connection: Connection) -> tuple[NotAllowed | None, T | None]:
            place = areas.get(connection, area_id)
            if place is None:
                raise NobodyThere(say("Không có địa bàn nào mang mã “{area_id}”.", area_id=area_id))
            return self._allowed(connection, actor, action, place, "", work)

        return _unless_refused(*await self.database.transact(unit))

    async def about(
        self, actor: Actor, action: str, learner_id: str, work: Callable[[Connection, AreaRow], T],
        of_strangers: Callable[[Connection], bool] = lambda connection: False,
    ) -> T:  # fmt: skip
        """Do the work if the actor may where this person belongs, which is read here, never taken from who asks; of
        somebody whose place nobody knows, if `of_strangers` says so."""

        def unit(connection: Connection) -> tuple[NotAllowed | None, T | None]:
            conversations.learners_by_id(connection, [learner_id])  # locked first, as the tutor's own batches do
            belonging = people.belonging(connection, learner_id)
            if belonging is None:
                raise NobodyThere
            place = areas.get(connection, belonging[1]) if belonging[1] else None
            nowhere = AreaRow("", None, "", "", "", "/")  # known to nobody but the operator
            if place is None and of_strangers(connection):
                return None, work(connection, nowhere)
            return self._allowed(connection, actor, action, place or nowhere, learner_id, work)

        return _unless_refused(*await self.database.transact(unit))

    def _allowed(
        self, connection: Connection, actor: Actor, action: str, place: AreaRow, learner_id: str,
        work: Callable[[Connection, AreaRow], T],
    ) -> tuple[NotAllowed | None, T | None]:  # fmt: skip
        refusal = NotAllowed(PERMISSIONS[action].refusal)
        if actor.may(action, place.path):
            try:
                return None, work(connection, place)
            except NotAllowed as further:
                refusal = further
        self.note(connection, actor, f"refused_{action}", learner_id, place.area_id)
        return refusal, None

    def note(self, connection: Connection, actor: Actor, what: str, learner_id: str, area_id: str) -> None:
        """One line of the audit, by the actor's pseudonym about the person's; "" for an act about an area alone."""
        subject = self.services.names.of(learner_id) if learner_id else ""
        people.note(connection, AuditRow(self.now(), actor.name, what, subject, area_id))


def _unless_refused(refusal: NotAllowed | None, result: T | None) -> T:
    if refusal is not None:
        raise refusal
    return result  # type: ignore[return-value]  # a result of None is a T as well


def _entry(connection: Connection, invitee_id: str, place: AreaRow) -> InviteeRow:
    """The line of a list that an invitation is for; it must lie where the invitation leads."""
    entry = invitees.get(connection, invitee_id)
    if entry is None or entry.claimed_by is not None or entry.area_id != place.area_id:
        raise NobodyThere
    return entry
