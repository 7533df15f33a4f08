"""What is counted while it happens: totals, the last hour and day, durations in buckets; what waits for a provider."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.channels.base import Misconfigured, Outgoing, SendError, SendRefused, Throttled, Unreachable
from bot.counting import DAY_S, HOUR_S, RecentCounter, Spread
from tests.support.harness import gone, tutor
from tests.support.paced import SIMPLE, Timeline, message, paced_sender


def test_of_late_means_the_last_hour_or_day_and_totals_stay():
    now = 10_000.0
    counter = RecentCounter(lambda: now)
    for _ in range(3):
        counter.count("throttled")
    now += HOUR_S + 700
    counter.count("refused")
    assert counter.within(HOUR_S) == {"refused": 1}
    assert counter.within(DAY_S) == {"throttled": 3, "refused": 1}
    now += DAY_S
    assert counter.within(DAY_S) == {"refused": 1}, "three hours ago less than a day, and five minutes"
    now += HOUR_S
    assert counter.within(DAY_S) == {} and counter.totals == {"throttled": 3, "refused": 1}


def test_it_keeps_a_day_of_slots_however_long_it_runs():
    now = 0.0
    counter = RecentCounter(lambda: now)
    for _ in range(5_000):
        counter.count("sent")
        now += 300
    assert counter.within(DAY_S)["sent"] <= 290 and len(counter._slots) == 288


def test_a_spread_counts_up_to_each_bound():
    spread = Spread((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        spread.add(seconds)
    assert list(spread.up_to()) == [(0.1, 2), (1.0, 3)]
    assert spread.count == 4 and round(spread.total_s, 2) == 7.65


async def test_every_fault_of_a_channel_is_counted_by_what_follows_from_it(tmp_path: Path):
    faults: dict[int, SendError] = {
        1: Throttled(2.0),
        2: Unreachable("502"),
        3: SendRefused("400"),
        4: Misconfigured("401"),
    }
    told: list[str] = []

    def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
        return faults.pop(outgoing.no, None)

    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = fault
        time = Timeline()
        sender = paced_sender(t, time)
        sender._on_fault = told.append
        sender.push(message("a", no) for no in range(1, 6))
        await time.runs(t, 200.0)
        assert len(t.channel.sent) == 5
        t.channel.fault = gone
        sender.push([message("b", 1)])
        await time.runs(t, 300.0)
    assert told == ["throttled", "unreachable", "refused", "misconfigured", "gone"]


async def test_an_answer_waits_for_its_provider_and_a_reminder_waits_for_nothing(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        time = Timeline()
        sender = paced_sender(t, time)
        assert sender.waits_s == 0.0
        t.channel.fault = lambda outgoing, plain: Unreachable("502")
        sender.push([replace(message("b", 1), unasked=True)])
        await time.runs(t, 100.0)
        assert sender.waits_s == 0.0, "nobody asked for it"
        sender.push([message("a", 1), message("a", 2)])
        await time.runs(t, 160.0)
        assert 50.0 <= sender.waits_s <= 61.0
        t.channel.fault = lambda outgoing, plain: Unreachable("502") if outgoing.no == 2 else None
        await time.runs(t, 300.0)
        assert sender.waits_s < 140.0, "the first has left: the second waits since then"
        t.channel.fault = lambda outgoing, plain: None
        await time.runs(t, 500.0)
        assert sender.waits_s == 0.0 and sender._since == {}
