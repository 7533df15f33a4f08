"""Several bots in one process: each with its own name, door, outbox and doctor's line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import settings
from bot.app import App, Environment, bootstrap
from bot.channels.telegram.settings import TelegramSettings
from bot.cli.account_findings import account_findings
from bot.errors import SettingsInvalid
from bot.sections import accounts_in, variable_of
from tests.channels.conformance.under_test import alone
from tests.support.fake_telegram import FakeTelegram, Learner
from tests.support.harness import rows_of
from tests.support.process import free_port
from tests.support.short_lesson import write_lessons

ONE, TWO = "42:ONE-bot", "43:TWO-bot"
NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram([ONE, TWO]) as server:
        yield server
    assert server.violations == []


def written(folder: Path, text: str) -> Path:
    """A site's own config.yaml, with lessons beside it."""
    folder.mkdir(exist_ok=True)
    write_lessons(folder / "lessons")
    (folder / "two.token").write_text(f"{TWO}\n", "utf-8")
    config = folder / "config.yaml"
    config.write_text(f"data: {{dir: data}}\nweb: {{port: {free_port()}}}\n{text}", "utf-8")
    return config


def read(config: Path, **environ: str) -> settings.Settings:
    return settings.load(config, {"TELEGRAM_TOKEN": ONE, **environ}, {})


async def seen(learner: Learner, words: str) -> None:
    await learner.expect(words, timeout_s=15)


async def test_each_bot_answers_its_own_people(fake: FakeTelegram, tmp_path: Path) -> None:
    both = f"{{api_base: {fake.url}, messages_per_second: 0"
    config = written(
        tmp_path, f"telegram: {both}}}\ntelegram_hai: {both}, token_file: two.token, username: camtay_43_bot}}\n"
    )
    first, second = fake.bots.values()
    lan, mai = fake.learner(5, bot=first), fake.learner(5, "Mai", bot=second)
    async with AsyncExitStack() as stack:
        app: App = await bootstrap(stack, read(config), Environment(tick_s=0.2))
        assert [owner.channel.name for owner in app.owners] == ["telegram:42", "telegram:43"]
        _, healthy = await app.health.tell()
        assert {name for name in healthy if name.startswith("telegram")} == {"telegram:42", "telegram:43"}
        assert [each.name for each in (await app.operations.tell()).channels] == ["telegram:42", "telegram:43"]
        lan.start()
        mai.start()
        await asyncio.gather(seen(lan, "đồng ý không"), seen(mai, "đồng ý không"))
        mai.tap("Đồng ý")
        await seen(mai, "Bỏ qua")
        people = await app.database.read(lambda connection: rows_of(connection, "identity"))
        assert sorted((row["channel"], row["chat_id"]) for row in people) == [
            ("telegram:42", "5"),
            ("telegram:43", "5"),
        ]
        assert "https://t.me/camtay_43_bot?start=moi-abc" in [link("moi-abc") for link in app.settings.links]
    assert len(lan.inbox) == 1, "the same number at another bot is somebody else"
    told = await account_findings(read(config), NOW)
    assert [each.text.split(" ")[2] for each in told if each.text.startswith("Telegram")] == [
        "@camtay_42_bot",
        "@camtay_43_bot",
    ]


async def test_each_has_its_own_door(fake: FakeTelegram, tmp_path: Path) -> None:
    port = free_port()
    hook = f"mode: webhook, api_base: {fake.url}, webhook_url: 'http://127.0.0.1:{port}"
    text = f"telegram: {{{hook}/tg/one'}}\ntelegram_hai: {{{hook}/tg/two', token_file: two.token}}\n"
    config = written(tmp_path, text)
    given = settings.load(config, {"TELEGRAM_TOKEN": ONE}, {"web.port": str(port)})
    providers = [each.provider(alone()) for each in given.channels.values() if each.is_on]

    async def nobody(updates: object) -> None:
        raise AssertionError

    doors = [route.path for each in providers for route in each.routes(nobody, lambda: NOW)]  # type: ignore[attr-defined]
    assert doors == ["/tg/one", "/tg/two"]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("telegram_hai: {token_file: one.token}\n", "telegram và telegram_hai dùng chung telegram:42"),
        (
            "telegram: {mode: webhook, webhook_url: 'https://a.vn'}\n"
            "telegram_hai: {mode: webhook, webhook_url: 'https://a.vn', token_file: two.token}\n",
            "Hai tài khoản cùng nhận tin ở /telegram",
        ),
        ("telegram_hai: {token_file: bad.token}\n", "telegram_hai: TELEGRAM_TOKEN: mã bot Telegram phải có dạng"),
    ],
)
async def test_what_two_cannot_share_is_one_sentence(tmp_path: Path, text: str, refusal: str) -> None:
    config = written(tmp_path, text)
    (tmp_path / "one.token").write_text(ONE, "utf-8")
    (tmp_path / "bad.token").write_text("nonsense", "utf-8")
    async with AsyncExitStack() as stack:
        with pytest.raises(SettingsInvalid) as caught:
            await bootstrap(stack, read(config), Environment(tick_s=0.2))
    assert str(caught.value).startswith(refusal)
    assert ONE not in str(caught.value) and "nonsense" not in str(caught.value)


def test_a_further_account_is_set_like_the_first(tmp_path: Path) -> None:
    config = written(tmp_path, "telegram_bien_hoa: {username: bien_hoa_bot}\n")
    given = read(
        config,
        TELEGRAM_BIEN_HOA_TOKEN="44:THREE",
        TELEGRAM_BIEN_HOA_API_BASE="http://127.0.0.1:9",
        CAMTAY__TELEGRAM_BIEN_HOA__MODE="webhook",
    )
    first, section = given.channels["telegram"], given.channels["telegram_bien_hoa"]
    assert isinstance(first, TelegramSettings) and isinstance(section, TelegramSettings)
    assert (section.token, section.mode, section.api_base) == ("44:THREE", "webhook", "http://127.0.0.1:9")
    assert first.api_base == "https://api.telegram.org", "nothing is taken over from the first"
    assert "44:THREE" not in repr(given)
    with pytest.raises(SettingsInvalid, match=r"config.yaml:3:16: không ghi token vào tệp này; .*TELEGRAM_HAI_TOKEN"):
        read(written(tmp_path / "x", "telegram_hai: {token: '1:abc'}\n"))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["telegram", "web"], {}),
        (["telegram_hai", "telegram_3"], {"telegram_hai": "telegram", "telegram_3": "telegram"}),
        (["zalo_bot", "zalo_bot_hai"], {"zalo_bot_hai": "zalo_bot"}),
        (["telegram_", "telegramhai", "telegram_Hai", "wbe"], {}),
    ],
)
def test_which_sections_are_further_accounts(names: list[str], found: dict[str, str]) -> None:
    assert accounts_in(names, ["telegram", "zalo", "zalo_bot"]) == found


def test_variables_of_a_further_account() -> None:
    assert variable_of("TELEGRAM_TOKEN", "telegram", "telegram_hai") == "TELEGRAM_HAI_TOKEN"
    assert variable_of("DATABASE_URL", "telegram", "telegram_hai") == ""
