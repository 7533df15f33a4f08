"""One request as an officer looks at it: how it stands, whom one could ask and why, what has happened so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.pairing.calls import calls_for
from bot.pairing.policy import history as words
from bot.pairing.policy import taking
from bot.pairing.policy.candidates import scopes
from bot.pairing.policy.explain import InstructorChoice, choices, situation
from bot.pairing.policy.model import WARD, Learner, Request
from bot.pairing.service import PairingContext
from bot.pairing.sql_ledger import SqlLedger, read_instructor
from bot.people.full_names import full_names
from storage.engine.database import Connection
from storage.engine.rows import Row
from storage.pairing import availability, history, pairings
from storage.pairing.history import AskedRow

AROUND = 60  # instructors of one ward that are looked at, whoever has a place left first: some 50 ms
ENOUGH, BEYOND = 8, 12  # who have a place left in the ward; else so many of the province are looked at, too


@dataclass(frozen=True, slots=True)
class RequestLook:
    """`lines` say why it is where it is, `asked` who was asked and what came of it, `happened` (ms, what) the rest.

    `guide` names the learner's instructor, `owner` whoever has taken the request, `heirs` (id, name) to whom that one
    may hand it over. `may_act`: whether whoever looks is one of those who may answer for the learner; `is_stranger`:
    nobody has confirmed the learner as a member; `quiet`: nobody is asked at this hour. `guided`: how many learners
    each of the choices guides; the rest of her load are offers she has not answered.
    """

    request: Request
    learner: Learner
    lines: tuple[str, ...]
    choices: tuple[InstructorChoice, ...]
    asked: tuple[AskedRow, ...]
    happened: tuple[tuple[int, str], ...]
    guide: str
    owner: str
    heirs: tuple[tuple[str, str], ...]
    may_act: bool
    is_stranger: bool
    quiet: bool
    guided: Mapping[str, int]


def look(connection: Connection, world: PairingContext, request_id: str, by: str, now: int) -> RequestLook | None:
    """The request as it stands at `now` (ms), for the person `by`; None where it or its learner is gone."""
    ledger = SqlLedger(connection, world.clock, world.pseudonym)
    row, request = pairings.request(connection, request_id), ledger.request(request_id)
    learner = ledger.learner(request.learner_id) if request else None
    if row is None or request is None or learner is None:
        return None
    calls = calls_for(connection, world.pseudonym, row, by) if request.kind == "safety" else ()
    asked, pairing = history.asked(connection, request_id), ledger.pairing_of(learner.learner_id)
    officers = ledger.answering(learner.path)
    guide, heirs = pairing.instructor_id if pairing else "", taking.heirs(ledger, request)
    others = *officers, *heirs, *(each.instructor_id for each in asked), guide, request.owner_id, by
    names = full_names(connection, (learner.learner_id, *others))
    hidden = {world.pseudonym(each): name for each, name in names.items()}
    found = _choices(connection, world, ledger, request, learner, now) if not _is_settled(request, guide, by) else []
    return RequestLook(
        request,
        learner,
        situation(ledger, request, now, world.clock, calls),
        tuple(found),
        tuple(asked),
        tuple(
            (each.at, words.told(each.what, each.by, each.detail, hidden, {world.pseudonym(who) for who in officers}))
            for each in history.happened(connection, request_id)
        ),
        names.get(guide, ""),
        names.get(request.owner_id, "") if request.state == "open" else "",
        tuple((each, names.get(each, "")) for each in heirs),
        by in officers,
        not learner.confirmed,
        world.clock.is_quiet(now),
        pairings.guided(connection, [each.instructor.learner_id for each in found]),
    )  # fmt: skip


def _is_settled(request: Request, guide: str, by: str) -> bool:
    """Whether there is nobody to be asked by `by`: a cry is never offered, what another has taken is that one's to give
    away, and who has an instructor asks for no other."""
    theirs = request.state == "open" and (request.owner_kind, request.owner_id) != ("officer", by)
    return request.kind == "safety" or request.state == "closed" or theirs or bool(guide and request.kind != "change")


def _choices(
    connection: Connection, world: PairingContext, ledger: SqlLedger, request: Request, learner: Learner, now: int
) -> list[InstructorChoice]:
    rows: dict[str, Row] = {}
    for width, prefix in scopes(learner.path):
        if width == WARD:
            rows |= {row["learner_id"]: row for row in availability.around(connection, prefix, AROUND)}
        elif width > WARD and sum(row["taken"] < row["capacity"] for row in rows.values()) < ENOUGH:
            more = availability.candidates(connection, prefix, learner.lang, request.topic, now, BEYOND)
            rows = {row["learner_id"]: row for row in more} | rows
    known = [(each, int(row["taken"])) for row in rows.values() if (each := read_instructor(row))]
    prefers = world.rules.prefer_previous and request.kind != "change"
    previous = ledger.previous(learner.learner_id) if prefers else ""
    return choices(learner, request.topic, known, ledger.tried(request), previous, now, world.clock)
