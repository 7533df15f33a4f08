"""Every form and every address of the desk, as somebody who means harm would ask for it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from yarl import URL

from bot.desk.pages.table import PAGES
from bot.desk.policy.entering import form_key
from bot.desk.visit import DeskPage
from storage.engine import schema
from storage.engine.database import open_database
from tests.services.test_desk import report
from tests.services.test_desk_access import ASKED, FILLED, filled, of_hers
from tests.services.test_library import folder
from tests.support.desk_house import BRANCH, PROVINCE, DeskBrowser, DeskHouse, desk_house
from tests.support.harness import empty_database, everything

__all__ = ["folder"]  # the fixture

LINES = "x\r\nX-Evil: 1\r\nSet-Cookie: camtay_desk=evil"
ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example", "%2f%2fevil.example", LINES)
PARTS, PART = "multipart/form-data; boundary=x", 'Content-Disposition: form-data; name="form_key"'
UNREAD = (
    ("application/x-www-form-urlencoded; charset=khong-co", b"a=1", ""),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=1", ""),
    ("application/x-www-form-urlencoded", b"a=1", "gzip"),
    ("application/x-www-form-urlencoded", b"a=\xff", ""), ("multipart/form-data", b"a=1", ""),
    (PARTS, b"a=1", ""), (PARTS, b"--x\r\n\r\n\r\n--x--\r\n", ""), (PARTS, b"--x\r\nno head\r\n\r\n\r\n--x--\r\n", ""),
    (PARTS, f"--x\r\n{PART}\r\nContent-Type: text/plain; charset=no\r\n\r\na\r\n--x--".encode(), ""),
    (PARTS, f"--x\r\n{PART}; filename=\"a\r\nb\"\r\n\r\na\r\n--x--".encode(), ""),
    ("text/plain", b"a=1", ""), ("application/json", b"[", ""),
)  # fmt: skip
"""What comes as a form and is none: its type, its body, how it says it is packed."""
NEXT = ("next", "url", "to", "return", "redirect", "goto", "back")
"""What other programs call where to go on; the desk reads none of them."""


@pytest.fixture
async def house(tmp_path: Path, folder: Path) -> AsyncIterator[DeskHouse]:
    await empty_database(tmp_path / "camtay.db")
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    await schema.ensure(database)
    async with desk_house(database, tmp_path / "data", lessons=folder) as made:
        made.report = report(made.clock.now())
        yield made
    await database.close()


async def test_no_form_is_taken_without_the_key_of_this_browser_from_a_page_of_ours(house: DeskHouse):
    lan, admin = await house.person("Lan", "learner", BRANCH), await house.person("Quản", "admin", PROVINCE)
    async with house.browser(admin) as browser, house.browser(admin) as other:
        key, alien, ours = form_key(browser.token), form_key(other.token), house.url.rstrip("/")
        tries: list[tuple[str | None, dict[str, str]]] = [
            (None, {}), ("", {}), (key[:-1], {}), (key.upper() + "0", {}), ("ключ", {}), (alien, {}),
            (key, {"Origin": "https://evil.example"}), (key, {"Origin": "null"}),
            (key, {"Origin": f"{ours}.evil.example"}), (key, {"Origin": "http://[::1"}),
            (key, {"Sec-Fetch-Site": "cross-site"}), (key, {"Origin": "", "Referer": "https://evil.example/desk/"}),
        ]  # fmt: skip
        sent = 0
        for page in PAGES:
            if page.do is None:
                continue
            found = {**FILLED, "person": lan, "id": await of_hers(house, page, lan)}
            before = await house.database.read(everything)
            for carried, headers in tries:
                form = {"act": "end", "sure": "yes", **({} if carried is None else {"form_key": carried})}
                said = await browser.post(filled(page.path, found), form, 403, keyed=False, **headers)
                assert "chưa có gì thay đổi" in said, page.path
                sent += 1
            assert await house.database.read(everything) == before, page.path
        assert sent >= 12 * 20
        await browser.post("out", {"form_key": alien}, keyed=False)
        await browser.get("me")


@pytest.mark.parametrize("path", ["enter", "vao", "language", "out", "areas", "import", "lessons/mot/check"])
async def test_what_is_no_form_is_refused_and_is_no_fault_of_ours(house: DeskHouse, path: str):
    async with house.browser(await house.person("Quản", "admin", PROVINCE)) as browser:
        for kind, body, packed in UNREAD:
            headers = {"Content-Type": kind, **({"Content-Encoding": packed} if packed else {})}
            address = f"{house.url}desk/{path}"
            async with browser.session.post(address, data=body, headers=headers, allow_redirects=False) as answer:
                assert answer.status in (303, 400, 403), (kind, body)
                assert answer.status == 303 or answer.content_type == "text/html"
        await browser.get("me")


async def test_what_no_database_takes_is_nobodys_name(house: DeskHouse):
    lan, admin = await house.person("Lan", "learner", BRANCH), await house.person("Quản", "admin", PROVINCE)
    async with house.browser(admin) as browser:
        await browser.get(f"people?q=%00&khu={BRANCH}&tt=%00&sau=%00%7C%00")
        await browser.get("person/%00", 404)
        await browser.get(f"person/{lan}%00", 404)
        await browser.post("areas/b-nhat", {"kind": "club", "name": "\0"}, 400)
        assert "\ufffd" in await browser.post(f"areas/{BRANCH}", {"kind": "x", "name": "Câu\0lạc bộ"}, 400)
        await browser.post("lessons/mot/complete", {"text": "a", "line": "9" * 5_000, "col": "²"}, 200)
        await browser.get("play/mot?a=wait:%C2%B2&a=wait:" + "9" * 2_000)


async def test_nobody_is_led_elsewhere_and_no_header_is_written_by_who_asks(house: DeskHouse):
    lan, admin = await house.person("Lan", "learner", BRANCH), await house.person("Quản", "admin", PROVINCE)
    async with house.browser(admin) as browser, house.browser() as nobody:
        asked = 0
        for page in PAGES:
            found = {**FILLED, "person": lan, "id": await of_hers(house, page, lan)}
            for evil in ELSEWHERE:
                hers, odd = filled(page.path, found), filled(page.path, dict.fromkeys(found, quote(evil, safe="")))
                asked += await _asks(browser, page, hers, evil) + await _asks(browser, page, odd, evil)
            asked += await _asks(nobody, page, odd, evil)
        assert asked > 900


async def _asks(browser: DeskBrowser, page: DeskPage, path: str, evil: str) -> int:
    """A look and a deed with this in every name; how many it were."""
    query = urlencode({**dict.fromkeys((*NEXT, *_names(page.asks)), evil)})
    address = URL(f"{browser.house.url}desk/{path}?{query}", encoded=True)
    form = {**dict.fromkeys((*NEXT, *_names(page.fields)), evil), "form_key": form_key(browser.token)}
    asked = 0
    for method, data in (("GET", None), ("POST", form)):
        headers = {"Referer": "https://evil.example/"} if method == "GET" else {}
        async with browser.session.request(
            method, address, data=data, headers=headers, allow_redirects=False
        ) as response:
            to = response.headers.get("Location", "")
            assert response.status < 500, (method, path, evil)
            assert not urlsplit(to).scheme and not urlsplit(to).netloc and not re.search(r"[\\\r\n]|^//", to), to
            assert "X-Evil" not in response.headers and "evil" not in response.headers.get("Set-Cookie", "")
            asked += 1
    return asked


def _names(names: Iterable[str]) -> Iterator[str]:
    return (name.replace("*", "1") for name in names)


async def test_a_name_with_a_line_end_stays_in_the_name_of_the_file(house: DeskHouse):
    """What a file is called is told by ids and words of ours, whatever people and places are called."""
    admin = await house.person("Quản\r\nX-Evil: 1", "admin", PROVINCE)
    async with house.browser(admin) as browser:
        for page in PAGES:
            if not page.gives or page.show is None or "{file}" in page.path:
                continue
            path = f"{filled(page.path, FILLED)}{ASKED.get(page.path, '')}"
            async with browser.session.get(f"{house.url}desk/{path}") as response:
                named = response.headers.get("Content-Disposition", "")
                assert re.fullmatch(r"|attachment; filename\*=UTF-8''[\w.%-]+", named), named
