"""What was kept back between two people, for the officer: between whom, when, of what kind; never the words."""

from __future__ import annotations

from collections.abc import Callable

from bot.pairing.between import FoundBetween, between
from bot.pairing.service import PairingContext
from bot.tutor.notices import kind_found
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.pairing import availability, kept_back, roster

MOST = 20


def buttons(connection: Connection, turn: TurnContext, world: PairingContext) -> OfferedButtons:
    """A button for each pair of whom something was found that no officer has looked at."""
    offered: list[tuple[str, str]] = []
    for row in kept_back.waiting(connection, turn.person.learner_id, MOST):
        it = between(connection, world, row["line_id"])
        if it is not None and world.pseudonym(turn.person.learner_id) not in it.involved:
            named = {"ten_hv": turn.called(it.learner["name"]), "ten_hdv": turn.called(it.other_name)}
            offered.append(
                (f"q:kept:{row['line_id']}", turn.phrase("post_kept", luc=world.clock.say(row["at"]), **named))
            )
    return tuple(offered)


def may_look(connection: Connection, turn: TurnContext, world: PairingContext, line_id: str) -> bool:
    """Whether the person at this desk answers for the one who is guided, and is none of those it is about."""
    it, me = between(connection, world, line_id), turn.person.learner_id
    if it is None or world.pseudonym(me) in it.involved:
        return False
    return me in availability.officers(connection, it.learner["path"])


def show(
    connection: Connection, turn: TurnContext, world: PairingContext, line_id: str, paths: list[str]
) -> CommandOutcome:
    """All that was found by this line since somebody looked."""
    it = between(connection, world, line_id)
    if it is None or not it.found:
        turn.say(turn.phrase("kept_none"))
        return ASIDE
    her_role = "role_learner" if it.learner["confirmed"] else "role_stranger"
    her, other = turn.called(it.learner["name"], her_role), turn.called(it.other_name, it.other_role)
    area = it.learner["area"] or turn.phrase("somewhere")
    lines = [turn.phrase("kept_head", ten_hv=her, ten_hdv=other, khu=area)]
    lines += [_line(turn, row, it, world.clock.say) for row in it.found]
    guide = roster.with_role(connection, paths, "instructor", ("active", "suspended"), 1, it.other)
    offer = [(f"q:person:{it.other}", turn.called(it.other_name))] if it.other and guide else []
    offer += [(f"q:seen:{line_id}", turn.phrase("label_seen")), ("q:list:0", turn.phrase("label_post"))]
    turn.offer("\n".join((*lines, turn.phrase("kept_advice"))), tuple(offer))
    return ANSWERED


def _line(turn: TurnContext, row: Row, it: FoundBetween, say: Callable[[int], str]) -> str:
    by, to = (turn.called(it.names[who]) if who in it.names else turn.phrase("somebody") for who in _both(row, it))
    if row["what"] == "reported":
        return turn.phrase("kept_reported", ai=by, luc=say(row["at"]))
    kind = kind_found(turn, row["finding"].replace("relay_", "found_", 1))
    return turn.phrase("kept_line", ai=by, cho_ai=to, luc=say(row["at"]), gi=kind)


def _both(row: Row, it: FoundBetween) -> tuple[str, str]:
    """Who wrote it and to whom, by pseudonym; old rows know only the first."""
    return row["by"], row["to"] or next((who for who in it.involved if who != row["by"]), "")


def seen(connection: Connection, turn: TurnContext, by: str, line_id: str) -> None:
    """Write down that an officer, by pseudonym `by`, has looked at what was kept back on this line."""
    kept_back.looked(connection, line_id, by, to_ms(turn.universe.now))
