"""What she must never find stored: numbers of papers, accounts and cards, one-time codes, passwords. Told apart.

In doubt a number is hidden: a needless warning costs her a smile, a kept secret may cost her the savings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from flows.words.harmless import plainly_else
from flows.words.papers import papers_in
from flows.words.said import COUNTED, SAID, counted_figures, figures

MASK = "•••"

# Digits, however pulled apart; a mask joins nothing, an age belongs to no number.
_RUN = re.compile(r"\d(?:(?:(?!•)[\W_]){0,4}(?!(?<!\d)\d\d\s?tu[ổo]i)\d)+")
_LIKE_DIGITS = "OoОоΟοlIІіӀΙ|"
_LOOKALIKE = re.compile(rf"(?<=\d)[{_LIKE_DIGITS}]+(?![^\W\d_])|(?<![^\W\d_])[{_LIKE_DIGITS}]+(?=\d)")
_DIGIT_OF = str.maketrans(_LIKE_DIGITS, "0000001111111")
_DOUBLED = str.maketrans("0123456789", "0246813579")
_DATE_OR_SUM = re.compile(
    r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])([\W_]{1,3})(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)"
    r"|(?<!\d)(?<!\d[.,])[1-9]\d{0,2}(?:[.,]\d{3})*[.,]000(?!\d|[.,]\d)"
)
_PASSWORD_WORD = (  # with its marks, with none, or with the keys of Telex and VNI in their place
    r"m[aậâạặ][tc]\s?kh?[aẩâảấầá]u|m[aâ](?:[aâ]?[tj56]){2,4}\s?kh[aâ](?:[aâ]?[ur63]){2,4}|"
    r"m\.?\s?kh[aẩâảấầá]u|m[aậâạ]t\s?m[ãa]|mk|pass?\s?wor[dktc]|pass?"
)
_LINKS = (  # at most twelve: what may stand between a cue and its number
    r"(?:[\s:=>,.(\-–—]+|(?:\d|bốn|bon|sáu|sau|tám|tam)\s(?:chữ\s|chu\s)?(?:số|so)(?![^\W\d_])"
    r"|(?:là|la|otp|pin|số|so|này|nay|nè|ne|mới|moi|cũ|cu|của|cua|em|tôi|toi|tui|mình|minh|con|chị|chi"
    r"|cô|co|xác|xac|nhận|nhan|thực|thuc|kích|kich|hoạt|hoat|vneid|zalo|facebook|fb|wifi|app|ngân|ngan|hàng|hang|bank"
    r"|thẻ|the|atm|máy|may|điện|dien|thoại|thoai|đăng|dang|nhập|nhap|gửi|gui|về|ve|họ|nó|được|duoc|nhắn|nhan|nghe|cho|đây|day|mở|mo"
    r"|bưu|buu|google|shopee|lazada|tiktok|grab|viettel|mobifone|vinaphone|sim|hệ|thống|he|thong|tổng|đài|tong|dai"
    r"|bác|bac|bà|má|mẹ|me|dì|di|cháu|chau|ngoại|ngoai|nội|noi|ông|ong"
    r"|sau|lưng|lung|mặt|mat|nhà|nha|màn|man|hình|hinh|email|gmail|vssid|momo|thì|thi|mail|khóa|khoá|khoa|két|ket|sắt|sat|đặt|dat|để|de|ghi|cài|cai|đọc|doc)(?![^\W\d_])){0,12}+"
)
_CUE = (
    rf"(?<![^\W_])(?:(?P<password>{_PASSWORD_WORD}|m[ãa]\s+(?:pin|kh[óo]a|khoá|két|ket|mở|mo)|pin(?!\s[1-9]000\b))"
    r"|(?P<card>cv[vc]|(?:3|ba)\s(?:con\s)?(?:số|so)\s(?:(?:ở|o|mặt|mat|đằng|dang|phía|phia|in)\s){0,3}"
    r"(?:sau|lưng|lung|cuối|cuoi)|(?:mặt|mat|phía|phia|đằng|dang)\s(?:sau|lưng|lung)\s(?:của\s|cua\s)?(?:thẻ|the))|otp|passcode|code|m[ãa])"
    rf"(?![^\W\d_]){_LINKS}"
)
_NUMBER_CUE = re.compile(rf"{_CUE}(?=\d)", re.IGNORECASE)
_LOCKED = (
    r"(?:máy|may|điện thoại|dien thoai|đt|dt|màn hình|man hinh|két|ket|ipad|iphone|tablet|laptop|zalo|facebook|fb|vneid"
    r"|vssid|app|ứng dụng|ung dung)(?![^\W_])"
)
_NO_COUNT = "".join(  # what stands before years, hours, sums and telephones
    f"(?<!{word} )" for word in "năm nam lúc luc gọi goi đài dai đời doi tiền tien từ tu tới đến hồi hoi".split()
)
_UNLOCKS = re.compile(  # "mở máy chị bấm 2580", "mật khẩu con dặn má là 2580", with no more than six words between
    rf"(?<![^\W_])(?P<password>{_PASSWORD_WORD}|(?:mở|mo|khóa|khoá|khoa|vô|vào)\s(?:khóa\s|khoá\s|khoa\s)?{_LOCKED}"
    r"|(?:mở|mo|khóa|khoá|khoa)\s(?:bằng|bang|số|so))"
    rf"(?![^\W\d_])(?:[\s:=,]{{1,3}}[^\W\d_]{{1,10}}){{0,6}}?[\s:=,]{{1,3}}{_NO_COUNT}(?=\d{{4,8}}(?![\d.,]*\d))",
    re.IGNORECASE,
)
_TO_UNLOCK = re.compile(  # "3579 để mở điện thoại", "2580 làm mật khẩu"
    rf"(?<!\S)(?P<number>\S{{4,20}})\s(?:để\s|de\s|là\s|la\s|cho\s)?(?:(?:làm|lam)\s(?:{_PASSWORD_WORD})(?![^\W\d_])"
    rf"|(?:mở|mo)\s(?:được\s|duoc\s)?(?:khóa\s|khoá\s|khoa\s)?{_LOCKED})",
    re.IGNORECASE,
)
_COUNTED_CUE = re.compile(rf"(?P<before>{_CUE})(?P<said>{COUNTED.pattern})", re.IGNORECASE)
_CODE_WORD = re.compile(
    r"otp|passcode|sms|\b(?:m[ãa]|code|pin|số|nh[ậa]p|tin nh[ắa]n|nh[ậa]n được|nhan duoc|nó gửi|no gui|nhắn)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s*(?:đ|d|đồng|dong|vnđ|vnd|k|ngh?ìn|ngh?in|ngàn|ngan|triệu|trieu|tr|t[ỷỉy]|mah)\b", re.IGNORECASE)
_COUNTED_AS_CODE = re.compile(
    rf"(?P<said>{COUNTED.pattern})(?=[,.\s]{{1,3}}(?:là|la|đó là|do la)?\s?(?:mã|otp|ma otp|ma do)(?![^\W_]))",
    re.IGNORECASE,
)
_SIZES = {"otp": range(4, 9), "password": range(4, 9), "card": range(3, 5)}
_COUNTABLE = re.compile(  # what follows a count of things
    r"\s*(?:đ|đồng|dong|ngh?ìn|ngh?in|ngàn|ngan|triệu|trieu|t[ỷỉy]|tuổi|tuoi|phút|phut|giờ|gio|giây|giay|ngày|ngay|tháng"
    r"|thang|năm|nam|chữ|chu|số|so|ký|ky|lần|lan|người|nguoi|con|cái|cai|bước|buoc|ô|o)(?![^\W_])",
    re.IGNORECASE,
)
_PAID_OR_BORN = re.compile(
    r"\b(?:chuyển|chuyen|mất|tiền|tien|giá|gia|nộp|nop|đòi|trả|nợ|nạp|nap|rút|rut|lương|luong|vay|sinh) *$", re.I
)
_PASSWORD = re.compile(rf"(?<![^\W_])(?:{_PASSWORD_WORD}|pass\s?code)(?![^\W\d_])", re.IGNORECASE)
_IS = re.compile(
    r"(?:\s++[^\W\d]++){0,5}?\s*+(?:(?<![^\W_])l[àa][f2]?(?![^\W_])|[:=–—]|[-=]+>|\s-(?=\s))[\s:=>.–—-]*+",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.,;!?]*(?:\n|$)|[.,;!?]+(?=\s)")
# How one talks about passwords, without diacritics: "mật khẩu là gì", "mật khẩu là bí mật"; "hỏi mật khẩu là lừa đảo".
_TALK = frozenset(
    """ai an bao bat bi bo buoc can cach cai chet chi chia cho chu chua chuoi chung co cua dai dang dau day de dieu do
    du dung duoc gi gioi giong giu gom ha hay hoi hong it j k ke khac khi kho khoa khong ko ky lam loai lua luon ma mat
    may minh mot nao nen ngay nguy nguoi nhap nhieu nhu nhung nhe no o phai qua quan quen rang rat rieng roi sai sao so
    sau tai tat thang thanh the thi thoi thong thu tien tinh toi tot tren trong tu tuc tuyet va vay vi viec vo voi xong
    y yen yeu mk""".split()
)
_PERSONS = frozenset("anh ba bac cau chau chi co con di em minh ong toi tui".split())  # with whom a new line begins
_BEFORE_TALK = frozenset("bao cho dua doc doi het hoi lo mat nghe quen xin".split())
_NEXT_LINE = re.compile(r"(?: +[^\W\d_]{1,8}){0,5} *[:.…]{0,3} *\n\s*")
_ANNOUNCES = re.compile(
    rf"(?<![^\W_])(?:{_PASSWORD_WORD}|(?:m[ãa]\s)?pin)(?![^\W\d_])(?:\s+[^\W\d_]{{1,10}}){{0,5}}?"
    r"\s*(?:(?<![^\W_])(?:l[àa]|n[èe]|đây|day)|[:=…]|\.\.\.)\s*$",
    re.IGNORECASE,
)
_SHORT = 4  # words of a line that is nothing but a password
_ODD = re.compile(  # letters that are no Vietnamese syllable, and no name of what has a password
    r"(?<![^\W_])(?!(?:ngh|gh|gi|kh|ng|nh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?(?![^\W_]))"
    r"(?!(?:facebook|vneid|vssid|gmail|email|internet|messenger|youtube|tiktok|telegram|iphone|samsung|xiaomi|android|google"
    r"|banking|password|login|vietcombank|agribank|vietinbank|techcombank|sacombank|instagram|viettel|windows)(?![^\W_]))"
    r"[a-z]{5,20}(?![^\W_])",
    re.IGNORECASE | re.ASCII,
)
_MIXED = re.compile(  # hoahong99, Hoa@; but no 8h, and no address of a page
    r"(?<!\S)(?=\S{4})(?!\S*(?:://|•))(?!\W*\d{1,3}[^\W\d_]{0,3}\W*(?!\S))"
    r"(?:(?=\S*\d)(?=\S*[^\W\d_])|(?=\S*[@#$^&*~=+])(?=\S*[^\W_]))\S+"
)
_KNOWN = re.compile(r"(?<!\d)\d{4,8}(?!\d)|^(?:[A-ZĐ]\w*\s+)+\d{2,3}$")  # figures, or a name and a year: "Tư Hậu 58"
_MIXED_ALONE = re.compile(rf"[^.;!?\n\d]*?[,;]\s*(?P<word>{_MIXED.pattern})\s*(?:[.!\n]|$)")  # "nhớ giùm, Tam@1958"


@dataclass(frozen=True, slots=True)
class Masked:
    """`text` is safe to store; `kinds` names what was hidden, numbers first: citizen_id, passport,
    insurance, account, otp, card, password."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Hide whatever could rob her. Phone numbers, dates and sums of money stay: she needs to talk about them.

    Text without a secret comes back as it is; with one, in NFKC and without invisible characters.
    Masking again changes nothing. Takes time linear in the length of `text`; raises nothing.
    """
    kinds: list[str] = []
    before, masked = "", _visible(text)
    while before != masked:  # what is hidden may set free what stood next to it
        before = masked
        masked = _hide_papers(masked, kinds)
        view = _LOOKALIKE.sub(lambda found: found[0].translate(_DIGIT_OF), masked)
        if view != masked:
            masked = _hide_numbers(masked, view, kinds)
        masked = _hide_numbers(masked, masked, kinds)
        masked = SAID.sub(lambda found: _hide_said(found, kinds), masked)
        masked = _COUNTED_CUE.sub(lambda found: _hide_counted(found, kinds), masked)
        masked = _COUNTED_AS_CODE.sub(lambda found: _hide_counted(found, kinds), masked)
        masked = _hide_passwords(masked, kinds)
    return Masked(masked if kinds else text, tuple(kinds))


def announces(text: str) -> bool:
    """Whether it ends where a password is about to come: "mật khẩu của chị là"."""
    return _ANNOUNCES.search(text, max(0, len(text) - 80)) is not None


def with_cue(text: str) -> str:
    """What comes after such an end, as one would have written it in one message; whatever is no password stays."""
    whole = f"mật khẩu\n{text}"
    return whole if mask(whole).kinds == ("password",) and not mask(text).kinds else text


def _visible(text: str) -> str:
    """One way to write each letter and digit, and nothing that cannot be seen."""
    if text.isascii():
        return text
    seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "".join(str(int(c)) if c.isdecimal() else c for c in seen)


def _hide_papers(text: str, kinds: list[str]) -> str:
    kept, at = [], 0
    for found in sorted(papers_in(text)):
        if found.start >= at:
            kinds.append(found.kind)
            kept.append(text[at : found.start] + MASK)
            at = found.end
    return "".join(kept) + text[at:]


def _hide_numbers(text: str, view: str, kinds: list[str]) -> str:
    """Hide in `text` what reads as a secret number in `view`, which is as long."""
    cues = {found.end(): "password" for found in _UNLOCKS.finditer(view)}
    cues |= {found.start("number"): "password" for found in _TO_UNLOCK.finditer(view)}
    cues |= {found.end(): found.lastgroup or "otp" for found in _NUMBER_CUE.finditer(view)}
    has_cue, whole = _CODE_WORD.search(view) is not None, view.strip(" .,!?:;\n")
    is_else = plainly_else(view)
    kept, at = [], 0
    for run in _RUN.finditer(view):
        if is_else(run):
            continue
        if kind := _long_number_or_code(run, cues.get(run.start()), has_cue=has_cue, alone=run[0] == whole):
            kinds.append(kind)
            kept.append(text[at : run.start()] + MASK)
            at = run.end()
    return "".join(kept) + text[at:]


def _hide_counted(found: re.Match[str], kinds: list[str]) -> str:
    """A code that is said by tens and hundreds; where what is counted is named, it is none."""
    cue = found.groupdict()
    kind = "password" if cue.get("password") else "card" if cue.get("card") else "otp"
    digits = counted_figures(found["said"])
    spoken = re.search(r"[^\W\d_]", found["said"]) is not None
    if not spoken or len(digits) not in _SIZES[kind] or _COUNTABLE.match(found.string, found.end()):
        return found[0]
    kinds.append(kind)
    return f"{cue.get('before', '')}{MASK}"


def _hide_said(found: re.Match[str], kinds: list[str]) -> str:
    """Digits that are said as words, one by one: a code where figures would be one; nobody's counting is."""
    digits = figures(found[0])
    counted = sorted(digits) == list("0123456789")[1 : len(digits) + 1]
    if counted or not re.search(r"[^\W\d_]", found[0]):
        return found[0]
    before = found.string[max(0, found.start() - 80) : found.start()]
    written = f"{before}{digits}{found.string[found.end() : found.end() + 12]}"
    around, already = _kinds_in(written), _kinds_in(before)
    if len(around) <= len(already):
        return found[0]
    kinds.append(around[-1])
    return MASK


