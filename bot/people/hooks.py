"""What people's services and the pairing tell each other in the same transaction, and who carries out commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.tutor.outcome import CommandOutcome
from bot.tutor.turn import TurnContext
from bot.tutor.waits import PendingMatter
from flows import events as ev
from storage.engine.database import Connection


class PairingHooks:
    """What the pairing has to know at once, in the same transaction; this one does nothing."""

    def instructor_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """She guides nobody any more (`why`: suspended, withdrawn, deleted): her learners need somebody else."""

    def instructor_changed(self, connection: Connection, learner_id: str, now: datetime) -> None:
        """She took or ended a pause, or set another capacity, topics, languages, hours."""

    def learner_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """She withdrew or was deleted: what she had asked for ends."""

    def reach_changed(self, connection: Connection, learner_id: str, now: datetime, *, away: bool) -> None:
        """She has blocked the tutor (`away`), or can be reached again."""

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

    def waiting(self, connection: Connection, turn: TurnContext) -> Sequence[PendingMatter]:
        """What waits for her answer at the end of this turn."""
        return ()

    def lesson_finished(self, connection: Connection, turn: TurnContext, event: ev.RunEnded) -> None:
        """She has come to the end of a lesson: who guides her may see how it goes."""

    def help_requested(self, connection: Connection, turn: TurnContext, event: ev.HelpRequested) -> None:
        """She wants a human, in a lesson or outside."""

    def pairing_wished(self, connection: Connection, turn: TurnContext, event: ev.PairingWished) -> None:
        """A lesson asked for a 1+1 partner."""


class CommandHandler(Protocol):
    """Is brought all commands of one subject."""

    def carry_out(self, connection: Connection, turn: TurnContext, command: Any) -> CommandOutcome:
        """Do it in the batch's transaction and answer in the turn; what is left to do is the dispatcher's."""
