"""Numbers in a text that a thief could use: told by the nearest noun, and where no noun tells by their own shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple

from flows.words.nearest import Nouns, nouns_in
from flows.words.nouns import PHONE, NounTable
from flows.words.said import COUNTED, SAID, counted_figures

# Digits, however pulled apart; a mask joins nothing, an age belongs to no number.
_RUN = re.compile(r"\d(?:(?:(?!•)[\W_]){0,4}(?!(?<!\d)\d\d\s?tu[ổo]i)\d)+")
_DATES_AND_SUMS = (
    r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])([\W_]{1,3})(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)"
    r"|(?<!\d)(?<!\d[.,])[1-9]\d{0,2}(?:[.,]\d{3})*[.,]000(?!\d|[.,]\d)"
)
_NO_NUMBER = re.compile(rf"{_DATES_AND_SUMS}|(?<![\d/])(?:0?[1-9]|1[0-2])/(?:\d\d|20\d\d)(?![\d/])")
_DATE_OR_SUM = re.compile(_DATES_AND_SUMS)
_CALL = r"(?:\+?84|0)[35789](?:[ .]?\d){8}(?!\d)"
_PIECE = re.compile(rf"{_CALL}|\d(?:(?:[ .()\-–·]{{1,3}}(?!{_CALL})|,)?\d)*")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[., ]\d{3})+|[1-9]\d{0,5}000")
_FILE_NUMBER = re.compile(
    r"\b(?:\d{2,3}\.)*[A-Za-z]\d\d(?:\.\d{1,3})*-\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-\d{3,6}\b"
)
"""000.00.20.G24-250910-0001: an office's code, the day a paper was handed in, its number of that day."""
_UNIT = re.compile(  # what is counted
    r"\s*(?:đ|d|đồng|dong|vnđ|vnd|k|ngh?ìn|ngh?in|ngàn|ngan|triệu|trieu|tr|t[ỷỉy]|mah|kg|ký|ky|lít|lit|mét|met"
    r"|calo|bước|buoc|tuổi|tuoi|hội viên|hoi vien|một (?:lít|ký|chỉ|tháng)|%|phần trăm|phan tram)(?![^\W_])",
    re.IGNORECASE,
)
_COUNTABLE = re.compile(
    r"\s*(?:km|mb|gb|phút|phut|giờ|gio|giây|giay|người|nguoi|lần|lan|cái|cai|tháng|thang|ngày|ngay|năm|nam|chữ|chu|số|so|con|bữa|bua|chục|chuc|ô|o)(?![^\W_])",
    re.IGNORECASE,
)
_PAID_OR_BORN = re.compile(
    r"\b(?:chuyển|chuyen|mất|tiền|tien|giá|gia|nộp|nop|đòi|trả|nợ|nạp|nap|rút|rut|lương|luong|vay|sinh) *$", re.I
)
_LETTER_NAME = r"(?:b[êe]|bờ|x[êe]|c[êe]|cờ|p[êe]|pờ|ka|ca|e[nl]?|nờ|gờ|gi|đê|đờ|d[êe]|h[áa]t|tê|tờ)"
_LETTERS = rf"(?P<letters>[A-Za-z]{{1,2}})|(?P<alone>[A-Za-z]|[A-ZĐ]{{2}})[ ]|711[aA]|(?:{_LETTER_NAME}\s){{1,2}}"
_LEAD, _LEAD_BEHIND = re.compile(rf"(?<![^\W_])(?:{_LETTERS})$"), re.compile(_LETTERS)
_LONGEST_LEAD = 8
_GROUPS = (  # of the insured, as the law of health insurance names them
    "(?:dn|hx|ch|nn|tk|hc|xk|ht|tb|no|ct|xb|tn|cs|qn|ca|cy|xn|ms|cc|ck|cb|kc|hd|te|bt|hn|dt|dk|xd|ts|tc|tq|ta|ty|hg|ls|pv|cn|"
    "hs|sv|gb|gd|nd|tv)"
)
_BY_ITSELF = {"passport": re.compile(r"[bcknp]\d{7}"), "insurance": re.compile(rf"{_GROUPS}\d{{13}}")}
_WITH_LETTERS = ("passport", "insurance", "account")
_PARCEL = re.compile(r"[A-Z]{2} ?$")  # a parcel's: "SPX VN 0441 8829 3317"
_CARD_CODE = re.compile(r"(?:\d\d/\d\d\W{1,3})?\d{3}")
_NEAR_CARD, _NO_CODE = 60, 12  # characters from a card to its code; more in a card than in a code
_FAR = 99  # words: as far as a noun reaches
_DOUBLED = str.maketrans("0123456789", "0246813579")


