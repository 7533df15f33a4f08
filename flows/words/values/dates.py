"""Days as people write, say and dictate them: 5/3/62, mùng 5 tháng 3 năm 1970, năm sáu hai.

The day comes before the month. Years of two digits up to today's are of this century, the others of the last. Nothing
before 1900, nothing after today, no 31/2. Where only a year is said it is a year. A month of the moon (giêng, chạp,
"âm lịch", "rằm") cannot be told from one of the sun: the day is asked back as it was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flows.words.values.lexemes import (
    COUNTED,
    DIGIT,
    HUNDRED,
    NUMBER,
    SCALE,
    SIGN,
    TAIL,
    TEN,
    TENS,
    THOUSAND,
    TWENTIES,
    WORD,
    YEAR,
    Lexeme,
    lexemes_of,
)
from flows.words.values.numerals import NOTHING, ONE, Numerals
from flows.words.values.value import Value

FIRST_YEAR = 1900
_SLASHES = frozenset("/ - . , \\ _ |".split()) | {"xẹt", "xet", "sẹt", "xuyệt", "xuyet", "gạch", "gach", "chéo", "trên"}
_MONTH = frozenset({"tháng", "thang", "thánh", "thg", "th", "t"})
_DAY_WORDS = frozenset({"ngày", "ngay", "mùng", "mồng", "mung", "mong", "bữa"})
_MOON = frozenset({"âm", "am", "giêng", "gieng", "chạp", "chap", "rằm", "ram", "nhuận"})
_AGE = ("tuổi", "tuoi", "t")
_MOON_MONTHS = {"giêng": 1, "gieng": 1, "chạp": 12, "chap": 12}
_OPEN = frozenset(
    "hay hoặc hoac ngoài ngoai mấy may vài vai trước truoc sau quên quen giữa mùng mồng mung mong tết tet".split()
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A number in a date: `digits` as written (0: said in words), lexemes up to `end`."""

    n: int
    end: int
    digits: int = 0
    doubtful: bool = False


def read_date(text: str, today: date) -> Value | None:
    """The one day or year in a text as YYYY-MM-DD or YYYY; None where there is none, several, or an impossible one."""
    lexemes = lexemes_of(text)
    if not lexemes:
        return None
    reader = _Dates(lexemes, today)
    found = reader.days() or reader.years()
    values = {value for value, _ in found}
    if len(values) != 1 or None in values:
        return None
    unsure = all(doubtful for _, doubtful in found) or any(lexeme.typed in _MOON for lexeme in lexemes)
    return Value("date", next(iter(found))[0] or "", certain=not unsure)


