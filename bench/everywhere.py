"""Our bot with every channel on at once as a row: learners play on Telegram, Zalo's accounts stand ready beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.fakeapi import FakeApi, Heard
from bench.fakezalo import FakeZaloApi
from bench.ours import ours, zalo_bot_settings
from bench.postgres import free_port
from bench.rows import Bot
from bench.zalo_oa import FakeOa


class FakeEverywhere(FakeApi):
    """The Bot API; a Zalo Bot's server and an Official Account's are open beside it, where nobody writes."""

    def __init__(self, heard: Heard, url: str) -> None:
        super().__init__(heard)
        self._others: tuple[FakeApi, ...] = (FakeZaloApi(_unheard), FakeOa(_unheard, f"{url}/zalo-oa"))

    async def open(self) -> None:
        """Listen for all of them."""
        for each in self._others:
            await each.open()
        await super().open()

    async def close(self) -> None:
        for each in self._others:
            await each.close()
        await super().close()

    def environ(self) -> dict[str, str]:
        """The variables by which a bot finds each of them."""
        return {name: value for each in (self, *self._others) for name, value in _variables(each).items()}


def on_all_channels(name: str) -> Bot:
    """A fresh bot on SQLite with the web page, Telegram, a Zalo Bot and an Official Account, all by webhook."""
    port = free_port()
    bot = ours(name, mode="webhook", port=port)

    def environ(data: Path) -> dict[str, str]:
        return {**bot.environ(data), **zalo_bot_settings(port)}

    return replace(bot, environ=environ, api=partial(FakeEverywhere, url=f"http://127.0.0.1:{port}"))


def _variables(api: FakeApi) -> dict[str, str]:
    return FakeApi.environ(api) if isinstance(api, FakeEverywhere) else api.environ()


def _unheard(chat: int, text: str, markup: str, message_id: int) -> None:
    """Nobody reads there."""
