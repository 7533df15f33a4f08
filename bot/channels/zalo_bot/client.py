"""JSON to and from the Bot Platform.

The token is part of every address: see `channels.transport`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from yarl import URL

from bot.channels.base import LearnerGone, Misconfigured, SendError, SendRefused, Throttled, Unreachable
from bot.channels.transport import CALL_S, JSON, HttpAnswer, Transport, named_outside
from flows.saying import say

_GONE = ("chat not found", "user not found", "blocked")
_IDLE = 408  # as HTTP status or under HTTP 200: public clients measured both
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 3600.0
_OF_MONTH = "month"


class NotThere(Misconfigured):
    """404: no such method for this token; of getWebhookInfo that no webhook is set."""


class TimedOut(Unreachable):
    """408: a poll to which nothing came; any other call may have arrived."""


class WebhookInTheWay(SendError):
    """The platform gives no updates to who asks for them while a webhook is set."""

    retryable = True


class ZaloBotApi:
    """One bot's methods; call it in a running loop."""

    def __init__(self, token: str, *, api_base: str, call_s: float = CALL_S) -> None:
        self._root = f"{api_base.rstrip('/')}/bot{token}/"
        self._token = token
        self._urls: dict[str, URL] = {}
        self._transport = Transport("Zalo", call_s)
        self._refused = 0

    def __repr__(self) -> str:
        return "ZaloBotApi(token hidden)"

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, wait_s: float = 0.0) -> Any:
        """POST one method; the `result`, None where it has none. Raises a SendError. `wait_s`: seconds that the answer
        may take longer than usual (a long poll)."""
        data = json.dumps(params or {}).encode()
        return self._result(await self._transport.post(self._url(method), data, JSON, what=method, wait_s=wait_s))

    async def poll(self, timeout_s: float) -> Any:
        """What a learner has done, waited for `timeout_s` seconds; None when nothing came."""
        try:
            return await self.call("getUpdates", {"timeout": str(round(timeout_s))}, wait_s=timeout_s)
        except TimedOut:
            return None
        except SendError as refused:
            if "webhook" not in str(refused).casefold():
                raise
            reason = str(refused)
        raise WebhookInTheWay(reason)

    async def webhook(self) -> str:
        """The address that the platform posts to; "" where none is set."""
        try:
            info = await self.call("getWebhookInfo")
        except NotThere:
            return ""
        url = info.get("url") if isinstance(info, dict) else ""
        return url if isinstance(url, str) else ""

    async def download(self, url: str, most_bytes: int) -> bytes:
        """What a person sent, from the address that came with it. Raises SendRefused where it is gone, larger than
        `most_bytes` or no https address of a named host (the platform's own is taken as it is), else as `call`."""
        return await self._transport.fetch(named_outside(url, URL(self._root)), most_bytes)

    async def close(self) -> None:
        """Close the connections; a later call opens them again."""
        await self._transport.close()

    def _url(self, method: str) -> URL:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._root + method, encoded=True)
        return url

    def _result(self, answer: HttpAnswer) -> Any:
        """The `result` of an answer; an error becomes the SendError that says what to do next."""
        said = answer.json()
        if said is None:
            raise Unreachable(f"Zalo answered {answer.status} without JSON")
        if said.get("ok") is True:
            self._refused = 0
            return said.get("result")
        code = said.get("error_code")
        told = str(said.get("description", ""))[:200].replace(self._token, "(token)")
        raise self._failure(code if type(code) is int and code else answer.status, told, answer.retry_after)

    def _failure(self, code: int, told: str, retry_after: str | None) -> SendError:
        """What a refusal means to the sender."""
        said = told.casefold()
        if code == _IDLE:
            return TimedOut(told)
        if code == 429:
            return Throttled(self._pause(said, retry_after))
        if code in (401, 404):
            refused = say("Zalo không nhận mã bot này ({code}); lấy lại mã ở Zalo Bot Creator", code=code)
            return NotThere(refused) if code == 404 else Misconfigured(refused)
        if (code == 403 and "internal" not in said) or (code == 400 and any(words in said for words in _GONE)):
            return LearnerGone(told)
        if 400 <= code < 500 and code != 403:
            return SendRefused(told)
        # The documentation's table calls 403 "Internal server error".
        return Unreachable(f"Zalo answered {code}: {told}")

    def _pause(self, said: str, retry_after: str | None) -> float:
        """Seconds after which to try again. The platform says no time, nor whether the second's or the month's limit is
        reached: so the pause doubles with each refusal until something is taken again."""
        self._refused += 1
        if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
            return min(max(float(retry_after), 1.0), _LONGEST_PAUSE_S)
        if _OF_MONTH in said:
            return _LONGEST_PAUSE_S
        return min(_FIRST_PAUSE_S * 2.0 ** min(self._refused - 1, 16), _LONGEST_PAUSE_S)
