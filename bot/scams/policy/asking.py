"""A question whether a message is a scam, written in one with the message: which part of the text is the message. Pure.

"tin này có lừa không: …", "… có phải lừa đảo không em", with marks or without. What the question is made of is a closed
list of words, so that nothing of the message is taken for the question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_NO = r"(?:khong|khg|khum|hong|hok|hem|hg|hog|kg|ko|k|hay khong|hay hong|hay ko)"
_SURE = rf"(?: (?:qua|roi|thiet|day|do))?(?:(?:,? ?(?:co )?(?:phai|dung) )?{_NO}|,? ?(?:ha|a|hen|he|hi)\b)"
_FALSE = (
    r"(?:lua(?: (?:dao|gat|tien|minh|nguoi|tiep|nua))*|scam|gat(?: (?:nguoi|minh|tien))*|gia mao|mao danh|gia|phishing)"
)
_TRUE = r"(?:that|thiet|thuc)"
_NAMED = r"(?:(?:la|tin|tin nhan|chieu|cai|mot|vu|tro|kieu|dau hieu|link|trang|so|rac|bon|ke|cua) )*"
_HARD = (
    rf"{_NAMED}{_FALSE} (?:hay|hoac) {_TRUE}|{_NAMED}{_TRUE} (?:hay|hoac) (?:la )?{_FALSE}"
    rf"|(?:(?:co|phai) )*{_NAMED}{_FALSE} ?{_SURE}"
    rf"|(?:co )?phai (?:la )?{_NAMED}{_FALSE}(?= *(?:[:?\n]|$))"
    r"|is (?:this|it|that)(?: message)? (?:a scam|real|fake)"
)
"""Whether it is a scam."""
_SOFT = (
    rf"(?:co|phai|la) (?:[^\W\d_]+ ){{0,6}}{_TRUE} {_NO}|{_TRUE} {_NO}"
    rf"|(?:co )?(?:dang |nen )?tin (?:(?:tuong|duoc) )*{_NO}"
    rf"|(?:co )?(?:an toan|uy tin|dang ngo|on) {_NO}"
    r"|(?:co )?nen (?:tin|bam|lam theo|tra loi|mo|goi lai|nghe theo)"
    rf"(?: (?:vo|vao|link|cai|tin|so|trang|nay|do)){{0,4}} {_NO}"
    rf"|(?:co )?(?:bam|mo) (?:vo |vao )?duoc {_NO}"
)
"""Whether it is true, safe or to be obeyed: asked of much that is no message."""
_ASKED = re.compile(rf"(?<![^\W_])(?<!\bbi )(?:(?P<hard>{_HARD})|{_SOFT})(?![^\W_])")

_BESIDE = frozenset(
    "em con chau chi co ba bac di cu ong anh toi tui minh tao may ban cam tay nguoi ta ai ho no oi a da ne nay ni "
    "do day nha nhe nhen nghe nghen nhi vay vi the he ha hen hi ah uh voi gium dum giup cho thu coi xem check "
    "kiem tra doc hoi nho xin cai la thi phai nhu mot luon lieu hay tin nhan link duong trang web so app ma qr "
    "duoi sau tren o kia noi chuyen gi moi gui den vo vao sao nghi bo qua roi lai bay gio nam nua ve ben ra chua "
    "gap muon biet can ngoai nhin mau hom sang trua chieu khong ko hong e c m this message please hello".split()
)
"""What stands around the question and is no part of the message."""

_PARTICLES = frozenset(
    "em con chau chi co ba bac di ban may cam tay oi a ah da ne nha nhe nhen nghe nghen nhi vay vi the ta he ha "
    "hen hi ho voi gium dum giup nay ni do day luon".split()
)
"""What may end the question where no mark does."""

_NEXT_TO = frozenset("cai tin so link trang nay ni do day la co thi no vay the coi bo nghi qua".split())
"""What is taken for the question beside its heart where a message stands in the same clause."""

_STOPS = re.compile(r"[:\n\"“”«»;!?…—–]|\.(?=\s|$)|(?<=\s)-(?=\s)")
_WORD = re.compile(r"[^\W_]+")
_EDGES = " \t\r\n:;,.!?…—–-\"“”«»'‘’"
_OBJECT = re.compile(
    r"\b(?:tin|tin nhan|link|so|so dien thoai|trang|web|app|cai|cai tin|ma|thu|duong link|day|duoi)"
    r"(?: gi)? ?(?:nay|ni|day|do|kia|duoi|o duoi|sau|vay|la|co|thi)\b|\bdau hieu\b|\bnhan (?:tin )?vay\b|\bthis\b"
)
"""Words for the message itself."""
_BREAK = re.compile(r":(?!//)|[\n\"“”«»?!]|\.(?=\s)|(?<=\s)[-–—](?=\s)")
_FALSE_WORD = re.compile(
    rf"\b(?:lua|scam|gat|gia mao|mao danh|phishing|{_TRUE}\b.*\bgia|gia\b.*\b{_TRUE}"
    r"|(?:la|phai|tin|nay) gia|gia (?:ha|a|phai))\b"
)
_ENDS_ASKING = re.compile(rf"\b(?:{_NO}|ha|hen|a|hi|sao|vay)(?: \w+){{0,2}}\W*$")
_ASKING = re.compile(rf"\b(?:{_NO}|co phai|nghi|coi|xem|check|kiem tra)\b|{_ENDS_ASKING.pattern}")
_TRUE_WORD = re.compile(
    r"\b(?:tin (?:tuong )?duoc|nen tin|dang tin|dung cua|phai cua|an toan|uy tin|dang ngo|ok|on"
    rf"|{_TRUE}|bam duoc|nen bam)\b.*\b{_NO}\b"
)
_EXACT = re.compile(
    r"\d{8}|\d[\d .]{8,}\d|(?<![\w.-])(?!(?:gov|com|edu|org)\.vn\b)[a-z0-9][a-z0-9.-]*\.[a-z]{2,}(?![\w.])|https?:"
)
"""A number or an address: it can be looked at whoever tells of it."""
_LEADS = re.compile(r"\b(?:coi|xem|check|kiem tra|nhan (?:tin )?vay|tin vay|keu (?:toi )?vay|tin|tin nhan|cai nay)\b")
"""Words that lead to a message."""
_OWN = re.compile(
    r"\b(?:lo|da|vua|moi|trot) (?:lo )?(?:chuyen|doc|dua|gui|bam|cai|nhap|cho|cung cap|nop|quet|tai)\b"
    r"|\bbi (?:lua|mat|tru|lay|hack|chiem)\b|\bmat (?:het|sach|tien|\d)"
)
"""What a thief's message does not say of its reader, and somebody robbed does."""
_LED_TO = ":\n"
_SET_APART = _LED_TO + '"“”«»'
_APART = _SET_APART + ".!?…—–"
LONGEST_CLAUSE = 120  # characters of a question that is a clause of its own
MOST_WORDS = 18  # and its words
SHORT_WORDS = 8  # the words where only a full stop sets it off
SHORTEST = 8  # characters of a message: less is no message
LONGEST_AROUND = 200  # characters at either end in which the question is looked for


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """The message that is asked about; `surely`: it is named or set apart as one, else it may be a tale."""

    text: str
    surely: bool


