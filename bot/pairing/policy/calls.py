"""One who was called for a cry for safety, as it is told to others. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pairing.policy.deadlines import Clock


@dataclass(frozen=True, slots=True)
class OfficerCall:
    """`first_at`, `last_at` in milliseconds; `channel` "" where she has none; `seen`: she has been there since the
    first; `away`: she has shut the tutor out, nothing reaches her."""

    first_at: int
    last_at: int
    times: int
    name: str = ""
    channel: str = ""
    seen: bool = False
    away: bool = False

    @property
    def outcome(self) -> str:
        """away, nowhere, seen or unseen."""
        if self.away or not self.channel:
            return "away" if self.away else "nowhere"
        return "seen" if self.seen else "unseen"


OUTCOMES = {
    "away": "đã chặn tin nên không nhận được",
    "nowhere": "hiện không có địa chỉ nào để nhắn",
    "seen": "sau đó có vào máy",
    "unseen": "từ đó chưa vào máy",
}


def way(channel: str) -> str:
    """As people call it."""
    return "Telegram" if channel.startswith("telegram:") else "trang web"


def told(calls: Sequence[OfficerCall], clock: Clock) -> list[str]:
    """A sentence for each; one that nobody was called where nobody was."""
    return [_told(each, clock) for each in calls] or ["Chưa gọi được ai."]


def _told(call: OfficerCall, clock: Clock) -> str:
    times = f" và {call.times - 1} lần nữa, lần cuối {clock.say(call.last_at)}" if call.times > 1 else ""
    by = f" qua {way(call.channel)}" if call.channel else ""
    return f"Đã gọi {call.name or 'một người'} lúc {clock.say(call.first_at)}{times}{by}: {OUTCOMES[call.outcome]}."
