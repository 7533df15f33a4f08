"""A made-up world to look at: one click, and the browser is the page of one of its people.

These addresses exist only over a database that is marked as made up, and open only to whoever works at this machine
with the key that was printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import web

from bot.channels.webchat.identity import COOKIE, COOKIE_AGE_S
from bot.endpoints import HTML, Endpoint
from bot.officers import OfficerServices
from bot.people import desk_links
from bot.seeding.cast import CastMember

PATH = "/demo/"

AT_DESK = ("officer", "editor", "admin")
SHOWN = ("learner", "instructor", *AT_DESK)
ENDPOINTS = (
    Endpoint(
        "GET",
        f"{PATH}{{role}}",
        "Be one of a made-up world.",
        {303: (), 404: [HTML], 503: [HTML]},
        ["key"],
        guard="here",
    ),
)


def demo_routes(
    cast: Sequence[CastMember],
    officers: OfficerServices,
    cookie_of: Callable[[str], str | None],
    opens: Callable[[web.Request], bool],
) -> Sequence[web.RouteDef]:
    """GET /demo/ROLE: the chat of a made-up person, for who works at the desk a link to it, which a tap spends.

    `cookie_of` signs the browser of a chat; `opens` tells who may look. Without a cast there is none.
    """
    shown = {each.role: each for each in cast if each.role in SHOWN}

    async def sign_in(request: web.Request) -> web.Response:
        who = shown.get(request.match_info["role"])
        if who is None or not opens(request):
            raise web.HTTPNotFound
        place = f"..{await _way_in(officers, who)}" if who.role in AT_DESK else "../"
        response = web.Response(status=303, headers={"Location": place, "Cache-Control": "no-store"})
        signed = cookie_of(who.chat_id) or ""
        response.set_cookie(COOKIE, signed, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax")
        return response

    return [web.get(PATH + "{role}", sign_in, allow_head=False)] if shown else []


async def _way_in(officers: OfficerServices, who: CastMember) -> str:
    names, token = officers.services.names, officers.new_id() + officers.new_id()
    by, her, now = names.of(who.learner_id), who.learner_id, officers.now()
    await officers.database.transact(lambda c: desk_links.give(c, names, by, her, now, token))
    return desk_links.PLACE + token
