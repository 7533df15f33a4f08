"""What may pass between a learner and her instructor. A false helper asks for a code, money, a number to call.

`look` judges one message before it is kept or sent. Whatever is blocked is explained to its writer; what only a
thief would write goes to the officer as well. Emergencies are heard before anything comes here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from bot.tutoring.pairing.model import Pairing
from flows.words.masking import mask

Side = Literal["learner", "instructor"]
LONGEST = 1_000
"""Characters of one message that are looked at and passed on."""

HIDDEN_LINK = "[đường dẫn đã che]"
SAFE_HOSTS = ("gov.vn", "vneid.gov.vn")
"""Pages of the state may be named; a host is safe when it is one of these or ends in "." and one of them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`text` is what may go on ("" when blocked); `phrase` explains it to the writer ("" when nothing is to be said);
    `report`: the officer hears of it."""

    what: Literal["pass", "mark", "block"]
    text: str = ""
    phrase: str = ""
    report: bool = False


def recipient(pairing: Pairing | None, from_id: str) -> str:
    """Who gets what she writes: the other of an open pairing, nobody else; "" for nobody."""
    if pairing is None or pairing.state != "open" or from_id not in (pairing.learner_id, pairing.instructor_id):
        return ""
    return pairing.instructor_id if from_id == pairing.learner_id else pairing.learner_id


def look(text: str, side: Side) -> Verdict:
    """Judge one message, whichever way it goes; the gravest finding decides."""
    seen = _visible(text)
    plain = _fold(seen)
    teacher = side == "instructor"
    if not _is_warning(plain):
        if _SECRET_WANTED.search(plain):
            return Verdict("block", phrase="relay_secret_wanted", report=True)
        if _PAPERS_WANTED.search(plain):
            return Verdict("block", phrase="relay_papers_wanted", report=True)
        if _REMOTE.search(plain) and teacher:
            return Verdict("block", phrase="relay_remote", report=True)
        if _MONEY.search(plain):
            return Verdict("block", phrase="relay_money", report=True)
    if _ACCOUNT.search(plain):
        return Verdict("block", phrase="relay_account", report=True)
    if _PHONE.search(_joined(plain)) or _SPOKEN_NUMBER.search(plain):
        return Verdict("block", phrase="relay_phone", report=teacher)
    masked = mask(seen)
    if set(masked.kinds) & {"otp", "password", "card"}:
        return Verdict("block", phrase="relay_secret", report=teacher)
    if strange := [found for found in _LINK.finditer(masked.text) if not _is_safe(found)]:
        if teacher:
            return Verdict("block", phrase="relay_link", report=True)
        rest = _without(masked.text, strange)
        if not re.search(r"[^\W\d_]{2}", rest.replace(HIDDEN_LINK, "")):
            return Verdict("block", phrase="relay_link_only")
        return Verdict("mark", rest, "relay_link_hidden")
    if masked.kinds:
        return Verdict("mark", masked.text, "relay_masked")
    if _ELSEWHERE.search(plain) and not _is_warning(plain):
        return Verdict("mark", text, "relay_elsewhere", report=False)
    return Verdict("pass", text)


def _visible(text: str) -> str:
    seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", "".join(str(int(c)) if c.isdecimal() else c for c in seen))


def _fold(text: str) -> str:
    """Small letters without diacritics, single blanks: half of all messages are typed so anyway."""
    letters = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    bare = re.sub(r"\b[o0][\s.\-_]?t[\s.\-_]?p\b", "otp", bare)
    return " ".join(bare.split())


def _joined(plain: str) -> str:
    """Digits of one number together, however they are parted; a zero may be a letter."""
    bare = re.sub(r"(?<=\d)o|o(?=\d{2})", "0", plain)
    return re.sub(r"(?<=\d)[\s.\-_()*,]{1,3}(?=\d)", "", bare)


# Who would get it: "cho em", "giúp chị", "qua đây"; what one says of third persons ("cho họ") is no request.
_ME = (
    r"(?:cho|giup|dum|ho|voi|toi|den|sang|qua|vao)\s+(?:e|em|chi|c|co|toi|tui|minh|con|chau|bac|di|ba|anh|day|ben em|"
    r"zalo|tin nhan|nay)\b(?!\s+(?:gai|trai|dau|re|noi|ngoai|ho|ay|ut|lon|nho)\b)"
)
_GAP = r"(?:\s+\S+){0,5}?\s+"
_SECRET = (
    r"(?:otp|ma\s+(?:so|xac|pin|otp|kich|6|sau|dang|vua|ma\s|do|bao mat|thuc|vneid|ve\b|tren|trong|gui|smart)"
    r"|ma\b(?=\s+(?:\d|cho|qua|di|nhe|do|vao))|mat khau|mat ma|mk\b|pass(?:word)?\b|ma pin|pin the|cvv|"
    r"so the|3 so (?:sau|cuoi|mat sau))"
)
_GIVE = r"\b(?:gui|doc|nhan|dua|cung cap|bao|noi|nhap|chup|ghi|viet|bam|copy|chuyen|forward|xin|cho|hoi)\b"

_SECRET_WANTED = re.compile(
    rf"{_GIVE}(?:\s+\S+){{0,4}}?\s+{_SECRET}(?:\s+\S+){{0,6}}?\s*(?:{_ME}|\b(?:di|ngay|gap)\b)"
    rf"|\b(?:gui|doc|nhan|chup|dua|nhap|bao)\s+{_ME}{_GAP}?(?:cai\s+|dum\s+|lai\s+)?{_SECRET}"
    rf"|\bcho\s+(?:e|em|chi|co|toi|tui|minh|con|chau)\s+(?:xin|biet|hoi|muon|coi|xem)(?:\s+\S+){{0,3}}?\s+{_SECRET}"
    rf"|\bxin\s+(?:chi|co|bac|di|ba|anh|em|lai|cai|con)?\s*{_SECRET}"
    rf"|\b{_SECRET}(?:\s+\S+){{0,6}}?\s+(?:doc|gui|dua|nhan|bao)\s+{_ME}"
    rf"|\b{_SECRET}(?:\s+\S+){{0,3}}?\s+(?:la gi|la bao nhieu|la may|so may)\s+(?:vay|the|thi|de)?\s*(?:chi|co|bac|di|ba)?\s*(?:doc|noi|cho)\b"
)
_PAPERS_WANTED = re.compile(
    r"\b(?:gui|chup|cho|dua|xin|can)\b(?:\s+\S+){0,5}?\s+(?:can cuoc|cccd|cmnd|chung minh|so ho khau|the ngan hang|"
    rf"the atm|giay to|mat truoc|mat sau)(?:\s+\S+){{0,6}}?\s*(?:{_ME}|\bdi\b|\bnhe\b|\bnha\b)"
    rf"|\b(?:chup|gui)\s+{_ME}(?:\s+\S+){{0,4}}?\s+(?:can cuoc|cccd|cmnd|chung minh|so ho khau|the ngan hang|the atm|giay to)"
)
_REMOTE = re.compile(
    r"\b(?:ultra ?viewer|team ?viewer|any ?desk|rust ?desk|air ?droid|\S+\.apk|file apk|tai apk|dieu khien (?:may|dien thoai|tu xa)|"
    r"chia se man hinh|share man hinh|cai(?: dat)? (?:app|ung dung|phan mem) (?:nay|la|cua em|em gui))\b"
)
_AMOUNT = r"(?:\d[\d.,]*\s*(?:k|nghin|ngan|ng|tr|trieu|cu|chai|dong|d|vnd|xi|lit)\b|\d{1,3}(?:[.,]\d{3})+|\d{5,}|(?:mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|it|may)\s+(?:tram|chuc|trieu|nghin|ngan|cu|tien|dong))"
_MONEY = re.compile(
    rf"\b(?:chuyen|gui|ck|ban|bank|dua|tra|nap|dong)\s+(?:khoan\s+|tien\s+|truoc\s+|{_AMOUNT}\s*|\S+\s+){{0,3}}?"
    rf"(?:tien|khoan|ck|{_AMOUNT}|phi|the cao|coc)(?:\s+\S+){{0,4}}?\s*(?:{_ME}|\b(?:truoc|ngay|gap)\b|tai khoan (?:em|chi|cua|nay))"
    rf"|\b(?:chuyen|gui|ck)\s+{_ME}(?:\s+\S+){{0,3}}?\s+(?:{_AMOUNT}|tien)"
    rf"|\b(?:cho|giup)\s+(?:e|em|chi|co|toi|tui|minh|con|chau)\s+(?:vay|muon|ung|xin)(?:\s+\S+){{0,3}}?\s*(?:{_AMOUNT}|tien|it von)"
    rf"|\b(?:vay|ung)\s+(?:dum|giup|ho|cho|em|chi|co|tam|truoc)(?:\s+\S+){{0,3}}?\s+{_AMOUNT}"
    rf"|\b(?:nap|mua)\s+(?:giup|dum|ho|cho)?\s*(?:em|chi|co|toi|con|chau)?\s*(?:\S+\s+)?(?:the cao|the cao dien thoai|card|the game)"
    rf"|\b(?:nop|dong|thu|mat|tra)\s+(?:tien\s+|them\s+)?(?:phi|le phi|tien cong|cong|tien coc|coc|thue)(?:\s+\S+){{0,4}}?\s*(?:{_AMOUNT}|{_ME})"
    rf"|\b(?:phi|tien cong|cong|boi duong|cafe|ca phe|nuoc)\s+(?:\S+\s+){{0,4}}?{_AMOUNT}(?:\s+\S+){{0,3}}?\s*{_ME}"
    rf"|\b(?:phi (?:ho tro|huong dan|dich vu|day)|tien cong day)\b(?:\s+\S+){{0,3}}?\s*{_AMOUNT}"
    rf"|\b(?:dau tu|gop von|lam nhiem vu)\b(?:\s+\S+){{0,6}}?\s*(?:{_AMOUNT}|lai|loi nhuan|hoa hong)"
)
_BANKS = (
    r"(?:vcb|vietcombank|agribank|bidv|vietinbank|mb ?bank|mb|techcombank|tcb|acb|sacombank|tpbank|vpbank|hdbank|"
    r"vib|momo|zalopay|shb|ocb|lienviet|lpbank|msb|seabank|scb)"
)
_ACCOUNT = re.compile(
    r"\b(?:stk|so tk|so tai khoan|tai khoan|tk)\b(?:\s*(?:la|so|cua|em|chi|toi|minh|ngan hang|:|=|-|"
    rf"{_BANKS}))*[\s:.=-]*\d(?:[\s.\-]?\d){{5,18}}\b"
    rf"|\b\d(?:[\s.\-]?\d){{7,18}}\s*[,.-]?\s*(?:ngan hang\s+)?{_BANKS}\b"
    rf"|\b{_BANKS}\s*[:.,-]?\s*\d(?:[\s.\-]?\d){{7,18}}\b"
)
_PHONE = re.compile(r"(?<!\d)(?:(?:\+?84|0084|0)(?:3|5|7|8|9)\d{8}|02\d{9})(?!\d)")
_DIGIT_WORD = r"(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin|\d)"
_SPOKEN_NUMBER = re.compile(rf"\b(?:so|goi|zalo|dt|la|:)?\s*khong\s+(?:{_DIGIT_WORD}[\s,.-]+){{8}}{_DIGIT_WORD}\b")
_ELSEWHERE = re.compile(
    r"\b(?:ket ban|add|ib|inbox|nhan|goi|lien he|noi chuyen|qua|chat)(?:\s+\S+){0,3}?\s+(?:zalo|face|facebook|fb|messenger|mess|"
    r"telegram|viber)\b(?:\s+\S+){0,2}?\s*(?:em|chi|co|toi|minh|rieng|nhe|nha|di)?"
)
_ASK = r"(?:gui|doc|xin|hoi|bao|doi|keu|bat|yeu cau|dan|bieu|nhan|goi|ru|noi)"
_THEY = re.compile(  # what third persons want, told or warned of, is what the two are here to talk about
    rf"\b(?:lua dao|ke gian|ke xau|bon lua|lua do|nguoi la|ai do|nguoi ta|co nguoi|cong an gia|neu ai|co ai|nguoi nao)\s+"
    rf"(?:\S+\s+){{0,4}}?{_ASK}\b"
    rf"|\b(?:ho|no|tui no|thang do)\s+(?:goi\s+|noi\s+)?{_ASK}\b"
    r"|\b(?:gui|doc|xin|chuyen)\b.*\b(?:la lua dao|la lua|coi chung|can than)\b"
)
_NEVER = re.compile(
    r"\b(?:dung|khong|ko|k|hong|chua|cam|chang)\s+"
    r"(?:co\s+|bao gio\s+|duoc\s+|nen\s+|phai\s+|can\s+|ai\s+|dc\s+|cho\s+|de\s+|em\s+|chi\s+)*"
    r"(?:gui|doc|dua|cho|noi|nhap|chuyen|nop|dong|bam|cai|tai|chup|cung cap|bao|nhan|xin|hoi|thu|mat|lay|vay|muon|ung"
    r"|nap|chia se|share|tra)\b"
)
_LINK = re.compile(
    r"(?:h(?:tt|xx)ps?\s?:\s?/\s?/\s?|www\s?\.\s?)(?P<a>[^\s/]+)\S*"
    r"|(?<![\w@.])(?P<b>(?:[a-z0-9\-]+\s?\.\s?)+(?:com|net|org|vn|info|xyz|top|club|shop|site|online|link|biz|asia|tk|ru|cn))(?![\w.]*\w)(?:\s?/\S*)?"
    r"|(?<![\w@.])(?P<c>(?:[a-z0-9\-]+\s?\.\s?)+(?:me|ly|co|cc|io|app|gl|id|us|to|be|at|in))\s?/\s?\S+"
    r"|(?P<d>\b[a-z0-9\-]{2,}\s(?:dot|cham)\s(?:com|net|vn|xyz|top|org)\b)\S*",
    re.IGNORECASE,
)


def _is_warning(plain: str) -> bool:
    """Talk about thieves: "đừng đọc mã cho ai", "có người gọi xin mã"."""
    if _THEY.search(plain):
        return True
    if not _NEVER.search(plain):
        return False
    # "Chị đừng lo, cứ đọc mã cho em": a "don't" elsewhere in the sentence excuses nothing.
    rest = _NEVER.sub("•", plain)
    return not any(wish.search(rest) for wish in (_SECRET_WANTED, _MONEY, _PAPERS_WANTED))


def _is_safe(found: re.Match[str]) -> bool:
    if found["b"] and found[0] == found["b"] and found["b"].rpartition(".")[2].strip().istitle():
        return True  # "xong.Com nguội rồi": a sentence begins there
    host = next((each for each in found.groupdict().values() if each), "")
    host = host.replace(" ", "").casefold().rstrip(".,!?);:").rsplit("@", 1)[-1].split(":")[0]
    return any(host == safe or host.endswith("." + safe) for safe in SAFE_HOSTS)


def _without(text: str, found: list[re.Match[str]]) -> str:
    kept, at = [], 0
    for each in found:
        kept.append(text[at : each.start()])
        kept.append(HIDDEN_LINK)
        at = each.end()
    return "".join(kept) + text[at:]
