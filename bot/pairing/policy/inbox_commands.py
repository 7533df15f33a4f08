"""Commands of an officer about what waits in her areas: requests, strangers, reports, instructors, the telephone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import OfficeCommand


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
