"""A link to the desk, for one browser and ten minutes: from the person's own chat, or from the command line."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.people.granting import actor_of
from bot.people.policy.officer_commands import AskDeskLink
from bot.people.policy.permissions import ACTING
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.people import invitations, people, seats
from storage.people.records import AuditRow, InvitationRow

LASTS = timedelta(minutes=10)
PLACE = "/desk/vao/"


class DeskLinks:
    """`address` is that of the web page, "" where it has none: then only the page itself can lead there."""

    def __init__(self, names: Pseudonyms, address: str) -> None:
        self.names, self.address = names, address.rstrip("/")

    def carry_out(self, connection: Connection, turn: TurnContext, command: AskDeskLink) -> CommandOutcome:
        """Hand the link over to who acts for others, on a phone that nobody else uses."""
        learner_id = turn.person.learner_id
        acts = any(grant.active and grant.role in DESK for grant in actor_of(connection, self.names, learner_id).grants)
        if not acts:
            turn.say(turn.phrase("desk_nothing"))
            return ASIDE
        if len(seats.sitting(connection, turn.channel, turn.chat_id)) > 1:
            turn.say(turn.phrase("desk_shared"))
            return ASIDE
        if not self.address and not turn.profile.keeps_log:
            turn.say(turn.phrase("desk_no_address"))
            return ASIDE
        by, new_id = self.names.of(learner_id), turn.universe.new_id
        token = give(connection, self.names, by, learner_id, turn.universe.now, new_id() + new_id())
        place = PLACE + token if turn.profile.keeps_log else f"{self.address}{PLACE}{token}"
        turn.entrust(turn.phrase("desk_link", noi=place))
        return ANSWERED


DESK = ACTING - {"instructor"}
"""Roles that have something to do there: an instructor guides in the chat."""


def give(
    connection: Connection, names: Pseudonyms, by: str, learner_id: str, now: datetime, token: str,
    lasts: timedelta = LASTS,
) -> str:  # fmt: skip
    """Let the bearer of `token`, which nobody can guess, in as this person, once; a former link is worth nothing."""
    invitations.withdraw_desk(connection, learner_id)
    row = InvitationRow(names.code(token), "desk", "", None, None, learner_id, by, now, now + lasts)
    invitations.add(connection, [row])
    people.note(connection, AuditRow(now, by, "desk_link", names.of(learner_id), ""))
    return token
