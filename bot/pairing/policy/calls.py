"""One who was called for a cry for safety, as it is told to others. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pairing.policy.deadlines import Clock
from bot.people.policy.reach import reach_of
from flows.profiles import profile_of
from flows.saying import say


@dataclass(frozen=True, slots=True)
class OfficerCall:
    """`first_at`, `last_at` in milliseconds; `channel` "" where there is none; `seen`: the officer has been there since
    the first; `away`: the officer has shut the tutor out, nothing arrives; `rings`: how many browsers ring while the
    page is closed.
    """

    first_at: int
    last_at: int
    times: int
    name: str = ""
    channel: str = ""
    seen: bool = False
    away: bool = False
    rings: int = 0

    @property
    def outcome(self) -> str:
        """away, nowhere, seen or unseen."""
        if self.away or not self.channel:
            return "away" if self.away else "nowhere"
        return "seen" if self.seen else "unseen"

    @property
    def is_silent(self) -> bool:
        """Whether the way is a page that tells of nothing while it is closed."""
        return reach_of(self.channel, away=self.away, rings=self.rings) == "page"


OUTCOMES = {
    "away": say("đã chặn tin, hoặc lâu chưa viết, nên không nhận được"),
    "nowhere": say("hiện không có địa chỉ nào để nhắn"),
    "seen": say("sau đó có vào máy"),
    "unseen": say("từ đó chưa vào máy"),
}


def told(calls: Sequence[OfficerCall], clock: Clock) -> list[str]:
    """A sentence for each; one that nobody was called where nobody was."""
    return [_told(each, clock) for each in calls] or [say("Chưa gọi được ai.")]


def _told(call: OfficerCall, clock: Clock) -> str:
    told = say("Đã gọi {who} lúc {at}", who=call.name or say("một người"), at=clock.say(call.first_at))
    if call.times > 1:
        again, last = call.times - 1, clock.say(call.last_at)
        told = say("{told} và {again} lần nữa, lần cuối {last}", told=told, again=again, last=last)
    if call.channel:
        way = say("trang web chưa bật chuông") if call.is_silent else profile_of(call.channel).name
        told = say("{told} qua {way}", told=told, way=way)
    return say("{told}: {outcome}.", told=told, outcome=OUTCOMES[call.outcome])
