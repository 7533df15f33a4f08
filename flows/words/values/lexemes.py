"""What somebody wrote as lexemes: digits, signs, words, and the words that count (năm, chục, trăm, triệu, rưỡi …).

A word counts where its letters are those of a number word and its marks are at most those of it: "trieu", "triêu",
"trieeuj" and "triệu" are one, "bà" is no "ba". Telex and VNI keys count as the marks they were meant to make.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from flows.words.keys import LONGEST_WORD, unslipped

MAX_LEXEMES = 80  # a longer text tells a story: no answer is looked for in it
THOUSAND, MILLION, BILLION = 1_000, 1_000_000, 1_000_000_000

# Kinds of number words. DIGIT 0-9; TAIL a digit said only after something larger (mốt, tư, lăm); TEN mười, mươi;
# TENS chục; TWENTIES hăm, băm; HALF rưỡi; HALF_OF nửa; ODD lẻ, linh; POINT phẩy; ABOUT_TEN mươi without a digit before.
DIGIT, TAIL, TEN, TENS, TWENTIES, HUNDRED, SCALE = "digit", "tail", "ten", "tens", "twenties", "hundred", "scale"
HALF, HALF_OF, ODD, POINT, YEAR = "half", "half_of", "odd", "point", "year"
NUMBER, WORD, SIGN, UNIT = "number", "word", "sign", "unit"

_SPOKEN: tuple[tuple[str, int, str], ...] = (
    (DIGIT, 0, "không"),
    (DIGIT, 1, "một"),
    (DIGIT, 2, "hai"),
    (DIGIT, 3, "ba"),
    (DIGIT, 4, "bốn"),
    (DIGIT, 5, "năm"),
    (DIGIT, 6, "sáu"),
    (DIGIT, 7, "bảy bẩy"),
    (DIGIT, 8, "tám"),
    (DIGIT, 9, "chín"),
    (TAIL, 1, "mốt"),
    (TAIL, 4, "tư"),
    (TAIL, 5, "lăm nhăm"),
    (TEN, 10, "mười mươi mừi"),
    (TENS, 10, "chục"),
    (TWENTIES, 20, "hăm"),
    (TWENTIES, 30, "băm"),
    (HUNDRED, 100, "trăm"),
    (SCALE, THOUSAND, "nghìn ngàn ngìn nghàn"),
    (SCALE, 10 * THOUSAND, "vạn"),
    (SCALE, MILLION, "triệu trịu"),
    (SCALE, BILLION, "tỷ tỉ"),
    (HALF, 0, "rưỡi rưởi"),
    (HALF_OF, 0, "nửa nữa"),
    (ODD, 0, "lẻ linh lẽ"),
    (POINT, 0, "phẩy"),
)
_AFTER_A_NUMBER: tuple[tuple[int, str, bool], ...] = (  # worth, words, whether it is money whatever is asked
    (THOUSAND, "k", True),
    (MILLION, "tr", True),
    (THOUSAND, "n ng ngh cành", False),
    (100 * THOUSAND, "xị xĩ lít loét", False),
    (MILLION, "củ cũ chai m", False),
    (BILLION, "tỏi", False),
)
_MARKED_ONLY = frozenset({"tỏi"})  # "toi" is I
CURRENCY = frozenset("đồng đ d dong vnđ vnd ₫".split())
COUNTED = frozenset(  # what is counted or measured, and is no money
    """tuổi tuoi tháng thang tuần tuan ngày ngay giờ gio phút phut giây giay lần lan người nguoi cái cai đứa dua kg ký
    ky kí ki lạng gam mét met km trái trai hộp hop bó bịch bich gói goi cây cay chiếc chiec bữa bua hôm hom chuyến kwh
    điện thoại khối khoi chữ chu số so nút bài bai câu cau bước buoc % độ tiếng tieng mình chút chut lát lat hồi hoi
    thùng thung bao buổi buoi đêm dem kí-lô tạ tấn sào công mẫu cháu""".split()
)
FOREIGN = frozenset("đô do usd euro eur tệ te yên yen chỉ chi lượng luong vàng vang $ € £ % °".split())
# Said alone and without marks these are more often another word: sau, năm/nam, tạm, từ, bấm …
_OFTEN_ELSE = frozenset("khong nam sau bay tam tu lam mot nua le ham bam ti van linh ba hai nham".split())

_PIECES = re.compile(r"[^\W_]+|[^\w\s]|_")
_RUNS = re.compile(r"\d+|[^\W\d_]+|[^\d]")
_LONE_W = re.compile(r"(?<![aeiouy])w")
_SQUARES = re.compile(r"k?m[²³]")
_INVISIBLE = frozenset("\u200b\u200c\u200d\ufeff\ufe0f\u2060\u20e3")
_DASHES = dict.fromkeys(map(ord, "–—−‒―‐‑"), "-") | {ord("₫"): "đ", ord("’"): "'"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`n`: what a number word or digits are worth . `glued`: no blank before it.

    `sure`: written with exactly its marks, or never another word. `slang`: a unit only where money is meant (củ, xị).
    """

    kind: str
    typed: str
    n: int = 0
    glued: bool = False
    sure: bool = True
    slang: bool = False


