"""Requests for a human as officers see them: list, look at one, explain, ask somebody, take, confirm a member."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import CamtayError
from bot.pairing.calls import calls_for
from bot.pairing.looking import RequestLook, look
from bot.pairing.policy import happenings, taking
from bot.pairing.policy.candidates import province
from bot.pairing.policy.explain import REASONS, explain
from bot.pairing.policy.work import PairingWork
from bot.pairing.service import PairingContext, within
from bot.pairing.sql_ledger import SqlLedger, read_instructor
from bot.people.granting import give
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere, People
from flows.saying import say
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.pairing import availability, pairings, roster
from storage.people.areas import AreaRow
from storage.people.records import InvitationRow

MOST = 100_000  # instructors of a whole province
NOT_NOW = {
    **REASONS,
    "over": say("việc này đã có người lo hoặc đã xong"),
    "paired": say("người học đã có người chỉ"),
    "not_yours": say("việc hay người này không thuộc địa bàn của chị"),
    "quiet": say("đang là giờ nghỉ, sáng mai hãy hỏi"),
}


class Requests:
    """Acts by way of `people`, which knows who may do what where and writes every act down."""

    def __init__(self, service: People, world: PairingContext) -> None:
        self.people, self.world = service, world

    async def unclosed(self, actor: Actor, area_id: str) -> list[Row]:
        """The requests of an area that are not over. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> list[Row]:
            everywhere = place.parent_id is None and actor.may("see_people", "/")
            return roster.unclosed(connection, "/" if everywhere else place.path)

        return await self.people.act(actor, "see_people", area_id, work)

    async def explain(self, actor: Actor, request_id: str) -> tuple[str, ...]:
        """Why a request is where it is, in sentences. Raises NotAllowed, NobodyThere."""
        learner_id = await self._learner(request_id)

        def work(connection: Connection, place: AreaRow) -> tuple[str, ...]:
            ledger = SqlLedger(connection, self.world.clock, self.world.pseudonym)
            request = ledger.request(request_id)
            if request is None:
                raise NobodyThere
            rows = availability.instructors(connection, "", MOST)
            known = [
                each for row in rows if province(row["path"]) == province(place.path) and (each := read_instructor(row))
            ]
            row = pairings.request(connection, request_id)
            calls = calls_for(connection, self.world.pseudonym, row) if row and row["kind"] == "safety" else ()
            return explain(ledger, request, known, to_ms(self.people.now()), self.world.clock, calls).lines

        return await self.people.about(actor, "see_people", learner_id, work)

    async def look(self, actor: Actor, by: str, request_id: str) -> RequestLook:
        """All there is to know of a request, for the officer `by`; that she looked is in the audit.

        Raises NotAllowed, NobodyThere.
        """
        learner_id = await self._learner(request_id)

        def note(connection: Connection, place: AreaRow) -> None:
            self.people.note(connection, actor, "request_seen", learner_id, place.area_id)

        await self.people.about(actor, "see_people", learner_id, note, self._answers(by))
        now = to_ms(self.people.now())
        found = await self.people.database.read(lambda c: look(c, self.world, request_id, by, now))
        if found is None:
            raise NobodyThere
        return found

    async def take(self, actor: Actor, by: str, request_id: str) -> None:
        """The officer `by` answers for it from now on. Raises CamtayError with the reason, NotAllowed, NobodyThere."""
        await self._own(actor, by, request_id, "request_taken", lambda work: taking.take(work, request_id))

    async def done(self, actor: Actor, by: str, request_id: str) -> None:
        """The officer `by`, who has taken it, has seen to it. Raises CamtayError, NotAllowed, NobodyThere."""
        await self._own(actor, by, request_id, "request_done", lambda work: taking.done(work, request_id))

    async def relieve(self, actor: Actor, by: str, request_id: str) -> None:
        """`by` goes on with what somebody else has taken, who is told. Raises CamtayError, NotAllowed, NobodyThere."""
        await self._own(actor, by, request_id, "request_relieved", lambda work: taking.relieve(work, request_id))

    async def hand_over(self, actor: Actor, by: str, request_id: str, to: str) -> None:
        """`by`, who has taken it, asks `to` to go on with it; until then it stays with `by`.

        Raises CamtayError, NotAllowed, NobodyThere.
        """
        await self._own(actor, by, request_id, "request_handed", lambda work: taking.hand_over(work, request_id, to))

    async def _own(
        self, actor: Actor, by: str, request_id: str, what: str, event: Callable[[PairingWork], bool]
    ) -> None:
        learner_id = await self._learner(request_id)

        def work(connection: Connection, place: AreaRow) -> None:
            if not within(connection, self.world, by, self.people.now(), event):
                raise CamtayError(say("Chưa làm được: việc này đã có người lo, đã xong, hoặc không phải của chị."))
            self.people.note(connection, actor, what, learner_id, place.area_id)

        await self.people.about(actor, "approve", learner_id, work, self._answers(by))

    async def assign(self, actor: Actor, by: str, request_id: str, instructor_id: str) -> None:
        """Ask one instructor by name; `by` is the officer. Raises CamtayError with the reason."""
        learner_id = await self._learner(request_id)

        def work(connection: Connection, place: AreaRow) -> None:
            now = self.people.now()
            reason = within(
                connection, self.world, by, now, lambda work: happenings.assign(work, request_id, instructor_id)
            )
            if reason == happenings.ALREADY:
                return
            if reason:
                raise CamtayError(say("Chưa hỏi được: {reason}.", reason=NOT_NOW.get(reason, reason)))
            self.people.note(connection, actor, "assigned", learner_id, place.area_id)

        await self.people.about(actor, "approve", learner_id, work, self._answers(by))

    async def confirm(self, actor: Actor, learner_id: str, area_id: str) -> None:
        """Confirm somebody as a member of this area, who can be paired from now on. Raises NotAllowed, NobodyThere."""

        def work(connection: Connection, place: AreaRow) -> None:
            if availability.learner(connection, learner_id) is None:
                raise NobodyThere
            now, services = self.people.now(), self.people.services
            row = InvitationRow("", "invite", "learner", place.area_id, None, None, actor.name, now, now)
            give(connection, services.names, row, learner_id, now)
            self.people.note(connection, actor, "confirmed", learner_id, place.area_id)
            services.hooks.confirmed(connection, learner_id, "learner", now, unasked=True)

        await self.people.act(actor, "invite_learner", area_id, work)

    async def sees_strangers(self, by: str) -> bool:
        """Whether she answers for those whose place nobody knows."""
        return await self.people.database.read(self._answers(by))

    def _answers(self, by: str) -> Callable[[Connection], bool]:
        return lambda connection: by in availability.for_strangers(connection)

    async def _learner(self, request_id: str) -> str:
        row = await self.people.database.read(lambda c: pairings.request(c, request_id))
        if row is None:
            raise NobodyThere(say("Không có yêu cầu nào mang mã này."))
        return str(row["learner_id"])
