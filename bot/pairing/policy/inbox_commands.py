"""Commands of an officer about what waits in her areas: requests, strangers, reports, instructors, the telephone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ShowInbox(ServiceCommand):
    """What waits in her areas."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowStrangers(ServiceCommand):
    """Cries of people whom nobody knows."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowKept(ServiceCommand):
    """What was kept back between two."""

    line_id: str


@dataclass(frozen=True, slots=True)
class MarkSeen(ServiceCommand):
    """An officer has looked at it."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskUnionPhone(ServiceCommand):
    """The union's number in an area is asked for; empty: of which area?"""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteUnionPhone(ServiceCommand):
    """A number was written."""

    text: str


@dataclass(frozen=True, slots=True)
class DropUnionPhone(ServiceCommand):
    """There is no number of the union there."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowRequest(ServiceCommand):
    """Why a request waits, and who can be asked."""

    request_id: str


@dataclass(frozen=True, slots=True)
class AssignRequest(ServiceCommand):
    """An instructor is asked by name."""

    request_id: str
    instructor_key: str


@dataclass(frozen=True, slots=True)
class ConfirmStranger(ServiceCommand):
    """Where does the stranger live?"""

    request_id: str


@dataclass(frozen=True, slots=True)
class SettleIn(ServiceCommand):
    """The stranger is a member of this area."""

    request_id: str
    area_id: str


@dataclass(frozen=True, slots=True)
class ShowInstructors(ServiceCommand):
    """Who guides in her areas."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowInstructor(ServiceCommand):
    """One instructor, or who asks to be one."""

    person_id: str


@dataclass(frozen=True, slots=True)
class ApproveInstructor(ServiceCommand):
    """Who asked to guide may."""

    person_id: str


@dataclass(frozen=True, slots=True)
class LiftSuspension(ServiceCommand):
    """The suspension for which the button was made is over."""

    person_id: str
    stamp: str


@dataclass(frozen=True, slots=True)
class AskSuspension(ServiceCommand):
    """Is this instructor to be suspended?"""

    person_id: str


@dataclass(frozen=True, slots=True)
class SuspendInstructor(ServiceCommand):
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