def asked_about(text: str) -> AskedAbout | None:
    """The message in a text that asks about it; None where nothing is asked, or nothing is there but the question."""
    folded = _fold(text)
    asked = next(_in_words(text, folded), None)
    return asked if asked and asked.surely else _in_a_clause(text, folded) or asked


def _in_words(text: str, folded: str) -> Iterator[AskedAbout]:
    """A question in the words that are usual."""
    for begin, end in ((0, LONGEST_AROUND), (max(0, len(folded) - LONGEST_AROUND), len(folded))):
        for found in _ASKED.finditer(folded, begin, end):
            left, right = _left(folded, found.start()), _right(folded, found.end())
            asked = _asked(text, folded, left, right, hard=bool(found["hard"]))
            if asked is not None:
                yield asked


def tells_of_own(text: str) -> bool:
    """Whether somebody tells of what has been done already, or lost."""
    return bool(_OWN.search(_fold(text)))


def _asked(text: str, folded: str, left: int, right: int, *, hard: bool) -> AskedAbout | None:
    """What the question from `left` to `right` asks about; None where it is no question about a message."""
    before, after = _message(text[:left]), _message(text[right:])
    message = "\n".join(part for part in (before, after) if part)
    exact = bool(_EXACT.search(_fold(message)))
    if len(message) < SHORTEST and not exact:
        return None
    marks = [text[:left].rstrip(" ")[-1:]] * bool(before) + [text[right:].lstrip(" ")[:1]] * bool(after)
    if len(marks) == 2 and not all(mark in _APART for mark in marks):
        return None
    named = bool(_OBJECT.search(folded[left:right])) or any(map(_LEADS.search, _intros(text, left, right)))
    apart = {kind: all(mark in kind for mark in marks) for kind in (_LED_TO, _SET_APART, _APART)}
    surely = exact or apart[_LED_TO] or (hard and (named or apart[_SET_APART])) or (named and apart[_APART])
    return AskedAbout(message, surely) if surely or hard or named else None


