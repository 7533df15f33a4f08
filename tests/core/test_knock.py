"""What becomes of a knock before it is sent, and by what its service answers: the pure half, case by case."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.knocks.policy.knock import LASTS, LONGEST_REST, RESTS, PushAnswer, after, first
from bot.tutor.quiet_hours import QuietHours
from storage.conversations.records import DueKnock, SubscriptionRow
from tests.support.world import START

QUIET = QuietHours(time(20), time(8), ZoneInfo("Asia/Ho_Chi_Minh"))
NIGHT = START + timedelta(hours=18)
MORNING = START + timedelta(days=1)


def knock(
    *, text: str = "?", urgent: bool = False, tries: int = 0, since: datetime = START, seen: datetime = START
) -> DueKnock:
    return DueKnock(SubscriptionRow("https://p.example/x", "k", "a"), 7, text, urgent, tries, since, "chat", seen)


def minutes(count: float, since: datetime = START) -> datetime:
    return since + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("what", "now", "in_sight", "goes"),
    [
        (knock(), minutes(0), False, True),
        (knock(), minutes(0), True, False),
        (knock(), minutes(1), True, True),
        (knock(seen=minutes(2), since=minutes(1)), minutes(3), False, False),
        (knock(seen=minutes(9), since=minutes(1)), minutes(3), False, True),
        (knock(since=NIGHT), NIGHT, False, False),
        (knock(since=NIGHT), MORNING, False, True),
        (knock(), START + LASTS[False] + timedelta(minutes=1), False, False),
        (knock(urgent=True, since=NIGHT), NIGHT, True, True),
        (knock(urgent=True, seen=minutes(2), since=minutes(1)), minutes(3), True, True),
        (knock(text="", since=NIGHT), NIGHT, True, True),
    ],
    ids="at-once open open-long read clock-set-back night morning old cry cry-read close".split(),
)
def test_before_it_is_sent(what: DueKnock, now: datetime, in_sight: bool, goes: bool):
    assert (first(what, now, QUIET, in_sight=in_sight) is None) == goes


def test_what_waits_is_tried_when_it_may():
    night = first(knock(since=NIGHT, tries=2), NIGHT, QUIET, in_sight=False)
    assert night is not None and (night.again_at, night.tries) == (MORNING, 2), "to wait is no try"
    seen = first(knock(), minutes(0), QUIET, in_sight=True)
    assert seen is not None and seen.again_at == START + timedelta(seconds=20)
    assert first(knock(text=""), START, QUIET, in_sight=False, may_close=False) is not None


@pytest.mark.parametrize(
    ("answer", "what", "rung", "gone", "rest"),
    [
        (PushAnswer("taken", "201"), knock(), True, False, None),
        (PushAnswer("taken", "201"), knock(text=""), False, False, None),
        (PushAnswer("gone", "410"), knock(), False, True, None),
        (PushAnswer("refused", "413"), knock(urgent=True), False, False, None),
        (PushAnswer("later", "500"), knock(), False, False, RESTS[0]),
        (PushAnswer("later", "500"), knock(tries=99), False, False, RESTS[-1]),
        (PushAnswer("later", "429", 90), knock(), False, False, timedelta(seconds=90)),
        (PushAnswer("later", "429", 9e9), knock(), False, False, LONGEST_REST),
        (PushAnswer("later", "500"), knock(since=START - LASTS[False]), False, False, None),
        (PushAnswer("later", "500"), knock(urgent=True, since=START - LASTS[True]), False, False, None),
        (PushAnswer("later", "500"), knock(text="", tries=len(RESTS)), False, False, None),
    ],
)
def test_by_what_its_service_answers(
    answer: PushAnswer, what: DueKnock, rung: bool, gone: bool, rest: timedelta | None
):
    end = after(what, answer, START)
    assert (end.no, end.rung, end.gone) == (7, rung, gone)
    assert end.again_at == (None if rest is None else START + rest)
    assert end.tries == (what.tries + 1 if rest else 0)
