"""HTTP to a provider, as all messengers keep it: connections that stay, and nothing of an address in what is told.

Tokens are part of addresses, headers and forms. So an error of aiohttp, whose text may hold the address, is never
passed on, chained or logged: what leaves this module are the SendError classes with sentences of our own.

Calls go by `channels.connections`; files, which are few and large, by aiohttp.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.channels.base import SendError, SendRefused, Unreachable
from bot.channels.connections import HostConnections
from bot.channels.connections import HttpAnswer as HttpAnswer

CALL_S = 20.0
JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_MAY_COME_YET = (408, 429)  # of what is asked for by GET: not gone, only not given now
_IP = re.compile(r"[0-9.]+|.*:.*")
_NOTHING: Mapping[str, str] = {}


class Transport:
    """The connections to one provider, called `provider` in errors; use it in a running loop. `call_s`: how long an
    answer may take."""

    def __init__(self, provider: str, call_s: float = CALL_S) -> None:
        self._provider = provider
        self._call_s = call_s
        self._hosts: dict[URL, HostConnections] = {}
        self._places: dict[URL, tuple[HostConnections, str]] = {}
        self._session: aiohttp.ClientSession | None = None

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
            if isinstance(data, aiohttp.FormData):
                return await self._upload(url, data, headers, wait_s)
            if not isinstance(data, bytes):
                data, headers = urlencode(data).encode(), {**_FORM, **headers}
            lines, path = self._places.get(url) or self._place(url)
            return await lines.post(path, headers, data, self._call_s + wait_s)
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
            async with self._open().get(url, allow_redirects=False, timeout=self._within(0.0)) as response:
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
        for lines in self._hosts.values():
            lines.close()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _late(self, what: str) -> Unreachable:
        return Unreachable(f"{what}: {self._provider} did not answer in time")

    def _lost(self, what: str, error: Exception) -> Unreachable:
        return Unreachable(f"{what}: no connection to {self._provider} ({type(error).__name__})")

    def _place(self, url: URL) -> tuple[HostConnections, str]:
        """The connections to the host of an address, and the path there; addresses are few."""
        origin = url.origin()
        lines = self._hosts.get(origin) or self._hosts.setdefault(origin, HostConnections(origin))
        return self._places.setdefault(url, (lines, url.raw_path_qs))

    async def _upload(self, url: URL, form: aiohttp.FormData, headers: Mapping[str, str], wait_s: float) -> HttpAnswer:
        within = self._within(wait_s)
        async with self._open().post(
            url, data=form, headers=headers, allow_redirects=False, timeout=within
        ) as response:
            return HttpAnswer(response.status, response.headers.get("Retry-After"), await response.read())

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
                auto_decompress=False,
            )
        return self._session

    def _within(self, wait_s: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=self._call_s + wait_s)


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
