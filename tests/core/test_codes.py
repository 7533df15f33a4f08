"""Codes and the words that join two phones: how they are made, and what is taken for one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Began, Tap, Text
from bot.people.policy import codes
from tests.support.builders import words


@given(st.text(max_size=40))
def test_a_code_is_read_in_whatever_way_it_is_carried(secret: str):
    for code in (codes.new_code(secret), codes.new_words(secret)):
        for way in (codes.written(code), codes.written(code).lower(), f" {codes.written(code)}. "):
            assert codes.read(way) is not None, way
            assert codes.read(way).code == code  # type: ignore[union-attr]
    carried = codes.payload(codes.new_code(secret))
    assert codes.read(carried) is not None and len(carried) <= 64 and carried.replace("-", "").isalnum()
    assert carried.isascii(), "Telegram's start takes nothing else"


@given(st.text(max_size=40))
def test_no_code_is_a_number(secret: str):
    letters = sum(each.isalpha() for each in codes.new_code(secret))
    assert 2 <= letters < 8
    assert not any(each.isdigit() for each in codes.new_words(secret))


@pytest.mark.parametrize(
    "typed",
    ["mời k7qf 9fht", "Mời: K7QF9FHT", "moi-k7qf-9fht", "MOI K7QF-9FHT", "K7QF-9FHT", "mời  k7qf–9fht"[:9] + "-9fht"],
)
def test_ways_to_type_a_code(typed: str):
    assert codes.read(typed) == codes.ShownCode("invite", "k7qf9fht")


@pytest.mark.parametrize("typed", ["chum vàng dương heo", "CHUM, vang, duong, heo", "chum-vang-duong-heo."])
def test_ways_to_type_the_words(typed: str):
    assert codes.read(typed) == codes.ShownCode("link", "chum vàng dương heo")


@pytest.mark.parametrize(
    "typed",
    [
        "", "xong rồi", "mời bác lan", "mời chanhbep", "482913", "079163001234", "1 2 3", "con gà trống", "gà gà gà",
        "k7qf9fht", "mời 2345 6789", "tôi bị lừa rồi", "chum vàng", "chum vàng dương", "gà gà gạo núi", "x" * 5000,
    ],
)  # fmt: skip
def test_ordinary_words_are_no_code(typed: str):
    assert codes.read(typed) is None


def test_only_words_and_deep_links_carry_codes():
    assert codes.shown(Text("K7QF-9FHT")) == codes.shown(Began("MOI-K7QF-9FHT")) is not None
    assert codes.shown(Tap("K7QF-9FHT")) is None and codes.shown(Began("")) is None
    assert codes.shown(Text("chum vàng dương heo")) and codes.shown(Began("chum-vang-duong-heo")) is None


def test_the_words_are_nfc_and_apart_without_diacritics():
    assert len(set(codes.WORDS)) == len(codes.WORDS) >= 180
    assert all(each == unicodedata.normalize("NFC", each) for each in codes.WORDS)
    plain = {unicodedata.normalize("NFD", each).encode("ascii", "ignore") for each in codes.WORDS}
    assert len(plain) == len(codes.WORDS)


def test_nothing_she_says_to_the_tutor_is_taken_for_the_words():
    commands = (*words().commands, *words().exact_commands)
    answers = (way for ways in words().answers.values() for way in ways)
    assert not [way for way in (*commands, *answers) if codes.read(way)]
