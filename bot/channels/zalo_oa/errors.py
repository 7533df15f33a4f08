"""What an error code of the OpenAPI means for whoever sends; codes and meanings are a public integration guide's."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.base import (
    LearnerGone,
    Misconfigured,
    SendError,
    SendRefused,
    Throttled,
    Unreachable,
    WindowClosed,
)
from flows.saying import say

_RATE_S = 5.0  # Zalo tells no time to wait; twenty calls a second are said to pass


class TokenRefused(SendError):
    """The access token is wrong or over (-216, -220): renew it once, then send again."""


class AttachmentGone(SendRefused):
    """The id of an upload is over (-100): upload the picture again."""


_MISCONFIGURED: Mapping[int, str] = {
    -221: say("OA chưa được Zalo xác thực"),
    -224: say("gói dịch vụ của OA không cho gọi API"),
    -240: say("Zalo đã tắt địa chỉ API này"),
    -242: say("ứng dụng Zalo đang đòi appsecret_proof, hãy tắt mục đó"),
    -320: say("ứng dụng chưa gắn với Zalo Cloud Account"),
    -321: say("Zalo Cloud Account hết tiền hay đang bị khóa"),
}
_CLOSED = (-211, -218, -230, -232)
"""Out of quota, for everybody or for one person; seven days without a word; no word, or too long ago. All of them end
when the reader writes: an answer within the window costs no quota."""
_GONE = (-213, -227, -244)
"""No follower any more; banned or silent for 45 days; has restricted the account."""


def failure(code: int, message: str) -> SendError:
    """The SendError of an answer that is no success: Zalo's own code, else the status of HTTP. `message` is Zalo's."""
    told = f"Zalo {code}: {message}".rstrip(": ")
    if code in (-216, -220):
        return TokenRefused(told)
    if code in _CLOSED:
        return WindowClosed(told)
    if code in _GONE:
        return LearnerGone(told)
    if code in _MISCONFIGURED:
        return Misconfigured(say("Zalo OA: {reason} ({code})", reason=_MISCONFIGURED[code], code=code))
    if code in (-32, 429):
        return Throttled(_RATE_S)
    if code == -100:
        return AttachmentGone(told)
    return Unreachable(told) if code >= 500 else SendRefused(told)
