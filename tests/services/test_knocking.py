"""From a row that waits to a push service's door, and what is made of every answer: real sockets, TLS, databases."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, closing
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from bot.channels.webchat.ringing import Browser
from bot.knocks import client
from bot.knocks.doorbell import Doorbell, subject_of
from bot.knocks.policy.knock import RESTS
from bot.knocks.road import Resolver, Road, is_endpoint, is_public
from bot.tutor.quiet_hours import QuietHours
from storage.conversations import conversations, subscriptions
from storage.conversations import tables as conversations_t
from storage.conversations.records import KnockRow, SubscriptionRow
from storage.engine.database import Database, open_database
from storage.engine.rows import Row
from storage.people.records import PersonRow
from tests.support.harness import empty_database
from tests.support.push_service import Answer, PushService, answering, b64, hanging, pouring, push_service, trust
from tests.support.world import START, Clock

QUIET = QuietHours(time(20), time(8), ZoneInfo("Asia/Ho_Chi_Minh"))
NIGHT = START + timedelta(hours=18)  # two o'clock
KEYS = {"p256dh": b64(b"\x04" + bytes(64)), "auth": b64(bytes(16))}


class Place:
    """A database with one person, a doorbell, a push service, a clock that stands still."""

    def __init__(self, database: Database, folder: Path, service: PushService) -> None:
        self.database, self.service, self.clock = database, service, Clock()
        self.open: set[str] = set()
        self.bell = self.doorbell(folder)

    def doorbell(self, folder: Path) -> Doorbell:
        road = Road(lambda _: True, trust())
        return Doorbell(
            self.database, "web", self.clock.now, QUIET, self.open.__contains__, folder=folder, title="Cầm Tay",
            public_url="https://camtay.example/", road=road,
        )  # fmt: skip

    async def meet(self, learner_id: str = "p1", chat: str = "chat-1") -> None:
        person = PersonRow(learner_id, "Lan", "chị/em", "agreed")
        await self.database.transact(lambda c: conversations.add_learner(c, person, "web", chat, self.clock.now()))

    async def subscribe(self, name: str, chat: str = "chat-1") -> bool:
        told = self.service.subscription(name)
        return await self.bell.subscriptions.keep(chat, Browser(told["endpoint"], **told["keys"]))

    async def knock(self, *, urgent: bool = False, learner_id: str = "p1", text: str = "Có tin mới chờ chị.") -> None:
        now = self.clock.now()
        row = KnockRow(learner_id, text, now if urgent else QUIET.shift(now), now, urgent)
        await self.database.transact(lambda c: subscriptions.knock(c, [row]))

    async def round(self) -> None:
        """One step of the knocker, what it sent answered and written down."""
        knocker = self.bell.knocker
        await knocker.step()
        while knocker._tasks:
            await asyncio.wait(list(knocker._tasks))
        await knocker.step()

    async def rows(self) -> list[Row]:
        query = conversations_t.subscription.select().order_by(conversations_t.subscription.c.endpoint)
        return await self.database.read(lambda c: [dict(row._mapping) for row in c.execute(query)])

    async def row(self) -> Row:
        (row,) = await self.rows()
        return row


@asynccontextmanager
async def place_at(folder: Path) -> AsyncIterator[Place]:
    await empty_database(folder / "camtay.db")
    database = open_database(f"sqlite:///{folder / 'camtay.db'}")
    async with push_service() as service:
        place = Place(database, folder, service)
        await place.meet()
        try:
            yield place
        finally:
            await place.bell.client.close()
            await database.close()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with place_at(tmp_path) as found:
        yield found


# --- what rings --------------------------------------------------------------------------------------


async def test_a_cry_rings_at_night_and_at_once_without_a_name(place: Place):
    place.clock.at = NIGHT
    await place.subscribe("a")
    await place.knock(urgent=True, text="Có người cần chị.")
    await place.round()
    (found,) = place.service.knocks
    at = int(place.clock.at.timestamp() * 1000)
    assert found.told == {"title": "Cầm Tay", "text": "Có người cần chị.", "urgent": True, "at": at}
    assert {found.headers[name] for name in ("Urgency", "TTL", "Topic")} == {"high", "86400", "urgent"}
    assert found.signed_by == await place.bell.subscriptions.key()
    assert found.claims["sub"] == "https://camtay.example" and found.claims["exp"] < at / 1000 + 86_400
    row = await place.row()
    assert (row["knock_at"], row["rung_at"], row["tries"]) == (None, at, 0)
    await place.round()
    assert len(place.service.knocks) == 1


async def test_what_can_wait_waits_for_the_morning_and_rings_once(place: Place):
    place.clock.at = NIGHT
    await place.subscribe("a")
    for _ in range(3):
        await place.knock()
        await place.round()
    assert not place.service.tried
    place.clock.at = START + timedelta(days=1)
    await place.round()
    (found,) = place.service.knocks
    assert (found.headers["Urgency"], found.headers["Topic"]) == ("normal", "waits")


async def test_an_open_page_has_a_moment_to_say_that_it_is_looked_at(place: Place):
    await place.subscribe("a")
    place.open.add("chat-1")
    await place.knock()
    await place.round()
    await place.bell.subscriptions.looked("chat-1")
    place.clock.passes(seconds=30)
    await place.round()
    assert not place.service.tried
    await place.knock()
    await place.round()
    place.clock.passes(seconds=30)
    await place.round()
    assert place.service.tried == ["a"], "a page that says nothing may be open on a table"
    await place.knock(urgent=True)
    await place.round()
    assert place.service.tried == ["a", "a"], "and a cry rings wherever anybody looks"


async def test_a_page_that_is_open_at_another_process_has_the_same_moment(place: Place):
    asked: list[set[str]] = []
    opened = {"chat-1"}

    async def elsewhere(chats: Collection[str]) -> set[str]:
        asked.append(set(chats))
        return opened & set(chats)

    place.bell.knocker.elsewhere = elsewhere
    await place.subscribe("a")
    await place.knock()
    await place.round()
    await place.bell.subscriptions.looked("chat-1")
    place.clock.passes(seconds=30)
    await place.round()
    assert not place.service.tried
    opened.clear()
    await place.knock()
    await place.round()
    assert place.service.tried == ["a"] and asked == [{"chat-1"}] * 2
    await place.knock(urgent=True)
    await place.round()
    assert place.service.tried == ["a", "a"] and len(asked) == 2, "a cry waits for nobody's word"


async def test_two_devices_ring_and_once_read_the_other_takes_it_away(place: Place):
    await place.database.transact(
        lambda c: c.exec_driver_sql("INSERT INTO identity VALUES ('web', 'chat-2', 'p1', 0, 1)")
    )
    await place.subscribe("a")
    await place.subscribe("b", "chat-2")
    await place.knock()
    await place.round()
    assert sorted(place.service.tried) == ["a", "b"]
    await place.bell.subscriptions.looked("chat-2")
    await place.round()
    assert place.service.of("a")[1:] == [{"close": True}] and len(place.service.of("b")) == 1
    closing_ = place.service.knocks[-1]
    assert closing_.headers["Topic"] == "waits", "a phone that is off finds nothing but this"
    await place.round()
    assert all(row["knock_at"] is None and row["rung_at"] is None for row in await place.rows())


async def test_an_iphone_is_never_told_to_take_it_away(place: Place):
    """WebKit ends a subscription that shows nothing: its browsers look for themselves when they are opened."""
    assert not client.may_be_silent("https://web.push.apple.com/x")
    assert client.may_be_silent("https://fcm.googleapis.com/fcm/send/x")


# --- what a service answers --------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(place: Place, status: int):
    await place.subscribe("a")
    place.service.answers["a"] = answering(status)
    await place.knock(urgent=True)
    await place.round()
    assert await place.rows() == [] and place.service.tried == ["a"]


@pytest.mark.parametrize("status", [400, 413])
async def test_a_knock_that_is_refused_is_let_go_and_the_next_one_tried(place: Place, status: int):
    await place.subscribe("a")
    place.service.answers["a"] = answering(status)
    await place.knock(urgent=True)
    await place.round()
    assert (await place.row())["knock_at"] is None
    del place.service.answers["a"]
    await place.knock(urgent=True)
    await place.round()
    assert len(place.service.knocks) == 1


@pytest.mark.parametrize(
    ("answer", "rest_s"),
    [
        (answering(429, Retry_After="120"), 120),
        (answering(401), 2),
        (answering(403), 2),
        (answering(429), 2),
        (answering(500), 2),
        (answering(503, Retry_After="Mon, 05 Jan 2026 01:05:00 GMT"), 300),
        (answering(307, Location="https://127.0.0.1:1/"), 2),
        (answering(429, Retry_After="999999999999"), 6 * 3600),
    ],
)
async def test_what_may_work_later_is_tried_later(place: Place, answer: Answer, rest_s: int):
    await place.subscribe("a")
    place.service.answers["a"] = answer
    await place.knock(urgent=True)
    await place.round()
    row = await place.row()
    assert (row["knock_at"], row["tries"]) == (int((START + timedelta(seconds=rest_s)).timestamp() * 1000), 1)
    place.clock.passes(seconds=rest_s)
    del place.service.answers["a"]
    await place.round()
    assert len(place.service.knocks) == 1 and (await place.row())["tries"] == 0


async def test_the_rests_grow_and_after_a_day_a_cry_is_let_go(place: Place):
    await place.subscribe("a")
    place.service.answers["a"] = answering(500)
    await place.knock(urgent=True)
    tried = 0
    while (await place.row())["knock_at"] is not None:
        await place.round()
        place.clock.passes(seconds=RESTS[min(tried, len(RESTS) - 1)].total_seconds())
        tried += 1
    assert timedelta(hours=23) < place.clock.at - START < timedelta(hours=25)
    assert tried < 40 and await place.rows(), "the browser is kept: its service may be back tomorrow"


async def test_a_service_that_hangs_or_never_stops_talking_holds_up_nobody(place: Place):
    place.bell.client.patience_s = 0.5
    place.service.answers |= {"h": hanging, "p": pouring}
    for at, name in enumerate(("h", "p", "a")):
        await place.meet(f"p-{name}", f"chat-{name}")
        assert await place.subscribe(name, f"chat-{name}")
        await place.knock(urgent=at < 2, learner_id=f"p-{name}")
    await place.bell.knocker.step()
    await place.service.until(1)
    assert [each.name for each in place.service.knocks] == ["a"]
    await place.round()
    hung, talked = [row for row in await place.rows() if row["endpoint"][-1] in "hp"]
    assert hung["tries"] == 1 and talked["rung_at"] is not None


async def test_a_crowd_at_one_service_keeps_no_cry_waiting(place: Place):
    """More browsers than there are connections, at a service that takes its time; then one cry."""
    going = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        await going.wait()
        return web.Response(status=201)

    for at in range(client.AT_ONE_HOST + 5):
        await place.meet(f"p-{at}", f"chat-{at}-")
        place.service.answers[f"b{at}"] = slow
        assert await place.subscribe(f"b{at}", f"chat-{at}-")
        await place.knock(learner_id=f"p-{at}")
    await place.bell.knocker.step()
    await place.subscribe("cry")
    await place.knock(urgent=True)
    await place.bell.knocker.step()
    await place.service.until(1)
    assert [each.name for each in place.service.knocks] == ["cry"]
    assert len(place.service.tried) <= client.AT_ONE_HOST + 1
    going.set()
    await place.round()
    assert all(row["rung_at"] for row in await place.rows())


async def test_nobody_listens_at_the_endpoint(place: Place):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"https://127.0.0.1:{taken.getsockname()[1]}/push"
        assert await place.bell.subscriptions.keep("chat-1", Browser(endpoint, **KEYS))
    assert (await place.bell.client.post(row_of(place, endpoint), b"x", START, urgent=True)).kind == "later"


def row_of(place: Place, endpoint: str) -> SubscriptionRow:
    told = place.service.subscription("some")
    return SubscriptionRow(endpoint, **told["keys"])


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(place: Place):
    place.bell.client.road = Road(lambda _: True)
    endpoint = place.service.subscription("a")["endpoint"]
    answer = await place.bell.client.post(row_of(place, endpoint), b"x", START, urgent=True)
    assert (answer.kind, place.service.tried) == ("later", [])


# --- where it may lead -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_no_knock_leads_into_our_own_network(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "142.250.1.1", "2a00:1450:4001::1", "64:ff9b::808:808"])
def test_the_internet_is_open(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "text",
    [
        "", "push", "http://push.example/x", "ftp://push.example/x", "https://", "https:///x", "https://127.0.0.1/x",
        "https://[::1]/x", "https://10.0.0.1:8443/x", "https://a:b@push.example/x", "https://push.example/x#y",
        "https://push.example/ x", "https://push.example/\n", "https://push.example:99999/", "https://ví-dụ.vn/x",
        "https://[fe80::1%25eth0]/", "https://push.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_an_address_that_no_push_service_has_is_not_kept(text: str):
    assert not is_endpoint(text, Road())


@pytest.mark.parametrize("text", ["https://fcm.googleapis.com/fcm/send/abc:123", "https://8.8.8.8/x"])
def test_any_service_that_a_browser_names_is_kept(text: str):
    assert is_endpoint(text, Road())


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0"])
async def test_a_name_that_leads_home_leads_nowhere(tmp_path: Path, place: Place, host: str):
    """Also names that a browser would read as an address: they are looked up, and what is found is looked at."""
    place.bell.client.road = Road(trust=trust())
    port = place.service.url.rstrip("/").rpartition(":")[2]
    to = row_of(place, f"https://{host}:{port}/push/a")
    answer = await place.bell.client.post(to, b"x", START, urgent=True)
    assert (answer.kind, place.service.tried) == ("gone", [])


async def test_one_address_that_is_not_public_is_enough():
    asked: list[str] = []

    def allows(address: str) -> bool:
        asked.append(address)
        return False

    resolver = Resolver(Road(allows))
    with pytest.raises(OSError, match="not public"):
        await resolver.resolve("localhost", 443)
    await resolver.close()
    assert asked


@pytest.mark.parametrize(
    ("url", "subject"),
    [
        ("https://camtay.example/hoc/", "https://camtay.example"), ("", "https://localhost"),
        ("http://10.0.0.1/", "https://localhost"),
    ],
)  # fmt: skip
def test_who_signs(url: str, subject: str):
    assert subject_of(url) == subject


# --- what a page may ask for -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "browser",
    [
        Browser("https://10.0.0.1/", **KEYS),
        Browser("https://push.example/", KEYS["auth"], KEYS["p256dh"]),
        Browser("https://push.example/", "?", "?"),
        Browser("https://push.example/", b64(b"\x05" + bytes(64)), KEYS["auth"]),
    ],
)
async def test_what_is_no_browser_is_not_kept(place: Place, browser: Browser):
    place.bell.subscriptions.road = Road()
    assert not await place.bell.subscriptions.keep("chat-1", browser)
    assert await place.rows() == []


async def test_a_key_off_the_curve_costs_one_try(place: Place):
    assert await place.bell.subscriptions.keep("chat-1", Browser("https://127.0.0.1/", **KEYS))
    await place.knock(urgent=True)
    await place.round()
    assert await place.rows() == []


async def test_a_key_of_ours_that_cannot_be_read_forgets_nobody(place: Place, tmp_path: Path):
    await place.subscribe("a")
    await place.knock(urgent=True)
    (tmp_path / "push.key").write_text("?" * 43)
    await place.round()
    row = await place.row()
    assert row["knock_at"] is not None and row["tries"] == 1
    (tmp_path / "push.key").unlink()
    place.clock.passes(seconds=5)
    await place.round()
    assert place.service.tried == ["a"]


# --- crash, and two at once --------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before push", "after push"])
async def test_a_process_that_dies_over_it_leaves_it_to_the_next(place: Place, tmp_path: Path, when: str):
    await place.subscribe("a")
    await place.knock(urgent=True)

    class Died(BaseException):
        """As a kill would: nothing after it runs."""

    def die(at: str) -> None:
        if at == when:
            raise Died

    place.bell.knocker.failpoint = die
    await place.bell.knocker.step()
    (task,) = place.bell.knocker._tasks
    with pytest.raises(Died):
        await task
    await place.bell.client.close()
    place.bell = place.doorbell(tmp_path)
    await place.round()
    assert len(place.service.knocks) == (when == "after push"), "whoever took it may still be at it"
    place.clock.passes(seconds=21)
    await place.round()
    assert len(place.service.knocks) == 1 + (when == "after push"), "at least once"


async def test_two_processes_send_it_once(place: Place, tmp_path: Path):
    await place.subscribe("a")
    await place.knock(urgent=True)
    other = place.doorbell(tmp_path)
    await asyncio.gather(place.bell.knocker.step(), other.knocker.step())
    await asyncio.gather(*place.bell.knocker._tasks, *other.knocker._tasks)
    await other.client.close()
    assert len(place.service.knocks) == 1


async def test_it_runs_until_it_is_stopped_and_wakes_at_once(place: Place):
    await place.subscribe("a")
    running = asyncio.create_task(place.bell.run())
    await place.knock(urgent=True)
    place.bell.knocker.wake()
    await place.service.until(1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
