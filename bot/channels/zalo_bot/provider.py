"""One Zalo bot as a provider: polled or posted to, looked at."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.base import Misconfigured, SendError, Submit
from bot.channels.provider import ChannelCheck, Now, SetUpFailed, Surroundings, bad, good, note
from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_bot.client import ZaloBotApi
from bot.channels.zalo_bot.polling import ZaloBotPoller
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_bot.webhook import webhook_address, webhook_handler, webhook_path, webhook_secret
from bot.errors import SettingsInvalid
from flows.saying import said_by, say

log = logging.getLogger(__name__)


class ZaloBotProvider:
    """The configured bot. Raises SettingsInvalid for a token that is none, and a webhook without an address."""

    forgets_taps_s: float | None = None  # there is nothing to tap

    def __init__(self, settings: ZaloBotSettings, around: Surroundings) -> None:
        self._polls = settings.mode == "polling"
        if not self._polls and not settings.webhook_url:
            raise SettingsInvalid(say("zalo_bot.webhook_url: chế độ webhook cần địa chỉ https của máy này."))
        try:
            self.channel = ZaloBotChannel(settings.token, around.media.address, api_base=settings.api_base)
        except Misconfigured as wrong:
            raise SettingsInvalid(say("ZALO_BOT_TOKEN: {reason}", reason=said_by(wrong))) from None
        self.settings = settings
        self.profile = replace(settings.profile, quota=settings.messages_per_month)
        self.per_second = settings.messages_per_second
        self.state = settings.mode
        self.fingerprint = self._fingerprint()
        self._poller: ZaloBotPoller | None = None

    def _fingerprint(self) -> str:
        given = self.settings
        wanted = [given.mode, webhook_secret(given.token), given.webhook_url, given.api_base]
        return hashlib.sha256(repr(wanted).encode()).hexdigest()

    def routes(self, submit: Submit, now: Now) -> Sequence[web.AbstractRouteDef]:
        """The webhook's route, none while polling."""
        if self._polls:
            return ()
        handler = webhook_handler(self.channel, submit, webhook_secret(self.settings.token), clock=now)
        return (web.post(webhook_path(self.settings.webhook_url), handler),)

    async def receive(self, submit: Submit, now: Now) -> None:
        """Poll until `stop`, or until the token is refused."""
        if not self._polls:
            return
        every_s, rng = self.settings.poll_every_s, Random(self.channel.name)
        self._poller = ZaloBotPoller(self.channel, submit, clock=now, rng=rng, every_s=every_s)
        self.state = "polling"
        try:
            await self._poller.run()
        except Misconfigured as wrong:
            self.state = "token refused"
            refused = "Zalo không nhận mã bot (ZALO_BOT_TOKEN). Lấy lại mã ở Zalo Bot Creator. ({reason})"
            log.error(say(refused, reason=said_by(wrong)))

    def stop(self) -> None:
        """Let the poller end after what it has in hand."""
        if self._poller is not None:
            self._poller.stop()

    async def set_up(self) -> None:
        """Tell Zalo where to post to; while polling the poller itself looks whether a webhook is in the way. Raises
        SetUpFailed."""
        if self._polls:
            return
        given = {"url": webhook_address(self.settings.webhook_url), "secret_token": webhook_secret(self.settings.token)}
        try:
            told = await self.channel.api.call("setWebhook", given)
        except SendError as refused:
            raise SetUpFailed(said_by(refused)) from None
        tried = told.get("verification") if isinstance(told, dict) else None
        if isinstance(tried, dict) and tried.get("ok") is False:
            hint = str(tried.get("hint") or tried.get("outcome") or "")[:200]
            raise SetUpFailed(say("Zalo chưa gọi được tới địa chỉ webhook ({hint})", hint=hint))

    async def check(self, patience_s: float) -> ChannelCheck:
        """Who Zalo says that we are, and whether it posts where we listen."""
        api = ZaloBotApi(self.settings.token, api_base=self.settings.api_base, call_s=patience_s)
        try:
            me = await api.call("getMe")
            posted_to = await api.webhook()
        except Misconfigured:
            return bad("Zalo Bot: mã bot không đúng; lấy lại mã ở Zalo Bot Creator")
        except SendError:
            return bad("Zalo Bot: có mã bot, nhưng chưa gọi được {api_base}", api_base=self.settings.api_base)
        finally:
            await api.close()
        wanted = "" if self._polls else webhook_address(self.settings.webhook_url)
        if posted_to != wanted:
            return _astray(posted_to)
        name = next((me[key] for key in ("display_name", "account_name") if me.get(key)), "?") if me else "?"
        return good("Zalo Bot: bot {name} trả lời, nhận tin bằng {mode}", name=name, mode=self.settings.mode)

    async def close(self) -> None:
        """Close the connections."""
        await self.channel.api.close()


def _astray(posted_to: str) -> ChannelCheck:
    """Zalo posts to somebody else, or to nobody."""
    if not posted_to:
        return note("Zalo Bot: chưa đặt webhook; ./camtay run sẽ đặt")
    host = urlsplit(posted_to).hostname
    return note("Zalo Bot: tin đang được gửi tới webhook {host}, không tới máy này", host=host)
