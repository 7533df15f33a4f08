"""The one route of the desk, whose modules are read when somebody first comes: who has no officers never does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING

from aiohttp.web import AbstractRouteDef, Request, StreamResponse, route

if TYPE_CHECKING:
    from bot.desk.routes import DeskSite
    from bot.officers import OfficerServices
    from bot.operations.records import OperationsReport
    from bot.publishing.library import LiveLessons


def desk_route(
    officers: OfficerServices,
    operations: Callable[[], Awaitable[OperationsReport]],
    library: LiveLessons,
    key: str,
    asker: Callable[[Request], str],
) -> AbstractRouteDef:
    """All that lies below /desk; `officers`, `operations` and `library` as of `desk_of`,
    `key` and `asker` as of `DeskSite`."""

    @cache
    def site() -> DeskSite:
        from bot.desk.routes import DeskSite
        from bot.desk.services import desk_of

        return DeskSite(desk_of(officers, operations, library), key, asker)

    async def answer(request: Request) -> StreamResponse:
        return await site().answer(request)

    return route("*", "/desk{rest:(/.*)?}", answer)
