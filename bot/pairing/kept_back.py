"""What was kept back between two people, for the officer: between whom, when, of what kind; never the words."""

from __future__ import annotations

from collections.abc import Callable

from bot.pairing.service import PairingContext
from bot.tutor.notices import kind_found
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.pairing import availability, kept_back, pairings, roster

MOST = 20


def buttons(connection: Connection, turn: TurnContext, world: PairingContext) -> OfferedButtons:
    """A button for each pair of whom something was found that no officer has looked at."""
    rows = kept_back.waiting(connection, turn.person.learner_id, MOST)
    say = world.clock.say
    return tuple(
        (
            f"q:kept:{row['line_id']}",
            turn.phrase("post_kept", ten_hv=turn.called(row["name"]), luc=say(row["at"])),
        )
        for row in rows
    )


def may_look(connection: Connection, turn: TurnContext, line_id: str) -> bool:
    """Whether the person at this desk answers for the one who is guided, and is neither of the two."""
    both, me = kept_back.sides(connection, line_id), turn.person.learner_id
    learner = availability.learner(connection, both[0]) if both and me not in both else None
    return learner is not None and me in availability.officers(connection, learner["path"])


def show(
    connection: Connection, turn: TurnContext, world: PairingContext, line_id: str, paths: list[str]
) -> CommandOutcome:
    """All that was found by this line since somebody looked."""
    both, found = kept_back.sides(connection, line_id), kept_back.of_line(connection, line_id)
    if both is None or not found:
        turn.say(turn.phrase("kept_none"))
        return ASIDE
    people = [availability.learner(connection, each) for each in both]
    names = [turn.called(row["name"] if row else "") for row in people]
    request = pairings.request(connection, line_id)
    roles = "role_learner" if people[0] and people[0]["confirmed"] else "role_stranger", "role_instructor"
    if request is not None and request["owner_kind"] == "officer":
        roles = roles[0], "role_officer"
    as_what = [turn.called(row["name"] if row else "", role) for row, role in zip(people, roles, strict=True)]
    area = (people[0]["area"] if people[0] else "") or turn.phrase("somewhere")
    who = {world.pseudonym(each): name for each, name in zip(both, names, strict=True)}
    lines = [turn.phrase("kept_head", ten_hv=as_what[0], ten_hdv=as_what[1], khu=area)]
    lines += [_line(turn, row, who, world.clock.say) for row in found]
    guide = roster.with_role(connection, paths, "instructor", ("active", "suspended"), 1, both[1])
    offer = [(f"q:person:{both[1]}", names[1])] if guide else []
    offer += [(f"q:seen:{line_id}", turn.phrase("label_seen")), ("q:list:0", turn.phrase("label_post"))]
    turn.offer("\n".join((*lines, turn.phrase("kept_advice"))), tuple(offer))
    return ANSWERED


def _line(turn: TurnContext, row: Row, who: dict[str, str], say: Callable[[int], str]) -> str:
    ai, luc = who.get(row["by"], turn.phrase("somebody")), say(row["at"])
    if row["what"] == "reported":
        return turn.phrase("kept_reported", ai=ai, luc=luc)
    return turn.phrase("kept_line", ai=ai, luc=luc, gi=kind_found(turn, row["finding"].replace("relay_", "found_", 1)))


def seen(connection: Connection, turn: TurnContext, by: str, line_id: str) -> None:
    """Write down that an officer, by pseudonym `by`, has looked at what was kept back on this line."""
    kept_back.looked(connection, line_id, by, to_ms(turn.universe.now))
