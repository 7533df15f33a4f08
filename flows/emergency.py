"""Has she just been robbed? Phrases of `lessons/words.yaml`, found in whatever she writes; better once too often.

In a phrase `…` stands for up to three words, `/` parts words that may stand for one another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Fold = Callable[[str], Sequence[str]]

_HER = frozenset("toi em chi co ba me con di bac ma minh chau nguoi ta no ho bi thi la ma".split())
_ASKING = re.compile(r" (la gi|la sao|la the nao|nghia la|la lam sao)( |$)")
_EVEN_IF_OVER = frozenset({"neu", "tranh"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """`sure` opens the emergency lesson, `maybe` asks her; `denials` just before a phrase take it back."""

    sure: re.Pattern[str]
    maybe: re.Pattern[str]
    denials: tuple[str, ...]

    def rings(self, tokens: Sequence[str], text: str) -> bool:
        """Whether it says that it has happened; `text` is what she wrote, with its diacritics."""
        said = f" {' '.join(tokens)} "
        return any(not self._denied(said, found, text) for found in self.sure.finditer(said))

    def may_ring(self, tokens: Sequence[str]) -> bool:
        """Whether it is worth asking."""
        return bool(self.maybe.search(f" {' '.join(tokens)} "))

    def _denied(self, said: str, found: re.Match[str], text: str) -> bool:
        if _ASKING.match(said, found.end()):
            return True
        before = said[: found.start()].split()
        while before and before[-1] in _HER:
            before.pop()
        over = found[0].endswith(" roi") and not said[found.end() :].strip()
        near = " ".join(before[-2:])
        return any(
            (near == denial or near.endswith(f" {denial}"))
            for denial in self.denials
            if not over or denial in _EVEN_IF_OVER
        )


def read_alarm(sure: Iterable[str], maybe: Iterable[str], denials: Iterable[str], fold: Fold) -> Alarm:
    """Compile the tables; `fold` takes away diacritics and case."""
    return Alarm(
        sure=any_of(sure, fold), maybe=any_of(maybe, fold), denials=tuple(" ".join(fold(denial)) for denial in denials)
    )


def any_of(phrases: Iterable[str], fold: Fold) -> re.Pattern[str]:
    """Phrases with gaps as one pattern over folded words between blanks."""
    patterns = [_pattern(phrase, fold) for phrase in phrases]
    return re.compile(f"(?<= )(?:{'|'.join(patterns)})(?= )" if patterns else r"(?!)")


def _pattern(phrase: str, fold: Fold) -> str:
    parts: list[str] = []
    for word in phrase.split():
        if word == "…":
            parts.append(r"(?: \S+){0,3}?")
            continue
        choices = (" ".join(map(re.escape, fold(each))) for each in word.split("/"))
        parts.append(f" (?:{'|'.join(choices)})")
    return "".join(parts).removeprefix(" ")
