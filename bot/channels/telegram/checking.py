"""What Telegram tells of a bot, judged: who it is, and how its updates come in. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.channels.provider import ChannelCheck, bad, good, note
from bot.channels.telegram.parse import ALLOWED_UPDATES
from flows.saying import say

MANY_WAIT = 100
"""So many updates wait at Telegram only where nobody has fetched them for a while: getUpdates gives as many at once."""


def other_name(name: str, configured: str) -> ChannelCheck:
    """The token is one bot's, the links of invitations are another's."""
    return bad(
        "Telegram: token là của bot @{name}, mà mục username ghi @{configured}: đường dẫn trong mã mời mở nhầm bot",
        name=name,
        configured=configured,
    )


def judge_polling(name: str, info: Any) -> ChannelCheck:
    """A bot that is asked for its updates; `info` is what getWebhookInfo gave."""
    url, waiting = _text(info, "url"), _count(info)
    if url:
        return note(
            "Telegram: bot @{name} đang đặt webhook {url}, mà máy này hỏi tin (mode: polling). Khi chạy, Cầm Tay gỡ "
            "webhook đó; máy khác đang dùng nó thì lấy bot khác cho máy này",
            name=name,
            url=_host(url),
        )
    if waiting >= MANY_WAIT:
        return note(
            "Telegram: bot @{name} trả lời, nhưng {count} tin đang chờ mà chưa ai hỏi", name=name, count=waiting
        )
    return good("Telegram: bot @{name} trả lời, nhận tin bằng {mode}", name=name, mode="polling")


def judge_webhook(name: str, info: Any, wanted: str) -> ChannelCheck:
    """A bot whose updates Telegram is to post to `wanted`."""
    url, waiting, failed = _text(info, "url"), _count(info), _text(info, "last_error_message")
    if not url:
        return note(
            "Telegram: bot @{name} trả lời, nhưng chưa đặt webhook; chạy ./camtay run thì Cầm Tay đặt {wanted}",
            name=name,
            wanted=wanted,
        )
    if not webhook_stands(info, wanted):
        return bad(
            "Telegram: bot @{name} gửi tin tới {url}, không như đã đặt ở đây ({wanted}). Khởi động lại Cầm Tay thì nó "
            "đặt lại; máy khác đang dùng bot này thì lấy bot khác",
            name=name,
            url=_host(url),
            wanted=wanted,
        )
    values = {"name": name, "url": url, "ip": _text(info, "ip_address") or "?", "count": waiting}
    told = {"why": failed, "at": _instant(info)}
    if failed and waiting:
        return bad(
            "Telegram gửi tin cho bot @{name} tới {url} ({ip}) không được, {count} tin đang chờ. Lúc {at}: {why}. "
            "{hint}",
            hint=_hint(failed),
            **values,
            **told,
        )
    if waiting >= MANY_WAIT:
        return note("Telegram: webhook của bot @{name} nhận chậm, {count} tin đang chờ gửi tới {url} ({ip})", **values)
    most = info.get("max_connections", "?")
    if failed:
        return good(
            "Telegram: bot @{name} trả lời, gửi tin tới {url} ({ip}), nhiều nhất {most} tin một lúc, {count} tin đang "
            "chờ. Lần không gửi được gần nhất: {at}, {why}",
            most=most,
            **values,
            **told,
        )
    return good(
        "Telegram: bot @{name} trả lời, gửi tin tới {url} ({ip}), nhiều nhất {most} tin một lúc, {count} tin đang chờ",
        most=most,
        **values,
    )


def webhook_stands(info: Any, wanted: str) -> bool:
    """Whether Telegram posts to `wanted` all kinds of updates that we ask for."""
    kinds = info.get("allowed_updates") if isinstance(info, dict) else None
    return _text(info, "url") == wanted and set(ALLOWED_UPDATES) <= set(kinds if isinstance(kinds, list) else ())


def _hint(failure: str) -> str:
    """What to look at, by Telegram's own words for what went wrong."""
    words = failure.lower()
    if "ssl" in words or "certificate" in words:
        return say("Xem chứng chỉ https của máy: còn hạn, đúng tên miền, đủ chuỗi (fullchain), không tự ký")
    if "401" in words or "403" in words:
        return say("Proxy đứng trước phải chuyển nguyên tiêu đề X-Telegram-Bot-Api-Secret-Token, không đòi mật khẩu")
    if "404" in words or "405" in words or " 30" in words:
        return say("Xem telegram.webhook_url, và đường dẫn đó trong proxy: phải tới thẳng Cầm Tay")
    if "webhook: 5" in words:
        return say("Xem Cầm Tay và cơ sở dữ liệu có đang chạy không (./camtay doctor, nhật ký)")
    return say("Xem tên miền, tường lửa, và máy có mở cổng 443, 80, 88 hay 8443 ra ngoài không")


def _host(url: str) -> str:
    """Of an address that is not ours: in its path others keep their secrets."""
    return urlsplit(url).netloc or "?"


def _text(info: Any, field: str) -> str:
    found = info.get(field) if isinstance(info, dict) else None
    return found if isinstance(found, str) else ""


def _count(info: Any) -> int:
    found = info.get("pending_update_count") if isinstance(info, dict) else None
    return found if type(found) is int else 0


def _instant(info: Any) -> str:
    """When it failed last, in UTC: whoever reads a server's clock knows how far it is off."""
    at = info.get("last_error_date")
    return f"{datetime.fromtimestamp(at, UTC):%d/%m %H:%M} UTC" if type(at) is int and 0 < at < 2**33 else "?"
