"""An officer asks in chat how the own areas stand, or for a code to invite somebody with."""

from __future__ import annotations

from typing import assert_never
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.kept_counts import KeptCounts
from bot.people.granting import actor_of
from bot.people.policy import codes, invitations
from bot.people.policy.codes import Links
from bot.people.pseudonyms import Pseudonyms
from bot.reports.policy.commands import FigureCommand, InviteMember, ShowTargets
from bot.reports.service import TargetStanding, counter_of, span_of, standing_in, standing_of
from bot.tutor.outcome import ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.people import areas, people
from storage.people import invitations as kept
from storage.people.records import AuditRow, InvitationRow

MOST = 5  # areas of hers that are told about in one message


class Figures:
    def __init__(
        self,
        names: Pseudonyms,
        zone: ZoneInfo,
        links: Links,
        counts: KeptCounts | None = None,
        living_days: int = 30,
    ) -> None:
        """`counts` keeps what is counted beside the chat; None: all is counted in the turn."""
        self.names, self.zone, self.links, self.counts, self.living_days = names, zone, links, counts, living_days

    def carry_out(self, connection: Connection, turn: TurnContext, command: FigureCommand) -> CommandOutcome:
        """Only for areas that the officer answers for."""
        match command:
            case ShowTargets():
                if mine := self._areas(connection, turn, "report"):
                    self._targets(connection, turn, mine)
                    return ASIDE
            case InviteMember():
                if mine := self._areas(connection, turn, "invite_learner"):
                    self._invite(connection, turn, mine[0])
                    return ASIDE
            case _:
                assert_never(command)
        turn.say(turn.phrase("not_yours"))
        return ASIDE

    def _areas(self, connection: Connection, turn: TurnContext, action: str) -> list[areas.AreaRow]:
        """The officer's areas in which this action is allowed, the highest first."""
        paths = actor_of(connection, self.names, turn.person.learner_id).paths(action)
        return areas.at(connection, paths)[:MOST]

    def _targets(self, connection: Connection, turn: TurnContext, mine: list[areas.AreaRow]) -> None:
        for area in mine:
            found, counted = self._standing(connection, turn, area)
            if found is None:
                turn.say(turn.phrase("figures_counting", noi=area.name))
                continue
            values = {"noi": area.name, "so": str(found.families), "song": str(found.living), "thieu": found.missing}
            told = turn.phrase("figures_targets", **values)
            turn.say(f"{told} {turn.phrase('figures_counted', gio=counted)}" if counted else told)

    def _standing(
        self, connection: Connection, turn: TurnContext, area: areas.AreaRow
    ) -> tuple[TargetStanding | None, str]:
        """How an area stands, and when that was counted: of a ward at once (""); of a province, whose count would hold
        up whoever chats, as it was counted beside, None while there is none yet."""
        now = turn.universe.now
        span = span_of(now.astimezone(self.zone).year, now, self.zone, self.living_days)
        if self.counts is None or not self.counts.is_running or not areas.is_whole([area.path]):
            return standing_of(connection, area.path, span), ""
        counted = self.counts.at_once(("targets", span.year), counter_of("targets", span))
        if counted is None:
            return None, ""
        return standing_in(counted.value, area.path), f"{counted.at.astimezone(self.zone):%H:%M}"

    def _invite(self, connection: Connection, turn: TurnContext, area: areas.AreaRow) -> None:
        """Give a code for one member to come, to be read out or sent on."""
        now = turn.universe.now
        code = codes.new_code(turn.universe.new_id())
        while kept.get(connection, self.names.code(code)) is not None:
            code = codes.new_code(turn.universe.new_id())
        until, by = now + invitations.INVITE_LASTS, self.names.of(turn.person.learner_id)
        row = InvitationRow(self.names.code(code), "invite", "learner", area.area_id, None, None, by, now, until)
        kept.add(connection, [row])
        people.note(connection, AuditRow(now, by, "invited_learner", "", area.area_id))
        day = f"{until.astimezone(self.zone):%d/%m}"
        written, links = codes.written(code), self.links.of(code)
        told = turn.phrase("figures_invite", noi=area.name, ma=written, ngay=day)
        to_copy = [(turn.phrase("label_copy", gi=written), written)]
        to_copy += [(turn.phrase("label_copy", gi=urlsplit(link).netloc), link) for link in links]
        turn.entrust("\n\n".join(filter(None, (told, "\n".join(links)))), to_copy)
