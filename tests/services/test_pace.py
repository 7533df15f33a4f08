"""How fast may be sent: bursts pass, then the rate; a chat's own rate beside the channel's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.rate_limit import LONGEST_PAUSE_S, SendLimiter
from bot.pace import Bucket, RateLimiter
from flows.profiles import UNKNOWN


def test_no_limit_at_all():
    pace = SendLimiter(0, 0.0)
    assert all(pace.wait("1", 0.0) == 0 for _ in range(1000))


def test_a_chat_may_burst_then_one_a_second():
    pace = SendLimiter(30, 0.0)
    waits = [pace.wait("1", 0.0) for _ in range(UNKNOWN.chat_burst + 3)]
    assert waits == pytest.approx([0.0] * UNKNOWN.chat_burst + [1.0, 2.0, 3.0])


def test_all_chats_together_keep_the_channels_rate():
    pace = SendLimiter(30, 0.0)
    waits = [pace.wait(str(chat), 0.0) for chat in range(90)]
    assert waits[:30] == [0.0] * 30
    assert max(waits) == pytest.approx(2.0)


def test_behind_a_pause_for_all_they_take_turns_from_its_end_on():
    pace = SendLimiter(10, 0.0)
    pace.throttled("1", 30.0, 5.0)
    assert not pace.is_paused(5.0), "one chat alone may have said too much"
    pace.throttled("2", 20.0, 6.0)
    assert pace.is_paused(25.9) and not pace.is_paused(26.0)
    assert [pace.wait(f"c{n}", 6.0) for n in range(3)] == pytest.approx([20.1, 20.2, 20.3])
    assert SendLimiter(0, 0.0).wait("3", 7.0) == 0.0


def test_a_pause_for_all_is_never_longer_than_a_minute_and_ends_where_nothing_else_is_limited():
    pace = SendLimiter(0, 0.0)
    for chat in ("1", "2"):
        pace.throttled(chat, 3600.0, 0.0)
    assert pace.wait("3", 10.0) == LONGEST_PAUSE_S - 10.0
    assert not pace.is_paused(LONGEST_PAUSE_S)


def test_who_was_told_to_wait_long_ago_does_not_count():
    pace = SendLimiter(30, 0.0)
    pace.throttled("1", 5.0, 0.0)
    pace.throttled("2", 5.0, 6.0)
    assert not pace.is_paused(6.0)


def test_time_fills_the_bucket_up_to_its_size():
    bucket = Bucket(1.0, 3.0, 0.0, 0.0)
    assert bucket.wait(100.0) == 0 and bucket.tokens == 2.0


def test_many_chats_do_not_grow_the_memory_for_ever():
    pace = SendLimiter(1000, 0.0, max_chats=100)
    for chat in range(1000):
        pace.wait(str(chat), chat * 0.001)
    assert len(pace._chats) <= 100


def test_the_quiet_are_forgotten_and_a_clock_set_back_blocks_nobody():
    pace, minute = RateLimiter(2, 60.0), 60.0
    for n in range(5000):
        assert pace.take(str(n), n * minute) == 0
    assert len(pace) < 4097
    assert [pace.take("a", 0.0) > 0 for _ in range(3)] == [False, False, True]
    assert pace.take("a", -400 * 1440 * minute) > 0
    assert pace.take("a", -400 * 1440 * minute + 31) == 0


def test_whoever_is_busy_is_not_forgotten():
    pace = RateLimiter(1, 60.0, tidy_at=10)
    assert not any(pace.take(str(key), 0.0) for key in range(50))
    assert len(pace) == 50 and pace.take("0", 1.0) == pytest.approx(59.0)


def test_asking_takes_nothing_and_on_credit_each_waits_longer():
    pace = RateLimiter(1, 10.0)
    assert pace.wait("a", 0.0) == pace.wait("a", 0.0) == pace.take("a", 0.0) == 0.0
    assert pace.wait("a", 0.0) == pace.take("a", 0.0) == 10.0
    assert [pace.reserve("a", 0.0), pace.reserve("a", 0.0)] == [10.0, 20.0]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 2)), min_size=1, max_size=60),
    st.sampled_from([1.0, 5.0, 30.0]),
)
def test_whoever_waits_as_told_never_exceeds_the_rate(calls: list[tuple[int, float]], rate: float):
    """In any second at most `rate` messages (after the first full bucket), in any chat one a second after its burst."""
    pace, now, sent = SendLimiter(rate, 0.0), 0.0, []
    for chat, gap in calls:
        now += gap
        sent.append((now + pace.wait(str(chat), now), chat))
    for start, _ in sent:
        window = [at for at, _ in sent if start <= at < start + 1.0 - 1e-6]
        assert len(window) <= 2 * max(1.0, rate) + 1
        for chat in range(4):
            of_chat = [at for at, c in sent if c == chat and start <= at < start + 1.0 - 1e-6]
            assert len(of_chat) <= UNKNOWN.chat_burst + 1
