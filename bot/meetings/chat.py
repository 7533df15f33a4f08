"""A branch's meeting in an officer's chat: the area, the lesson, the roll, the end.

The meeting itself lives in the officer's conversation (`bot.tutor.state.Meeting`), who came in `attendance`: a break
loses neither.
"""

from __future__ import annotations

from typing import assert_never

from bot.meetings.policy import commands as asked
from bot.meetings.policy import meeting
from bot.meetings.policy.commands import MeetingCommand
from bot.meetings.policy.meeting import A_PAGE, Attendant
from bot.people.granting import actor_of
from bot.people.pseudonyms import Pseudonyms
from bot.tutor import lessons
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import Meeting
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.meetings import meetings as kept
from storage.people import areas, people
from storage.people.areas import AreaRow
from storage.people.records import AuditRow

ACTION = "meet"


class Meetings:
    def __init__(self, names: Pseudonyms) -> None:
        self.names = names

    def carry_out(self, connection: Connection, turn: TurnContext, command: MeetingCommand) -> CommandOutcome:
        """Do it if this officer may hold a meeting, which is asked each time: a suspension may have come since."""
        held = turn.state.meeting
        place = areas.get(connection, held.area_id) if held else None
        if held is None or place is None:
            return self._outside(connection, turn, command)
        if not self._may(connection, turn, place):
            self._refuse(connection, turn, place.area_id)
            return ANSWERED
        return self._inside(connection, turn, held, place, command)

    # --- before it begins ---

    def _outside(self, connection: Connection, turn: TurnContext, command: MeetingCommand) -> CommandOutcome:
        match command:
            case asked.BeginMeeting() | asked.ShowRoll() | asked.AskMeetingAgain():
                self._begin(connection, turn, 0)
            case asked.ShowMeetingAreas(page):
                self._begin(connection, turn, page)
            case asked.PickMeetingArea(area_id):
                place = areas.get(connection, area_id)
                if place is None or not self._may(connection, turn, place):
                    self._refuse(connection, turn, place.area_id if place else "")
                else:
                    self._gather(connection, turn, place)
            case (
                asked.ShowMeetingLessons() | asked.PickMeetingLesson() | asked.ResumeMeeting() | asked.TickAttendant()
                | asked.CloseMeeting() | asked.LeaveMeeting() | asked.EndGroupLesson()
            ):  # fmt: skip
                turn.change(offer=(), pending="")
                return ASIDE  # these only mean something while one is held
            case _:
                assert_never(command)
        return ANSWERED

    def _begin(self, connection: Connection, turn: TurnContext, page: int) -> None:
        mine = self._areas(connection, turn, page)
        if not mine and not page:
            self._refuse(connection, turn, "")
        elif len(mine) == 1 and not page:
            self._gather(connection, turn, mine[0])
        else:
            meeting.ask_area(turn, areas.told_apart(connection, mine), page)

    def _gather(self, connection: Connection, turn: TurnContext, place: AreaRow) -> None:
        turn.change(meeting=Meeting(turn.universe.new_id(), place.area_id))
        self._note(connection, turn, "meeting_begun", place.area_id)
        meeting.ask_lesson(turn, place.name, 0)

    # --- while it is on ---

    def _inside(
        self, connection: Connection, turn: TurnContext, held: Meeting, place: AreaRow, command: MeetingCommand
    ) -> CommandOutcome:
        match command:
            case asked.PickMeetingLesson(lesson_id) if not held.lesson:
                meeting.begin(turn, held, lesson_id)
            case asked.ResumeMeeting() | asked.PickMeetingLesson() if meeting.has_lesson(turn, held):
                lessons.resume_group(turn, held)
            case asked.TickAttendant():
                self._tick(connection, turn, held, place, command)
            case asked.CloseMeeting():
                self._close(connection, turn, held, place)
            case asked.LeaveMeeting() if not held.lesson:
                turn.change(meeting=None, offer=(), pending="")
                return ASIDE
            case asked.ShowMeetingLessons(page) if not held.lesson:
                meeting.ask_lesson(turn, place.name, page)
            case asked.ShowRoll(page) if held.lesson:
                self._roll(connection, turn, held, place, page)
            case (
                asked.BeginMeeting() | asked.ShowMeetingAreas() | asked.PickMeetingArea() | asked.ShowMeetingLessons()
                | asked.PickMeetingLesson() | asked.ResumeMeeting() | asked.ShowRoll() | asked.LeaveMeeting()
                | asked.EndGroupLesson() | asked.AskMeetingAgain()
            ):  # fmt: skip
                self._show(connection, turn, held, place)
            case _:
                assert_never(command)
        return ANSWERED

    def _show(self, connection: Connection, turn: TurnContext, held: Meeting, place: AreaRow) -> None:
        """Where the meeting stands: its lesson is chosen first, then the roll is kept."""
        if held.lesson:
            self._roll(connection, turn, held, place, 0)
        else:
            meeting.ask_lesson(turn, place.name, 0)

    def _tick(
        self, connection: Connection, turn: TurnContext, held: Meeting, place: AreaRow, command: asked.TickAttendant
    ) -> None:
        """Whoever is not of this area is not ticked, whatever id a button carries."""
        who, came = command.who, kept.came(connection, held.event_id)
        if command.mark == meeting.mark(held) and held.lesson and kept.expected_among(connection, place.path, [who]):
            if not command.is_here:
                kept.untick(connection, held.event_id, who)
            elif who not in came:
                event = {"event_id": held.event_id, "area_id": held.area_id, "lesson": held.lesson}
                event["by"] = self.names.of(turn.person.learner_id)
                kept.tick(connection, event, who, turn.universe.now)
        self._roll(connection, turn, held, place, command.page)

    def _roll(self, connection: Connection, turn: TurnContext, held: Meeting, place: AreaRow, page: int) -> None:
        rows, total = kept.expected(connection, place.path, page * A_PAGE, A_PAGE)
        if not rows and page:
            page = max(0, (total - 1) // A_PAGE)
            rows, total = kept.expected(connection, place.path, page * A_PAGE, A_PAGE)
        came = kept.came(connection, held.event_id)
        listed = [Attendant(who, name, who in came, area if area != place.name else "") for who, name, area in rows]
        meeting.show_roll(turn, held, listed, page, total, kept.count(connection, held.event_id))

    def _close(self, connection: Connection, turn: TurnContext, held: Meeting, place: AreaRow) -> None:
        self._note(connection, turn, "meeting_closed", place.area_id)
        meeting.close(turn, held, place.name, kept.count(connection, held.event_id))

    # --- who may ---

    def _may(self, connection: Connection, turn: TurnContext, place: AreaRow) -> bool:
        return actor_of(connection, self.names, turn.person.learner_id).may(ACTION, place.path)

    def _areas(self, connection: Connection, turn: TurnContext, page: int) -> list[AreaRow]:
        """A page of the branches and groups of the officer's areas, and one more where there is; those areas themselves
        where they have none."""
        paths = actor_of(connection, self.names, turn.person.learner_id).paths(ACTION)
        return areas.smallest(connection, paths, page * A_PAGE, A_PAGE + 1)

    def _refuse(self, connection: Connection, turn: TurnContext, area_id: str) -> None:
        self._note(connection, turn, f"refused_{ACTION}", area_id)
        meeting.refuse(turn)

    def _note(self, connection: Connection, turn: TurnContext, what: str, area_id: str) -> None:
        me = self.names.of(turn.person.learner_id)
        people.note(connection, AuditRow(turn.universe.now, me, what, "", area_id))
