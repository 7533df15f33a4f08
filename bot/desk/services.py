"""What the pages of the desk work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.desk.entrance import Entrance
from bot.desk.uploads import Uploads
from bot.officers import OfficerServices
from bot.operations.records import OperationsReport


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
    operations: Callable[[], Awaitable[OperationsReport]] | None = None
    uploads: Uploads = field(default_factory=Uploads)


def desk_of(
    officers: OfficerServices, operations: Callable[[], Awaitable[OperationsReport]] | None = None
) -> DeskServices:
    """The desk over the services of officers, and what tells how the tutor is."""
    settings = officers.settings
    entrance = Entrance(officers.database, officers.services.names, officers.now, officers.new_id)
    zone, union = ZoneInfo(settings.time.zone), settings.placeholders.get("ten_hoi", settings.tutor.union)
    return DeskServices(
        officers, entrance, officers.now, zone, settings.tutor.name, union, settings.web.public_url, operations
    )
