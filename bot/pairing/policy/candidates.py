"""Who could take whom: nearness by the path of areas, and everything that speaks against it, each with its name."""

from __future__ import annotations

from collections.abc import Collection

from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import (
    OFFICER,
    ORDINARY,
    SAFETY_FIRST,
    UNION_FIRST,
    Instructor,
    Learner,
    PairingRules,
    RequestKind,
)

Rank = tuple[int, float, int, str]


def scopes(path: str) -> list[tuple[int, str]]:
    """(width, prefix), narrowest first: the learner's group, branch, ward, province, as far as the area is known."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return [(OFFICER - depth, "/" + "/".join(parts[:depth]) + "/") for depth in range(min(len(parts), OFFICER), 0, -1)]


def nearness(path: str, other_path: str) -> int:
    """The width at which two areas meet; OFFICER when they don't."""
    common = 0
    for a, b in zip(path.strip("/").split("/"), other_path.strip("/").split("/"), strict=False):
        if a != b or not a:
            break
        common += 1
    return OFFICER - min(common, OFFICER)


def province(path: str) -> str:
    """The first part of an area's path: pairings never cross it. "" where the area is unknown."""
    return path.strip("/").split("/")[0]


def priority(kind: RequestKind, needs: Collection[str], rules: PairingRules) -> int:
    """Smaller is earlier: a cry for safety, the union's priority groups, everybody."""
    if kind == "safety":
        return SAFETY_FIRST
    return UNION_FIRST if rules.groups.intersection(needs) else ORDINARY


def rank(instructor: Instructor, load: int) -> Rank:
    """Among equally near ones the smallest is asked: who answers, who has the least, who has waited longest."""
    return instructor.silences, load / max(instructor.capacity, 1), instructor.last_served_at, instructor.learner_id


def wakes_at(instructor: Instructor, now: int, clock: Clock) -> int:
    """From when on the instructor may be asked: `now`, or the end of a pause or rest, or the first hour of the day."""
    at = max(now, instructor.paused_until_at, instructor.rest_until_at)
    first, last = instructor.hours
    if at > now or first <= clock.minute(at) < last:
        return at
    return max(now + 1, clock.next_at_minute(at, first))


def against(
    instructor: Instructor,
    load: int,
    learner: Learner,
    topic: str,
    tried: Collection[str],
    now: int,
    clock: Clock,
    *,
    reserves: bool = True,
) -> str:
    """Why the instructor cannot be asked for this learner now; "" when that is possible.

    One of: self, suspended, conduct, window, away, province, language, topic, tried, full, paused, resting, hours.
    """
    if reason := against_ever(instructor, learner, topic, tried, now):
        return reason
    if reserves and load >= instructor.capacity:
        return "full"
    if now < instructor.paused_until_at:
        return "paused"
    if now < instructor.rest_until_at:
        return "resting"
    first, last = instructor.hours
    return "" if first <= clock.minute(now) < last else "hours"


def against_ever(instructor: Instructor, learner: Learner, topic: str, tried: Collection[str], now: int) -> str:
    """The part of `against` that no waiting mends."""
    if instructor.learner_id == learner.learner_id:
        return "self"
    if not instructor.active:
        return "suspended"
    if not instructor.agreed:
        return "conduct"
    if 0 < instructor.writable_until_at <= now:
        return "window"
    if instructor.away:
        return "away"
    if nearness(instructor.path, learner.path) == OFFICER:
        return "province"
    if learner.lang not in instructor.langs:
        return "language"
    if topic and instructor.topics and topic not in instructor.topics:
        return "topic"
    return "tried" if instructor.learner_id in tried else ""


def against_by_hand(instructor: Instructor, load: int, learner: Learner, now: int) -> str:
    """Why not even an officer may ask the instructor for this learner; "" when she may.

    Topics and who was asked before are the officer's to overrule, pauses and hours too; what protects people is not.
    """
    return against_ever(instructor, learner, "", (), now) or ("full" if load >= instructor.capacity else "")
