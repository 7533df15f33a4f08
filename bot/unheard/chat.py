"""A learner gives the editors what was not understood."""

from __future__ import annotations

from bot.tutor.outcome import ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from bot.unheard.policy.commands import GiveUnheard
from storage.engine.database import Connection
from storage.unheard import unheard
from storage.unheard.unheard import UnheardRow


class UnheardChat:
    def carry_out(self, connection: Connection, turn: TurnContext, command: GiveUnheard) -> CommandOutcome:
        """Keep it for the editors and say thanks; an old button gives nothing."""
        held = turn.state.unheard
        if held is None or not turn.agreed:
            return ASIDE
        row = UnheardRow(held.text, held.lesson, held.step, turn.universe.now)
        unheard.add(connection, turn.person.learner_id, row)
        turn.change(unheard=None)
        turn.say(turn.phrase("unheard_given"))
        return ASIDE
