"""Instants and spans as an officer reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.saying import say

JUST_NOW = timedelta(minutes=1)


def day_and_hour(at: datetime | None, zone: ZoneInfo) -> str:
    """ "30/11 08:05" on the clock of the union; "" for never."""
    return f"{at.astimezone(zone):%d/%m %H:%M}" if at else ""


def clock(at: datetime, zone: ZoneInfo) -> str:
    """ "08:05", of something of today."""
    return f"{at.astimezone(zone):%H:%M}"


def day(at: datetime | None, zone: ZoneInfo) -> str:
    """ "30/11/2026"; "" for never."""
    return f"{at.astimezone(zone):%d/%m/%Y}" if at else ""


def left(until: datetime, now: datetime) -> str:
    """How long is left, "còn 12 phút"; how long it is over, "trễ 3 giờ"."""
    span = until - now
    return say("còn {span}", span=length(span)) if span > timedelta() else say("trễ {span}", span=length(-span))


def ago(at: datetime | None, now: datetime) -> str:
    """ "3 ngày trước"; "vừa xong" of this minute; "chưa bao giờ" for never."""
    if at is None:
        return say("chưa bao giờ")
    return say("vừa xong") if now - at < JUST_NOW else say("{span} trước", span=length(now - at))


def counted(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """How old a number is: "đếm lúc 12:03, 3 phút trước"."""
    return say("đếm lúc {at}, {ago}", at=clock(at, zone), ago=ago(at, now))


def heard(at: datetime | None, now: datetime) -> str:
    """When somebody was here last: "nghe lần cuối 3 ngày trước", "vừa mới vào"; "chưa vào lần nào" for never."""
    if at is None:
        return say("chưa vào lần nào")
    return say("vừa mới vào") if now - at < JUST_NOW else say("nghe lần cuối {ago}", ago=ago(at, now))


def length(span: timedelta) -> str:
    """The span in the one unit that fits: minutes, hours, days."""
    minutes = max(0, round(span.total_seconds() / 60))
    if minutes < 60:
        return say("{n} phút", n=minutes)
    if minutes < 48 * 60:
        return say("{n} giờ", n=minutes // 60)
    return say("{n} ngày", n=minutes // 1440)
