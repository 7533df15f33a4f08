"""Has she just been robbed? Phrases of `lessons/words.yaml`, found in whatever she writes; better once too often.

In a phrase `…` stands for up to three words, `/` parts words that may stand for one another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Fold = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Alarm:
    """`sure` opens the emergency lesson, `maybe` asks her.

    `denials` just before a phrase take it back, those of `never` even where she ends with "rồi"; the people of `who`
    may stand between. A phrase followed by one of `asking` is a question about a word.
    """

    sure: re.Pattern[str]
    maybe: re.Pattern[str]
    asking: re.Pattern[str]
    denials: tuple[str, ...]
    never: frozenset[str]
    who: frozenset[str]
    over: str

    def rings(self, tokens: Sequence[str]) -> bool:
        """Whether it says that it has happened."""
        said = f" {' '.join(tokens)} "
        return any(not self._denied(said, found) for found in self.sure.finditer(said))

    def may_ring(self, tokens: Sequence[str]) -> bool:
        """Whether it is worth asking."""
        return bool(self.maybe.search(f" {' '.join(tokens)} "))

    def _denied(self, said: str, found: re.Match[str]) -> bool:
        if self.asking.match(said, found.end()):
            return True
        before = said[: found.start()].split()
        while before and before[-1] in self.who:
            before.pop()
        over = bool(self.over) and found[0].endswith(f" {self.over}") and not said[found.end() :].strip()
        near = " ".join(before[-2:])
        return any(
            (near == denial or near.endswith(f" {denial}"))
            for denial in self.denials
            if not over or denial in self.never
        )


def read_alarm(
    sure: Iterable[str],
    maybe: Iterable[str],
    denials: Iterable[str],
    fold: Fold,
    *,
    never: Iterable[str] = (),
    who: Iterable[str] = (),
    asking: Iterable[str] = (),
    over: str = "",
) -> Alarm:
    """Compile the tables; `fold` takes away diacritics and case. `over` is the word that says "it has happened"."""
    also = [" ".join(fold(denial)) for denial in never]
    questions = "|".join(re.escape(" ".join(fold(question))) for question in asking)
    return Alarm(
        sure=any_of(sure, fold),
        maybe=any_of(maybe, fold),
        asking=re.compile(rf" (?:{questions})(?= )" if questions else r"(?!)"),
        denials=tuple(dict.fromkeys((*(" ".join(fold(denial)) for denial in denials), *also))),
        never=frozenset(also),
        who=frozenset(token for person in who for token in fold(person)),
        over=" ".join(fold(over)),
    )


def any_of(phrases: Iterable[str], fold: Fold) -> re.Pattern[str]:
    """One pattern for all of these phrases, over folded words between blanks."""
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
