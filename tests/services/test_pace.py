"""How fast may be sent: bursts pass, then the rate; a chat's own rate beside the channel's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workers.pace import CHAT_BURST, Bucket, Pace


def test_no_limit_at_all():
    pace = Pace(0, 0.0)
    assert all(pace.wait("1", 0.0) == 0 for _ in range(1000))


def test_a_chat_may_burst_then_one_a_second():
    pace = Pace(30, 0.0)
    waits = [pace.wait("1", 0.0) for _ in range(CHAT_BURST + 3)]
    assert waits == pytest.approx([0.0] * CHAT_BURST + [1.0, 2.0, 3.0])


def test_all_chats_together_keep_the_channels_rate():
    pace = Pace(30, 0.0)
    waits = [pace.wait(str(chat), 0.0) for chat in range(90)]
    assert waits[:30] == [0.0] * 30
    assert max(waits) == pytest.approx(2.0)


def test_time_fills_the_bucket_up_to_its_size():
    bucket = Bucket(1.0, 3.0, 0.0, 0.0)
    assert bucket.wait(100.0) == 0 and bucket.tokens == 2.0


def test_many_chats_do_not_grow_the_memory_for_ever():
    pace = Pace(1000, 0.0, max_chats=100)
    for chat in range(1000):
        pace.wait(str(chat), chat * 0.001)
    assert len(pace._chats) <= 100


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 2)), min_size=1, max_size=60),
    st.sampled_from([1.0, 5.0, 30.0]),
)
def test_whoever_waits_as_told_never_exceeds_the_rate(calls: list[tuple[int, float]], rate: float):
    """In any second at most `rate` messages (after the first full bucket), in any chat one a second after its burst."""
    pace, now, sent = Pace(rate, 0.0), 0.0, []
    for chat, gap in calls:
        now += gap
        sent.append((now + pace.wait(str(chat), now), chat))
    for start, _ in sent:
        window = [at for at, _ in sent if start <= at < start + 1.0 - 1e-6]
        assert len(window) <= 2 * max(1.0, rate) + 1
        for chat in range(4):
            of_chat = [at for at, c in sent if c == chat and start <= at < start + 1.0 - 1e-6]
            assert len(of_chat) <= CHAT_BURST + 1
