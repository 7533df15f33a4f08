"""Phone numbers as people write, say and dictate them, as 0XXXXXXXXX.

Mobiles have ten digits (03, 05, 07, 08, 09 since 2018: the eleven-digit 01… are gone), landlines eleven with their new
area code (02…, since 2017). Landlines are taken: a household or an office may have nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flows.words.values.lexemes import DIGIT, HUNDRED, NUMBER, SIGN, TAIL, TEN, YEAR, Lexeme, lexemes_of, normal
from flows.words.values.numerals import ONE, Numerals
from flows.words.values.value import Value

_MOBILE = re.compile(r"0[35789]\d{8}")
_LANDLINE = re.compile(r"02\d{9}")
_BLOB = re.compile(r"[^\W_]+")
_LOOKALIKE = frozenset("0123456789ol")
_BETWEEN = frozenset("+-./()[],_'…")
_ALSO_BETWEEN = frozenset({"chấm", "cham", "gạch", "gach", "cộng"})
SHORTEST = 7  # digits from which something is a phone number that was meant


def read_phone(text: str) -> Value | None:
    """The one phone number in a text; None where there is none, a false one, or two."""
    lexemes = lexemes_of(_BLOB.sub(_digits_for_letters, normal(text)))
    if not lexemes:
        return None
    runs = list(_runs(lexemes))
    whole = [phone for phone in map(_phone, map("".join, runs)) if phone]
    long = [run for run in runs if len("".join(run)) >= SHORTEST]
    if len(set(whole)) == 1 and len(long) == len(whole):
        return Value("phone", whole[0], certain=len(runs) == len(whole) and len(long) == 1)
    if len(long) == 1 and not whole:
        return _inside(long[0])
    return None


def _digits_for_letters(found: re.Match[str]) -> str:
    """ "O9O1" and "l0": a keyboard of letters for digits, where nothing else is in the word."""
    blob = found[0]
    mixed = _LOOKALIKE.issuperset(blob) and not blob.isalpha()
    return blob.replace("o", "0").replace("l", "1") if mixed else blob


def _inside(run: Sequence[str]) -> Value | None:
    """ "1. 0901234567": a list's number before it; the same number twice."""
    phones = [phone for piece in run if (phone := _phone(piece))]
    rest = sum(len(piece) for piece in run if not _phone(piece))
    return Value("phone", phones[0], certain=not rest) if len(set(phones)) == 1 and rest <= 2 else None


def _phone(digits: str) -> str | None:
    """Digits as a number of ten or eleven digits; with or without 84, 00 84 and the 0 that was lost or is too much."""
    national = digits
    for abroad in ("0084", "084", "84"):
        rest = digits.removeprefix(abroad)
        if rest != digits and len(rest) >= 9 and _fits(f"0{rest.removeprefix('0')}"):
            return f"0{rest.removeprefix('0')}"
    if not national.startswith("0"):
        national = f"0{national}"
    return national if _fits(national) else None


def _fits(number: str) -> bool:
    return bool(_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number))


def _runs(lexemes: Sequence[Lexeme]) -> Iterator[list[str]]:
    """Digits that belong together, as typed or said, whatever signs part them."""
    run: list[str] = []
    place = 0
    while place < len(lexemes):
        digits, taken = _digits(lexemes, place, inside=bool(run))
        lexeme = lexemes[place]
        if digits:
            run.append(digits)
        elif run and not (lexeme.typed in _ALSO_BETWEEN or (lexeme.kind == SIGN and lexeme.typed in _BETWEEN)):
            yield run
            run = []
        place += taken
    if run:
        yield run


def _digits(lexemes: Sequence[Lexeme], place: int, *, inside: bool) -> tuple[str, int]:
    """The digits said at this place and how many lexemes said them: "chín mươi mốt" is 91, "một trăm lẻ ba" 103."""
    lexeme = lexemes[place]
    if lexeme.kind == NUMBER:
        return lexeme.typed, 1
    if lexeme.kind in (DIGIT, YEAR, TAIL):
        if inside and (alike := _alike(lexemes, place)):
            return alike, 3
        if place + 1 < len(lexemes) and lexemes[place + 1].kind == HUNDRED and lexeme.n:
            part = Numerals(lexemes, money=False).part(place)
            return (f"{part.value // ONE:03d}", part.end - place) if part else ("", 1)
        if place + 1 < len(lexemes) and lexemes[place + 1].kind == TEN and lexeme.n:
            unit = lexemes[place + 2] if place + 2 < len(lexemes) else None
            if unit is not None and unit.kind in (DIGIT, TAIL, YEAR) and unit.n:
                return f"{lexeme.n}{unit.n}", 3
            return f"{lexeme.n}0", 2
        return str(lexeme.n), 1
    if lexeme.kind == TEN and inside:
        unit = lexemes[place + 1] if place + 1 < len(lexemes) else None
        if unit is not None and unit.kind in (DIGIT, TAIL, YEAR) and unit.n:
            return f"1{unit.n}", 2
        return "10", 1
    return "", 1


def _alike(lexemes: Sequence[Lexeme], place: int) -> str:
    """ "ba con năm" is 555; empty where nothing is counted so."""
    many, of, digit = (lexemes[at] if at < len(lexemes) else None for at in range(place, place + 3))
    if many is None or of is None or digit is None or of.typed != "con" or digit.kind not in (DIGIT, YEAR):
        return ""
    return str(digit.n) * many.n if 2 <= many.n <= 6 else ""
