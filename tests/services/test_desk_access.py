"""Who comes to which page: roles × areas × pages, looks and deeds. Whom a page is for is written by hand, row by row.

A page that is not in `MAY` fails, so that none can be forgotten; so does one whose address names what is not filled in.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.desk.pages.lessons.table import LESSON_PAGES
from bot.desk.pages.table import PAGES
from bot.desk.policy.entering import form_key
from bot.desk.visit import DeskPage
from bot.people.policy.permissions import OPERATOR
from storage.engine import schema
from storage.engine.database import Connection, open_database
from storage.engine.instants import to_ms
from tests.services.test_desk import report
from tests.services.test_library import folder
from tests.support.desk_house import BRANCH, FOREIGN_BRANCH, OTHER, PROVINCE, WARD, DeskBrowser, DeskHouse, desk_house
from tests.support.desk_scene import asks, put
from tests.support.harness import empty_database, everything

__all__ = ["folder"]  # the fixture

VISITORS = {
    "officer of the branch": ("officer", BRANCH), "officer of the ward": ("officer", WARD),
    "officer of the province": ("officer", PROVINCE), "officer of another ward": ("officer", OTHER),
    "officer of another branch": ("officer", FOREIGN_BRANCH), "editor": ("editor", PROVINCE),
    "admin": ("admin", PROVINCE),
}  # fmt: skip
ANSWERS = {"officer of the branch", "officer of the ward", "officer of the province", "admin"}
"""Whoever answers for the branch in which whom the addresses name lives."""
OFFICERS = ANSWERS | {"officer of another ward", "officer of another branch"}
EDITORS = {"editor", "admin"}
ANYBODY = set(VISITORS)
MAY = {
    "": OFFICERS, "people": OFFICERS, "import": OFFICERS, "import/check": OFFICERS, "import/line": OFFICERS,
    "code": OFFICERS, "invite": OFFICERS, "invite/codes": OFFICERS,
    "person/{person}": ANSWERS, "person/{person}/correct": ANSWERS,
    "person/{person}/same": ANSWERS, "person/{person}/same/{other}": ANSWERS,
    "person/{person}/kept": ANSWERS, "person/{person}/withdraw": ANSWERS,
    "person/{person}/delete": ANSWERS, "me": ANYBODY, "me/password": ANYBODY, "me/code": ANYBODY, "me/out": ANYBODY,
    "audit": {"admin"},
    "operations": {"admin"}, "unheard": EDITORS, "pairings": OFFICERS, "request/{id}": ANSWERS, "areas": ANYBODY,
    "report/{id}": ANSWERS,
    "areas/{id}": ANSWERS, "model/{id}": ANSWERS, "progress": ANYBODY, "progress/{id}": ANSWERS,
    "announcements": OFFICERS, "announcement/{id}": ANSWERS, "meetings": OFFICERS, "meeting/{id}": ANSWERS,
    "guide": ANYBODY, "guide/{who}": ANYBODY, "exports": ANYBODY, "export/{what}": ANSWERS, "month": OFFICERS,
    **dict.fromkeys((page.path for page in LESSON_PAGES), EDITORS),
}  # fmt: skip
NAME = "Mộng Điệp"
FILLED = {
    "lesson": "mot", "number": "1", "file": "x.png", "what": "targets", "who": "learner", "table": "m",
    "answer": "m0-chuong",
}  # fmt: skip
ASKED = {"export/{what}": f"?o={BRANCH}"}
UNKNOWN = {"person": "p-000000000000", "id": "khong-co", "what": "khong-co", "lesson": "khong-co", "who": "khong-co"}


@pytest.fixture
async def house(tmp_path: Path, folder: Path) -> AsyncIterator[DeskHouse]:
    await empty_database(tmp_path / "camtay.db")
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    await schema.ensure(database)
    put_answer(folder)
    async with desk_house(database, tmp_path / "data", lessons=folder) as made:
        yield made
    await database.close()


def put_answer(folder: Path) -> None:
    """The answer that FILLED names."""
    (folder / "answers").mkdir()
    (folder / "answers" / "m.yaml").write_text('- {id: m0-chuong, outline: M0, say: "Có tin.", src: none, ask: []}\n')


def test_every_page_is_here():
    assert [page.path for page in PAGES if page.path not in MAY] == []
    assert set(MAY) == {page.path for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path or "today")
async def test_whom_a_page_lets_in(house: DeskHouse, page: DeskPage):
    lan = await house.person(NAME, "learner", BRANCH)
    other = await house.person(NAME, "learner", BRANCH)
    found = {**FILLED, "person": lan, "other": other, "id": await of_hers(house, page, lan)}
    hers, gone = filled(page.path, found), filled(page.path, {**found, **UNKNOWN})
    assert "{" not in hers, "what an address names has to be here as well"
    house.report = report(house.clock.now())
    for who, (role, area) in VISITORS.items():
        learner_id = await house.person("Cúc", role, area)
        async with house.browser(learner_id) as browser:
            allowed = who in MAY[page.path]
            before = await house.database.read(_but_the_audit)
            did = await _look(browser, page, hers), await _deed(browser, page, hers)
            answers = {200, 303, 400} if allowed else {404}
            answers |= {404} if "{file}" in page.path else set()  # there is none of that name
            answers |= {404} if page.path == "areas" else set()  # an editor looks, and begins no model
            answers |= {303} if not page.path else set()  # the desk's own address leads on
            answers |= {400} if "{id}" in page.path else set()  # of the form; whose it is was not asked yet
            assert set(did) <= {*answers, None}, f"{who}: {did}"
            if not allowed:
                assert await house.database.read(_but_the_audit) == before, f"{who} has changed something"
                assert NAME not in await _seen(browser, page, hers)
            if gone != hers and {"{person}", "{id}"} & set(re.findall(r"\{\w+\}", page.path)):
                lost = await _look(browser, page, gone), await _deed(browser, page, gone)
                assert set(lost) <= {404, 400, None} and (allowed or lost == did), f"{who}: {lost}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path or "today")
async def test_nobody_is_let_in_nor_who_acts_for_nobody_any_more(house: DeskHouse, page: DeskPage):
    lan, cuc = await house.person(NAME, "learner", BRANCH), await house.person("Cúc", "officer", BRANCH)
    path = filled(page.path, {**FILLED, "person": lan, "other": cuc, "id": await of_hers(house, page, lan)})
    async with house.browser() as browser:
        assert await _look(browser, page, path) in (303, None)
        assert await _deed(browser, page, path, keyed=False) in (401, None)
    async with house.browser(cuc) as browser:
        await house.officers.people.suspend(OPERATOR, cuc, "officer")
        assert await _look(browser, page, path) in (303, None)
        assert await _deed(browser, page, path) in (303, 401, 403, None)


def filled(path: str, found: Mapping[str, str]) -> str:
    """An address with something in each of its gaps."""
    return re.sub(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}", lambda gap: found[gap[1]], path)


async def of_hers(house: DeskHouse, page: DeskPage, learner_id: str) -> str:
    """The id of something of hers, or of her branch, of the kind that the page is about."""
    at = to_ms(house.clock.now())
    match page.path.partition("/")[0]:
        case "request":
            return await asks(house, learner_id)
        case "report":
            line_id = await asks(house, learner_id, "help")
            event = {"request_id": None, "pairing_id": line_id, "by": "x", "what": "reported", "detail": "{}"}
            await put(house, "pairing_event", {**event, "at": at})
            return line_id
        case "model":
            row = {"model_id": "mo-1", "kind": "club", "area_id": BRANCH, "name": NAME, "year": 2026, "ended_at": None}
            await put(house, "union_model", row)
            return "mo-1"
        case "announcement":
            row = {"announcement_id": "an-1", "area_id": BRANCH, "body": NAME, "by": "x", "at": at, "state": "draft"}
            await put(house, "announcement", row)
            return "an-1"
        case "meeting":
            came = {"event_id": "me-1", "area_id": BRANCH, "lesson": "mot", "learner_id": learner_id}
            await put(house, "attendance", {**came, "at": at, "by": "x"})
            met = {"event_id": "me-1", "area_id": BRANCH, "lesson": "mot", "by": "x", "begun_at": at, "ended_at": None}
            await put(house, "meeting", met)
            return "me-1"
    return BRANCH


async def _look(browser: DeskBrowser, page: DeskPage, path: str) -> int | None:
    if page.show is None:
        return None
    address = f"{browser.house.url}desk/{path}{ASKED.get(page.path, '')}"
    async with browser.session.get(address, allow_redirects=False) as response:
        return response.status


async def _seen(browser: DeskBrowser, page: DeskPage, path: str) -> str:
    """What stands there for whoever looks and whoever sends the form."""
    address, form = f"{browser.house.url}desk/{path}", {"x": "1", "form_key": form_key(browser.token)}
    looked = browser.session.get(f"{address}{ASKED.get(page.path, '')}")
    async with looked as seen, browser.session.post(address, data=form) as sent:
        return await seen.text() + await sent.text()


async def _deed(browser: DeskBrowser, page: DeskPage, path: str, *, keyed: bool = True) -> int | None:
    """Its form with nothing in it but what makes it a form."""
    if page.do is None:
        return None
    form = {"x": "1", **({"form_key": form_key(browser.token)} if keyed else {})}
    async with browser.session.post(f"{browser.house.url}desk/{path}", data=form, allow_redirects=False) as response:
        return response.status


def _but_the_audit(connection: Connection) -> str:
    return "\n".join(line for line in everything(connection).splitlines() if "refused" not in line)
