"""Drills in chat: sent when their time has come and nothing speaks against it, answered, told over the months; an
officer pauses them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.kept_counts import KeptCounts
from bot.pairing.policy import lines
from bot.people.granting import actor_of
from bot.people.pseudonyms import Pseudonyms
from bot.scams.policy import drilling
from bot.scams.policy.commands import (
    AnswerDrill,
    DrillCommand,
    DueDrill,
    PauseDrills,
    ShowAreaDrills,
    ShowOwnDrills,
    StartDrills,
    StopDrills,
)
from bot.tutor import open_step
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import DrillPlan
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.people import areas, people
from storage.people.records import AuditRow
from storage.scams import drills
from storage.scams.drills import DrillCount

MONTHS = 6
"""Months that are told of, this one among them, and over which an area is counted."""
USUAL = 20  # lessons begun, by which the usual hours are known
LEAST = 5  # people of whom an average may be told: of four everybody in a ward knows who they are
AREAS = 5  # areas of hers that an officer is told about in one message


class DrillChat:
    def __init__(self, names: Pseudonyms, counts: KeptCounts | None = None) -> None:
        """`counts` keeps what is counted beside the chat; None: all is counted in the turn."""
        self.names, self.counts = names, counts

    def carry_out(self, connection: Connection, turn: TurnContext, command: DrillCommand) -> CommandOutcome:
        """Only for whoever has agreed; an officer's acts in the areas that are hers."""
        match command:
            case DueDrill():
                self._due(connection, turn)
                return ANSWERED
            case StartDrills():
                at = drilling.next_at(turn, drills.began_lessons(connection, turn.person.learner_id, USUAL))
                turn.change(drills=DrillPlan("on", at), offer=(), pending="")
                turn.say(turn.phrase("drill_started"))
            case StopDrills():
                turn.change(drills=DrillPlan("off"), offer=(), pending="")
                turn.say(turn.phrase("drill_stopped"))
            case AnswerDrill(said, sample):
                self._answered(connection, turn, said, sample)
                human = ("g:help", turn.phrase("label_ask_human"))
                return CommandOutcome(shows_again=True, under=(human,) if said == "unsure" else ())
            case ShowOwnDrills():
                self._own(connection, turn)
            case PauseDrills(paused):
                self._pause(connection, turn, paused=paused)
            case ShowAreaDrills():
                self._area(connection, turn)
            case _:
                assert_never(command)
        return ASIDE

    # --- a learner's ---

    def _due(self, connection: Connection, turn: TurnContext) -> None:
        """Invite, or send one; put it off where it would not be right now."""
        plan, her, now = turn.state.drills, turn.person.learner_id, turn.universe.now
        if plan is None:
            return
        began = drills.began_lessons(connection, her, USUAL)
        troubled = drills.troubled_at(connection, her, now)
        if troubled is not None and now - troubled < drilling.WEEK:
            drilling.put_off(turn, max(troubled + drilling.WEEK, drilling.next_at(turn, began)))
        elif open_step.is_about_safety(turn) or turn.state.pending or lines.is_writing(turn):
            drilling.put_off(turn, now + drilling.BUSY)
        elif drills.is_paused(connection, her):
            drilling.put_off(turn, drilling.next_at(turn, began))
        elif plan.mode == "due":
            drilling.invite(turn)
        elif drills.unanswered(connection, her, drilling.MISSED):
            turn.change(drills=DrillPlan("off"))
        elif plan.mode == "on":
            self._send(connection, turn, began)
        else:
            turn.change(drills=DrillPlan(plan.mode))

    def _send(self, connection: Connection, turn: TurnContext, began: list[datetime]) -> None:
        month = turn.universe.now.astimezone(turn.book.zone).month
        samples, tried = turn.book.drills.in_month(month), drills.tried(connection, turn.person.learner_id)
        drill = drilling.choose(samples, tried, turn.universe.rng)
        if drill is None:
            drilling.put_off(turn, drilling.next_at(turn, began))
            return
        drills.sent(connection, turn.person.learner_id, drill.id, turn.universe.now)
        drilling.show(turn, drill, drilling.next_at(turn, began))

    def _answered(self, connection: Connection, turn: TurnContext, said: str, sample: str) -> None:
        her, now = turn.person.learner_id, turn.universe.now
        drill, found = turn.book.drills.by_id.get(sample), drills.open_drill(connection, her, sample)
        turn.change(offer=(), pending="")
        if drill is None or found is None:
            turn.say(turn.phrase("drill_over"))
            return
        drill_id, sent_at = found
        drills.answer(connection, drill_id, said, now, right=drilling.is_right(drill, said))
        if plan := turn.state.drills:
            turn.change(drills=DrillPlan(plan.mode, plan.at))
        drilling.explain(turn, drill, said)
        if drilling.is_hasty(now - sent_at, drills.last_said(connection, her, drilling.SAME)):
            turn.say(turn.phrase("drill_hasty"))
        else:
            turn.say(self._month(connection, turn, 0))

    def _month(self, connection: Connection, turn: TurnContext, ago: int) -> str:
        """How many of a month's were recognised; empty where none was answered."""
        begins = drilling.months(turn.universe.now.astimezone(turn.book.zone), ago + 1)[ago]
        until = turn.universe.now + timedelta(seconds=1)  # what was answered just now too
        if ago:
            until = drilling.months(turn.universe.now.astimezone(turn.book.zone), ago)[ago - 1]
        right, total = drills.result(connection, turn.person.learner_id, begins, until)
        values = {"thang": f"{begins:%m/%Y}", "dung": str(right), "tong": str(total)}
        return turn.phrase("drill_month" if not ago else "drill_month_before", **values) if total else ""

    def _own(self, connection: Connection, turn: TurnContext) -> None:
        told = [self._month(connection, turn, ago) for ago in range(MONTHS)]
        turn.say("\n".join(filter(None, told)) or turn.phrase("drill_none"))

    # --- an officer's ---

    def _areas(self, connection: Connection, turn: TurnContext) -> list[areas.AreaRow]:
        paths = actor_of(connection, self.names, turn.person.learner_id).paths("drill")
        return areas.at(connection, paths)[:AREAS]

    def _pause(self, connection: Connection, turn: TurnContext, *, paused: bool) -> None:
        mine = self._areas(connection, turn)
        if not mine:  # whoever answers for no area means the own ones
            self.carry_out(connection, turn, StopDrills() if paused else StartDrills())
            return
        ids, by, now = [each.area_id for each in mine], self.names.of(turn.person.learner_id), turn.universe.now
        if paused:
            drills.pause(connection, ids, by, now)
        else:
            drills.resume(connection, ids)
        for each in mine:
            people.note(
                connection, AuditRow(now, by, "paused_drills" if paused else "resumed_drills", "", each.area_id)
            )
        names = ", ".join(each.name for each in mine)
        turn.say(turn.phrase("drill_paused" if paused else "drill_resumed", noi=names))

    def _area(self, connection: Connection, turn: TurnContext) -> None:
        """The average of each own area; of fewer than five people nothing is told."""
        mine = self._areas(connection, turn)
        since = drilling.months(turn.universe.now.astimezone(turn.book.zone), MONTHS)[-1]
        for each in mine:
            count = self._count(connection, each.path, since)
            if count is None:
                turn.say(turn.phrase("figures_counting", noi=each.name))
                continue
            if count.people < LEAST:
                turn.say(turn.phrase("drill_area_few", noi=each.name))
                continue
            share = str(round(100 * count.right / count.answers))
            turn.say(turn.phrase("drill_area", noi=each.name, nguoi=str(count.people), phan_tram=share))
        if not mine:
            turn.say(turn.phrase("not_yours"))

    def _count(self, connection: Connection, path: str, since: datetime) -> DrillCount | None:
        """Of a ward at once; of a province as it was counted beside the chat, None while it is not yet."""
        if self.counts is None or not self.counts.is_running or not areas.is_whole([path]):
            return drills.count_below(connection, path, since)
        counted = self.counts.at_once(("drills", path), lambda c: drills.count_below(c, path, since))
        return counted.value if counted else None
