"""Invitation codes and the four words that join two phones: how they are made, written and recognised. Pure.

Never a number of six digits: reading such a number to somebody is the very gesture that thieves ask for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.base import Began, Body, Text
from flows.words.keys import plain_of

ALPHABET = "abcdefghkmnpqrstuvwxyz23456789"  # nothing that is read for something else: no i j l o, no 0 1
_DIGITS = frozenset("23456789")
HALF = 4  # characters of half a code: K7QF-9FHT; 30^8 codes in all

# Everyday things, one syllable, which stay themselves when typed without diacritics: no two alike, none a word by
# which the tutor is commanded or a lesson answered.
WORDS = tuple(
    """
    bánh bắp bầu bèo bếp biển bóng bún bưởi bươm bút cá cặp cây chăn chanh chảo chày chè chén chiếu chim chổi chum
    chuối chuông chuột cóc cối cốm cồng cúc củi cuốc đèo dép đĩa diều đình dừa dương ếch gà gạch gạo gấu ghế
    giấy giếng gió giường gừng guốc gương hạc hành hạt hàu hến heo hũ hươu kem kén kéo khăn khế khoai khói khuy
    kiến kiệu kim kính lạc lều lúa lược lưới mắm măng mây mè mèo mía miến mít mưa mực muối muỗng mướp nai nấm
    nắng nem nến ngan ngao ngô ngọc ngói ngỗng ngựa nhãn nhện nia nơ nón núi nước ốc ổi ong ớt phấn phao phở phượng
    quần quạt quế quýt rá rạm rắn rau rìu rổ rơm rồng rùa rừng rươi ruộng sắn sàng sáo sen sóc sói sông sứa
    sung suối sương táo tàu thác thảm thang tháp thau thìa thóc thơm thùng thước thuyền tía tiêu tôm trăng tranh
    trầu tre trống trúc trứng tủ túi tuyết vạc vải vàng vẹt vịt vở võng vừng vườn xe xẻng xích xoài xôi xu
    xuồng yếm
    """.split()
)
_BY_SOUND: dict[str, str] = {}  # as typed without diacritics → as we write it; filled below
LONGEST = 80  # characters of a message in which a code is looked for

_CODE = re.compile(rf"(?:(?P<moi>moi)[\s:._-]*)?([{ALPHABET}]{{{HALF}}})(?P<gap>[\s._-]*)([{ALPHABET}]{{{HALF}}})[.!]?")
WORDS_OF_LINK = 4  # of some 170 each: 2^29 sets, of which a handful hold for ten minutes
_LINK = re.compile(r"[\s,._-]+".join([r"([a-z]+)"] * WORDS_OF_LINK) + "[.!]?")


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code that was typed or tapped: kind is invite or link, `code` its one spelling."""

    kind: str
    code: str


def shown(body: Body) -> ShownCode | None:
    """The code in a message or in the payload of a deep link; None for any other words."""
    match body:
        case Text(text) if 0 < len(text) <= LONGEST:
            return read(text)
        case Began(payload) if 0 < len(payload) <= LONGEST:
            found = read(payload)
            return found if found is not None and found.kind == "invite" else None  # no tap on a link joins phones
        case _:
            return None


def read(text: str) -> ShownCode | None:
    """A code in whatever way it is typed: "mời k7qf 9fht", "MOI-K7QF-9FHT", "cam, gạo, núi"."""
    plain = _plain(text)
    found = _CODE.fullmatch(plain)
    if found is not None and (found["moi"] or "-" in found["gap"]):
        code = found[2] + found[4]
        if _DIGITS & set(code) and not code.isdigit():
            return ShownCode("invite", code)
    link = _LINK.fullmatch(plain)
    if link is not None and _BY_SOUND.keys() >= set(link.groups()) and len(set(link.groups())) == WORDS_OF_LINK:
        return ShownCode("link", " ".join(_BY_SOUND[each] for each in link.groups()))
    return None


def new_code(secret: str) -> str:
    """A fresh code from a secret that nobody can guess (`Environment.new_id`, never the seeded chance of an update)."""
    for turn in range(1000):
        digest = hashlib.sha256(f"invite:{turn}:{secret}".encode()).digest()
        code = "".join(ALPHABET[each % len(ALPHABET)] for each in digest[: 2 * HALF])
        if _DIGITS & set(code) and sum(each not in _DIGITS for each in code) >= 2:
            return code
    raise AssertionError("a hash of nothing but digits")


def new_words(secret: str) -> str:
    """Four different words, likewise."""
    number = int.from_bytes(hashlib.sha256(f"link:{secret}".encode()).digest())
    chosen: list[str] = []
    while len(chosen) < WORDS_OF_LINK:
        number, at = divmod(number, len(WORDS))
        if WORDS[at] not in chosen:
            chosen.append(WORDS[at])
    return " ".join(chosen)


def written(code: str) -> str:
    """As people read and type it: MOI-K7QF-9FHT; words stay words."""
    return code if " " in code else f"MOI-{code[:HALF]}-{code[HALF:]}".upper()


def payload(code: str) -> str:
    """As a deep link carries it: letters, digits and - alone."""
    return written(code)


def _plain(text: str) -> str:
    return " ".join(plain_of(text).split())


_BY_SOUND.update({_plain(each): each for each in WORDS})


@dataclass(frozen=True, slots=True)
class Links:
    """Where a code can be carried to: each makes a link of what it is to carry, "" where there is none."""

    makers: tuple[Callable[[str], str], ...] = ()

    def of(self, code: str) -> tuple[str, ...]:
        """The deep links of a code."""
        carried = payload(code)
        return tuple(filter(None, (make(carried) for make in self.makers)))
