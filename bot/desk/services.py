"""What the pages of the desk work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.desk.entrance import Entrance
from bot.officers import OfficerServices
from bot.publishing.library import LiveLessons
from bot.studio.rooms import StudioRooms, rooms_of


@dataclass(frozen=True, slots=True)
class DeskServices:
    """`title` is what the tutor is called, `union` whose it is, `address` that of the whole page ("" is not known)."""

    officers: OfficerServices
    entrance: Entrance
    now: Callable[[], datetime]
    zone: ZoneInfo
    title: str
    union: str
    address: str
    lessons: StudioRooms | None = None


def desk_of(officers: OfficerServices, library: LiveLessons | None = None) -> DeskServices:
    """The desk over the services of officers; with the lessons of a running tutor editors have their studio."""
    settings = officers.settings
    entrance = Entrance(officers.database, officers.services.names, officers.now, officers.new_id)
    zone, union = ZoneInfo(settings.time.zone), settings.placeholders.get("ten_hoi", settings.tutor.union)
    rooms = rooms_of(settings, library, officers.now) if library else None
    return DeskServices(
        officers, entrance, officers.now, zone, settings.tutor.name, union, settings.web.public_url, rooms
    )
