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
        """Somebody is no instructor any more (`why`: suspended, of which she is told here; taken_back, withdrawn,
        deleted): the learners need another."""

    def instructor_changed(self, connection: Connection, learner_id: str, now: datetime) -> None:
        """An instructor took or ended a pause, or set another capacity, topics, languages, hours."""

    def learner_gone(self, connection: Connection, learner_id: str, why: str, now: datetime) -> None:
        """A learner withdrew or was deleted: the requests end."""

    def reach_changed(self, connection: Connection, learner_id: str, now: datetime, *, away: bool) -> None:
        """Somebody has blocked the tutor (`away`), or can be reached again."""

    def officer_gone(self, connection: Connection, learner_id: str, now: datetime) -> None:
        """Somebody is no officer any more: what waited there goes to whoever answers now."""

    def confirmed(
        self, connection: Connection, learner_id: str, role: str, now: datetime, *, unasked: bool = False,
        again: bool = False,
    ) -> None:  # fmt: skip
        """Somebody of the union has said who a person is and given a role: that person can be paired.

        `unasked`: the person is not here to see it, and is told; `again`: it had been suspended.
        """

    def become_one(self, connection: Connection, stays: str, goes: str, now: datetime) -> None:
        """Two persons turn out to be one: nobody is their own instructor, nobody has two."""

    def wants_to_guide(self, connection: Connection, learner_id: str, now: datetime) -> bool:
        """A learner would like to be an instructor: an officer of the area decides. Whether there is one."""
        return False

    def waiting(self, connection: Connection, turn: TurnContext) -> Sequence[PendingMatter]:
        """What waits for this person's answer at the end of the turn."""
        return ()

    def lesson_finished(self, connection: Connection, turn: TurnContext, event: ev.RunEnded) -> None:
        """A learner has come to the end of a lesson: the instructor may see how it goes."""

    def help_requested(self, connection: Connection, turn: TurnContext, event: ev.HelpRequested) -> None:
        """A learner wants a human, in a lesson or outside."""

    def pairing_wished(self, connection: Connection, turn: TurnContext, event: ev.PairingWished) -> None:
        """A lesson asked for a 1+1 partner."""


class CommandHandler(Protocol):
    """Is brought all commands of one subject."""

    def carry_out(self, connection: Connection, turn: TurnContext, command: Any) -> CommandOutcome:
        """Do what the command asks in the batch's transaction and answer in the turn; the rest is the dispatcher's."""


CommandHandlers = Sequence[tuple[Any, CommandHandler]]
"""A union of commands, and what carries each of them out."""
