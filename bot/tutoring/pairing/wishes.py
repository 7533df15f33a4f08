"""What a thief wants of somebody: a code, a paper, her telephone, money. Judged on letters without marks.

Talk about thieves is what two people are here for: what others want, what one must never do, what a machine sends by
itself is taken out first, clause by clause; whatever is still asked for then is meant.
"""

from __future__ import annotations

import re
from typing import Literal

Side = Literal["learner", "instructor"]

# Who would get it: "cho em", "giúp chị", "qua đây"; what one says of third persons ("cho họ") is no request.
_PERSON = r"(?:e|em|chi|c|co|toi|tui|minh|con|chau|bac|di|ba|anh|thim|mo|tao|tau|qua|ben em)"
_KIN = r"(?!\s+(?:gai|trai|dau|re|noi|ngoai|ho|ay|ut|lon|nho)\b)"
_ME = (
    rf"(?:(?:cho|giup|dum|gium|ho|voi|toi|den|sang|qua|vao|vo|ve)\s+(?:{_PERSON}|day|zalo|tin nhan|nay|may em)\b{_KIN})"
)
_SECRET = (
    r"(?:otp|mxa\b(?!\s+(?:so\s+)?(?:qr|vach|ho so|bien nhan|lop|hoi vien|don|vung|buu|bai|giam|khuyen|phuong|xa\b))"
    r"|(?:may|cac|nhung) (?:con )?so (?:trong|tren|o) (?:cai )?tin nhan|day so\b|\d so (?:cuoi|dau|tren|sau)\b|(?:ma|so|day)\s*(?:xac|pin|otp|kich|6|sau\s+so|sau\s+(?:chu|ky)|do\b|bao mat|bao ve|thuc|vneid|smart|dang nhap)"
    r"|ma\s+(?:so(?!\s+(?:ho so|bien nhan|lop|hoi vien|don))|sau|dang|vua|ma\s|ve\b|tren|trong|gui|ngan hang|tin nhan|moi ve)"
    r"|(?:6|sau)\s+(?:chu\s+|con\s+)?so\b(?!\s*(?:dien|nha))"
    r"|ma\b(?=\s+(?:\d|cho|qua|di|nhe|nha|nghen|hen|do|vao|vo|lien|luon|ngay)\b|\s*$)|(?<=co )ma\b(?=\s+(?:chua|roi))"
    r"|mat\s*khau|mat\s*ma\b|mk\b|mkhau|m khau|pass\s?word|pass\s?code|pass\b|pin the|cvv|cvc|so the|3 so (?:sau|cuoi|mat sau)"
    r"|so (?:vua|moi) (?:nhan|gui|ve)|tin nhan (?:\S+ )?(?:co ma|ngan hang|vua|moi ve|do\b|kia\b|xac nhan))"
)
_TELL = (
    r"\b(?:gui|goi qua|doc|nhan|dua|cung cap|bao(?!\s+(?:hiem|mat|ve))|noi|chup|copy|chuyen|forward|xin|cho|hoi|share"
    r"|chia se|nhac|trao|nop|thay)\b"
)
_TYPE = r"\b(?:nhap|ghi|viet|bam|go|danh)\b"
_SOFT = r"(?:cho|giup|dum|gium|ho|lai|luon|ngay|lien|cai|gap|dai|tam|mau|di)\s+"

