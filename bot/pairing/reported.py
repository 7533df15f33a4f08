"""What one of a pair has reported, or the tutor kept back between them, looked at and seen to at the desk; never words.

The chat's own way is `kept_back`: the same rows, the same rule that nobody looks at what is about herself.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.pairing.between import FoundBetween, between
from bot.pairing.service import PairingContext
from bot.people.full_names import full_names
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere, People
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.pairing import kept_back
from storage.people.areas import AreaRow


@dataclass(frozen=True, slots=True)
class ReportedPerson:
    """One of the two."""

    learner_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """`learner` was guided or helped by `other`; `found` (ms, who, to whom, "reported" or what was found) since
    somebody looked."""

    line_id: str
    learner: ReportedPerson
    other: ReportedPerson
    area: str
    found: tuple[tuple[int, str, str, str], ...]


class ReportedLines:
    """Acts by way of `people`, which knows who may do what where and writes every act down."""

    def __init__(self, service: People, world: PairingContext) -> None:
        self.people, self.world = service, world

    def sides(self, connection: Connection, by: str, line_id: str) -> tuple[str, str] | None:
        """Between whom it was, the other "" where that one is not here any more; None for one of the two, and of
        a line that is gone."""
        it = between(connection, self.world, line_id)
        if it is None or self.world.pseudonym(by) in it.involved:
            return None
        return it.learner["learner_id"], it.other

    async def look(self, actor: Actor, by: str, line_id: str) -> ReportedLine:
        """All that was found by this line since somebody looked. Raises NotAllowed, NobodyThere."""
        it = await self._between(by, line_id)
        her = it.learner["learner_id"]

        def work(connection: Connection, place: AreaRow) -> ReportedLine:
            whole = full_names(connection, (her, it.other))
            names = {**it.names, **{self.world.pseudonym(each): name for each, name in whole.items()}}
            found = tuple(
                (
                    row["at"], names.get(row["by"], ""), names.get(row["to"], ""),
                    "reported" if row["what"] == "reported" else row["finding"],
                )
                for row in it.found
            )  # fmt: skip
            self.people.note(connection, actor, "report_seen", her, place.area_id)
            learner = ReportedPerson(her, it.learner["name"])
            return ReportedLine(line_id, learner, ReportedPerson(it.other, it.other_name), place.name, found)

        return await self.people.about(actor, "see_people", her, work)

    async def seen_to(self, actor: Actor, by: str, line_id: str) -> None:
        """Somebody has seen to it; what comes later is told anew. Raises NotAllowed, NobodyThere."""
        learner_id = (await self._between(by, line_id)).learner["learner_id"]

        def work(connection: Connection, place: AreaRow) -> None:
            kept_back.looked(connection, line_id, actor.name, to_ms(self.people.now()))
            self.people.note(connection, actor, "report_dealt", learner_id, place.area_id)

        await self.people.about(actor, "approve", learner_id, work)

    async def _between(self, by: str, line_id: str) -> FoundBetween:
        it = await self.people.database.read(lambda c: between(c, self.world, line_id))
        if it is None or self.world.pseudonym(by) in it.involved:
            raise NobodyThere
        return it
