"""A word out of a few, typed as it is shown to people or as it is called inside; what is told where it is none."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from bot.cli.language import shown, told
from bot.people.policy.lists.words import fold

if TYPE_CHECKING:
    from flows.model import Lesson
    from flows.shelf.shelf import Shelf


def listed(names: Mapping[str, str]) -> str:
    """The values that can be typed, with commas."""
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
    """Several of the values with commas, or inside names with blanks; nothing for none."""
    one = choice(names)

    def read(text: str) -> str:
        parts = text.split(",") if "," in text or fold(text) in map(fold, names.values()) else text.split()
        return " ".join(one(part) for part in parts if part.strip())

    return read


def lessons_in_order(shelf: Shelf, wanted: Collection[str]) -> list[Lesson]:
    """The lessons of these ids (none: all) in the order of the menu. Raises SettingsInvalid with the nearest id."""
    from bot.errors import SettingsInvalid

    for each in wanted:
        if each not in shelf.good:
            raise SettingsInvalid(no_lesson(each, shelf.good))
    tracks = {track: at for at, (track, _) in enumerate(shelf.tracks)}
    lessons = (lesson for lesson in shelf.good.values() if not wanted or lesson.id in wanted)
    return sorted(lessons, key=lambda each: (tracks.get(each.track, len(tracks)), each.order, each.id))


def no_lesson(wanted: str, known: Iterable[str]) -> str:
    """There is no lesson of that id; the nearest that there is."""
    return told("Không có bài nào tên “{wanted}”", wanted=wanted) + nearest(wanted, known)


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about a word that is not known: the nearest known one, if one is near."""
    from flows.yaml.fields import did_you_mean

    hint = shown(did_you_mean(word, known))
    return f"; {hint}" if hint else "."
