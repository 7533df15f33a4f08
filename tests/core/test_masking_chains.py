"""Secrets that stand wall to wall: each is set free by the one before it, and a text of nothing else is still read in a
few looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.words.masking import MASK, mask
from tests.support.builders import real_book

NOUNS = real_book().nouns
UNITS = ("B1234567", "K1123456", "B1234567oO1234", "DN4012345678901", "mã 482913 ", "079162001234 ")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("times", [2, 3, 40, 500])
def test_a_chain_is_hidden_to_its_end(unit: str, times: int):
    masked = mask(unit * times, NOUNS)
    assert masked.kinds and not any(char.isdigit() for char in masked.text), masked.text[:200]
    assert mask(masked.text, NOUNS).text == masked.text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("hộ chiếu B1234567K7654321", f"hộ chiếu {MASK}{MASK}"),
        ("B1234567 C7654321", f"{MASK} {MASK}"),
        ("xe 60B1234567", "xe 60B1234567"),
        ("B1234567km 12", f"{MASK}km 12"),
        ("482913bê4829130", f"{MASK}bê4829130"),
    ],
)
def test_letters_behind_what_is_hidden_begin_a_number(text: str, masked: str):
    assert mask(text, NOUNS).text == masked


@given(st.lists(st.sampled_from((*UNITS, " ", ",", "mk", "là", "k", "O", "0912345678", "12")), max_size=12))
def test_hiding_again_changes_nothing(parts: list[str]):
    once = mask("".join(parts), NOUNS)
    assert mask(once.text, NOUNS).text == once.text
