"""The channels that are tested: each is one line of `KNOWN`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, ClassVar, Self
from uuid import uuid4

import aiohttp

from bot.app import App
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.zalo_bot.settings import ZaloBotSettings
from tests.channels.conformance.under_test import Phone, Trouble, UnderTest, number_before
from tests.channels.conformance.zalo_oa import ZaloOaOther, ZaloOaUnderTest
from tests.channels.toy.channel import ToyUnderTest
from tests.support import fake_zalo_bot
from tests.support.fake_telegram import FakeTelegram, Learner
from tests.support.fake_zalo_bot import FakeZaloBot, Fault, Variants
from tests.support.process import until

ONE_IN_A_HUNDRED = 0.01
TELEGRAM_KINDS = {"file": "document", "place": "location", "other": "dice"}


class TelegramPhone:
    def __init__(self, learner: Learner) -> None:
        self.learner = learner

    async def begins(self) -> None:
        self.learner.start()

    async def says(self, text: str) -> None:
        self.learner.say(text)

    async def sends(self, kind: str) -> bool:
        self.learner.send(TELEGRAM_KINDS.get(kind, kind))
        return True

    async def picks(self, label: str) -> None:
        if any(label in dict(message.buttons) for message in self.learner.inbox):
            self.learner.tap(label)
        else:
            await self.says(number_before(label, await self.seen()))

    async def seen(self) -> list[str]:
        return ["\n".join([each.text, *(label for label, _ in each.buttons)]) for each in self.learner.inbox]


class TelegramUnderTest(UnderTest):
    """One bot, polled."""

    channel = "telegram:42"
    section = TelegramSettings

    def __init__(self) -> None:
        self.fake = FakeTelegram()
        self.phones = 0

    async def __aenter__(self) -> Self:
        await self.fake.start()
        return self

    async def goes_away(self) -> None:
        await self.fake.stop()

    def flags(self, port: int) -> Mapping[str, str]:
        return {"telegram.api_base": self.fake.url, "telegram.messages_per_second": "0", **self.door(port)}

    def door(self, port: int) -> Mapping[str, str]:
        return {}

    def environ(self) -> Mapping[str, str]:
        return {"TELEGRAM_TOKEN": self.fake.token}

    def phone(self, app: App) -> Phone:
        self.phones += 1
        return TelegramPhone(self.fake.learner(100 + self.phones))

    def storms(self, rng: Random) -> None:
        self.fake.storm = rng

    def troubles(self, phone: Phone, trouble: Trouble) -> None:
        assert isinstance(phone, TelegramPhone)
        chat_id = phone.learner.chat_id
        if trouble == "is left":
            phone.learner.block()
        elif trouble == "fails once":
            self.fake.faults.answer(502, "Bad Gateway", chat_id=chat_id)
        else:
            self.fake.faults.answer(400, "Bad Request: can't parse", chat_id=chat_id)


class TelegramPostedPhone(TelegramPhone):
    """Begins once Telegram knows where to post: the child that tells it imports for seconds."""

    def __init__(self, learner: Learner, fake: FakeTelegram) -> None:
        super().__init__(learner)
        self.fake = fake

    async def begins(self) -> None:
        await until(lambda: self.fake.bot.webhook, 60.0)
        await super().begins()


class TelegramPosts(TelegramUnderTest):
    """The same bot, which is posted to."""

    is_twin = begins_slowly = True

    def phone(self, app: App) -> Phone:
        return TelegramPostedPhone(self.fake.learner(100), self.fake)

    def door(self, port: int) -> Mapping[str, str]:
        return {"telegram.mode": "webhook", "telegram.webhook_url": f"http://127.0.0.1:{port}/telegram"}


class ZaloBotPhone:
    def __init__(self, learner: fake_zalo_bot.Learner) -> None:
        self.learner = learner

    async def begins(self) -> None:
        self.learner.say("xin chào")

    async def says(self, text: str) -> None:
        self.learner.say(text)

    async def sends(self, kind: str) -> bool:
        self.learner.send({"photo": "image", "sticker": "sticker", "voice": "voice"}.get(kind, "unsupported"))
        return True

    async def picks(self, label: str) -> None:
        await self.says(number_before(label, await self.seen()))

    async def seen(self) -> list[str]:
        return [message.text for message in self.learner.inbox]


class ZaloBotUnderTest(UnderTest):
    """One bot, polled: what a poll brings comes again with the next ones."""

    channel = f"zalo_bot:{fake_zalo_bot.TOKEN.partition(':')[0]}"
    section = ZaloBotSettings
    variants: ClassVar[Variants] = Variants(replays=2)
    FAULTS: ClassVar[Mapping[Trouble, Fault]] = {
        "fails once": Fault("answer", code=502),
        "refuses once": Fault("answer", code=400, description="Bad request"),
    }

    def __init__(self) -> None:
        self.fake = FakeZaloBot(replace(self.variants))
        self.phones = 0

    async def __aenter__(self) -> Self:
        await self.fake.start()
        return self

    async def goes_away(self) -> None:
        await self.fake.stop()

    def flags(self, port: int) -> Mapping[str, str]:
        unpaced = {"zalo_bot.messages_per_second": "0", "zalo_bot.poll_every_s": "0.01"}
        return {"zalo_bot.api_base": self.fake.url, **unpaced, **self.door(port)}

    def door(self, port: int) -> Mapping[str, str]:
        return {}

    def environ(self) -> Mapping[str, str]:
        return {"ZALO_BOT_TOKEN": self.fake.token}

    def phone(self, app: App) -> Phone:
        self.phones += 1
        return ZaloBotPhone(self.fake.learner(self.phones))

    def storms(self, rng: Random) -> None:
        self.fake.storm = rng

    def troubles(self, phone: Phone, trouble: Trouble) -> None:
        assert isinstance(phone, ZaloBotPhone)
        if trouble == "is left":
            phone.learner.leave()
        else:
            self.fake.fails(replace(self.FAULTS[trouble], chat_id=phone.learner.chat_id))


class ZaloBotConsumed(ZaloBotUnderTest):
    """The other platform that sources tell of: what is polled is gone, and nothing new is a 200."""

    is_twin = True
    variants: ClassVar[Variants] = Variants(idle_status=200, zero_code=False)


class ZaloBotPosts(ZaloBotUnderTest):
    """The same bot, which is posted to: each event twice, as it is, without an envelope."""

    is_twin = True
    variants: ClassVar[Variants] = Variants(wrapped=False)

    def __init__(self) -> None:
        super().__init__()
        self.fake.twice = True

    def door(self, port: int) -> Mapping[str, str]:
        return {"zalo_bot.mode": "webhook", "zalo_bot.webhook_url": f"http://127.0.0.1:{port}/zalo-bot"}


class WebPhone:
    """A browser that sends what the page sends."""

    def __init__(self, url: str) -> None:
        self.storm: Random | None = None
        self.session = aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.entries: list[dict[str, Any]] = []

    async def begins(self) -> None:
        async with self.session.get("/") as page:
            assert page.status == 200
        await self.seen()

    async def says(self, text: str) -> None:
        await self._post(text=text)

    async def sends(self, kind: str) -> bool:
        return False

    async def picks(self, label: str) -> None:
        await self.seen()
        shown = (button for entry in reversed(self.entries) for button in entry["buttons"])
        await self._post(token=next(each["token"] for each in shown if label in (each["label"], each["token"])))

    async def seen(self) -> list[str]:
        async with self.session.get("/chat/log") as answer:
            if answer.status != 429:  # whoever looks too often sees what there was
                self.entries = [each for each in (await answer.json())["entries"] if each["who"] == "tutor"]
        return ["\n".join([e["text"], *(button["label"] for button in e["buttons"])]) for e in self.entries]

    async def _post(self, **message: str) -> None:
        sent = {"id": uuid4().hex, **message}
        for _ in range(2 if self.storm and self.storm.random() < ONE_IN_A_HUNDRED else 1):
            async with self.session.post("/chat/send", json=sent) as answer:
                assert answer.status == 200, await answer.text()


class WebUnderTest(UnderTest):
    """The tutor's own page."""

    channel = "web"

    def __init__(self) -> None:
        self.phones: list[WebPhone] = []

    async def goes_away(self) -> None:
        for phone in self.phones:
            await phone.session.close()
        await super().goes_away()

    def phone(self, app: App) -> Phone:
        self.phones.append(WebPhone(f"http://127.0.0.1:{app.settings.web.port}"))
        return self.phones[-1]

    def storms(self, rng: Random) -> None:
        for phone in self.phones:
            phone.storm = rng

    def troubles(self, phone: Phone, trouble: Trouble) -> None:
        raise NotImplementedError("the page asks by itself")


KNOWN: tuple[type[UnderTest], ...] = (
    TelegramUnderTest,
    TelegramPosts,
    ZaloBotUnderTest,
    ZaloBotConsumed,
    ZaloBotPosts,
    WebUnderTest,
    ToyUnderTest,
    ZaloOaUnderTest,
    ZaloOaOther,
)
