"""Reproductions of a review: a bot whose owner lost the database for a while, and a flood of newcomers on the web."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot import settings
from bot.app import App, Environment, bootstrap
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.webchat.channel import Crowded, WebChat
from bot.conversation.packing import pack
from bot.delivery.backlog import PAGE
from bot.tutor.turn import OutgoingReply
from storage.conversations import conversations
from storage.conversations.records import OutboxRow, Writes
from storage.engine import schema
from storage.engine.database import open_database
from tests.support.builders import PROJECT
from tests.support.echo_conversation import EchoConversation
from tests.support.environment import leave_out
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.postgres import NOT_FOUND, find_binaries, private_server
from tests.support.process import free_port, until
from tests.support.world import Clock


@asynccontextmanager
async def serving(url: str, api: str, data: Path) -> AsyncIterator[App]:
    """The whole tutor in this process."""
    environ = {"DATABASE_URL": url, "TELEGRAM_TOKEN": TOKEN}
    flags = {"telegram.api_base": api, "data.dir": str(data), "web.port": str(free_port())}
    async with AsyncExitStack() as stack:
        yield await bootstrap(stack, settings.load(PROJECT / "config.yaml", environ, flags), Environment(tick_s=0.2))


@pytest.mark.postgres
async def test_a_bot_that_lost_its_database_goes_on_and_leaves_nothing_behind(tmp_path: Path):
    binaries = find_binaries() or leave_out(NOT_FOUND)
    with private_server(binaries) as power:
        async with FakeTelegram() as fake, serving(power.url, fake.url, tmp_path / "data") as app:
            (line,) = app.owners
            lan = fake.learner(1)
            lan.start()
            await lan.expect()
            at_work = {task.get_coro().__qualname__ for task in line._tasks if not task.done()}  # type: ignore[union-attr]
            for again in range(2):
                before, connected = line._tasks, len(lan.inbox)
                await asyncio.to_thread(power.off)
                await until(lambda: line.state == "standing by")
                await asyncio.to_thread(power.on)
                lan.say(f"lần {again}")
                await until(lambda seen=connected: len(lan.inbox) > seen, 30.0)
                await until(lambda: line.state == "polling")
                assert all(task.done() for task in before), "nobody of before works on"
                running = {task.get_coro().__qualname__ for task in line._tasks if not task.done()}  # type: ignore[union-attr]
                assert at_work - {"ChannelOwner._set_up"} <= running
            polls = [t for t in asyncio.all_tasks() if "TelegramProvider.receive" in t.get_coro().__qualname__]  # type: ignore[union-attr]
            assert len(polls) == 1
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                gc.collect()  # a connection that nobody closed would be told here
            assert not app.workers.failed.is_set()


async def test_after_a_start_everybody_hears_what_was_left_for_her_though_one_chat_has_very_much(tmp_path: Path):
    """More of one chat than one reading takes, before the others in every order."""
    data, url = tmp_path / "data", f"sqlite:///{tmp_path / 'camtay.db'}"
    left = [("1", no) for no in range(1, PAGE + 50)] + [("2", 1), ("2", 2)]
    async with FakeTelegram() as fake:
        channel = TelegramChannel(TOKEN, api_base=fake.url).name
        rows = [
            OutboxRow(channel, chat, no, pack(OutgoingReply(f"{chat}:{no}"), unasked=False), Clock().now())
            for chat, no in left
        ]
        database = open_database(url)
        await schema.ensure(database)
        await database.transact(lambda c: conversations.write(c, Writes(outbox=rows)))
        await database.close()
        two = fake.learner(2)
        async with serving(url, fake.url, data):
            await until(lambda: len(two.inbox) >= 2)
            assert [message.text for message in two.inbox][:2] == ["2:1", "2:2"]


async def test_health_tells_for_how_long_the_oldest_message_has_waited(tmp_path: Path):
    """While somebody else holds the database's pen."""
    path = tmp_path / "camtay.db"
    async with FakeTelegram() as fake, serving(f"sqlite:///{path}", fake.url, tmp_path / "data") as app:
        app.health.writable.counted_s = lambda: (
            0.0
        )  # it writes once to prove that it can, and not while the pen is held
        well, told = await app.health.tell()
        assert (well, told["waits_s"]) == (True, 0.0)
        pen = sqlite3.connect(path, isolation_level=None)
        pen.execute("BEGIN IMMEDIATE")
        app.health.stuck_s = 60.0  # however slow this machine is
        fake.learner(1).start()
        await until(lambda: app.intake.waits_s > 0.1)
        well, told = await app.health.tell()
        assert well and float(str(told["waits_s"])) > 0
        app.health.stuck_s = 0.1
        assert (await app.health.tell())[0] is False
        pen.execute("ROLLBACK")
        pen.close()
        await fake.learner(1).expect()
        assert (await app.health.tell())[0] is True


# --- the web -----------------------------------------------------------------------------------------


def web_chat(folder: Path, clock: Clock) -> tuple[WebChat, EchoConversation]:
    conversation = EchoConversation(folder / "echo.json", clock.now)
    chat = WebChat(
        submit=conversation.submit,
        history=conversation.history,
        new_id=lambda: "0" * 32,
        now=clock.now,
        key_path=folder / "web.key",
    )
    return chat, conversation


NEWCOMERS_A_MINUTE = 60  # from one address


async def test_of_newcomers_only_so_many_begin_in_a_minute_however_they_knock(tmp_path: Path):
    clock = Clock()
    chat, conversation = web_chat(tmp_path, clock)
    for at in range(NEWCOMERS_A_MINUTE):
        await (chat.read(f"c{at}", 0) if at % 2 else chat.say(f"c{at}", {"id": f"message{at}", "text": "chào"}))
    handled = len(conversation.handled)
    with pytest.raises(Crowded) as crowded:
        await chat.read("late", 0)
    with pytest.raises(Crowded):
        await chat.say("later", {"id": "message-1", "text": "chào"})
    assert len(conversation.handled) == handled and 0 < crowded.value.wait_s <= 1
    await chat.read("c1", 0)
    await chat.say("c1", {"id": "message-2", "text": "em ơi"})
    clock.passes(seconds=1.5)
    assert (await chat.read("late", 0)).began


async def test_who_has_been_here_before_is_no_newcomer_after_a_restart(tmp_path: Path):
    clock = Clock()
    chat, _ = web_chat(tmp_path, clock)
    await chat.read("old", 0)
    chat, _ = web_chat(tmp_path, clock)
    for at in range(NEWCOMERS_A_MINUTE):
        await chat.read(f"c{at}", 0)
    await chat.say("old", {"id": "message-1", "text": "em ơi"})
    assert not (await chat.read("old", 0)).began
