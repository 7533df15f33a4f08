"""Whether somebody can be called, in a word for whoever answers for the area. Pure."""

from __future__ import annotations

from typing import Literal

from flows.profiles import profile_of
from flows.saying import say

Reachability = Literal["called", "page", "away", "nowhere"]
"""called: what is said makes the phone tell; page: only a page that is open tells, for no browser may ring; away: the
tutor is shut out; nowhere: there is no address."""

REACHES: dict[Reachability, str] = {
    "called": say("gọi được"),
    "page": say("trang web, chưa bật chuông"),
    "away": say("đã chặn tin"),
    "nowhere": say("không có địa chỉ"),
}


def reach_of(channel: str, *, away: bool, rings: int) -> Reachability:
    """By where the conversation goes on (`channel`, "" for nowhere) and how many browsers may ring."""
    if away or not channel:
        return "away" if away else "nowhere"
    return "page" if profile_of(channel).keeps_log and not rings else "called"