def normal(text: str) -> str:
    """Lower case, NFC, plain digits, plain dashes, nothing invisible."""
    if text.isascii():
        return text.lower()
    text = _SQUARES.sub("mét", unicodedata.normalize("NFC", text).casefold().translate(_DASHES))
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character.isdigit() and character not in "¹²³":
        return str(unicodedata.digit(character))
    if character in _INVISIBLE:
        return ""
    return unicodedata.normalize("NFKC", character) if "\uff01" <= character <= "\uff5e" else character


def lexemes_of(text: str) -> list[Lexeme] | None:
    """The lexemes of a text, in order; None where it is too long to be an answer."""
    found: list[Lexeme] = []
    end = 0
    text = normal(text)
    for piece in _PIECES.finditer(text):
        glued = piece.start() == end > 0
        end = piece.end()
        for lexeme in _lexed(piece[0]):
            found.append(replace(lexeme, glued=True) if glued else lexeme)
            glued = True
        if len(found) > MAX_LEXEMES:
            return None
    return _with_years(found)


@lru_cache(maxsize=4096)
def _lexed_once(piece: str) -> tuple[Lexeme, ...]:
    if not piece[0].isalnum():
        return (Lexeme(SIGN, piece),)
    if piece.isdecimal():
        return (Lexeme(NUMBER, piece, int(piece) if len(piece) < 20 else 0),)
    if piece.isalpha():
        return (_word(piece),)
    if not piece[0].isdecimal() and not piece[0].isalpha():
        return (Lexeme(WORD, piece),)  # ½, ², Ⅳ
    if piece[0].isalpha() and (counting := _word(piece)).kind != WORD:
        return (counting,)  # VNI keys: "tra8m", "chu5c"
    return tuple(each for run in _RUNS.findall(piece) for each in _lexed_once(run))


def _lexed(piece: str) -> tuple[Lexeme, ...]:
    return _lexed_once(piece) if len(piece) <= LONGEST_WORD else (Lexeme(WORD, piece),)


def _keys(word: str) -> tuple[str, frozenset[str]]:
    letters, marks = unslipped(_LONE_W.sub("uw", word) if word.isascii() else word)
    return letters, frozenset(marks) - {"d"}


def _tables() -> dict[str, list[tuple[frozenset[str], Lexeme]]]:
    table: dict[str, list[tuple[frozenset[str], Lexeme]]] = {}
    for kind, n, words in _SPOKEN:
        for word in words.split():
            letters, marks = _keys(word)
            table.setdefault(letters, []).append((marks, Lexeme(kind, word, n)))
    for n, words, always in _AFTER_A_NUMBER:
        for word in words.split():
            letters, marks = _keys(word)
            table.setdefault(letters, []).append((marks, Lexeme(UNIT, word, n, slang=not always)))
    return table


_TABLE = _tables()


def _word(typed: str) -> Lexeme:
    """A word as what it counts, else as itself."""
    letters, marks = _keys(typed)
    fitting = [(full, lexeme) for full, lexeme in _TABLE.get(letters, ()) if marks <= full]
    if not fitting:
        slipped = typed.isascii() and bool(marks) and typed not in COUNTED | FOREIGN
        return Lexeme(WORD, letters if slipped else typed)  # "thasng" is "thang" typed with keys for the marks
    exact = [lexeme for full, lexeme in fitting if full == marks]
    meant = exact[0] if exact else min(fitting, key=lambda each: len(each[0]))[1]
    if not exact and meant.typed in _MARKED_ONLY:
        return Lexeme(WORD, typed)
    sure = bool(exact) if letters in _OFTEN_ELSE else True
    kept = meant.typed if meant.kind in (TEN, HALF_OF, ODD) and exact else typed
    return replace(meant, typed=kept, sure=sure)


def _with_years(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Tell the year from the five: "3 năm", "năm nay", "năm 1962", but "năm chục", "hai triệu năm"."""
    for at, lexeme in enumerate(lexemes):
        if lexeme.kind == DIGIT and lexeme.n == 5 and _is_year(lexemes, at):
            lexemes[at] = replace(lexeme, kind=YEAR)
        elif lexeme.kind == HUNDRED and at and lexemes[at - 1].typed in ("phần", "phan"):
            lexemes[at] = replace(lexeme, kind=WORD)
    return lexemes


_OF_YEARS = frozenset("nay ngoái trước sau tới kia xưa đó qua học sinh ngoai truoc toi xua do hoc".split())
_LARGER = frozenset({TEN, TENS, HUNDRED, SCALE, UNIT, TAIL, POINT})


def _is_year(lexemes: Sequence[Lexeme], at: int) -> bool:
    after = lexemes[at + 1] if at + 1 < len(lexemes) else None
    before = lexemes[at - 1] if at else None
    if after is not None and after.kind in _LARGER:
        return False
    if before is not None and before.kind == DIGIT and at > 1 and lexemes[at - 2].kind == DIGIT:
        return False  # một chín sáu năm
    if before is not None and before.kind in (DIGIT, TAIL, TEN, TENS, NUMBER):
        return True
    if after is None:
        return False
    return (after.typed in _OF_YEARS and not (after.kind == DIGIT and after.sure)) or after.kind == NUMBER
