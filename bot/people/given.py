"""Codes that were given out, seen and taken back in chat by whoever may give such codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.people.granting import actor_of
from bot.people.hooks import PairingHooks
from bot.people.leave_word import tell
from bot.people.policy import invitations as pure
from bot.people.policy.officer_commands import GivenCommand, ListCodes, ShowCode, TakeCodeBack
from bot.people.policy.permissions import ACTING, OFFICERS, Actor
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.people import invitations, invitees, people, seats
from storage.people.invitations import GivenRow
from storage.people.records import AuditRow

LISTS = "invite_learner"  # whoever may do this sees codes at all
MOST = 200  # codes that one list holds
SEEN = timedelta(days=30)  # how long a code that was used can still be taken back by a tap


class Given:
    def __init__(self, names: Pseudonyms, hooks: PairingHooks) -> None:
        self.names, self.hooks = names, hooks

    def carry_out(self, connection: Connection, turn: TurnContext, command: GivenCommand) -> CommandOutcome:
        """List, show or take back codes; a code that is not this person's to give is refused and audited."""
        who = actor_of(connection, self.names, turn.person.learner_id)
        match command:
            case ListCodes():
                if not who.paths(LISTS):
                    return self._refuse(connection, turn, who, "list")
                self._list(connection, turn, who)
            case ShowCode(short):
                row = self.find(connection, who, short)
                if row is None:
                    return self._refuse(connection, turn, who, "one")
                pure.show_one(turn, row.code_hash, row.name, row.role, row.area_name, is_used=row.used_by is not None)
            case TakeCodeBack(short):
                row = self.find(connection, who, short)
                if row is None:
                    return self._refuse(connection, turn, who, "back")
                self.take_back(connection, who, row, turn.universe.now, turn.universe.new_id())
                turn.say(turn.phrase("code_taken_back"))
                self._list(connection, turn, who)
            case _:
                assert_never(command)
        return ANSWERED

    def _refuse(self, connection: Connection, turn: TurnContext, who: Actor, what: str) -> CommandOutcome:
        people.note(connection, AuditRow(turn.universe.now, who.name, f"refused_{what}", "", ""))
        turn.say(turn.phrase("not_yours"))
        return ASIDE

    def _list(self, connection: Connection, turn: TurnContext, who: Actor) -> None:
        rows = self.given(connection, who, turn.universe.now)
        pure.show_given(turn, [(row.code_hash, row.name, row.role, row.used_by is not None) for row in rows])

    def given(self, connection: Connection, who: Actor, now: datetime) -> list[GivenRow]:
        """Codes that this person may give: living ones, and those used of late; the newest first."""
        rows = invitations.given(connection, who.paths(LISTS), now, SEEN, MOST)
        return [row for row in rows if who.may(f"invite_{row.role}", row.path)]

    def find(self, connection: Connection, who: Actor, short: str) -> GivenRow | None:
        """The one code whose hash begins with these digits, if this person may give such a code."""
        row = invitations.beginning(connection, short) if len(short) >= pure.SHORT else None
        return row if row is not None and who.may(f"invite_{row.role}", row.path) else None

    def take_back(self, connection: Connection, who: Actor, row: GivenRow, now: datetime, notice_id: str) -> None:
        """The code is worth nothing; whoever used it holds what it brought no more, and the entry is free again."""
        subject = ""
        if row.used_by is not None:
            subject = self.names.of(row.used_by)
            people.end_role(connection, row.used_by, row.role, row.area_id)
            if row.role == "instructor":
                self.hooks.instructor_gone(connection, row.used_by, "taken_back", now)
            if row.role in OFFICERS:
                self.hooks.officer_gone(connection, row.used_by, now)
            if row.role in ACTING:
                seats.forget_shown(connection, row.used_by)
            if row.invitee_id is not None:
                invitees.free(connection, row.invitee_id)
            tell(connection, notice_id, row.used_by, "code_was_taken_back", {"khu": row.area_name}, now)
        invitations.revoke(connection, row.code_hash)
        people.note(connection, AuditRow(now, who.name, f"taken_back_{row.role}", subject, row.area_id))
