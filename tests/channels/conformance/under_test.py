"""What a channel has to bring along to be tested: its settings, a fake of its provider, phones that chat with it."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Literal, Protocol, Self

from aiohttp import web

from bot import settings
from bot.app import App, Environment, bootstrap
from bot.channels.provider import Surroundings
from bot.channels.registry import CHANNELS, ChannelSettings
from bot.delivery.surroundings import NoFiles
from tests.support.builders import where_it_is_noon
from tests.support.process import free_port
from tests.support.short_lesson import write_lessons


class Scratch:
    """A memory for an account that is looked at alone: no tutor, no database."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, int]] = {}

    async def get(self, key: str) -> tuple[str, int] | None:
        return self.kept.get(key)

    async def put(self, key: str, value: str, revision: int | None) -> bool:
        known = self.kept.get(key)
        if (known and known[1]) != revision:
            return False
        self.kept[key] = value, (revision or 0) + 1
        return True


def alone() -> Surroundings:
    """What such an account has of the house."""
    memory = Scratch()
    return Surroundings(lambda channel: memory, NoFiles())


Trouble = Literal["fails once", "refuses once", "is left"]
"""The provider fails and takes it the next time; refuses it as it is and takes it plainer; says that she is gone."""


class Phone(Protocol):
    """One learner at one phone."""

    async def begins(self) -> None:
        """Open the chat."""

    async def says(self, text: str) -> None:
        """Write."""

    async def sends(self, kind: str) -> bool:
        """Send what is not words: a sticker, a photo, a voice; False where the channel has no such thing."""

    async def picks(self, label: str) -> None:
        """Choose what reads so, as the channel lets her: a tap, or its number."""

    async def seen(self) -> list[str]:
        """All texts of the tutor, oldest first, with the labels of their buttons behind them."""


class UnderTest(ABC):
    """A channel with a fake of its provider, which listens on loopback while this is entered."""

    channel: str
    """As rows name it ("telegram:42")."""
    section: type[ChannelSettings] | None = None
    """None: it is no messenger, the tutor serves it by itself."""
    url = ""
    """Where the fake listens."""
    begins_slowly = False
    """Its set-up imports what takes seconds: where many channels take turns it does so only when there is time."""
    is_twin = False
    """The same account by another door, or of another mind: what is sent is tested with its twin."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.goes_away()

    async def goes_away(self) -> None:
        """The provider does not answer any more."""
        await self._runner.cleanup()

    def routes(self) -> list[web.RouteDef]:
        """What the fake serves."""
        return []

    def flags(self, port: int) -> Mapping[str, str]:
        """Its settings, where the tutor listens on `port`."""
        return {}

    def environ(self) -> Mapping[str, str]:
        """Its credentials."""
        return {}

    @abstractmethod
    def phone(self, app: App) -> Phone:
        """A phone that nobody has met."""

    def storms(self, rng: Random) -> None:  # noqa: B027
        """From now on one call in a hundred is throttled, one fails, one update is delivered once more."""

    @abstractmethod
    def troubles(self, phone: Phone, trouble: Trouble) -> None:
        """What happens to the next message of the tutor to this phone."""


def channels_with(section: type[ChannelSettings] | None) -> tuple[type[ChannelSettings], ...]:
    """The channels that are known, and this one."""
    return CHANNELS if section is None or section in CHANNELS else (*CHANNELS, section)


def configured(under_test: UnderTest, data: Path, port: int = 0, lessons: Path | None = None) -> settings.Settings:
    """The settings of a tutor with this channel, beside those that are known; without `lessons` it has a short one."""
    if lessons is None:
        lessons = data.parent / "lessons"
        if not lessons.exists():
            write_lessons(lessons)
    base = {"data.dir": str(data), "lessons.dir": str(lessons), "web.port": str(port)}
    base |= {"time.zone": where_it_is_noon(), "time.quiet_from": "00:00", "time.quiet_to": "00:00"}
    config = Path(__file__).parents[3] / "config.yaml"
    return settings.load(
        config, under_test.environ(), {**base, **under_test.flags(port)}, channels_with(under_test.section)
    )


@asynccontextmanager
async def serving(under_test: UnderTest, data: Path, port: int = 0, lessons: Path | None = None) -> AsyncIterator[App]:
    """The whole tutor in this process, on this channel."""
    async with AsyncExitStack() as stack:
        given = await asyncio.to_thread(configured, under_test, data, port or free_port(), lessons)
        yield await bootstrap(stack, given, Environment(tick_s=0.2))


async def sees(phone: Phone, words: str, times: int = 1, within_s: float = 30.0) -> list[str]:
    """Wait until so many messages hold these words; all that is seen then. Raises AssertionError."""
    deadline = asyncio.get_running_loop().time() + within_s
    seen = await phone.seen()
    while sum(words in text for text in seen) < times:
        assert asyncio.get_running_loop().time() < deadline, f"{words!r} not in {seen[-3:]}"
        await asyncio.sleep(0.02)
        seen = await phone.seen()
    return seen


def number_before(label: str, seen: list[str]) -> str:
    """The number that stands before a choice in the newest text that has it."""
    lines = re.compile(rf"^(\d+)\. {re.escape(label)}$", re.MULTILINE)
    return next(found[1] for text in reversed(seen) if (found := lines.search(text)))
