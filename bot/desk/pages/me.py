"""Where am I in, and how do I come in? Ends in: a browser put out, a password chosen, a one-time code switched on."""

from __future__ import annotations

from bot.desk.services import DeskServices
from bot.desk.squares import square
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from flows.saying import say

WAYS = {
    "link": say("bằng đường dẫn qua chat"),
    "password": say("bằng mật khẩu"),
    "code": say("bằng mật khẩu và mã một lần"),
}


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
    code = await desk.entrance.codes.state(visit.who.learner_id)
    values = {"login": account.shown if account else "", "code_on": day_and_hour(code.on_since, desk.zone)}
    return PageShown("me.html", {"browsers": browsers, "spares": code.spares, **values})


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


# --- the one-time code -------------------------------------------------------------------------------


async def show_code(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Whether a code is asked for; the secret to be put into a phone, until a first code was right."""
    state = await desk.entrance.codes.state(visit.who.learner_id)
    account = await desk.entrance.account(visit.who.learner_id)
    values = {
        "on": day_and_hour(state.on_since, desk.zone), "spares": state.spares, "secret": state.secret,
        "link": state.link, "picture": square(state.link) if state.link else "", "login": account is not None,
    }  # fmt: skip
    return PageShown("one_time.html", values)


async def change_code(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Begin, confirm, make spare codes anew, switch off. Raises CamtayError."""
    codes, who = desk.entrance.codes, visit.who
    match visit.form.get("act", ""):
        case "begin":
            await codes.begin(who.learner_id)
            return Redirect("me/code")
        case "confirm":
            made = await codes.confirm(who.learner_id, visit.form.get("code", "")[:80], who.session)
            return PageShown("spares.html", {"spares": made, "fresh": True})
        case "spares":
            return PageShown("spares.html", {"spares": await codes.renew_spares(who.learner_id), "fresh": False})
        case "off":
            await codes.turn_off(who.learner_id)
            return Redirect("me", say("Đã tắt mã một lần."))
    raise CamtayError(say("Chưa rõ chị muốn làm gì; chọn lại một nút trên trang."))