def _kinds_in(text: str) -> list[str]:
    kinds: list[str] = []
    bare = _hide_papers(text, kinds)
    _hide_numbers(bare, bare, kinds)
    return kinds


def _long_number_or_code(run: re.Match[str], cue: str | None, *, has_cue: bool, alone: bool) -> str | None:
    """One secret hides the whole run: what stands next to a card is its expiry date."""
    rest: list[str] = []
    if run[0][0] == "0" and len(re.sub(r"\D", "", run[0])) == 12:
        return "citizen_id"
    for part in _DATE_OR_SUM.sub("•", run[0]).split("•"):
        abroad = part[:2] == "84" and run.string.startswith("+", max(0, run.start() - 1))
        if kind := _long_number(re.findall(r"\d+", part), rest, abroad=abroad):
            return kind
    return _code(run, rest, cue, has_cue=has_cue, alone=alone) if rest else None


def _long_number(groups: list[str], rest: list[str], *, abroad: bool) -> str | None:
    """Find a citizen id or a card; `rest` gets the groups that belong to no phone number."""
    digits, lengths = "".join(groups), [len(group) for group in groups]
    ends = [*accumulate(lengths)]
    borders, is_luhn = set(ends), _luhn(digits)
    phone_end = plus = next((end for end in ends if abroad and end in (11, 12)), 0)
    for at, (group, length, end) in enumerate(zip(groups, lengths, ends, strict=True)):
        start, as_card = end - length, group[0] not in "01" and group[:2] != "20"  # cards begin neither so nor as years
        if length == 12 and end > plus:
            return "citizen_id"
        fours = length == 4 and as_card and lengths[at : at + 4] == [4, 4, 4, 4] and is_luhn(start, start + 16)
        if fours or length > 19 or (length > 12 and is_luhn(start, end)):
            return "card"
        if start < phone_end:
            continue
        if group[0] == "0" and start + 12 in borders:
            return "citizen_id"
        if group[0] == "0" or group[:4] in ("1800", "1900"):
            sizes = (10, 11) if group[0] == "0" else (8, 10)
            phone_end = next((start + size for size in sizes if start + size in borders), 0)
        if start < phone_end:
            continue
        rest.append(group)
        for size in range(13, 20) if as_card else ():
            domestic = size > 15 and digits.startswith("9704", start)
            if start + size in borders and (domestic or is_luhn(start, start + size)):
                return "card"
    return None


