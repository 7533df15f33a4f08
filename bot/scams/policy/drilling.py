"""Drills: a sample of a scam or of a real message now and then, for whoever wishes it; when, which, what is said. Pure.

Nobody is tried unasked, nor within WEEK of a cry or a wish for help; a sample stands in a frame that nobody can take
for a real offer, and says what it was as soon as it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from bot.tutor.state import DrillPlan, OfferedButtons
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.drills import Drill
from flows.run import render

TRACK = "l"
"""The track of lessons after whose first lesson it is asked whether drills are wished."""
WEEK = timedelta(days=7)
BUSY = timedelta(hours=3)  # until it is tried again where something else is being asked
APART_DAYS = (5, 9)  # days between two drills, drawn anew each time
HOURS = (9, 19)  # o'clock, where it is not known when somebody learns; the last is not reached
FEW_S = 4.0  # seconds in which nobody reads a sample
SAME = 4  # answers in a row that all say the same
MISSED = 2  # drills in a row that were left unanswered: then no more come


def invite_after(turn: TurnContext, event: ev.RunEnded) -> None:
    """Plan to ask, a day after the first lesson about scams, whether drills are wished; once."""
    lesson = turn.book.lesson(event.lesson)
    is_about = lesson is not None and lesson.track == TRACK and not lesson.emergency
    if turn.agreed and is_about and turn.state.drills is None and turn.book.drills.by_id:
        turn.change(drills=DrillPlan("due", turn.universe.now + timedelta(days=1)))


def is_due(turn: TurnContext) -> bool:
    """Whether the time of the invitation or of a drill has come."""
    plan = turn.state.drills
    return turn.agreed and plan is not None and plan.at is not None and plan.at <= turn.universe.now


def put_off(turn: TurnContext, until: datetime) -> None:
    """Not now: at that instant."""
    plan = turn.state.drills
    if plan is not None:
        turn.change(drills=DrillPlan(plan.mode, until, plan.shown))


def next_at(turn: TurnContext, began: Sequence[datetime]) -> datetime:
    """Some days from now, at a random minute of an hour in which she has begun lessons (`began`)."""
    now, rng, zone = turn.universe.now, turn.universe.rng, turn.book.zone
    hours = [each.astimezone(zone).hour for each in began] or list(range(*HOURS))
    day = now.astimezone(zone) + timedelta(days=rng.randint(*APART_DAYS))
    at = day.replace(hour=rng.choice(hours), minute=rng.randrange(60), second=0, microsecond=0)
    return turn.book.awake(at.astimezone(now.tzinfo))


def invite(turn: TurnContext) -> None:
    """Ask whether drills are wished, and tell what they are."""
    turn.change(drills=DrillPlan("asked"))
    yes, no = ("dr:yes", turn.phrase("label_drill_yes")), ("dr:stop", turn.phrase("label_drill_no"))
    turn.offer(turn.phrase("drill_ask"), (yes, no))


def choose(samples: Sequence[Drill], tried: Sequence[str], rng: Random) -> Drill | None:
    """One that was not sent yet, else the one that was sent longest ago; None where there are none."""
    new = [each for each in samples if each.id not in tried]
    if new:
        return rng.choice(new)
    return min(samples, key=lambda each: len(tried) - tried[::-1].index(each.id), default=None)


def show(turn: TurnContext, drill: Drill, at: datetime) -> None:
    """Put a sample to her in its frame; the next comes at `at`."""
    turn.change(drills=DrillPlan("on", at, drill.id))
    labels = {"scam": "label_drill_scam", "real": "label_drill_real", "unsure": "label_drill_unsure"}
    offer: OfferedButtons = tuple((f"dr:{said}:{drill.id}", turn.phrase(label)) for said, label in labels.items())
    framed = turn.phrase("drill_frame", tin=drill.text)
    turn.offer(framed, (*offer, ("dr:stop", turn.phrase("label_drill_stop"))))


def is_right(drill: Drill, said: str) -> bool:
    """Whoever is not sure and asks has not fallen for it."""
    return said == ("real" if drill.real else "scam") or (said == "unsure" and not drill.real)


def explain(turn: TurnContext, drill: Drill, said: str) -> None:
    """What it was, and by what it can be told."""
    turn.say(turn.phrase("drill_was"))
    how = "unsure" if said == "unsure" else "right" if is_right(drill, said) else "wrong"
    turn.say(turn.phrase(f"drill_{how}_{'real' if drill.real else 'scam'}"))
    known = {sign.id: sign.phrase for sign in turn.book.signs.signs}
    phrases = dict.fromkeys(known[each] for each in drill.signs if known.get(each))
    told = "\n".join(f"• {turn.phrase(each)}" for each in phrases)
    turn.say("\n".join(filter(None, (told, why(turn, drill)))))


def why(turn: TurnContext, drill: Drill) -> str:
    """The sample's own explanation, with her form of address."""
    return render(drill.why, turn.person.address, turn.person.name, turn.book.facts)


def is_hasty(read_for: timedelta, last: Sequence[tuple[str, bool]]) -> bool:
    """Whether it looks as if it was answered without reading: at once, or always the same though it was wrong."""
    same = len(last) == SAME and len({said for said, _ in last}) == 1 and not all(right for _, right in last)
    return timedelta(0) <= read_for < timedelta(seconds=FEW_S) or same


def months(now: datetime, count: int) -> list[datetime]:
    """The beginnings of this month and the ones before it, the newest first; `now` in the zone of the place."""
    found = [now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
