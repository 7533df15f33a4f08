"""One-time codes as RFC 6238 has them, and the spare ones on paper. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

DIGITS, STEP_S, SECRET_BYTES = 6, 30, 20
"""What every program on a phone takes for granted: six digits, half a minute, SHA-1 with a secret of its length."""
WINDOW = (0, -1, 1)
"""Steps beside the present one that are taken, too: phones' clocks differ, and people type slowly (RFC 6238, 5.2)."""
TICKET_LASTS = timedelta(minutes=5)
"""So long after the right password a code may be typed."""
UNCONFIRMED_LASTS = timedelta(hours=1)
"""A secret that was shown and never confirmed is over by then: it is not shown twice for ever."""

SPARES = 10
_ALPHABET = "abcdefghkmnpqrstuvwxyz23456789"  # nothing that is read for something else: no i j l o, no 0 1
_SPARE_LENGTH = 10  # 30^10, some 49 bits: with the wait after each failure nobody guesses one


def step_of(now: datetime) -> int:
    """The number of the half minute."""
    return int(now.timestamp()) // STEP_S


def used_step(typed: str, now: datetime, last_step: int, code_at: Callable[[int], str]) -> int | None:
    """The step whose code was typed, if it is one of now and later than all that were used; `code_at` makes codes."""
    present = step_of(now)
    fits = (present + beside for beside in WINDOW if hmac.compare_digest(code_at(present + beside), digits_of(typed)))
    return next((step for step in fits if step > last_step), None)


def digits_of(typed: str) -> str:
    """The digits of what was typed, however they are grouped."""
    return "".join(each for each in typed if each.isascii() and each.isdigit())[:20]


def shown(secret: bytes) -> str:
    """The secret as it is typed where no camera reads it: base32 in fours."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def new_spare(secret: str) -> str:
    """A spare code out of something nobody can guess, in two halves."""
    digest = int.from_bytes(hashlib.sha256(f"spare:{secret}".encode()).digest())
    letters = []
    for _ in range(_SPARE_LENGTH):
        digest, at = divmod(digest, len(_ALPHABET))
        letters.append(_ALPHABET[at])
    half = _SPARE_LENGTH // 2
    return f"{''.join(letters[:half])}-{''.join(letters[half:])}"


def spare_of(typed: str) -> str:
    """The one spelling of a spare code; "" for what is none."""
    letters = "".join(each for each in typed.lower() if each in _ALPHABET)
    return letters if len(letters) == _SPARE_LENGTH else ""
