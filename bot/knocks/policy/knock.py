"""When somebody is rung, what is read then, and what follows when a push service does not take it. Pure.

A knock tells no name and nothing that was said: whoever holds the phone reads it on a locked screen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.knocks.policy import bell
from bot.tutor.open_step import is_about_safety
from bot.tutor.quiet_hours import QuietHours
from bot.tutor.turn import TurnContext
from storage.conversations.records import DueKnock, KnockEnd, KnockRow

LASTS = {True: timedelta(hours=24), False: timedelta(days=3)}
"""How long a push service keeps a knock for a phone that is off, and how long we try: of an urgent one, of another.
After a day others have been called for a cry; what else waits may have been read on three days later, or be no news."""

IN_SIGHT = timedelta(seconds=20)
"""So long a page that is open has to say that it is looked at, before what is not urgent rings all the same: its line
may be gone without a word."""

RESTS = tuple(timedelta(seconds=each) for each in (2, 5, 15, 60, 300, 900, 3600))
"""Until the next try after the first, second, … failure; the last of them again and again."""

LONGEST_REST = timedelta(hours=6)  # whatever a service asks for


PushAnswerKind = Literal["taken", "gone", "refused", "later"]


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What a push service made of a knock: taken; gone, the browser is no more; refused, it will never take this one;
    later, it may in `rest_s` seconds. `told` says it to an operator, a status or a word; `ours`: the fault is ours."""

    kind: PushAnswerKind
    told: str
    rest_s: float = 0.0
    ours: bool = False


def knock_of(turn: TurnContext, quiet: QuietHours, *, by_others: bool) -> KnockRow:
    """Of a turn that answers nothing done by this person just now: at once when it is urgent, else by day. `by_others`:
    by somebody else's act, not the clock's; then the person may be asked for leave to ring."""
    if by_others:
        bell.note(turn)
    urgent = is_about_safety(turn) or any(reply.urgent for reply in turn.replies)
    called = by_others and (turn.person.is_instructor or turn.person.is_officer)
    text, now = turn.phrase("knock_needed" if called else "knock_waiting"), turn.universe.now
    return KnockRow(turn.person.learner_id, text, now if urgent else quiet.shift(now), now, urgent)


def payload(title: str, knock: DueKnock) -> bytes:
    """What the browser's worker is told, as JSON: `close` takes away what it shows; `at` is the first line's instant in
    ms, by which the page knows whether it has what the knock is about."""
    at = int(knock.since.timestamp() * 1000)
    told = {"title": title, "text": knock.text, "urgent": knock.urgent, "at": at} if knock.text else {"close": True}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def first(
    knock: DueKnock, now: datetime, quiet: QuietHours, *, in_sight: bool, may_close: bool = True
) -> KnockEnd | None:
    """What becomes of a knock before it is sent; None: it goes. `in_sight`: a page of its person is open; `may_close`:
    its browser may be told to take away what it shows."""
    end = KnockEnd(knock.to.endpoint, knock.no, now, tries=knock.tries)
    if not knock.text:
        return None if may_close else end
    if knock.urgent:
        return None
    if knock.since < knock.seen_at <= now or now - knock.since > _lasts(knock, quiet):
        return end  # read meanwhile, or no news any more
    if quiet.holds(now):
        return replace(end, again_at=quiet.shift(now))
    if in_sight and may_wait(knock, now):
        return replace(end, again_at=knock.since + IN_SIGHT)
    return None


def may_wait(knock: DueKnock, now: datetime) -> bool:
    """Whether it waits as long as a page is open."""
    return bool(knock.text) and not knock.urgent and now - knock.since < IN_SIGHT


def _lasts(knock: DueKnock, quiet: QuietHours) -> timedelta:
    return LASTS[knock.urgent] + (quiet.shift(knock.since) - knock.since)


def after(knock: DueKnock, answer: PushAnswer, now: datetime) -> KnockEnd:
    """What becomes of a knock by what its push service answered."""
    end = KnockEnd(knock.to.endpoint, knock.no, now)
    match answer.kind:
        case "taken":
            return replace(end, rung=bool(knock.text))
        case "gone":
            return replace(end, gone=True)
        case "refused":
            return end
        case "later":
            rest = max(RESTS[min(knock.tries, len(RESTS) - 1)], timedelta(seconds=answer.rest_s))
            again_at = now + min(rest, LONGEST_REST)
            kept = not knock.text or again_at - knock.since < LASTS[knock.urgent]
            kept = kept and (bool(knock.text) or knock.tries < len(RESTS))
            return replace(end, again_at=again_at, tries=knock.tries + 1) if kept else end
