"""A made-up world to look at: one click, and the browser is the page of one of its people.

These addresses exist only over a database that is marked as made up, and open only to whoever works at this machine
with the key that was printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from aiohttp import web

from bot.channels.webchat.identity import COOKIE, COOKIE_AGE_S

PATH = "/demo/"

PLACES: Mapping[str, str] = {
    "learner": "../",
    "instructor": "../",
    "officer": "../",
    "editor": "../",
}
"""Role → the page that opens, as seen from below `PATH`. Every other way of signing in a made-up person joins here."""


def demo_routes(
    addresses: Mapping[str, str], cookie_of: Callable[[str], str | None], opens: Callable[[web.Request], bool]
) -> Sequence[web.RouteDef]:
    """GET /demo/ROLE. `addresses`: role → the chat of that made-up person; `cookie_of` signs it; `opens` tells who may
    look."""
    answer = partial(_sign_in, addresses, cookie_of, opens)
    return [web.get(PATH + "{role}", answer, allow_head=False)]


async def _sign_in(
    addresses: Mapping[str, str],
    cookie_of: Callable[[str], str | None],
    opens: Callable[[web.Request], bool],
    request: web.Request,
) -> web.Response:
    role = request.match_info["role"]
    if not opens(request) or role not in addresses or role not in PLACES:
        raise web.HTTPNotFound
    response = web.Response(status=303, headers={"Location": PLACES[role], "Cache-Control": "no-store"})
    response.set_cookie(COOKIE, cookie_of(addresses[role]) or "", max_age=COOKIE_AGE_S, httponly=True, samesite="Lax")
    return response
