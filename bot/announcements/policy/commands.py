"""Commands of an officer who tells something to everybody of an area."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import OfficeCommand


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
