"""The bell in a real Chromium: its worker shows what is delivered, a page asks for leave, a tap leads to what waits.

A browser's `subscribe` talks to its maker's service: that one call is answered by the test, with keys and an address of
our own push service; all else is the browser's own. What our service was sent is handed to the worker by the debugging
protocol, as the maker's service would.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.chat_page import Chat, no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.e2e.test_browser_app import opened
from tests.e2e.test_browser_people import codes, joins
from tests.support.builders import where_it_is_noon
from tests.support.push_service import PushService, certificate, push_service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((each) => (
  { title: each.title, body: each.body, tag: each.tag, at: each.data.at, stays: each.requireInteraction }))"""
# A browser asked for its notifications while one is being put up forgets that one (Chromium 156): first it is up.
COUNT = """() => {
  const show = self.registration.showNotification.bind(self.registration);
  self.puts = 0;
  self.registration.showNotification = async (...what) => { await show(...what); self.puts += 1; };
}"""
ON = {"token": "kn:is:on", "label": "Bật chuông"}
ASKED = "(nút cũ)"  # by which the conversation of the echo server tells of a button that it did not show
PHONE = {"viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce", "is_mobile": True, "has_touch": True}
START = (
    "import os, sys; os.environ.update(CAMTAY_DATA='{folder}/data', CAMTAY__WEB__PORT='{port}'); "
    "from tests.support.serve import main; sys.exit(main('config.yaml'))"
)


class Debugger:
    """Hands messages to the worker of a page, as the push service of the browser's maker would."""

    def __init__(self, context: BrowserContext, page: Page, origin: str) -> None:
        self._origin = origin.rstrip("/")
        (self._worker,) = context.service_workers
        self._worker.evaluate(COUNT)
        self._session = context.new_cdp_session(page)
        self._found: list[str] = []
        self._session.on("ServiceWorker.workerRegistrationUpdated", self._updated)
        self._session.send("ServiceWorker.enable")

    def _updated(self, event: Any) -> None:
        self._found += [each["registrationId"] for each in event["registrations"] if not each["isDeleted"]]

    def show(self, page: Page, told: object) -> None:
        """Delivers what is to be shown, and returns when it is."""
        before = self._worker.evaluate("self.puts")
        self.deliver(page, told)
        until(lambda: self._worker.evaluate("self.puts") > before, page)

    def deliver(self, page: Page, told: object) -> None:
        until(lambda: self._found, page)
        data = told if isinstance(told, str) else json.dumps(told)
        message = {"origin": self._origin, "registrationId": self._found[-1], "data": data}
        self._session.send("ServiceWorker.deliverPushMessage", message)


def until(what: Callable[[], Any], page: Page, within_s: float = 30.0) -> Any:
    """What it gives, once that is something; the page lives on meanwhile."""
    give_up_at = monotonic() + within_s
    while not (found := what()):
        assert monotonic() < give_up_at, "not within its time"
        page.wait_for_timeout(50)
    return found


def shown(page: Page) -> list[dict[str, Any]]:
    return list(page.evaluate(SHOWN))


# --- the worker alone --------------------------------------------------------------------------------


def test_the_worker_shows_one_line_and_takes_it_away(phone: BrowserContext, echo_server: Server) -> None:
    phone.grant_permissions(["notifications"])
    page = opened(phone, echo_server).page
    debugger = Debugger(phone, page, echo_server.url)
    debugger.show(page, {"title": "Cầm Tay", "text": "Có tin mới chờ chị.", "urgent": False, "at": 1000})
    (first,) = shown(page)
    assert first == {"title": "Cầm Tay", "body": "Có tin mới chờ chị.", "tag": "camtay", "at": 1000, "stays": False}
    debugger.show(page, {"title": "Cầm Tay", "text": "Có người cần chị.", "urgent": True, "at": 2000})
    assert [(each["body"], each["stays"]) for each in shown(page)] == [("Có người cần chị.", True)], "several are one"
    debugger.deliver(page, {"close": True})
    until(lambda: not shown(page), page)
    debugger.show(page, "no JSON at all")
    assert [each["title"] for each in shown(page)] == ["Cầm Tay"], "a browser wants to see something"


