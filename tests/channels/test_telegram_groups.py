"""In a group: one sentence a day with the way to the private chat, to whoever means the bot; nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.provider import Surroundings
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.groups import group_of, speaks_to
from bot.channels.telegram.introduction import GROUP_LABEL, GROUP_TEXT
from bot.delivery.surroundings import NoFiles
from tests.channels.conformance.under_test import Scratch
from tests.support.fake_telegram import FakeTelegram

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
GROUP = {"id": -100123, "type": "supergroup", "title": "Tổ 5"}
LAN, BOT = {"id": 5, "is_bot": False}, {"id": 42, "is_bot": True}


class House:
    """Bots that share what an account remembers, as processes do."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake, self.memory = fake, Scratch()
        self.channels: list[TelegramChannel] = []
        self.offset = 0

    def channel(self) -> TelegramChannel:
        around = Surroundings(lambda channel: self.memory, NoFiles())
        self.channels.append(TelegramChannel(self.fake.token, around, api_base=self.fake.url))
        return self.channels[-1]

    async def hears(self, channel: TelegramChannel, at: datetime = NOW) -> None:
        """Read what waits, as a poll does, and let what is behind it end."""
        raws = await channel.api.call("getUpdates", {"offset": self.offset})
        self.offset = max([self.offset, *(raw["update_id"] + 1 for raw in raws)])
        assert [channel.read(raw, at) for raw in raws] == [None] * len(raws)
        while errands := [each for each in asyncio.all_tasks() if "_answer" in repr(each.get_coro())]:
            await asyncio.wait(errands)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server
    assert server.violations == []


@pytest.fixture
async def house(fake: FakeTelegram) -> AsyncIterator[House]:
    made = House(fake)
    yield made
    for channel in made.channels:
        await channel.close()


async def test_a_group_is_told_once_a_day_where_to_chat(fake: FakeTelegram, house: House) -> None:
    group, channel = fake.group(), house.channel()
    group.add_bot()
    group.say("/menu")
    group.say("tôi bị lừa mất tiền rồi em ơi", to_bot=True)
    await house.hears(channel)
    (told,) = group.inbox
    assert (told.text, told.links) == (GROUP_TEXT, ((GROUP_LABEL, "https://t.me/camtay_42_bot"),))
    group.say("/menu")
    await house.hears(channel, NOW + timedelta(hours=23))
    await house.hears(house.channel(), NOW + timedelta(hours=23))
    assert len(group.inbox) == 1
    group.say("/menu")
    await house.hears(house.channel(), NOW + timedelta(hours=25))
    assert len(group.inbox) == 2


async def test_nothing_of_a_group_is_kept(fake: FakeTelegram, house: House) -> None:
    group = fake.group(-100987654321, "Chi hội ấp 3")
    group.say("/menu tôi là Lan")
    await house.hears(house.channel())
    (kept,) = house.memory.kept.values()
    assert len(group.inbox) == 1
    assert not any(words in str(kept) for words in ("Lan", "menu", "ấp 3", "987654321"))
    await house.hears(house.channel(), NOW + timedelta(days=2))
    other = fake.group(-100555)
    other.say("/menu")
    await house.hears(house.channel(), NOW + timedelta(days=2))
    (later,) = house.memory.kept.values()
    assert later[0].count(":") == 1, "yesterday's are forgotten"


async def test_two_processes_say_it_once(fake: FakeTelegram, house: House) -> None:
    group = fake.group()
    group.say("/menu")
    raws = await house.channel().api.call("getUpdates", {})
    for channel in (house.channel(), house.channel()):
        channel.read(raws[0], NOW)
    await house.hears(house.channel())
    assert len(group.inbox) == 1


async def test_many_groups_at_once(fake: FakeTelegram, house: House) -> None:
    groups = [fake.group(-100_000 - number) for number in range(30)]
    for each in groups:
        each.say("/menu")
    await house.hears(house.channel())
    assert [len(each.inbox) for each in groups] == [1] * 30


async def test_a_refusal_or_a_dead_line_is_left_at_that(fake: FakeTelegram, house: House) -> None:
    group, channel = fake.group(), house.channel()
    fake.faults.answer(400, "Bad Request: not enough rights to send text messages to the chat")
    for _ in range(2):
        group.say("/menu")
        await house.hears(channel)
    assert group.inbox == []
    assert fake.counts["sendMessage"] == 0


SPEAKS: list[tuple[str, dict[str, Any], bool]] = [
    ("a command", {"text": "/menu"}, True),
    ("a command to it", {"text": "/menu@Camtay_42_bot"}, True),
    ("a command to another", {"text": "/menu@other_bot"}, False),
    ("its name", {"text": "hỏi @camtay_42_bot đi"}, True),
    ("a longer name", {"text": "hỏi @camtay_42_bots đi"}, False),
    ("under a picture", {"photo": [], "caption": "@camtay_42_bot"}, True),
    ("a reply to it", {"text": "dạ", "reply_to_message": {"from": BOT}}, True),
    ("a reply to another", {"text": "dạ", "reply_to_message": {"from": LAN}}, False),
    ("talk", {"text": "mai họp lúc tám giờ"}, False),
    ("another bot", {"text": "/menu", "from": {"id": 9, "is_bot": True}}, False),
    ("nobody", {"text": "/menu", "from": None}, False),
    ("no words", {"sticker": {}}, False),
]


@pytest.mark.parametrize(("name", "content", "expected"), SPEAKS, ids=[row[0] for row in SPEAKS])
def test_who_is_spoken_to(name: str, content: dict[str, Any], expected: bool) -> None:
    raw = {"update_id": 1, "message": {"chat": GROUP, "from": LAN, **content}}
    assert group_of(raw) == -100123
    assert speaks_to(raw, 42, "camtay_42_bot") is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("left", "member", True),
        ("kicked", "administrator", True),
        ("member", "left", False),
        ("member", "administrator", False),
    ],
)
def test_being_brought_in(before: str, after: str, expected: bool) -> None:
    raw = {
        "my_chat_member": {"chat": GROUP, "old_chat_member": {"status": before}, "new_chat_member": {"status": after}}
    }
    assert speaks_to(raw, 42, "camtay_42_bot") is expected


@pytest.mark.parametrize("kind", ["private", "channel", None])
def test_elsewhere_is_no_group(kind: str | None) -> None:
    assert group_of({"message": {"chat": {"id": -1, "type": kind}}}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "chat", "from", "id", "type", "text", "my_chat_member"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_nonsense_never_raises(raw: Any) -> None:
    if group_of(raw) is not None:
        speaks_to(raw, 42, "camtay_42_bot")
