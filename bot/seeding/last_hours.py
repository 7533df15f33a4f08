"""What the last hours of a neighbourhood leave open, on the table of whoever answers for it.

A cry that nobody has taken, and one that an officer is busy with; somebody who waits with minutes left; an offer
without an answer; a message that was reported; a learner who wishes to guide; one who cannot be reached. From four
hours before the end on nobody who guides or answers looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from bot.channels.base import Left
from bot.pairing.policy.model import MINUTE
from bot.seeding.neighbourhood import Neighbourhood
from bot.seeding.villager import Villager
from storage.engine.database import Connection
from storage.engine.instants import from_ms, to_ms
from storage.pairing import pairings

APPLIES = "xin chỉ bài"
CRY = "tôi bị lừa mất tiền rồi"
REPORTED = "chị gửi em coi thử cái hình đi"
LOOKED_LAST = timedelta(hours=4)
CRIED = timedelta(minutes=7)
ASKED = timedelta(hours=2, minutes=40)
LEFT_AT = timedelta(hours=5)
HELPED = timedelta(hours=3, minutes=30)
APPLIED = timedelta(hours=3, minutes=10)
WROTE = timedelta(hours=1, minutes=20)
LEFT = 25 * MINUTE
"""What is left to whoever waits longest, until it goes up to the next officer."""


def last_hours(n: Neighbourhood) -> None:
    """Plan what is to stand open at the end."""
    n.nobody_answers_from = n.until - LOOKED_LAST
    n.then(_asked_so_that(n), partial(_stranger_asks, n))
    n.then(n.until - LEFT_AT, partial(_leaves, n))
    n.then(n.until - HELPED, partial(_is_helped, n))
    n.then(n.until - ASKED, partial(_asks, n))
    n.then(n.until - APPLIED, partial(_applies, n))
    n.then(n.until - WROTE, partial(_is_reported, n))
    n.then(n.until - CRIED, partial(_cries, n))


def _asked_so_that(n: Neighbourhood) -> datetime:
    """The instant from which the span of a request ends `LEFT` after the end; in it quiet hours do not count."""
    clock, rules, until = n.tutor.officers.pairing.clock, n.tutor.officers.pairing.rules, to_ms(n.until)
    at = until - rules.request
    while clock.after(at, rules.request) > until + LEFT:
        at -= 5 * MINUTE
    return from_ms(at)


async def _stranger_asks(n: Neighbourhood) -> None:
    """Nobody has confirmed her yet, so that she waits for an officer."""
    one = await n.comes()
    n.learners.append(one)
    await one.says("nhờ người chỉ")
    asked = await n.tutor.database.read(partial(pairings.requests_of, learner_id=one.learner_id))
    n.left_alone |= {row["request_id"] for row in asked}


async def _leaves(n: Neighbourhood) -> None:
    """Somebody cannot be reached any more."""
    await n.learners[-1].does(Left())


async def _is_helped(n: Neighbourhood) -> None:
    """The second officer has taken a cry, and is not done with it."""
    one = next((each for each in reversed(n.learners[:-1]) if each.taken), n.learners[0])
    await one.says(CRY)
    asked = await n.tutor.database.read(partial(pairings.requests_of, learner_id=one.learner_id))
    cry = next(row["request_id"] for row in asked if row["kind"] == "safety")
    n.left_alone.add(cry)
    await n.staff[1].taps(f"o:take:{cry}")


async def _asks(n: Neighbourhood) -> None:
    """A member new today is offered to somebody, who has not answered."""
    one = await n.comes()
    n.learners.append(one)
    await n.joins(one, "learner", n.rng.choice(n.groups).area_id, await n.officer())
    await one.says("nhờ người chỉ")


async def _applies(n: Neighbourhood) -> None:
    """A learner who is far on wishes to guide others."""
    one = max(n.learners, key=lambda each: len(each.taken))
    await one.says(APPLIES)


async def _is_reported(n: Neighbourhood) -> None:
    """An instructor writes what she should not; her learner reports it with a tap."""
    found = await n.tutor.database.read(partial(_some_pair, n=n))
    if found is None:
        return
    pairing_id, learner, instructor = found
    await instructor.taps(f"y:talk:{pairing_id}")
    await instructor.says(REPORTED)
    await n.tutor.time_comes()
    await learner.taps(f"y:report:{pairing_id}")
    await n.tutor.time_comes()


def _some_pair(connection: Connection, n: Neighbourhood) -> tuple[str, Villager, Villager] | None:
    known = {one.learner_id: one for one in n.learners}
    for instructor in n.instructors:
        for row in pairings.pairings_with(connection, instructor.learner_id):
            if row["learner_id"] in known:
                return row["pairing_id"], known[row["learner_id"]], instructor
    return None


async def _cries(n: Neighbourhood) -> None:
    """Somebody who has learnt for weeks has been robbed."""
    one = next((each for each in n.learners if len(each.taken) > 2), n.learners[0])
    await one.says(CRY)
    await n.tutor.time_comes()
