"""Whom do I bring in, and how? Ends in: a code for one, a sheet of codes for a list, a poster; a code taken back."""

from __future__ import annotations

import asyncio

from bot.desk.areas import AreaChoice, area_choice
from bot.desk.naming import ROLES
from bot.desk.services import DeskServices
from bot.desk.squares import square
from bot.desk.visit import FileSent, PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day
from bot.errors import CamtayError, NotAllowed
from bot.people.policy.invitations import SHORT
from bot.people.policy.permissions import ROLES as ALL_ROLES
from bot.people.service import Invited, NobodyThere
from bot.prints import printed
from bot.prints.invitations import TITLE, CodeCard, poster, sheet
from flows.saying import said_by, say
from storage.desk.inviting import without_code
from storage.people import invitees

MOST = 100  # codes of one sheet: ten pages, drawn in a few seconds
PDF = "application/pdf"
_printing = asyncio.Semaphore(1)


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The forms; `?vai=` and `?khu=` choose already. Raises NobodyThere."""
    typed = {**visit.query, **visit.form}
    choice = await area_choice(desk, visit, "invite_learner", typed.get("khu", ""))
    roles = [(role, ROLES[role]) for role in _may(visit, choice)]
    now = desk.now()
    waiting = await desk.officers.database.read(
        lambda c: without_code(c, choice.paths, [role for role, _ in roles], now, MOST + 1, renew=False)
    )
    return PageShown("invite.html", {
        "choice": choice, "roles": roles, "role": typed.get("vai", "learner"), "waiting": len(waiting), "most": MOST,
        "address": desk.address,
    })  # fmt: skip


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Make what was asked for. Raises NobodyThere, CamtayError."""
    try:
        match visit.form.get("act"):
            case "one":
                return await _one(desk, visit)
            case "entry":
                return await _entry(desk, visit)
            case "sheet":
                return await _sheet(desk, visit)
            case "poster":
                return await _poster(desk)
    except NotAllowed as refusal:
        raise CamtayError(said_by(refusal)) from None
    raise CamtayError(say("Không rõ việc phải làm; hãy bấm lại một nút trên trang."))


async def _one(desk: DeskServices, visit: Visit) -> PageAnswer:
    choice, role = (
        await area_choice(desk, visit, "invite_learner", visit.form.get("khu", "")),
        visit.form.get("vai", ""),
    )
    if choice.chosen is None or role not in ALL_ROLES:
        raise CamtayError(say("Chưa chọn địa bàn hay vai."))
    return _code(await desk.officers.people.invite(visit.who.actor, role, choice.chosen_id), desk)


async def _entry(desk: DeskServices, visit: Visit) -> PageAnswer:
    entry = await desk.officers.database.read(lambda c: invitees.get(c, visit.form.get("dong", "")))
    if entry is None:
        raise NobodyThere
    try:
        made = await desk.officers.people.invite(visit.who.actor, entry.role, entry.area_id, entry.invitee_id)
    except NotAllowed:
        raise NobodyThere from None
    return _code(made, desk)


def _code(made: Invited, desk: DeskServices) -> PageAnswer:
    pictures = [{"link": link, "picture": square(link)} for link in made.links]
    how = say(
        "Mã mời {role}, {area}. Dùng một lần, tới {day}. Gõ mã trong Cầm Tay, hay soi mã vuông.",
        role=ROLES[made.role], area=made.area.name, day=day(made.expires_at, desk.zone),
    )  # fmt: skip
    return PageShown("code.html", {"code": made.code, "how": how, "back": "invite", "pictures": pictures})


async def _sheet(desk: DeskServices, visit: Visit) -> PageAnswer:
    choice = await area_choice(desk, visit, "invite_learner", visit.form.get("khu", ""))
    roles, now = _may(visit, choice), desk.now()
    if wanted := visit.form.get("vai", ""):
        roles = [role for role in roles if role == wanted]
    renew = "renew" in visit.form
    rows = await desk.officers.database.read(lambda c: without_code(c, choice.paths, roles, now, MOST, renew=renew))
    if not rows:
        raise CamtayError(say("Không còn ai trong danh sách mà chưa vào và chưa có mã."))
    made = await desk.officers.people.invite_all(visit.who.actor, rows)
    cards = [CodeCard(each.name, each.area.name, each.code, next(iter(each.links), "")) for each in made]
    page = sheet(cards, desk.union, day(made[0].expires_at, desk.zone))
    async with _printing:
        return FileSent(await printed([page], "pdf", TITLE), PDF, "ma-moi.pdf")


async def _poster(desk: DeskServices) -> PageAnswer:
    if not desk.address:
        raise CamtayError(say("Chưa có địa chỉ công khai của trang (web.public_url), nên chưa in được áp phích."))
    async with _printing:
        return FileSent(
            await printed([poster(desk.title, desk.union, desk.address)], "pdf", desk.title), PDF, "ap-phich.pdf"
        )


def _may(visit: Visit, choice: AreaChoice) -> list[str]:
    """The roles that she may bring to what is chosen, or to something of hers."""
    actor = visit.who.actor
    below = [f"{path}x/" for path in choice.paths] if choice.chosen is None else []
    return [role for role in ALL_ROLES if any(actor.may(f"invite_{role}", path) for path in (*choice.paths, *below))]


# --- codes that were given out -----------------------------------------------------------------------


async def show_codes(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Codes that are good, or were used of late. Raises NobodyThere."""
    choice = await area_choice(desk, visit, "invite_learner", visit.query.get("khu", ""))
    tops = [choice.chosen_id] if choice.chosen else [each for each, _, depth in choice.options if depth == 0]
    found = {}
    for area_id in tops:
        for row in await desk.officers.people.codes(visit.who.actor, area_id):
            found[row.code_hash] = row
    rows = [
        {
            "short": row.code_hash[:SHORT], "name": row.name, "role": ROLES[row.role], "area": row.area_name,
            "used": day(row.used_at, desk.zone), "until": day(row.expires_at, desk.zone), "holder": row.used_by or "",
        }
        for row in found.values()
    ]  # fmt: skip
    return PageShown("codes.html", {"codes": rows, "choice": choice})


async def take_back(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A code is worth nothing; who used it has no more what it brought. Raises CamtayError."""
    try:
        row = await desk.officers.people.revoke(visit.who.actor, visit.form.get("ma", ""))
    except NobodyThere:
        raise CamtayError(say("Mã này không còn, hoặc không do chị phát.")) from None
    if row.used_by is None:
        return Redirect("invite/codes", say("Đã thu lại mã."))
    return Redirect("invite/codes", say("Đã thu lại mã, và vai {role} mà mã đã giao.", role=ROLES[row.role]))
