"""From the outbox to a channel: each chat in its order, chats side by side, at the channel's pace."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from time import monotonic
from typing import Literal

from bot.channels.base import (
    Channel,
    LearnerGone,
    Misconfigured,
    Outgoing,
    SendError,
    SendRefused,
    Throttled,
    WindowClosed,
)
from bot.conversation.batch import Conversation, Settled
from bot.delivery.rate_limit import SendLimiter
from bot.errors import AWAY_PAUSE_S, StorageError

AT_ONCE = 32  # messages under way side by side: Telegram answers in about 50 ms, so 30 a second need far fewer
SETTLE_AFTER_S = 0.5  # how long a sent message may wait for a batch to carry its end
BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
MISCONFIGURED_S = 60.0
SHUT_TRIES = 3  # how often it is tried again where somebody has written while the provider was still refusing
UNEXPECTED_TRIES = 3  # how often a fault that no channel should raise is waited out before the simplest form is tried
REMEMBER_CHATS = 20_000

MessageKey = tuple[str, str, int]
SendEnd = Literal["settled", "gone", "asleep", "shut"]
SendFault = Literal["throttled", "gone", "closed", "refused", "misconfigured", "unreachable", "unexpected"]
"""What can go wrong with one try to send, by what the sender does next: see `bot.channels.base`."""

_KINDS: tuple[tuple[type[SendError], SendFault], ...] = (
    (Throttled, "throttled"),
    (LearnerGone, "gone"),
    (WindowClosed, "closed"),
    (SendRefused, "refused"),
    (Misconfigured, "misconfigured"),
    (SendError, "unreachable"),
)

log = logging.getLogger(__name__)


class Sender:
    """One channel's outbox. What it is given in `push` is already committed; after a crash it is read again."""

    def __init__(
        self,
        channel: Channel,
        conversation: Conversation,
        pace: SendLimiter,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        failpoint: Callable[[str], None] = lambda _: None,
        alone: bool = True,
        is_quiet: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = monotonic,
        dress: Callable[[Outgoing], Outgoing] = lambda outgoing: outgoing,
        on_sent: Callable[[Outgoing], None] = lambda _: None,
        on_fault: Callable[[SendFault], None] = lambda _: None,
    ) -> None:
        """`failpoint` as in Intake, `on_sent` is told what has just left, `on_fault` what went wrong again. `alone`:
        nobody but this process writes into the channel's outbox.

        While `is_quiet`, what nobody asked for is held back: until morning (or the next month, where messages are
        counted), or until its reader is awake. `clock` tells the seconds of the pace. `dress` is a message as this
        channel is to be given it.
        """
        self.channel = channel
        self.conversation = conversation
        self.pace = pace
        self.failpoint = failpoint
        self.alone = alone
        self.is_quiet = is_quiet
        self.primed = True
        """False while what lay in the outbox before this process took the channel is still being read."""
        self.behind: set[str] = set()
        """Chats whose outbox must be read before anything more is sent there; `news` is set when one is added."""
        self.news = asyncio.Event()
        self.sent = 0
        self._sleep = sleep
        self._seconds = clock
        self._dress = dress
        self._on_sent, self._on_fault = on_sent, on_fault
        self._chats: dict[str, deque[Outgoing]] = {}
        self._held: dict[str, deque[Outgoing]] = {}
        self._since: dict[str, float] = {}  # when what a chat now waits for came to be the first of it
        self._shut: set[str] = set()  # chats that nothing may be sent to until their reader writes
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._settled: dict[MessageKey, asyncio.Future[None] | None] = {}
        self._unsettled: dict[str, MessageKey] = {}
        self._urgent = asyncio.Event()
        self._last: dict[str, int] = {}

    # --- what goes out ---

    def take(self, outgoing: Outgoing) -> None:
        """Send what was just committed, at once where it follows what its chat was given last.

        Otherwise the outbox may hold something before it, by another process or from before this one owned the
        channel: sent now, it would overtake that for ever.
        """
        if self.primed and (self.alone or self._given(outgoing.chat_id) == outgoing.no - 1):
            self.push((outgoing,))
        else:
            self.behind.add(outgoing.chat_id)
            self.news.set()

    def push(self, outgoing: Iterable[Outgoing]) -> None:
        """Send these, each behind what its chat still waits for; what is known already is passed over."""
        for each in outgoing:
            if each.no <= self._given(each.chat_id):
                continue
            waiting = self._chats.get(each.chat_id)
            self._remember(each)
            if waiting is not None:
                waiting.append(each)
                continue
            self._held.setdefault(each.chat_id, deque()).append(each)
            if not (each.unasked and (self.is_quiet() or each.chat_id in self._shut)):
                self._start(each.chat_id)

    def _start(self, chat_id: str) -> None:
        self._shut.discard(chat_id)
        self._chats[chat_id], self._since[chat_id] = self._held.pop(chat_id), self._seconds()
        task = asyncio.get_running_loop().create_task(self._chat(chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _given(self, chat_id: str) -> int:
        """The last number this chat was given, as far back as anything waits there or is not written down."""
        last = [self._last.get(chat_id, 0), self._unsettled.get(chat_id, ("", "", 0))[2]]
        waiting = self._chats.get(chat_id) or self._held.get(chat_id)
        return max(*last, waiting[-1].no if waiting else 0)

    def _remember(self, outgoing: Outgoing) -> None:
        """The last number a chat was given: rows read again from the outbox may be on their way already."""
        self._last.pop(outgoing.chat_id, None)
        self._last[outgoing.chat_id] = outgoing.no
        if len(self._last) > REMEMBER_CHATS:
            del self._last[next(iter(self._last))]

    @property
    def waiting(self) -> int:
        """How many messages wait in memory."""
        return sum(map(len, self._chats.values()))

    @property
    def waits_s(self) -> float:
        """For how many seconds the longest that something asked for has waited here behind nothing but the provider;
        0 when nothing does. What is held back, until morning or until its reader writes, does not wait."""
        asked = (chat_id for chat_id, waiting in self._chats.items() if not all(each.unasked for each in waiting))
        since = min((self._since[chat_id] for chat_id in asked), default=None)
        return 0.0 if since is None else self._seconds() - since

    async def _chat(self, chat_id: str) -> None:
        """Send what one chat waits for, message n + 1 only after n is settled."""
        waiting = self._chats[chat_id]
        try:
            if chat_id in self._unsettled:
                await self._written_down(self._unsettled[chat_id])
            while waiting:
                outgoing = waiting[0]
                end = await self._deliver(outgoing)
                if end in ("asleep", "shut"):
                    self._held[chat_id] = waiting
                    if end == "shut":
                        self._shut.add(chat_id)
                    return
                waiting.popleft()
                self._since[chat_id] = self._seconds()
                if end == "settled":
                    await self._settle(outgoing, wait=bool(waiting))
        except asyncio.CancelledError:
            raise
        except Exception:  # the edge of a unit of work: the rows stay in the outbox and are read again at start
            log.exception("sending failed", extra={"channel": self.channel.name, "chat_id": chat_id})
        finally:
            del self._chats[chat_id], self._since[chat_id]

    def _sleeps(self, chat_id: str) -> bool:
        """Whether it is night for all that this chat waits for: nothing of it answers what was done just now."""
        return all(each.unasked for each in self._chats[chat_id]) and self.is_quiet()

    def _is_followed(self, outgoing: Outgoing) -> bool:
        """Whether something waits behind it that is no reminder: its reader has probably written meanwhile."""
        return any(each.no > outgoing.no and not each.unasked for each in self._chats[outgoing.chat_id])

    async def _note_shut(self, outgoing: Outgoing, closed: WindowClosed) -> None:
        """Write down that nothing reaches a reader until she writes; by the last that waits: there is no answer to her
        behind it."""
        last = self._chats[outgoing.chat_id][-1]
        await self._until_stored(lambda: self.conversation.window_closed(last))
        where = {"channel": outgoing.channel, "chat_id": outgoing.chat_id}
        log.info("reply window closed", extra={**where, "reason": str(closed)[:200]})

    async def _deliver(self, outgoing: Outgoing) -> SendEnd:
        """Until it has left or never will; "gone": its row is no more, for so is the learner. "asleep": night has
        fallen over its delays, and it waits for the morning like what comes at night; "shut": it waits for a word of
        its reader's.
        """
        tries, unexpected, plain = 0, 0, False
        if outgoing.unasked and (delay := self.pace.wait_unasked(self._seconds())):
            await self._sleep(delay)
        while True:
            delay = self.pace.wait(outgoing.chat_id, self._seconds())
            if delay:
                await self._sleep(delay)
            try:
                async with self._slots:
                    if self._sleeps(outgoing.chat_id):
                        return "asleep"
                    if self.pace.is_paused(self._seconds()):
                        continue  # it began while she waited for her turn
                    await self._send(outgoing, plain=plain)
                self.failpoint("after send")
                self.sent += 1
                self._on_sent(outgoing)
                return "settled"
            except Throttled as slow:
                self.pace.throttled(outgoing.chat_id, slow.retry_after, self._seconds())
                await self._sleep(slow.retry_after)
            except LearnerGone:
                await self._until_stored(lambda: self.conversation.learner_gone(outgoing))
                log.info("learner away", extra={"channel": outgoing.channel, "chat_id": outgoing.chat_id})
                return "gone"
            except WindowClosed as closed:
                if tries >= SHUT_TRIES or not self._is_followed(outgoing):
                    await self._note_shut(outgoing, closed)
                    return "shut"
                await self._sleep(BACK_OFF_S[tries])
                tries += 1
            except SendRefused as refused:
                if plain:
                    self._alarm("message refused", outgoing, refused)
                    return "settled"
                plain = True
            except Misconfigured as wrong:
                self._alarm("channel misconfigured", outgoing, wrong)
                await self._sleep(MISCONFIGURED_S)
            except SendError:
                await self._sleep(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
                tries += 1
            except Exception:  # the edge of a unit of work: one row that cannot be sent must not hold up its chat
                log.exception("sending failed", extra={"channel": outgoing.channel, "chat_id": outgoing.chat_id})
                if plain:
                    return "settled"
                await self._sleep(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
                tries, unexpected = tries + 1, unexpected + 1
                plain = unexpected == UNEXPECTED_TRIES

    async def _send(self, outgoing: Outgoing, *, plain: bool) -> None:
        try:
            await self.channel.send(self._dress(outgoing), plain=plain)
        except Exception as fault:  # counted, then dealt with where it is known what follows
            self._on_fault(next((kind for of, kind in _KINDS if isinstance(fault, of)), "unexpected"))
            raise

    def _alarm(self, what: str, outgoing: Outgoing, fault: Exception) -> None:
        where = {"channel": outgoing.channel, "chat_id": outgoing.chat_id, "no": outgoing.no}
        log.error(what, extra={**where, "reason": str(fault)[:200]})

    # --- what has left ---

    async def _settle(self, outgoing: Outgoing, *, wait: bool) -> None:
        key = (outgoing.channel, outgoing.chat_id, outgoing.no)
        self._settled[key], self._unsettled[outgoing.chat_id] = None, key
        if wait:
            await self._written_down(key)

    async def _written_down(self, key: MessageKey) -> None:
        """Wait until it is, soon: the next message of its chat must not leave before."""
        done = self._settled[key] = asyncio.get_running_loop().create_future()
        self._urgent.set()
        await done

    def settled(self) -> list[MessageKey]:
        """What has left and is not yet written down."""
        return list(self._settled)

    def forget(self, settled: Settled) -> None:
        """Drop what has been stored as settled."""
        for key in settled:
            done = self._settled.pop(key, None)
            if self._unsettled.get(key[1]) == key:
                del self._unsettled[key[1]]
            if done is not None and not done.done():
                done.set_result(None)

    async def run(self) -> None:
        """Write down what has left whenever no batch did it."""
        while True:
            try:
                async with asyncio.timeout(SETTLE_AFTER_S):
                    await self._urgent.wait()
            except TimeoutError:
                pass
            self._urgent.clear()
            await self.step()

    async def step(self) -> None:
        """Start chats that were held for quiet hours, and store what has been settled."""
        if self._held and not self.is_quiet():
            for chat_id in self._held.keys() - self._shut:
                self._start(chat_id)
        settled = self.settled()
        if settled:
            self.failpoint("before settle")
            await self._until_stored(lambda: self.conversation.settle(settled))
            self.forget(settled)

    async def _until_stored(self, store: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await store()
            except StorageError as away:
                log.warning("storage away", extra={"reason": str(away)[:200]})
                await self._sleep(AWAY_PAUSE_S)

    def abandon(self) -> list[MessageKey]:
        """Stop at once: the channel is another's now. Returns what has left and is not yet written down."""
        for task in list(self._tasks):
            task.cancel()
        return self.settled()

    async def close(self, patience_s: float) -> None:
        """Let what is under way finish, then write down what has left; the rest stays in the outbox."""
        if self._tasks:
            settling = asyncio.get_running_loop().create_task(self.run())  # the next of a chat waits for the last
            await asyncio.wait(self._tasks, timeout=patience_s)
            settling.cancel()
            await asyncio.wait([settling])
        for task in list(self._tasks):
            task.cancel()
        settled = self.settled()
        if settled:
            await self.conversation.settle(settled)
            self.forget(settled)


class Senders:
    """All channels' senders as one: what is committed goes to the right one."""

    def __init__(self) -> None:
        self.by_channel: dict[str, Sender] = {}

    def push(self, outgoing: Iterable[Outgoing]) -> None:
        """Hand messages to their channels' senders; of a channel that this process does not own its owner reads the
        outbox.
        """
        for each in outgoing:
            sender = self.by_channel.get(each.channel)
            if sender is not None:
                sender.take(each)

    def settled(self) -> list[MessageKey]:
        """What any channel's sender has settled."""
        return [key for sender in self.by_channel.values() for key in sender.settled()]

    def forget(self, settled: Settled) -> None:
        """Tell every sender what has been stored as settled."""
        for sender in self.by_channel.values():
            sender.forget(settled)
