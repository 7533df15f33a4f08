"""More from one chat than anybody can type is let go and answered once; nobody else waits for it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot import settings
from bot.app import Environment, bootstrap
from bot.channels.base import Inner, Left, Text, Update
from bot.conversation.batch import INNER
from bot.delivery.flood import BURST, Flood
from storage.conversations import tables as conversations_t
from storage.engine.database import Connection
from tests.support.builders import PROJECT, book, lesson
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.harness import Tutor, tutor
from tests.support.process import until

BOOK = book(
    lesson(
        """
        - {say: mot, text: Một, wait_tap: Tiếp}
        - {end: het, text: Hết}
        """
    )
)
TOO_FAST = "Tin tới nhanh quá"


async def flooded(t: Tutor, flood: Flood, messages: int, each: timedelta) -> int:
    """Writes so many messages; how often she was told that it was too fast."""
    she = t.learner("1")
    heard = len(she.heard)
    for _ in range(messages):
        await flood.submit([she.update(Text("alo"))])
        t.clock.passes(seconds=each.total_seconds())
    await t.flush()
    return sum(TOO_FAST in message.text for message in she.heard[heard:])


async def test_ten_thousand_messages_of_one_chat_are_answered_as_many_as_anybody_types_and_once(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        she, other = await t.learner("1").meets(), await t.learner("2").meets("Hoa")
        flood, sent = Flood(t.submit), len(t.channel.sent)
        await flood.submit([she.update(Text("alo")) for _ in range(10_000)])
        await t.flush()
        answers = [outgoing.text for outgoing in t.channel.sent[sent:]]
        assert sum(TOO_FAST in text for text in answers) == 1 and len(answers) <= 2 * BURST + 1
        assert flood.let_go == 10_000 - BURST - 1
        await flood.submit([other.update(Text("menu"))])
        await t.flush()
        assert TOO_FAST not in other.last.text
        t.clock.passes(seconds=60)
        await flood.submit([she.update(Text("menu"))])
        await t.flush()
        assert TOO_FAST not in she.last.text and she.buttons


async def test_who_types_and_taps_as_fast_as_anybody_can_is_never_told_so(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        await t.learner("1").meets()
        flood = Flood(t.submit)
        assert await flooded(t, flood, 150, timedelta(seconds=2)) == 0 and flood.let_go == 0
        assert await flooded(t, flood, BURST, timedelta(seconds=0.4)) == 0 and flood.let_go == 0


async def test_what_goes_on_inside_and_who_leaves_is_never_let_go(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        she = await t.learner("1").meets()
        flood = Flood(t.submit)
        await flood.submit([she.update(Text("alo")) for _ in range(BURST + 1)])
        await flood.submit([she.update(Left())])
        assert [row["away"] for row in await t.rows("identity")] == [True]
        now = t.clock.now()
        await flood.submit([Update(INNER, f"due:{at}", "nobody", Inner("due", ""), now) for at in range(2 * BURST)])
        assert flood.let_go == 0


async def test_the_whole_tutor_lets_a_flood_from_telegram_go(tmp_path: Path):
    async with FakeTelegram() as fake:
        flags = {"telegram.api_base": fake.url, "data.dir": str(tmp_path), "web.port": "0"}
        set_up = settings.load(PROJECT / "config.yaml", {"TELEGRAM_TOKEN": TOKEN}, flags)
        async with AsyncExitStack() as stack:
            app = await bootstrap(stack, set_up, Environment(tick_s=0.2))
            lan = fake.learner(1)
            lan.start()
            await lan.expect()
            for _ in range(2 * BURST):
                lan.say("alo")

            async def is_told() -> bool:
                return any(TOO_FAST in body for body in await app.database.read(_outbox))

            await until(is_told, 30.0)
            assert app.intake.handled < 2 * BURST


def _outbox(connection: Connection) -> list[str]:
    return list(connection.scalars(select(conversations_t.outbox.c.body)))
