"""What passes between two, told by single words of `lessons/relay.yaml` without their marks: an account's number beside
its name or bank, the way to another messenger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.words.keys import as_meant, plain_of
from flows.words.said import in_figures

ACCOUNTS = ("names", "between", "banks", "pays")
ELSEWHERE = ("ways", "places")
FILE_NUMBER = re.compile(r"\b(?:\d{2,3}\.)*[a-z]\d{2}(?:\.\d{1,3})*-\d{6}-\d{3,6}\b")  # 000.00.20.G24-250910-0001
_LONG = r"\d(?:[\s.\-]?\d){7,18}"
NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class PlainTalk:
    """Patterns over folded text; `hosts` are those that a link may lead to, themselves and below."""

    account: re.Pattern[str] = NEVER
    elsewhere: re.Pattern[str] = NEVER
    hosts: tuple[str, ...] = ()

    def names_account(self, folded_text: str) -> bool:
        """Whether a folded text holds the number of an account, also said in words; a file's number is none."""
        return self.account.search(in_figures(FILE_NUMBER.sub("•", folded_text))) is not None

    def leads_elsewhere(self, folded_text: str) -> bool:
        """Whether a folded text calls somebody to another messenger."""
        return self.elsewhere.search(folded_text) is not None


NO_TALK = PlainTalk()
"""Finds nothing: no rules were read, and whoever asks those gets a LookupError."""


def folded(text: str) -> str:
    """Small letters without marks, look-alikes put right, a line's end as " ; ": half of all messages are typed so."""
    return " ".join(plain_of(unicodedata.normalize("NFC", as_meant(text)).replace("\n", " ; ")).split())


def account_pattern(words: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """A number behind what an account is called (`names`, with words `between`), beside one of the `banks`, or behind
    what one does with it (`pays`)."""
    names, between, banks, pays = (_any_of(words[key]) for key in ACCOUNTS)
    return re.compile(
        rf"\b{names}\b(?:\s*(?:{between}|:|=|-|{banks}))*[\s:.=-]*\d(?:[\s.\-]?\d){{5,18}}\b"
        rf"|\b{_LONG}\s*[,.-]?\s*(?:ngan hang\s+)?{banks}\b"
        rf"|\b{banks}\s*[:.,-]?\s*{_LONG}\b"
        rf"|\b{pays}\s+(?:[^\s\d]+\s+){{0,5}}?{_LONG}\b(?!\s*(?:d|dong|k|vnd)\b)(?!.000\b)"
    )


def elsewhere_pattern(ways: Iterable[str], places: Iterable[str]) -> re.Pattern[str]:
    """One of the `ways` with up to three words before one of the `places`."""
    return re.compile(rf"\b{_any_of(ways)}(?:\s+\S+){{0,3}}?\s+{_any_of(places)}\b")


def _any_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(re.escape(folded(word)) for word in words)})"
