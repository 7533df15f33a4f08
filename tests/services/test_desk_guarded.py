"""Every form and every address of the desk, as somebody who means harm would ask for it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from sqlalchemy import update
from yarl import URL

from bot.desk import frame
from bot.desk.pages.table import PAGES
from bot.desk.policy.entering import form_key
from bot.desk.routes import COOKIE
from bot.desk.visit import DeskPage
from bot.people.policy.permissions import OPERATOR
from storage.engine import schema
from storage.engine.database import Connection, open_database
from storage.people import people
from storage.people import tables as people_t
from tests.services.test_desk import report
from tests.services.test_desk_access import ASKED, FILLED, filled, of_hers, put_answer
from tests.services.test_library import folder
from tests.support.desk_house import BRANCH, OTHER, PROVINCE, WARD, DeskBrowser, DeskHouse, desk_house
from tests.support.harness import empty_database, everything, rows_of

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
    put_answer(folder)
    async with desk_house(database, tmp_path / "data", lessons=folder) as made:
        made.report = report(made.clock.now())
        yield made
    await database.close()


async def test_no_form_is_taken_without_the_key_of_this_browser_from_a_page_of_ours(house: DeskHouse):
    nga = await house.person("Nga", "learner", BRANCH)
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
            found = {**FILLED, "person": lan, "other": nga, "id": await of_hers(house, page, lan)}
            before = await house.database.read(_but_looks)
            for carried, headers in tries:
                form = {"act": "end", "sure": "yes", **({} if carried is None else {"form_key": carried})}
                said = await browser.post(filled(page.path, found), form, 403, keyed=False, **headers)
                assert "chưa có gì thay đổi" in said, page.path
                sent += 1
            assert await house.database.read(_but_looks) == before, page.path
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
    nga = await house.person("Nga", "learner", BRANCH)
    lan, admin = await house.person("Lan", "learner", BRANCH), await house.person("Quản", "admin", PROVINCE)
    async with house.browser(admin) as browser, house.browser() as nobody:
        asked = 0
        for page in PAGES:
            found = {**FILLED, "person": lan, "other": nga, "id": await of_hers(house, page, lan)}
            for evil in ELSEWHERE:
                hers, odd = filled(page.path, found), filled(page.path, dict.fromkeys(found, quote(evil, safe="")))
                asked += await _asks(browser, page, hers, evil) + await _asks(browser, page, odd, evil)
                asked += await _asks(nobody, page, odd, evil) if evil == LINES else 0
        assert asked > 900


def _but_looks(connection: Connection) -> str:
    """All that is kept; not the audit, in which her own page stands that was shown to her again."""
    return "\n".join(line for line in everything(connection).splitlines() if not line.startswith("audit: "))


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


# --- a page that stood open meanwhile ----------------------------------------------------------------

NEWS = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."


async def test_what_was_typed_into_a_page_from_before_is_there_to_be_sent_again(house: DeskHouse):
    """She came in anew in another tab: the form's key is an old one, and the page gives it back with a new one."""
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        older, form = form_key("0" * 64), {"area": WARD, "text": NEWS, "link": ""}
        page = await browser.post("announcements", {**form, "form_key": older}, 403, keyed=False)
        assert "Đọc lại rồi gửi lần nữa" in page and NEWS in page and form_key(browser.token) in page
        assert not await house.database.read(lambda c: rows_of(c, "announcement"))
        assert (await browser.post("announcements", form)).startswith("./announcement/")
        foreign = {**form, "form_key": older}
        said = await browser.post("announcements", foreign, 403, keyed=False, Origin="https://evil.example")
        assert NEWS not in said, "what another site has sent is shown to nobody"


@pytest.mark.parametrize("way", ["time", "demotion", "put out", "signed out"])
async def test_what_she_typed_before_she_was_out_is_shown_to_be_copied(house: DeskHouse, way: str):
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as browser, house.browser(cuc) as other:
        await browser.get("announcements")
        match way:
            case "time":
                house.clock.passes(hours=12)
            case "demotion":
                await house.officers.people.suspend(OPERATOR, cuc, "officer")
            case "put out":
                await other.post("me/out", {"browser": "others"})
            case "signed out":
                await browser.post("out", {})
        form = {"area": WARD, "text": NEWS, "link": "", "password": "mật khẩu của ai đó"}
        page = await browser.post("announcements", form, 401)
        assert "Chị đã ra khỏi bàn làm việc" in page and NEWS in page and "mật khẩu của" not in page
        assert not await house.database.read(lambda c: rows_of(c, "announcement"))


async def test_a_stolen_session_is_over_wherever_it_is_used_once_she_puts_it_out(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as hers, house.browser(cuc) as safe, house.browser() as thief:
        thief.session.cookie_jar.update_cookies({COOKIE: hers.token})
        thief.token = hers.token
        await thief.get("me")
        await safe.post("me/out", {"browser": "others"})
        for path in ("", "me", "people"):
            await thief.get(path, 303)
        await thief.post("me/password", {"login": "ke.trom", "password": "con mèo leo cây cau"}, 401)
        await safe.get("me")


async def test_an_officer_who_lost_an_area_while_she_looked_does_nothing_there(house: DeskHouse):
    lan, cuc = await house.person("Lan", "learner", WARD), await house.person("Cúc", "officer", WARD)
    async with house.browser(cuc) as browser:
        await browser.get(f"person/{lan}/correct")
        await house.database.transact(lambda c: _moves(c, cuc))
        said = await browser.post(f"person/{lan}/correct", {"name": "Mai", "agreed": "1"}, 404)
        assert "không thuộc việc của chị" in said and "Lan" not in said
        assert (await house.database.read(lambda c: people.name_of(c, lan))) == "Lan"
        await browser.get("people")


def _moves(connection: Connection, learner_id: str) -> None:
    mine = people_t.role.c.learner_id == learner_id
    connection.execute(update(people_t.role).where(mine).values(area_id=OTHER))


async def test_a_page_of_an_older_program_still_works_or_says_what_to_do(house: DeskHouse):
    """Its form lacks what came later and has what is gone; its style and script have other names."""
    nga = await house.person("Nga", "learner", BRANCH)
    lan, admin = await house.person("Lan", "learner", BRANCH), await house.person("Quản", "admin", PROVINCE)
    async with house.browser(admin) as browser:
        for page in PAGES:
            if page.do is None:
                continue
            path = filled(page.path, {**FILLED, "person": lan, "other": nga, "id": await of_hers(house, page, lan)})
            form = {"act": "mot-viec-cu", "o_cu": "1", "form_key": form_key(browser.token)}
            async with browser.session.post(f"{house.url}desk/{path}", data=form, allow_redirects=False) as answer:
                assert answer.status in (200, 303, 400), (page.path, answer.status)
                assert answer.status != 400 or 'role="alert"' in await answer.text() or page.show is None, page.path
        for name in frame.FILES:
            for query, kept in ((f"?{frame.version(name)}", "immutable"), ("?cu", "no-cache"), ("", "no-cache")):
                async with browser.session.get(f"{house.url}desk/{name}{query}") as answer:
                    assert answer.status == 200 and kept in answer.headers["Cache-Control"]
