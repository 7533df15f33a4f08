"""What she must never find stored: citizen ids, one-time codes, cards, passwords. Found, masked, and told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

MASK = "•••"

_SEPARATED_DIGITS = re.compile(r"(?<![\d+])\d(?:[ .\-]?\d){5,18}(?!\d)")
_PASSWORD = re.compile(
    r"(?P<cue>\b(?:m[aậâ]t\s*kh[aâẩ]u|pass\s*word|pass\s*code|pass|mk|mã\s*pin|ma\s*pin|pin)\b"
    r"(?:\s+(?:mới|cũ|moi|cu|vneid|zalo|facebook|fb|ngân hàng|ngan hang|app|của|cua|tôi|toi|tui|em|chị|chi|cô|con))*"
    r"\s*(?:là|la|:|=)\s*)(?P<secret>\S+)",
    re.IGNORECASE,
)
_NOT_A_PASSWORD = frozenset(
    {"gì", "gi", "j", "sao", "chi", "gi?", "gì?", "cái", "cai", "thế", "the", "như", "nhu", "một", "mot"}
)
_CODE_CUE = re.compile(r"otp|\bm[ãa]\b|passcode|\bcode|\bpin", re.IGNORECASE)
_MONEY = re.compile(r"^\s*(?:đ|d|đồng|dong|vnđ|vnd|k|nghìn|nghin|ngàn|ngan|triệu|trieu|tr|tỷ|ty)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Masked:
    """`text` is safe to store; `kinds` names what was hidden, in the order met."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Hide whatever could rob her. Phone numbers and sums of money stay: she needs to talk about them."""
    kinds: list[str] = []

    def hide_password(found: re.Match[str]) -> str:
        if found["secret"].casefold() in _NOT_A_PASSWORD:
            return found[0]
        kinds.append("password")
        return f"{found['cue']}{MASK}"

    def hide_digits(found: re.Match[str]) -> str:
        kind = _digit_kind(text, found)
        if kind is None:
            return found[0]
        kinds.append(kind)
        return MASK

    if any(character.isdigit() for character in text):
        text = _SEPARATED_DIGITS.sub(hide_digits, text)
    masked = _PASSWORD.sub(hide_password, text)
    return Masked(masked, tuple(kinds))


def _digit_kind(text: str, found: re.Match[str]) -> str | None:
    digits = re.sub(r"\D", "", found[0])
    if len(digits) == 12 and digits.startswith("0"):
        return "citizen_id"
    if 13 <= len(digits) <= 19 and _luhn(digits):
        return "card"
    if len(digits) == 12:
        return "citizen_id"
    if len(digits) == 6 and _six_digits_are_a_code(text, found):
        return "otp"
    return None


def _six_digits_are_a_code(text: str, found: re.Match[str]) -> bool:
    if _MONEY.match(text[found.end() :]):
        return False
    alone = text.strip(" .,!?:;") == found[0]
    return alone or bool(_CODE_CUE.search(text))


def _luhn(digits: str) -> bool:
    total = 0
    for at, character in enumerate(reversed(digits)):
        number = int(character)
        if at % 2:
            number = number * 2 - 9 if number > 4 else number * 2
        total += number
    return total % 10 == 0
