"""HTTP to the OpenAPI and its OAuth; what Zalo refuses becomes the SendError that tells what to do.

OaTokens and secrets travel in headers and bodies, never in an address, and nothing of a request is ever logged or put
into an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from bot.channels.base import Misconfigured, SendRefused, Unreachable
from bot.channels.transport import CALL_S, JSON, HttpAnswer, Transport, named_outside
from bot.channels.zalo_oa.errors import failure

_SEND = "/v3.0/oa/message/cs"
_UPLOAD = "/v2.0/oa/upload/image"
_QUOTA = "/v3.0/oa/quota/message"
_EXCHANGE = "/v4/oa/access_token"
_DAY_S = 90_000.0  # an access token lives 25 hours, should the answer not say how long


@dataclass(frozen=True, slots=True)
class Granted:
    """A new pair of tokens; the access token is good for `lives_s` seconds, the refresh token once, within 3 months."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lives_s: float = _DAY_S


class ExchangeRefused(Misconfigured):
    """Zalo does not take the refresh token, or not this application."""


class OaApi:
    """The calls we make of one account; call it in a running loop. `call_s`: how long an answer may take."""

    def __init__(self, app_id: str, app_secret: str, api_base: str, oauth_base: str, call_s: float = CALL_S) -> None:
        self._app_id, self._app_secret = app_id, app_secret
        api, oauth = api_base.rstrip("/"), oauth_base.rstrip("/")
        self._urls = {path: URL(api + path) for path in (_SEND, _UPLOAD, _QUOTA)} | {_EXCHANGE: URL(oauth + _EXCHANGE)}
        self._transport = Transport("Zalo", call_s)

    def __repr__(self) -> str:
        return "OaApi(secrets hidden)"

    async def send(self, token: str, body: Mapping[str, Any]) -> None:
        """One consultation message. Raises SendError, TokenRefused among them."""
        await self._ask(_SEND, {**JSON, "access_token": token}, json.dumps(body).encode())

    async def quota(self, token: str) -> object:
        """What Zalo says of the account's quota; shown to nobody yet, but it proves the token. Raises SendError."""
        asked = {"quota_owner": "OA", "product_type": "cs"}
        return await self._ask(_QUOTA, {**JSON, "access_token": token}, json.dumps(asked).encode())

    async def upload(self, token: str, content: bytes, name: str) -> str:
        """Upload a picture (JPEG or PNG by the ending of `name`); the id by which it is sent, for a while."""
        kind = "image/png" if name.endswith(".png") else "image/jpeg"
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type=kind)
        data = await self._ask(_UPLOAD, {"access_token": token}, form)
        known = data.get("attachment_id") if isinstance(data, dict) else None
        if not isinstance(known, str) or not known:
            raise SendRefused("Zalo took a picture and gave no id for it")
        return known

    async def exchange(self, refresh: str) -> Granted:
        """Give a refresh token, good once, for the next pair. Raises ExchangeRefused, Unreachable.

        After Unreachable nobody knows whether it was taken.
        """
        form = {"app_id": self._app_id, "grant_type": "refresh_token", "refresh_token": refresh}
        came = await self._transport.post(self._urls[_EXCHANGE], form, {"secret_key": self._app_secret})
        answer = _read(came)
        access, following = answer.get("access_token"), answer.get("refresh_token")
        if isinstance(access, str) and access and isinstance(following, str) and following:
            return Granted(access, following, _seconds(answer.get("expires_in")))
        code = next((answer[name] for name in ("error", "error_code", "code") if answer.get(name)), came.status)
        raise ExchangeRefused(f"{str(code)[:20]}")

    async def download(self, url: str, most_bytes: int) -> bytes:
        """What lies at an address that an event named. Raises SendRefused for what is gone, too big or nowhere that is
        asked, Unreachable."""
        return await self._transport.fetch(named_outside(url, self._urls[_SEND]), most_bytes)

    async def close(self) -> None:
        """Close the connections; a later call opens them again."""
        await self._transport.close()

    async def _ask(self, path: str, headers: Mapping[str, str], data: bytes | aiohttp.FormData) -> Any:
        came = await self._transport.post(self._urls[path], data, headers)
        answer = _read(came)
        code = answer.get("error")
        if code == 0:
            return answer.get("data")
        raise failure(code if type(code) is int else came.status, str(answer.get("message", ""))[:200])


def _read(came: HttpAnswer) -> dict[Any, Any]:
    """An answer's JSON. Raises SendError where there is none: then a proxy or a broken server has answered."""
    answer = came.json()
    if answer is not None and came.status < 500:
        return answer
    raise failure(came.status, "") if came.status == 429 else Unreachable(f"Zalo answered {came.status} without JSON")


def _seconds(value: object) -> float:
    """`expires_in`, a text of digits in all samples."""
    told = str(value)
    return float(told) if told.isascii() and told.isdigit() and 0 < int(told) < 10**9 else _DAY_S