def _luhn(digits: str) -> Callable[[int, int], bool]:
    """Tell of any part of the digits, in constant time, whether its check digit is right."""
    doubled, sums = digits.translate(_DOUBLED), []
    for odd in (0, 1):
        mixed = [*digits]
        mixed[odd::2] = doubled[odd::2]
        sums.append([0, *accumulate(map(int, mixed))])
    return lambda start, end: (sums[end % 2][end] - sums[end % 2][start]) % 10 == 0


def _code(run: re.Match[str], rest: list[str], cue: str | None, *, has_cue: bool, alone: bool) -> str | None:
    """Four to eight digits right after a cue ("mã otp là 8421"), or six that stand as a code does."""
    text, start, groups = run.string, run.start(), re.findall(r"\d+", run[0])
    is_sum = groups[0][0] != "0" and _UNIT.match(text, run.end()) is not None
    sizes = {*accumulate(len(group) for group in groups[:8])} & ({3, 4} if cue == "card" else {4, 5, 6, 7, 8})
    if cue and groups[0] == rest[0] and not is_sum and sizes:
        return cue
    told = _PAID_OR_BORN.search(text, max(0, start - 12), start) or run[0].endswith("000")
    if is_sum or (told and not alone) or "://" in text[max(0, start - 200) : start].rpartition(" ")[2]:
        return None
    spaced = rest == groups and 1 < len(groups) < 7 and _is_spaced_code(run[0], groups, has_cue=has_cue, alone=alone)
    return "otp" if spaced or any(len(group) == 6 for group in rest) else None


