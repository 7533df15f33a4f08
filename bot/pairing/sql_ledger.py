"""The pairing's ledger in a database: the same questions as `Memory` answers, within one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from bot.pairing.policy.candidates import against, province, scopes
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.ledger import KEEP_APART, is_waiting_for_somebody
from bot.pairing.policy.model import PROVINCE, Instructor, Learner, Offer, Pairing, PairingNote, Request
from storage.engine.database import Connection
from storage.engine.rows import Row
from storage.pairing import availability, queue, relays
from storage.pairing import pairings as kept
from storage.people import areas

T = TypeVar("T")

WARD_DEPTH = 3  # strokes in the path of a ward

_PAGES = 8, 64
"""Candidates read at once: the first suits nearly always."""


class SqlLedger:
    """What was read or put is known from then on, and what was put is written together: before a question whose answer
    hangs on it, and by `save`. Whatever is written beside a ledger is written before it is asked.

    `pseudonym` names people in the history, which outlives them.
    """

    def __init__(self, connection: Connection, clock: Clock, pseudonym: Callable[[str], str]) -> None:
        self._connection, self._clock, self._pseudonym = connection, clock, pseudonym
        self._known: dict[tuple[str, str], Any] = {}
        self._taken: dict[str, int] = {}
        self._requests: dict[str, Request] = {}
        self._offers: dict[str, Offer] = {}
        self._pairings: dict[str, Pairing] = {}
        self._recount: dict[str, dict[str, int]] = {}  # whose places are counted anew, with marks that change
        self._left: set[str] = set()  # requests that nobody in particular helps with any more
        self._notes: list[PairingNote] = []

    # --- reading ---

    def _get(self, what: str, key: str, read: Callable[[], T]) -> T:
        """What was read or put before, else what `read` gives."""
        if (what, key) not in self._known:
            self._known[what, key] = read()
        return self._known[what, key]  # type: ignore[no-any-return]

    def _fresh(self) -> Connection:
        """The connection, when all that was put has been written."""
        self._flush()
        return self._connection

    def learner(self, learner_id: str) -> Learner | None:
        return self._get("learner", learner_id, lambda: read_learner(placed(self._connection, learner_id)))

    def instructor(self, learner_id: str) -> Instructor | None:
        return self._get("instructor", learner_id, lambda: self._instructor(learner_id))

    def _instructor(self, learner_id: str) -> Instructor | None:
        row = availability.instructor(self._connection, learner_id)
        if row is not None:
            self._taken[learner_id] = row["taken"]
        return read_instructor(row)

    def request(self, request_id: str) -> Request | None:
        return self._get("request", request_id, lambda: read_request(kept.request(self._connection, request_id)))

    def offer(self, offer_id: str) -> Offer | None:
        return self._get("offer", offer_id, lambda: read_offer(kept.offer(self._connection, offer_id)))

    def pairing(self, pairing_id: str) -> Pairing | None:
        return self._get("pairing", pairing_id, lambda: read_pairing(kept.pairing(self._connection, pairing_id)))

    def load(self, instructor_id: str) -> int:
        """As the ledger's, counted anew after something was put that takes or frees a place."""
        if instructor_id in self._recount:
            self._flush()
        if instructor_id not in self._taken:
            self._instructor(instructor_id)
        return self._taken.get(instructor_id, 0)

    def requests_of(self, learner_id: str) -> Sequence[Request]:
        return [known for row in kept.requests_of(self._fresh(), learner_id) if (known := read_request(row))]

    def owned_by(self, person_id: str, limit: int = 1_000_000) -> Sequence[Request]:
        return [known for row in kept.owned_by(self._fresh(), person_id, limit) if (known := read_request(row))]

    def offer_for(self, request_id: str) -> Offer | None:
        """As the ledger's; what was put about this request is known, so nothing need be written first."""
        # What was put of a request's offers, a learner's pairings is known: what else there is has been written.
        return self._get("offer_for", request_id, lambda: read_offer(kept.offer_for(self._connection, request_id)))

    def offers_to(self, instructor_id: str) -> Sequence[Offer]:
        return [known for row in kept.offers_to(self._fresh(), instructor_id) if (known := read_offer(row))]

    def pairing_of(self, learner_id: str) -> Pairing | None:
        return self._get("pairing_of", learner_id, lambda: read_pairing(kept.pairing_of(self._connection, learner_id)))

    def pairings_with(self, instructor_id: str) -> Sequence[Pairing]:
        return [known for row in kept.pairings_with(self._fresh(), instructor_id) if (known := read_pairing(row))]

    def previous(self, learner_id: str) -> str:
        return self._get("previous", learner_id, lambda: kept.previous(self._connection, learner_id))

    def tried(self, request: Request) -> Collection[str]:
        mine, her = request.request_id, request.learner_id
        tried = self._get("tried", mine, lambda: kept.tried(self._fresh(), mine, her))
        leaving = self.pairing_of(her) if request.kind == "change" else None
        return tried | {leaving.instructor_id} if leaving else tried

    def officers(self, path: str) -> Sequence[str]:
        return self._get("officers", path, lambda: availability.officers(self._connection, path))

    def answering(self, path: str) -> Sequence[str]:
        return self._get("answering", path, lambda: availability.answering(self._connection, path))

    def away(self, people: Sequence[str], now: int) -> Collection[str]:
        return self._get("away", " ".join(people), lambda: availability.away(self._connection, people, now))

    def best(self, request: Request, learner: Learner, now: int) -> Instructor | None:
        """As the ledger's: areas outwards, candidates page by page, until one has nothing against being asked."""
        tried, connection = self.tried(request), self._fresh()
        for width, prefix in scopes(learner.path):
            last, size = None, _PAGES[0]
            while rows := availability.candidates(connection, prefix, learner.lang, request.topic, now, size, last):
                for row in rows:
                    known = read_instructor(row)
                    if known and not against(known, row["taken"], learner, request.topic, tried, now, self._clock):
                        self._known["instructor", known.learner_id] = known
                        self._taken[known.learner_id] = row["taken"]
                        return known
                if len(rows) < size:
                    break
                last, size = rows[-1], _PAGES[1]
            if width == PROVINCE:
                break
        return None

    def first_waiting(self, instructor: Instructor, now: int) -> Request | None:
        """As the ledger's; whether the instructor may be asked at all is decided before any row is read."""
        load = self.load(instructor.learner_id)
        # Whether she may be asked at all does not depend on the learner: her own area and language stand for one.
        probe = Learner("", "", instructor.path, instructor.langs[0] if instructor.langs else "vi")
        if against(instructor, load, probe, "", (), now, self._clock):
            return None
        home, me = f"/{province(instructor.path)}/", instructor.learner_id
        row = queue.first_waiting(self._fresh(), me, home, instructor.langs, instructor.topics)
        if row is not None:
            self._known["learner", row["learner_id"]] = read_learner({**row, "confirmed": True})
        return read_request(row)

    def due(self, now: int, limit: int) -> Sequence[str]:
        return kept.due(self._fresh(), now, limit)

    # --- keeping ---

    def put_instructor(self, instructor: Instructor) -> None:
        """Write what the pairing itself changes of an instructor; capacity, topics and hours come from the settings."""
        before, who = self.instructor(instructor.learner_id), instructor.learner_id
        if not instructor.active:
            availability.suspend(self._connection, who)
        if before is None or before.paused_until_at != instructor.paused_until_at:
            availability.pause(self._connection, who, instructor.paused_until_at)
        marks = {name: getattr(instructor, name) for name in ("silences", "rest_until_at", "last_served_at")}
        self._recount.setdefault(who, {}).update(marks)
        self._known["instructor", who] = instructor

    def put_request(self, request: Request) -> None:
        """As the ledger's; where an open request loses its owner, what waits on its line is dropped with it."""
        before = self._known.get(("request", request.request_id))
        now_with = request.owner_id if request.state == "open" else ""
        if isinstance(before, Request) and before.state == "open" and before.owner_id != now_with:
            self._left.add(request.request_id)
        self._requests[request.request_id] = self._known["request", request.request_id] = request

    def put_offer(self, offer: Offer) -> None:
        """As the ledger's; the instructor's places are counted anew when it is written."""
        self._offers[offer.offer_id] = self._known["offer", offer.offer_id] = offer
        self._recount.setdefault(offer.instructor_id, {})
        self._one_open("offer_for", offer.request_id, offer, self._known.get(("offer_for", offer.request_id)))
        if offer.state in ("declined", "expired"):
            self._known.pop(("tried", offer.request_id), None)

    def put_pairing(self, pairing: Pairing) -> None:
        """As the ledger's; the learner's waiting requests are queued anew: for anybody now, or for nobody any more."""
        her = pairing.learner_id
        self._pairings[pairing.pairing_id] = self._known["pairing", pairing.pairing_id] = pairing
        self._recount.setdefault(pairing.instructor_id, {})
        self._one_open("pairing_of", her, pairing, self._known.get(("pairing_of", her)))
        if pairing.state == "open":
            self._known["previous", her] = pairing.instructor_id
        if pairing.ended_why in KEEP_APART:
            for key in [key for key in self._known if key[0] == "tried"]:
                del self._known[key]
        for request in self.requests_of(her):
            if request.state == "waiting":  # for anybody now, or for nobody any more
                self.put_request(request)

    def _one_open(self, what: str, of: str, new: Offer | Pairing, known: Offer | Pairing | None) -> None:
        """Of these at most one is open: the new one, the one that was known, or none."""
        if new.state == "open":
            self._known[what, of] = new
        elif known is None or _id(known) == _id(new):
            self._known[what, of] = None

    def put_note(self, note: PairingNote) -> None:
        """As the ledger's; written at the end, under pseudonyms."""
        self._notes.append(note)

    def last_note(self, request_id: str, what: str) -> int:
        new = [each.at for each in self._notes if (each.request_id, each.what) == (request_id, what)]
        return max((*new, kept.last_event(self._connection, request_id, what)))

    def forget(self, person_id: str) -> None:
        """Make sure that nobody can be offered to this person; `storage.people.forgetting` deletes."""
        availability.refresh(self._fresh(), person_id)
        self._known.clear()

    def save(self) -> None:
        """Write what is not written yet; the ledger may be asked on."""
        self._flush()
        notes, self._notes = self._notes, []
        kept.add_events(self._connection, [self._event(note) for note in notes])

    def _flush(self) -> None:
        """What was put, in the order of tables."""
        requests, self._requests = self._requests, {}
        offers, self._offers = self._offers, {}
        pairings, self._pairings = self._pairings, {}
        if offers or pairings or requests:
            kept.put_requests(self._connection, [self._request_row(each) for each in requests.values()])
            kept.put_offers(self._connection, [_offer_row(each) for each in offers.values()])
            kept.put_pairings(
                self._connection, [{**asdict(p), "ended_at": p.ended_at or None} for p in pairings.values()]
            )
            over = [each for each, request in requests.items() if request.state == "closed"]
            kept.drop_notices_about(
                self._connection, [*over, *(each for each, o in offers.items() if o.state != "open")]
            )
            ended = [each for each, pairing in pairings.items() if pairing.state != "open"]
            for line in sorted({*over, *ended, *self._left}):
                relays.drop(self._connection, line)
            self._left.clear()
        recount, self._recount = self._recount, {}
        for who, marks in sorted(recount.items()):
            self._taken[who] = availability.refresh(self._connection, who, **marks)

    def _request_row(self, request: Request) -> Row:
        row = {**asdict(request), "owner_id": request.owner_id or None, "queue": ""}
        if request.state == "waiting" and (learner := self.learner(request.learner_id)):
            pairing = self.pairing_of(request.learner_id)
            row["queue"] = learner.lang if is_waiting_for_somebody(request, learner, pairing) else ""
        return row

    def _event(self, note: PairingNote) -> Row:
        people = {
            key: self._pseudonym(value) if key in ("to", "who", "by") else value for key, value in note.detail.items()
        }
        row: dict[str, Any] = {"at": note.at, "by": self._pseudonym(note.by) if note.by else "", "what": note.what}
        row |= {"request_id": note.request_id or None, "pairing_id": note.pairing_id or None}
        return {**row, "detail": kept.to_json(people)}


