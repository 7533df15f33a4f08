"""A primary that dies under a lesson, a standby that takes its place, and how long learners were without an answer."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.crash.stage import FINISH_WITHIN_S, Stage
from tests.support.fake_telegram import FakeTelegram
from tests.support.postgres_pair import Pair
from tests.support.process import until
from tests.support.short_lesson import LAST, STEPS


@dataclass(frozen=True, slots=True)
class Outage:
    """Seconds from the promotion to each learner's next answer, for those who were not through; shortest first."""

    promotion_s: float
    silent_s: Sequence[float]


async def fail_over(
    stage: Stage[FakeTelegram], pair: Pair, learners: int, away_s: float, how: signal.Signals = signal.SIGKILL
) -> Outage:
    """So many take the lesson; in its midst the primary is killed, and `away_s` seconds later its standby promoted."""
    crowd, finished = stage.begin(learners)
    half = stage.fake.counts["sendMessage"] + learners * len(STEPS) // 2
    await until(lambda: stage.fake.counts["sendMessage"] >= half, FINISH_WITHIN_S, 0.001)
    await asyncio.to_thread(pair.strike_first, how)
    await asyncio.sleep(away_s)
    began = time.time()
    waiting = [each for each in crowd if not any(LAST in message.text for message in each.inbox)]
    assert waiting, "everybody was through before the primary died"
    await asyncio.to_thread(pair.promote_second)
    promoted = time.time()
    await finished
    stage.crashes += 1  # what had left and was not yet written down may be sent once more
    answers = ([message.at for message in stage.fake.learner(int(each.chat_id)).inbox] for each in waiting)
    return Outage(promoted - began, sorted(min(at for at in of_her if at >= promoted) - promoted for of_her in answers))
