"""Commands of an officer who tells something to everybody of an area."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class BeginAnnouncement(ServiceCommand):
    """An officer writes an announcement."""


@dataclass(frozen=True, slots=True)
class PickAnnouncementArea(ServiceCommand):
    """It is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteAnnouncement(ServiceCommand):
    """What it says."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteSource(ServiceCommand):
    """Where it can be read."""

    text: str


@dataclass(frozen=True, slots=True)
class OmitSource(ServiceCommand):
    """It has no source."""


@dataclass(frozen=True, slots=True)
class RewriteAnnouncement(ServiceCommand):
    """The text is written anew."""


@dataclass(frozen=True, slots=True)
class ShowAnnouncementDraft(ServiceCommand):
    """The draft, as far as it has come, once more."""


@dataclass(frozen=True, slots=True)
class SendAnnouncement(ServiceCommand):
    """It goes out."""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class DropAnnouncement(ServiceCommand):
    """It is not written after all."""


@dataclass(frozen=True, slots=True)
class StopAnnouncement(ServiceCommand):
    """One that is going out stops; empty: which?"""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class ShowAnnouncements(ServiceCommand):
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
