"""What the pages of the desk work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.desk.entrance import Entrance
from bot.desk.one_time import OneTimeCodes
from bot.desk.uploads import Uploads
from bot.kept_counts import KeptCounts
from bot.officers import OfficerServices
from bot.operations.records import OperationsReport
from bot.publishing.library import LiveLessons
from bot.studio.rooms import StudioRooms, rooms_of


@dataclass(frozen=True, slots=True)
class DeskServices:
    """`title` is what the tutor is called, `union` whose it is, `address` that of the whole page ("" is not known).

    `operations` tells how the running tutor is; None where none runs around the desk.
    """

    officers: OfficerServices
    entrance: Entrance
    now: Callable[[], datetime]
    zone: ZoneInfo
    title: str
    union: str
    address: str
    counts: KeptCounts
    uploads: Uploads
    operations: Callable[[], Awaitable[OperationsReport]] | None = None
    lessons: StudioRooms | None = None


def desk_of(
    officers: OfficerServices,
    operations: Callable[[], Awaitable[OperationsReport]] | None = None,
    library: LiveLessons | None = None,
) -> DeskServices:
    """The desk over the services of officers, and what tells how the tutor is; with the lessons of a running tutor
    editors have their studio."""
    settings = officers.settings
    shared = officers.database, officers.services.names, officers.now, officers.new_id
    entrance = Entrance(*shared, OneTimeCodes(*shared, settings.tutor.name))
    zone, union = ZoneInfo(settings.time.zone), settings.placeholders.get("ten_hoi", settings.tutor.union)
    rooms, address = rooms_of(settings, library, officers.now) if library else None, settings.web.public_url
    uploads, title = Uploads(officers.database, officers.now), settings.tutor.name
    return DeskServices(
        officers, entrance, officers.now, zone, title, union, address, officers.counts, uploads, operations, rooms
    )