def _in_a_clause(text: str, folded: str) -> AskedAbout | None:
    """A question that is a clause of its own at the beginning or the end, in whatever words."""
    ends = len(folded.rstrip(_EDGES))
    first = _BREAK.search(folded, 0, LONGEST_CLAUSE)
    last = max(_BREAK.finditer(folded, max(0, ends - LONGEST_CLAUSE), ends), key=re.Match.end, default=None)
    for mark, clause, rest in (
        (first, folded[: first.start()] if first else "", text[first.end() :] if first else ""),
        (last, folded[last.end() :] if last else "", text[: last.start()] if last else ""),
    ):
        if mark is None or (mark is last and mark[0] == ":") or (mark[0] == "." and len(clause.split()) > SHORT_WORDS):
            continue
        if _asks(clause, led_to=mark[0] in _LED_TO):
            message = _message(rest)
            if len(message) >= SHORTEST or _EXACT.search(_fold(message)):
                return AskedAbout(message, surely=True)
    return None


def _asks(clause: str, *, led_to: bool) -> bool:
    """Whether a clause asks for what a message is worth; one that no colon and no line sets off has to name it."""
    named = bool(_OBJECT.search(clause) or _LEADS.search(clause))
    if len(clause.split()) > MOST_WORDS or tells_of_own(clause):
        return False
    hard = bool(_FALSE_WORD.search(clause) and _ASKING.search(clause))
    return (hard and (named or (led_to and bool(_ENDS_ASKING.search(clause))))) or (
        named and bool(_TRUE_WORD.search(clause))
    )


def _left(folded: str, at: int) -> int:
    """Where the question begins whose heart stands at `at`: its clause, if that is all of it, else a word or two."""
    bound = max((stop.end() for stop in _STOPS.finditer(folded, max(0, at - LONGEST_AROUND), at)), default=0)
    for begin in (bound, folded.rfind(",", bound, at) + 1):
        if _is_beside(folded, max(begin, bound), at):
            return max(begin, bound)
    for word in reversed(list(_WORD.finditer(folded, bound, at))):
        if word[0] not in _NEXT_TO or not folded[word.start() - 1 : word.start()].isspace():
            break
        at = word.start()
    return at


def _right(folded: str, at: int) -> int:
    """Where the question ends whose heart ends at `at`."""
    stop = _STOPS.search(folded, at)
    bound = stop.start() if stop else len(folded)
    comma = folded.find(",", at, bound)
    for end in (bound, comma):
        if end >= 0 and _is_beside(folded, at, end):
            return end
    for word in _WORD.finditer(folded, at, bound):
        if word[0] not in _PARTICLES:
            break
        at = word.end()
    return at


def _intros(text: str, left: int, right: int) -> list[str]:
    """What leads to the message on either side of the question."""
    sides = (text[:left].strip(_EDGES), text[right:].strip(_EDGES))
    return [_fold(side.removesuffix(_message(side))) for side in sides]


def _message(part: str) -> str:
    """What lies at one side of the question, without what leads to it ("em coi giùm cái này:")."""
    part = part.strip(_EDGES)
    folded, begin = _fold(part[:LONGEST_AROUND]), 0
    for stop in _STOPS.finditer(folded):
        if not _is_beside(folded, begin, stop.start()):
            break
        begin = stop.end()
    rest = part[begin:].strip(_EDGES)
    return "" if len(rest) < LONGEST_AROUND and _is_beside(folded, begin, len(folded)) else rest


def _is_beside(folded: str, begin: int, end: int) -> bool:
    return all(word in _BESIDE for word in _WORD.findall(folded, begin, end))


def _fold(text: str) -> str:
    """Small letters without marks, one for each character, so that places stay."""
    return "".join(_folded(char) for char in text)


def _folded(char: str) -> str:
    if char < "\x80":
        return char.lower()
    plain = unicodedata.normalize("NFD", char.lower())[:1]
    return {"đ": "d"}.get(plain, plain or char)
