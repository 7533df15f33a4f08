"""What will people read, and how many? Ends in: sent, stopped, or dropped."""

from __future__ import annotations

from bot.announcements.policy import announcement as pure
from bot.announcements.service import COUNTED, Unfit
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from flows.saying import say
from storage.announcements import announcements as kept
from storage.announcements.records import Reach
from storage.people import areas


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One announcement as its readers see it, and whom it reaches."""
    shown = await desk.officers.announcements.show(visit.who.actor, visit.path["id"], COUNTED)
    row, draft = shown.row, shown.draft
    values = pure.values_of(draft.body, draft.source_url, draft.whose)
    quiet = desk.officers.pairing.clock.quiet
    reach = await _reach(desk, row.area_id, shown.reach)
    missed = [(why, count) for name, why in pure.MISSED.items() if (count := getattr(reach, name))]
    return PageShown(
        "announcement.html",
        {
            "id": row.announcement_id, "area_id": row.area_id, "state": row.state,
            "stands": pure.STATES.get(row.state, row.state), "whose": draft.whose,
            "read": desk.officers.book().phrase(pure.phrase_of(draft.source_url), **values),
            "reach": reach, "missed": missed, "reached": row.reached, "when": day_and_hour(row.at, desk.zone),
            "quiet": f"{quiet.end:%H:%M}" if quiet.holds(desk.now()) else "",
        },
    )  # fmt: skip


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Send it, tell nobody more, or drop what was never sent. Raises CamtayError, NotAllowed, NobodyThere."""
    service, actor, announcement_id = desk.officers.announcements, visit.who.actor, visit.path["id"]
    here = f"announcement/{announcement_id}"
    match visit.form.get("act", ""):
        case "send":
            if not (await service.show(actor, announcement_id, COUNTED)).reach.told:
                raise CamtayError(say("Chưa có ai nhận được, nên chưa gửi."))
            try:
                await service.send(actor, announcement_id)
            except Unfit as unfit:
                raise CamtayError(pure.in_words(desk.officers.book(), unfit.fault, visit.lang)) from None
            return Redirect(here, say("Đang gửi, từ từ, sau mọi câu trả lời. Muốn dừng thì bấm nút dừng ở đây."))
        case "stop":
            told = await service.stop(actor, announcement_id)
            return Redirect(here, say("Đã dừng. {count} người đã nhận; người khác không nhận nữa.", count=told))
        case "drop":
            await service.drop(actor, announcement_id)
            return Redirect("announcements", say("Đã bỏ bản nháp."))
    raise CamtayError(say("Chưa rõ chị muốn làm gì; chọn lại một nút trên trang."))


async def _reach(desk: DeskServices, area_id: str, counted: Reach) -> Reach:
    """All of a wide area, where they have been counted beside the page; else as far as was counted for it."""
    if not counted.more:
        return counted

    path = await desk.officers.database.read(lambda c: areas.path_of(c, area_id))
    whole = await desk.counts.of(("reach", path), lambda c: kept.reach(c, path))
    return whole.value if whole is not None else counted
