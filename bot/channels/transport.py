"""HTTP to a provider, as all messengers keep it: one aiohttp session, and nothing of an address in what is told.

Tokens are part of addresses, headers and forms. So an error of aiohttp, whose text may hold the address, is never
passed on, chained or logged: what leaves this module are the SendError classes with sentences of our own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from bot.channels.base import SendError, SendRefused, Unreachable

CALL_S = 20.0
JSON = {"Content-Type": "application/json"}
_CONNECTIONS = 64
_KEEPALIVE_S = 30.0  # providers close idle connections after about a minute; a POST on a dying one is a lost answer
_MAY_COME_YET = (408, 429)  # of what is asked for by GET: not gone, only not given now
_IP = re.compile(r"[0-9.]+|.*:.*")
_NOTHING: Mapping[str, str] = {}


class HttpAnswer(NamedTuple):
    """What came back: the status, its Retry-After where there is one, the whole body."""

    status: int
    retry_after: str | None
    body: bytes

    def json(self) -> dict[Any, Any] | None:
        """The body where it is a JSON object; None where a proxy or a broken server has answered."""
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return parsed if isinstance(parsed, dict) else None


class Transport:
    """The connections to one provider, called `provider` in errors; use it in a running loop. `call_s`: how long an
    answer may take."""

    def __init__(self, provider: str, call_s: float = CALL_S) -> None:
        self._provider = provider
        self._call_s = call_s
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    async def post(
        self,
        url: URL,
        data: bytes | aiohttp.FormData | Mapping[str, str],
        headers: Mapping[str, str] = _NOTHING,
        *,
        what: str = "call",
        wait_s: float = 0.0,
    ) -> HttpAnswer:
        """POST `data`. Raises Unreachable, which names `what` was asked. `wait_s`: seconds that the answer may take
        longer than usual (a long poll, an upload)."""
        failure: SendError
        try:
            async with self._open().post(
                url, data=data, headers=headers, allow_redirects=False, timeout=self._timeout(wait_s)
            ) as response:
                return HttpAnswer(response.status, response.headers.get("Retry-After"), await response.read())
        except TimeoutError:
            failure = self._late(what)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = self._lost(what, error)
        # Raised out here, so that the error above, and the address in it, is not even its __context__.
        raise failure

    async def fetch(self, url: URL, most_bytes: int) -> bytes:
        """GET a file of at most `most_bytes`. Raises SendRefused where it is gone or larger, else Unreachable."""
        failure: SendError
        body = bytearray()
        try:
            async with self._open().get(url, allow_redirects=False, timeout=self._timeout(0.0)) as response:
                if response.status != 200:
                    gone = 300 <= response.status < 500 and response.status not in _MAY_COME_YET
                    raise (SendRefused if gone else Unreachable)(f"file: {self._provider} answered {response.status}")
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > most_bytes:
                        raise SendRefused(f"the file has more than {most_bytes} bytes")
                return bytes(body)
        except SendError:
            raise
        except TimeoutError:
            failure = self._late("file")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = self._lost("file", error)
        raise failure  # out here for the same reason as in `post`

    async def close(self) -> None:
        """Close the connections; a later call opens them again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _late(self, what: str) -> Unreachable:
        return Unreachable(f"{what}: {self._provider} did not answer in time")

    def _lost(self, what: str, error: Exception) -> Unreachable:
        return Unreachable(f"{what}: no connection to {self._provider} ({type(error).__name__})")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEPALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
                auto_decompress=False,
            )
        return self._session

    def _timeout(self, wait_s: float) -> aiohttp.ClientTimeout:
        timeout = self._timeouts.get(wait_s)
        if timeout is None:
            timeout = self._timeouts[wait_s] = aiohttp.ClientTimeout(total=self._call_s + wait_s)
        return timeout


def named_outside(address: str, own: URL) -> URL:
    """The address of a file that an update named, when it is an https address of a named host, or lies where `own`
    does: nobody's payload is to make us ask a machine of our own network. Raises SendRefused."""
    try:
        url = URL(address)
        if url.origin() == own.origin():
            return url
    except ValueError:
        raise SendRefused("the file has no address that is fetched") from None
    host = url.host or ""
    if url.scheme != "https" or "." not in host or host.endswith((".local", ".internal")) or _IP.fullmatch(host):
        raise SendRefused("the file has no address that is fetched")
    return url
