"""Is she somebody who is there already? Ends in: the line of a list that she is, or two persons side by side.

An officer says that a line of a list is a person. That two phones are one person's she says herself (see `joining`).
"""

from __future__ import annotations

from bot.desk.areas import about
from bot.desk.full_names import names_on
from bot.desk.naming import ROLES, STATES
from bot.desk.pages.people import MOST_WORDS, is_id
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import heard
from bot.errors import CamtayError, NotAllowed
from bot.people.service import NobodyThere
from flows.saying import said_by, say
from storage.desk import people as kept
from storage.desk.people import FoundRow, Wanted
from storage.engine.database import Connection
from storage.people.areas import AreaRow
from storage.people.naming import words_of

MOST = 20
WARD = 3  # parts of a ward's path: namesakes of one ward are looked for, whatever branch a list says


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The person and those of the ward who bear the same name, side by side. Raises NobodyThere."""
    person_id, actor, now = visit.path["person"], visit.who.actor, desk.now()
    typed = visit.query.get("q", "").strip()[:80]

    def look(connection: Connection, place: AreaRow) -> dict[str, object]:
        ward = "/".join(place.path.split("/")[:WARD]) + "/"
        paths = (ward,) if actor.may("see_people", ward) else (place.path,)
        rows = _called(connection, visit, person_id, typed) if typed else kept.alike(connection, person_id, paths, MOST)
        told = kept.details(connection, [person_id, *(row.person_id for row in rows if not row.is_entry)])
        names = kept.area_names(connection, [row.area_id for row in rows])
        hers, who = told[person_id], names_on(visit, connection, told)
        others = [
            {
                "id": row.person_id, "is_entry": row.is_entry, "area": names.get(row.area_id, ""),
                "name": row.name if row.is_entry else who[row.person_id],
                "roles": [ROLES[row.role]] if row.is_entry else [ROLES[each[0]] for each in told[row.person_id].roles],
                "seen": "" if row.is_entry else heard(told[row.person_id].seen_at, now),
            }
            for row in rows
        ]  # fmt: skip
        return {
            "name": who[person_id], "area": place.name,
            "roles": [ROLES[each[0]] for each in hers.roles], "seen": heard(hers.seen_at, now), "others": others,
            "q": typed,
        }  # fmt: skip

    found = await about(desk, visit, person_id, look)
    return PageShown("same.html", {"id": person_id, "states": STATES, **found})


def _called(connection: Connection, visit: Visit, person_id: str, typed: str) -> list[FoundRow]:
    """Who is called so, or whose id begins so, in her areas."""
    paths, words = tuple(visit.who.actor.paths("see_people")), tuple(words_of(typed)[:MOST_WORDS])
    rows = kept.called(connection, paths, typed.lower(), MOST) if is_id(typed) else []
    rows = rows or (kept.found(connection, Wanted(paths, words=words), None, MOST + 1) if words else [])
    return [row for row in rows if row.person_id != person_id][:MOST]


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Say that a line of a list is the person. Raises NobodyThere, CamtayError."""
    person_id = visit.path["person"]
    await about(desk, visit, person_id, lambda connection, place: None)
    try:
        await desk.officers.people.recognise(visit.who.actor, person_id, visit.form.get("dong", ""))
    except (NotAllowed, NobodyThere) as refusal:
        raise CamtayError(said_by(refusal)) from None
    return Redirect(f"person/{person_id}", say("Đã gộp: dòng trong danh sách là của chị ấy."))
