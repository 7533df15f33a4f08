"""What the policies need to know and to keep. Storage answers within one transaction, `Memory` without a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import Protocol, TypeVar

from bot.pairing.policy.candidates import against
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import Instructor, Learner, Offer, Pairing, PairingNote, PairingRules, Request
from bot.pairing.policy.pool import Pool, Queue

T = TypeVar("T")


class Ledger(Protocol):
    """One province's requests, offers and pairings. Everything read shows what was put before."""

    def learner(self, learner_id: str) -> Learner | None: ...
    def instructor(self, learner_id: str) -> Instructor | None: ...
    def request(self, request_id: str) -> Request | None: ...
    def offer(self, offer_id: str) -> Offer | None: ...
    def pairing(self, pairing_id: str) -> Pairing | None: ...

    def load(self, instructor_id: str) -> int:
        """The instructor's taken places: open pairings, and open offers that reserve one."""

    def requests_of(self, learner_id: str) -> Sequence[Request]:
        """The learner's requests that are not closed."""

    def owned_by(self, person_id: str, limit: int = 1_000_000) -> Sequence[Request]:
        """The requests not closed that this person answers for ("": nobody does), `limit` at most."""

    def offer_for(self, request_id: str) -> Offer | None:
        """The open offer of a request, if there is one."""

    def offers_to(self, instructor_id: str) -> Sequence[Offer]:
        """The open offers put to an instructor."""

    def pairing_of(self, learner_id: str) -> Pairing | None:
        """The learner's open pairing, if there is one."""

    def pairings_with(self, instructor_id: str) -> Sequence[Pairing]:
        """The instructor's open pairings."""

    def previous(self, learner_id: str) -> str:
        """Who was the learner's instructor last; "" for nobody."""

    def tried(self, request: Request) -> Collection[str]:
        """Whom not to ask for the request: who let it pass, and from whom the learner has changed away or wants to."""

    def officers(self, path: str) -> Sequence[str]:
        """Who answers for an area, the nearest first."""

    def answering(self, path: str) -> Sequence[str]:
        """Who may take an area's requests: its officers, and the admins above it, who are not rung for them."""

    def away(self, people: Sequence[str], now: int) -> Collection[str]:
        """Which of these people nothing reaches: who has blocked the tutor, whose channel is shut until she writes."""

    def best(self, request: Request, learner: Learner, now: int) -> Instructor | None:
        """The instructor to ask for this request now; None where nobody can be."""

    def first_waiting(self, instructor: Instructor, now: int) -> Request | None:
        """The first request that the instructor could take: by priority, then by how long it has waited."""

    def due(self, now: int, limit: int) -> Sequence[str]:
        """Ids of requests of which a deadline is over, their offer's or their own; the longest overdue first."""

    def put_instructor(self, instructor: Instructor) -> None: ...
    def put_request(self, request: Request) -> None: ...
    def put_offer(self, offer: Offer) -> None: ...
    def put_pairing(self, pairing: Pairing) -> None: ...
    def put_note(self, note: PairingNote) -> None: ...
    def last_note(self, request_id: str, what: str) -> int:
        """When (ms) this was last written in the history of a request; 0 for never."""

    def forget(self, person_id: str) -> None:
        """Drop every row that names this person, whose pairings, offers and requests are over by then."""


