"""Names of people who never were: as frequent as in life, with those of the peoples of the province, with namesakes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

_FILE = Path(__file__).with_name("names.csv")
PEOPLES = ("stieng", "choro", "khmer", "ma", "hoa", "tay")
OF_A_PEOPLE = 0.09
"""How many bear a name of one of `PEOPLES`: about the share of them in the province."""
BY_GIVEN_NAME = 0.3
"""How many tell the tutor no more than what they are called by."""


@dataclass(frozen=True, slots=True)
class MadeUpName:
    """`full` as an officer's list has it, `said` as its bearer tells it to the tutor."""

    full: str
    said: str


def draw(rng: Random) -> MadeUpName:
    """The name of one woman; of many hundred some are namesakes."""
    if rng.random() < OF_A_PEOPLE:
        full = _one(rng, rng.choice(PEOPLES))
        return MadeUpName(full, full)
    full = f"{_one(rng, 'surname')} {_one(rng, 'middle')} {_one(rng, 'given')}"
    said = full.rpartition(" ")[2] if rng.random() < BY_GIVEN_NAME else full
    return MadeUpName(full, said)


def _one(rng: Random, part: str) -> str:
    texts, weights = _table()[part]
    return rng.choices(texts, cum_weights=weights)[0]


@cache
def _table() -> dict[str, tuple[list[str], list[int]]]:
    """Part → its texts, and their weights summed up."""
    found: dict[str, tuple[list[str], list[int]]] = {}
    lines = [line for line in _FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    for line in lines[1:]:
        part, weight, text = line.split(",")
        texts, weights = found.setdefault(part, ([], []))
        texts.append(text)
        weights.append(int(weight) + (weights[-1] if weights else 0))
    return found