_SECRET_WANTED = re.compile(
    rf"{_TELL}(?:\s+\S+){{0,6}}?\s+{_SECRET}(?:\s+\S+){{0,6}}?\s*(?:{_ME}|\b(?:di|ngay|gap|lien|mau|coi|xem|biet)\b)"
    rf"|{_TYPE}(?:\s+\S+){{0,4}}?\s+{_SECRET}(?:\s+\S+){{0,6}}?\s*{_ME}"
    rf"|\b(?:gui|doc|nhan|chup|dua|bao|noi|cho|nhac|chuyen|cung cap|xin|share|dam|nhap)\s+(?:{_SOFT}){{0,3}}{_PERSON}\b{_KIN}"
    rf"(?:\s+(?!la\b)\S+){{0,4}}?\s+(?:cai\s+|dum\s+|lai\s+)?{_SECRET}"
    rf"|\bxin\s+(?:chi|co|bac|di|ba|anh|em|lai|cai|con|luon)?\s*{_SECRET}"
    rf"|\b{_SECRET}(?:\s+\S+){{0,6}}?\s+(?:doc|gui|dua|nhan|bao|noi|cho|chup|nhac|chuyen)\s+(?:{_SOFT})*(?:{_ME}|{_PERSON}(?:\s+(?:voi|di|coi|xem|biet|nhe|nha|nghen|hen|nghe|le|lien|luon|mau|gap|ngay)\b|\s*$))"
    rf"|\b(?:em|con|chau|minh)\s+(?:can|muon|phai co|xin|lay|nho)(?:\s+\S+){{0,3}}?\s+{_SECRET}"
    rf"|\b{_SECRET}(?:\s+\S+){{0,3}}?\s+(?:la gi|la bao nhieu|la may|so may|may)\s+(?:vay|the|thi|de)?\s*(?:chi|co|bac|di|ba)?\s*(?:doc|noi|cho)\b"
)
_SPOKEN_OUT = re.compile(  # a code that is read out is given away, whoever listens; one may read it and type it oneself
    rf"\bdoc\s+(?:(?:to|len|ra|lai|giup|gium|dum|ho|cho|ngay|lien|luon|het|cai|{_PERSON})\s+)*(?:{_SECRET}|ma\b(?!\s+(?:qr|vach)))"
    r"(?!(?:\s+(?!doc|gui|cho\b)\S+){0,6}?\s+(?:roi|xong|va|de)\s+(?:(?:chi|co|bac|di|tu|minh|cu)\s+)*(?:nhap|go|bam|danh|dien|ghi vo))"
    rf"|\b(?:{_SECRET})(?:\s+[^\s,]+){{0,3}}?\s+(?:la\s+)?(?:may|bao nhieu)\b(?!\s+(?:so|chu|ky tu|phut|giay|lan|gio|ngay|tuoi))"
    rf"|\b(?:{_SECRET})(?:\s+\S+){{0,7}}?\s+(?:chi|co|bac|di|ba|anh)\s+(?:(?:cu|chi can|mau|lam on)\s+)*(?:doc|noi di|noi ra|noi len)\b(?!\s+(?:ky|cho\s+ai|de))"
    rf"|(?<!bam )(?<!chu )(?<!nut )\b(?:gui|dua|nop|cung cap)\s+(?:cai\s+)?(?:{_SECRET})(?!\s+(?:ve|lai|cho\s+(?:chi|co|bac|di)))"
    rf"|\b(?:giu|luu|ghi|cat|nho|lay|quan ly)\s+(?:(?:lai|luon|dum|giup|cai)\s+)*(?:{_SECRET})(?:\s+[^\s,]+){{0,2}}?\s+(?:cho|giup|dum|gium|ho)\s+{_PERSON}\b"
)
_HERS_IS_WHAT = re.compile(
    rf"\b{_SECRET}(?:\s+\S+){{0,2}}?\s+(?:cua\s+)?(?:chi|co|bac|di|ba|anh)(?:\s+\S+){{0,2}}?\s+(?:la gi|la bao nhieu|la may|so may|bao nhieu)\b"
)
_GAP = r"(?:\s+\S+){0,10}?\s+"
_TO_ME = (  # a verb of handing over, and the one who writes right behind it or behind a "cho"
    rf"(?:\b(?:gui|goi qua|doc|dua|nhan|bao|noi|chup|quay|chuyen|nhac|forward|share|cung cap|trao|chia se|thay|copy|viet|ghi)\b"
    rf"(?:(?:\s+[^\s,]+){{0,5}}?\s+(?:cho|giup|dum|gium|ho|qua|voi)|(?:\s+(?:lai|luon|ngay|lien|lai cho|gap|dai|qua)){{0,2}})"
    rf"\s+(?:{_PERSON}|day)\b{_KIN}"
    rf"|\bcho\s+{_PERSON}\s+(?:hay|biet|coi|xem|nghe|chep|ghi|nhap|giu|xin)\b)"
)
_SECRET_HANDED = re.compile(rf"{_SECRET}{_GAP}{_TO_ME}|{_TO_ME}{_GAP}{_SECRET}|{_TO_ME}\s+{_SECRET}")
_TYPED = (
    r"\b(?:nhap|go|bam|quen|dat|doi|mat|sai|danh|mo|dang nhap|vo|vao|lam)\b(?:\s+(?!doc|gui|dua|nhan|cho)\S+){0,8}?"
)
_TELL_WHEN_DONE = re.compile(  # "nhập mã xong thì báo em": she tells that it is done, not what it is
    rf"({_TYPED})\s+(?:xong|thi|duoc|roi|loi|,|neu|khong duoc|ko duoc|hong duoc|hong vo)(?:\s+(?:,|chi|co|bac|di|thi|la|cu|nho|nhe|nha))*\s+"
    rf"(?:bao|nhan|noi|keu|goi|hu|alo|hoi)\s+(?:(?:lai|cho|voi|ngay|lien)\s+)*{_PERSON}\b(?!\s+(?:cai|ma|mxa|mat|day|so|otp))"
    r"(?:\s+(?:biet|hay|nghe|mot tieng))?"
)
_PAPER = (
    r"(?:can cuoc|cccd|cmnd|chung minh|so ho khau|so hong|so do\b|the ngan hang|the atm|giay to|mat truoc|mat sau"
    r"|hai mat|2 mat|khuon mat|anh the|man hinh (?:app )?ngan hang|so du|giay to nha)"
)
_PAPERS_WANTED = re.compile(
    rf"\b(?:gui|chup|dua|xin|quay)\b(?:\s+\S+){{0,5}}?\s+{_PAPER}(?:\s+\S+){{0,6}}?\s*(?:{_ME}|\bdi\b|\bnhe\b|\bnha\b|\bnghen\b|\bhen\b)"
    rf"|\b(?:cho|can)\b(?:\s+\S+){{0,5}}?\s+{_PAPER}(?:\s+\S+){{0,6}}?\s*(?:{_ME}|\bdi\b)"
    rf"|\b(?:chup|gui|dua|cho|nhan|quay)\s+(?:{_SOFT}){{0,3}}{_PERSON}\b{_KIN}(?:\s+\S+){{0,4}}?\s+{_PAPER}"
)
_PAPERS_HANDED = re.compile(
    rf"{_PAPER}{_GAP}(?:\b(?:gui|dua|chup|quay|nhan|chuyen)\b(?:\s+(?:cho|qua|lai|luon|ngay|giup|ve|lien)){{0,2}}\s+(?:{_PERSON}|day)\b{_KIN})"
    rf"|\b(?:gui|dua|chup|quay)\b(?:\s+[^\s,]+){{0,5}}?\s+{_PAPER}{_GAP}(?:cho|qua|gui|dua|giup)\s+(?:{_PERSON}|day)\b{_KIN}"
    rf"|\bquay\b(?:\s+\S+){{0,3}}?\s+(?:khuon\s+)?mat{_GAP}(?:gui|cho|dua|qua)\s+(?:cho\s+)?(?:{_PERSON}|day)\b"
)
_REMOTE = re.compile(
    r"\b(?:ultra ?viewer|team ?viewer|any ?desk|rust ?desk|air ?droid|apk|dieu khien (?:may|dien thoai|tu xa)|"
    r"chia se man hinh|share man hinh|quyen (?:tro nang|ho tro tiep can)|"
    r"(?:cai|tai)(?: dat| ve)? (?:cai )?(?:app|ung dung|phan mem) (?:nay|la\b|cua em|em gui|em dua))\b"
)
_AMOUNT = (
    r"(?:\d[\d.,]{0,20}\s{0,3}(?:k|nghin|ngan|ng|tr|trieu|cu|chai|dong|d|vnd|xi|lit)\b|\d{1,3}(?:[.,]\d{3})+|\d{5,}"
    r"|(?:mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|it|may|vai)\s+(?:tram|chuc|trieu|nghin|ngan|cu|tien|dong|xi|lit))"
)
_MONEY = re.compile(
    rf"\b(?:chuyen|gui|ck|ban|bank|dua|tra|nap|dong|nop)\s+(?:khoan\s+|tien\s+|truoc\s+|{_AMOUNT}\s*|\S+\s+){{0,3}}?"
    rf"(?:tien|khoan|ck|{_AMOUNT}|phi|the cao|coc)(?:\s+\S+){{0,4}}?\s*(?:{_ME}|\b(?:truoc|ngay|gap|lien)\b|tai khoan (?:em|chi|cua|nay|con))"
    rf"|\b(?:chuyen|gui|ck|bank|dua)\s+(?:{_SOFT}){{0,2}}{_PERSON}\b{_KIN}(?:\s+(?:truoc|tam|them|it|khoang|\S+)){{0,2}}?\s+(?:{_AMOUNT}|tien)"
    rf"|\b(?:chuyen|gui|ck|bank|dua)\s+(?:{_SOFT}|truoc\s+|khoan\s+|tien\s+){{0,2}}{_ME}(?:\s+\S+){{0,3}}?\s+(?:{_AMOUNT}|tien)"
    rf"|\b(?:cho|giup)\s+(?:e|em|chi|co|toi|tui|minh|con|chau)\s+(?:vay|muon|ung|xin|giat|hoi)(?:\s+\S+){{0,3}}?\s*(?:{_AMOUNT}|tien|it von)"
    rf"|\b(?:vay|ung|giat|muon)\s+(?:dum|giup|gium|ho|cho|em|chi|co|tam|truoc|nong)(?:\s+\S+){{0,3}}?\s+{_AMOUNT}"
    rf"|\b(?:nap|mua)\s+(?:giup|dum|gium|ho|cho)?\s*(?:em|chi|co|toi|con|chau)?\s*(?:\S+\s+)?(?:the cao|the cao dien thoai|card|the game)"
    rf"|\b(?:phi|tien cong|cong|boi duong|cafe|ca phe|nuoc)\s+(?:\S+\s+){{0,4}}?{_AMOUNT}(?:\s+\S+){{0,3}}?\s*{_ME}"
    rf"|\b(?:phi (?:ho tro|huong dan|dich vu|day)|tien cong day)\b(?:\s+\S+){{0,3}}?\s*{_AMOUNT}"
    rf"|\b(?:dau tu|gop von|lam nhiem vu)\b(?:\s+\S+){{0,6}}?\s*(?:{_AMOUNT}|lai|loi nhuan|hoa hong)"
)
_MONEY_HANDED = re.compile(
    rf"\b(?:ck|bank|chuyen|gui|dua|tra|nop|gop|ung|dong|bo|dong gop|boi duong|ung ho|cho)\s+(?:(?:cho|giup|truoc|tam|khoan|tien|lai|luon|do)\s+)*"
    rf"{_PERSON}\b{_KIN}(?:\s+[^\s,]+){{0,3}}?\s+(?:{_AMOUNT}|tien|(?:muon|vay|xin|giat)\s+\d)"
    rf"|(?:{_AMOUNT})(?:\s+\S+){{0,6}}?\s+(?:chuyen|gui|ck|dua|nop|bank)\s+(?:(?:cho|qua|luon|truoc|khoan)\s+)*{_PERSON}\b{_KIN}"
    rf"|\b(?:bo von|hun von|gop von|hun han|dau tu)\b(?:\s+\S+){{0,6}}?\s*(?:{_AMOUNT}|voi (?:em|con|chau|minh)|loi|lai)"
    rf"|\bcoc\s+(?:truoc\s+)?{_AMOUNT}|\bgiup\s+(?:do\s+)?{_PERSON}\b{_KIN}\s+(?:it\s+|khoang\s+)?{_AMOUNT}"
)
_OFFERS = re.compile(  # what an instructor of the union never offers
    rf"\b(?:mua|ban)\s+(?:\S+\s+){{0,3}}?(?:goi|khoa|the|phan mem|tai khoan)\b(?:\s+\S+){{0,3}}?\s+{_AMOUNT}"
    r"|\bvay\s+(?:online|nong|tin chap|qua app|tren app|tien nhanh)\b|\bdung ten\s+(?:vay\s+)?(?:gium|dum|ho|giup|cho)\b"
    rf"|\b(?:cong tac vien|viec nhe|kiem them|kiem tien|lam them|xem video|like video|choi san|tien ao|coin)\b(?:\s+\S+){{0,8}}?\s+(?:{_AMOUNT}|luong cao|hoa hong)"
    r"|\bvoi\s+(?:em|con|chau|minh)\b(?:\s+\S+){0,3}?\s+(?:loi|lai|an chia)\b"
    rf"|\b(?:chuyen|ck|gui|dua|bank|ban)\s+(?:{_PERSON}\b{_KIN}\s+(?:truoc\b|\d)|truoc\s+(?:cho\s+)?{_PERSON}\b{_KIN})"
    rf"|\btien\b(?:\s+[^\s,]+){{0,3}}?\s+(?:dua|gui|chuyen|nop)\s+(?:cho\s+)?{_PERSON}\b{_KIN}"
    rf"|\b(?:nop|dong)\s+(?!tien (?:dien|nuoc|hoc|cuoc|mang|rac)|bao hiem)(?:\S+\s+){{0,2}}?{_AMOUNT}"
)
_BEGS = re.compile(
    rf"\bcho\s+{_PERSON}\s+(?:vay|muon|ung|xin|giat)\b(?:\s+\S+){{0,3}}?\s*(?:{_AMOUNT}|tien|it von)"
    rf"|(?:^|, |\b(?:em|con|chau|giup|nho)\s+)(?:chuyen|gui|ck|bank|dua)\s+(?:khoan\s+)?(?:cho\s+)?{_PERSON}\b{_KIN}(?:\s+\S+){{0,2}}?\s+(?:{_AMOUNT}|it tien)"
    rf"|\b(?:nap|mua)\s+(?:giup|dum|gium|ho)\s+{_PERSON}\b(?:\s+\S+){{0,2}}?\s+(?:the cao|card)"
)
_FEE = re.compile(
    rf"\b(?:nop|dong|thu|mat|tra)\s+(?:tien\s+|them\s+)?(?:phi|le phi|tien cong|cong|tien coc|coc|thue)(?:\s+\S+){{0,4}}?"
    rf"\s*(?:{_AMOUNT}|{_ME})"
)
_HANDED_TO_ME = re.compile(rf"\b(?:chuyen|gui|dua|ck|nop|tra|chup|nhan)\b(?:\s+\S+){{0,4}}?\s+{_ME}")
_OFFICE = re.compile(
    r"\b(?:o|ra|len|toi|tai|den|qua|cho|ben|tren|xuong|vo|trong|vao)\s+(?:\S+\s+)?(?:xa|phuong|uy ban|ubnd|cong an|ca xa|buu dien|mot cua"
    r"|trung tam|bo phan|quay|kho bac|cong dich vu|dich vu cong|vneid|vssid|bao hiem|dien luc|tram y te|app|ung dung"
    r"|can bo|benh vien)\b"
)

