"""The places of a draft where two texts stand, as people choose between them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.engine.kinds.table import NAMED

_PLACE = re.compile(r"(?ms)^<{7}[^\n]*\n(?P<mine>.*?)^={7}[^\n]*\n(?P<theirs>.*?)^>{7}(?P<end>[^\n]*)(?:\n|\Z)")
_WHOSE = re.compile(r"\(([^()]+)\)$")
_STEP = re.compile(rf"(?m)^ *- +(?:{'|'.join(NAMED)}): *([a-z0-9_]+)")
_SENTENCE = re.compile(r"""^\s*(?:- +)?(?:[a-z_]+: +)?(["'])(.*)\1\s*$""")


@dataclass(frozen=True, slots=True)
class TwoTexts:
    """One place: `mine` is the editor's, `theirs` what was there already, by `whose` hand ("": not known); lines of the
    file. `step` is where it is."""

    line: int
    step: str
    mine: str
    theirs: str
    whose: str = ""


def two_texts(text: str) -> list[TwoTexts]:
    """Every place where both stand, in the order of the file."""
    return [
        TwoTexts(
            text.count("\n", 0, found.start()) + 1,
            _step(text, found),
            found["mine"],
            found["theirs"],
            whose[1] if (whose := _WHOSE.search(found["end"])) else "",
        )
        for found in _PLACE.finditer(text)
    ]


def chosen(text: str, line: int, *, mine: bool) -> str:
    """The text with one of both at the place whose mark stands in that line; as it was where there is none."""
    for found in _PLACE.finditer(text):
        if text.count("\n", 0, found.start()) + 1 == line:
            return text[: found.start()] + (found["mine"] if mine else found["theirs"]) + text[found.end() :]
    return text


def in_words(lines: str) -> str:
    """Lines of a file without what only the file needs: the key before a sentence, the quotes around it."""
    return "\n".join(found[2] if (found := _SENTENCE.match(line)) else line.strip() for line in lines.splitlines())


def _step(text: str, found: re.Match[str]) -> str:
    above = [each[1] for each in _STEP.finditer(text, 0, found.start())]
    here = _STEP.search(found["mine"]) or _STEP.search(found["theirs"])
    return here[1] if here else above[-1] if above else ""
