"""Which other processes are at work, and whether all that they told was heard."""

from __future__ import annotations

from bot.peers.policy.attendance import SILENT_S, Attendance


def test_what_comes_in_its_order_misses_nothing():
    there = Attendance()
    assert there.take("a", 7, 0.0, is_beat=True), "of who is new nobody knows what was before"
    assert not there.take("a", 7, 0.5, is_beat=True)
    assert not there.take("a", 8, 0.6, is_beat=False)
    assert not there.take("a", 8, 1.0, is_beat=True)


def test_a_number_that_is_missing_is_noticed_by_the_next_one_and_by_the_next_beat():
    for number, is_beat in ((9, False), (8, True), (3, True)):
        there = Attendance()
        there.take("a", 7, 0.0, is_beat=True)
        assert there.take("a", number, 0.1, is_beat=is_beat)
        assert not there.take("a", number, 0.2, is_beat=True), "once"


def test_who_falls_silent_counts_no_more_and_who_said_goodbye_is_not_missed():
    there = Attendance()
    for process in "abc":
        there.take(process, 0, 0.0, is_beat=True)
    there.leave("a")
    there.leave("nobody")
    there.take("b", 0, SILENT_S, is_beat=True)
    assert there.silent(SILENT_S - 0.1) == []
    assert there.silent(SILENT_S) == ["c"]
    assert there.silent(SILENT_S) == [] and set(there.heard) == {"b"}
    assert there.take("c", 0, 9.0, is_beat=True), "back: it may have done something meanwhile"
