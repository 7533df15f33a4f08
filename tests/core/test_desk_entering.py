"""Who is let in at the desk, for how long, and how long whoever guesses has to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.policy import entering
from bot.desk.policy.entering import FREE_TRIES, IDLE, LASTS, Failures, is_in, waits_until
from tests.support.world import START


@pytest.mark.parametrize(
    ("failures", "wait_s"), [(0, None), (4, None), (5, 30), (6, 60), (11, 1_920), (12, 3_600), (5_000_000, 3_600)]
)
def test_each_failure_beyond_the_free_ones_doubles_the_wait_up_to_an_hour(failures: int, wait_s: int | None):
    until = waits_until(Failures(failures, START if failures else None), FREE_TRIES)
    assert until == (None if wait_s is None else START + timedelta(seconds=wait_s))


@given(made=st.timedeltas(timedelta(), timedelta(days=40)), seen=st.timedeltas(timedelta(), timedelta(days=40)))
def test_a_browser_is_in_while_it_is_neither_old_nor_left_alone(made: timedelta, seen: timedelta):
    seen = min(made, seen)
    assert is_in(START - made, START - seen, START) == (made < LASTS and seen < IDLE)


@pytest.mark.parametrize("login", ["lan", "lan.tranbien", "a1_b-c", "x" * 40])
def test_names_to_sign_in_with(login: str):
    assert not entering.login_fault(login)


@pytest.mark.parametrize("login", ["", "la", "Lan", "lần", "lan tran", ".lan", "x" * 41, "lan\n", "<b>"])
def test_what_is_no_name_to_sign_in_with(login: str):
    assert "Tên đăng nhập" in entering.login_fault(login)


@pytest.mark.parametrize(
    ("password", "sign"),
    [
        ("ngắn quá", "ít nhất 10"), ("1234567890", "dễ đoán"), ("aaaaaaaaaaaa", "dễ đoán"), ("lan.tranbien", "dễ đoán"),
        ("Lan.TranBien", "dễ đoán"), ("x y" * 100, "dài quá"), ("con mèo leo cây cau", ""),
    ],
)  # fmt: skip
def test_passwords_that_are_easy_to_guess_are_told(password: str, sign: str):
    fault = entering.password_fault(password, "lan.tranbien")
    assert (sign in fault) if sign else not fault


def test_a_form_key_belongs_to_one_browser():
    assert entering.is_form_key(entering.form_key("a" * 64), "a" * 64)
    for wrong in ("", entering.form_key("b" * 64), "é", "a" * 64):
        assert not entering.is_form_key(wrong, "a" * 64)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36",
         "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox · Windows"),
        ("", "?"), ("<script>", "?"),
    ],
)  # fmt: skip
def test_of_a_browser_only_what_its_owner_knows_is_kept(agent: str, words: str):
    assert entering.agent_in_words(agent) == words
