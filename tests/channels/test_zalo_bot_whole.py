"""The whole tutor on a Zalo bot, when the world is bad to it: floods, a lost token, a month that is used up."""

from __future__ import annotations

from pathlib import Path

from bot.app import App
from bot.channels.provider import ChannelCheck
from bot.delivery.flood import BURST
from tests.channels.conformance.known import ZaloBotPosts, ZaloBotUnderTest
from tests.channels.conformance.test_channels import meets, rows
from tests.channels.conformance.under_test import sees, serving
from tests.support.process import until


async def test_ten_thousand_messages_of_one_chat_are_answered_once_and_others_as_ever(
    tmp_path: Path, long_run: bool
) -> None:
    count = 10_000 if long_run else 1_500
    async with ZaloBotPosts() as channel, serving(channel, tmp_path / "data") as app:
        lan, mai = channel.phone(app), channel.phone(app)
        await meets(lan)
        await meets(mai)
        seen = len(await lan.seen())
        channel.fake.twice = False
        for at in range(count):
            channel.fake.platform.push(_event(channel, f"tin số {at}"))
            if at == count // 2:
                await mai.says("menu")
        await sees(mai, "Chị muốn học bài nào?", times=2)
        await until(lambda: len(channel.fake.statuses) > count, 60.0)
        assert set(channel.fake.statuses) == {200}
        texts = (await sees(lan, "Tin tới nhanh quá"))[seen:]
        assert sum("Tin tới nhanh quá" in text for text in texts) == 1
        assert len(texts) <= BURST + 2


def _event(channel: ZaloBotUnderTest, text: str) -> dict[str, object]:
    """A message of the first phone."""
    lan = channel.fake.learner(1)
    message_id = channel.fake.platform.new_id()
    chat = {"id": lan.chat_id, "chat_type": "PRIVATE"}
    message = {"from": {"id": lan.chat_id}, "chat": chat, "text": text, "message_id": message_id}
    return {"event_name": "message.text.received", "message": message}


async def test_a_token_that_is_revoked_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """What she wrote is kept; what she is to read waits; the operator is told."""
    async with ZaloBotPosts() as channel:
        async with serving(channel, tmp_path / "data") as app:
            lan = channel.phone(app)
            await meets(lan)
            channel.fake.platform.revoked = True
            await lan.picks("Bài thử")

            async def waits() -> bool:
                return len(await rows(app, "outbox")) == 1

            await until(waits)
            assert (await _check(app)).level == "bad"
            port = app.settings.web.port
        channel.fake.platform.revoked = False
        async with serving(channel, tmp_path / "data", port):
            seen = await sees(lan, "Bước một")
            assert sum("Bước một" in text for text in seen) == 1


async def _check(app: App) -> ChannelCheck:
    return await app.owners[0].provider.check(2.0)


async def test_a_month_that_is_used_up_is_neither_lost_nor_spun(tmp_path: Path) -> None:
    async with ZaloBotUnderTest() as channel:
        async with serving(channel, tmp_path / "data") as app:
            lan = channel.phone(app)
            await meets(lan)
            _, health = await app.health.tell()
            sent = channel.fake.platform.taken
            assert health["zalo_bot_sent"] == f"{sent}/3000"
            channel.fake.variants.quota, channel.fake.variants.spent = sent, "Monthly quota exceeded"
            calls = channel.fake.counts["sendMessage"]
            await lan.picks("Bài thử")
            await until(lambda: channel.fake.counts["sendMessage"] > calls)
            assert len(await rows(app, "outbox")) == 1
            port = app.settings.web.port
        assert channel.fake.counts["sendMessage"] == calls + 1, "it is asked again in an hour"
        channel.fake.variants.quota = None
        async with serving(channel, tmp_path / "data", port) as app:
            await sees(lan, "Bước một")
            _, health = await app.health.tell()
            assert health["zalo_bot_sent"] == f"{channel.fake.platform.taken}/3000", "the count outlives a stop"
