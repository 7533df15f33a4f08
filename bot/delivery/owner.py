"""One account of a channel from end to end: owned by one process, asked or posted to, its outbox sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from aiohttp import web

from bot.channels.base import Channel, Outgoing, Submit
from bot.channels.provider import Provider, SetUpFailed
from bot.conversation.batch import Conversation, Settled
from bot.conversation.policy.buttons import toned
from bot.conversation.presence import Presence
from bot.counting import RecentCounter
from bot.delivery.backlog import Backlog
from bot.delivery.quota import QuotaMeters
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import Sender, Senders
from bot.errors import StorageError
from flows.saying import said_by, say
from storage.engine import key_value
from storage.engine.database import UnitOfWork
from storage.engine.leases import Lease

READ_EVERY_S = 2.0  # how often an owner looks for rows of others of which nobody has told it
AWAY_PAUSE_S = 0.5
DOUBT_S = 3.0  # the database is away for longer than a moment: what is at work ends, and begins anew when it is back
SET_UP_PAUSE_S, SET_UP_LONGEST_PAUSE_S = 5.0, 300.0
REOFFER_AT_ONCE = 100

log = logging.getLogger(__name__)


def in_tones(outgoing: Outgoing) -> Outgoing:
    """A message whose buttons show what they mean."""
    buttons = toned(outgoing.buttons)
    return outgoing if buttons is outgoing.buttons else replace(outgoing, buttons=buttons)


class LeasedChannel:
    """A channel over which nothing leaves while its lease is in doubt: a process that wakes up after a hang first looks
    whether another sends in its place."""

    def __init__(self, channel: Channel, lease: Lease) -> None:
        self._channel, self._lease, self._fence = channel, lease, lease.fence
        self.name, self.acknowledge, self.fetch = channel.name, channel.acknowledge, channel.fetch

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        """As the channel's own, once the lease is sure; never again where another has had it meanwhile."""
        while not self._lease.is_ours or self._lease.fence != self._fence:
            await self._lease.wait()
        await self._channel.send(outgoing, plain=plain)


