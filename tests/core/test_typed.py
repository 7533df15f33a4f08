"""What women type at a step, and what it must do: every row of typed_does.yaml, heard as `./camtay hear` hears it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation.understanding import Overheard
from flows.shelf.shelf import plain_book, read_shelf
from tests.support.builders import LESSONS, facts

HERE = Path(__file__).parent
AT_LEAST = 0.95
ANYWHERE = ("M0/mo_dau", "T2/quet_thu", "L2/hoi_video")


def rows() -> Iterator[tuple[str, str, str]]:
    """Place, what is wanted, what is typed."""
    table = yaml.safe_load((HERE / "typed_does.yaml").read_text(encoding="utf-8"))
    for place, wanted in table.items():
        for at in ANYWHERE if place == "any" else (place,):
            for does, texts in wanted.items():
                yield from ((at, does, str(text)) for text in texts)


def is_right(heard: Mapping[str, Any], wanted: str) -> bool:
    """`calm`: nobody is called, whatever else is said."""
    allowed, does = wanted.split("|"), heard["does"]
    return does in allowed or ("calm" in allowed and does not in ("emergency", "human"))


@pytest.fixture(scope="module")
def heard() -> list[tuple[str, str, str, Mapping[str, Any]]]:
    """Every row with what `./camtay hear` says of it."""
    overheard = Overheard(plain_book(read_shelf(LESSONS, facts()), facts()), datetime(2026, 11, 29, 9, tzinfo=UTC))
    lines = ((row, overheard.line(json.dumps({"text": row[2], "at": row[0]}))) for row in rows())
    return [(*row, line) for row, line in lines]


def test_she_is_understood_where_she_stands(heard: list[tuple[str, str, str, Mapping[str, Any]]]) -> None:
    assert [row for row in heard if "error" in row[3]] == []
    missed = [row for row in heard if not is_right(row[3], row[1])]
    told = "\n".join(f"{at}: “{text}” → {line['does']}, wanted {wanted}" for at, wanted, text, line in missed)
    print(f"{len(heard) - len(missed)} of {len(heard)} right\n{told}")
    assert len(heard) > 400
    assert len(missed) <= (1 - AT_LEAST) * len(heard), told


def test_where_a_miss_would_hurt_there_is_none(heard: list[tuple[str, str, str, Mapping[str, Any]]]) -> None:
    """Cries, and everything in the lesson for the robbed."""
    grave = [row for row in heard if row[0].startswith("L6/") or "emergency" in row[1].split("|")]
    assert len(grave) > 150
    assert [row for row in grave if not is_right(row[3], row[1])] == []
