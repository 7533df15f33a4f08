"""A word out of a few, typed as it is shown to people or as it is called inside."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from bot.cli.language import told
from bot.people.policy.lists.words import fold


def listed(names: Mapping[str, str]) -> str:
    """Those that can be typed, with commas."""
    return ", ".join(map(told, names.values()))


def one_of(names: Mapping[str, str]) -> str:
    """What help says of them."""
    return told("một trong: {ways}", ways=listed(names))


def choice(names: Mapping[str, str]) -> Callable[[str], str]:
    """What reads one of `names` (inside → shown) for argparse: either, also without marks, or a beginning that fits one
    alone."""
    ways = {fold(way): inside for inside, shown in names.items() for way in (inside, shown)}

    def read(text: str) -> str:
        said = fold(text)
        found = (
            {ways[said]} if said in ways else {inside for way, inside in ways.items() if said and way.startswith(said)}
        )
        if len(found) != 1:
            raise argparse.ArgumentTypeError(
                told("“{text}” không phải một trong: {ways}", text=text[:40], ways=listed(names))
            )
        return found.pop()

    return read


def some(names: Mapping[str, str]) -> Callable[[str], str]:
    """Several of them with commas, or inside names with blanks; nothing for none."""
    one = choice(names)

    def read(text: str) -> str:
        parts = text.split(",") if "," in text or fold(text) in map(fold, names.values()) else text.split()
        return " ".join(one(part) for part in parts if part.strip())

    return read
