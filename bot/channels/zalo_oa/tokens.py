"""The tokens of one account: an access token for a day, and the refresh token, good once, that buys the next pair.

A refresh token that was used and whose successor was not written down ends the account's access until somebody
consents anew. So a pair is stored before it is used, by compare-and-set; whoever exchanges first writes that she does,
and whoever else finds that waits. One window stays open: a process that ends between Zalo's answer and our commit,
some milliseconds once a day. Then the next exchange is refused, and the operator is told what to do.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.channels.base import Misconfigured, SendError, Unreachable
from bot.channels.provider import ChannelMemory, Now
from bot.channels.zalo_oa.client import ExchangeRefused, Granted
from bot.errors import StorageError
from flows.saying import say

KEY = "tokens"
RENEW_BEFORE = timedelta(hours=3)  # of 25: a stop of two hours, or a night of a provider's trouble, costs nothing
CLAIM = timedelta(seconds=45)  # more than an exchange may take; then whoever claimed has ended in the middle
ASK_AGAIN = timedelta(minutes=10)  # a token that was refused is tried seldom: it hardly comes back
_PAUSE_S = 1.0
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptTokens:
    """`seed` is the digest of the refresh token that was configured, from which these come; `claimed_at` when somebody
    began to exchange `refresh`, while that is under way; `refused` Zalo's code where it was not taken."""

    seed: str
    refresh: str = field(repr=False)
    access: str = field(default="", repr=False)
    until: datetime = NEVER
    claimed_at: datetime | None = None
    refused: str = ""

    def dump(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), default=datetime.isoformat)


def load(text: str) -> KeptTokens:
    """What `dump` has made. Raises ValueError, KeyError or TypeError for anything else."""
    kept = json.loads(text)
    until, claimed_at = datetime.fromisoformat(kept["until"]), kept["claimed_at"]
    claimed = datetime.fromisoformat(claimed_at) if claimed_at else None
    return KeptTokens(kept["seed"], kept["refresh"], kept["access"], until, claimed, kept["refused"])


def digest(secret: str) -> str:
    """By which a configured token is known again, without being kept a second time."""
    return hashlib.sha256(secret.encode()).hexdigest()


class OaTokens:
    """`seed` is the configured refresh token: another one than before is a new consent, and replaces what is kept."""

    def __init__(
        self,
        seed: str,
        memory: ChannelMemory,
        exchange: Callable[[str], Awaitable[Granted]],
        now: Now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seed, self._memory, self._exchange, self._now, self._sleep = seed, memory, exchange, now, sleep
        self._lock = asyncio.Lock()
        self._known: KeptTokens | None = None
        self._refused: tuple[str, datetime] = "", NEVER  # the refresh token that Zalo did not take, and when

    def __repr__(self) -> str:
        return "OaTokens(hidden)"

    async def access(self) -> str:
        """The access token to be used now. Raises Misconfigured when none can be had, Unreachable when not just now."""
        known = self._known
        if known is None or known.until <= self._now():
            known = await self._renew("", timedelta(0))
        return known.access

    async def instead_of(self, refused: str) -> str:
        """Another access token than the one that Zalo has refused. Raises as `access`."""
        return (await self._renew(refused, timedelta(0))).access

    async def keep_fresh(self) -> None:
        """Exchange in good time, so that no message waits for it. Raises as `access`."""
        await self._renew("", RENEW_BEFORE)

    async def kept(self) -> KeptTokens:
        """What is kept of this consent; nothing is exchanged. Empty before the first time. Raises Unreachable."""
        return (await self._read())[0]

    async def _renew(self, refused: str, spare: timedelta) -> KeptTokens:
        """What is kept where it is good for longer than `spare` and none that was `refused`, else a new pair."""
        async with self._lock:
            while True:
                kept, revision = await self._read()
                now = self._now()
                if kept.access and kept.access != refused and kept.until > now + spare:
                    self._known = kept
                    return kept
                if kept.claimed_at is not None and timedelta(0) <= now - kept.claimed_at < CLAIM:
                    await self._sleep(_PAUSE_S)  # another process is exchanging it
                    continue
                self._give_up_on_refused(kept, now)
                claim = replace(kept, claimed_at=now)
                if (at := await self._put(claim, revision)) is not None:
                    self._known = await self._exchanged(claim, at)
                    return self._known

    def _give_up_on_refused(self, kept: KeptTokens, now: datetime) -> None:
        token, at = self._refused
        if kept.refresh == token and timedelta(0) <= now - at < ASK_AGAIN:
            raise Misconfigured(consent_again(kept.refused))

    async def _exchanged(self, claim: KeptTokens, revision: int) -> KeptTokens:
        """The next pair, written down. Raises Misconfigured or another SendError; the claim is then let go of."""
        freed = replace(claim, claimed_at=None)
        try:
            granted = await self._exchange(claim.refresh)
        except ExchangeRefused as refused:
            await self._put(replace(freed, refused=str(refused)), revision)
            self._refused = claim.refresh, self._now()
            sentence = consent_again(str(refused))
            log.error(sentence)
            raise Misconfigured(sentence) from None
        except SendError:
            await self._put(freed, revision)
            raise
        until = self._now() + timedelta(seconds=granted.lives_s)
        return await self._stored(KeptTokens(claim.seed, granted.refresh, granted.access, until), claim, revision)

    async def _stored(self, new: KeptTokens, claim: KeptTokens, revision: int | None) -> KeptTokens:
        """Store the pair however long that takes: no other copy of it exists. Whoever meanwhile has got one of the same
        token is no danger, it is good once."""
        while True:
            try:
                if await self._memory.put(KEY, new.dump(), revision):
                    return new
                kept, revision = await self._read()
                if kept.seed != new.seed or kept.refresh not in (claim.refresh, new.refresh):
                    return kept
            except (StorageError, Unreachable):
                log.error(say("Zalo OA: chưa ghi được token mới, đừng tắt máy; đang thử ghi lại"))
                await self._sleep(_PAUSE_S)

    async def _read(self) -> tuple[KeptTokens, int | None]:
        """What is kept of this consent, else its beginning, and the revision to be replaced."""
        try:
            found = await self._memory.get(KEY)
        except StorageError:
            raise Unreachable("the storage is away") from None
        text, revision = found if found is not None else ("", None)
        try:
            kept = load(text)
        except (ValueError, KeyError, TypeError):
            kept = None
        seed = digest(self._seed)
        return kept if kept is not None and kept.seed == seed else KeptTokens(seed, self._seed), revision

    async def _put(self, kept: KeptTokens, revision: int | None) -> int | None:
        """The revision it has now; None when somebody was quicker. Raises Unreachable."""
        try:
            return (revision or 0) + 1 if await self._memory.put(KEY, kept.dump(), revision) else None
        except StorageError:
            raise Unreachable("the storage is away") from None


def consent_again(code: str) -> str:
    """What to do when Zalo does not take the refresh token; `code` is what it says."""
    return say(
        "Zalo OA: Zalo không nhận refresh token nữa (mã {code}): token chỉ dùng một lần, quá ba tháng, hoặc máy đã tắt "
        "đúng lúc đổi. Hãy cấp quyền lại cho ứng dụng ở developers.zalo.me (Official Account > cấp quyền), đặt refresh "
        "token mới vào ZALO_OA_REFRESH_TOKEN hoặc tệp của refresh_token_file, rồi khởi động lại.",
        code=code,
    )
