"""Numbers that belong to one person's papers and accounts: told by the word before them or by their own shape.

An old identity number has nine digits and a bank account eight to sixteen, like much else: only a word makes them one.
A passport is a letter and seven digits, a health insurance card two letters and thirteen, an insured person ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flows.words.keys import plain_of

# Words between a cue and its number, never past a full stop.
_GAP = r"(?:(?:[^\W\d_]{1,12}|\d\d?(?= (?:chu |con )?so\b))[\s:,=>()\-–—]{1,3}){0,6}?"
_SIGNS = r"[\s:.,=>()\-–—#]{0,4}"
_BANKS = (
    r"(?:vcb|vietcombank|agribank|agri|bidv|vietinbank|vietin|mb ?bank|mb|techcombank|tcb|acb|sacombank|tpbank|vpbank|"
    r"hdbank|vib|shb|ocb|lpbank|msb|seabank|scb|eximbank)"
)
_GROUPS = (  # of the insured, as the law of health insurance names them
    "(?:dn|hx|ch|nn|tk|hc|xk|ht|tb|no|ct|xb|tn|cs|qn|ca|cy|xn|ms|cc|ck|cb|kc|hd|te|bt|hn|dt|dk|xd|ts|tc|tq|ta|ty|hg|ls|pv|cn|"
    "hs|sv|gb|gd|nd|tv)"
)
_DIGITS = r"\d(?:[ .\-]{0,2}\d)"
_PATTERNS = {
    "passport": re.compile(
        rf"\b(?:ho chieu|pass?po[rs]t)\b{_SIGNS}{_GAP}(?P<number>\b[a-z] ?\d{{7,8}})(?!\d)"
        r"|(?<![\w-])(?P<bare>[bcknp]\d{7})(?!\w)"
    ),
    "insurance": re.compile(
        rf"\b(?:bhxh|bhyt|bao hiem|vssid)(?![a-z]){_SIGNS}{_GAP}"
        rf"(?P<number>(?<!\w)(?:[a-z]{{2}} ?)?{_DIGITS}{{9,14}})(?!\d)"
        rf"|(?<!\w)(?P<bare>(?!tk ){_GROUPS} ?{_DIGITS}{{12}})(?!\w)"
    ),
    "citizen_id": re.compile(
        rf"\b(?:cmn?d|cmtn?d?|chung minh|can cuoc|cccd|cc|cmt|dinh danh)(?![a-z]){_SIGNS}{_GAP}"
        rf"(?P<number>(?<!\d)(?:{_DIGITS}{{11}}|{_DIGITS}{{8}}))(?!\d)"
    ),
    "card": re.compile(
        r"\b(?:the(?! (?:bao|bh|y te|can|cc|cao|dien|viettel|mobi|vina))|visa|master ?card|atm|napas)\b"
        rf"{_SIGNS}{_GAP}(?:\d\d/\d\d[\s,]{{1,3}}{_GAP})?(?P<number>(?<!\d){_DIGITS}{{12,18}}(?![\d/])(?:\s*\d\d/\d\d(?!\d))?)"
    ),
    "account": re.compile(
        rf"(?:\b(?P<sure>stk|so t ?k|(?:so|soos) (?:tai khoan|taif khoanr))|\b(?:tai khoan|tk|taif khoanr))\b"
        rf"{_SIGNS}{_GAP}"
        rf"(?P<number>\b(?:711a)?{_DIGITS}{{7,18}})(?!\d)"
        rf"|\b{_BANKS}\b{_SIGNS}(?:(?:so|la|cua|toi|chi|em|so tk)\s){{0,2}}(?P<bare>{_DIGITS}{{7,15}})(?!\d)"
        rf"|(?<![\w.,])(?P<before>{_DIGITS}{{7,15}}) {{0,2}}(?:cua |ngan hang |ben )?{_BANKS}\b"
    ),
}
_PHONE = re.compile(r"(?:0|\+?84)[35789]\d{8}")
_OFFICE_LINE = re.compile(r"1[89]00\d{4,6}|02\d{9}")
_SUM = re.compile(r"\s*(?:d|dong|vnd|k|nghin|ngan|trieu|tr|ty)\b")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})*[.,]000")
_CALLED = re.compile(r"\b(?:sdt|dien thoai|dt|goi|zalo|phone|tong dai|hotline|duong day|may ban|ma kh|khach hang)\b")
_DAY = re.compile(r"\d{1,2}[ .\-]\d{1,2}[ .\-](?:19|20)\d\d")


class Found(NamedTuple):
    """A number from `start` to before `end`."""

    start: int
    end: int
    kind: str


def papers_in(text: str) -> Iterator[Found]:
    """The numbers of papers and accounts, in no order; the same place may be found twice. Linear in the length."""
    if not re.search(r"\d{3}|\d[ .\-]\d", text):
        return
    plain = even(text)
    for kind, pattern in _PATTERNS.items():
        for found in pattern.finditer(plain):
            name = found.lastgroup if found.lastgroup != "sure" else "number"
            start, end = found.span(name or 0)
            if _is_one(plain, found, start, end, kind):
                yield Found(start, end, kind)


def even(text: str) -> str:
    """Small letters without marks, one for each character, so that places stay the same."""
    if text.isascii():
        return text.lower()
    return "".join(c.lower() if c.isascii() else (plain_of(c)[:1] or c) for c in text)


def _is_one(plain: str, found: re.Match[str], start: int, end: int, kind: str) -> bool:
    """Whether nothing says that it is a telephone, a sum of money or a day."""
    written = plain[start:end]
    digits = re.sub(r"\D", "", written)
    if _OFFICE_LINE.fullmatch(digits) or _DAY.match(written) or _THOUSANDS.fullmatch(written) or _SUM.match(plain, end):
        return False
    if kind in ("account", "insurance") and not written[:1].isalpha() and _PHONE.fullmatch(digits):
        between = plain[found.start() : start]
        sure = "sure" in found.re.groupindex and (found["sure"] or found["bare"])
        return bool(sure or re.search(r"\b(?:so|ma)\b", between)) and not _CALLED.search(between)
    return kind == "passport" or not _CALLED.search(plain[found.start() : start])
