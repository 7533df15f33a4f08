"""Who comes to which page: roles × areas × pages, looks and deeds. Whom a page is for is written by hand, row by row.

A page that is not in `MAY` fails, so that none can be forgotten; so does one whose address names what is not filled in.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desk.pages.table import PAGES
from bot.desk.policy.entering import form_key
from bot.desk.visit import DeskPage
from bot.people.policy.permissions import OPERATOR
from storage.engine import schema
from storage.engine.database import Connection, open_database
from tests.support.desk_house import BRANCH, FOREIGN_BRANCH, OTHER, PROVINCE, WARD, DeskBrowser, DeskHouse, desk_house
from tests.support.harness import empty_database, everything

VISITORS = {
    "officer of the branch": ("officer", BRANCH), "officer of the ward": ("officer", WARD),
    "officer of the province": ("officer", PROVINCE), "officer of another ward": ("officer", OTHER),
    "officer of another branch": ("officer", FOREIGN_BRANCH), "editor": ("editor", PROVINCE),
    "admin": ("admin", PROVINCE),
}  # fmt: skip
ANSWERS = {"officer of the branch", "officer of the ward", "officer of the province", "admin"}
"""Whoever answers for the branch in which whom the addresses name lives."""
OFFICERS = ANSWERS | {"officer of another ward", "officer of another branch"}
ANYBODY = set(VISITORS)
MAY = {
    "": OFFICERS, "people": OFFICERS, "import": OFFICERS, "import/check": OFFICERS, "invite": OFFICERS,
    "invite/codes": OFFICERS, "person/{person}": ANSWERS, "person/{person}/correct": ANSWERS,
    "person/{person}/same": ANSWERS, "person/{person}/kept": ANSWERS, "person/{person}/withdraw": ANSWERS,
    "person/{person}/delete": ANSWERS, "me": ANYBODY, "me/password": ANYBODY, "me/out": ANYBODY, "audit": {"admin"},
}  # fmt: skip
NAME = "Mộng Điệp"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    await empty_database(tmp_path / "camtay.db")
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    await schema.ensure(database)
    async with desk_house(database, tmp_path) as made:
        yield made
    await database.close()


def test_every_page_is_here():
    assert [page.path for page in PAGES if page.path not in MAY] == []
    assert set(MAY) == {page.path for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path or "today")
async def test_whom_a_page_lets_in(house: DeskHouse, page: DeskPage):
    lan = await house.person(NAME, "learner", BRANCH)
    hers, gone = (re.sub(r"\{person\}", each, page.path) for each in (lan, "p-000000000000"))
    assert "{" not in hers, "what an address names has to be here as well"
    for who, (role, area) in VISITORS.items():
        learner_id = await house.person("Cúc", role, area)
        async with house.browser(learner_id) as browser:
            allowed = who in MAY[page.path]
            before = await house.database.read(_but_the_audit)
            looked = await _look(browser, page, hers)
            done = await _deed(browser, page, hers)
            answers = {200, 303, 400} if allowed else {404}
            assert {looked, done} <= {*answers, None}, f"{who} looks: {looked}, does: {done}"
            if not allowed:
                assert await house.database.read(_but_the_audit) == before, f"{who} has changed something"
                assert not page.show or NAME not in await browser.get(hers, 404)
            if gone != hers:
                assert {await _look(browser, page, gone), await _deed(browser, page, gone)} <= {404, None}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path or "today")
async def test_nobody_is_let_in_nor_who_acts_for_nobody_any_more(house: DeskHouse, page: DeskPage):
    lan, cuc = await house.person(NAME, "learner", BRANCH), await house.person("Cúc", "officer", BRANCH)
    path = page.path.replace("{person}", lan)
    async with house.browser() as browser:
        assert await _look(browser, page, path) in (303, None)
        assert await _deed(browser, page, path, keyed=False) in (403, None)
    async with house.browser(cuc) as browser:
        await house.officers.people.suspend(OPERATOR, cuc, "officer")
        assert await _look(browser, page, path) in (303, None)
        assert await _deed(browser, page, path) in (303, 401, 403, None)


async def _look(browser: DeskBrowser, page: DeskPage, path: str) -> int | None:
    if page.show is None:
        return None
    async with browser.session.get(f"{browser.house.url}desk/{path}", allow_redirects=False) as response:
        return response.status


async def _deed(browser: DeskBrowser, page: DeskPage, path: str, *, keyed: bool = True) -> int | None:
    """Its form with nothing in it but what makes it a form."""
    if page.do is None:
        return None
    form = {"x": "1", **({"form_key": form_key(browser.token)} if keyed else {})}
    async with browser.session.post(f"{browser.house.url}desk/{path}", data=form, allow_redirects=False) as response:
        return response.status


def _but_the_audit(connection: Connection) -> str:
    return "\n".join(line for line in everything(connection).splitlines() if "refused" not in line)
