"""One Zalo Official Account as a provider: posted to, its tokens kept alive, looked at."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from bot.channels.base import Misconfigured, SendError, Submit
from bot.channels.provider import ChannelCheck, Now, SetUpFailed, Surroundings, bad, good, note
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.client import OaApi
from bot.channels.zalo_oa.errors import TokenRefused
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.tokens import NEVER, OaTokens, consent_again, digest
from bot.channels.zalo_oa.webhook import webhook_handler, webhook_path
from bot.errors import SettingsInvalid
from flows.saying import said_by, say

LOOK_EVERY_S = 600.0  # how often the age of the access token is looked at
_CALL_S = 20.0
_NEEDED = {
    "app_id": "zalo_oa.app_id",
    "oa_id": "zalo_oa.oa_id",
    "webhook_url": "zalo_oa.webhook_url",
    "app_secret": "ZALO_APP_SECRET",
    "oa_secret": "ZALO_OA_SECRET",
}

log = logging.getLogger(__name__)


class ZaloOaProvider:
    """The configured account. Raises SettingsInvalid for what is missing."""

    profile = ZaloOaSettings.profile
    forgets_taps_s: float | None = None

    def __init__(self, settings: ZaloOaSettings, around: Surroundings) -> None:
        for name, called in _NEEDED.items():
            if not getattr(settings, name):
                raise SettingsInvalid(
                    say("{name}: đã có refresh token của Zalo OA thì phải có cả mục này.", name=called)
                )
        self._settings, self._now = settings, _still
        api, memory, oa_id = self._api(_CALL_S), around.memory(f"zalo_oa:{settings.oa_id}"), settings.oa_id
        tokens = OaTokens(settings.refresh_token, memory, api.exchange, self._clock)
        self.channel = ZaloOaChannel(oa_id, api, tokens, memory, around.media, self._clock, settings.buttons)
        self.per_second = settings.messages_per_second
        self.state = "webhook"
        told = (settings.app_id, settings.oa_id, digest(settings.refresh_token))
        self.fingerprint = hashlib.sha256(" ".join(told).encode()).hexdigest()
        self._stopping = asyncio.Event()

    def _clock(self) -> datetime:
        return self._now()

    def _api(self, call_s: float) -> OaApi:
        of = self._settings
        return OaApi(of.app_id, of.app_secret, of.api_base, of.oauth_base, call_s)

    def routes(self, submit: Submit, now: Now) -> Sequence[web.AbstractRouteDef]:
        """The webhook's route."""
        self._now = now
        of = self._settings
        handler = webhook_handler(self.channel, submit, of.app_id, of.oa_secret, clock=now)
        return (web.post(webhook_path(of.webhook_url), handler),)

    async def receive(self, submit: Submit, now: Now) -> None:
        """Keep the tokens alive until `stop`: nothing else comes this way, Zalo posts."""
        self._now = now
        while not self._stopping.is_set():
            try:
                await self.channel.tokens.keep_fresh()
                self.state = "webhook"
            except Misconfigured:  # told where it happened
                self.state = "token refused"
            except SendError as away:
                log.warning("zalo_oa tokens", extra={"reason": str(away)[:200]})
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._stopping.wait()
            except TimeoutError:
                pass

    def stop(self) -> None:
        """Let `receive` end."""
        self._stopping.set()

    async def set_up(self) -> None:
        """Prove the tokens by asking for the quota: the webhook itself is entered by hand in Zalo's console. Raises
        SetUpFailed."""
        try:
            await self.channel.with_token(self.channel.api.quota)
        except SendError as wrong:
            raise SetUpFailed(said_by(wrong)) from None

    async def check(self, patience_s: float) -> ChannelCheck:
        """Whether Zalo answers, and takes the access token that is kept; a doctor exchanges nothing."""
        api, base, known = self._api(patience_s), self._settings.api_base, ""
        try:
            kept = await self.channel.tokens.kept()
            if kept.refused:
                return bad("{reason}", reason=consent_again(kept.refused))
            known = kept.access
            await api.quota(known)
        except TokenRefused:
            if not known:
                return good("Zalo OA: {api_base} trả lời; token sẽ được đổi khi Cầm Tay chạy lần đầu", api_base=base)
            return note("Zalo OA: access token đã hết hạn hay bị thu hồi; chạy Cầm Tay thì máy tự đổi token mới")
        except Misconfigured as wrong:
            return bad("{reason}", reason=said_by(wrong))
        except SendError:
            return bad("Zalo OA: có token, nhưng chưa gọi được {api_base}", api_base=base)
        finally:
            await api.close()
        where = webhook_path(self._settings.webhook_url)
        return good("Zalo OA {oa_id}: token còn tốt, nhận tin ở {path}", oa_id=self._settings.oa_id, path=where)

    async def close(self) -> None:
        """Close the connections."""
        await self.channel.close()


def _still() -> datetime:
    """No clock is given before the routes are asked for; nobody sends before."""
    return NEVER
