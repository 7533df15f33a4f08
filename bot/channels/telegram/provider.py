"""One Telegram bot as a provider: polled or posted to, introduced, looked at."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from random import Random

from aiohttp import web

from bot.channels.base import Misconfigured, SendError, Submit
from bot.channels.provider import ChannelCheck, Now, SetUpFailed, Surroundings, bad
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.checking import judge_polling, judge_webhook, other_name, webhook_stands
from bot.channels.telegram.client import BotApi
from bot.channels.telegram.introduction import introduce
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.setup import BotPlan, fingerprint_of, run_setup
from bot.channels.telegram.webhook import webhook_address, webhook_handler, webhook_path, webhook_secret
from bot.errors import SettingsInvalid
from flows.saying import said_by, say

log = logging.getLogger(__name__)

WEBHOOK_LOST = say("Telegram không còn gửi tin tới địa chỉ đã đặt: đang đặt lại webhook.")


class TelegramProvider:
    """The configured bot. Raises SettingsInvalid for a token that is none, and a webhook without an address."""

    profile = TelegramSettings.profile

    def __init__(self, settings: TelegramSettings, around: Surroundings) -> None:
        if settings.mode == "webhook" and not settings.webhook_url:
            raise SettingsInvalid(say("telegram.webhook_url: chế độ webhook cần địa chỉ https của máy này."))
        try:
            self.channel = TelegramChannel(settings.token, around, api_base=settings.api_base)
        except Misconfigured as wrong:
            raise SettingsInvalid(say("TELEGRAM_TOKEN: {reason}", reason=said_by(wrong))) from None
        self.plan = BotPlan(settings.token, settings.mode, settings.webhook_url, settings.api_base)
        self._username = settings.username
        self.per_second = settings.messages_per_second
        self.forgets_taps_s: float | None = settings.drop_after_s
        self.state = settings.mode
        self.fingerprint = fingerprint_of(self.plan)
        self._poller: Poller | None = None
        self._setting_up, self._is_set_up = asyncio.Lock(), False

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
        """Poll until `stop`, or until the token is refused. Posted to, see that Telegram still knows where."""
        if not self._polls:
            await self._put_webhook_back()
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
        """What Telegram shows of the bot; for a webhook its address as well, by a child process. Raises SetUpFailed."""
        async with self._setting_up:
            try:
                await introduce(self.channel.api)
            except SendError as error:
                raise SetUpFailed(said_by(error)) from None
            if not self._polls and not (result := await run_setup(self.plan)):
                raise SetUpFailed(result.reason)
            self._is_set_up = True

    async def _put_webhook_back(self) -> None:
        """Set the webhook again where somebody has changed it since the set-up, which alone would never notice."""
        try:
            info = await self.channel.api.call("getWebhookInfo", {})
        except SendError:
            return  # its own worker looks again at the next start; the doctor tells
        async with self._setting_up:  # a set-up that is due has begun by now, and does it
            if self._is_set_up or webhook_stands(info, webhook_address(self.plan.webhook_url)):
                return
            log.warning(WEBHOOK_LOST)
            if not (result := await run_setup(self.plan)):
                log.error(result.reason)

    async def check(self, patience_s: float) -> ChannelCheck:
        """Who Telegram says that we are, and how it sees the way our updates come in."""
        api = BotApi(self.plan.token, api_base=self.plan.api_base, call_s=patience_s)
        try:
            me, info = await api.call("getMe", {}), await api.call("getWebhookInfo", {})
        except Misconfigured:
            return bad("Telegram: token không đúng; hỏi lại @BotFather")
        except SendError:
            return bad("Telegram: có token, nhưng chưa gọi được {api_base}", api_base=self.plan.api_base)
        finally:
            await api.close()
        name = me.get("username", "?") if isinstance(me, dict) else "?"
        if self._username and self._username.lower() != name.lower():
            return other_name(name, self._username)
        if self._polls:
            return judge_polling(name, info)
        return judge_webhook(name, info, webhook_address(self.plan.webhook_url))

    async def close(self) -> None:
        """Let the last thanks leave, then close the connections."""
        await self.channel.close()
