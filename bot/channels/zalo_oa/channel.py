"""One Official Account as a Channel: what it reads, what it sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.channels.base import Misconfigured, Outgoing, SendError, SendRefused, Update
from bot.channels.provider import ChannelMemory, MediaFiles, Now
from bot.channels.zalo_oa.client import OaApi
from bot.channels.zalo_oa.errors import TokenRefused
from bot.channels.zalo_oa.parse import DroppedEvent, parse_event
from bot.channels.zalo_oa.pictures import Pictures
from bot.channels.zalo_oa.render import PROFILE, MessageBody, files_of, has_upload, render
from bot.channels.zalo_oa.tokens import OaTokens
from flows.saying import say

T = TypeVar("T")


class ZaloOaChannel:
    """Channel `zalo_oa:<id of the account>`. `buttons`: their shape, see `render`."""

    def __init__(
        self, oa_id: str, api: OaApi, tokens: OaTokens, memory: ChannelMemory, files: MediaFiles, now: Now, buttons: str
    ) -> None:
        self.name = f"zalo_oa:{oa_id}"
        self.api, self.tokens = api, tokens
        self.dropped: Counter[DroppedEvent] = Counter()
        self._pictures = Pictures(PROFILE, memory, files, self._upload, now)
        self._buttons = buttons
        self._halfway: dict[tuple[str, int], int] = {}

    def read(self, raw: object, received_at: datetime) -> Update | None:
        """One event as ours; None for what is dropped, which `dropped` counts. `received_at`: aware UTC."""
        parsed = parse_event(raw, self.name, received_at)
        if isinstance(parsed, Update):
            return parsed
        self.dropped[parsed] += 1
        return None

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        """Deliver one message, a long one in parts; after a failure in the middle the next try goes on there."""
        key, bodies = (outgoing.chat_id, outgoing.no), await self._bodies(outgoing, plain=plain)
        done = self._halfway.pop(key, 0)
        while done < len(bodies):
            try:
                await self._send(bodies[done])
            except SendRefused:
                if plain or not has_upload(bodies[done]):
                    raise
                # Its upload may be over: once more with a new one, or in words where there is none.
                bodies = await self._bodies(outgoing, plain=plain, anew=True)
                await self._send(bodies[done])
            except SendError as error:
                if error.retryable and done:
                    self._halfway[key] = done
                raise
            done += 1

    async def _bodies(self, outgoing: Outgoing, *, plain: bool, anew: bool = False) -> list[MessageBody]:
        wanted = () if plain else files_of(outgoing)
        ids = await self._pictures.ids(wanted, anew=anew) if wanted else {}
        return render(outgoing, self._buttons, ids, plain=plain)

    async def _send(self, body: MessageBody) -> None:
        await self.with_token(partial(self.api.send, body=body))

    async def _upload(self, content: bytes, name: str) -> str:
        return await self.with_token(partial(self.api.upload, content=content, name=name))

    async def with_token(self, call: Callable[[str], Awaitable[T]]) -> T:
        """Make a call with the access token; where Zalo refuses it, once more with another. Raises SendError."""
        token = await self.tokens.access()
        try:
            return await call(token)
        except TokenRefused:
            another = await self.tokens.instead_of(token)
        try:
            return await call(another)
        except TokenRefused:
            pass
        raise Misconfigured(say("Zalo OA: Zalo không nhận cả access token vừa đổi; xem ứng dụng và OA có khớp không"))

    async def acknowledge(self, updates: Sequence[Update]) -> None:
        """A tap is a message like any other: there is nothing to thank for."""

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        """What lies at the address that an event named. Raises SendError."""
        return await self.api.download(ref, most_bytes)

    async def close(self) -> None:
        """Close the connections."""
        await self.api.close()
