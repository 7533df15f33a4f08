"""Links in what people write: what a messenger makes something to tap of, and which lead to a page of the state.

A sentence that begins right after a full stop ("8h.Mang theo CCCD") is no link, though a machine may take it for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.people.policy.lists.syllables import is_syllable

_ENDINGS = frozenset(
    """com net org vn info xyz top club shop site online link biz asia tk ru cn click bond cfd pw icu vip fun cyou sbs
    store app dev page live world life today work space website tech cloud win bid loan men date review party trade
    mobi name pro tel cc ws io gl eu uk us de fr jp kr tw hk sg gg ai ly id""".split()
)
_SYLLABLES_TOO = frozenset(
    "me to my be at in co la su so vi tv ca ch li lu ma mu no nu re se si sh st im do tin".split()
)
"""Endings that are Vietnamese words as well: a link only behind what is no Vietnamese word, or with a path."""
_LOANS = frozenset(
    """app ok oke zalo wifi web sms otp vneid vssid internet facebook fb qr camera video google photo cccd cmnd bhyt
    bhxh""".split()
)
SHORT_FORMS = frozenset("tp tx tt q p ts ths pgs gs bs cn ks ubnd mttq ubmttq bch".split())
"""What stands before a name with a full stop and no blank: TP.HCM, TS.BS.Lan."""
_TIME = re.compile(r"\d{1,2}[hg]\d{0,2}|\d+", re.IGNORECASE)
_LABEL = r"[\w-]{1,63}"  # RFC 1035, 2.3.4
# The lengths are bounded: else every hyphen of a long word, every short sentence would be read to the text's end.
_LINK = re.compile(
    r"(?P<scheme>h(?:tt|xx)ps?\s?:\s?/\s?/\s?|www\s?\.\s?)\S+"
    rf"|(?P<name>(?<![\w@.])(?:{_LABEL}\.)+{_LABEL}(?![\w.]*\w))(?P<rest>\s?/\s?[^\s/]\S*|[/?#:]\S*)?"
    rf"|(?P<apart>(?<![\w@.])(?:{_LABEL}\s?\.\s?){{1,9}}(?:com|net|org|vn|info|xyz|top|club|shop|site|online|biz|click)\b)(?P<on>\s?/\S*)?"
    r"|\b[a-z0-9\-]{2,63}\s(?:dot|cham|chấm)\s(?:com|net|vn|xyz|top|org|info|click|site|shop|online)\b\S*",
    re.IGNORECASE,
)
_AROUND = "()[]{}<>\"'“”‘’«».,;:!?…*_"
# Inside a link: on to another page.
LEADS_ON = re.compile(r"//|%2f%2f|https?%?3?a?:|@|%40|\\|%5c", re.IGNORECASE)
_RUN_ON = re.compile(r"(?<![\w.@/-])([^\W_]+)\.([^\W\d_]{2,})(?![\w.@/])")


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text, from `start` to before `end`."""

    written: str
    start: int
    end: int


def links_in(text: str) -> list[Link]:
    """Every link, also one pulled apart so that no machine sees it ("quatang . com", "hxxp://", "dot com")."""
    return [Link(each[0], each.start(), each.end()) for each in _LINK.finditer(text) if _is_link(each)]


def is_of(link: str, hosts: Sequence[str]) -> bool:
    """Whether a link leads to one of these hosts, or to one below it, and to nowhere from there; in any letter case."""
    bare = re.sub(r"^h(?:tt|xx)ps?\s?:\s?/\s?/\s?", "", link.strip(_AROUND), flags=re.IGNORECASE)
    bare = re.sub(r"\s", "", bare)
    host = re.split(r"[/?#\\]", bare, maxsplit=1)[0].casefold()
    rest = bare[len(host) :]
    if not re.fullmatch(r"[a-z0-9.-]+", host, re.ASCII) or LEADS_ON.search(rest):
        return False
    return any(host == safe or host.endswith(f".{safe}") for safe in hosts)


def begins_sentence(labels: Sequence[str]) -> bool:
    """Whether "xong.Com", "8h.Mang" are an end and a beginning: a word or a time, a full stop, a capital letter.

    Before what pages end in only a Vietnamese word or a time will do: "Vneid.Net" is a page.
    """
    if len(labels) != 2 or not labels[1].istitle() or not labels[1].isalpha() or not _is_word(labels[0]):
        return False
    return labels[1].casefold() not in _ENDINGS or labels[0].casefold() not in _LOANS


def parted(text: str) -> str:
    """The text with a blank after each full stop that a messenger would take for a part of a link."""
    return _RUN_ON.sub(_part, text)


def _part(found: re.Match[str]) -> str:
    run_on = begins_sentence((found[1], found[2])) and found[2].casefold() in _ENDINGS | _SYLLABLES_TOO
    return f"{found[1]}. {found[2]}" if run_on else found[0]


def _is_link(found: re.Match[str]) -> bool:
    if found["apart"] and not found["on"]:
        return not re.fullmatch(r"(?:[^\W_]+\. )+[^\W_]+", found["apart"]) or not all(
            map(_is_word, found["apart"].split(". "))
        )
    if not found["name"]:
        return True
    labels, rest = found["name"].split("."), found["rest"]
    last = labels[-1].casefold()
    if not last.isalpha() or len(last) < 2:
        return last.startswith("xn--")
    if not all("LATIN" in unicodedata.name(each, "") for each in last):
        return True
    short = all(each.casefold() in SHORT_FORMS for each in labels[:-1])
    if (short or begins_sentence(labels)) and not rest:
        return False
    if last in _ENDINGS:
        return True
    if last in _SYLLABLES_TOO:
        return bool(rest) or not all(map(_is_word, labels))
    return last.isascii() and last not in _LOANS and not is_syllable(last) and not all(map(_is_word, labels[:-1]))


def _is_word(label: str) -> bool:
    return is_syllable(label.casefold()) or label.casefold() in _LOANS or _TIME.fullmatch(label) is not None
