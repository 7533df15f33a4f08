"""Every channel that is known, through the whole tutor: nothing lost, nothing doubled, each choice can be chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.channels.base import LearnerGone, Outgoing
from bot.channels.layout import utf16_length
from bot.channels.registry import CHANNELS
from flows.profiles import UNKNOWN, profile_of
from storage.engine.database import Connection
from tests.channels.conformance.known import KNOWN
from tests.channels.conformance.under_test import Phone, Trouble, UnderTest, alone, configured, sees, serving
from tests.support.harness import rows_of

TROUBLES: tuple[Trouble, ...] = ("fails once", "refuses once")
ALONE = [each for each in KNOWN if not each.is_twin]
MESSENGERS = [each for each in ALONE if each.section is not None]


@pytest.fixture(params=KNOWN, ids=lambda each: each.__name__)
async def channel(request: pytest.FixtureRequest) -> AsyncIterator[UnderTest]:
    async with request.param() as under_test:
        yield under_test


@pytest.fixture(params=ALONE, ids=lambda each: each.__name__)
async def single(request: pytest.FixtureRequest) -> AsyncIterator[UnderTest]:
    async with request.param() as under_test:
        yield under_test


@pytest.fixture(params=MESSENGERS, ids=lambda each: each.__name__)
async def messenger(request: pytest.FixtureRequest) -> AsyncIterator[UnderTest]:
    async with request.param() as under_test:
        yield under_test


async def meets(phone: Phone) -> None:
    """First contact, up to the menu."""
    await phone.begins()
    await sees(phone, "Đồng ý")
    await phone.picks("Đồng ý")
    await sees(phone, "Bỏ qua")
    await phone.picks("Bỏ qua")
    await sees(phone, "Gọi chị, xưng em")
    await phone.picks("Gọi chị, xưng em")
    await sees(phone, "Bài thử")


async def takes_lesson(phone: Phone) -> None:
    await phone.picks("Bài thử")
    await sees(phone, "Bước một")
    await phone.picks("Tiếp")
    await sees(phone, "Bước hai")
    await phone.picks("Màu đen")
    await sees(phone, "Bước ba")
    await phone.says("4")
    await sees(phone, "Bước bốn")
    await phone.picks("Giữ kín")
    await sees(phone, "Bước năm")
    await phone.picks("Xong rồi")


async def rows(app: App, table: str) -> list[dict[str, object]]:
    def read(connection: Connection) -> list[dict[str, object]]:
        return rows_of(connection, table)

    return await app.database.read(read)


async def test_a_lesson_is_taken_from_the_first_word_to_the_last(channel: UnderTest, tmp_path: Path) -> None:
    async with serving(channel, tmp_path / "data") as app:
        phone = channel.phone(app)
        await meets(phone)
        await takes_lesson(phone)
        seen = await sees(phone, "Bước cuối")
        for words in ("Bước một", "Bước hai", "Bước ba", "Bước bốn", "Bước năm", "Bước cuối"):
            assert sum(words in text for text in seen) == 1, words
        assert [row["right"] for row in await rows(app, "attempt")] == [1, 1]
        assert {row["channel"] for row in await rows(app, "identity")} == {channel.channel}


async def test_whoever_chats_goes_on_where_she_was_after_a_stop(channel: UnderTest, tmp_path: Path) -> None:
    async with serving(channel, tmp_path / "data") as app:
        phone = channel.phone(app)
        await meets(phone)
        await phone.picks("Bài thử")
        await sees(phone, "Bước một")
        port = app.settings.web.port
    async with serving(channel, tmp_path / "data", port) as app:
        await phone.picks("Tiếp")
        seen = await sees(phone, "Bước hai")
        assert sum("Bước một" in text for text in seen) == 1, "what was handled is not handled again"


async def test_two_who_chat_at_once_see_each_their_own(single: UnderTest, tmp_path: Path) -> None:
    async with serving(single, tmp_path / "data") as app:
        lan, mai = single.phone(app), single.phone(app)
        await meets(lan)
        await meets(mai)
        await mai.picks("Bài thử")
        await sees(mai, "Bước một")
        assert not any("Bước một" in text for text in await lan.seen())
        assert len(await rows(app, "person")) == 2


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_was_not_taken_arrives_once_and_in_order(
    messenger: UnderTest, trouble: Trouble, tmp_path: Path
) -> None:
    async with serving(messenger, tmp_path / "data") as app:
        phone = messenger.phone(app)
        await meets(phone)
        messenger.troubles(phone, trouble)
        await takes_lesson(phone)
        seen = await sees(phone, "Bước cuối")
        assert [sum(words in text for text in seen) for words in ("Bước một", "Bước hai")] == [1, 1]


async def test_who_has_left_is_told_apart_from_a_failure(messenger: UnderTest, tmp_path: Path) -> None:
    async with serving(messenger, tmp_path / "data") as app:
        phone = messenger.phone(app)
        await meets(phone)
        messenger.troubles(phone, "is left")
        (who,) = await rows(app, "identity")
        owner = app.owners[0]
        with pytest.raises(LearnerGone):
            await owner.channel.send(Outgoing(owner.channel.name, str(who["chat_id"]), 999, "còn đó không"))


async def test_a_text_of_any_length_arrives_whole_in_parts_that_fit(messenger: UnderTest, tmp_path: Path) -> None:
    async with serving(messenger, tmp_path / "data") as app:
        phone = messenger.phone(app)
        await meets(phone)
        (who,) = await rows(app, "identity")
        before = len(await phone.seen())
        words = [f"từ{at}" for at in range(2_000)]
        owner = app.owners[0]
        await owner.channel.send(Outgoing(owner.channel.name, str(who["chat_id"]), 999, " ".join(words)))
        parts = (await sees(phone, words[-1]))[before:]
        assert " ".join(parts).split() == words
        assert all(utf16_length(part) <= owner.provider.profile.text for part in parts)


async def test_the_doctor_sees_whether_the_provider_answers(messenger: UnderTest, tmp_path: Path) -> None:
    section = configured(messenger, tmp_path / "data").channels[str(messenger.section and messenger.section.profile.id)]
    provider = section.provider(alone())
    assert (await provider.check(2.0)).level == "good"
    await messenger.goes_away()
    assert (await provider.check(2.0)).level == "bad"
    await provider.close()


async def test_its_settings_are_its_own_and_its_secret_is_never_shown(messenger: UnderTest, tmp_path: Path) -> None:
    given = configured(messenger, tmp_path / "data")
    assert messenger.section is not None
    section = given.channels[messenger.section.profile.id]
    again, provider = section.provider(alone()), section.provider(alone())
    assert section.is_on and not messenger.section().is_on, "without a credential nothing is served"
    assert provider.fingerprint == again.fingerprint
    assert provider.channel.name == messenger.channel
    assert provider.channel.name.partition(":")[0] == provider.profile.id
    for secret in messenger.environ().values():
        assert secret not in repr(given) and secret not in provider.fingerprint
    link = section.link("moi-abc")
    assert not link or "moi-abc" in link
    await again.close()
    await provider.close()


def test_what_can_be_configured_is_tested_and_has_a_row() -> None:
    assert {each.section for each in KNOWN} >= set(CHANNELS)
    for section in CHANNELS:
        assert profile_of(f"{section.profile.id}:1") == section.profile != UNKNOWN
