"""What a line says of one person: the name as it is written, what is wrong with it, birth, role."""

from __future__ import annotations

import re
import unicodedata

from bot.people.policy.lists.syllables import is_syllable
from bot.people.policy.lists.words import fold, is_formula, tidy
from flows.saying import say

MAX_NAME = 60  # characters

ROLES = {
    "": "learner", "hoi vien": "learner", "hv": "learner", "hoc vien": "learner", "member": "learner",
    "learner": "learner",
    "nguoi chi": "instructor", "nguoi chi bai": "instructor", "huong dan vien": "instructor", "hdv": "instructor",
    "instructor": "instructor", "can bo": "officer", "officer": "officer",
}  # fmt: skip
_OFFICES = re.compile(
    r"\b(can bo|truong|pho|chi uy|uy vien|uv|bch|btv|bqt|chu tich|pct|ct|thu ky|thu quy|nong cot|danh du|hoi vien|hv|"
    r"cong tac vien|ctv|tuyen truyen vien|quan ly to|to vien|dang vien|cht|chp|ttr|tp|tt)\b"
)
_YEAR = re.compile(r"(19\d\d|20\d\d)(?:\.0)?")
_DAY = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4}|\d\d)")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_BORN_BEHIND = re.compile(r"[\s,–-]*\(?\s*(?:sn|sinh(?: năm)?|ns)?[\s.:]*((?:19|20)\d\d)\s*\)?$", re.IGNORECASE)
_FOREIGN = frozenset("ÄÅÆÇËÎÏÑÖØÛÜÞßäåæçëîïñöøûüþÿŒœŠšŽžŸƒ")  # letters of Western Europe, and of fonts before Unicode


def role(cell: str, *, of_office: bool = False) -> tuple[str, str]:
    """(role, kind of word): known, office (a post of the union that gives no right here) or odd.

    `of_office`: from a column of posts ("chức vụ"), where nobody becomes an officer of Cầm Tay by a post.
    """
    said = fold(cell)
    if said in ROLES and not (of_office and ROLES[said] == "officer"):
        return ROLES[said], "known"
    return "learner", "office" if _OFFICES.search(said) else "odd"


def name_of(cell: str) -> tuple[str, str]:
    """A name, and the year of birth that stood behind it."""
    said = tidy(cell)
    found = _BORN_BEHIND.search(said)
    if found and any(each.isalpha() for each in said[: found.start()]):
        return said[: found.start()], found[1]
    return said, ""


def in_case(name: str) -> str:
    """NGUYỄN THỊ LAN, nguyễn thị lan and NGUYễN are Nguyễn Thị Lan; a mark in brackets stays as it is."""
    said, bracket, mark = name.partition("(")
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), said) + bracket + mark


def fault_of(name: str) -> str:
    """What is wrong with a name, in a sentence; "" for a sound one."""
    if not name:
        return say("thiếu tên")
    if len(name) > MAX_NAME:
        return say("tên dài quá {most} chữ", most=MAX_NAME)
    if is_formula(name):
        return say("tên bắt đầu bằng “{sign}” trông như công thức", sign=name[0])
    if "?" in name or "\ufffd" in name:
        return say("tên “{name}” có chữ bị hỏng; hãy gõ lại tên này", name=name)
    if not any(each.isalpha() for each in name) or re.search(r"\d\d", name):
        return say("tên chỉ gồm chữ; đừng ghi số giấy tờ hay số điện thoại ở đây")
    odd = [each for each in name if not _is_of_a_name(each)]
    words = [word for word in re.findall(r"[^\W\d_]+", name) if _FOREIGN & set(word) and not is_syllable(word)]
    if odd or words:
        why = "tên “{name}” có chữ lạ “{odd}”, có lẽ của phông cũ; hãy gõ lại tên này"
        return say(why, name=name, odd=(odd or words)[0])
    return ""


def _is_of_a_name(each: str) -> bool:
    if each.isalpha():
        return unicodedata.name(each, "").startswith("LATIN") or each == "ʼ"
    return each.isdigit() or each in " '’‘`.,-–()/\"“”" or bool(unicodedata.combining(each))


def born(cell: str) -> str:
    """ "1962-03-05", "1962" or "": what tells namesakes apart. Years with two digits are of the last century."""
    said = tidy(cell)
    if found := _ISO.fullmatch(said):
        return f"{found[1]}-{found[2]}-{found[3]}"
    if found := _DAY.search(said):
        year = found[3] if len(found[3]) == 4 else f"19{found[3]}"
        return f"{year}-{int(found[2]):02}-{int(found[1]):02}"
    if re.fullmatch(r"(2[7-9]|[3-9]\d)", said):
        return f"19{said}"
    found = _YEAR.search(said)
    return found[1] if found else ""
