"""One knock at a browser's push service: sealed, signed, posted; every answer named after what is to be done next."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from bot.knocks.keys import PushKeys
from bot.knocks.policy.knock import LASTS, PushAnswer
from bot.knocks.road import NotPublic, Resolver, Road, is_allowed
from storage.conversations.records import SubscriptionRow

PATIENCE_S, CONNECT_S = 10.0, 5.0  # a service answers within half a second; ten, and it is tried again later
AT_ONE_HOST = (
    20  # connections, and as many for what is urgent: one service has most browsers, and an announcement rings all
)
SIGNED_FOR = timedelta(hours=12)  # RFC 8292 allows a day; a clock that is some minutes off still signs well
TOPICS = {True: "urgent", False: "waits"}
"""What waits at the service for a phone that is off is replaced by what comes later of the same topic, never a cry by
what is none."""


NEVER_SILENT = (".push.apple.com",)
"""Hosts of services whose browsers end a subscription that shows nothing: they are not told to take anything away."""


def may_be_silent(endpoint: str) -> bool:
    """Whether a browser may be told something that shows nothing."""
    return not f".{urlsplit(endpoint).hostname}".endswith(NEVER_SILENT)


def answer_of(status: int, retry_after: str, now: datetime) -> PushAnswer:
    """What a status means (RFC 8030, and what the services say beside it). A redirect is never followed."""
    told = str(status)
    if 200 <= status < 300:
        return PushAnswer("taken", told)
    if status in (404, 410):  # it is no more; the page subscribes anew when it is opened
        return PushAnswer("gone", told)
    if status in (
        401,
        403,
    ):  # our key is another than it subscribed for, or our clock is off by days: no fault of its own
        return PushAnswer("later", told, ours=True)
    if status == 429 or status >= 500 or 300 <= status < 400:
        return PushAnswer("later", told, _seconds(retry_after, now))
    return PushAnswer("refused", told, ours=True)  # 400, 413 and the like: this knock will never be taken


def _seconds(retry_after: str, now: datetime) -> float:
    """Retry-After as seconds from now: a number, or a date; 0 for neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


class PushClient:
    """Posts knocks; opens nothing before the first. `subject` is where the push services' people reach ours; a service
    has `patience_s` seconds to answer."""

    def __init__(self, keys: PushKeys, subject: str, road: Road, patience_s: float = PATIENCE_S) -> None:
        self.keys, self.subject, self.road, self.patience_s = keys, subject, road, patience_s
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._signed: dict[str, tuple[str, datetime]] = {}

    async def post(self, to: SubscriptionRow, message: bytes, now: datetime, *, urgent: bool) -> PushAnswer:
        """Never raises for what an endpoint is or does; SettingsInvalid where our own key cannot be read."""
        from bot.knocks.sealing import seal  # when the first is sent, and not before

        url = urlsplit(to.endpoint)
        if not url.hostname or not is_allowed(url.hostname, self.road):
            return PushAnswer("gone", "not public")
        headers = self._headers(f"https://{url.netloc}", now, urgent=urgent)
        try:
            body = seal(message, to.p256dh, to.auth)
        except ValueError:
            return PushAnswer("gone", "no keys")
        try:
            session = self._open(urgent=urgent)
            async with session.post(to.endpoint, data=body, headers=headers, allow_redirects=False) as response:
                answer = answer_of(response.status, response.headers.get("Retry-After", ""), now)
                response.close()  # whatever it goes on to say
                return answer
        except aiohttp.InvalidURL:  # a number that a browser would read as an address, such as 127.1
            return PushAnswer("gone", "no address")
        except aiohttp.ClientConnectorDNSError as nowhere:
            if isinstance(nowhere.os_error, NotPublic):
                return PushAnswer("gone", "not public")
            return PushAnswer("later", "no such name")
        except TimeoutError:
            return PushAnswer("later", "hangs")
        except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as fault:
            return PushAnswer("later", type(fault).__name__)

    def _headers(self, audience: str, now: datetime, *, urgent: bool) -> dict[str, str]:
        return {
            "Authorization": self._authorization(audience, now),
            "TTL": str(int(LASTS[urgent].total_seconds())),
            "Urgency": "high" if urgent else "normal",
            "Topic": TOPICS[urgent],
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }

    def _authorization(self, audience: str, now: datetime) -> str:
        from bot.knocks.sealing import signed

        header, until = self._signed.get(audience, ("", now))
        if until - now < SIGNED_FOR / 2 or until - now > SIGNED_FOR:  # the second where the clock was set back
            until = now + SIGNED_FOR
            header = signed(self.keys.private, audience, self.subject, int(until.timestamp()))
            if len(self._signed) > 100:  # a handful of services exist; anybody may name another
                self._signed.clear()
            self._signed[audience] = header, until
        return header

    def _open(self, *, urgent: bool) -> aiohttp.ClientSession:
        """The connections; those of cries are their own, so that no crowd stands before them."""
        if urgent not in self._sessions:
            connector = aiohttp.TCPConnector(
                resolver=Resolver(self.road), use_dns_cache=False, limit=0, limit_per_host=AT_ONE_HOST,
                ssl=self.road.trust or True,
            )  # fmt: skip
            patience = aiohttp.ClientTimeout(total=self.patience_s, sock_connect=CONNECT_S)
            jar = aiohttp.DummyCookieJar()
            self._sessions[urgent] = aiohttp.ClientSession(connector=connector, timeout=patience, cookie_jar=jar)
        return self._sessions[urgent]

    async def close(self) -> None:
        """Close the connections; what is under way ends."""
        while self._sessions:
            await self._sessions.popitem()[1].close()