# --- what is said of thieves, of others, of machines ---

_ASK = r"(?:gui|doc|xin|hoi|bao|doi|keu|bat|yeu cau|dan|bieu|nhan|goi|ru|noi|hu|doa|buoc|du)"
_THEY = re.compile(
    rf"\b(?:lua dao|ke gian|ke xau|ke trom|bon lua|bon no|tui lua|lua do|nguoi la|ai do|dua nao|nguoi ta|co nguoi|co dua|may dua|dua (?:do|kia|la)|co (?:thang|con|ong|ba|anh|co)|ai ma|"
    rf"cong an gia|can bo gia|ngan hang gia|neu ai|he ai|co ai|ai cung|bat ky ai|nguoi nao|so la|thang nao|ai"
    r"|(?:con (?:gai|trai|dau|re)|chau (?:noi|ngoai)|chong|ong xa|em gai|ba con|hang xom)(?:\s+(?:chi|co|toi|tui|minh|em|bac|ba|di|con))?)\s+"
    rf"(?:\S+\s+){{0,4}}?{_ASK}\b"
    rf"|\b(?:ho|no|bon ho|tui no|thang do|con do|ong do|ba do|nguoi do)\s+(?:goi\s+|noi\s+|nhan\s+|moi\s+|cu\s+|toan\s+|hay\s+|dang\s+|vua\s+)*"
    rf"{_ASK}\b"
    rf"|\b{_ASK}\b.*\b(?:la lua dao|la lua|coi chung|can than|la ke gian)\b"
    rf"|\b(?:coi chung|can than|canh giac|de phong)\b.*\b{_ASK}\b"
)
_KIN_PAYS = re.compile(
    r"\b(?:con (?:gai|trai|dau|re)|chau (?:noi|ngoai)|chong|ong xa)\b(?:\s+\S+){0,2}?\s+(?:chuyen|gui|cho|tra)\b"
)
_STILL_THEY = re.compile(rf"(?:roi |va |de |xong |con )?{_ASK}\b")
_FOR_ME = re.compile(rf"\b(?:cho|giup|dum|gium|voi|qua)\s+(?:e|em|toi|tui|minh|con|chau|day)\b{_KIN}")
_OF_THIEVES = re.compile(r"\b(?:lua|ke gian|ke xau|ke trom|cup may|dung|coi chung|can than|canh giac|cong an gia)\b")
_EXCUSE = re.compile(
    r"\b(?:khong|ko|k|hong|dau co|chang)\s+phai\s+(?:la\s+)?(?:lua dao|lua|ke gian|ke xau|nguoi xau)\b"
)
_DONT = re.compile(
    r"\b(?P<no>dung|khong|ko|k|kg|hong|hok|chua|cam|chang|khoi)\s+"
    r"(?:co\s+|bao gio\s+|duoc\s+|nen\s+|phai\s+|can\s+|ai\s+|dc\s+|cho\s+|de\s+|em\s+|chi\s+|con\s+|he\s+|ai\s+|ma\s+)*"
    r"(?:gui|doc|dua|cho|noi|nhap|chuyen|nop|dong|bam|cai|tai|chup|cung cap|bao|nhan|xin|hoi|thu|mat|lay|vay|muon|ung"
    r"|nap|chia se|share|tra|trao|ck)\b"
    rf"(?:\s+(?:cai\s+)?{_SECRET})?(?:\s+(?:cho|voi|qua)\s+(?:ai|nguoi (?:khac|la|ta)|bat ky ai|ho|no|{_PERSON})\b(?:\s+(?:biet|hay|nghe))?)?"
)
_MACHINE = re.compile(
    r"(?<!nhan )(?<!the )(?<!ma )(?<!mxa )(?<!khau )(?<!hinh )(?<!khoan )\b(?:ngan hang|may|app|ung dung|he thong|vneid|vssid|tong dai|cong an|zalo|facebook|google|nha mang|viettel|dien thoai"
    r"|dich vu cong|bao hiem)\s+(?:no\s+)?(?:se\s+|vua\s+|da\s+|moi\s+|hay\s+|tu\s+|dong\s+|co\s+|moi\s+)*"
    r"(?:gui|nhan|bao|cho|doi|hoi|yeu cau|bat|doi hoi|bieu|keu)\s+(?:ve\s+|toi\s+|den\s+|qua\s+|lai\s+)*(?:cho\s+)?"
    r"(?:(?:chi|co|bac|di|ba|minh|may)\s+)?(?:(?:mot|cai|nhap|doc)\s+)*"
)


