"""What have we told people, and what do I want to tell them? Ends in: a text written, an old one looked at."""

from __future__ import annotations

from bot.announcements.policy.announcement import LONGEST, LONGEST_LINK, STATES, in_words
from bot.announcements.service import COUNTED, Unfit
from bot.desk.areas import area_choice
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from flows.saying import say
from storage.announcements import announcements as kept
from storage.announcements.records import AnnouncementRow
from storage.desk.people import area_names
from storage.engine.database import Connection

MOST = 50
BEGINS = 120  # characters by which an announcement is recognised


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The form, and what was told in the areas of whoever looks; `?o=` names the area that is written to, `?sua=` a
    text that was not sent and is written on."""
    mended = visit.form.get("sua") or visit.query.get("sua", "")
    begun = await _begun(desk, visit, mended) if mended and not visit.form else None
    choice = await area_choice(desk, visit, "announce", visit.form.get("area") or visit.query.get("o", ""))

    def look(connection: Connection) -> tuple[list[AnnouncementRow], dict[str | None, str]]:
        told = {row.announcement_id: row for path in paths for row in kept.under(connection, path, MOST)}
        rows = sorted(told.values(), key=lambda row: row.at, reverse=True)[:MOST]
        return rows, area_names(connection, (row.area_id for row in rows))

    paths = visit.who.actor.paths("announce")
    rows, names = await desk.officers.database.read(look)
    told = [
        {
            "id": row.announcement_id, "begins": _begins(row.body), "state": STATES.get(row.state, row.state),
            "area": names.get(row.area_id, ""), "reached": row.reached, "at": day_and_hour(row.at, desk.zone),
        }
        for row in rows
    ]  # fmt: skip
    values = {
        "choice": choice, "told": told,
        "text": begun.body if begun else visit.form.get("text", ""), "mended": mended,
        "link": begun.source_url if begun else visit.form.get("link", ""), "longest": LONGEST,
        "longest_link": LONGEST_LINK, "a_day": desk.officers.rules.a_day, "hosts": ", ".join(desk.officers.rules.hosts),
    }  # fmt: skip
    return PageShown("announcements.html", values)


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Keep a text, to be looked at before it is sent. Raises CamtayError, NotAllowed, NobodyThere."""
    form, service = visit.form, desk.officers.announcements
    try:
        made = await service.draft(
            visit.who.actor,
            form.get("area", ""),
            form.get("text", ""),
            form.get("link", ""),
            COUNTED,
            instead=form.get("sua", ""),
        )  # fmt: skip
    except Unfit as unfit:
        raise CamtayError(in_words(desk.officers.book(), unfit.fault, visit.lang)) from None
    return Redirect(
        f"announcement/{made.row.announcement_id}", say("Chưa gửi. Đọc lại như người nhận sẽ đọc, rồi gửi.")
    )


async def _begun(desk: DeskServices, visit: Visit, announcement_id: str) -> AnnouncementRow:
    """A text of hers that was not sent. Raises NotAllowed, NobodyThere."""
    row = (await desk.officers.announcements.show(visit.who.actor, announcement_id, COUNTED)).row
    if row.state != "draft":
        raise CamtayError(say("Tin này đã gửi, không sửa được nữa."))
    return row


def _begins(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= BEGINS else f"{line[:BEGINS].rsplit(' ', 1)[0]}…"
