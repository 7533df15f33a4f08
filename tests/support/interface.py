"""All addresses of the tutor as they are really served: its own, and those that providers post to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aiohttp.web import AbstractRouteDef, Application

from bot import settings
from bot.app import App, pages_of
from bot.channels.provider import Provider
from bot.delivery.accounts import distinct, open_accounts
from bot.delivery.surroundings import surroundings_of
from bot.desk.routes import DeskSite
from bot.desk.services import desk_of
from bot.operations.lag import LoopLag
from bot.seeding.cast import CastMember
from bot.web.access import asker
from tests.support.builders import PROJECT

TOKEN = "42:" + "x" * 35
SECRETS = {
    "TELEGRAM_TOKEN": TOKEN, "ZALO_BOT_TOKEN": TOKEN, "ZALO_APP_SECRET": "s" * 20, "ZALO_OA_SECRET": "s" * 20,
    "ZALO_OA_REFRESH_TOKEN": "t" * 20,
}  # fmt: skip
POSTED_TO = {"telegram.mode": "webhook", "zalo_bot.mode": "webhook", "zalo_oa.app_id": "1", "zalo_oa.oa_id": "2"} | {
    f"{name}.webhook_url": "https://x.example" for name in ("telegram", "zalo_bot", "zalo_oa")
}


def accounts(app: App) -> list[Provider]:
    """One of every messenger, posted to by its provider; a tutor of made-up people has none of its own."""
    given = settings.load(PROJECT / "config.yaml", SECRETS, POSTED_TO)
    return open_accounts(given.channels, surroundings_of(app.database))


def posted(app: App) -> Sequence[AbstractRouteDef]:
    """What those are posted to."""
    now = app.environment.now
    return distinct(route for each in accounts(app) for route in each.routes(app.intake.submit, now))


def served(app: App) -> set[tuple[str, str]]:
    """Method and address of everything; HEAD goes along with GET."""
    made_up = replace(app, cast=[CastMember("learner", "Lan", "x", "x")])
    whole, desk = pages_of(made_up, LoopLag()), Application()
    whole.add_routes(posted(app))
    desk.add_routes(DeskSite(desk_of(app.officers), "k" * 32, asker).routes)
    routes = [route for each in (whole, desk) for route in each.router.routes()]
    found = {(route.method, route.resource.canonical) for route in routes if route.resource is not None}
    return {(method, path) for method, path in found if method != "HEAD" and "{rest}" not in path}