def _is_spaced_code(written: str, groups: list[str], *, has_cue: bool, alone: bool) -> bool:
    """482 913, 48.29.13, 4-8-2-9-1-3; but no sum (482.500), short date (20/11/62), list of answers (1 3 2 6 5 4)."""
    signs, shape = set(re.findall(r"\D+", written)), [len(group) for group in groups]
    sign = min(signs)
    if len(signs) > 1 or shape not in ([3, 3], [2, 2, 2], [1] * 6):
        return False
    if len(shape) == 6:
        return has_cue or sorted(groups) != list("123456")
    if len(shape) == 2 and sign in ".," and written.endswith("00"):
        return False
    is_date = len(shape) == 3 and sign in "-." and 0 < int(groups[0]) < 32 and 0 < int(groups[1]) < 13
    return (has_cue or alone) and len(sign) == 1 and sign != "/" and not is_date


def _hide_passwords(text: str, kinds: list[str]) -> str:
    """Hide passwords to the end of their clause: "mat khau la hoa hong 99" has three words."""
    text = _TO_UNLOCK.sub(lambda found: _hide_before(found, kinds), text)
    kept, at = [], 0
    for cue in _PASSWORD.finditer(text):
        if cue.start() >= at and (start := _secret_after(text, cue)) is not None:
            kinds.append("password")
            kept.append(text[at:start] + MASK)
            at = start + len(_clause(text, start, len(text)))
    return "".join(kept) + text[at:]


