"""How fast may be sent: one rate for the whole channel and one a chat; and one pause for all."""

from __future__ import annotations

from bot.pace import Bucket, RateLimiter
from flows.profiles import UNKNOWN, Profile

UNASKED_SHARE = 0.5  # of the channel's rate for reminders: the other half is always there for replies
LONGEST_PAUSE_S = 60.0  # then one chat may ask again for all the others; whoever was told longer waits longer


class SendLimiter:
    """`per_second` 0 means no limit at all, the per-chat one included."""

    def __init__(self, per_second: float, now: float, profile: Profile = UNKNOWN, max_chats: int = 20_000) -> None:
        """`profile` has the pace of one chat. `max_chats` buckets are kept; full ones are dropped first, they hold no
        memory of anything."""
        self.per_second, burst = per_second, profile.chat_burst
        self._all = Bucket(per_second, max(1.0, per_second), max(1.0, per_second), now)
        self._unasked = Bucket(per_second * UNASKED_SHARE, 1.0, 1.0, now)
        self._chats = RateLimiter(burst, burst / profile.chat_per_s, max_chats, hard=True)
        self._throttled: dict[str, float] = {}  # chat → until when it was told to wait
        self._paused_until = now

    def throttled(self, chat_id: str, retry_after_s: float, now: float) -> None:
        """The provider told this chat to wait. One chat may have said too much; when a second one is told so meanwhile
        it is the channel that is limited, and nobody else needs to ask.
        """
        self._throttled = {chat: until for chat, until in self._throttled.items() if until > now}
        self._throttled[chat_id] = now + retry_after_s
        if len(self._throttled) > 1:
            until = now + min(retry_after_s, LONGEST_PAUSE_S)
            self._paused_until = max(self._paused_until, until)
            self._all.tokens, self._all.at = 0.0, self._paused_until  # behind it one after another, not all at once

    def is_paused(self, now: float) -> bool:
        """Whether nothing may be sent to anybody: whoever has waited for a turn takes another one."""
        return now < self._paused_until

    def wait_unasked(self, now: float) -> float:
        """How many seconds a message that answers nothing stands back, before it takes its turn like any other."""
        return self._unasked.wait(now) if self.per_second else 0.0

    def wait(self, chat_id: str, now: float) -> float:
        """How many seconds this message has to wait."""
        if not self.per_second:
            return max(0.0, self._paused_until - now)
        return max(self._chats.reserve(chat_id, now), self._all.wait(now))
