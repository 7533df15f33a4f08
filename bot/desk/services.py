"""What the pages of the desk work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.desk.counting import Counts
from bot.desk.entrance import Entrance
from bot.officers import OfficerServices


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
    counts: Counts


def desk_of(officers: OfficerServices) -> DeskServices:
    """The desk over the services of officers."""
    settings = officers.settings
    entrance = Entrance(officers.database, officers.services.names, officers.now, officers.new_id)
    zone, union = ZoneInfo(settings.time.zone), settings.placeholders.get("ten_hoi", settings.tutor.union)
    counts, address = Counts(officers.database.url, officers.now), settings.web.public_url
    return DeskServices(officers, entrance, officers.now, zone, settings.tutor.name, union, address, counts)
