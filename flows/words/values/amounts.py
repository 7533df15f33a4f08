"""Money and numbers as people say them: of all numbers in a text the one that answers, or none.

Two different numbers, a range, "ngoài bốn mươi" and "ba mươi mấy" are no answer. A number word that stands as another
word there ("ba tôi", "chị Sáu", "một chút") is no number. As money a small number is market talk: "bảy chục" is 70.000.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from flows.words.keys import plain_of
from flows.words.values.lexemes import (
    COUNTED,
    CURRENCY,
    DIGIT,
    FOREIGN,
    HALF_OF,
    NUMBER,
    TENS,
    THOUSAND,
    WORD,
    YEAR,
    Lexeme,
    lexemes_of,
)
from flows.words.values.numerals import NOTHING, ONE, Numeral, Numerals
from flows.words.values.value import Value

MARKET = 1_000  # đồng: what "bảy chục" counts at the market
MAX_STRANGE = 3  # unknown words beside the number from which she is asked back …
MAX_STORY = 14  # … and from which it is a story
MAX_MONEY = 10**13  # đồng


def _both(words: str) -> frozenset[str]:
    """The words, and the same without marks."""
    listed = words.split()
    return frozenset((*listed, *map(plain_of, listed)))


# Beside a number these leave it open.
_OPEN_BEFORE = _both("hơn trên dưới ngoài quá gần không ko k hông hổng hong hem khum chưa đừng chẳng chả") | frozenset(
    ("âm", *"><≥≤")
)
_OPEN_BEFORE_ONE = _both("vài mấy dăm đôi")
_OPEN_BEFORE_UNIT = _OPEN_BEFORE_ONE | _both("cả hàng tiền bạc")
_DATED = _both("tháng ngày thứ lúc hồi")
_OPEN_BEFORE_TWO = {
    f"{first} {second}"
    for first in _both("chưa không hổng hông chẳng ít nhiều tối")
    for second in _both("tới đến đầy được quá dưới nhất đa thiểu phải")
}
_OPEN_AFTER = _both("mấy hơn ngoài dư nhiêu")
_OPEN_AFTER_TWO = {f"{a} {b}" for a in _both("trở đổ có") for b in _both("lên xuống lại đi dư lẻ hơn ngoài")}
_TO = _both("đến tới hay hoặc") | frozenset("-~")
_POLITE = frozenset("dạ ạ vâng ừ à á".split())
_NOUGHT = _both("có biết nhớ được cần")  # "0 có": a nought written for "không"
_NOT_OPEN = frozenset({"năm ngoái", "nam ngoai", "hôm qua", "hom qua"})

_KIN = _both("bà cô dì chị anh ông chú bác cậu mợ thím má mẹ út bé thằng o mệ nội ngoại thầy tên")
_OF_FATHER = _both("tôi tui tao mẹ má nó ơi chồng mình của bây") | {"mày"}
_MAYBE_FATHER = frozenset("con em chị anh cháu bà".split())
_NO_ONE = _both("chút lát hồi mình tí xíu số vài ít phần nửa tẹo phát thể nơi")
_IDIOMS = frozenset(
    """bốn phương|tám chuyện|tám với|ba phải|ba hoa|ba gai|hai lúa|hai bên|hai mặt|năm châu|chín chắn|chín muồi|chín bỏ
    |hai nàng|ba láp|ba xạo|mười phương|ba trợn|bảy nổi|ba rọi|tư vấn|ba lô|ba chấm|bốn biển""".replace(
        "\n    ", ""
    ).split("|")
)
_FOREIGN_BEFORE = frozenset("$ € £ usd us".split())

# What may stand around a number without changing it.
_AROUND = _both(
    """dạ vâng ừ ờ ừm à ạ á ha hả nha nhe nhé nghe nghen hen hén hỉ con em chị cô bà bác dì má mẹ cháu tôi tui mình thôi
    rồi là khoảng chừng cỡ độ tầm chắc đâu đó đây này nè ne hình như áng ước xấp xỉ tròn đúng chẵn số được có thì mà
    cũng chỉ giá tiền đồng mua hết tốn trả nộp đưa đóng lương năm nay tuổi mới vừa tổng cộng cả thảy tất chị anh ơi hơi
    câu đáp án chọn chắc cú cho nhiêu đây vậy thui nhen của ngàn bạc á nhá luôn nữa lắm hông không mỗi một ngày
    tháng tuần"""
)


def read_amount(text: str, kind: Literal["money", "number"]) -> Value | None:
    """The one number in a text: đồng for money, else as said; None where there is none, several, or it stays open."""
    lexemes = lexemes_of(text)
    if not lexemes:
        return None
    if lexemes[0].typed == "-" and lexemes[1:] and lexemes[1].kind == NUMBER and lexemes[1].glued:
        return None
    reader = Numerals(lexemes, money=kind == "money")
    found = _numbers(reader)
    if any(numeral.value is None or _is_open(lexemes, numeral) for numeral in found) or _is_range(lexemes, found):
        return None
    found = _that_answer(lexemes, found, money=kind == "money")
    if kind == "money":
        worths = {_as_money(lexemes, numeral) for numeral in found}
    else:
        worths = {(numeral.value or 0, numeral.doubtful) for numeral in found}
    faint = any(_is_faint(lexemes, numeral) for numeral in found)
    if len({worth for worth, _ in worths}) != 1:
        return None
    worth, strange = next(iter(worths))[0], _strange(lexemes, found)
    if worth % ONE or worth > MAX_MONEY * ONE or strange > MAX_STORY:
        return None
    unsure = all(doubtful for _, doubtful in worths) or faint or strange > MAX_STRANGE
    return Value(kind, worth // ONE, certain=not unsure)


def is_bare_amount(text: str) -> bool:
    """Whether a text is a number and its unit, and nothing else: the label of a button."""
    lexemes = lexemes_of(text) or []
    found = _numbers(Numerals(lexemes, money=True))
    if len(found) != 1 or found[0].value is None or found[0].single:
        return False
    rest = (*lexemes[: found[0].start], *lexemes[found[0].end :])
    return all(lexeme.typed in CURRENCY for lexeme in rest)


def _numbers(reader: Numerals) -> list[Numeral]:
    found, place, lexemes = [], 0, reader.lexemes
    marked = any(not lexeme.typed.isascii() and lexeme.typed not in _POLITE for lexeme in lexemes)
    while place < len(lexemes):
        numeral = reader.numeral(place)
        if numeral is not None and numeral.single and marked and not lexemes[place].sure:
            numeral = None  # with marks around it "sau" is after, not six
        if numeral is not None:
            found.append(numeral)
        place = numeral.end if numeral else place + 1
    return found


def _is_open(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    """Whether a word beside it leaves it open, denies it, or makes it a part: ngoài 40, ba mươi mấy, không phải 3."""
    past = numeral.end + _counts_else(lexemes, numeral)
    before, after = _words(lexemes, numeral.start - 2, numeral.start), _words(lexemes, past, past + 2)
    first, last = lexemes[numeral.start], lexemes[numeral.end - 1]
    pair = " ".join(before)
    if before and before[-1] in (".", ",") and first.glued and not lexemes[numeral.start - 1].glued:
        return True  # ".5tr"
    if pair in _OPEN_BEFORE_TWO or (before and before[-1] in _OPEN_BEFORE and pair not in _NOT_OPEN):
        return True
    if before and before[-1] in _OPEN_BEFORE_ONE and numeral.single:
        return True
    if before and before[-1] in _OPEN_BEFORE_UNIT and (numeral.bare or first.kind == TENS):
        return True
    if before and before[-1] == "/" and numeral.start > 1 and lexemes[numeral.start - 2].kind == NUMBER:
        return True
    if pair.partition(" ")[0] in ("sinh", "sanh", "sn") and before[1:] and lexemes[numeral.start - 1].kind == YEAR:
        return True
    if not after:
        return False
    if numeral.value == 0 and after[0] in _NOUGHT:
        return True
    if after[0] in ("rưỡi", "ruoi", "rưởi", "tá"):
        return True  # "ba năm rưỡi", "một tá"
    if after[0] == "lẻ" or " ".join(after) in _OPEN_AFTER_TWO:
        return True
    is_round = past == numeral.end and last.kind != DIGIT and (last.kind != NUMBER or last.n % 10 == 0)
    return after[0] in _OPEN_AFTER and (not after[0].isascii() or is_round)


def _is_range(lexemes: Sequence[Lexeme], found: Sequence[Numeral]) -> bool:
    """hai đến ba triệu, 20 - 25, bốn hay năm"""
    joined = ((first.end, second.start) for first, second in pairwise(found))
    return any(start == end + 1 and lexemes[end].typed in _TO for end, start in joined)


def _words(lexemes: Sequence[Lexeme], start: int, end: int) -> list[str]:
    return [lexeme.typed for lexeme in lexemes[max(start, 0) : end]]


def _that_answer(lexemes: Sequence[Lexeme], found: list[Numeral], *, money: bool) -> list[Numeral]:
    """Without number words that are other words there; as money without what counts something else."""
    found = [numeral for numeral in found if not (numeral.single and _is_other_word(lexemes, numeral))]
    strong = [numeral for numeral in found if not _is_weak(lexemes, numeral)]
    found = strong or found
    if money:
        found = [numeral for numeral in found if numeral.scaled or not _is_of_time(lexemes, numeral)]
        found = [numeral for numeral in found if not _is_foreign(lexemes, numeral)]
        found = [numeral for numeral in found if not (numeral.single and _is_strange(_after(lexemes, numeral)))]
    return found


def _is_foreign(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    """50 usd, $50, hai chỉ; "vàng 24k" is how pure the gold is."""
    before = lexemes[numeral.start - 1].typed if numeral.start else ""
    pure = before in ("vàng", "vang") and (numeral.value or 0) <= 24 * THOUSAND * ONE
    return pure or before in _FOREIGN_BEFORE or _after(lexemes, numeral).typed in FOREIGN


def _after(lexemes: Sequence[Lexeme], numeral: Numeral) -> Lexeme:
    return lexemes[numeral.end] if numeral.end < len(lexemes) else NOTHING


def _has_currency(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    return _after(lexemes, numeral).typed in CURRENCY


def _counts_else(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    after = _after(lexemes, numeral)
    return after.kind == YEAR or after.typed in COUNTED


def _is_of_time(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    """Counts something else than đồng, or names a day: "3 năm", "tháng 10"."""
    before = lexemes[numeral.start - 1] if numeral.start else NOTHING
    return _counts_else(lexemes, numeral) or before.typed in _DATED


def _is_other_word(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    """ "ba" the father, "chị Sáu", "một chút", "tám chuyện"."""
    lexeme, after = lexemes[numeral.start], _after(lexemes, numeral)
    before = lexemes[numeral.start - 1] if numeral.start else NOTHING
    if before.typed in _KIN and not _counts_else(lexemes, numeral):
        return True
    if lexeme.n == 1 and after.typed in _NO_ONE:
        return True
    if lexeme.n == 3 and (after.typed in _OF_FATHER or before.typed in ("của", "với", "thưa", "cua", "voi")):
        return True
    return f"{lexeme.typed} {after.typed}" in _IDIOMS


def _is_weak(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    """Whether another number in the text goes before this word."""
    lexeme, after = lexemes[numeral.start], _after(lexemes, numeral)
    if not numeral.single:
        return numeral.value == ONE and not numeral.spoken and _counts_else(lexemes, numeral)  # "2 lần 1 ngày"
    return not lexeme.sure or (lexeme.n == 3 and after.typed in _MAYBE_FATHER) or lexeme.typed in ("một", "mot")


def _is_faint(lexemes: Sequence[Lexeme], numeral: Numeral) -> bool:
    """One word without its marks, which may be another ("nam", "bay"); "trăm ngàn" after a word that may be a digit."""
    if numeral.bare and numeral.start:
        return _is_strange(lexemes[numeral.start - 1])
    return numeral.single and not lexemes[numeral.start].sure


def _as_money(lexemes: Sequence[Lexeme], numeral: Numeral) -> tuple[int, bool]:
    """(thousandths of đồng, doubtful)"""
    value = numeral.value or 0
    if value % ONE and value < 10 * ONE and not numeral.scaled:
        return value, True  # "một rưỡi" of what?
    if numeral.scaled or value >= 1_000 * ONE:
        odd = not numeral.scaled and value % (100 * ONE) != 0 and not _has_currency(lexemes, numeral)
        return value, numeral.doubtful or odd
    if _has_currency(lexemes, numeral) and not numeral.spoken:
        return value, True
    is_market = numeral.spoken and value >= 10 * ONE and not _has_currency(lexemes, numeral)
    return value * MARKET, numeral.doubtful or not is_market


def _strange(lexemes: Sequence[Lexeme], found: Iterable[Numeral]) -> int:
    """How many words are neither the number nor what is usual around one."""
    inside = {place for numeral in found for place in range(numeral.start, numeral.end)}
    return sum(_is_strange(lexeme) for place, lexeme in enumerate(lexemes) if place not in inside)


def _is_strange(lexeme: Lexeme) -> bool:
    usual = lexeme.typed in _AROUND or lexeme.typed in COUNTED or lexeme.typed in CURRENCY
    return lexeme.kind in (WORD, DIGIT, HALF_OF) and not usual
