"""Instructors with a free place and learners who wait, indexed by area, language and topic: for many at once.

Heaps with stale entries: whoever changes is pushed anew under a new stamp, an entry with an old stamp is dropped where
it comes to the top. A heap that is mostly stale is made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from heapq import heapify, heappop, heappush

from bot.pairing.policy.candidates import Rank, against_ever, province, rank, scopes, wakes_at
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import Instructor, Learner, Request

_ANY = "*"  # the bucket of those who teach whatever is asked
_SOME = "+"  # of those with a list of topics, for a request without one


class Pool:
    """Who could be asked. `best` finds the nearest, and among those the one whose turn it is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, tuple[Instructor, int]] = {}
        self._stamps: dict[str, int] = {}
        self._buckets: dict[tuple[str, str, str], list[tuple[Rank, int]]] = {}
        self._members: Counter[tuple[str, str, str]] = (
            Counter()
        )  # how many belong to a bucket, asleep and full ones too
        self._roomy: set[str] = set()
        self._asleep: list[tuple[int, str, int]] = []

    def put(self, instructor: Instructor, load: int, now: int | None = None) -> None:
        """Take in an instructor who is new or has changed. Told the time, whoever cannot be asked `now` lies apart at
        once: else the first search that comes upon thousands of them sorts them all out.
        """
        who = instructor.learner_id
        known = self._known.get(who)
        self._members.subtract(_keys(known[0]) if known else ())
        self._members.update(_keys(instructor))
        self._known[who] = instructor, load
        self._push(who, now)

    def drop(self, instructor_id: str) -> None:
        """Take an instructor out."""
        known = self._known.pop(instructor_id, None)
        self._members.subtract(_keys(known[0]) if known else ())
        self._roomy.discard(instructor_id)
        self._stamps[instructor_id] = self._stamps.get(instructor_id, 0) + 1

    def __bool__(self) -> bool:
        """Whether any instructor has a place left, now or once awake."""
        return bool(self._roomy)

    def known(self, instructor_id: str) -> Instructor | None:
        """The instructor as last put in; None where there is none."""
        return self._known[instructor_id][0] if instructor_id in self._known else None

    def load(self, instructor_id: str) -> int:
        """The taken places of an instructor who is in the pool. Raises KeyError."""
        return self._known[instructor_id][1]

    def served(self, instructor_id: str, load: int, now: int) -> None:
        """Note that the instructor has been asked for one more, and so comes later next time."""
        instructor = replace(self._known[instructor_id][0], last_served_at=now)
        self._known[instructor_id] = instructor, load
        self._push(instructor_id)

    def best(self, learner: Learner, topic: str, tried: Collection[str], now: int) -> Instructor | None:
        """The instructor to ask now; None when nobody in the learner's province has a free place."""
        self._wake(now)
        for _, prefix in scopes(learner.path):
            found = [
                top
                for kind in (_ANY, topic or _SOME)
                if (top := self._top((prefix, learner.lang, kind), learner, topic, tried, now))
            ]
            if found:
                return self._known[min(found)[0][3]][0]
        return None

    def _top(
        self, key: tuple[str, str, str], learner: Learner, topic: str, tried: Collection[str], now: int
    ) -> tuple[Rank, int] | None:
        heap, aside, found = self._buckets.get(key), [], None
        while heap:
            place, stamp = heap[0]
            who = place[3]
            if self._stamps.get(who) != stamp:
                heappop(heap)
                continue
            instructor = self._known[who][0]
            if (wakes := wakes_at(instructor, now, self._clock)) > now:
                heappop(heap)
                self._stamps[who] = stamp + 1  # out of every other bucket as well, until she wakes
                heappush(self._asleep, (wakes, who, stamp + 1))
                continue
            if against_ever(instructor, learner, topic, tried, now):
                aside.append(heappop(heap))
                continue
            found = heap[0]
            break
        for entry in aside:  # there is a heap, else nothing was set aside; it may be empty by now
            heappush(self._buckets[key], entry)
        return found

    def _wake(self, now: int) -> None:
        while self._asleep and self._asleep[0][0] <= now:
            _, who, stamp = heappop(self._asleep)
            if self._stamps.get(who) == stamp:
                self._push(who)

    def _push(self, who: str, now: int | None = None) -> None:
        instructor, load = self._known[who]
        stamp = self._stamps[who] = self._stamps.get(who, 0) + 1
        if load >= instructor.capacity or not instructor.active or not instructor.agreed:
            self._roomy.discard(who)
            return
        self._roomy.add(who)
        if now is not None and (wakes := wakes_at(instructor, now, self._clock)) > now:
            heappush(self._asleep, (wakes, who, stamp))
            return
        entry = rank(instructor, load), stamp
        for key in _keys(instructor):
            heap = self._buckets.setdefault(key, [])
            heappush(heap, entry)
            if len(heap) > 64 + 4 * self._members[key]:
                heap[:] = [entry for entry in heap if self._stamps.get(entry[0][3]) == entry[1]]
                heapify(heap)


def _keys(instructor: Instructor) -> list[tuple[str, str, str]]:
    kinds = (_SOME, *instructor.topics) if instructor.topics else (_ANY,)
    return [
        (prefix, lang, kind) for _, prefix in scopes(instructor.path) for lang in instructor.langs for kind in kinds
    ]


class Queue:
    """Learners who wait for somebody, the first of them first: by priority, then by how long."""

    def __init__(self) -> None:
        self._heaps: dict[tuple[str, str], dict[str, list[tuple[int, int, str]]]] = {}
        self._waiting: dict[str, tuple[int, int, str]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def in_order(self) -> list[str]:
        """Everybody's id, the first first."""
        return [place[2] for place in sorted(self._waiting.values())]

    def put(self, request: Request, learner: Learner) -> None:
        """Queue a request by its learner's province and language and by its topic; again in the same place: nothing."""
        place = request.priority, request.since_at, request.request_id
        if self._waiting.get(request.request_id) != place:
            self._waiting[request.request_id] = place
            topics = self._heaps.setdefault((province(learner.path), learner.lang), {})
            heappush(topics.setdefault(request.topic, []), place)

    def drop(self, request_id: str) -> None:
        """Take a request out; its heap entry is passed over later."""
        self._waiting.pop(request_id, None)

    def first(self, instructor: Instructor, fits: Callable[[str], bool]) -> str | None:
        """The id of the first request that the instructor could take."""
        found = [
            top
            for lang in instructor.langs
            for topic, heap in self._heaps.get((province(instructor.path), lang), {}).items()
            if not topic or not instructor.topics or topic in instructor.topics
            if (top := self._top(heap, fits))
        ]
        return min(found)[2] if found else None

    def _top(self, heap: list[tuple[int, int, str]], fits: Callable[[str], bool]) -> tuple[int, int, str] | None:
        aside, found = [], None
        while heap:
            if self._waiting.get(heap[0][2]) != heap[0]:
                heappop(heap)
            elif not fits(heap[0][2]):
                aside.append(heappop(heap))
            else:
                found = heap[0]
                break
        for entry in aside:
            heappush(heap, entry)
        return found
