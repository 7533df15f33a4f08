"""A person who has left something in every table that can hold something of hers."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from sqlalchemy import Connection, Table, delete, insert, update

from storage.announcements import tables as announcements_t
from storage.conversations import tables as conversations_t
from storage.desk import tables as desk_t
from storage.meetings import tables as meetings_t
from storage.pairing import tables as pairing_t
from storage.people import invitees, people
from storage.people import tables as people_t
from storage.people.records import InstructorRow, InviteeRow
from storage.programs import tables as programs_t
from storage.scams import tables as scams_t
from storage.unheard import tables as unheard_t
from tests.support.world import START

WARD = "w26041"
NAME = "Bông Súng"


def fill(connection: Connection, learner_id: str, other: str) -> None:
    """Rows of hers, named after her, some of which tie her to `other`."""

    def add(table: Table, **values: Any) -> None:
        connection.execute(insert(table), values)

    tag = f"{crc32(learner_id.encode()):x}"  # an id of a row must not give her away
    she, about = {"learner_id": learner_id}, {"lesson": "m", "at": 1}
    add(people_t.role, **she, role="instructor", area_id=WARD, state="active", by="x", at=1)
    add(unheard_t.unheard, **she, text=f"chào {NAME}", at=1)
    add(desk_t.desk_account, **she, login=f"l-{tag}", shown=NAME, password="x", set_at=1)
    add(desk_t.desk_code, **she, sealed=f"c-{tag}", made_at=1, on_since=1, last_step=1)
    add(desk_t.desk_spare, **she, code_hash=f"s-{tag}")
    add(desk_t.desk_session, session_hash=f"s-{tag}", **she, way="link", agent="x", made_at=1, seen_at=1)
    people.put_instructor(connection, InstructorRow(learner_id, 3, (), ("vi",), "08:00-20:00"))
    invitees.add(connection, [InviteeRow(f"i-{tag}", f"Nguyễn Thị {NAME}", WARD, "learner")], "x", START)
    connection.execute(
        update(people_t.invitee).where(people_t.invitee.c.invitee_id == f"i-{tag}").values(claimed_by=learner_id)
    )
    _ask(connection, f"r-{tag}", learner_id, other, NAME)
    _ask(connection, f"o-{tag}", other, learner_id, "")
    for pairing_id, learner, instructor in (
        (f"p-{tag}", learner_id, other),
        (f"q-{tag}", other, learner_id),
    ):
        add(
            pairing_t.pairing,
            pairing_id=pairing_id,
            learner_id=learner,
            instructor_id=instructor,
            state="open",
            opened_at=1,
        )
        add(
            pairing_t.relay,
            relay_id=f"1-{pairing_id}",
            pairing_id=pairing_id,
            from_id=learner,
            body=f"chào {NAME}",
            at=1,
        )
        add(
            pairing_t.relay,
            relay_id=f"2-{pairing_id}",
            pairing_id=pairing_id,
            from_id=instructor,
            body=f"{NAME} ơi",
            at=1,
        )
        add(pairing_t.skill_check, learner_id=learner, skill="s", level="alone", by=instructor, **about)
    add(programs_t.membership, **she, model_id=f"m-{tag}", since_at=1)
    add(announcements_t.announced, **she, announcement_id=f"a-{tag}")
    met = {"event_id": "e", "area_id": WARD, "by": "x", **about}
    add(meetings_t.attendance, learner_id=learner_id, **met)
    add(meetings_t.attendance, invitee_id=f"i-{tag}", **met)
    add(people_t.seat, **she, channel="web", chat_id="z", at=1)
    add(people_t.joined, **she, join_id=f"j-{tag}", at=1, rows=f'{{"person": {{"name": "{NAME}"}}}}')
    run = {"run_id": f"run-{tag}", "lesson": "m", "version": 1, **she}
    add(conversations_t.run, **run, started_at=1, points=0, passed=False)
    add(conversations_t.attempt, **run, step="s", answer=NAME, right=True, tries=1, points=1, at=1)
    add(conversations_t.award, **run, kind="badge", name="Giỏi", points=1, at=1)
    given = {"code": f"c-{tag}", "secret": "s", "name": NAME, "track": "m", "title": "Khởi động", "lessons": "[]"}
    add(conversations_t.certificate, **she, **given, points=0, at=1, shown="name")
    add(conversations_t.mark, **she, kind="skill", name="giu_ma", right=1, total=1, at=1)
    stand = {"path": "/", "free": 1, "taken": 0, "ratio": 0.0, "silences": 0, "rest_until_at": 0, "last_served_at": 0}
    connection.execute(delete(pairing_t.standing).where(pairing_t.standing.c.learner_id == learner_id))
    add(pairing_t.standing, **she, **stand)
    told = {"phrase": "offer_pair", "said": NAME, "buttons": "[]", "digest": 0, "at": 1, "due_at": 1}
    add(pairing_t.notice, **she, notice_id=f"1-{tag}", about="", **told)
    add(pairing_t.notice, learner_id=other, notice_id=f"2-{tag}", about=f"r-{tag}", **told)
    add(pairing_t.notice, learner_id=other, notice_id=f"3-{tag}", about=f"p-{tag}", **told)
    add(scams_t.drill, **she, sample="s", sent_at=1, said="scam", right=True, said_at=2)
    add(people_t.consent, **she, channel="c", answer="agreed", wording="w", at=1)


def _ask(connection: Connection, request_id: str, learner_id: str, owner: str, need: str) -> None:
    """A request of hers that `owner` was offered and owns."""
    who = {"learner_id": learner_id, "owner_kind": "instructor", "owner_id": owner, "need": need}
    request = {"request_id": request_id, "kind": "pair", "state": "open", "priority": 1, "since_at": 1, "width": 0}
    connection.execute(insert(pairing_t.request), {**request, **who, "due_at": 2})
    offer = {"offer_id": f"f-{request_id}", "request_id": request_id, "instructor_id": owner, "state": "open"}
    connection.execute(insert(pairing_t.offer), {**offer, "made_at": 1, "due_at": 2})