class SecretNumber(NamedTuple):
    """A number from `start` to before `end`."""

    start: int
    end: int
    kind: str


def numbers_in(view: str, table: NounTable) -> Iterator[SecretNumber]:
    """Secret numbers in figures, in their order; linear in the length."""
    if re.search(r"\d", view) is None:
        return
    nouns, files = nouns_in(view, table), [found.span() for found in _FILE_NUMBER.finditer(view)]
    whole = view.strip(" .,!?:;\n")
    card_end = -_NEAR_CARD
    hidden_end = 0
    for run in _RUN.finditer(view):
        if any(start <= run.start() and run.end() <= end for start, end in files):
            continue
        hidden = [*_in_run(run, nouns, hidden_end, alone=run[0] == whole)]
        if not hidden and run.start() - card_end < _NEAR_CARD and _is_card_code(run, nouns):
            hidden = [SecretNumber(*run.span(), "card")]
        if hidden and hidden[-1].kind == "card" and len(run[0]) > _NO_CODE:
            card_end = run.end()
        hidden_end = hidden[-1].end if hidden else hidden_end
        yield from hidden


def _is_card_code(run: re.Match[str], nouns: Nouns) -> bool:
    """Whether three figures behind a card's number are called nothing else: "9704 ... 123, rồi 551"."""
    counted = _UNIT.match(run.string, run.end()) or _COUNTABLE.match(run.string, run.end())
    return not counted and bool(_CARD_CODE.fullmatch(run[0])) and nouns.row_of(*run.span(), (run[0][-3:],)) is None


def said_in(text: str, table: NounTable) -> Iterator[SecretNumber]:
    """Secret numbers that are said in words, one by one or by tens and hundreds."""
    nouns: Nouns | None = None
    for found in COUNTED.finditer(text):
        digits = counted_figures(found[0])
        if len(digits) < 3 or not re.search(r"[^\W\d_]", found[0]):
            continue
        if _UNIT.match(text, found.end()) or (len(digits) < 8 and _COUNTABLE.match(text, found.end())):
            continue
        nouns = nouns or nouns_in(text, table)
        row = nouns.row_of(found.start(), found.end(), (digits,))
        kind = row.kind if row else ""
        in_order = sorted(digits) == list("123456789")[: len(digits)]
        if row is None and not in_order and SAID.fullmatch(found[0]):
            kind = "otp" if len(digits) == 6 else _long_number([digits], [], abroad=False) or ""
        if kind:
            lead = _LEAD.search(text, max(0, found.start() - _LONGEST_LEAD), found.start())
            yield SecretNumber(_start(found.start(), lead, kind), found.end(), kind)


def _lead(text: str, start: int, hidden_end: int) -> re.Match[str] | None:
    """The letters before a number that begin a word, or stand right behind what is hidden: "B1234567C7654321"."""
    lead = _LEAD.search(text, max(0, start - _LONGEST_LEAD), start)
    if lead or not 0 < start - _LONGEST_LEAD <= hidden_end < start:
        return lead
    return _LEAD_BEHIND.fullmatch(text, hidden_end, start)


def _start(start: int, lead: re.Match[str] | None, kind: str) -> int:
    """Where a number begins with the letters before it, if its kind has letters."""
    return lead.start() if lead and kind in _WITH_LETTERS else start


def _in_run(run: re.Match[str], nouns: Nouns, hidden_end: int, *, alone: bool) -> Iterator[SecretNumber]:
    """One secret hides the whole run: what stands next to a card is its expiry date."""
    rest: list[str] = []
    if "://" in run.string[max(0, run.start() - 200) : run.start()].rpartition(" ")[2]:
        return
    if kind := _by_shape(run, rest):
        digits = re.sub(r"\D", "", run[0])
        row = nouns.row_of(*run.span(), (digits,))
        is_id = (
            digits[0] == "0"
            and len(digits) == 12
            and not _PARCEL.search(run.string, max(0, run.start() - 3), run.start())
        )
        if row is None or row.kind or is_id:
            yield SecretNumber(*run.span(), kind if row is None or digits.startswith("9704") else row.kind or kind)
            return
        rest = []
    named = [*_named(run, nouns, hidden_end)]
    if hidden := [each for each in named if each.kind]:
        yield from hidden
    elif not named and rest and (kind := _code(run, rest, nouns, alone=alone)):
        yield SecretNumber(*run.span(), kind)


def _named(run: re.Match[str], nouns: Nouns, hidden_end: int) -> Iterator[SecretNumber]:
    """The numbers of a run whose nouns tell what they are; `kind` is "" for what is no secret."""
    for part in _parts(run):
        for piece in _PIECE.finditer(run.string, *part):
            if (
                found := _told(piece, nouns, hidden_end)
            ) and found.kind == "card":  # what stands behind it is its date and code
                yield SecretNumber(found.start, run.end(), "card")
                return
            if found:
                yield found


