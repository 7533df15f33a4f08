"""Passwords in words: what follows "mật khẩu là", what stands in quotes beside the word, what no language has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.words.keys import bare_of, plain_of, unslipped
from flows.words.nearest import Nouns, nouns_in
from flows.words.nouns import MASK, NounRow, NounTable
from flows.words.numbers import SecretNumber

_LOOK = 80  # characters behind a cue that are looked at
_CLAUSE_END = re.compile(r"[.,;!?]*(?:\n|$)|[.,;!?]+(?=\s)")
_IS = re.compile(  # "của chị là", "=", "->"
    r"(?:\s++[^\W\d]++){0,5}?\s*+(?:(?<![^\W_])l[àa][f2]?(?![^\W_])|[:=–—]|[-=]+>|\s-(?=\s))"
    r"[\s:=>.–—-]*+"
    r"(?:(?:chữ|chu)\s(?!(?:hoa|thường|thuong|in|gì|gi|nào|nao|cái|cai|ký|ky|số|so|hay|với|voi)(?![^\W_])))?+",
    re.IGNORECASE,
)
_PERSON = r"(?:em|con|cháu|chau|chị|chi|cô|co|dì|di|bác|bac|bà|ba|má|ma|mẹ|me|tui|tôi|toi|mình|minh|ông|ong)"
_IS_LOOSELY = re.compile(  # "chị đặt", "nè con", "của bà hả,"; in the next clause "đặt là", "chỉ có"
    rf"(?:\s++[^\W\d]++){{0,4}}?\s++(?:(?<!cài )(?<!cai )(?:đặt|dat)\s++(?!l[àa]\s)|"
    rf"(?:n[èe]|h[ảa]|đây|day)(?:\s++{_PERSON})?\s*+[,:]?\s++)"
    r"|[^\n]{0,60}?(?<![^\W_])(?:(?:đặt|dat|để|de|cài|cai|xài|xai|ghi|đổi|doi|lấy|lay)(?:\s(?:lại|lai|mới|moi|nó|no))?"
    r"\s(?:là|la|thành|thanh)|(?:chỉ|chi)\s(?:có|co)|(?:gõ|go|ghi|nhập|nhap|điền|dien|viết|viet|đánh|danh)"
    r"(?=\s(?:\S+\s){1,4}?(?:mà|ma)\s(?:nó|no|sao|không|khong|máy|may)(?![^\W_])))\s++",
    re.IGNORECASE,
)
_IS_BEFORE = re.compile(  # "hoasua chính là mật khẩu", "lấy chữ hoa sữa làm mật khẩu"
    r"(?:(?<![^\W_])(?:chữ|cụm|câu)\s(?P<phrase>[^\n,.;:!?]{2,30}?)"
    r"|(?<!\S)[\"“'‘(]?(?P<word>[^\s\"“”'’]{4,24})[\"”'’)]?)[\s,]+"
    r"(?:(?:chính|chinh|đó|do|đây|day|này|nay|nó|no|để|de|cái|cai)\s)*(?:là|la|làm|lam)\s(?:cái\s|cai\s|chữ\s)?$",
    re.IGNORECASE,
)
# How one talks about passwords, without diacritics: "mật khẩu là gì", "mật khẩu là bí mật"; "hỏi mật khẩu là lừa đảo".
_TALK = frozenset(
    """ai an bao bat bi bo buoc can cach cai chet chi chia cho chu chua chuoi chung co cong cua dai dang dau day de do
    dieu du dung duoc gi gioi giong giu gom ha hay hoi hong it j k ke khac khi kho khoa khong ko ky lam loai lua
    luon ma mat may minh mot nao nen ngay nguy nguoi nhap nhieu nhu nhung nhe no o phai qua quan quen rang rat rieng
    roi sai sao so sau tai tat thang thanh the thi thoi thong thu tien tinh toi tot tren trong tu tuc tuyet va vay
    vi viec vo voi xong y yen yeu mk""".split()
)
_TALK_OF_SETTING = _TALK | frozenset(
    """theo hoi bang kieu xog xg lai moi ten ngan hoai truoc nay nam hom lan may giup gium dum ho xong xuoi xau de lien
    duoc la a u nha nghe voi hoac mat ghi mai chac dep""".split()
)
_PERSONS = frozenset("anh ba bac cau chau chi co con di em minh ong toi tui ma me u o".split())
_BEFORE_TALK = frozenset("bao cho dua doc doi het hoi lo mat nghe quen xin".split())
_BEFORE_LABEL = frozenset("nut bam bao hien noi muc dong nhan keu thay chon cai o".split())  # "nó báo “không đúng”"
_NEXT_LINE = re.compile(r"(?: +[^\W\d_]{1,8}){0,5} *[:.…]{0,3} *\n\s*")
_END_OF_CUE = re.compile(r"(?:\s+[^\W\d_]{1,10}){0,5}?\s*(?:(?<![^\W_])(?:l[àa]|n[èe]|đây|day)|[:=…]|\.\.\.)\s*$", re.I)
_SHORT = 4  # words of a line that is nothing but a password
_SYLLABLE = re.compile(
    r"(?:ngh?|gh|gi|[cknpt]h|qu|tr|[bcdđghklmnpqrstvx])?"
    r"(?:(?:[aeiouy]|ie|ye|oa|oe|oo|uo|ua|ue|uy|uye)(?:ng|nh|ch|gn|hn|hc|[cmnpt])?"
    r"|ai|ao|au|ay|eo|eu|ia|iu|oi|ui|uu|oai|oao|oay|oeo|uai|uay|uoi|uou|uya|uyu|uau|ieu|yeu)"
)
_VNI = re.compile(r"(?<!\S)(?=\S{0,9}\d)[a-zđ]+(?:\d{1,2}[a-z]*){1,4}(?=[\s.,!?]|$)", re.IGNORECASE)
_MANY = 3  # words with figures in them, where the keys of VNI were used
_SERVICES = frozenset(  # what has a password
    """passcode pincode captcha username account online facebook vneid vssid gmail email internet messenger youtube
    tiktok telegram iphone samsung xiaomi android google banking password login vietcombank agribank vietinbank
    techcombank sacombank instagram viettel windows outlook yahoo hotmail netflix laptop tablet shopee lazada apple
    icloud modem router dichvucong smartbanking mobile mobifone vinaphone internetbanking viber ebanking mobibanking
    zalopay wifi bluetooth camera chrome""".split()
)
_MIXED = re.compile(  # hoahong99, Hoa@; but no 8h, and no address of a page
    r"(?<!\S)(?=\S{4})(?!\S*(?:://|•))(?!\W*\d{1,3}[^\W\d_]{0,3}\W*(?!\S))"
    r"(?:(?=\S*\d)(?=\S*[^\W\d_])|(?=\S*[@#$^&*~=+])(?=\S*[^\W_]))\S+"
)
_FAR_MIXED = re.compile(r"(?!\S*@\w+\.)(?:[^\W\d]\S{2,}\d|\d+[^\W\d_]{3,}|(?=\S*[^\W\d_])\S{3,}[@#$&*!]+\d*)\S*")
_ASCII_WORD = re.compile(r"(?<![\w.@/])[A-Za-z]{5,20}(?![\w@/]|\.\w)")
_TYPED = re.compile(
    r"(?<![^\W_])(?:gõ|go|nhập|nhap|đánh|danh|ghi|chữ|chu|để|de|đặt|dat|xài|xai|lấy|lay|cài|cai)\s(?P<word>[A-Za-z]{5,20})(?![^\W_])",
    re.I,
)
_QUOTED = re.compile(r"[\"“«‘]\s*(?P<said>[^\"“”«»‘’\n•]{2,40}?)\s*[\"”»’]")
_KNOWN = re.compile(r"(?<!\d)\d{4,8}(?!\d)|^[A-ZĐ]\w*(?:\s+[^\W\d]+){0,3}\s+\d{1,4}$")  # figures, or "Tư Hậu 58"
_YEAR = re.compile(r"^(?:hồi|hoi|từ|tu|trong|hôm|hom|lúc|luc)\s|(?:năm|nam)\s(?:19|20)\d\d$", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:gi|nao|(?:lam|dan|ra|biet|vay|nhu) sao|the nao)(?: (?:vay|ha|a|em|con|chau|z|day|ta))*\W*$")
_NAMED = re.compile(r"ten\b.*\b(?:khong|hong|thi|co)\b")  # "mật khẩu là tên mình được không"
_MIXED_ALONE = re.compile(rf"[^.;!?\n\d]*?[,;]\s*(?P<word>{_MIXED.pattern})\s*(?:[.!\n]|$)")  # "nhớ giùm, Tam@1958"


def passwords_in(text: str, table: NounTable) -> list[SecretNumber]:
    """Passwords, each to the end of its clause: "mat khau la hoa hong 99" has three words. Linear in the length."""
    text = _in_letters(text)
    nouns = nouns_in(text, table)
    cues = list(nouns.spans_of("password"))
    found, at = [], 0
    for start, end in cues:
        if before := _before(text, start):
            found.append(before)
        if start >= at and (secret := _after(text, start, end)) is not None:
            at = secret + len(_clause(text, secret, len(text)))
            found.append(SecretNumber(secret, at, "password"))
    for _, end in nouns.spans_of("unlocks"):
        link = _IS.match(text, end, end + _LOOK)
        word = link and _ASCII_WORD.match(text, link.end())
        if word and _is_odd(word[0]):
            found.append(SecretNumber(*word.span(), "password"))
    return sorted([*found, *_beside(text, nouns, table)])


def _in_letters(text: str) -> str:
    """As long as the text, without figures in words where many have the keys of VNI: "ro6i2" is no password."""
    slips = {found.start() for found in _VNI.finditer(text) if _SYLLABLE.fullmatch(unslipped(found[0].casefold())[0])}
    if len(slips) < _MANY:
        return text
    return _VNI.sub(lambda word: re.sub(r"\d", "s", word[0]) if word.start() in slips else word[0], text)


def announces(text: str, table: NounTable) -> bool:
    """Whether it ends where a password is about to come: "mật khẩu của chị là", "mã pin nè"."""
    end = text[-_LOOK:]
    nouns = nouns_in(end, table)
    pins = ((start, cue) for start, cue in nouns.spans_of("unlocks") if plain_of(end[start:cue]).endswith("pin"))
    return any(_END_OF_CUE.match(end, cue) for _, cue in (*nouns.spans_of("password"), *pins))


def _clause(text: str, start: int, length: int) -> str:
    found = _CLAUSE_END.search(text, start, min(len(text), start + length))
    return text[start : found.start() if found else len(text)]


def _after(text: str, start: int, end: int) -> int | None:
    """Where the password begins that this cue announces, if it does announce one."""
    asked = any(plain_of(word) in _BEFORE_TALK for word in text[max(0, start - 12) : start].split()[-1:])
    for link, talk in ((_IS, _TALK), (_IS_LOOSELY, _TALK_OF_SETTING | _PERSONS)):
        if is_ := link.match(text, end, end + _LOOK):
            asks = asked or _ASKS.search(plain_of(is_[0]).removesuffix(" la ")) is not None
            if _is_told(_clause(text, is_.end(), _LOOK), talk, asked=asks):
                return is_.end()
    if line := _NEXT_LINE.match(text, end, end + 60):
        clause = _clause(text, line.end(), _LOOK)
        words = clause.split()
        short = 0 < len(words) <= _SHORT and words != [MASK] and "?" not in text[line.end() : line.end() + _LOOK]
        if _MIXED.search(clause) or (short and bare_of(words[0]) not in _TALK | _PERSONS):
            return line.end()
    clause = _clause(text, end, _LOOK)
    if (word := _MIXED.search(clause)) or (
        word := next((w for w in _ASCII_WORD.finditer(clause) if _is_odd(w[0])), None)
    ):
        return end + word.start()
    alone = _MIXED_ALONE.match(text, end, end + _LOOK)
    return alone.start("word") if alone else None


def _is_told(clause: str, talk: frozenset[str], *, asked: bool) -> bool:
    """Whether a clause tells the password, and does not talk about it."""
    words = clause.split()
    if not words or words == [MASK]:
        return False
    first = tuple(map(bare_of, words[:2]))
    talks = (
        _NAMED.match(plain_of(clause)) or first[0] in talk or unslipped(first[0])[0] in talk or first == ("con", "so")
    )
    known = (_MIXED.search(clause) or _KNOWN.search(clause)) and not _YEAR.search(clause)
    asks = _ASKS.search(plain_of(clause)) is not None
    return bool(known) or not (asked or asks or talks)


def _before(text: str, cue: int) -> SecretNumber | None:
    """A password that stands before its word: "đặt bexiu2015 làm mật khẩu"."""
    found = _IS_BEFORE.search(text, max(0, cue - 60), cue)
    if found and found["phrase"] and MASK not in found["phrase"] and bare_of(found["phrase"].split()[0]) not in _TALK:
        return SecretNumber(*found.span("phrase"), "password")
    if found and found["word"] and (_MIXED.fullmatch(found["word"]) or _is_odd(found["word"])):
        return SecretNumber(*found.span("word"), "password")
    return None


def _beside(text: str, nouns: Nouns, table: NounTable) -> Iterator[SecretNumber]:
    """What is in quotes, and what mixes letters with figures, where the nearest noun is a password's."""
    for quoted in _QUOTED.finditer(text):
        words, before = quoted["said"].split(), text[max(0, quoted.start() - 12) : quoted.start()].split()[-1:]
        label = any(bare_of(word) in _BEFORE_LABEL for word in before) or bare_of(words[0]) in _TALK
        if label or len(words) > _SHORT or nouns_in(quoted["said"], table).found:
            continue
        if _is_password(nouns.row_of(*quoted.span("said"), ("a0000",), farthest=4)):
            yield SecretNumber(*quoted.span("said"), "password")
    for typed in _TYPED.finditer(text):  # "gõ chieutim vô ô mật khẩu"
        if _is_odd(typed["word"]) and _is_password(nouns.row_of(*typed.span("word"), ("a0000",), farthest=6)):
            yield SecretNumber(*typed.span("word"), "password")
    for mixed in _MIXED.finditer(text):
        word = re.fullmatch(r"[\"“(]*(.+?)[\"”).,;!?]*", mixed[0])
        if word and _FAR_MIXED.fullmatch(word[1]):
            start, end = mixed.start() + word.start(1), mixed.start() + word.end(1)
            row = nouns.row_of(start, end, (f"{re.sub(r'[^a-z0-9]', '', plain_of(word[1]))}a0",))
            if row and row.kind == "password":
                yield SecretNumber(start, end, "password")


def _is_password(row: NounRow | None) -> bool:
    return row is not None and row.role == "password"


def _is_odd(word: str) -> bool:
    """Whether its letters are no Vietnamese syllable, slips of the keys aside, and no name of what has a password."""
    plain = word.casefold()
    if not _ASCII_WORD.fullmatch(word) or plain in _SERVICES:
        return False
    return not any(_SYLLABLE.fullmatch(each) for each in (plain, unslipped(plain)[0]))
