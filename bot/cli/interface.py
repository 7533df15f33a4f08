"""`./camtay schema --http`: what every address of the tutor takes and answers, as OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from bot.channels.telegram import webhook as telegram
from bot.channels.webchat import endpoints as webchat
from bot.channels.zalo_bot import webhook as zalo_bot
from bot.channels.zalo_oa import webhook as zalo_oa
from bot.desk.endpoints import endpoints as desk
from bot.endpoints import Endpoint, document
from bot.version import VERSION
from bot.web import certificates, demo, guides, media, probes, server
from bot.web.preview import routes as preview

_ROOMS = (webchat, telegram, zalo_bot, zalo_oa, server, probes, media, certificates, preview, demo, guides)


def endpoints() -> Iterator[Endpoint]:
    """All there are, whatever of it an installation has."""
    for room in _ROOMS:
        yield from room.ENDPOINTS
    yield from desk()


def print_interface(write: Callable[[str], object]) -> int:
    """Write the document; 0."""
    write(json.dumps(document(endpoints(), "camtay", VERSION), ensure_ascii=False, indent=1))
    return 0
