"""Commands of an officer who holds a meeting."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class BeginMeeting(ServiceCommand):
    """An officer holds a meeting."""


@dataclass(frozen=True, slots=True)
class ShowMeetingAreas(ServiceCommand):
    """For which of her areas?"""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingArea(ServiceCommand):
    """It is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowMeetingLessons(ServiceCommand):
    """Which lesson will it be?"""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingLesson(ServiceCommand):
    """It is this lesson."""

    lesson_id: str


@dataclass(frozen=True, slots=True)
class ResumeMeeting(ServiceCommand):
    """The lesson of all goes on."""


@dataclass(frozen=True, slots=True)
class TickAttendant(ServiceCommand):
    """Somebody has come to the meeting `mark`, or has not."""

    page: int
    mark: str
    who: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class ShowRoll(ServiceCommand):
    """Who has come?"""

    page: int


@dataclass(frozen=True, slots=True)
class CloseMeeting(ServiceCommand):
    """It is over."""


@dataclass(frozen=True, slots=True)
class LeaveMeeting(ServiceCommand):
    """It is not held, as long as it has no lesson."""


@dataclass(frozen=True, slots=True)
class EndGroupLesson(ServiceCommand):
    """The lesson of all has come to its end."""


@dataclass(frozen=True, slots=True)
class AskMeetingAgain(ServiceCommand):
    """Its open question once more."""


MeetingCommand = (
    BeginMeeting
    | ShowMeetingAreas
    | PickMeetingArea
    | ShowMeetingLessons
    | PickMeetingLesson
    | ResumeMeeting
    | TickAttendant
    | ShowRoll
    | CloseMeeting
    | LeaveMeeting
    | EndGroupLesson
    | AskMeetingAgain
)
