"""The desk behind a running server, on a real database, and people with roles who come to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

import aiohttp
from aiohttp import web

from bot.desk.entrance import Entrance
from bot.desk.policy.entering import form_key
from bot.desk.routes import COOKIE, DeskSite
from bot.desk.services import desk_of
from bot.media.store import MediaStore
from bot.officers import OfficerServices
from bot.operations.records import OperationsReport
from bot.people import desk_links
from bot.people.policy.permissions import OPERATOR_NAME
from bot.publishing.library import LiveLessons
from bot.settings import load
from bot.web.media import media_routes
from bot.web.server import create_app, start
from storage.conversations import conversations
from storage.engine.database import Connection, Database
from storage.people import areas, people
from storage.people.areas import AreaRow
from storage.people.records import PersonRow, RoleRow
from tests.support.builders import LESSONS, PROJECT, facts, real_book
from tests.support.world import START, Clock

WARD, OTHER, PROVINCE = "w26041", "w26068", "dong-nai"
BRANCH, FOREIGN_BRANCH = "b-nhat", "b-xa"
"""A branch of WARD, a branch of OTHER."""


@dataclass
class DeskHouse:
    """A server, its database and the services behind it; the clock stands still until a test moves it."""

    url: str
    database: Database
    officers: OfficerServices
    clock: Clock
    entrance: Entrance
    report: OperationsReport | None = None
    channel: str = "telegram:1"

    async def person(self, name: str, role: str = "", area_id: str = WARD, chat: str = "") -> str:
        """Somebody who has agreed, with a role, and an address at which she is reached. Her learner_id."""
        learner_id, now = f"p-{uuid4().hex[:12]}", self.clock.now()

        def work(c: Connection) -> None:
            row = PersonRow(learner_id, name, "chị/em", "agreed")
            conversations.add_learner(c, row, self.channel, chat or f"chat-{learner_id}", now)
            if role:
                people.set_role(c, RoleRow(learner_id, role, area_id, "active", OPERATOR_NAME, now))
                people.set_area(c, learner_id, area_id)

        await self.database.transact(work)
        return learner_id

    async def link(self, learner_id: str) -> str:
        """A good link for her, as her chat would give it."""
        token, names = uuid4().hex + uuid4().hex, self.officers.services.names
        await self.database.transact(
            lambda c: desk_links.give(c, names, names.of(learner_id), learner_id, self.clock.now(), token)
        )
        return token

    @asynccontextmanager
    async def browser(self, learner_id: str = "") -> AsyncIterator[DeskBrowser]:
        """A browser of hers that is in; of nobody without an id."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": self.url.rstrip("/")}) as session:
            browser = DeskBrowser(self, session)
            if learner_id:
                browser.token = await self.entrance.by_link(await self.link(learner_id), "Mozilla Chrome Android")
                jar.update_cookies({COOKIE: browser.token})
            yield browser


@dataclass
class DeskBrowser:
    house: DeskHouse
    session: aiohttp.ClientSession
    token: str = ""

    async def get(self, path: str, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> str:
        """The text of a page below the desk, which has to have this status; redirects are not followed. One that waits
        for a count is opened again once that is there."""
        text = await self.get_once(path, status, headers)
        if 'http-equiv="refresh"' in text:
            await self.house.officers.counts.settled()
            text = await self.get_once(path, status, headers)
        return text

    async def get_once(self, path: str, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> str:
        """As `get`, but a page that opens itself again stays as it is."""
        address = f"{self.house.url}desk/{path}"
        async with self.session.get(address, headers=dict(headers), allow_redirects=False) as response:
            text = await response.text()
            assert response.status == status, f"{response.status}: {text[-900:]}"
            return text

    async def post(
        self, path: str, form: Mapping[str, str], status: int = 303, *, keyed: bool = True, **headers: str
    ) -> str:
        """Send a form; what it answers, of a redirect where it leads."""
        data = {**form, **({"form_key": form_key(self.token)} if keyed else {})}
        address = f"{self.house.url}desk/{path}"
        async with self.session.post(address, data=data, headers=headers, allow_redirects=False) as response:
            text = await response.text()
            assert response.status == status, f"{response.status}: {text[-900:]}"
            return response.headers.get("Location", "") if status == 303 else text


@asynccontextmanager
async def desk_house(
    database: Database, data: Path, at: datetime = START, lessons: Path | None = None, port: int = 0
) -> AsyncIterator[DeskHouse]:
    """The desk on a migrated database; two wards with a branch each are there. With `lessons` editors have their studio
    on that folder."""
    clock = Clock(at)
    given = {"data.dir": str(data), "lessons.dir": str(lessons or LESSONS)}
    settings = load(PROJECT / "config.yaml", {}, given)
    officers = OfficerServices(settings, database, clock.now, lambda: uuid4().hex, real_book)
    await database.transact(_branches)
    library = LiveLessons(database, lessons, facts(), store=MediaStore(data / "media")) if lessons else None
    if library:
        await library.open(at)
    made: list[DeskHouse] = []

    async def operations() -> OperationsReport:
        assert made[0].report is not None, "the test says how the tutor is"
        return made[0].report

    desk = desk_of(officers, operations, library)
    site = DeskSite(desk, "k" * 32, lambda request: "127.0.0.1")

    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    shown = media_routes(library.store) if library and library.store else []
    app = create_app(None, well, [web.route("*", "/desk{rest:(/.*)?}", site.answer), *shown])
    runner = await start(app, "127.0.0.1", port)
    port = runner.addresses[0][1]
    try:
        made.append(DeskHouse(f"http://127.0.0.1:{port}/", database, officers, clock, desk.entrance))
        yield made[0]
    finally:
        await runner.cleanup()


def _branches(c: Connection) -> None:
    for area_id, ward in ((BRANCH, WARD), (FOREIGN_BRANCH, OTHER)):
        path = f"{areas.path_of(c, ward)}{area_id}/"
        areas.add(c, [AreaRow(area_id, ward, "branch", f"Chi hội {area_id}", "", path)])
