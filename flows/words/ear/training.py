"""From labelled sentences to the weights of one head, in whole numbers: the same on any machine.

A linear support vector machine with squared hinge loss, by dual coordinate descent (Hsieh and others, 2008): its steps
need only sums and products, so they are done in fixed point and no rounding of a processor or a version of Python is
ever seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd, isqrt

ONE = 1 << 20  # fixed point
MOST_ROUNDS = 12
STILL = ONE // 200  # a round that moves nothing by more than this is the last


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """`features` are numbers from 0; `labels` what the sentence is."""

    features: tuple[int, ...]
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Head:
    """What one head is to learn: yes where a sentence has one of `of`; one with a label of `aside` is left out.

    `cost` in thousandths is what an error costs, `cost_yes` one on a yes.
    """

    name: str
    of: frozenset[str]
    cost: int
    cost_yes: int
    aside: frozenset[str] = frozenset()


FitRow = tuple[tuple[int, ...], int, int, int]
"""Features, the value each has (so that all rows are of length one), the side (1 or -1), what slack costs."""


def fit(head: Head, examples: Sequence[TrainingExample], width: int, bias: int) -> tuple[list[int], int]:
    """Weights in fixed point of the features below `width`, and that of the bias, whose value is `bias` thousandths."""
    always = bias * ONE // 1000
    rows = [_row(head, each) for each in examples if not head.aside & each.labels]
    weights, alphas, of_bias = [0] * width, [0] * len(rows), 0
    get = weights.__getitem__
    everything = list(range(len(rows)))
    active = everything
    for turn in range(MOST_ROUNDS):
        kept, moved = [], 0
        for at in _shuffled(everything if turn % 4 == 0 or turn == MOST_ROUNDS - 1 else active, turn):
            features, value, side, slack = rows[at]
            alpha = alphas[at]
            slope = side * (value * sum(map(get, features)) + always * of_bias) // ONE - ONE + slack * alpha // ONE
            if alpha == 0 and slope >= 0:
                if slope < ONE // 4:
                    kept.append(at)  # not far from mattering: looked at again in the next round
                continue
            kept.append(at)
            new = max(alpha - slope * ONE // (ONE + always * always // ONE + slack), 0)
            step = side * (new - alpha)
            if step:
                alphas[at] = new
                moved = max(moved, abs(step))
                of_bias += step * always // ONE
                change = step * value // ONE
                for feature in features:
                    weights[feature] += change
        active = kept
        if moved < STILL:
            break
    return weights, of_bias


def _row(head: Head, example: TrainingExample) -> FitRow:
    yes = bool(head.of & example.labels)
    cost = head.cost_yes if yes else head.cost
    return example.features, isqrt(ONE * ONE // max(len(example.features), 1)), 1 if yes else -1, ONE * 500 // cost


def _shuffled(numbers: list[int], turn: int) -> Iterator[int]:
    """The same order everywhere: a walk through the list in steps that share no factor with its length."""
    length = len(numbers)
    step = next(each for each in range(7919 + 2 * turn, 7919 + 2 * turn + length + 2) if gcd(length, each) == 1)
    at = turn * 104_729
    for _ in range(length):
        at = (at + step) % length
        yield numbers[at]
