"""An officer or the instructor lets a learner in again, in chat, who has lost a phone."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from bot.people.granting import actor_of, grants_of
from bot.people.policy import codes, vouching
from bot.people.policy import invitations as pure
from bot.people.policy.lists.words import fold
from bot.people.policy.officer_commands import AskWhomToVouch, NameWhomToVouch, VouchFor, VouchingCommand
from bot.people.policy.permissions import OPERATOR_NAME, PERMISSIONS
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.pairing import roster
from storage.people import areas, invitations, people
from storage.people.records import AuditRow, InvitationRow


class Vouching:
    def __init__(self, names: Pseudonyms) -> None:
        self.names = names

    def carry_out(self, connection: Connection, turn: TurnContext, command: VouchingCommand) -> CommandOutcome:
        """Ask for whom, then give the code; a learner this person may not vouch for is refused and audited."""
        match command:
            case AskWhomToVouch():
                return self._begin(connection, turn)
            case NameWhomToVouch(text):
                if not text:
                    return ASIDE
                self._choose(connection, turn, text)
            case VouchFor(learner_id):
                by, now = self.names.of(turn.person.learner_id), turn.universe.now
                if not self.may_vouch(connection, turn.person.learner_id, learner_id):
                    subject = self.names.of(learner_id) if learner_id else ""
                    people.note(connection, AuditRow(now, by, "refused_vouch", subject, ""))
                    turn.say(turn.phrase("not_yours"))
                    return ASIDE
                code = self.give(connection, by, learner_id, now, turn.universe.new_id())
                vouching.give(turn, people.name_of(connection, learner_id), code)
            case _:
                assert_never(command)
        return ANSWERED

    def _begin(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        """An officer writes a name, an instructor chooses among the own learners."""
        if actor_of(connection, self.names, turn.person.learner_id).paths("vouch"):
            vouching.ask_whom(turn)
            return ANSWERED
        guided = roster.guided(connection, turn.person.learner_id) if turn.person.is_instructor else []
        if not guided:
            turn.say(turn.phrase("vouch_how"))
            return ASIDE
        vouching.choose(turn, [(row["learner_id"], row["name"], row["area"]) for row in guided])
        return ANSWERED

    def _choose(self, connection: Connection, turn: TurnContext, text: str) -> None:
        wanted = fold(text[:80])
        rows = people.named_below(connection, actor_of(connection, self.names, turn.person.learner_id).paths("vouch"))
        found = [row for row in rows if wanted and wanted in (fold(row[1]), fold(row[1]).rpartition(" ")[2])]
        if found:
            turn.change(offer=(), pending="")
            vouching.choose(turn, found)
        else:
            vouching.ask_whom(turn, again=True)

    def give(self, connection: Connection, by: str, learner_id: str, now: datetime, new_id: str) -> str:
        """A code, good for a day, by which a learner goes on on a new phone; a former one is worth nothing any more."""
        invitations.withdraw_links(connection, learner_id)
        code = codes.new_code(new_id)
        while invitations.get(connection, self.names.code(code)) is not None:
            code = codes.new_code(code)
        until = now + pure.BACK_LASTS
        row = InvitationRow(self.names.code(code), "back", "", None, None, learner_id, by, now, until)
        invitations.add(connection, [row])
        people.note(connection, AuditRow(now, by, "vouched", self.names.of(learner_id), ""))
        return codes.written(code)

    def is_backed(self, connection: Connection, row: InvitationRow) -> bool:
        """Whether who vouched by this code may vouch for the learner today."""
        learner_id = row.learner_id or ""
        if row.by == OPERATOR_NAME:
            return not _is_suspended(connection, learner_id)
        near = people.holders_above(connection, _home(connection, learner_id), PERMISSIONS["vouch"].roles)
        guide = people.guide_of(connection, learner_id)
        known = {each.learner_id for each in near} | ({guide} if guide else set())
        return any(self.names.of(who) == row.by and self.may_vouch(connection, who, learner_id) for who in known)

    def may_vouch(self, connection: Connection, who: str, learner_id: str) -> bool:
        """See `Actor.may_vouch`; for nobody who is suspended."""
        if who == learner_id or _is_suspended(connection, learner_id):
            return False
        guides, home = people.guide_of(connection, learner_id) == who, _home(connection, learner_id)
        actor = actor_of(connection, self.names, who)
        return actor.may_vouch(home, grants_of(connection, learner_id), guides=guides)


def _home(connection: Connection, learner_id: str) -> str:
    belonging = people.belonging(connection, learner_id)
    return areas.path_of(connection, belonging[1] if belonging else None)


def _is_suspended(connection: Connection, learner_id: str) -> bool:
    return any(row.state == "suspended" for row in people.roles_of(connection, learner_id))
