"""Commands of an officer: what waits for her, meetings, announcements, figures, codes, vouching."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.policy.command import OfficeCommand

# --- what waits for an officer ---


@dataclass(frozen=True, slots=True)
class ShowInbox(OfficeCommand):
    """What waits in her areas."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowStrangers(OfficeCommand):
    """Cries of people whom nobody knows."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowKept(OfficeCommand):
    """What was kept back between two."""

    line_id: str


@dataclass(frozen=True, slots=True)
class MarkSeen(OfficeCommand):
    """An officer has looked at it."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskUnionPhone(OfficeCommand):
    """The union's number in an area is asked for; empty: of which area?"""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteUnionPhone(OfficeCommand):
    """A number was written."""

    text: str


@dataclass(frozen=True, slots=True)
class DropUnionPhone(OfficeCommand):
    """There is no number of the union there."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowRequest(OfficeCommand):
    """Why a request waits, and who can be asked."""

    request_id: str


@dataclass(frozen=True, slots=True)
class AssignRequest(OfficeCommand):
    """An instructor is asked by name."""

    request_id: str
    instructor_key: str


@dataclass(frozen=True, slots=True)
class ConfirmStranger(OfficeCommand):
    """Where does the stranger live?"""

    request_id: str


@dataclass(frozen=True, slots=True)
class SettleIn(OfficeCommand):
    """The stranger is a member of this area."""

    request_id: str
    area_id: str


@dataclass(frozen=True, slots=True)
class ShowInstructors(OfficeCommand):
    """Who guides in her areas."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowInstructor(OfficeCommand):
    """One instructor, or who asks to be one."""

    person_id: str


@dataclass(frozen=True, slots=True)
class ApproveInstructor(OfficeCommand):
    """Who asked to guide may."""

    person_id: str


@dataclass(frozen=True, slots=True)
class LiftSuspension(OfficeCommand):
    """The suspension for which the button was made is over."""

    person_id: str
    stamp: str


@dataclass(frozen=True, slots=True)
class AskSuspension(OfficeCommand):
    """Is this instructor to be suspended?"""

    person_id: str


@dataclass(frozen=True, slots=True)
class SuspendInstructor(OfficeCommand):
    """The instructor is suspended."""

    person_id: str


InboxCommand = (
    ShowInbox
    | ShowStrangers
    | ShowKept
    | MarkSeen
    | AskUnionPhone
    | WriteUnionPhone
    | DropUnionPhone
    | ShowRequest
    | AssignRequest
    | ConfirmStranger
    | SettleIn
    | ShowInstructors
    | ShowInstructor
    | ApproveInstructor
    | LiftSuspension
    | AskSuspension
    | SuspendInstructor
)

# --- meetings ---


@dataclass(frozen=True, slots=True)
class BeginMeeting(OfficeCommand):
    """An officer holds a meeting."""


@dataclass(frozen=True, slots=True)
class ShowMeetingAreas(OfficeCommand):
    """For which of her areas?"""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingArea(OfficeCommand):
    """It is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowMeetingLessons(OfficeCommand):
    """Which lesson will it be?"""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingLesson(OfficeCommand):
    """It is this lesson."""

    lesson_id: str


@dataclass(frozen=True, slots=True)
class ResumeMeeting(OfficeCommand):
    """The lesson of all goes on."""


@dataclass(frozen=True, slots=True)
class TickAttendant(OfficeCommand):
    """Somebody has come to the meeting `mark`, or has not."""

    page: int
    mark: str
    who: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class ShowRoll(OfficeCommand):
    """Who has come?"""

    page: int


@dataclass(frozen=True, slots=True)
class CloseMeeting(OfficeCommand):
    """It is over."""


@dataclass(frozen=True, slots=True)
class LeaveMeeting(OfficeCommand):
    """It is not held, as long as it has no lesson."""


@dataclass(frozen=True, slots=True)
class EndGroupLesson(OfficeCommand):
    """The lesson of all has come to its end."""


@dataclass(frozen=True, slots=True)
class AskMeetingAgain(OfficeCommand):
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

# --- announcements ---


@dataclass(frozen=True, slots=True)
class BeginAnnouncement(OfficeCommand):
    """An officer writes an announcement."""


@dataclass(frozen=True, slots=True)
class PickAnnouncementArea(OfficeCommand):
    """It is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteAnnouncement(OfficeCommand):
    """What it says."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteSource(OfficeCommand):
    """Where it can be read."""

    text: str


@dataclass(frozen=True, slots=True)
class OmitSource(OfficeCommand):
    """It has no source."""


@dataclass(frozen=True, slots=True)
class RewriteAnnouncement(OfficeCommand):
    """The text is written anew."""


@dataclass(frozen=True, slots=True)
class ShowAnnouncementDraft(OfficeCommand):
    """The draft, as far as it has come, once more."""


@dataclass(frozen=True, slots=True)
class SendAnnouncement(OfficeCommand):
    """It goes out."""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class DropAnnouncement(OfficeCommand):
    """It is not written after all."""


@dataclass(frozen=True, slots=True)
class StopAnnouncement(OfficeCommand):
    """One that is going out stops; empty: which?"""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class ShowAnnouncements(OfficeCommand):
    """How far her announcements have come."""


AnnouncementCommand = (
    BeginAnnouncement
    | PickAnnouncementArea
    | WriteAnnouncement
    | WriteSource
    | OmitSource
    | RewriteAnnouncement
    | ShowAnnouncementDraft
    | SendAnnouncement
    | DropAnnouncement
    | StopAnnouncement
    | ShowAnnouncements
)

# --- figures ---


@dataclass(frozen=True, slots=True)
class ShowTargets(OfficeCommand):
    """How an officer's areas stand."""


@dataclass(frozen=True, slots=True)
class InviteMember(OfficeCommand):
    """A code for somebody to come."""


FigureCommand = ShowTargets | InviteMember

# --- codes that were given out ---


@dataclass(frozen=True, slots=True)
class ListCodes(OfficeCommand):
    """The codes that she may take back."""


@dataclass(frozen=True, slots=True)
class ShowCode(OfficeCommand):
    """One of them."""

    short: str


@dataclass(frozen=True, slots=True)
class TakeCodeBack(OfficeCommand):
    """It is worth nothing any more."""

    short: str


GivenCommand = ListCodes | ShowCode | TakeCodeBack

# --- vouching ---


@dataclass(frozen=True, slots=True)
class AskWhomToVouch(OfficeCommand):
    """Who has lost her phone?"""


@dataclass(frozen=True, slots=True)
class NameWhomToVouch(OfficeCommand):
    """A name was written."""

    text: str


@dataclass(frozen=True, slots=True)
class VouchFor(OfficeCommand):
    """A code for this learner's new phone."""

    learner_id: str


VouchingCommand = AskWhomToVouch | NameWhomToVouch | VouchFor
