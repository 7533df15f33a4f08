"""The union's number, told to whoever asks for help where config.yaml names nobody to call."""

from __future__ import annotations

from bot.people import union_phone
from bot.tutor import onboarding
from bot.tutor.turn import TurnContext
from flows.words.values.value import in_groups
from storage.engine.database import Connection
from storage.pairing import availability


def tell(connection: Connection, turn: TurnContext) -> None:
    """Say the number that is written down for her area, or for the nearest above it; nothing where there is none."""
    if onboarding.helper_known(turn):
        return
    learner = availability.learner(connection, turn.person.learner_id)
    if number := union_phone.of_path(connection, learner["path"] if learner else ""):
        turn.remark(turn.phrase("union_number", so=in_groups(number)))
