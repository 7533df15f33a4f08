"""One Telegram bot from end to end: owned by one process, polled or posted to, its outbox sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from aiohttp import web

from bot.channels.base import Misconfigured, Submit
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.setup import BotPlan, introduce, needs_setup, run_setup
from bot.channels.telegram.webhook import webhook_handler, webhook_path, webhook_secret
from bot.conversation.batch import Conversation, Settled
from bot.conversation.presence import Presence
from bot.delivery.backlog import Backlog
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import Sender, Senders
from bot.errors import SettingsInvalid, StorageError
from bot.settings import Settings
from storage.engine import key_value
from storage.engine.database import SQLite

OWN_EVERY_S = 0.5  # how often one that stands by asks whether the bot is free, and an owner looks for others' rows
SET_UP_PAUSE_S, SET_UP_LONGEST_PAUSE_S = 5.0, 300.0
REOFFER_AT_ONCE = 100

log = logging.getLogger(__name__)


class TelegramOwner:
    """`run` works while this process owns the bot (PostgreSQL: an advisory lock; SQLite: always)."""

    def __init__(
        self,
        settings: Settings,
        channel: TelegramChannel,
        conversation: Conversation,
        submit: Submit,
        presence: Presence,
        senders: Senders,
        now: Callable[[], datetime],
        failpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        telegram = settings.telegram
        self.channel = channel
        self.conversation = conversation
        self.submit = submit
        self.presence = presence
        self.senders = senders
        self.now = now
        self.failpoint = failpoint
        self.state = "waiting"
        self.plan = BotPlan(telegram.token, telegram.mode, telegram.webhook_url, telegram.api_base)
        self.per_second = telegram.messages_per_second
        self.dropped_after = timedelta(seconds=telegram.drop_after_s)
        self.poller: Poller | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._shared = not isinstance(conversation.database, SQLite)
        self.backlog = Backlog(conversation.database, channel.name)
        self._left: Settled = ()
        """What had left when the ownership was lost: to be written down before the outbox is read again."""

    @classmethod
    def of(
        cls,
        settings: Settings,
        conversation: Conversation,
        submit: Submit,
        presence: Presence,
        senders: Senders,
        now: Callable[[], datetime],
        failpoint: Callable[[str], None] = lambda _: None,
    ) -> TelegramOwner | None:
        """The line of the configured bot; None without a token. Raises SettingsInvalid for a token that is none."""
        telegram = settings.telegram
        if not telegram.token:
            return None
        if telegram.mode == "webhook" and not telegram.webhook_url:
            raise SettingsInvalid("telegram.webhook_url: chế độ webhook cần địa chỉ https của máy này.")
        try:
            channel = TelegramChannel(telegram.token, api_base=telegram.api_base)
        except Misconfigured as wrong:
            raise SettingsInvalid(f"TELEGRAM_TOKEN: {wrong}") from None
        return cls(settings, channel, conversation, submit, presence, senders, now, failpoint)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The webhook's route, none while polling."""
        if self.plan.mode != "webhook":
            return ()
        handler = webhook_handler(self.channel, self.submit, webhook_secret(self.plan.token), clock=self.now)
        return (web.post(webhook_path(self.plan.webhook_url), handler),)

    async def run(self) -> None:
        """Stand by until the bot is ours, then serve it; look again should the ownership be lost.

        Raises what ended one of its tasks that never should: the process then ends and is started again.
        """
        database = self.conversation.database
        while True:
            try:
                owned = await database.hold(self.channel.name)
                if owned and not self._tasks:
                    await self._begin()
                elif owned and self._shared:
                    self.senders.by_channel[self.channel.name].push(await self.backlog.next())
                elif not owned:
                    self._end()
            except StorageError as away:
                log.warning("storage away", extra={"reason": str(away)[:200]})
                self._end()
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(OWN_EVERY_S)

    async def _begin(self) -> None:
        if self._left:
            await self.conversation.settle(self._left)
            self._left = ()
        pace = SendLimiter(self.per_second, asyncio.get_running_loop().time())
        sender = Sender(
            self.channel,
            self.conversation,
            pace,
            failpoint=self.failpoint,
            alone=not self._shared,
            is_quiet=self._is_quiet,
        )
        sender.primed = False
        self.senders.by_channel[self.channel.name] = sender
        async for page in self.backlog.pages():
            sender.push(page)
        sender.primed = True
        lost = await self.presence.lost_taps(self.channel.name, self.dropped_after)
        for at in range(0, len(lost), REOFFER_AT_ONCE):
            await self.submit(lost[at : at + REOFFER_AT_ONCE])
        self.presence.alive.add(self.channel.name)
        await self.presence.beat()
        work = [sender.run(), self._catch_up(sender), self._set_up()]
        if self.plan.mode == "polling":
            work.append(self._poll())
        else:
            self.state = "webhook"
        self._tasks = [asyncio.create_task(each) for each in work]

    def _is_quiet(self) -> bool:
        return self.presence.quiet.holds(self.now())

    async def _catch_up(self, sender: Sender) -> None:
        """Read the outbox of chats where something may lie before what was just committed."""
        while True:
            await sender.news.wait()
            sender.news.clear()
            chats, sender.behind = sender.behind, set()
            try:
                async for page in self.backlog.pages(chats):
                    sender.push(page)
            except StorageError as away:
                log.warning("storage away", extra={"reason": str(away)[:200]})
                sender.behind |= chats
                sender.news.set()
                await asyncio.sleep(OWN_EVERY_S)

    async def _poll(self) -> None:
        rng = Random(self.channel.name)
        self.poller = Poller(
            self.channel, self.submit, clock=self.now, rng=rng, remove_webhook=lambda: run_setup(self.plan)
        )
        self.state = "polling"
        try:
            await self.poller.run()
        except Misconfigured as wrong:
            self.state = "token refused"
            log.error("Telegram không nhận mã bot (TELEGRAM_TOKEN). Lấy lại mã từ @BotFather. (%s)", wrong)

    async def _set_up(self) -> None:
        """Tell Telegram who we are, only when something has changed, until it is done; a webhook by a child process."""
        pause_s = SET_UP_PAUSE_S
        while not await self._is_set_up():
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, SET_UP_LONGEST_PAUSE_S)

    async def _is_set_up(self) -> bool:
        database, key = self.conversation.database, f"setup:{self.channel.name}"
        try:
            known = await database.read(lambda connection: key_value.get_key(connection, key))
            fingerprint = needs_setup(known[0] if known else None, self.plan)
            if not fingerprint:
                return True
            polls = self.plan.mode == "polling"
            result = await (introduce(self.channel.api) if polls else run_setup(self.plan))
            if result.ok:
                await database.transact(lambda connection: key_value.set_key(connection, key, fingerprint))
                return True
        except StorageError as away:
            log.warning("storage away", extra={"reason": str(away)[:200]})
        else:
            log.error("telegram set-up failed: %s", result.error)
        return False

    def stop(self) -> None:
        """Ask the poller to end after the call that is on."""
        if self.poller is not None:
            self.poller.stop()

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self.presence.alive.discard(self.channel.name)
        sender = self.senders.by_channel.pop(self.channel.name, None)
        if sender is not None:
            self._left = sender.abandon()
        self.state = "standing by"

    async def close(self, patience_s: float) -> None:
        """Cancel the tasks, give the sender `patience_s` seconds, close the channel."""
        sender = self.senders.by_channel.get(self.channel.name)
        for task in self._tasks:
            task.cancel()
        if sender is not None:
            await sender.close(patience_s)
        await self.channel.close()