def wanted(plain: str, side: Side) -> str:
    """The phrase that explains what may not be asked for; "" where nothing of that sort is. `plain` is folded text."""
    clauses = _without_talk(plain, side)
    meant = _TELL_WHEN_DONE.sub(r"\1 •", " , ".join(clauses))
    if side == "instructor" and (_HERS_IS_WHAT.search(meant) or _SPOKEN_OUT.search(meant)):
        return "relay_secret_wanted"
    if side == "instructor" and _SECRET_HANDED.search(meant):
        return "relay_secret_wanted"
    if _SECRET_WANTED.search(meant) and not _asks_what_it_is(meant, side):
        return "relay_secret_wanted"
    to_me = _HANDED_TO_ME.search(meant) is not None
    private = " , ".join(each for each in clauses if to_me or not _is_official(each))
    if _PAPERS_WANTED.search(private) or (side == "instructor" and _PAPERS_HANDED.search(private)):
        return "relay_papers_wanted"
    if side == "instructor" and _REMOTE.search(meant):
        return "relay_remote"
    asked = (_BEGS,) if side == "learner" else (_MONEY, _MONEY_HANDED, _FEE, _OFFERS)
    if any(each.search(private) for each in asked):
        return "relay_money"
    return ""


def is_talk(plain: str) -> bool:
    """Whether it tells of others or of what one must not do."""
    return any(_THEY.search(clause) or _DONT.search(clause) for clause in _clauses(plain))


