"""The set-up through aiogram, in a child process as in production, against the fake server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.base import Misconfigured
from bot.channels.telegram.client import BotApi
from bot.channels.telegram.introduction import COMMANDS, DESCRIPTION, SHORT_DESCRIPTION, introduce
from bot.channels.telegram.parse import ALLOWED_UPDATES
from bot.channels.telegram.setup import BotPlan, SetupResult, fingerprint_of, run_setup
from bot.channels.telegram.webhook import webhook_secret
from tests.support.fake_telegram import FakeTelegram

PLAN = BotPlan("42:TEST", "polling", "", "http://127.0.0.1:1")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server
    assert server.violations == []


async def test_webhook_then_polling_and_a_wrong_token(fake: FakeTelegram) -> None:
    """One test for three runs, at the same time: aiogram takes seconds to import."""
    other = FakeTelegram(["43:OTHER"])
    async with other:
        await _set_webhook(other)
        hooked, polled, refused = await asyncio.gather(
            run_setup(BotPlan(fake.token, "webhook", "https://camtay.example", fake.url)),
            run_setup(BotPlan(other.token, "polling", "", other.url)),
            run_setup(BotPlan("44:WRONG", "polling", "", fake.url)),
        )
        assert polled == SetupResult(ok=True, username="camtay_43_bot")
        assert other.bot.webhook is None
        assert other.violations == []
    assert hooked == SetupResult(ok=True, username="camtay_42_bot")
    assert not refused.ok
    assert "BotFather" in refused.error
    asked = dict(fake.calls)["setWebhook"]
    assert asked == {
        "url": "https://camtay.example/telegram",
        "secret_token": webhook_secret(fake.token),
        "allowed_updates": list(ALLOWED_UPDATES),
        "max_connections": 40,
    }


async def test_what_telegram_shows_of_the_bot_is_vietnamese_and_for_private_chats(fake: FakeTelegram) -> None:
    api = BotApi(fake.token, api_base=fake.url)
    await api.call("setMyCommands", {"commands": [{"command": "old", "description": "of a former version"}]})
    for _ in range(2):
        await introduce(api)
    assert {scope: {c["command"]: c["description"] for c in menu} for scope, menu in fake.bot.commands.items()} == {
        ("all_private_chats", ""): COMMANDS
    }
    assert fake.bot.shown == {
        "menu_button": {"type": "commands"},
        "description": DESCRIPTION,
        "short_description": SHORT_DESCRIPTION,
    }
    await api.close()
    refused = BotApi("44:WRONG", api_base=fake.url)
    with pytest.raises(Misconfigured):
        await introduce(refused)
    await refused.close()


async def _set_webhook(fake: FakeTelegram) -> None:
    api = BotApi(fake.token, api_base=fake.url)
    await api.call("setWebhook", {"url": "https://old.example/hook"})
    await api.close()


async def test_no_network_is_one_sentence_and_a_late_child_is_ended() -> None:
    result, late = await asyncio.gather(run_setup(PLAN), run_setup(PLAN, timeout_s=0.1))
    assert result.error.startswith("Chưa nối được tới Telegram")
    assert late.error == "Cài đặt bot Telegram chưa xong: chờ quá lâu."


def test_it_runs_only_when_something_changed() -> None:
    first = fingerprint_of(PLAN)
    assert len(first) == 64
    assert PLAN.token not in first
    assert fingerprint_of(replace(PLAN)) == first
    changes: list[dict[str, Any]] = [{"token": "42:NEW"}, {"mode": "webhook"}, {"api_base": "https://api.telegram.org"}]
    for change in changes:
        assert fingerprint_of(replace(PLAN, **change)) != first


def test_the_plan_hides_the_token() -> None:
    assert PLAN.token not in repr(PLAN)


@pytest.mark.parametrize("module", ["bot.channels.telegram.provider", "bot.channels.telegram.setup"])
def test_the_long_lived_process_never_imports_aiogram(module: str) -> None:
    code = f"import sys, {module}; sys.exit('aiogram' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
