"""One Telegram bot as a provider: polled or posted to, introduced, looked at."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from random import Random

from aiohttp import web

from bot.channels.base import Misconfigured, SendError, Submit
from bot.channels.provider import ChannelCheck, Now, SetUpFailed, Surroundings, bad, good
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import BotApi
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.setup import BotPlan, fingerprint_of, introduce, run_setup
from bot.channels.telegram.webhook import webhook_handler, webhook_path, webhook_secret
from bot.errors import SettingsInvalid
from flows.saying import said_by, say

log = logging.getLogger(__name__)


class TelegramProvider:
    """The configured bot. Raises SettingsInvalid for a token that is none, and a webhook without an address."""

    profile = TelegramSettings.profile

    def __init__(self, settings: TelegramSettings, around: Surroundings) -> None:
        if settings.mode == "webhook" and not settings.webhook_url:
            raise SettingsInvalid(say("telegram.webhook_url: chế độ webhook cần địa chỉ https của máy này."))
        try:
            self.channel = TelegramChannel(settings.token, api_base=settings.api_base)
        except Misconfigured as wrong:
            raise SettingsInvalid(say("TELEGRAM_TOKEN: {reason}", reason=said_by(wrong))) from None
        self.plan = BotPlan(settings.token, settings.mode, settings.webhook_url, settings.api_base)
        self.per_second = settings.messages_per_second
        self.forgets_taps_s: float | None = settings.drop_after_s
        self.state = settings.mode
        self.fingerprint = fingerprint_of(self.plan)
        self._poller: Poller | None = None

    @property
    def _polls(self) -> bool:
        return self.plan.mode == "polling"

    def routes(self, submit: Submit, now: Now) -> Sequence[web.AbstractRouteDef]:
        """The webhook's route, none while polling."""
        if self._polls:
            return ()
        handler = webhook_handler(self.channel, submit, webhook_secret(self.plan.token), clock=now)
        return (web.post(webhook_path(self.plan.webhook_url), handler),)

    async def receive(self, submit: Submit, now: Now) -> None:
        """Poll until `stop`, or until the token is refused."""
        if not self._polls:
            return
        rng, make_way = Random(self.channel.name), lambda: run_setup(self.plan)
        self._poller = Poller(self.channel, submit, clock=now, rng=rng, remove_webhook=make_way)
        self.state = "polling"
        try:
            await self._poller.run()
        except Misconfigured as wrong:
            self.state = "token refused"
            refused = "Telegram không nhận mã bot (TELEGRAM_TOKEN). Lấy lại mã từ @BotFather. ({reason})"
            log.error(say(refused, reason=said_by(wrong)))

    def stop(self) -> None:
        """Let the poller end after the call that is on."""
        if self._poller is not None:
            self._poller.stop()

    async def set_up(self) -> None:
        """The menu of commands; for a webhook everything else as well, by a child process. Raises SetUpFailed."""
        result = await (introduce(self.channel.api) if self._polls else run_setup(self.plan))
        if not result.ok:
            raise SetUpFailed(result.reason)

    async def check(self, patience_s: float) -> ChannelCheck:
        """Who Telegram says that we are."""
        api = BotApi(self.plan.token, api_base=self.plan.api_base, call_s=patience_s)
        try:
            me = await api.call("getMe", {})
        except Misconfigured:
            return bad("Telegram: token không đúng; hỏi lại @BotFather")
        except SendError:
            return bad("Telegram: có token, nhưng chưa gọi được {api_base}", api_base=self.plan.api_base)
        finally:
            await api.close()
        name = me.get("username", "?") if isinstance(me, dict) else "?"
        return good("Telegram: bot @{name} trả lời, nhận tin bằng {mode}", name=name, mode=self.plan.mode)

    async def close(self) -> None:
        """Let the last thanks leave, then close the connections."""
        await self.channel.close()