def _without_talk(plain: str, side: Side) -> list[str]:
    """The clauses that are meant, bare of signs."""
    kept, they = [], False
    for clause in _clauses(_EXCUSE.sub("•", plain.replace("so hong", "giay to nha"))):
        they = bool(_THEY.search(clause) or _KIN_PAYS.search(clause)) or (
            they and _STILL_THEY.match(clause) is not None
        )
        if they and side == "instructor" and _FOR_ME.search(clause) and not _OF_THIEVES.search(clause):
            they = False  # "họ cần, chị đọc mã cho em": whoever gets it is the one who writes
        if not they:
            kept.append(_bare(_MACHINE.sub("• ", _DONT.sub(lambda found: _dont(found, side), clause))))
    return kept


def _dont(found: re.Match[str], side: Side) -> str:
    """A "don't" is taken out, but not where it presses: "không đọc mã cho em thì", "sao chị chưa gửi"."""
    if side == "learner" or found["no"] in ("dung", "cam", "khoi") or not _FOR_ME.search(found.string):
        return "•"
    before, after = found.string[: found.start()], found.string[found.end() :]
    free = re.search(r"\b(?:can|nen|duoc|phai|bao gio)\s", found[0]) is not None
    told = re.search(r"\b(?:sao|chi|co|bac|di|ba|anh)\s*$", before) is not None and not free
    return found[0] if told or found["no"] == "chua" or re.search(r"\b(?:thi|la)\b", after) else "•"


def _clauses(plain: str) -> list[str]:
    return [
        each.strip() for each in re.split(r"[.,;:!?…]+(?!\d)|\b(?:nhung|con neu|thay vi|chu)\b", plain) if each.strip()
    ]


def _bare(clause: str) -> str:
    return " ".join(re.sub(r"[^\w•.,]|(?<!\d)[.,]|[.,](?!\d)", " ", clause).split())


def _is_official(clause: str) -> bool:
    """Paid or shown at an office, and to nobody who writes here."""
    return _OFFICE.search(clause) is not None and not re.search(
        rf"\b(?:cho|giup|dum|gium|qua|voi)\s+(?:{_PERSON}|day)\b{_KIN}|(?<!mat )\b(?:truoc|gap)\b", clause
    )


def _asks_what_it_is(meant: str, side: Side) -> bool:
    """A learner who asks what a code is, or where to type it, wants no one's code."""
    return (
        side == "learner"
        and re.search(
            rf"\b(?:cho|de)\s+{_PERSON}\s+hoi\b.*\b(?:la gi|o dau|lam sao|the nao|sao|vay|duoc khong|nhu nao)\b", meant
        )
        is not None
    )
