"""What she must never find stored: citizen ids, one-time codes, cards, passwords. Found, masked, and told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MASK = "•••"

_SEPARATED_DIGITS = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){5,}")
_CODE_SHAPES = {(6,), (3, 3), (2, 2, 2), (1,) * 6}
_CITIZEN, _CARD = 12, range(13, 20)  # digits
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
    """What the digits are; numbers written after one another ("card, then expiry") are looked at in every window."""
    groups = re.findall(r"\d+", found[0])
    shape, digits = tuple(map(len, groups)), "".join(groups)
    if text[: found.start()].endswith("+") and digits.startswith("84") and len(digits) <= _CITIZEN:
        return None  # a phone number with its country
    if _MONEY.match(text[found.end() :]) and digits[0] != "0" and set(shape[1:]) == {3}:
        return None  # a sum, written in thousands
    if len(digits) == _CITIZEN or any(_is_citizen_id(window) for window in _windows(groups)):
        return "citizen_id"
    if max(shape) > _CARD[-1] or _is_card(digits) or any(map(_is_card_in_groups, _windows(groups))):
        return "card"
    if shape in _CODE_SHAPES and _six_digits_are_a_code(text, found):
        return "otp"
    return None


def _windows(groups: list[str]) -> Iterator[tuple[str, ...]]:
    """Every run of neighbouring groups that is no longer than a card."""
    for start in range(len(groups)):
        size = 0
        for end in range(start, len(groups)):
            size += len(groups[end])
            if size > _CARD[-1]:
                break
            yield tuple(groups[start : end + 1])


def _is_citizen_id(window: tuple[str, ...]) -> bool:
    digits = "".join(window)
    if len(digits) != _CITIZEN:
        return False
    return len(window) == 1 or (digits.startswith("0") and window[0] != "000")


def _is_card_in_groups(window: tuple[str, ...]) -> bool:
    """Cards are printed in one piece, in fours, or as 4-6-5; phone numbers are not."""
    shape = tuple(map(len, window))
    printed = len(shape) == 1 or set(shape[:-1]) == {4} or shape == (4, 6, 5)
    return printed and _is_card("".join(window))


def _is_card(digits: str) -> bool:
    return len(digits) in _CARD and _luhn(digits)


def _six_digits_are_a_code(text: str, found: re.Match[str]) -> bool:
    if _MONEY.match(text[found.end() :]):
        return False
    alone = text.strip(" .,!?:;") == found[0] and "." not in found[0]  # 500.000 is money
    return alone or bool(_CODE_CUE.search(text))


def _luhn(digits: str) -> bool:
    total = 0
    for at, character in enumerate(reversed(digits)):
        number = int(character)
        if at % 2:
            number = number * 2 - 9 if number > 4 else number * 2
        total += number
    return total % 10 == 0
