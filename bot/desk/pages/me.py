"""Where am I in, and how do I come in? Ends in: a browser put out, a password chosen."""

from __future__ import annotations

from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from flows.saying import say

WAYS = {"link": say("bằng đường dẫn qua chat"), "password": say("bằng mật khẩu")}


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The browsers that are in, and the name to sign in with."""
    rows = await desk.entrance.sessions(visit.who.learner_id)
    browsers = [
        {
            "id": row.session_hash[:16], "agent": row.agent, "way": WAYS[row.way],
            "here": row.session_hash == visit.who.session, "made": day_and_hour(row.made_at, desk.zone),
            "seen": day_and_hour(row.seen_at, desk.zone),
        }
        for row in rows
    ]  # fmt: skip
    account = await desk.entrance.account(visit.who.learner_id)
    return PageShown("me.html", {"browsers": browsers, "login": account.shown if account else ""})


async def show_password(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The form to choose a name and a password."""
    account = await desk.entrance.account(visit.who.learner_id)
    login = visit.form.get("login", account.shown if account else "")
    return PageShown("password.html", {"login": login})


async def choose_password(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Set both; other browsers are put out. Raises CamtayError."""
    who, form = visit.who, visit.form
    await desk.entrance.choose_password(who.learner_id, form.get("login", ""), form.get("password", ""), who.session)
    return Redirect("me", say("Đã đặt mật khẩu. Các máy khác đã được cho ra."))


async def put_out(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Put one browser of hers out, or all but this one."""
    who, wanted = visit.who, visit.form.get("browser", "")
    if wanted == "others":
        await desk.entrance.leave_all(who.learner_id, who.session)
        return Redirect("me", say("Các máy khác đã được cho ra."))
    for row in await desk.entrance.sessions(who.learner_id):
        if wanted and row.session_hash.startswith(wanted):
            await desk.entrance.leave(who.learner_id, row.session_hash)
    return Redirect("me", say("Máy đó đã được cho ra."))
