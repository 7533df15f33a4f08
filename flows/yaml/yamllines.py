"""What a line of a lesson looks like: the words that begin it, its value, and whether that can be read as it is."""

from __future__ import annotations

import re

KEYS = set(
    """
    lesson title track order minutes level lang langs channels owner reviewed_on prerequisites mastery pass review_after
    guards words pattern go severity sources emergency steps
    text next checkpoint when was tags src voice file spoken image scene ring alt video print fill remember
    """.split()
)
"""The words that may begin a line of a lesson: here those of its head and of every step; the table of step kinds enters
those of each kind."""

IN_QUOTES = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'")
KEY = re.compile(r"(?P<lead>\s*(?:-\s+)*)(?P<key>[A-Za-z_]+)(?P<rest>.*)")
ITEM = re.compile(r"\s*-(?:\s|$)")
KEY_LINE = re.compile(r"\s*(?:-\s+)*[A-Za-z_]\w*\s*:(?:\s|$)")
BULLET = re.compile(r"\s*(?P<mark>[–—•*])\s+(?=[a-z_]+\s*:(?:\s|$)|[{\"'])")
WIDE_COLON = re.compile(r"\s*(?:-\s+)*(?P<key>[a-z_]+)\s*(?P<mark>：)")
DASH_KEY = re.compile(r"(\s*-)(?=[a-z_]+:(?:\s|$)|\{)")
# A line without anything that these looks are for: key and plain or quoted value, or a list of such in braces.
VALUE = r"(?:\"[^\"\\]*\"|[^\s\"'\[\]{}|>#:,&*!%@`“”„‟«»‘’-][^\"'\[\]{}#:,“”„‟«»‘’\n]*)"
CLEAN = re.compile(
    rf"\s*(?:- )?(?P<key>[a-z_]+|\{{(?:[a-z_]+: {VALUE}(?:, |(?=\}})))+\}}$)(?:(?<=\}})|:(?:\s*$| {VALUE}$))"
)
BLOCK = re.compile(r"(?:^|:\s|-\s)\s*[|>][+-]?\d?[+-]?\s*(?:#.*)?$")
TIGHT_IN_FLOW = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|(?<=[{,\s])(?P<key>[a-z_]+):(?=[^\s,}\]])")
CURLY = re.compile(r"(?P<lead>(?:^|[:\-])\s+)(?P<text>[“”„‟«‘’][^\"“”„‟«»]*[“”„‟»‘’])(?=\s*(?:[,}]|#|$))")
KEY_IN_FLOW = re.compile(r"(?<=[{,\s])(?P<key>[a-z_]+)\s*:\s+")
# "   - key: value": what leads to a value on its own line
LINE = re.compile(r"(?P<lead>\s*(?:-\s+)*(?:[A-Za-z_]\w*\s*:\s+)?)(?P<value>\S.*)")
_SPECIAL_START = tuple("{[*&!%@`|>?-,]}\"'")
CLOSING = {"{": "}", "[": "]"}


def is_sound(value: str) -> bool:
    """Whether a value inside { } can be read as it is."""
    if not value or IN_QUOTES.fullmatch(value):
        return True
    if value[0] in CLOSING:
        return value.endswith(CLOSING[value[0]]) and not _closes_early(value)
    return not re.search(r"[\[\]{},\"]|:(?:\s|$)", value)


def unquoted_text(line: str) -> int | None:
    """Where a sentence without its quotes begins, as in `text: {chị} ơi`, `text: Mã OTP: đừng`; None: not that."""
    match = LINE.match(line.rstrip())
    if match is None or not match["lead"].strip():
        return None
    value = match["value"]
    if value[0] in CLOSING:
        meant = _closes_early(value)
    elif value[0] in "\"'":
        meant = 0 < value.find(value[0], 1) < len(value) - 1
    else:
        meant = value.startswith(_SPECIAL_START) or ": " in value or value.endswith(":")
    return match.start("value") if meant else None


def _closes_early(value: str) -> bool:
    """Whether the bracket that opens a value closes before its end."""
    opening, closing = value[0], CLOSING[value[0]]
    depth = 0
    for at, character in enumerate(value):
        depth += (character == opening) - (character == closing)
        if depth == 0:
            return at < len(value) - 1 and not value[at + 1 :].lstrip().startswith("#")
    return False
