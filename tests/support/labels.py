"""What stands on the product's buttons, pages and fields, and what may be typed: read from where it is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from bot.desk.naming import ROLES
from flows.engine.kinds.table import NAMED
from flows.reading.schema_words import HEAD_WORDS, STEP_KEYS
from flows.shelf.shelf import read_table
from tests.support.builders import LESSONS, PROJECT

DESK, CHAT = PROJECT / "bot" / "desk", PROJECT / "bot" / "channels" / "webchat"
_TEMPLATE = re.compile(r"""\bt\(\s*["']((?:[^"'\\]|\\.)+)["']""")
_SAID = re.compile(r'\bsay\(\s*"((?:[^"\\]|\\.)+)"')
_SHOWN = re.compile(r'>([^<>%{}]+)<|aria-label="([^"%]+)"')
_SCRIPTED = re.compile(r"'([^'\n]{2,60})'")
_GAP = re.compile(r"\\\{[^{}]*\\\}")


def is_label(words: str) -> bool:
    """Whether the desk or the chat says just this, with anything in its gaps."""
    words = words.lstrip("☰▶ ")
    return any(each.fullmatch(words) for each in _labels())


def is_title(words: str) -> bool:
    """Whether a lesson, or a track of them, is called so."""
    return words in _titles()


def is_typed(words: str) -> bool:
    """Whether the chat knows this when it is typed, whatever else is said."""
    return words.casefold() in _typed() or is_label(words.capitalize())


@cache
def _labels() -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(each) for each in sorted({*_sentences()}) if re.match(r"[^\W\d_]", each))


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(_GAP.sub(".+", re.escape(sentence)))


def _sentences() -> Iterator[str]:
    yield from _found(_TEMPLATE, DESK.glob("templates/**/*.html"))
    yield from _found(_SAID, [*DESK.glob("**/*.py"), *(PROJECT / "bot" / "studio").glob("**/*.py")])
    yield from _found(_SHOWN, [CHAT / "page.html"])
    yield from _found(_SCRIPTED, CHAT.glob("script/*.js"))
    yield from ROLES.values()
    phrases = read_table(LESSONS / "phrases.yaml")
    yield from (text for name, text in phrases.items() if name.startswith("label_"))  # type: ignore[misc]
    keys = [
        *STEP_KEYS.values(),
        *HEAD_WORDS.keys.values(),
        *(v for each in NAMED.values() for v in each.words.keys.values()),
    ]
    yield from (each.partition(" — ")[0] for each in keys)


def _found(pattern: re.Pattern[str], paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for found in pattern.finditer(path.read_text("utf-8")):
            yield from (group.strip() for group in found.groups() if group and group.strip())


@cache
def _titles() -> frozenset[str]:
    of_lessons = (
        re.search(r'^title: "(.+)"', path.read_text("utf-8"), re.M) for path in LESSONS.glob("*/*/lesson.yaml")
    )
    tracks = re.findall(r'title: "(.+?)"', (LESSONS / "tracks.yaml").read_text("utf-8"))
    return frozenset([*(found[1] for found in of_lessons if found), *tracks])


@cache
def _typed() -> frozenset[str]:
    table = read_table(LESSONS / "words.yaml")
    parts = ("commands", "officers", "answers")
    known = {word for part in parts for ways in table[part].values() for word in ways}  # type: ignore[attr-defined]
    return frozenset({*known, *table["leaving"]})  # type: ignore[misc]