class ChannelOwner:
    """`run` works while this process owns the account by its `lease`: one sends, others stand by with all at hand."""

    def __init__(
        self,
        provider: Provider,
        conversation: Conversation,
        submit: Submit,
        presence: Presence,
        senders: Senders,
        now: Callable[[], datetime],
        quotas: QuotaMeters,
        lease: Lease,
        failpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.provider = provider
        self.channel = provider.channel
        self.conversation = conversation
        self.submit = submit
        self.presence = presence
        self.senders = senders
        self.now = now
        self.failpoint = failpoint
        self.meter = quotas.meter_of(self.channel.name, provider.profile)
        self.counter = RecentCounter()
        """What has left, and what went wrong: "sent" and the kinds of `SendFault`."""
        self.lease, self._fence = lease, lease.fence
        self._read_at_s = self._sure_at_s = 0.0
        self._idle = "waiting"
        self._tasks: list[asyncio.Task[None]] = []
        self._shared = conversation.database.shared
        self.backlog = Backlog(conversation.database, self.channel.name)
        self._left: Settled = ()
        """What had left when the ownership was lost: to be written down before the outbox is read again."""

    @property
    def state(self) -> str:
        """How updates come in, in a word; "standing by" while another process owns the account."""
        return self.provider.state if self._tasks else self._idle

    @property
    def is_ours(self) -> bool:
        """Whether this process serves the account now."""
        return bool(self._tasks)

    @property
    def sender(self) -> Sender | None:
        """What sends, while the account is ours."""
        return self.senders.by_channel.get(self.channel.name)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """What the provider posts to."""
        return self.provider.routes(self.submit, self.now)

    async def run(self) -> None:
        """Stand by until the account is ours, then serve it; look again should the ownership be lost.

        Raises what ended one of its tasks that never should: the process then ends and is started again.
        """
        lease = self.lease
        while True:
            try:
                if lease.is_lost or lease.fence != self._fence or self._doubts_for_s() >= DOUBT_S:
                    self._end()
                    self._fence = lease.fence
                if lease.is_ours and not self._tasks:
                    await self._begin()
                elif lease.is_ours and self._shared:
                    await self._read_in_time()
                await self._look_at_quota()
            except StorageError as away:
                log.warning("storage away", extra={"reason": str(away)[:200]})
                self._end()
            for task in self._tasks:
                if task.done():
                    task.result()
            await lease.wait(long=lease.is_lost and not self._tasks and self.meter is None)

    def _doubts_for_s(self) -> float:
        """For how long it has not been sure that the account is ours: so long nothing was sent."""
        now_s = asyncio.get_running_loop().time()
        if self.lease.is_ours:
            self._sure_at_s = now_s
        return now_s - self._sure_at_s

    async def _read_in_time(self) -> None:
        """What another process has committed and not told: it was killed, or is no tutor."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._read_at_s >= READ_EVERY_S:
            self._read_at_s = now_s
            await self.read_others()

    async def read_others(self) -> None:
        """Send what lies in the outbox and this process does not know yet; nothing while the account is another's.
        Raises StorageError."""
        rows = await self.backlog.next() if self.sender else []
        if self.sender:
            self.sender.push(rows)

    async def _ours(self, work: UnitOfWork[None]) -> None:
        """A transaction in the owner's name, of which nothing is kept once another owns the account."""
        lease = self.lease
        await self.conversation.database.transact(
            lambda connection: work(connection) if lease.holds(connection) else None
        )

    async def _look_at_quota(self) -> None:
        """Warn of what is nearly used up; who stands by reads how far it is, to be thrifty in time."""
        if self.meter is None:
            return
        if self.is_ours:
            if self.meter.is_behind:
                await self._ours(self.meter.write_in_time)
            await self.meter.warn(self._ours)
        else:
            await self.meter.load(self.conversation.database)

    def _count(self, outgoing: Outgoing) -> None:
        self.counter.count("sent")
        if self.meter is not None:
            self.meter.count(outgoing)

    async def _begin(self) -> None:
        if self.meter is not None:
            await self.meter.load(self.conversation.database)
        if self._left:
            await self.conversation.settle(self._left)
            self._left = ()
        pace = SendLimiter(self.provider.per_second, monotonic(), self.provider.profile)
        sender = Sender(
            LeasedChannel(self.channel, self.lease),
            self.conversation,
            pace,
            failpoint=self.failpoint,
            alone=not self._shared,
            is_quiet=self._rests,
            on_sent=self._count,
            on_fault=self.counter.count,
            dress=in_tones if self.provider.profile.tones else lambda outgoing: outgoing,
        )
        sender.primed = False
        self.senders.by_channel[self.channel.name] = sender
        async for page in self.backlog.pages():
            sender.push(page)
        sender.primed = True
        await self._offer_again()
        self.presence.alive.add(self.channel.name)
        await self.presence.beat()
        receiving = self.provider.receive(self.submit, self.now)
        work = [sender.run(), self._catch_up(sender), self._set_up(), receiving]
        self._tasks = [asyncio.create_task(each) for each in work]

    async def _offer_again(self) -> None:
        """Whoever may have tapped what the provider has dropped during a stop is shown her step again."""
        if self.provider.forgets_taps_s is None:
            return
        lost = await self.presence.lost_taps(self.channel.name, timedelta(seconds=self.provider.forgets_taps_s))
        for at in range(0, len(lost), REOFFER_AT_ONCE):
            await self.submit(lost[at : at + REOFFER_AT_ONCE])

    def _rests(self) -> bool:
        """Whether what nobody asked for has to wait: at night, and where the month's messages run out."""
        return self.presence.quiet.holds(self.now()) or (self.meter is not None and self.meter.is_thin)

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
                await asyncio.sleep(AWAY_PAUSE_S)

    async def _set_up(self) -> None:
        """Tell the provider who we are, only when something has changed, until it is done."""
        pause_s = SET_UP_PAUSE_S
        while not await self._is_set_up():
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, SET_UP_LONGEST_PAUSE_S)

    async def _is_set_up(self) -> bool:
        database, key = self.conversation.database, f"setup:{self.channel.name}"
        try:
            known = await database.read(lambda connection: key_value.get_key(connection, key))
            wanted = self.provider.fingerprint
            if known is None or known[0] != wanted:
                await self.provider.set_up()
                await self._ours(lambda connection: key_value.set_key(connection, key, wanted))
        except StorageError as away:
            log.warning("storage away", extra={"reason": str(away)[:200]})
        except SetUpFailed as failed:
            channel = self.provider.profile.id
            log.error(say("{channel} set-up failed: {reason}", channel=channel, reason=said_by(failed)))
        else:
            return True
        return False

    def stop(self) -> None:
        """Let receiving end after the call that is on."""
        self.provider.stop()

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self.presence.alive.discard(self.channel.name)
        sender = self.senders.by_channel.pop(self.channel.name, None)
        if sender is not None:
            self._left = sender.abandon()
        self._idle = "standing by"

    async def close(self, patience_s: float) -> None:
        """Cancel the tasks, give the sender `patience_s` seconds, close the connections; then another may own it."""
        sender = self.senders.by_channel.get(self.channel.name)
        for task in self._tasks:
            task.cancel()
        if sender is not None:
            await sender.close(patience_s)
        if self.meter is not None and self.meter.is_behind:
            with suppress(StorageError):
                await self._ours(self.meter.write)
        await asyncio.gather(*self._tasks, return_exceptions=True)  # a child process of the set-up is ended
        await self.provider.close()
        with suppress(StorageError):
            await self.lease.give_up()