class Memory:
    """A ledger in plain dictionaries, with the indexes that a province of 100,000 needs."""

    def __init__(self, clock: Clock, rules: PairingRules) -> None:
        self._clock = clock
        self.learners: dict[str, Learner] = {}
        self.instructors: dict[str, Instructor] = {}
        self.posts: dict[str, list[str]] = {}  # an area's path → its officers
        self.admins: list[str] = []  # of the whole province
        self.requests: dict[str, Request] = {}
        self.offers: dict[str, Offer] = {}
        self.pairings: dict[str, Pairing] = {}
        self.notes: list[PairingNote] = []
        self.closed: set[str] = set()  # who has blocked the tutor
        self.shut_at: dict[str, int] = {}  # from when on nothing reaches somebody, unless she writes before
        self._pool, self._queue = Pool(clock), Queue()
        self._due: list[tuple[int, str]] = []
        self._asked_for: dict[str, dict[str, None]] = {}
        self._owned: dict[str, dict[str, None]] = {}
        self._offer_for: dict[str, str] = {}
        self._offers_to: dict[str, dict[str, None]] = {}
        self._pairing_of: dict[str, str] = {}
        self._pairings_with: dict[str, dict[str, None]] = {}
        self._tried: dict[str, set[str]] = {}
        self._left: dict[str, set[str]] = {}
        self._previous: dict[str, str] = {}

    # --- people ---

    def learner(self, learner_id: str) -> Learner | None:
        return self.learners.get(learner_id)

    def instructor(self, learner_id: str) -> Instructor | None:
        return self.instructors.get(learner_id)

    def put_learner(self, learner: Learner) -> None:
        """A learner who is new or changed; open requests are queued anew by area and language."""
        self.learners[learner.learner_id] = learner
        for request in self.requests_of(learner.learner_id):
            self._enqueue(request)

    def put_instructor(self, instructor: Instructor) -> None:
        """An instructor who is new or changed, with the places taken now."""
        instructor = replace(instructor, away=instructor.learner_id in self.closed)
        self.instructors[instructor.learner_id] = instructor
        self._pool.put(instructor, self.load(instructor.learner_id))

    def officers(self, path: str) -> Sequence[str]:
        """As the ledger's: up the path; where nobody answers there, whoever answers for the widest area."""
        parts = path.strip("/").split("/")
        above = ("/" + "/".join(parts[:depth]) + "/" for depth in range(len(parts), 0, -1))
        # Where nobody answers for her area, or it is unknown, whoever answers for the widest one does.
        return (
            [who for area in above for who in self.posts.get(area, ())]
            or [
                who for area in sorted(self.posts, key=lambda area: (area.count("/"), area)) for who in self.posts[area]
            ]
            or self.admins
        )

    def answering(self, path: str) -> Sequence[str]:
        return list(dict.fromkeys((*self.officers(path), *self.admins)))

    def away(self, people: Sequence[str], now: int) -> Collection[str]:
        return {each for each in people if each in self.closed or now >= self.shut_at.get(each, now + 1)}

    def reach(self, person_id: str, *, away: bool) -> None:
        """Note that this person has blocked the tutor, or can be reached again."""
        self.closed = self.closed | {person_id} if away else self.closed - {person_id}
        if instructor := self.instructors.get(person_id):
            self.put_instructor(instructor)

    # --- reading ---

    def request(self, request_id: str) -> Request | None:
        return self.requests.get(request_id)

    def offer(self, offer_id: str) -> Offer | None:
        return self.offers.get(offer_id)

    def pairing(self, pairing_id: str) -> Pairing | None:
        return self.pairings.get(pairing_id)

    def load(self, instructor_id: str) -> int:
        held = sum(self.offers[each].reserves for each in self._offers_to.get(instructor_id, ()))
        return len(self._pairings_with.get(instructor_id, ())) + held

    def requests_of(self, learner_id: str) -> Sequence[Request]:
        return _of(self.requests, self._asked_for.get(learner_id, ()))

    def owned_by(self, person_id: str, limit: int = 1_000_000) -> Sequence[Request]:
        return _of(self.requests, self._owned.get(person_id, ()))[:limit]

    def offer_for(self, request_id: str) -> Offer | None:
        return self.offers.get(self._offer_for.get(request_id, ""))

    def offers_to(self, instructor_id: str) -> Sequence[Offer]:
        return _of(self.offers, self._offers_to.get(instructor_id, ()))

    def pairing_of(self, learner_id: str) -> Pairing | None:
        return self.pairings.get(self._pairing_of.get(learner_id, ""))

    def pairings_with(self, instructor_id: str) -> Sequence[Pairing]:
        return _of(self.pairings, self._pairings_with.get(instructor_id, ()))

    def previous(self, learner_id: str) -> str:
        return self._previous.get(learner_id, "")

    def tried(self, request: Request) -> Collection[str]:
        tried = self._tried.get(request.request_id, set()) | self._left.get(request.learner_id, set())
        leaving = self.pairing_of(request.learner_id) if request.kind == "change" else None
        return tried | {leaving.instructor_id} if leaving else tried

    def best(self, request: Request, learner: Learner, now: int) -> Instructor | None:
        return self._pool.best(learner, request.topic, self.tried(request), now)

    def first_waiting(self, instructor: Instructor, now: int) -> Request | None:
        load = self.load(instructor.learner_id)

        def fits(request_id: str) -> bool:
            request = self.requests[request_id]
            learner = self.learners[request.learner_id]
            return not against(instructor, load, learner, request.topic, self.tried(request), now, self._clock)

        found = self._queue.first(instructor, fits)
        return self.requests[found] if found else None

    def unclosed(self) -> list[Request]:
        """Every request that somebody still answers for."""
        return [self.requests[each] for mine in self._asked_for.values() for each in mine]

    def waiting(self) -> list[str]:
        """Ids of all requests that any free instructor may be asked for, the first first."""
        return self._queue.in_order()

    def anybody_free(self) -> bool:
        """Whether an instructor has a place left, now or once awake."""
        return bool(self._pool)

    def next_due(self) -> int | None:
        """When `due` may have something to say; it may be too early."""
        return self._due[0][0] if self._due else None

    def due(self, now: int, limit: int) -> Sequence[str]:
        """Takes from the heap and puts back: what has not been dealt with is returned again."""
        found: dict[str, None] = {}
        while self._due and self._due[0][0] <= now and len(found) < limit:
            at, request_id = heappop(self._due)
            request, offer = self.requests.get(request_id), self.offer_for(request_id)
            if request and request.state != "closed" and at in (request.due_at, offer.due_at if offer else 0):
                found[request_id] = None
        for request_id in found:  # until it has been dealt with
            heappush(self._due, (min(now, self.requests[request_id].due_at), request_id))
            if offer := self.offer_for(request_id):
                heappush(self._due, (offer.due_at, request_id))
        return list(found)

    # --- keeping ---

    def put_request(self, request: Request) -> None:
        before = self.requests.get(request.request_id)
        if before:
            self._owned.get(before.owner_id, {}).pop(before.request_id, None)
        self.requests[request.request_id] = request
        mine = self._asked_for.setdefault(request.learner_id, {})
        if request.state == "closed":
            mine.pop(request.request_id, None)
        else:
            mine[request.request_id] = None
            self._owned.setdefault(request.owner_id, {})[request.request_id] = None
            if before is None or before.due_at != request.due_at:
                heappush(self._due, (request.due_at, request.request_id))
        self._enqueue(request)

    def _enqueue(self, request: Request) -> None:
        learner = self.learners.get(request.learner_id)
        if learner and is_waiting_for_somebody(request, learner, self.pairing_of(request.learner_id)):
            self._queue.put(request, learner)
        else:
            self._queue.drop(request.request_id)

    def put_offer(self, offer: Offer) -> None:
        self.offers[offer.offer_id] = offer
        mine = self._offers_to.setdefault(offer.instructor_id, {})
        if offer.state == "open":
            mine[offer.offer_id] = None
            self._offer_for[offer.request_id] = offer.offer_id
            heappush(self._due, (offer.due_at, offer.request_id))
        else:
            mine.pop(offer.offer_id, None)
            if self._offer_for.get(offer.request_id) == offer.offer_id:
                del self._offer_for[offer.request_id]
            if offer.state in ("declined", "expired"):
                self._tried.setdefault(offer.request_id, set()).add(offer.instructor_id)
        self._reload(offer.instructor_id)

    def put_pairing(self, pairing: Pairing) -> None:
        self.pairings[pairing.pairing_id] = pairing
        mine = self._pairings_with.setdefault(pairing.instructor_id, {})
        if pairing.state == "open":
            mine[pairing.pairing_id] = None
            self._pairing_of[pairing.learner_id] = pairing.pairing_id
            self._previous[pairing.learner_id] = pairing.instructor_id
        else:
            mine.pop(pairing.pairing_id, None)
            if self._pairing_of.get(pairing.learner_id) == pairing.pairing_id:
                del self._pairing_of[pairing.learner_id]
            if pairing.ended_why in KEEP_APART:
                self._left.setdefault(pairing.learner_id, set()).add(pairing.instructor_id)
        self._reload(pairing.instructor_id)
        for request in self.requests_of(pairing.learner_id):
            self._enqueue(request)

    def put_note(self, note: PairingNote) -> None:
        self.notes.append(note)

    def last_note(self, request_id: str, what: str) -> int:
        return max((each.at for each in self.notes if (each.request_id, each.what) == (request_id, what)), default=0)

    def forget(self, person_id: str) -> None:
        for request_id in [each.request_id for each in self.requests.values() if each.learner_id == person_id]:
            del self.requests[request_id]
            self._queue.drop(request_id)
            self._tried.pop(request_id, None)
            for offer_id in [each.offer_id for each in self.offers.values() if each.request_id == request_id]:
                del self.offers[offer_id]
        for request in [
            each for each in self.requests.values() if each.owner_id == person_id and each.state == "closed"
        ]:
            self.requests[request.request_id] = replace(request, owner_id="")
        for offer_id in [each.offer_id for each in self.offers.values() if each.instructor_id == person_id]:
            del self.offers[offer_id]
        for pairing in [each for each in self.pairings.values() if person_id in (each.learner_id, each.instructor_id)]:
            del self.pairings[pairing.pairing_id]
        for learner_id in [each for each, who in self._previous.items() if who == person_id]:
            del self._previous[learner_id]
        for apart in (*self._left.values(), *self._tried.values()):
            apart.discard(person_id)
        for index in (self._asked_for, self._offers_to, self._pairings_with, self._left, self._previous):
            index.pop(person_id, None)
        self.learners.pop(person_id, None)
        self.closed.discard(person_id)
        self.instructors.pop(person_id, None)
        self._pool.drop(person_id)
        self.posts = {area: [each for each in who if each != person_id] for area, who in self.posts.items()}

    def _reload(self, instructor_id: str) -> None:
        if instructor := self.instructors.get(instructor_id):
            self._pool.put(instructor, self.load(instructor_id))


KEEP_APART = ("changed", "reported", "left_by_instructor", "suspended", "taken_back")
"""Why two are not brought together again: an `ended_why` of their pairing."""


def is_waiting_for_somebody(request: Request, learner: Learner, pairing: Pairing | None) -> bool:
    """Whether any free instructor may be asked: the learner is confirmed, and nobody in particular is meant."""
    if request.state != "waiting" or not learner.confirmed or request.kind == "safety":
        return False
    return request.kind == "change" or pairing is None


def _of(kept: dict[str, T], ids: Iterable[str]) -> list[T]:
    return [kept[each] for each in ids]
