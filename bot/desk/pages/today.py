"""Who needs me today? Ends in: a request or a report opened, a word to who is silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.desk.full_names import names_on
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import ago, clock, heard, left
from bot.people.policy.reach import REACHES
from flows.saying import say
from storage.desk import today as kept
from storage.desk.people import few_with
from storage.desk.today import QuietRow
from storage.desk.told import unseen
from storage.engine.database import Connection
from storage.people import areas
from storage.people.naming import place_key

MOST = 30  # of each kind on the page; more than that is a list's work
RENEWED_S = 30
SILENT = timedelta(days=14)
"""Two of the weekly lessons missed: reminders after a day and a week have said nothing to her."""

KINDS = {
    "safety": say("kêu cứu"), "help": say("cần người giúp"), "pair": say("cần người chỉ 1+1"),
    "change": say("xin đổi người chỉ"),
}  # fmt: skip
STATES = {"waiting": say("chưa ai nhận"), "offered": say("đang hỏi"), "open": say("đang lo")}


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What waits in the areas of whoever looks; `?khu=` shows one ward of them.

    Who has been silent is told within a ward: of a whole province it would be the same thirty for ever.
    """
    hers, now, chosen = visit.who.actor.paths("see_people"), desk.now(), visit.query.get("khu", "")
    strangers = not chosen and await desk.officers.requests.sees_strangers(visit.who.learner_id)
    is_wide = areas.is_whole(hers)

    def look(connection: Connection) -> dict[str, object]:
        found = areas.wards(connection) if is_wide else ()
        wards = {each.area_id: each for each in found if each.path.startswith(tuple(hers))}
        paths = [wards[chosen].path] if chosen in wards else hers
        one_ward = not is_wide or chosen in wards  # of a whole province everybody would be looked at
        requests = kept.waiting(connection, paths, MOST, strangers=strangers)
        open_offers = kept.offers(connection, paths, MOST)
        lines = [
            (row, both)
            for row in unseen(connection, paths, MOST)
            if (both := desk.officers.reported.sides(connection, visit.who.learner_id, row.line_id))
        ]
        unreached = kept.unreached(connection, paths, MOST)
        unheard = kept.silent(connection, paths, now - SILENT, MOST) if one_ward else []
        who = names_on(visit, connection, {
            *(each for row in requests for each in (row.learner_id, row.helper_id)),
            *(each for row in open_offers for each in (row.learner_id, row.instructor_id)),
            *(each for _, both in lines for each in both),
            *(row.learner_id for row in (*unreached, *unheard)),
        })  # fmt: skip
        waiting = [
            {
                "id": row.request_id, "name": who[row.learner_id], "area": row.area, "kind": KINDS[row.kind],
                "urgent": row.kind == "safety", "state": STATES[row.state],
                "helper": who[row.helper_id] if row.state != "waiting" else "",  # who was called has not taken it
                "since": ago(row.since_at, now), "left": left(row.due_at, now), "late": row.due_at < now,
            }
            for row in requests
        ]  # fmt: skip
        offers = [
            {
                "request": row.request_id, "asked": who[row.instructor_id], "name": who[row.learner_id],
                "area": row.area, "since": ago(row.made_at, now), "left": left(row.due_at, now),
                "late": row.due_at < now,
            }
            for row in open_offers
        ]  # fmt: skip
        told = [
            {"id": row.line_id, "both": [who[each] for each in both if each], "area": row.area,
             "reported": row.reported, "since": ago(row.at, now)}
            for row, both in lines
        ]  # fmt: skip
        quiet = [
            {**_person(row, who), "why": REACHES[row.why]}  # type: ignore[index]  # storage gives three of four words
            for row in unreached
        ]
        silent = [{**_person(row, who), "since": heard(row.seen_at, now)} for row in unheard] if one_ward else None
        asked = few_with(connection, tuple(paths), "asked", MOST)
        unconfirmed = few_with(connection, tuple(paths), "none", MOST) if one_ward else 0
        places = sorted(wards.values(), key=lambda ward: place_key(ward.name))
        return {
            "wards": places,
            "chosen": chosen,
            "asked": asked,
            "unconfirmed": unconfirmed,
            "waiting": waiting,
            "offers": offers,
            "told": told,
            "unreached": quiet,
            "silent": silent,
            "most": MOST,
            "seen_at": clock(now, desk.zone),
            "every_s": RENEWED_S,
        }

    return PageShown("today.html", await desk.officers.database.read(look))


def _person(row: QuietRow, who: Mapping[str, str]) -> dict[str, object]:
    return {"id": row.learner_id, "name": who[row.learner_id], "area": row.area, "role": row.role}
