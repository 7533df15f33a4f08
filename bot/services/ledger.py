"""The pairing's ledger in a database: the same questions as `Memory` answers, within one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any

from bot.tutoring.pairing.candidates import against, province, scopes
from bot.tutoring.pairing.deadlines import Clock
from bot.tutoring.pairing.model import PROVINCE, Instructor, Learner, Note, Offer, Pairing, Request
from storage import pairings as kept
from storage import relays
from storage.database import Connection
from storage.pairings import Row

_PAGE = 64


class SqlLedger:
    """`pseudonym` names people in the history, which outlives them."""

    def __init__(self, conn: Connection, clock: Clock, pseudonym: Callable[[str], str]) -> None:
        self._conn, self._clock, self._pseudonym = conn, clock, pseudonym

    def learner(self, learner_id: str) -> Learner | None:
        return read_learner(kept.learner(self._conn, learner_id))

    def instructor(self, learner_id: str) -> Instructor | None:
        return read_instructor(kept.instructor(self._conn, learner_id))

    def request(self, request_id: str) -> Request | None:
        return read_request(kept.request(self._conn, request_id))

    def offer(self, offer_id: str) -> Offer | None:
        return read_offer(kept.offer(self._conn, offer_id))

    def pairing(self, pairing_id: str) -> Pairing | None:
        return read_pairing(kept.pairing(self._conn, pairing_id))

    def load(self, instructor_id: str) -> int:
        return kept.load(self._conn, instructor_id)

    def requests_of(self, learner_id: str) -> Sequence[Request]:
        return [known for row in kept.requests_of(self._conn, learner_id) if (known := read_request(row))]

    def owned_by(self, person_id: str) -> Sequence[Request]:
        return [known for row in kept.owned_by(self._conn, person_id) if (known := read_request(row))]

    def offer_for(self, request_id: str) -> Offer | None:
        return read_offer(kept.offer_for(self._conn, request_id))

    def offers_to(self, instructor_id: str) -> Sequence[Offer]:
        return [known for row in kept.offers_to(self._conn, instructor_id) if (known := read_offer(row))]

    def pairing_of(self, learner_id: str) -> Pairing | None:
        return read_pairing(kept.pairing_of(self._conn, learner_id))

    def pairings_with(self, instructor_id: str) -> Sequence[Pairing]:
        return [known for row in kept.pairings_with(self._conn, instructor_id) if (known := read_pairing(row))]

    def previous(self, learner_id: str) -> str:
        return kept.previous(self._conn, learner_id)

    def tried(self, request: Request) -> Collection[str]:
        return kept.tried(self._conn, request.request_id, request.learner_id)

    def officers(self, path: str) -> Sequence[str]:
        return kept.officers(self._conn, path)

    def best(self, request: Request, learner: Learner, now: int) -> Instructor | None:
        tried = self.tried(request)
        for width, prefix in scopes(learner.path):
            after = None
            while rows := kept.candidates(self._conn, prefix, now, _PAGE, after):
                for row in rows:
                    known = read_instructor(row)
                    if known and not against(known, row["taken"], learner, request.topic, tried, now, self._clock):
                        return known
                last = rows[-1]
                after = last["silences"], _ratio(last), last["served_at"], last["learner_id"]
                if len(rows) < _PAGE:
                    break
            if width == PROVINCE:
                break
        return None

    def first_waiting(self, instructor: Instructor, now: int) -> Request | None:
        load = self.load(instructor.learner_id)
        # Whether she may be asked at all does not depend on the learner: her own area and language stand for one.
        probe = Learner("", "", instructor.path, instructor.langs[0] if instructor.langs else "vi")
        if against(instructor, load, probe, "", (), now, self._clock):
            return None
        home = f"/{province(instructor.path)}/"
        return read_request(
            kept.first_waiting(self._conn, instructor.learner_id, home, instructor.langs, instructor.topics)
        )

    def due(self, now: int, limit: int) -> Sequence[str]:
        return kept.due(self._conn, now, limit)

    def put_instructor(self, instructor: Instructor) -> None:
        """What the pairing itself changes of her; capacity, topics and hours are written by her settings."""
        if not instructor.active:
            kept.suspend(self._conn, instructor.learner_id)
        kept.pause(self._conn, instructor.learner_id, instructor.paused_until_at)
        kept.refresh(
            self._conn,
            instructor.learner_id,
            silences=instructor.silences,
            rest_until_at=instructor.rest_until_at,
            last_served_at=instructor.last_served_at,
        )

    def put_request(self, request: Request) -> None:
        kept.put_request(self._conn, {**asdict(request), "owner_id": request.owner_id or None})
        if request.state == "closed":
            kept.drop_notices_about(self._conn, request.request_id)
            relays.drop(self._conn, request.request_id)

    def put_offer(self, offer: Offer) -> None:
        row = {**asdict(offer), "settled_at": offer.settled_at or None, "reserves": int(offer.reserves)}
        kept.put_offer(self._conn, row)
        if offer.state != "open":
            kept.drop_notices_about(self._conn, offer.offer_id)
        kept.refresh(self._conn, offer.instructor_id)

    def put_pairing(self, pairing: Pairing) -> None:
        kept.put_pairing(self._conn, {**asdict(pairing), "ended_at": pairing.ended_at or None})
        if pairing.state != "open":
            relays.drop(self._conn, pairing.pairing_id)
        kept.refresh(self._conn, pairing.instructor_id)

    def put_note(self, note: Note) -> None:
        people = {
            key: self._pseudonym(value) if key in ("to", "who", "by") else value for key, value in note.detail.items()
        }
        row: dict[str, Any] = {"at": note.at, "by": self._pseudonym(note.by) if note.by else "", "what": note.what}
        row |= {"request_id": note.request_id or None, "pairing_id": note.pairing_id or None}
        kept.add_events(self._conn, [{**row, "detail": kept.said(people)}])

    def forget(self, person_id: str) -> None:
        """Deletion itself is `storage.forgetting`'s; here it is only made sure that nobody can be offered to her."""
        kept.refresh(self._conn, person_id)


def read_learner(row: Row | None) -> Learner | None:
    if row is None:
        return None
    needs = tuple(json.loads(row["needs"]))
    return Learner(row["learner_id"], row["name"], row["path"], row["lang"], needs, bool(row["confirmed"]), row["area"])


def read_instructor(row: Row | None) -> Instructor | None:
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
    )


def read_request(row: Row | None) -> Request | None:
    if row is None:
        return None
    names = Request.__dataclass_fields__
    return Request(**{**{name: row[name] for name in names}, "owner_id": row["owner_id"] or ""})


def read_offer(row: Row | None) -> Offer | None:
    return (
        None
        if row is None
        else Offer(**{**row, "settled_at": row["settled_at"] or 0, "reserves": bool(row["reserves"])})
    )


def read_pairing(row: Row | None) -> Pairing | None:
    return None if row is None else Pairing(**{**row, "ended_at": row["ended_at"] or 0})


def _hours(text: str) -> tuple[int, int]:
    """ "08:00-20:00" in minutes; empty or odd: any hour."""
    first, _, last = text.partition("-")
    try:
        begin, end = (int(part[:2]) * 60 + int(part[3:5]) for part in (first.strip(), last.strip()))
    except ValueError:
        return 0, 1440
    return (begin, end) if begin < end else (0, 1440)


def _ratio(row: Row) -> float:
    return float(row["taken"] / max(row["capacity"], 1))