class _Dates:
    """Reads dates out of lexemes; an impossible one is found as None, so that no other is taken for it."""

    def __init__(self, lexemes: Sequence[Lexeme], today: date) -> None:
        self.lexemes = lexemes
        self.today = today
        self.numerals = Numerals(lexemes, money=False)

    def at(self, place: int) -> Lexeme:
        return self.lexemes[place] if 0 <= place < len(self.lexemes) else NOTHING

    # --- whole days ---

    def days(self) -> list[tuple[str | None, bool]]:
        found: list[tuple[str | None, bool]] = []
        place = 0
        while place < len(self.lexemes):
            day = self._day_at(place)
            if day is not None:
                found.append((day[0], day[1]))
            place = day[2] if day else place + 1
        return found

    def _day_at(self, place: int) -> tuple[str | None, bool, int] | None:
        """(ISO or None, doubtful, end) of a day that begins here; None where none does."""
        first = self.at(place)
        if first.kind == NUMBER and len(first.typed) in (6, 8) and self._stands_alone(place):
            return (*self._glued(first.typed), place + 1)
        if first.kind == NUMBER and len(first.typed) == 4:
            return self._year_first(place)
        month = self._month_first(place)
        day = self._small(month.end if month else place, 31)
        if day is None:
            return None
        month = replace(month, end=day.end) if month else self._month_after(day.end)
        if month is None:
            return None
        year = self._year_after(month.end)
        if year is None:
            return None
        return (self._iso(day.n, month.n, self._full(year)), day.doubtful or month.doubtful or year.doubtful, year.end)

    def _month_first(self, place: int) -> _Said | None:
        """ "tháng 3 ngày 15 …", up to "ngày"."""
        month = self._small(place + 1, 12) if self.at(place).typed in _MONTH else None
        at = self._past_slash(month.end) if month else 0
        return replace(month, end=at + 1) if month and self.at(at).typed in _DAY_WORDS else None

    def _stands_alone(self, place: int) -> bool:
        near = self.at(place + 1)
        return not (near.kind == SIGN and near.glued and self.at(place + 2).kind == NUMBER)

    def _glued(self, digits: str) -> tuple[str | None, bool]:
        """15031962, 19620315, 150362"""
        if len(digits) == 6:
            short = _Said(int(digits[4:]), 0, 2)
            return self._iso(int(digits[:2]), int(digits[2:4]), self._full(short)), True
        day_first = self._iso(int(digits[:2]), int(digits[2:4]), int(digits[4:]))
        year_first = self._iso(int(digits[6:]), int(digits[4:6]), int(digits[:4]))
        return day_first or year_first, bool(day_first and year_first)

    def _year_first(self, place: int) -> tuple[str | None, bool, int] | None:
        """1962-03-15, năm 1962 tháng 3 ngày 15"""
        numbers, at = [self.at(place).n], place + 1
        for most, named in ((12, _MONTH), (31, _DAY_WORDS)):
            at = self._past_slash(at)
            at += self.at(at).typed in named
            following = self.at(at)
            if following.kind != NUMBER or len(following.typed) > 2 or following.n > most:
                return None
            numbers, at = [*numbers, following.n], at + 1
        return self._iso(numbers[2], numbers[1], numbers[0]), False, at

    def _past_slash(self, place: int) -> int:
        at = place + (self.at(place).typed in _SLASHES)
        return at + 1 if at > place and self.at(at).typed == "'" else at

    def _month_after(self, place: int) -> _Said | None:
        """The month after "tháng", a slash, or (between digits) a blank."""
        named = self.at(self._past_slash(place))
        if named.typed in _MONTH:
            at = self._past_slash(place) + 1
            if moon := _MOON_MONTHS.get(self.at(at).typed):
                return _Said(moon, at + 1, doubtful=True)
            return self._small(at, 12)
        at = self._past_slash(place)
        if at == place and not (self.at(place).kind == NUMBER and self.at(place - 1).kind == NUMBER):
            return None
        month = self._small(at, 99)
        return month if month is not None and (month.digits or at > place) else None

    def _year_after(self, place: int) -> _Said | None:
        at = self._past_slash(place)
        if self.at(at).typed in ("âm", "am") and self.at(at + 1).typed in ("lịch", "lich"):
            at += 2
        if self._is_year_word(at):
            at += 1
        return self._year(at)

    def _is_year_word(self, place: int) -> bool:
        """ "năm" before what may be a year: "năm sáu hai", "năm 62"; in "năm mươi" it is the five."""
        lexeme = self.at(place)
        if lexeme.kind == YEAR:
            return True
        if lexeme.kind != DIGIT or lexeme.n != 5:
            return False
        return self.at(place + 1).kind in (DIGIT, NUMBER, YEAR) and self._year(place + 1) is not None

    # --- only a year ---

    def years(self) -> list[tuple[str | None, bool]]:
        """Years told: "sinh năm 62", "1962", "3/1962"; never an age."""
        marked = any(not lexeme.typed.isascii() for lexeme in self.lexemes)
        for at, lexeme in enumerate(self.lexemes):
            if lexeme.typed in _OPEN and (marked or lexeme.kind == WORD or self.at(at + 1).kind == NUMBER):
                return []
        found: list[tuple[str | None, bool]] = []
        place, loose = 0, 0
        while place < len(self.lexemes):
            named = self._is_year_word(place)
            year = self._year(place + named)
            if year is None:
                loose += self.at(place).kind == NUMBER and not self._is_month_or_age(place)
                place += 1
                continue
            named = named or self._is_born(place)
            if year.n < 100 and not named and not self._may_be_short_year(place, year):
                loose += self.at(place).kind == NUMBER and not self._is_month_or_age(place)
                place = year.end
                continue
            if self._is_end_of_a_false_day(place):
                return [(None, False)]
            found.append(self._as_year(year, named=named))
            place = year.end
        return found if not loose else []

    def _is_month_or_age(self, place: int) -> bool:
        return self.at(place - 1).typed in _MONTH or self.at(place + 1).typed in (*_SLASHES, *_AGE)

    def _is_end_of_a_false_day(self, place: int) -> bool:
        """ "0/0/1962" says no year; "3/1962" does."""
        before, parted = self.at(place - 2), self.at(place - 1).typed in _SLASHES and self.at(place - 1).kind == SIGN
        if not parted or before.kind != NUMBER:
            return False
        return not 0 < before.n <= 12 or self.at(place - 3).typed in _SLASHES

    def _may_be_short_year(self, place: int, year: _Said) -> bool:
        """ "62" alone may be a year; not with a unit behind it, not in "15/10", not where an age is told."""
        after = self.at(year.end)
        if after.typed in COUNTED or after.kind == YEAR or any(lexeme.typed == "nay" for lexeme in self.lexemes):
            return False
        return year.n > 31 and not (after.typed in _SLASHES and self.at(year.end + 1).kind == NUMBER)

    def _is_born(self, place: int) -> bool:
        return self.at(place - 1).typed in ("sinh", "sanh", "đẻ", "hồi")

    def _as_year(self, year: _Said, *, named: bool) -> tuple[str | None, bool]:
        full = self._full(year)
        value = f"{full:04d}" if FIRST_YEAR <= full <= self.today.year else None
        return value, year.doubtful or (year.n < 100 and not named)

    # --- parts ---

    def _small(self, place: int, most: int) -> _Said | None:
        """A day or a month: 5, 05, mười lăm, hăm ba, ba mươi mốt; never more than `most`."""
        lexeme, second, third = self.at(place), self.at(place + 1), self.at(place + 2)
        said: _Said | None = None
        if lexeme.kind == NUMBER and len(lexeme.typed) <= 2:
            said = _Said(lexeme.n, place + 1, len(lexeme.typed))
        elif lexeme.typed in ("rằm", "ram"):
            said = _Said(15, place + 1, doubtful=True)
        elif lexeme.kind == TEN:
            said = _Said(10 + second.n, place + 2) if _is_unit(second) else _Said(10, place + 1)
        elif lexeme.kind == TWENTIES and _is_unit(second):
            said = _Said(lexeme.n + second.n, place + 2)
        elif lexeme.kind in (DIGIT, YEAR, TAIL) and lexeme.n:
            if second.kind in (TEN, TENS):
                said = _Said(lexeme.n * 10 + third.n, place + 3) if _is_unit(third) else _Said(lexeme.n * 10, place + 2)
            elif second.kind == TAIL and most > 12:
                said = _Said(lexeme.n * 10 + second.n, place + 2)
            else:
                said = _Said(lexeme.n, place + 1)
        return said if said is not None and 0 < said.n <= most else None

    def _year(self, place: int) -> _Said | None:
        """A year here: 1962, 62, sáu hai, sáu mươi hai, một chín sáu hai, một ngàn chín trăm sáu mươi hai."""
        lexeme = self.at(place)
        if lexeme.kind == NUMBER:
            return self._written_year(place)
        if lexeme.kind not in (DIGIT, TAIL, YEAR, SCALE):
            return None
        end = place
        while self.at(end).kind in (DIGIT, TAIL, YEAR):
            end += 1
        after = self.at(end).kind
        if after in (TEN, TENS) and end - place == 3 and (rest := self._small(end - 1, 99)) is not None:
            century = self.at(place).n * 10 + self.at(place + 1).n  # một chín sáu mươi hai
            return _Said(century * 100 + rest.n, rest.end)
        if after in (TEN, TENS, HUNDRED, SCALE):
            return self._counted_year(place)
        digits = "".join(str(each.n) for each in self.lexemes[place:end])
        if self.at(end - 1).kind == YEAR and end - place in (3, 5):
            digits, end = digits[:-1], end - 1
        return _Said(int(digits), end, 0) if len(digits) in (2, 4) else None

    def _written_year(self, place: int) -> _Said | None:
        lexeme, unit = self.at(place), self.at(place + 1)
        if unit.kind == SCALE or (unit.glued and unit.kind == "unit"):
            return self._counted_year(place)
        return _Said(lexeme.n, place + 1, len(lexeme.typed)) if len(lexeme.typed) in (2, 4) else None

    def _counted_year(self, place: int) -> _Said | None:
        numeral = self.numerals.numeral(place)
        if numeral is None or numeral.value is None or numeral.value % ONE:
            return None
        year, end = numeral.value // ONE, numeral.end
        if 2000 < year < 3000 and self.at(end - 1).kind in (DIGIT, TAIL) and self.at(end - 2).kind in (DIGIT, SCALE):
            year = self._after_two_thousand(place, end) or year
        return _Said(year, end) if 10 <= year <= 99 or year >= THOUSAND else None

    def _after_two_thousand(self, place: int, end: int) -> int | None:
        """ "hai ngàn hai sáu" is 2026, "hai ngàn năm" 2005: a year is no price."""
        at = next(at for at in range(place, end) if self.at(at).kind == SCALE)
        if any(self.at(each).kind not in (DIGIT, TAIL) for each in range(at + 1, end)):
            return None
        return 2000 + int("".join(str(self.at(each).n) for each in range(at + 1, end)))

    def _full(self, year: _Said) -> int:
        if year.n > 99 or year.digits > 2:
            return year.n
        this = self.today.year % 100
        return year.n + (self.today.year - this if year.n <= this else self.today.year - this - 100)

    def _iso(self, day: int, month: int, year: int) -> str | None:
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        return found.isoformat() if found.year >= FIRST_YEAR and found <= self.today else None


def _is_unit(lexeme: Lexeme) -> bool:
    return lexeme.kind in (DIGIT, TAIL) and lexeme.n > 0