def _id(of: Offer | Pairing) -> str:
    return of.offer_id if isinstance(of, Offer) else of.pairing_id


def _offer_row(offer: Offer) -> Row:
    return {**asdict(offer), "settled_at": offer.settled_at or None, "reserves": int(offer.reserves)}


def placed(connection: Connection, learner_id: str) -> Row | None:
    """A learner's row; of a branch or a group also the ward is named, for who must go there."""
    row = availability.learner(connection, learner_id)
    deep = row is not None and row["path"].count("/") > WARD_DEPTH
    return {**row, "area": areas.place_of(connection, row["path"])} if row is not None and deep else row


def read_learner(row: Row | None) -> Learner | None:
    """A row of `standings` as a learner; None for no row."""
    if row is None:
        return None
    needs = tuple(json.loads(row["needs"]))
    return Learner(row["learner_id"], row["name"], row["path"], row["lang"], needs, bool(row["confirmed"]), row["area"])


def read_instructor(row: Row | None) -> Instructor | None:
    """A row of `standings` as an instructor; None for no row."""
    if row is None:
        return None
    return Instructor(
        row["learner_id"],
        row["name"],
        row["path"],
        row["capacity"],
        tuple(json.loads(row["topics"])),
        tuple(json.loads(row["langs"])),
        _hours(row["hours"]),
        bool(row["active"]),
        row["conduct_at"] is not None,
        row["paused_until_at"] or 0,
        row["rest_until_at"],
        row["silences"],
        row["served_at"],
        bool(row["away"]),
        availability.writable_until(row),
    )


def read_request(row: Row | None) -> Request | None:
    """A row of `pairings` as a request; None for no row."""
    if row is None:
        return None
    names = Request.__dataclass_fields__
    return Request(**{**{name: row[name] for name in names}, "owner_id": row["owner_id"] or ""})


def read_offer(row: Row | None) -> Offer | None:
    """A row of `pairings` as an offer; None for no row."""
    if row is None:
        return None
    return Offer(**{**row, "settled_at": row["settled_at"] or 0, "reserves": bool(row["reserves"])})


def read_pairing(row: Row | None) -> Pairing | None:
    """A row of `pairings` as a pairing; None for no row."""
    return None if row is None else Pairing(**{**row, "ended_at": row["ended_at"] or 0})


def _hours(text: str) -> tuple[int, int]:
    """ "08:00-20:00" in minutes; empty or odd: any hour."""
    first, _, last = text.partition("-")
    try:
        begin, end = (int(part[:2]) * 60 + int(part[3:5]) for part in (first.strip(), last.strip()))
    except ValueError:
        return 0, 1440
    return (begin, end) if begin < end else (0, 1440)
