"""What one of a pair has reported, or the tutor kept back between them, looked at and seen to at the desk; never words.

The chat's own way is `kept_back`: the same rows, the same rule that nobody looks at what is about herself.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.pairing.service import PairingContext
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere, People
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.pairing import availability, kept_back
from storage.people.areas import AreaRow


@dataclass(frozen=True, slots=True)
class ReportedPerson:
    """One of the two."""

    learner_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """`learner` is guided by `other`; `found` (ms, who, "reported" or what was found) since somebody looked."""

    line_id: str
    learner: ReportedPerson
    other: ReportedPerson
    area: str
    found: tuple[tuple[int, str, str], ...]


class ReportedLines:
    """Acts by way of `people`, which knows who may do what where and writes every act down."""

    def __init__(self, service: People, world: PairingContext) -> None:
        self.people, self.world = service, world

    async def look(self, actor: Actor, by: str, line_id: str) -> ReportedLine:
        """All that was found by this line since somebody looked. Raises NotAllowed, NobodyThere."""
        learner_id, other_id = await self._sides(by, line_id)

        def work(connection: Connection, place: AreaRow) -> ReportedLine:
            people = [_named(availability.learner(connection, each), each) for each in (learner_id, other_id)]
            called = {self.world.pseudonym(each.learner_id): each.name for each in people}
            found = tuple(
                (row["at"], called.get(row["by"], ""), "reported" if row["what"] == "reported" else row["finding"])
                for row in kept_back.of_line(connection, line_id)
            )
            self.people.note(connection, actor, "report_seen", learner_id, place.area_id)
            return ReportedLine(line_id, people[0], people[1], place.name, found)

        return await self.people.about(actor, "see_people", learner_id, work)

    async def seen_to(self, actor: Actor, by: str, line_id: str) -> None:
        """Somebody has seen to it; what comes later is told anew. Raises NotAllowed, NobodyThere."""
        learner_id, _ = await self._sides(by, line_id)

        def work(connection: Connection, place: AreaRow) -> None:
            kept_back.looked(connection, line_id, actor.name, to_ms(self.people.now()))
            self.people.note(connection, actor, "report_dealt", learner_id, place.area_id)

        await self.people.about(actor, "approve", learner_id, work)

    async def _sides(self, by: str, line_id: str) -> tuple[str, str]:
        both = await self.people.database.read(lambda c: kept_back.sides(c, line_id))
        if both is None or by in both:
            raise NobodyThere
        return both


def _named(row: Row | None, learner_id: str) -> ReportedPerson:
    return ReportedPerson(learner_id, row["name"] if row else "")