def test_a_tap_tells_the_page_that_is_open(phone: BrowserContext, echo_server: Server) -> None:
    phone.grant_permissions(["notifications"])
    chat = opened(phone, echo_server)
    page = chat.page
    Debugger(phone, page, echo_server.url).show(page, {"title": "Cầm Tay", "text": "?", "at": 32503680000000})
    assert shown(page)
    (worker,) = phone.service_workers
    worker.evaluate(
        """async () => {
          const [shown] = await self.registration.getNotifications();
          self.dispatchEvent(new NotificationEvent('notificationclick', { notification: shown }));
        }"""
    )
    # it rang for a line that this page has not: it asks for what waits
    expect(chat.log).to_contain_text(ASKED)
    until(lambda: not shown(page), page)


def test_a_page_opened_by_a_tap_asks_only_for_what_it_has_not(phone: BrowserContext, echo_server: Server) -> None:
    page = opened(phone, echo_server).page
    page.goto("about:blank")
    page.goto(f"{echo_server.url}#goi=1000")
    expect(Chat(page).log).to_contain_text("Dạ em chào chị ạ.")
    until(lambda: page.evaluate("location.hash") == "", page)  # the page's policy lets no test wait inside of it
    expect(Chat(page).log).not_to_contain_text(ASKED)
    page.goto("about:blank")
    page.goto(f"{echo_server.url}#goi=32503680000000")
    expect(Chat(page).log).to_contain_text(ASKED)


# --- the whole way -----------------------------------------------------------------------------------


class Service:
    """A push service in a thread of its own: Playwright's loop runs in this one."""

    def __init__(self) -> None:
        self.service: PushService
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with push_service() as self.service:
            self._ready.set()
            await self._stop.wait()
        await asyncio.sleep(0.1)  # TLS says goodbye

    @contextmanager
    def running(self) -> Iterator[PushService]:
        self._thread.start()
        assert self._ready.wait(30)
        try:
            yield self.service
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()


@pytest.fixture
def service() -> Iterator[PushService]:
    with Service().running() as found:
        yield found


@pytest.fixture
def tutor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for edge in ("FROM", "TO"):  # whatever the hour at which the tests run
        monkeypatch.setenv(f"CAMTAY__TIME__QUIET_{edge}", "00:00")
    monkeypatch.setenv("CAMTAY__TIME__ZONE", where_it_is_noon())
    (tmp_path / "push.pem").write_bytes(certificate()[0])
    monkeypatch.setenv("TEST_PUSH_TRUST", str(tmp_path / "push.pem"))
    server = Server(tmp_path, "-c", START)
    server.start()
    yield server
    server.kill()


def lend(context: BrowserContext, told: dict[str, Any]) -> None:
    """Answers `subscribe` as the browser's maker would, and remembers it as the browser would."""
    context.add_init_script(
        """(told) => {
          const one = { toJSON: () => told, endpoint: told.endpoint, unsubscribe: async () => { one.gone = true; } };
          PushManager.prototype.subscribe = async (options) => {
            one.options = options;
            localStorage.setItem('lent', '1');
            return one;
          };
          PushManager.prototype.getSubscription = async () => (localStorage.getItem('lent') && !one.gone ? one : null);
        }""".replace("(told) => {", "((told) => {", 1)
        + f")({json.dumps(told)});"
    )


def rung(data: Path) -> list[Any]:
    """When browsers were rung whose person has not looked since."""
    return _read(data, "SELECT rung_at FROM subscription WHERE rung_at IS NOT NULL")


def _endpoints(data: Path) -> list[Any]:
    return _read(data, "SELECT endpoint FROM subscription")


