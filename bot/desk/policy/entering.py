"""Who is let in, for how long, and how long whoever guesses has to wait. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.saying import say

IDLE = timedelta(hours=12)
"""Without a look at a page for so long a browser is out: an officer's morning, her lunch and her afternoon."""
LASTS = timedelta(days=14)
"""However busy it is, a browser is out after this and the person comes in again."""
TOUCH = timedelta(minutes=1)
"""How exactly it is known when a browser was seen last: a write a minute, not one a page."""

FREE_TRIES = 5
"""Wrong passwords in a row for one name before anybody has to wait."""
FREE_TRIES_OF_LINE = 25
"""Wrong passwords in a row from one address: an office, or a carrier's customers, share one."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
"""After a day without one, failures are forgotten."""

SHORTEST, LONGEST = 10, 200  # characters of a password
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
_AGENTS = (
    ("Edg", "Edge"), ("SamsungBrowser", "Samsung"), ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row somebody failed, and when last."""

    count: int
    at: datetime | None


def waits_until(failed: Failures, free: int) -> datetime | None:
    """Before when nothing is tried: twice as long after each failure beyond the `free` ones; None: at once."""
    beyond = failed.count - free
    if beyond < 0 or failed.at is None:
        return None
    wait_s = min(FIRST_WAIT.total_seconds() * 2 ** min(beyond, 20), LONGEST_WAIT.total_seconds())
    return failed.at + timedelta(seconds=wait_s)


def is_in(made_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a browser that was let in then and seen then is still in."""
    return now - seen_at < IDLE and now - made_at < LASTS


def login_fault(login: str) -> str:
    """What is wrong with a name to sign in with; "" when nothing is."""
    if _LOGIN.fullmatch(login):
        return ""
    return say("Tên đăng nhập từ 3 đến 40 chữ: chữ thường không dấu, số, dấu chấm hay gạch; ví dụ lan.tranbien.")


def password_fault(password: str, login: str) -> str:
    """What is wrong with a password; "" when nothing is."""
    if len(password) < SHORTEST:
        return say(
            "Mật khẩu cần ít nhất {count} chữ cái hay số; bốn năm tiếng thường ngày ghép lại là dễ nhớ.", count=SHORTEST
        )
    if len(password) > LONGEST:
        return say("Mật khẩu dài quá {count} chữ.", count=LONGEST)
    bare = password.lower()
    if bare == login or len(set(bare)) < 5 or bare.isdigit():
        return say("Mật khẩu này dễ đoán: toàn số, lặp lại, hay giống tên đăng nhập. Chọn câu khác.")
    return ""


def hashed(token: str) -> str:
    """What is kept of what a browser or a link holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_key(token: str) -> str:
    """What every form of a browser that is in carries: another site can neither know nor make it."""
    return hmac.new(token.encode(), b"camtay.desk.form", "sha256").hexdigest()[:32]


def box_key(token: str) -> bytes:
    """The key of what is kept for one browser, 32 bytes: whoever has the database has no token to make it of."""
    return hmac.new(token.encode(), b"camtay.desk.box", "sha256").digest()


def is_form_key(given: str, token: str) -> bool:
    """Whether a form carries it."""
    return hmac.compare_digest(given.encode(errors="replace"), form_key(token).encode())


def agent_in_words(agent: str) -> str:
    """A browser as its owner knows it, "Chrome · Android"; nothing of what it says is kept beside that."""
    found = [next((name for sign, name in known if sign in agent), "") for known in (_AGENTS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or "?"
