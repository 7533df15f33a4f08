"""A messenger without buttons, whole: POST /send {to, text}, GET /updates?after=N: [{id, who, text}]."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

import aiohttp
from aiohttp import web

from bot.app import App
from bot.channels.base import Began, LearnerGone, Outgoing, SendRefused, Submit, Text, Unreachable, Update
from bot.channels.layout import lay_out
from bot.channels.provider import ChannelCheck, Now, Surroundings, bad, good
from bot.errors import StorageUnavailable
from bot.sections import credential, key
from flows.profiles import UNKNOWN, Profile
from tests.channels.conformance.under_test import Phone, Trouble, UnderTest, number_before


@dataclass(frozen=True, slots=True)
class ToySettings:
    profile: ClassVar[Profile] = replace(UNKNOWN, id="toy", name="Toy")
    server: str = key("")
    key_file: str = key("", path=True)
    messages_per_second: float = key(0.0)
    token: str = credential("TOY_TOKEN", "key_file")

    @property
    def is_on(self) -> bool:
        return bool(self.token)

    def link(self, payload: str) -> str:
        return f"{self.server}/chat?hello={payload}" if self.server else ""

    def provider(self, around: Surroundings) -> ToyProvider:
        return ToyProvider(self.server)


class ToyProvider:
    """Both the provider and its channel: there is little of either."""

    name, profile, per_second, state = "toy:1", ToySettings.profile, 0.0, "polling"
    forgets_taps_s: float | None = None

    def __init__(self, server: str) -> None:
        self.server, self.fingerprint, self.channel, self.stopped = server, server, self, False

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        for part in lay_out(self.profile, outgoing.text, [button.label for button in outgoing.buttons]).parts:
            await self._ask("POST", "/send", json={"to": outgoing.chat_id, "text": part})

    async def acknowledge(self, updates: Sequence[Update]) -> None:
        """There is nothing to tap."""

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        raise SendRefused("nobody sends but words")

    def routes(self, submit: Submit, now: Now) -> Sequence[web.AbstractRouteDef]:
        return ()

    async def receive(self, submit: Submit, now: Now) -> None:
        after = 0
        while not self.stopped:
            try:
                found = await self._ask("GET", f"/updates?after={after}")
                await submit([self._read(each, now()) for each in found])
                after = max([after, *(each["id"] for each in found)])
            except (Unreachable, StorageUnavailable):
                await asyncio.sleep(0.05)

    def _read(self, raw: dict[str, Any], at: datetime) -> Update:
        return Update(self.name, str(raw["id"]), raw["who"], Text(raw["text"]) if raw["text"] else Began(), at)

    def stop(self) -> None:
        self.stopped = True

    async def set_up(self) -> None:
        """Nobody has to be told who we are."""

    async def check(self, patience_s: float) -> ChannelCheck:
        with suppress(Unreachable):
            await self._ask("GET", "/updates?after=-1")
            return good("Toy: {server}", server=self.server)
        return bad("Toy: {server} ?", server=self.server)

    async def close(self) -> None:
        """Nothing stays open."""

    async def _ask(self, method: str, path: str, **data: Any) -> Any:
        try:
            async with aiohttp.request(method, self.server + path, **data) as answer:
                if answer.status in (400, 403):
                    raise (SendRefused if answer.status == 400 else LearnerGone)("toy")
                answer.raise_for_status()
                return await answer.json()
        except aiohttp.ClientError as fault:
            raise Unreachable("toy") from fault


class ToyPhone:
    def __init__(self, toy: ToyUnderTest, who: str) -> None:
        self.toy, self.who, self.texts = toy, who, list[str]()

    async def begins(self) -> None:
        await self.says("")

    async def says(self, text: str) -> None:
        self.toy.updates.append({"id": len(self.toy.updates) + 1, "who": self.who, "text": text})

    async def sends(self, kind: str) -> bool:
        return False

    async def picks(self, label: str) -> None:
        await self.says(number_before(label, self.texts))

    async def seen(self) -> list[str]:
        return self.texts


class ToyUnderTest(UnderTest):
    channel, section = ToyProvider.name, ToySettings
    STATUS: ClassVar[Mapping[Trouble, int]] = {"fails once": 500, "refuses once": 400, "is left": 403}

    def __init__(self) -> None:
        self.updates, self.phones, self.status = list[dict[str, Any]](), dict[str, ToyPhone](), dict[str, int]()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/send", self._send), web.get("/updates", self._updates)]

    async def _send(self, request: web.Request) -> web.Response:
        message = await request.json()
        status = self.status.pop(message["to"], 200) if message["text"] else 400
        if status == 200:
            self.phones[message["to"]].texts.append(message["text"])
        return web.json_response({}, status=status)

    async def _updates(self, request: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        return web.json_response([each for each in self.updates if 0 <= int(request.query["after"]) < each["id"]])

    def flags(self, port: int) -> Mapping[str, str]:
        return {"toy.server": self.url}

    def environ(self) -> Mapping[str, str]:
        return {"TOY_TOKEN": "secret-of-the-toy"}

    def phone(self, app: App) -> Phone:
        return self.phones.setdefault(who := f"p{len(self.phones)}", ToyPhone(self, who))

    def troubles(self, phone: Phone, trouble: Trouble) -> None:
        self.status[next(who for who, each in self.phones.items() if each is phone)] = self.STATUS[trouble]
