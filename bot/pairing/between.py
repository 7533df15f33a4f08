"""Between whom something was reported or kept back: those whom it was about then, not whoever has the case since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.pairing.service import PairingContext
from storage.engine.database import Connection
from storage.engine.rows import Row
from storage.pairing import availability, kept_back, pairings


@dataclass(frozen=True, slots=True)
class FoundBetween:
    """`other` (`other_name`) is the last of those who guided or helped the learner, "" where that one is not here any
    more; `found` the rows since somebody looked, `names` of the pseudonyms in them. `involved`: pseudonyms of all of
    them, none of whom judges it.
    """

    learner: Row
    other: str
    other_name: str
    other_role: str
    found: tuple[Row, ...]
    names: dict[str, str]
    involved: Collection[str]


def between(connection: Connection, world: PairingContext, line_id: str) -> FoundBetween | None:
    """What nobody has looked at yet of this line; None of a line or a learner who is not there any more.

    The history names pseudonyms: whoever may be meant is looked for among those who guide, help or answer for her.
    """
    sides = kept_back.sides(connection, line_id)
    learner = availability.learner(connection, sides[0]) if sides else None
    if sides is None or learner is None:
        return None
    her, now_with, found = learner["learner_id"], sides[1], kept_back.of_line(connection, line_id)
    written = [who for row in found for who in (row["to"], row["by"]) if who and who != world.pseudonym(her)]
    told = any(row["to"] for row in found)  # rows of before say only who wrote
    meant = written if told or not now_with else [*written, world.pseudonym(now_with)]
    pairing = pairings.pairing_of(connection, her)
    guide = pairing["instructor_id"] if pairing else pairings.previous(connection, her)
    answering = availability.answering(connection, learner["path"])
    ids = [each for each in dict.fromkeys((now_with, guide, *answering)) if each and each != her]
    known = {world.pseudonym(row["learner_id"]): row for row in availability.learners(connection, sorted(ids))}
    other = known.get(meant[-1]) if meant else None
    names = {who: row["name"] for who, row in known.items()} | {world.pseudonym(her): learner["name"]}
    role = ""
    if other is not None:
        helps = pairings.request(connection, line_id) is not None and other["learner_id"] in answering
        role = "role_officer" if helps else "role_instructor"
    who, name = (other["learner_id"], other["name"]) if other is not None else ("", "")
    return FoundBetween(learner, who, name, role, tuple(found), names, {world.pseudonym(her), *meant})
