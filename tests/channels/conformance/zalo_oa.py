"""The Zalo Official Account among the channels that are tested: posted to, choices by number."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Self

from bot.app import App
from bot.channels.zalo_oa.settings import ZaloOaSettings
from tests.channels.conformance.under_test import Phone, Trouble, UnderTest, number_before
from tests.support.fake_zalo_oa import FakeZaloOa, Person


class ZaloOaPhone:
    def __init__(self, person: Person) -> None:
        self.person = person

    async def begins(self) -> None:
        self.person.follow()

    async def says(self, text: str) -> None:
        self.person.says(text)

    async def sends(self, kind: str) -> bool:
        self.person.sends({"photo": "image", "voice": "audio", "place": "location"}.get(kind, kind))
        return True

    async def picks(self, label: str) -> None:
        if label in dict(self.person.inbox[-1].buttons):
            self.person.taps(label)
        else:
            await self.says(number_before(label, await self.seen()))

    async def seen(self) -> list[str]:
        return [each.text for each in self.person.inbox]


class ZaloOaUnderTest(UnderTest):
    channel = f"zalo_oa:{FakeZaloOa.oa_id}"
    section = ZaloOaSettings

    def __init__(self) -> None:
        self.fake = FakeZaloOa()
        self.phones = 0

    async def __aenter__(self) -> Self:
        await self.fake.__aenter__()
        return self

    async def goes_away(self) -> None:
        await self.fake.stop()

    def flags(self, port: int) -> Mapping[str, str]:
        self.fake.webhook = f"http://127.0.0.1:{port}/zalo-oa"
        names = {"app_id": self.fake.app_id, "oa_id": self.fake.oa_id, "webhook_url": self.fake.webhook}
        bases = {"api_base": self.fake.url, "oauth_base": self.fake.url, "messages_per_second": "0"}
        return {f"zalo_oa.{name}": value for name, value in {**names, **bases}.items()}

    def environ(self) -> Mapping[str, str]:
        return {
            "ZALO_APP_SECRET": self.fake.app_secret,
            "ZALO_OA_SECRET": self.fake.oa_secret,
            "ZALO_OA_REFRESH_TOKEN": "refresh-0-SECRET",
        }

    def phone(self, app: App) -> Phone:
        self.phones += 1
        return ZaloOaPhone(self.fake.person(f"77700{self.phones}"))

    def storms(self, rng: Random) -> None:
        self.fake.storm = rng

    def troubles(self, phone: Phone, trouble: Trouble) -> None:
        assert isinstance(phone, ZaloOaPhone)
        if trouble == "is left":
            phone.person.follows = False
        elif trouble == "fails once":
            self.fake.failing.append(502)
        else:
            self.fake.account.waiting.append((-201, phone.person.user_id, 1))


class ZaloOaOther(ZaloOaUnderTest):
    """As other sources have it: the signed timestamp in a header, nothing before the signature, events posted twice,
    and buttons, in the shape that has been tried."""

    is_twin = True

    def __init__(self) -> None:
        super().__init__()
        switches = self.fake.account.switches
        switches.timestamp, switches.mac, switches.twice, switches.buttons = "header", False, True, "beside"

    def flags(self, port: int) -> Mapping[str, str]:
        return {**super().flags(port), "zalo_oa.buttons": "beside"}
