"""What Telegram tells of the way updates come in → what the operator is told; then the whole over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.checking import judge_polling, judge_webhook
from bot.channels.telegram.parse import ALLOWED_UPDATES
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.webhook import webhook_secret
from tests.channels.conformance.under_test import alone
from tests.support.fake_telegram import FakeTelegram

URL = "https://camtay.example/telegram"
SET = {
    "url": URL,
    "has_custom_certificate": False,
    "pending_update_count": 0,
    "ip_address": "203.0.113.7",
    "max_connections": 40,
    "allowed_updates": list(ALLOWED_UPDATES),
}
NOW = datetime(2026, 11, 29, tzinfo=UTC)
AT = {"last_error_date": 1_795_300_000}

WEBHOOK: list[tuple[dict[str, Any], str, str]] = [
    ({}, "good", "203.0.113.7"),
    ({"pending_update_count": 3}, "good", "3 tin đang chờ"),
    ({"pending_update_count": 250}, "note", "nhận chậm, 250"),
    ({"url": ""}, "note", "chưa đặt webhook"),
    ({"url": "https://other.example/bot42:SECRET"}, "bad", "other.example"),
    ({"allowed_updates": ["message"]}, "bad", "không như đã đặt"),
    ({"allowed_updates": None}, "bad", "không như đã đặt"),
    (AT | {"last_error_message": "Connection timed out"}, "good", "Connection timed out"),
    (AT | {"pending_update_count": 2, "last_error_message": "Connection refused"}, "bad", "cổng 443"),
    (
        AT | {"pending_update_count": 2, "last_error_message": "SSL error {error:0A000086:certificate verify failed}"},
        "bad",
        "fullchain",
    ),
    (
        AT | {"pending_update_count": 2, "last_error_message": "Wrong response from the webhook: 401 Unauthorized"},
        "bad",
        "X-Telegram-Bot-Api-Secret-Token",
    ),
    (
        AT | {"pending_update_count": 2, "last_error_message": "Wrong response from the webhook: 404 Not Found"},
        "bad",
        "telegram.webhook_url",
    ),
    (
        AT | {"pending_update_count": 2, "last_error_message": "Wrong response from the webhook: 502 Bad Gateway"},
        "bad",
        "Xem Cầm Tay",
    ),
    ({"last_error_message": "Connection refused", "pending_update_count": 1, "last_error_date": "x"}, "bad", "Lúc ?"),
]


@pytest.mark.parametrize(("told", "level", "words"), WEBHOOK, ids=[row[2] for row in WEBHOOK])
def test_a_webhook_is_judged(told: dict[str, Any], level: str, words: str) -> None:
    check = judge_webhook("camtay_bot", SET | told, URL)
    sentence = check.sentence.format(**check.values)
    assert (check.level, words in sentence) == (level, True), sentence
    assert "SECRET" not in sentence


@pytest.mark.parametrize(
    ("told", "level", "words"),
    [
        ({"url": ""}, "good", "polling"),
        ({"url": "https://other.example/bot42:SECRET"}, "note", "đang đặt webhook other.example"),
        ({"url": "", "pending_update_count": 100}, "note", "100 tin đang chờ"),
    ],
)
def test_polling_is_judged(told: dict[str, Any], level: str, words: str) -> None:
    check = judge_polling("camtay_bot", told)
    sentence = check.sentence.format(**check.values)
    assert (check.level, words in sentence) == (level, True), sentence
    assert "SECRET" not in sentence


@pytest.mark.parametrize("nonsense", [None, [], "x", {}, {"url": 5, "pending_update_count": "many"}])
def test_nonsense_is_judged_without_a_fault(nonsense: Any) -> None:
    assert judge_polling("x", nonsense).level == "good"
    assert judge_webhook("x", nonsense, URL).level == "note"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server
    assert server.violations == []


def settings(fake: FakeTelegram, mode: str) -> TelegramSettings:
    return TelegramSettings(mode=mode, webhook_url=URL, api_base=fake.url, token=fake.token)


async def test_the_doctor_asks_telegram(fake: FakeTelegram) -> None:
    provider = settings(fake, "webhook").provider(alone())
    assert (await provider.check(2)).level == "note", "nobody has set it yet"
    wanted = {"url": URL, "secret_token": webhook_secret(fake.token), "allowed_updates": list(ALLOWED_UPDATES)}
    await provider.channel.api.call("setWebhook", wanted)
    assert (await provider.check(2)).level == "good"
    fake.bot.webhook_error = "Connection refused"
    fake.learner(5).say("chào")
    check = await provider.check(2)
    assert check.level == "bad" and check.values["count"] == 1
    await provider.close()
    polls = settings(fake, "polling").provider(alone())
    assert (await polls.check(2)).level == "note", "it will be removed"
    await polls.close()


async def test_links_that_would_open_another_bot_are_told(fake: FakeTelegram) -> None:
    for username, level in (("camtay_bot", "bad"), ("Camtay_42_BOT", "good")):
        provider = TelegramSettings(username=username, api_base=fake.url, token=fake.token).provider(alone())
        assert (await provider.check(2)).level == level
        await provider.close()


async def test_a_webhook_that_somebody_took_away_is_set_again_at_the_next_start(fake: FakeTelegram) -> None:
    provider = settings(fake, "webhook").provider(alone())

    async def nobody(updates: object) -> None:
        raise AssertionError

    await provider.receive(nobody, lambda: NOW)
    assert fake.bot.webhook is not None and fake.bot.webhook.url == URL
    before = fake.counts["setWebhook"]
    await provider.receive(nobody, lambda: NOW)
    assert fake.counts["setWebhook"] == before, "it stands"
    await provider.close()
