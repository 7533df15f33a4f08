"""Commands of an officer who holds a meeting."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class BeginMeeting(ServiceCommand):
    """An officer holds a meeting."""


@dataclass(frozen=True, slots=True)
class ShowMeetingAreas(ServiceCommand):
    """Areas for which the officer can hold a meeting, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingArea(ServiceCommand):
    """The meeting is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowMeetingLessons(ServiceCommand):
    """Lessons that can be held at a meeting, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingLesson(ServiceCommand):
    """The meeting holds this lesson."""

    lesson_id: str


@dataclass(frozen=True, slots=True)
class ResumeMeeting(ServiceCommand):
    """The lesson of the meeting goes on where it was left."""


@dataclass(frozen=True, slots=True)
class TickAttendant(ServiceCommand):
    """Somebody has come to the meeting `mark`, or has not."""

    page: int
    mark: str
    who: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class ShowRoll(ServiceCommand):
    """Whom to tick as present at the meeting, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class CloseMeeting(ServiceCommand):
    """The meeting is over."""


@dataclass(frozen=True, slots=True)
class LeaveMeeting(ServiceCommand):
    """The meeting is not held after all, as long as it has no lesson."""


@dataclass(frozen=True, slots=True)
class EndGroupLesson(ServiceCommand):
    """The lesson of the meeting has come to its end."""


@dataclass(frozen=True, slots=True)
class AskMeetingAgain(ServiceCommand):
    """The open question of the meeting once more."""


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
