"""Who did what, and when? For whoever answers for all of it. Ends in: a person's page opened, a right taken back."""

from __future__ import annotations

from bot.desk.policy.audit_words import in_words
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import day_and_hour
from bot.people.desk_links import DESK
from bot.people.policy.permissions import OPERATOR_NAME
from flows.saying import say
from storage.engine.database import Connection
from storage.people import areas, people
from storage.people.records import AuditRow

A_PAGE = 100
SHORT = 8  # hex digits of a pseudonym: enough to tell one from another on a page
OPERATOR_IN_WORDS = say("người giữ máy")

AuditPage = list[tuple[int, AuditRow]]


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A page of the audit, the latest first; `?truoc=` shows what lies before that line.

    Who works at the desk is called by name; of everybody else there is the pseudonym, which leads nowhere.
    """
    asked = visit.query.get("truoc", "")
    before = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 19 else None

    def look(c: Connection) -> tuple[AuditPage, list[tuple[str, str]], dict[str, str]]:
        rows = people.audit_before(c, before, A_PAGE)
        return rows, people.holders(c, sorted(DESK)), areas.names_of(c, {row.detail for _, row in rows})

    rows, holders, places = await desk.officers.database.read(look)
    names = {desk.officers.services.names.of(learner_id): name for learner_id, name in holders}
    names[OPERATOR_NAME] = OPERATOR_IN_WORDS
    lines = [
        {
            "at": day_and_hour(row.at, desk.zone), "by": names.get(row.by, row.by[:SHORT]), "what": in_words(row.what),
            "about": names.get(row.subject, row.subject[:SHORT]) if row.subject != row.by else "",
            "detail": places.get(row.detail, row.detail),
        }
        for _, row in rows
    ]  # fmt: skip
    return PageShown(
        "audit.html", {"lines": lines, "older": f"{visit.at}audit?truoc={rows[-1][0]}" if len(rows) == A_PAGE else ""}
    )
