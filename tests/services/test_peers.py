"""Processes on one PostgreSQL tell one another what they commit; what is lost on the way is looked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from sqlalchemy import insert

from bot.peers.news import AT_ONCE, PeerNews
from bot.peers.sight import PagesElsewhere
from bot.peers.worker import Peers
from bot.scheduler.steady import Steady
from storage.conversations import tables as conversations_t
from storage.conversations import web_log
from storage.engine.database import Database, open_database
from storage.engine.notifying import MOST_BYTES
from tests.support.postgres import PostgresServer
from tests.support.process import until

pytestmark = pytest.mark.postgres
CHAT, CHANNEL = "0" * 32, "telegram:1"


@dataclass
class Process:
    """One process's half; `got` is what it was told, `looks` how often it looked for what it was not."""

    database: Database
    called: str
    url: str = ""
    got: list[PeerNews] = field(default_factory=list)
    looks: int = 0
    ahead: timedelta = timedelta()
    pages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.steady = Steady(self.database, self.now, lambda: 0.0)
        url = self.url or self.database.url
        self.peers = Peers(self.database, url, self.called, self.take, self.look, self.steady.compare)
        self.elsewhere = PagesElsewhere(self.peers.tell, lambda: not self.peers.attendance.heard)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def take(self, news: PeerNews) -> None:
        self.elsewhere.hear(news.opened)
        if mine := news.asked & self.pages:
            self.peers.tell(PeerNews(opened=mine))
        if news:
            self.got.append(news)

    async def look(self) -> None:
        self.looks += 1


@asynccontextmanager
async def at_work(*processes: Process) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each.peers.run()) for each in processes]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def know_one_another(*processes: Process) -> None:
    """All have heard of all, and looked for what was before."""
    await until(lambda: all(len(each.peers.attendance.heard) == len(processes) - 1 for each in processes))
    await until(lambda: all(each.looks for each in processes))


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = open_database(postgres_url)
    yield opened
    await opened.close()


async def test_others_are_told_and_nobody_looks(database: Database):
    one, two, three = (Process(database, name) for name in ("one", "two", "three"))
    async with at_work(one, two, three):
        await know_one_another(one, two, three)
        await asyncio.sleep(0.5)  # some beats: whoever has just come was new to each of the others
        looked = [each.looks for each in (one, two, three)]
        for number in range(20):
            one.peers.tell(PeerNews({CHAT: number}, {}, {CHANNEL: {"a", "b"}}))
            await asyncio.sleep(0)
        await until(lambda: all(each.got and each.got[-1].chats | each.got[-1].outboxes for each in (two, three)))
        await until(lambda: all(any(news.chats.get(CHAT) == 19 for news in each.got) for each in (two, three)))
        await until(lambda: all(any(news.outboxes.get(CHANNEL) == {"a", "b"} for news in e.got) for e in (two, three)))
        assert not one.got, "nobody is told what it did itself"
        assert [each.looks for each in (one, two, three)] == looked
        await three.peers.close()
        await until(lambda: "three" not in one.peers.attendance.heard)
        assert [each.looks for each in (one, two)] == looked[:2], "after a goodbye there is nothing to look for"


async def test_who_is_alone_tells_nobody_and_who_comes_then_looks(database: Database):
    one, two = Process(database, "one"), Process(database, "two")
    listener = await asyncpg.connect(database.url)
    heard: list[dict[str, object]] = []
    await listener.add_listener("camtay", lambda *told: heard.append(json.loads(told[-1])))
    async with at_work(one):
        one.peers.tell(PeerNews({CHAT: 1}))
        await until(lambda: heard)
        assert all("chats" not in each for each in heard), "a beat now and then is all"
        async with at_work(two):
            await know_one_another(one, two)
    await listener.close()


@pytest.mark.parametrize(("ahead_s", "told"), [(90, 90), (-90, -90)])
async def test_a_clock_that_is_wrong_is_noticed_once_by_whose_it_is(
    database: Database, caplog: pytest.LogCaptureFixture, ahead_s: int, told: int
):
    caplog.set_level("INFO")
    off, right = Process(database, "off", ahead=timedelta(seconds=ahead_s)), Process(database, "right")
    async with at_work(off, right):
        await know_one_another(off, right)
        await until(lambda: off.steady.is_apart)
        await asyncio.sleep(1.1)  # two beats more
        off.ahead = timedelta()
        await until(lambda: not off.steady.is_apart)
    said = [(record.message, record.levelname, vars(record)["seconds"]) for record in caplog.records
            if record.message.startswith("clocks")]  # fmt: skip
    assert said == [("clocks differ", "WARNING", told), ("clocks agree again", "INFO", 0)]
    assert not right.steady.is_apart


