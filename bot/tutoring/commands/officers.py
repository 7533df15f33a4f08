"""Commands of an officer: what waits, meetings, announcements, figures, codes, vouching."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutoring.commands.command import OfficeCommand

# --- what waits for an officer ---


@dataclass(frozen=True, slots=True)
class ShowInbox(OfficeCommand):
    """What waits in an officer's areas, a page of it."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowStrangers(OfficeCommand):
    """Cries of people whom nobody of the union knows, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowKept(OfficeCommand):
    """What was kept back between the two people of a line."""

    line_id: str


@dataclass(frozen=True, slots=True)
class MarkSeen(OfficeCommand):
    """An officer has looked at what was kept back on this line."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskUnionPhone(OfficeCommand):
    """An officer wants to write the union's number for an area; empty: asked is, of which area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteUnionPhone(OfficeCommand):
    """The union's number was written for the area just asked about."""

    text: str


@dataclass(frozen=True, slots=True)
class DropUnionPhone(OfficeCommand):
    """The union has no number in this area any more."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowRequest(OfficeCommand):
    """Why a request waits, and which instructors an officer can ask."""

    request_id: str


@dataclass(frozen=True, slots=True)
class AssignRequest(OfficeCommand):
    """An officer asks one instructor by name."""

    request_id: str
    instructor_key: str


@dataclass(frozen=True, slots=True)
class ConfirmStranger(OfficeCommand):
    """An officer knows who a stranger is; asked is, where that person lives."""

    request_id: str


@dataclass(frozen=True, slots=True)
class SettleIn(OfficeCommand):
    """The stranger is a member of this area."""

    request_id: str
    area_id: str


@dataclass(frozen=True, slots=True)
class ShowInstructors(OfficeCommand):
    """The instructors of an officer's areas, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowInstructor(OfficeCommand):
    """One instructor, or somebody who asks to be one."""

    person_id: str


@dataclass(frozen=True, slots=True)
class ApproveInstructor(OfficeCommand):
    """Somebody who asked to be an instructor is one from now on."""

    person_id: str


@dataclass(frozen=True, slots=True)
class LiftSuspension(OfficeCommand):
    """An instructor's suspension is over, if it is still the one that `stamp` names."""

    person_id: str
    stamp: str


@dataclass(frozen=True, slots=True)
class AskSuspension(OfficeCommand):
    """An officer wants to suspend an instructor; asked is, whether that is meant."""

    person_id: str


@dataclass(frozen=True, slots=True)
class SuspendInstructor(OfficeCommand):
    """An instructor is suspended."""

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
    """Areas for which the officer can hold a meeting, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingArea(OfficeCommand):
    """The meeting is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowMeetingLessons(OfficeCommand):
    """Lessons that can be held at a meeting, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class PickMeetingLesson(OfficeCommand):
    """The meeting holds this lesson."""

    lesson_id: str


@dataclass(frozen=True, slots=True)
class ResumeMeeting(OfficeCommand):
    """The lesson of the meeting goes on where it was left."""


@dataclass(frozen=True, slots=True)
class TickAttendant(OfficeCommand):
    """Somebody has come to the meeting `mark`, or has not."""

    page: int
    mark: str
    who: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class ShowRoll(OfficeCommand):
    """Whom to tick as present at the meeting, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class CloseMeeting(OfficeCommand):
    """The meeting is over."""


@dataclass(frozen=True, slots=True)
class LeaveMeeting(OfficeCommand):
    """The meeting is not held after all, as long as it has no lesson."""


@dataclass(frozen=True, slots=True)
class EndGroupLesson(OfficeCommand):
    """The lesson of the meeting has come to its end."""


@dataclass(frozen=True, slots=True)
class AskMeetingAgain(OfficeCommand):
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

# --- announcements ---


@dataclass(frozen=True, slots=True)
class BeginAnnouncement(OfficeCommand):
    """An officer writes an announcement."""


@dataclass(frozen=True, slots=True)
class PickAnnouncementArea(OfficeCommand):
    """The announcement is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteAnnouncement(OfficeCommand):
    """The text of the announcement was written."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteSource(OfficeCommand):
    """The address of the page where the announcement can be read was written."""

    text: str


@dataclass(frozen=True, slots=True)
class OmitSource(OfficeCommand):
    """The announcement has no page to be read at."""


@dataclass(frozen=True, slots=True)
class RewriteAnnouncement(OfficeCommand):
    """The text is written anew."""


@dataclass(frozen=True, slots=True)
class ShowAnnouncementDraft(OfficeCommand):
    """The draft, as far as it has come, once more."""


@dataclass(frozen=True, slots=True)
class SendAnnouncement(OfficeCommand):
    """The announcement goes out."""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class DropAnnouncement(OfficeCommand):
    """The announcement is not written after all."""


@dataclass(frozen=True, slots=True)
class StopAnnouncement(OfficeCommand):
    """An announcement that is going out stops; empty: asked is, which."""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class ShowAnnouncements(OfficeCommand):
    """How far the officer's announcements have come."""


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
    """How an officer's areas stand against the union's target."""


@dataclass(frozen=True, slots=True)
class InviteMember(OfficeCommand):
    """An officer wants a code for one new member."""


FigureCommand = ShowTargets | InviteMember

# --- codes that were given out ---


@dataclass(frozen=True, slots=True)
class ListCodes(OfficeCommand):
    """The codes that somebody has given out and may take back."""


@dataclass(frozen=True, slots=True)
class ShowCode(OfficeCommand):
    """One code that was given out; `short` is the beginning of its hash."""

    short: str


@dataclass(frozen=True, slots=True)
class TakeCodeBack(OfficeCommand):
    """A code that was given out is worth nothing any more."""

    short: str


GivenCommand = ListCodes | ShowCode | TakeCodeBack

# --- vouching ---


@dataclass(frozen=True, slots=True)
class AskWhomToVouch(OfficeCommand):
    """Somebody wants to vouch for a learner who lost a phone; asked is, for whom."""


@dataclass(frozen=True, slots=True)
class NameWhomToVouch(OfficeCommand):
    """The name of the learner who lost a phone was written."""

    text: str


@dataclass(frozen=True, slots=True)
class VouchFor(OfficeCommand):
    """A code for this learner's new phone."""

    learner_id: str


VouchingCommand = AskWhomToVouch | NameWhomToVouch | VouchFor
