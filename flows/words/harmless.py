"""Numbers that a message itself calls something other than a code: a house's, a plate's, a bill's, a file's, a meter's.

In doubt a number is none of these: whatever a message says of a code, a password or a bank is doubt enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flows.words.keys import plain_of

_OTHER = re.compile(  # with its marks or with none: "họ số" is no "hồ sơ", and "chi so" may be "chị, số"
    r"(?<![^\W_])(?:vé số|xổ số|mã đơn|đơn hàng|vận đơn|bệnh án|số báo danh|số thứ tự"
    r"|số nhà|nhà số|biển (?:số|kiểm soát)|bảng số|hóa đơn|hoá đơn|cước|hồ sơ|biên (?:nhận|lai)|giấy hẹn"
    r"|công tơ|đồng hồ|chỉ số|số (?:điện|nước)|tiền (?:điện|nước|nhà|mạng|internet|rác|gas|cước)|điện kế|nước kế"
    r"|ve so|xo so|ma don|don hang|van don|benh an|so bao danh|so thu tu"
    r"|so nha|nha so|bien so|bien kiem soat|bang so xe|hoa don|cuoc|(?:ma|so) ho so|bien (?:nhan|lai)|giay hen|cong to"
    r"|dong ho (?:dien|nuoc)|chi so (?:dien|nuoc|cong to)|so (?:dien|nuoc)"
    r"|tien (?:dien|nuoc|nha|mang|internet|rac|gas|cuoc)|dien ke|nuoc ke)(?![^\W_])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?:\s+(?:xe|may|nha|so|la|cua|em|chi|co|toi|tui|minh|con|bac|ba|ong|dien|nuoc|thoai|internet|mang|thang|nay|truoc|"
    r"ky|moi|cu|het|tong|cong|khoang|ghi|hien|dang|chay|toi|den|do|nop|roi|ma|thi|\d{1,2}))*"
    r"[\s:=#(-]*(?:\d\d[\s-]?[a-z][a-z\d]?[\s-]*)?"
)
_DOUBT = re.compile(
    r"\b(?:otp|pin|xac (?:nhan|thuc|minh)|mat ?khau|mk|kich hoat|bao mat|tin nhan|sms|dang nhap|"
    r"passcode|pass|smart|vneid|ngan hang|(?:gui|nhan|moi) ve|the atm)\b"
)
_FILE_NUMBER = re.compile(
    r"\b(?:\d{2,3}\.)*[A-Za-z]\d\d(?:\.\d{1,3})*-\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-\d{3,6}\b"
)
"""000.00.20.G24-250910-0001: an office's code, the day a paper was handed in, its number of that day."""


def is_plainly_else(text: str) -> bool:
    """Whether a text speaks of a house's number, a plate, a bill, a file or a meter, and of nothing that is secret."""
    return _OTHER.search(text) is not None and _DOUBT.search(plain_of(text)) is None


def plainly_else(view: str) -> Callable[[re.Match[str]], bool]:
    """Tell of a run of digits whether its words say that it is no code. In doubt, and of a long number, they do not."""
    doubt = _DOUBT.search(plain_of(view)) is not None
    files = [found.span() for found in _FILE_NUMBER.finditer(view)]

    def tell(run: re.Match[str]) -> bool:
        if any(start <= run.start() and run.end() <= end for start, end in files):
            return True
        short = len(re.sub(r"\D", "", run[0])) < 9 and max(map(len, re.findall(r"\d+", run[0]))) < 8
        if not short or doubt:
            return False
        before = view[max(0, run.start() - 60) : run.start()]
        named = list(_OTHER.finditer(before))
        return bool(named) and _BETWEEN.fullmatch(plain_of(before[named[-1].end() :])) is not None

    return tell
