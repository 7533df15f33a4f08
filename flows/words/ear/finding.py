"""Which of the written answers fits a question: words that few questions have count most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from flows.answers import Answer
from flows.words.ear.ear import Ear, matter_of
from flows.words.ear.features import MOST, words_only
from flows.words.ear.syllables import stripped, syllables

ENOUGH = 0.16  # likeness from which an answer is worth showing; chosen on questions nobody had written answers for
LEAST = 0.105  # likeness of the words themselves, whatever they seem to be about: "là cái gì" is in many questions
BONUS = (0.10, 0.05, 0.03)  # for an answer of the first, second and third topic that the ear hears
STRANGE = 3.0  # the rarity of a word that is in no way of asking: what is asked may be that
MOST_ANSWERS = 2


@dataclass(frozen=True, slots=True)
class Finder:
    """For each feature its weight and, for each answer that is asked with it, how much it speaks for the answer."""

    answers: tuple[Answer, ...]
    rarity: dict[str, float]
    index: dict[str, tuple[tuple[int, float], ...]]


@lru_cache(maxsize=4)
def finder_of(answers: tuple[Answer, ...]) -> Finder:
    """Look through all ways of asking once; remembered for a book's life."""
    asked = [[_features(each) for each in answer.ask] for answer in answers]
    spread: dict[str, int] = {}
    for ways in asked:
        for feature in {feature for way in ways for feature in way}:
            spread[feature] = spread.get(feature, 0) + 1
    rarity = {feature: log((len(answers) + 1) / number) for feature, number in spread.items()}
    index: dict[str, list[tuple[int, float]]] = {}
    for at, ways in enumerate(asked):
        counts: dict[str, int] = {}
        for way in ways:
            for feature in way:
                counts[feature] = counts.get(feature, 0) + 1
        weights = {feature: rarity[feature] * sqrt(number) for feature, number in counts.items()}
        length = sqrt(sum(each * each for each in weights.values())) or 1.0
        for feature, weight in weights.items():
            index.setdefault(feature, []).append((at, rarity[feature] * weight / length))
    return Finder(answers, rarity, {feature: tuple(found) for feature, found in index.items()})


def find(finder: Finder, ear: Ear, text: str) -> tuple[Answer, ...]:
    """At most MOST_ANSWERS answers that fit, the best first; none where nothing is near enough."""
    return tuple(answer for answer, liking in near(finder, ear, text, LEAST)[:MOST_ANSWERS] if liking >= ENOUGH)


def near(finder: Finder, ear: Ear, text: str, least: float = 0.0) -> list[tuple[Answer, float]]:
    """Every answer that has a word in common with a question, the best first, with its likeness; none whose words
    alone are less like it than `least`."""
    said = _features(text)
    features = [each for each in said if each in finder.rarity]
    if not features:
        return []
    scores: dict[int, float] = {}
    get = scores.get
    for feature in features:
        for at, weight in finder.index[feature]:
            scores[at] = get(at, 0.0) + weight
    strange = sum(each.isalpha() and each not in finder.rarity for each in said)  # words that no answer is asked with
    length = sqrt(sum(finder.rarity[each] ** 2 for each in features) + strange * STRANGE**2)
    topics = matter_of(ear, text).topics
    likely = {at: score / length for at, score in scores.items() if score / length >= least}
    liked = {at: likeness + _bonus(finder.answers[at], topics) for at, likeness in likely.items()}
    best = sorted(liked, key=lambda at: (-liked[at], at))
    return [(finder.answers[at], liked[at]) for at in best]


def _bonus(answer: Answer, topics: Sequence[str]) -> float:
    return BONUS[topics.index(answer.outline)] if answer.outline in topics else 0.0


def _features(text: str) -> list[str]:
    """Without marks: half of those who ask leave them away."""
    return words_only([stripped(each).plain for each in syllables(text, MOST)])
