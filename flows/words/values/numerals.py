"""One number as it is said or written, from where it begins: 1tr2, hai trăm rưỡi, trăm hai, 50.000, hăm lăm, nửa triệu.

Values are whole thousandths, so that "1,5" and "rưỡi" need no fractions. After thousands and more the rest is said
short: "một triệu hai" is 1.200.000, "một triệu hai trăm" too, "hai ngàn ba" 2.300, "trăm hai" 120.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.words.values.lexemes import (
    COUNTED,
    DIGIT,
    HALF,
    HALF_OF,
    HUNDRED,
    NUMBER,
    ODD,
    POINT,
    SCALE,
    SIGN,
    TAIL,
    TEN,
    TENS,
    THOUSAND,
    UNIT,
    YEAR,
    Lexeme,
)

ONE = 1_000  # thousandths
TOO_MUCH = 10**15 * ONE
NOTHING = Lexeme("end", "")


@dataclass(slots=True)
class Numeral:
    """`value` in thousandths, None where it is open or none ("hai ba triệu", "1.50.0"); lexemes `start` to `end`.

    `scaled`: thousands or more were named. `bare`: begins with its unit ("trăm hai"). `doubtful`: may mean another.
    """

    value: int | None
    start: int
    end: int
    scaled: bool = False
    bare: bool = False
    doubtful: bool = False
    single: bool = False  # one digit word, which may be an ordinary word
    spoken: bool = False


@dataclass(slots=True)
class _Part:
    """Up to the next scale: `unit` is what a "rưỡi" after it halves, `shape` how it may stand as a short rest."""

    value: int
    end: int
    unit: int = 1
    shape: str = "full"  # full, digit, pair, written
    doubtful: bool = False
    open: bool = False
    bare: bool = False


class Numerals:
    """Reads numerals out of lexemes; `money` says whether củ, xị and chai are units."""

    def __init__(self, lexemes: Sequence[Lexeme], *, money: bool) -> None:
        self.lexemes = lexemes
        self.money = money

    def at(self, place: int) -> Lexeme:
        """The lexeme at this place; NOTHING before the first and after the last."""
        return self.lexemes[place] if 0 <= place < len(self.lexemes) else NOTHING

    def kind(self, place: int) -> str:
        """The kind of the lexeme at this place; that of NOTHING outside."""
        return self.at(place).kind

    # --- the whole ---

    def numeral(self, start: int) -> Numeral | None:
        """The longest number that begins at lexeme `start`; None where none does."""
        part = self.part(start) or self._bare_scale(start)
        if part is None:
            return None
        is_single = part.shape == "digit" and self.kind(start) != NUMBER
        found = Numeral(0, start, start, bare=part.bare, spoken=self.kind(start) != NUMBER)
        total: int | None = 0
        last, halved = 0, 1  # the last scale named, and what a "rưỡi" halves
        while part is not None and total is not None:
            worth, end = self._scales(part.end)
            if last and worth >= last:
                break
            found.doubtful = found.doubtful or part.doubtful
            more = self._rest(part, last, found) if last and worth == 1 else part.value * worth
            total = None if part.open or more is None or total > TOO_MUCH else total + more
            found.end, last = end, worth if worth > 1 else last
            halved = worth if worth > 1 else _halved(part, last)
            found.scaled = found.scaled or worth > 1
            part = self._after_scale(end) if worth > 1 else None
        found.single = is_single and found.end == start + 1
        if total is not None and self.kind(found.end) == HALF:
            total, found.end, found.single = total + halved * ONE // 2, found.end + 1, False
        found.value = total
        return found

    def _scales(self, place: int) -> tuple[int, int]:
        """How much the scales from here multiply ("ngàn tỷ"), and where they end."""
        worth = 1
        while (lexeme := self.at(place)).kind in (SCALE, UNIT) and worth < TOO_MUCH:
            if lexeme.kind == UNIT and lexeme.slang and not self.money:
                break
            if worth > 1 and lexeme.kind == UNIT:
                break
            worth, place = worth * lexeme.n, place + 1
        return worth, place

    def _bare_scale(self, start: int) -> _Part | None:
        """ "triệu hai", "nửa triệu", "xị rưỡi": one of it, or half."""
        lexeme, after = self.at(start), self.at(start + 1)
        if lexeme.kind == HALF_OF and self._is_unit(after):
            if after.kind in (TENS, HUNDRED):
                return _Part(after.n * ONE // 2, start + 2, after.n)
            return _Part(ONE // 2, start + 1)
        if lexeme.kind == SCALE and lexeme.sure and lexeme.n != 10 * THOUSAND:
            return _Part(ONE, start, bare=True)
        if lexeme.kind == UNIT and lexeme.slang and self.money and (after.kind == HALF or after.kind in (DIGIT, TAIL)):
            return _Part(ONE, start, bare=True)
        return None

    def _is_unit(self, lexeme: Lexeme) -> bool:
        return lexeme.kind in (TENS, HUNDRED, SCALE) or (lexeme.kind == UNIT and (self.money or not lexeme.slang))

    def _after_scale(self, place: int) -> _Part | None:
        """What is said after a scale; "lẻ" before it makes it units ("một ngàn lẻ năm"), "một tháng" is none of it."""
        odd = self.kind(place) == ODD
        part = self.part(place + odd, after=True)
        if part is None or (self._scales(part.end)[0] == 1 and self.at(part.end).kind == YEAR):
            return None
        if self._scales(part.end)[0] == 1 and self.at(part.end).typed in COUNTED:
            return None
        if odd:
            part.shape = "odd"
        return part

    def _rest(self, part: _Part, scale: int, found: Numeral) -> int | None:
        """The worth of a rest said without its scale; None where it can mean nothing ("1tr2500")."""
        lexeme = self.at(part.end - 1)
        below = part.value // ONE
        if part.shape == "written" and lexeme.glued and lexeme.kind == NUMBER and self.at(part.end - 2).kind != SIGN:
            length = len(lexeme.typed)
            found.doubtful = found.doubtful or length == 2
            return part.value * scale // 10**length if length <= 3 else None
        if part.shape == "digit" or (part.shape == "written" and below < 10):
            return part.value * scale // 10
        if part.shape == "pair":
            found.doubtful = found.doubtful or scale == THOUSAND
            return part.value * scale // 100
        if below >= THOUSAND:  # "1 triệu 200.000"
            return part.value if below < scale else None
        unsure = below < 100 if part.shape == "written" else part.shape == "odd" and scale > THOUSAND and below < 10
        found.doubtful = found.doubtful or unsure
        return part.value * (scale // THOUSAND)

    # --- below the next scale ---

    def part(self, place: int, *, after: bool = False) -> _Part | None:
        """One part: digits as written, or words below a thousand; `after` a scale only what may follow one."""
        lexeme = self.at(place)
        match lexeme.kind:
            case "number":
                return self._written(place)
            case "digit" | "tail":
                return self._from_digit(place, after=after)
            case "ten":
                return self._teens(place)
            case "tens" if not after:
                return self._tens(place, 1, bare=True)
            case "hundred" if not after:
                return self._hundreds(place + 1, 100 * ONE, bare=True)
            case "twenties":
                digit = self.at(place + 1)
                if digit.kind in (DIGIT, TAIL) and digit.n and (lexeme.sure or digit.kind == TAIL):
                    return _Part((lexeme.n + digit.n) * ONE, place + 2)
            case "half_of" if not after:
                return self._bare_scale(place)
        return None

    def _written(self, place: int) -> _Part | None:
        """Digits with their groups: 50.000, 50 000, 1,5; then chục or trăm."""
        value, end = grouped(self.lexemes, place)
        if value is None:
            return _Part(0, end, shape="written", open=True)
        if self.kind(end) == POINT and self.kind(end + 1) == NUMBER and value % ONE == 0:
            decimals = self.at(end + 1).typed
            if len(decimals) <= 3:
                return _Part(value + int(decimals.ljust(3, "0")), end + 2, shape="written")
        if value < 1_000 * ONE and self.kind(end) == HUNDRED:
            return self._hundreds(end + 1, value * 100)
        if value < 100 * ONE and self.kind(end) in (TENS, TEN) and value % ONE == 0:
            return self._tens(end, value // ONE)
        doubtful = value >= 1_000 * ONE and end > place + 1 and self.kind(end) in (SCALE, UNIT)
        return _Part(value, end, shape="written", doubtful=doubtful)

    def _from_digit(self, place: int, *, after: bool) -> _Part | None:
        lexeme, second = self.at(place), self.at(place + 1)
        if second.kind == HUNDRED:
            return self._hundreds(place + 2, lexeme.n * 100 * ONE)
        if lexeme.kind == TAIL:  # said only after something larger
            return _Part(lexeme.n * ONE, place + 1, shape="digit") if after else None
        if second.kind == POINT and self.kind(place + 2) in (DIGIT, NUMBER):
            return self._decimal(place)
        if lexeme.n == 0:
            run = self._run(place)
            if run > 2:
                return _Part(0, place + run, open=True)
            named = self.at(place - 1).typed in ("số", "so")
            return _Part(0, place + 1, shape="digit") if named else None
        if second.kind == TENS or (second.kind == TEN and second.typed != "mười") or self._is_miswritten_ten(place + 1):
            return self._tens(place + 1, lexeme.n)
        if second.kind in (DIGIT, TAIL, YEAR, TEN):
            return self._several(place)
        return _Part(lexeme.n * ONE, place + 1, shape="digit")

    def _is_miswritten_ten(self, place: int) -> bool:
        """ "hai mười lăm" for "hai mươi lăm"; but "chín mười" is nine or ten."""
        return self.kind(place) == TEN and self.at(place - 1).n != 9

    def _decimal(self, place: int) -> _Part:
        decimal, end = "", place + 2
        while end < place + 5 and (lexeme := self.at(end)).kind in (DIGIT, TAIL):
            decimal, end = f"{decimal}{lexeme.n}", end + 1
        if not decimal:
            decimal, end = self.at(end).typed[:3], end + 1
        return _Part(self.at(place).n * ONE + int(decimal.ljust(3, "0")), end)

    def _run(self, place: int) -> int:
        """How many digit words follow one another."""
        end = place
        while self.kind(end) in (DIGIT, TAIL):
            end += 1
        return end - place

    def _several(self, place: int) -> _Part | None:
        """Digit words side by side: a pair (bảy lăm, sáu hai), a range (hai ba), a year (một chín sáu hai)."""
        first, second, run = self.at(place), self.at(place + 1), self._run(place)
        if run == 4 and 1900 <= (year := _joined(self.lexemes[place : place + 4])) < 2100:
            return _Part(year * ONE, place + 4)
        if run < 2:
            if second.kind == TEN:
                return _Part(0, place + 2, open=True)
            return _Part(first.n * ONE, place + 1, shape="digit")
        third = self.kind(place + run)
        if run > 2 or (second.kind == DIGIT and third in (TENS, TEN, HUNDRED)):
            return _Part(0, place + run, open=True)
        if second.kind == DIGIT and second.n == 0:
            return _Part(first.n * ONE, place + 1, shape="digit")
        is_range = second.kind == DIGIT and (second.n == first.n + 1 or (first.n, second.n) in ((5, 7), (5, 3)))
        old = self.at(place + 2).typed in ("tuổi", "tuoi") and first.n >= 3
        pair = _Part((first.n * 10 + second.n) * ONE, place + 2, 1, "pair", second.kind != TAIL)
        pair.open = is_range and not old
        return pair

    def _teens(self, place: int) -> _Part:
        digit = self.at(place + 1)
        if digit.kind in (DIGIT, TAIL) and digit.n and not self._starts_larger(place + 1):
            return _Part((10 + digit.n) * ONE, place + 2)
        return _Part(10 * ONE, place + 1, open=self.at(place).typed == "mươi")

    def _tens(self, place: int, tens: int, *, bare: bool = False) -> _Part:
        """From chục or mươi on."""
        value, digit = tens * 10 * ONE, self.at(place + 1)
        if digit.kind == HALF:
            return _Part(value + 5 * ONE, place + 2, bare=bare)
        said = digit.kind in (DIGIT, TAIL) and digit.n and not self._starts_larger(place + 1)
        if said and not (self.kind(place) == TENS and self._is_one_of_them(place + 1)):
            return _Part(value + digit.n * ONE, place + 2, bare=bare)
        if digit.kind == NUMBER and len(digit.typed) == 1 and self.at(place).kind == TEN:
            return _Part(value + digit.n * ONE, place + 2, bare=bare)
        return _Part(value, place + 1, 10, bare=bare)

    def _starts_larger(self, place: int) -> bool:
        """Whether this digit belongs to what follows: "mười ba trăm" is none, "chục ba chục" neither."""
        return self.kind(place + 1) in (HUNDRED, TENS) or self.at(place + 1).typed == "mươi"

    def _hundreds(self, place: int, value: int, *, bare: bool = False) -> _Part:
        """What follows trăm: rưỡi, lẻ năm, hai mươi, hai (said for hai mươi)."""
        lexeme = self.at(place)
        if lexeme.kind == HALF:
            return _Part(value + 50 * ONE, place + 1, bare=bare)
        if lexeme.kind == ODD:
            unit = self.at(place + 1)
            if unit.kind in (DIGIT, NUMBER) and 0 < unit.n < 100:
                below = self.part(place + 1)
                if below is not None and below.value < 100 * ONE:
                    return _Part(value + below.value, below.end, bare=bare, open=below.open)
            return _Part(value, place, 100, bare=bare)
        if lexeme.kind in (SIGN, "end") or self._starts_hundred(place) or self._is_one_of_them(place):
            return _Part(value, place, 100, bare=bare)
        below = self.part(place, after=True)
        if below is None or below.value >= 100 * ONE:
            return _Part(value, place, 100, bare=bare, open=bool(below and below.open))
        if below.shape == "digit" or (below.shape == "written" and below.value < 10 * ONE):
            unsure = value > 0 and self._is_unit(self.at(below.end))
            unsure = unsure or (lexeme.n == 5 and lexeme.typed != "5")
            return _Part(value + below.value * 10, below.end, bare=bare, doubtful=unsure)
        return _Part(value + below.value, below.end, bare=bare, doubtful=below.doubtful, open=below.open)

    def _is_one_of_them(self, place: int) -> bool:
        """ "hai chục một ký": twenty for one kilo."""
        return self.at(place).n == 1 and self.at(place + 1).typed in COUNTED

    def _starts_hundred(self, place: int) -> bool:
        return self.kind(place) in (DIGIT, NUMBER) and self.kind(place + 1) == HUNDRED


def grouped(lexemes: Sequence[Lexeme], place: int) -> tuple[int | None, int]:
    """Digits and what belongs to them as (thousandths or None, end): 1.500.000, 50 000, 0,5; None for "1.50.0"."""
    groups, at = [lexemes[place].typed], place + 1
    signs: list[str] = []
    while at < len(lexemes):
        lexeme = lexemes[at]
        if lexeme.kind == SIGN and lexeme.typed in ".,'" and lexeme.glued:
            following = lexemes[at + 1] if at + 1 < len(lexemes) else NOTHING
            if following.kind != NUMBER or not following.glued:
                break
            groups, signs, at = [*groups, following.typed], [*signs, lexeme.typed], at + 2
        elif lexeme.kind == NUMBER and not lexeme.glued and _may_be_thousands(groups, signs, lexeme):
            groups, signs, at = [*groups, lexeme.typed], [*signs, " "], at + 1
        else:
            break
    return _worth(groups, signs), at


def _may_be_thousands(groups: list[str], signs: list[str], lexeme: Lexeme) -> bool:
    right = len(lexeme.typed) == 3 and set(signs) <= {" "}
    return right and 1 <= len(groups[0]) <= 3 and groups[0][0] != "0"


def _worth(groups: list[str], signs: list[str]) -> int | None:
    digits = "".join(groups)
    if len(digits) > 18:
        return None
    if not signs:
        return None if digits[0] == "0" and len(digits) > 4 else int(digits) * ONE
    decimal = ""
    if len(groups) > 2 and signs[-1] != signs[0]:
        decimal, groups, signs = groups[-1], groups[:-1], signs[:-1]
    if len(set(signs)) == 1 and groups[0][0] != "0" and all(len(group) == 3 for group in groups[1:]):
        whole = int("".join(groups)) * ONE if len(groups[0]) <= 3 else None
    elif len(groups) == 2 and not decimal and len(groups[1]) <= 3 and (len(groups[1]) < 3 or groups[0] == "0"):
        whole, decimal = int(groups[0]) * ONE, groups[1]
    else:
        return None
    if whole is None or len(decimal) > 3 or (signs and signs[0] == " " and decimal):
        return None
    return whole + int(decimal.ljust(3, "0") or "0")


def _halved(part: _Part, scale: int) -> int:
    """What a "rưỡi" after a rest halves: "triệu hai rưỡi" is 1.250.000, "hai triệu năm trăm rưỡi" 2.550.000."""
    if scale and (part.shape == "digit" or (part.shape == "written" and part.value < 10 * ONE)):
        return scale // 10
    return part.unit * max(scale // THOUSAND, 1)


def _joined(digits: Sequence[Lexeme]) -> int:
    return int("".join(str(digit.n) for digit in digits))
