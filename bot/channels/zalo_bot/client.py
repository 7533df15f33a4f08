"""JSON to and from the Bot Platform over one aiohttp session.

The token is part of every address. So an error of aiohttp, whose text may hold the address, is never passed on, chained
or logged: what leaves this module are the SendError classes with sentences of our own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from bot.channels.base import LearnerGone, Misconfigured, SendError, SendRefused, Throttled, Unreachable
from flows.saying import say

_CONNECTIONS = 32
_KEEPALIVE_S = 30.0
_CALL_S = 20.0
_HEADERS = {"Content-Type": "application/json"}
_GONE = ("chat not found", "user not found", "blocked")
_IP = re.compile(r"[0-9.]+|.*:.*")
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

    def __init__(self, token: str, *, api_base: str, call_s: float = _CALL_S) -> None:
        self._root = f"{api_base.rstrip('/')}/bot{token}/"
        self._token = token
        self._urls: dict[str, URL] = {}
        self._call_s = call_s
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._refused = 0

    def __repr__(self) -> str:
        return "ZaloBotApi(token hidden)"

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, wait_s: float = 0.0) -> Any:
        """POST one method; the `result`, None where it has none. Raises a SendError. `wait_s`: seconds that the answer
        may take longer than usual (a long poll)."""
        failure: SendError
        try:
            async with self._open().post(
                self._url(method),
                data=json.dumps(params or {}).encode(),
                headers=_HEADERS,
                allow_redirects=False,
                timeout=self._timeout(wait_s),
            ) as response:
                return self._result(response.status, response.headers.get("Retry-After"), await response.read())
        except SendError:
            raise
        except TimeoutError:
            failure = Unreachable(f"{method}: Zalo did not answer in time")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = Unreachable(f"{method}: no connection to Zalo ({type(error).__name__})")
        # Raised out here, so that the error above, and the address in it, is not even its __context__.
        raise failure

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
        failure: SendError
        if not self._is_outside(url):
            raise SendRefused("the file has no address that is fetched")
        body = bytearray()
        try:
            async with self._open().get(url, allow_redirects=False, timeout=self._timeout(0.0)) as response:
                if response.status != 200:
                    gone = 300 <= response.status < 500 and response.status != 429
                    raise (SendRefused if gone else Unreachable)(f"file: Zalo answered {response.status}")
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > most_bytes:
                        raise SendRefused(f"the file has more than {most_bytes} bytes")
                return bytes(body)
        except SendError:
            raise
        except TimeoutError:
            failure = Unreachable("file: Zalo did not answer in time")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = Unreachable(f"file: no connection to Zalo ({type(error).__name__})")
        raise failure  # out here for the same reason as in `call`

    def _is_outside(self, address: str) -> bool:
        """Whether it lies where Zalo keeps files: nobody's payload is to make us ask a machine of our own network."""
        try:
            url = URL(address)
            if url.origin() == URL(self._root).origin():
                return True
        except ValueError:
            return False
        host = url.host or ""
        inside = "." not in host or host.endswith((".local", ".internal")) or _IP.fullmatch(host)
        return url.scheme == "https" and not inside

    async def close(self) -> None:
        """Close the connections; a later call opens them again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEPALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
                auto_decompress=False,
            )
        return self._session

    def _url(self, method: str) -> URL:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._root + method, encoded=True)
        return url

    def _timeout(self, wait_s: float) -> aiohttp.ClientTimeout:
        timeout = self._timeouts.get(wait_s)
        if timeout is None:
            timeout = self._timeouts[wait_s] = aiohttp.ClientTimeout(total=self._call_s + wait_s)
        return timeout

    def _result(self, status: int, retry_after: str | None, body: bytes) -> Any:
        """The `result` of an answer; an error becomes the SendError that says what to do next."""
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise Unreachable(f"Zalo answered {status} without JSON")
        if answer.get("ok") is True:
            self._refused = 0
            return answer.get("result")
        code = answer.get("error_code")
        told = str(answer.get("description", ""))[:200].replace(self._token, "(token)")
        raise self._failure(code if type(code) is int and code else status, told, retry_after)

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
