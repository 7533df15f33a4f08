"""Who did what, and when? For whoever answers for all of it."""

from __future__ import annotations

from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import day_and_hour
from storage.people import people

A_PAGE = 100


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A page of the audit, the latest first; `?truoc=` shows what lies before that line."""
    before = visit.query.get("truoc", "")
    rows = await desk.officers.database.read(
        lambda c: people.audit_before(c, int(before) if before.isdecimal() and len(before) < 19 else None, A_PAGE)
    )
    lines = [
        {
            "at": day_and_hour(row.at, desk.zone), "by": row.by[:8], "what": row.what, "about": row.subject[:8],
            "detail": row.detail,
        }
        for _, row in rows
    ]  # fmt: skip
    return PageShown("audit.html", {"lines": lines, "before": rows[-1][0] if len(rows) == A_PAGE else 0})
