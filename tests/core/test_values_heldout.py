"""Lists of values, each written by somebody else after the reader was done with the one before.

First scores: `values_heldout.jsonl`, three lists: 238 of 243 right and 4 taken for another value; 230 of 247 and 12
(made hard on purpose); 136 of 141 and 4. `values_fresh.jsonl`: 306 of 320 right, 2 taken for another value.
What is asked here is the share, not each case.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from flows.words.values.reading import read_value

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(("name", "lines"), [("values_heldout", 631), ("values_fresh", 320)])
def test_nearly_all_are_right_and_hardly_any_is_taken_for_another(name: str, lines: int):
    text = Path(__file__).with_name(f"{name}.jsonl").read_text("utf-8")
    cases = [json.loads(line) for line in text.splitlines()]
    got = [(read_value(each["text"], each["as"], today=TODAY), each["value"]) for each in cases]
    right = sum((found.value if found else None) == value for found, value in got)
    other = sum(found is not None and found.value != value for found, value in got)
    assert len(cases) == lines and right >= 0.96 * lines
    assert other <= 0.01 * lines
