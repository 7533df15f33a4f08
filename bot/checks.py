"""What a setting's value must look like: each check returns what is expected, or an empty text when it is met."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from zoneinfo import ZoneInfo

from flows.saying import say
from storage.engine.address import check as check_database


def clock(value: str) -> str:
    """A time of day as HH:MM."""
    return "" if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) else say('giờ và phút, ví dụ "20:00"')


def maybe_clock(value: str) -> str:
    """A time of day as HH:MM; empty is allowed."""
    return clock(value) if value else ""


def zone(value: str) -> str:
    """A time zone that this machine knows by name."""
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):  # a folder, a bad path, an unknown zone
        return say("một múi giờ, ví dụ Asia/Ho_Chi_Minh")
    return ""


def address(value: str) -> str:
    """An address of the web; empty is allowed."""
    return (
        ""
        if not value or re.fullmatch(r"https?://[^\s/]+\S*", value)
        else say("địa chỉ bắt đầu bằng http:// hay https://")
    )


def site(value: str) -> str:
    """The page asks its own server from the root of the site: below a path it would find somebody else."""
    known = not value or re.fullmatch(r"https?://[^\s/?#]+/?", value)
    return "" if known else say("địa chỉ không có gì sau tên miền, ví dụ https://camtay.example.vn/")


def https(value: str) -> str:
    """Telegram takes nothing else; on the machine itself (a local Bot API server) http is all there is."""
    local = r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/\S*)?"
    known = re.fullmatch(rf"https://[^\s/]+\S*|{local}", value)
    return "" if not value or known else say("địa chỉ bắt đầu bằng https://")


def bot_name(value: str) -> str:
    """A bot's name as BotFather gives it, without @; empty is allowed."""
    known = re.fullmatch(r"[A-Za-z]\w{4,31}", value, re.ASCII)
    return "" if not value or known else say("tên bot như BotFather ghi, không có @")


def database(value: str) -> str:
    """The address of a database; empty is allowed and means SQLite in the data folder."""
    return check_database(value) if value else ""


def hosts(value: str) -> str:
    """One domain or more, with blanks between."""
    label = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    known = value.split() and all(re.fullmatch(rf"{label}(\.{label})+", each) for each in value.split())
    return "" if known else say("các tên miền cách nhau bằng dấu cách, ví dụ: gov.vn hoilhpn.org.vn")


def networks(value: str) -> str:
    """IP addresses and networks with blanks between; empty is allowed."""
    try:
        for each in value.split():
            ip_network(each, strict=False)
    except ValueError:
        return say("các địa chỉ IP cách nhau bằng dấu cách, ví dụ: 127.0.0.1 172.18.0.0/16")
    return ""


def phone(value: str) -> str:
    """A phone number of 3 to 15 digits with any separators; empty is allowed."""
    known = not value or (re.fullmatch(r"\+?[0-9 .()-]+", value) and 3 <= len(re.sub(r"\D", "", value)) <= 15)
    return "" if known else say("số điện thoại, ví dụ 0912 345 678")


def digits(value: str) -> str:
    """A number by which a provider calls something; empty is allowed."""
    return "" if not value or re.fullmatch(r"[0-9]{1,30}", value) else say("một dãy chữ số")


def some(value: str) -> str:
    """Anything but an empty text."""
    return "" if value else say("một giá trị, không để trống")


def one_of(*allowed: str) -> Callable[[str], str]:
    """A check that lets exactly these words pass."""
    return lambda value: "" if value in allowed else say("một trong: {ways}", ways=", ".join(allowed))


def within(low: float, high: float) -> Callable[[float], str]:
    """A check that lets numbers from `low` to `high` pass, both included."""
    return lambda value: "" if low <= value <= high else say("số từ {low:g} đến {high:g}", low=low, high=high)