def _told(piece: re.Match[str], nouns: Nouns, hidden_end: int) -> SecretNumber | None:
    """What one number is, by its letters and figures alone or by the nearest noun."""
    text, (start, end), digits = piece.string, piece.span(), re.sub(r"\D", "", piece[0])
    lead = _lead(text, start, hidden_end)
    letters = (lead["letters"] or lead["alone"] or "").casefold() if lead else ""
    for kind, shape in _BY_ITSELF.items():
        if lead and shape.fullmatch(letters + digits) and (kind == "insurance" or lead["letters"]):
            return SecretNumber(lead.start(), end, kind)
    if digits[0] != "0" and (_UNIT.match(text, end) or (len(digits) < 5 and _COUNTABLE.match(text, end))):
        return None
    if lead and nouns.ends_at(lead.start() + len(letters)):
        lead, letters = None, ""
    is_sum = digits[0] != "0" and len(digits) < 10 and _THOUSANDS.fullmatch(piece[0]) is not None
    shapes = ((letters + digits,) if letters else ()) + _shapes(piece[0])
    row = nouns.row_of(start, end, shapes, 0 if is_sum and digits.endswith("000") else _FAR)
    if row is None or (is_sum and row.kind == "account"):
        return None
    if row.kind and text[max(0, start - 1) : start].isalpha() and not nouns.ends_at(start):  # a part of something else
        return SecretNumber(lead.start(), end, row.kind) if lead and row.kind in _WITH_LETTERS else None
    return SecretNumber(_start(start, lead, row.kind), end, row.kind)


def _parts(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A run without the dates and sums in it."""
    at = run.start()
    for other in _NO_NUMBER.finditer(run.string, run.start(), run.end()):
        yield at, other.start()
        at = other.end()
    yield at, run.end()


def _shapes(written: str) -> tuple[str, ...]:
    """How a number may be read: whole; without what may stand behind it, unless it is a telephone's."""
    groups = re.findall(r"\d+", written)
    whole = "".join(groups)
    if len(groups) == 1 or re.fullmatch(rf"{PHONE}|0\d{{8,10}}", whole):
        return (whole,)
    return (whole, *(whole[:end] for end in accumulate(map(len, groups)) if 9 <= end < 20))


def _by_shape(run: re.Match[str], rest: list[str]) -> str | None:
    """A citizen id or a card, whatever stands around it; `rest` gets what belongs to no telephone, date or sum."""
    if run[0][0] == "0" and len(re.sub(r"\D", "", run[0])) == 12:
        return "citizen_id"
    for part in _DATE_OR_SUM.sub("•", run[0]).split("•"):
        abroad = part[:2] == "84" and run.string.startswith("+", max(0, run.start() - 1))
        if kind := _long_number(re.findall(r"\d+", part), rest, abroad=abroad):
            return kind
    return None


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


def _code(run: re.Match[str], rest: list[str], nouns: Nouns, *, alone: bool) -> str | None:
    """Six digits of which no noun tells anything, where they stand as a code does."""
    text, start, groups = run.string, run.start(), re.findall(r"\d+", run[0])
    is_sum = groups[0][0] != "0" and _UNIT.match(text, run.end()) is not None
    told = _PAID_OR_BORN.search(text, max(0, start - 12), start) or run[0].endswith("000")
    if is_sum or (told and not alone):
        return None
    cued = nouns.is_cued(*run.span())
    spaced = rest == groups and 1 < len(groups) < 7 and _is_spaced_code(run[0], groups, cued=cued, alone=alone)
    return "otp" if spaced or any(len(group) == 6 for group in rest) else None


def _is_spaced_code(written: str, groups: list[str], *, cued: bool, alone: bool) -> bool:
    """482 913, 48.29.13, 4-8-2-9-1-3; but no sum (482.500), short date (20/11/62), list of answers (1 3 2 6 5 4)."""
    signs, shape = set(re.findall(r"\D+", written)), [len(group) for group in groups]
    sign = min(signs)
    if len(signs) > 1 or shape not in ([3, 3], [2, 2, 2], [1] * 6):
        return False
    if len(shape) == 6:
        return cued or sorted(groups) != list("123456")
    if len(shape) == 2 and sign in ".," and written.endswith("00"):
        return False
    is_date = len(shape) == 3 and sign in "-." and 0 < int(groups[0]) < 32 and 0 < int(groups[1]) < 13
    return (cued or alone) and len(sign) == 1 and sign != "/" and not is_date
