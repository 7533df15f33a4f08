"""What may pass between a learner and the instructor. A false helper asks for a code, money, a number to call.

`look` judges one message before it is kept or sent. Whatever is blocked is explained to its writer; what only a thief
would write goes to the officer as well. Emergencies are heard before anything comes here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bot.pairing.policy import links
from flows.words.asks import Side
from flows.words.keys import as_meant
from flows.words.masking import MASK, mask
from flows.words.nearest import is_plainly_else
from flows.words.nouns import NounTable
from flows.words.plain_talk import FILE_NUMBER, folded
from flows.words.values.phones import read_phone
from flows.words.wishes import ASKED, Wishes, asked, is_talk, names_office

LONGEST = 1_000
"""Characters of one message that are looked at and passed on."""

A_NUMBER_GIVEN = 8
"""Words with which somebody in need gives a telephone number ("chị gọi lại cho em số …"); more than that tell more."""

HIDDEN_LINK = "[đường dẫn đã che]"


@dataclass(frozen=True, slots=True)
class RelayVerdict:
    """`text` is what may go on ("" when blocked); `phrase` explains it to the writer ("" when nothing is to be said);
    `report`: the officer hears of it."""

    what: Literal["pass", "mark", "block"]
    text: str = ""
    phrase: str = ""
    report: bool = False


def rules_alone(wishes: Wishes) -> Wishes:
    """The rules without the second opinion, which was learnt from what learners and instructors write to each other."""
    return replace(wishes, model=None)


def look(wishes: Wishes, text: str, side: Side) -> RelayVerdict:
    """Judge one message by the rules of `lessons/relay.yaml`, whichever way it goes; the gravest finding decides.

    What is longer than LONGEST never goes.
    """
    if len(text) > LONGEST:
        return RelayVerdict("block", phrase="line_long")
    seen = _visible(text)
    plain = folded(seen)
    teacher = side == "instructor"
    if wishes.plain.names_account(plain):
        return RelayVerdict("block", phrase="relay_account", report=True)
    wish = asked(wishes, seen, side)
    if wish and wish is not ASKED:
        return RelayVerdict("block", phrase=wish.phrase, report=wish.report)
    phones = list(_phones(plain, wishes.nouns))
    landlines = all(each.startswith("02") for each in phones)  # an office's, mostly: no sign of a thief
    if phones and not (landlines and names_office(wishes, seen)):
        return RelayVerdict("block", phrase="relay_phone", report=teacher and not landlines)
    masked = mask(seen, wishes.nouns)
    if teacher and "account" in masked.kinds:
        return RelayVerdict("block", phrase="relay_account", report=True)
    if {*masked.kinds, *mask(as_meant(seen), wishes.nouns).kinds} & {"otp", "password", "card"}:
        return RelayVerdict("block", phrase="relay_secret", report=teacher)
    if strange := [each for each in links.links_in(masked.text) if not links.is_of(each.written, wishes.plain.hosts)]:
        linked = _linked(masked.text, strange, teacher=teacher)
        return linked if linked.what == "block" or not wish else RelayVerdict("block", phrase=wish.phrase)
    if masked.kinds and not (wish and teacher):
        return RelayVerdict("mark", masked.text, "relay_masked")
    if wishes.plain.leads_elsewhere(plain) and not is_talk(wishes, seen):
        return RelayVerdict("mark", text, "relay_elsewhere", report=False)
    if wish:
        return RelayVerdict("block", phrase=wish.phrase)
    return RelayVerdict("pass", links.parted(text))


def look_in_need(wishes: Wishes, text: str) -> RelayVerdict:
    """As `look`, for what somebody who has cried for help writes to whoever has taken it.

    What happened to her must arrive: numbers that could rob are hidden, hers or a thief's, and the rest goes on. The
    rules judge alone: the second opinion knows no cries.
    """
    wishes, seen = rules_alone(wishes), _visible(text)
    verdict, hidden = look(wishes, text, "learner"), without_numbers(wishes, seen)
    is_phone = verdict.phrase == "relay_phone"
    if is_phone and len(hidden.split()) <= A_NUMBER_GIVEN and read_phone(text):
        return verdict  # she is asked whether it is hers to give
    if len(text) > LONGEST or hidden == seen:
        return verdict
    again = look(wishes, hidden, "learner")
    if again.phrase in _NUMBERS or not re.search(r"[^\W\d_]{2}", again.text or hidden):
        return RelayVerdict("block", phrase="relay_number_urgent")
    return (
        again
        if again.what == "block"
        else RelayVerdict("mark", again.text, "relay_phone_hidden" if is_phone else "relay_number_hidden")
    )


_NUMBERS = ("relay_account", "relay_secret", "relay_phone")


def without_numbers(wishes: Wishes, text: str) -> str:
    """A text without numbers of papers, accounts, cards and telephones, codes and passwords; dates and sums stay."""
    return _LONG_NUMBER.sub(_hide, mask(text, wishes.nouns).text)


def _hide(found: re.Match[str]) -> str:
    return found[0] if _DATE.fullmatch(found[0]) or _SUM.fullmatch(found[0]) else MASK


def _linked(text: str, strange: list[links.Link], *, teacher: bool) -> RelayVerdict:
    """An instructor needs no link; a learner may ask what it is, without the link."""
    if teacher:
        return RelayVerdict("block", phrase="relay_link", report=True)
    rest = _without(text, strange)
    if not re.search(r"[^\W\d_]{2}", rest.replace(HIDDEN_LINK, "")):
        return RelayVerdict("block", phrase="relay_link_only")
    return RelayVerdict("mark", rest, "relay_link_hidden")


# --- how it is read ----------------------------------------------------------------------------------


def _visible(text: str) -> str:
    seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", "".join(str(int(c)) if c.isdecimal() else c for c in seen))


# --- numbers -----------------------------------------------------------------------------------------

_DATE = re.compile(r"(?<!\d)\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:19|20)\d\d(?!\d)")
_SUM = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_UNIT = r"(?!\d|\s?(?:đ|k|d|đồng|dong|vnd|vnđ|triệu|trieu|ngàn|ngan|nghìn)\b)"
_LONG_NUMBER = re.compile(rf"(?<!\d)\+?\d(?:[\s.,\-]?\d){{7,}}{_UNIT}", re.IGNORECASE)
_GROUPS = re.compile(r"\+?\d+(?:[\s.\-_()*,/]{1,3}\d+)*")
_PHONE = re.compile(r"(?:\+?84|0084|0)[35789]\d{8}|02\d{9}")
_SAID = re.compile(r"\b(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin|muoi|\d)\b")


def _phones(plain: str, nouns: NounTable) -> Iterator[str]:
    """Every phone number, as written, parted or said; a file's number and a date are none."""
    rest = _DATE.sub("•", FILE_NUMBER.sub("•", plain))
    digits = re.sub(r"\b[ol]*\d[\dol]*\b", lambda each: each[0].replace("o", "0").replace("l", "1"), rest)
    for run in _GROUPS.finditer(digits):
        groups = re.findall(r"\d+", run[0])
        for at in range(len(groups)):
            whole = ""
            for group in groups[at : at + 14]:
                whole += group
                if _PHONE.fullmatch(whole):
                    yield whole
                if len(whole) > 13:
                    break
    for piece in re.split(r"[;:]|\b(?:hoac|hay la|va|con)\b", rest):
        said = read_phone(piece) if len(_SAID.findall(piece)) > 3 or re.search(r"\d{9}", piece) else None
        if said is not None and not (said.value not in piece and is_plainly_else(piece, nouns)):
            yield str(said.value)


def _without(text: str, found: list[links.Link]) -> str:
    kept, at = [], 0
    for each in found:
        kept.append(text[at : each.start])
        kept.append(HIDDEN_LINK)
        at = each.end
    return "".join(kept) + text[at:]