def _read(data: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{data / 'camtay.db'}?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute(query).fetchall()]


def _changes(context: BrowserContext, old: dict[str, Any], now: dict[str, Any]) -> None:
    """The browser gives its worker another address, as it may at any time."""
    (worker,) = context.service_workers
    worker.evaluate(
        """({ old, now }) => self.dispatchEvent(Object.assign(new ExtendableEvent('pushsubscriptionchange'), {
          oldSubscription: old, newSubscription: { toJSON: () => now } }))""",
        {"old": old, "now": now},
    )


def test_from_a_closed_page_to_the_offer(
    open_context: OpenContext, tutor: Server, service: PushService, tmp_path: Path
):
    data = tmp_path / "data"
    for_hoa, for_lan = codes(data, "instructor", "learner")
    context = open_context(**PHONE)
    context.grant_permissions(["notifications"])
    lend(context, service.subscription("hoa"))
    hoa = joins(lambda **_: context, tutor.url, "Hoa", for_hoa)
    hoa.answer("Đúng là tôi")
    hoa.answer("Tôi hứa")
    hoa.say("bật chuông")
    expect(hoa.log).to_contain_text("rung chuông báo nha")
    hoa.answer("Bật chuông")
    expect(hoa.log).to_contain_text("Từ giờ có tin là máy rung")
    no_violations(hoa.page)
    _changes(context, service.subscription("hoa"), service.subscription("hoa-2"))
    until(lambda: _endpoints(data) == [service.subscription("hoa-2")["endpoint"]], hoa.page)
    hoa.page.close()
    lan = joins(open_context, tutor.url, "Lan", for_lan)
    expect(lan.log).to_contain_text("mời chị cùng học")
    lan.say("nhờ người chỉ")
    until(lambda: service.knocks, lan.page)
    told = service.of("hoa-2")[0]
    until(lambda: rung(data), lan.page)
    assert (told["title"], told["text"], told["urgent"]) == ("Cầm Tay", "Có người cần chị.", False)
    again = context.new_page()
    again.goto(f"{tutor.url}#goi={told['at']}")
    expect(Chat(again).answers.get_by_role("button", name="Nhận giúp")).to_be_visible()
    expect(again.get_by_text("Xem việc đang chờ")).to_have_count(0)
    until(lambda: not rung(data), again)  # what is looked at is read
    assert len(service.knocks) == 1


GRANTED = "Notification.requestPermission = async () => 'granted';"


@pytest.mark.parametrize(
    ("script", "agent", "how"),
    [
        ("Notification.requestPermission = async () => 'denied'", "", "denied"),
        ("Notification.requestPermission = async () => 'default'", "", "later"),
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "", "http"),
        ("delete window.PushManager", "", "none"),
        (f"{GRANTED} PushManager.prototype.subscribe = async () => {{ throw 1; }}", "", "fail"),
        ("", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1", "home"),
        ("", "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Zalo android/24", "inapp"),
    ],
)
def test_where_it_cannot_ring_the_page_says_why(
    open_context: OpenContext, echo_server: Server, script: str, agent: str, how: str
) -> None:
    """What each word is answered with: tests/services/test_bell.py."""
    context = open_context(**PHONE, **({"user_agent": agent} if agent else {}))
    if script:
        context.add_init_script(script)
    page = context.new_page()
    line = {"no": 1, "who": "tutor", "text": "Chuông?", "buttons": [ON], "at": "2026-11-29T08:00:00+00:00"}
    told = {"chat": "c", "anew": False, "began": False, "newest": 1, "entries": [line]}
    page.route("**/chat/log*", lambda route: route.fulfill(json=told))
    page.goto(echo_server.url)
    with page.expect_request("**/chat/send") as sent:
        Chat(page).answers.get_by_role("button", name="Bật chuông").click()
    assert json.loads(sent.value.post_data or "")["token"] == f"kn:is:{how}"