def _hide_before(found: re.Match[str], kinds: list[str]) -> str:
    """A password that stands before its word: "đặt bexiu2015 làm mật khẩu"."""
    if not _MIXED.fullmatch(found["number"]):  # an odd word may be what Telex left: "mowis mo may"
        return found[0]
    kinds.append("password")
    return found[0].replace(found["number"], MASK, 1)


def _clause(text: str, start: int, length: int) -> str:
    found = _CLAUSE_END.search(text, start, min(len(text), start + length))
    return text[start : found.start() if found else len(text)]


def _secret_after(text: str, cue: re.Match[str]) -> int | None:
    """Where the password begins that this cue announces, if it does announce one."""
    if link := _IS.match(text, cue.end(), cue.end() + 80):
        clause = _clause(text, link.end(), 80)
        words, before = clause.split(), text[max(0, cue.start() - 12) : cue.start()].split()[-1:]
        first = tuple(map(_bare, words[:2]))
        tells = bool(words) and (first[0] in _TALK or first == ("con", "so"))
        talk = tells or any(_bare(word) in _BEFORE_TALK for word in before)
        known = _MIXED.search(clause) or _KNOWN.search(clause)
        if words and words != [MASK] and (known or not talk):
            return link.end()
    if line := _NEXT_LINE.match(text, cue.end(), cue.end() + 60):
        clause = _clause(text, line.end(), 80)
        words = clause.split()
        short = 0 < len(words) <= _SHORT and words != [MASK] and "?" not in text[line.end() : line.end() + 80]
        if _MIXED.search(clause) or (short and _bare(words[0]) not in _TALK | _PERSONS):
            return line.end()
    clause = _clause(text, cue.end(), 80)
    if word := _MIXED.search(clause) or _ODD.search(clause):
        return cue.end() + word.start()
    alone = _MIXED_ALONE.match(text, cue.end(), cue.end() + 80)
    return alone.start("word") if alone else None


def _bare(word: str) -> str:
    """In small letters, without diacritics and punctuation."""
    letters = unicodedata.normalize("NFD", word.casefold()).replace("đ", "d")
    return "".join(c for c in letters if c.isalnum())
