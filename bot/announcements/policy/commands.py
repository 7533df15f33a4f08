"""Commands of an officer who tells something to everybody of an area."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class BeginAnnouncement(ServiceCommand):
    """An officer writes an announcement."""


@dataclass(frozen=True, slots=True)
class PickAnnouncementArea(ServiceCommand):
    """The announcement is for this area."""

    area_id: str


@dataclass(frozen=True, slots=True)
class WriteAnnouncement(ServiceCommand):
    """The text of the announcement was written."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteSource(ServiceCommand):
    """The address of the page where the announcement can be read was written."""

    text: str


@dataclass(frozen=True, slots=True)
class OmitSource(ServiceCommand):
    """The announcement has no page to be read at."""


@dataclass(frozen=True, slots=True)
class RewriteAnnouncement(ServiceCommand):
    """The text is written anew."""


@dataclass(frozen=True, slots=True)
class ShowAnnouncementDraft(ServiceCommand):
    """The draft, as far as it has come, once more."""


@dataclass(frozen=True, slots=True)
class SendAnnouncement(ServiceCommand):
    """The announcement goes out."""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class DropAnnouncement(ServiceCommand):
    """The announcement is not written after all."""


@dataclass(frozen=True, slots=True)
class StopAnnouncement(ServiceCommand):
    """An announcement that is going out stops; empty: asked is, which."""

    announcement_id: str


@dataclass(frozen=True, slots=True)
class ShowAnnouncements(ServiceCommand):
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
