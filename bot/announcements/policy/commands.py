"""Commands of an officer who tells something to everybody of an area."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import OfficeCommand


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