async def test_whether_a_page_is_open_elsewhere_is_asked_of_all(database: Database):
    one, two, three = (Process(database, name) for name in ("one", "two", "three"))
    assert await one.elsewhere({CHAT}) == set(), "who is alone asks nobody"
    async with at_work(one, two, three):
        await know_one_another(one, two, three)
        three.pages = {CHAT, "another"}
        assert await one.elsewhere({CHAT, "closed"}) == {CHAT}
        three.pages.clear()
        assert await one.elsewhere({CHAT}) == set()


async def test_of_who_was_killed_before_it_could_tell_it_is_looked_for(database: Database):
    one, two = Process(database, "one"), Process(database, "two")
    async with at_work(two):
        async with at_work(one):
            await know_one_another(one, two)
        looked = two.looks
        await until(lambda: two.looks > looked, 2.0)


async def test_a_line_that_breaks_is_made_anew_and_what_was_told_meanwhile_is_looked_for(database: Database):
    one, two = Process(database, "one"), Process(database, "two")
    async with at_work(one, two):
        await know_one_another(one, two)
        looked = two.looks
        one.peers.tell(PeerNews({CHAT: 1}))
        await until(lambda: two.got)
        other = await asyncpg.connect(database.url)
        listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        await other.execute(f"{listening} OR query LIKE '%pg_notify%' AND pid <> pg_backend_pid()")
        await other.close()
        one.peers.tell(PeerNews({CHAT: 2}))
        await until(lambda: two.looks > looked or any(news.chats.get(CHAT) == 2 for news in two.got), 3.0)
        one.peers.tell(PeerNews({CHAT: 3}))
        await until(lambda: any(news.chats.get(CHAT) == 3 for news in two.got))


async def test_where_notifications_are_not_taken_nobody_is_held_up_and_all_look_by_themselves(
    postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture
):
    """As when the server's queue is full: no commit of a learner's depends on it."""
    caplog.set_level("INFO")
    url = postgres_server.make_database()
    plain = urlunsplit(urlsplit(url)._replace(netloc="plain@"))
    ruler = await asyncpg.connect(url)
    with suppress(asyncpg.DuplicateObjectError):
        await ruler.execute("CREATE ROLE plain LOGIN")
    database = open_database(plain)
    one, two = Process(database, "one"), Process(database, "two")
    try:
        async with at_work(one, two):
            await know_one_another(one, two)
            await ruler.execute("REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC")
            one.peers.tell(PeerNews({CHAT: 1}))
            looked = two.looks
            await until(lambda: two.looks >= looked + 3, 8.0)
            assert two.peers.is_deaf
            await ruler.execute("GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO PUBLIC")
            await until(lambda: not two.peers.is_deaf)
            one.peers.tell(PeerNews({CHAT: 2}))
            await until(lambda: any(news.chats.get(CHAT) == 2 for news in two.got))
            await until(lambda: sum(record.message == "other processes heard again" for record in caplog.records) == 2)
    finally:
        await database.close()
        await ruler.close()
    told = [record.message for record in caplog.records]
    assert told.count("other processes not heard") == 2 and told.count("other processes heard again") == 2
    assert 2 <= told.count("other processes not told") <= 4, "once, not with every beat"


def test_what_is_much_goes_in_pieces_that_a_payload_takes():
    chats = {f"{n:064d}": 1_764_500_000_000 + n for n in range(200)}
    named = set(chats)
    news = PeerNews(chats, dict.fromkeys(chats, 3), {"telegram_bien_hoa:1234567890": named}, named, named)
    bodies = [json.dumps({"from": "f" * 32, "no": 10**9, **body}) for body in news.bodies()]
    assert max(len(body.encode()) for body in bodies) <= MOST_BYTES and len(bodies) == 5 * -(-200 // AT_ONCE)
    whole = PeerNews()
    for body in bodies:
        whole.add(PeerNews.read(json.loads(body)))
    assert whole == news


def test_nonsense_is_passed_over(database: Database):
    process = Process(database, "one")
    for payload in ("", "{}", "[]", '{"from": "x"}', '{"from": "x", "no": "y"}', '{"from":"x","no":1,"chats":7}'):
        process.peers.hear(payload)
    assert not process.got and not process.peers.attendance.heard
    process.peers.hear('{"from": "x", "no": 1, "of a newer program": true}')
    assert process.peers.attendance.heard


async def test_where_a_conversation_begins_and_ends(database: Database):
    await database.transact(conversations_t.chat_log.create)
    row = {"who": "tutor", "text": "x", "buttons": "", "at": 0, "fleeting": 0, "media": ""}
    rows = [{"chat_id": chat, "no": no, **row} for chat, nos in (("a", (3, 5, 9)), ("b", (7,))) for no in nos]
    await database.transact(lambda c: c.execute(insert(conversations_t.chat_log), rows).close())
    assert await database.read(lambda c: web_log.spans(c, ["a", "b", "c"])) == {"a": (3, 9), "b": (7, 7)}
    assert await database.read(lambda c: web_log.spans(c, [])) == {}
