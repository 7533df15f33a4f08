"""The reply window of a channel, as a budget: what nobody asked for is planned into it, what is urgent goes beyond.
Pure.

Some messengers let an account answer freely for some time and with so many messages after each word of hers; then
every message is paid for, and after days nothing arrives at all, until she writes. Which channel does so, its profile
says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.tutor.quiet_hours import QuietHours
from bot.tutor.state import ConversationState
from flows.profiles import Profile, profile_of

KEPT = 3
"""Of the messages of a window so many are kept for what cannot wait: what nobody asked for never takes the last ones.
"""
DAY = timedelta(days=1)
MARGIN = timedelta(minutes=30)  # before the window ends: the provider counts from when it heard her
APART = timedelta(
    hours=6
)  # a reminder brought forward comes so long after her last word, or the last reminder, at least


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """Of somebody last heard at `heard_at`, to whom `spent` messages have been said since; `away`: she has shut the
    tutor out, or the provider has said that it lets nobody through."""

    profile: Profile
    heard_at: datetime
    spent: int = 0
    away: bool = False

    @classmethod
    def of(cls, channel: str, heard_at: datetime, out_no: int, heard_no: int, *, away: bool = False) -> ReplyWindow:
        """That of a conversation: `out_no` numbers what was said last, `heard_no` what had been said when she wrote (0:
        not known)."""
        return cls(profile_of(channel), heard_at, max(0, out_no - heard_no) if heard_no else 0, away)

    def heard(self, now: datetime) -> ReplyWindow:
        """That after a word of hers: it begins anew."""
        return ReplyWindow(self.profile, now) if self.is_bounded else self

    @property
    def is_bounded(self) -> bool:
        """Whether there is any window: on most channels she may be written to at any time."""
        return self.profile.window_s is not None

    @property
    def ends_at(self) -> datetime | None:
        """When the free answers end; None: never."""
        span_s = self.profile.window_s
        return None if span_s is None else self.heard_at + timedelta(seconds=span_s)

    def nears_its_end(self, state: ConversationState) -> bool:
        """Whether what a conversation has next in mind falls into its last day or outside: a night may lie between."""
        return self.ends_at is not None and state.next_at is not None and state.next_at > self.ends_at - DAY

    def takes(self, now: datetime, *, urgent: bool) -> bool:
        """Whether one more message may go out that answers nothing said just now; `urgent` ones may cost something."""
        if self.ends_at is None:
            return True
        if self.away or urgent:
            closes_s = self.profile.closes_s
            return not self.away and (closes_s is None or now < self.heard_at + timedelta(seconds=closes_s))
        most = self.profile.window_messages
        return now < self.ends_at and (not most or self.spent < most - KEPT)

    def plan(self, due_at: datetime | None, now: datetime, quiet: QuietHours, *, is_reminder: bool) -> datetime | None:
        """When what is due at `due_at` is to be said: then, or for a mere reminder in time before the window ends,
        never at night; None where it has to wait until she has written."""
        if due_at is None or self.ends_at is None:
            return due_at
        if not self.takes(now, urgent=False):
            return None
        last = quiet.before(self.ends_at - MARGIN)
        if due_at <= last:
            return due_at
        return last if is_reminder and last - now >= APART else None
