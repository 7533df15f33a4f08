"""Commands of an officer about what waits in the own areas: requests, strangers, reports, instructors, the
telephone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ShowInbox(ServiceCommand):
    """What waits in an officer's areas, a page of it."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowStrangers(ServiceCommand):
    """Cries of people whom nobody of the union knows, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowKept(ServiceCommand):
    """What was kept back between the two people of a line."""

    line_id: str


@dataclass(frozen=True, slots=True)
class MarkSeen(ServiceCommand):
    """An officer has looked at what was kept back on this line."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskUnionPhone(ServiceCommand):
    """An officer wants to write the union's number for an area; empty: asked is, of which area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteUnionPhone(ServiceCommand):
    """The union's number was written for the area just asked about."""

    text: str


@dataclass(frozen=True, slots=True)
class DropUnionPhone(ServiceCommand):
    """The union has no number in this area any more."""

    area_id: str


@dataclass(frozen=True, slots=True)
class ShowRequest(ServiceCommand):
    """Why a request waits, and which instructors an officer can ask."""

    request_id: str


@dataclass(frozen=True, slots=True)
class AssignRequest(ServiceCommand):
    """An officer asks one instructor by name."""

    request_id: str
    instructor_key: str


@dataclass(frozen=True, slots=True)
class ConfirmStranger(ServiceCommand):
    """An officer knows who a stranger is; asked is, where that person lives."""

    request_id: str


@dataclass(frozen=True, slots=True)
class SettleIn(ServiceCommand):
    """The stranger is a member of this area."""

    request_id: str
    area_id: str


@dataclass(frozen=True, slots=True)
class ShowInstructors(ServiceCommand):
    """The instructors of an officer's areas, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowInstructor(ServiceCommand):
    """One instructor, or somebody who asks to be one."""

    person_id: str


@dataclass(frozen=True, slots=True)
class ApproveInstructor(ServiceCommand):
    """Somebody who asked to be an instructor is one from now on."""

    person_id: str


@dataclass(frozen=True, slots=True)
class LiftSuspension(ServiceCommand):
    """An instructor's suspension is over, if it is still the one that `stamp` names."""

    person_id: str
    stamp: str


@dataclass(frozen=True, slots=True)
class AskSuspension(ServiceCommand):
    """An officer wants to suspend an instructor; asked is, whether that is meant."""

    person_id: str


@dataclass(frozen=True, slots=True)
class SuspendInstructor(ServiceCommand):
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

CALLED: Mapping[type[InboxCommand], str] = {
    ShowInbox: "list", ShowStrangers: "strangers", ShowKept: "kept", MarkSeen: "seen",
    AskUnionPhone: "phone", WriteUnionPhone: "phone", DropUnionPhone: "nophone",
    ShowRequest: "request", AssignRequest: "ask", ConfirmStranger: "confirm", SettleIn: "in",
    ShowInstructors: "helpers", ShowInstructor: "person", ApproveInstructor: "approve",
    LiftSuspension: "lift", AskSuspension: "pause", SuspendInstructor: "suspend",
}  # fmt: skip
"""How each command is called in the audit when it is refused."""
