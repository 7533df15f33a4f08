"""Whom do I bring in, and how? Ends in: a code for one, a sheet of codes for a list, a poster; a code taken back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from bot.desk.areas import AreaChoice, about, area_choice
from bot.desk.full_names import names_on
from bot.desk.language import teller
from bot.desk.naming import ROLES
from bot.desk.places import names_on_ways, way_key
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
from storage.desk.people import area_names
from storage.people import invitees
from storage.people.naming import order_key, place_key, words_of

MOST = 100  # codes of one sheet: ten pages, drawn in a few seconds
PDF = "application/pdf"
NO_POSTER = say("Chưa in được áp phích: người giữ máy chưa ghi địa chỉ trang. Xin gọi người giữ máy.")
_printing = asyncio.Semaphore(1)


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The forms; `?vai=` and `?khu=` choose already, `?nguoi=` says for whom. Raises NobodyThere."""
    typed = {**visit.query, **visit.form}
    person_id, person, home = typed.get("nguoi", ""), "", ""
    if person_id:
        person, home = await about(
            desk, visit, person_id, lambda c, place: (names_on(visit, c, [person_id])[person_id], place.area_id)
        )
    choice = await area_choice(desk, visit, "invite_learner", typed.get("khu") or home)
    roles = [(role, ROLES[role]) for role in _may(visit, choice)]
    now = desk.now()
    waiting = await desk.officers.database.read(
        lambda c: without_code(c, choice.paths, [role for role, _ in roles], now, MOST + 1, renew=False)
    )
    return PageShown("invite.html", {
        "choice": choice, "roles": roles, "role": typed.get("vai", "learner"), "waiting": len(waiting), "most": MOST,
        "address": desk.address or visit.here, "is_public": bool(desk.address), "person": person,
        "person_id": person_id,
    })  # fmt: skip


async def show_code(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The code that a form has just made; it is kept nowhere else."""
    if not visit.once:
        return Redirect("invite", say("Mã chỉ hiện một lúc sau khi làm. Cần nữa thì làm mã khác."))
    return PageShown("code.html", {**json.loads(visit.once), "square": square})


def code_once(visit: Visit, code: str, how: str, back: str, links: Sequence[str] = ()) -> Redirect:
    """To the page that shows a code once it is made."""
    told = {"code": code, "how": teller(visit.lang)(how), "back": back, "links": list(links)}
    return Redirect("code", once=json.dumps(told))


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Make what was asked for. Raises NobodyThere, CamtayError."""
    try:
        match visit.form.get("act"):
            case "one":
                return await _one(desk, visit)
            case "entry":
                return await _entry(desk, visit)
            case "sheet" | "renew" as act:
                return await _sheet(desk, visit, renew=act == "renew")
            case "poster":
                return await _poster(desk, visit)
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
    person_id = visit.form.get("nguoi", "")
    person = (
        await about(desk, visit, person_id, lambda c, _: names_on(visit, c, [person_id])[person_id])
        if person_id
        else ""
    )
    made = await desk.officers.people.invite(visit.who.actor, role, choice.chosen_id)
    return _code(made, desk, visit, person, f"person/{person_id}" if person_id else "invite")


async def _entry(desk: DeskServices, visit: Visit) -> PageAnswer:
    entry = await desk.officers.database.read(lambda c: invitees.get(c, visit.form.get("dong", "")))
    if entry is None:
        raise NobodyThere
    try:
        made = await desk.officers.people.invite(visit.who.actor, entry.role, entry.area_id, entry.invitee_id)
    except NotAllowed:
        raise NobodyThere from None
    return _code(made, desk, visit, entry.name, f"person/{entry.invitee_id}")


def _code(made: Invited, desk: DeskServices, visit: Visit, person: str, back: str) -> PageAnswer:
    links = made.links or _links(visit, made)
    way = say("Gõ mã trong Cầm Tay, hay soi mã vuông.") if links else say("Mở Cầm Tay rồi gõ mã này.")
    role = ROLES[made.role]
    what = say("Mã mời {role} cho {person}", role=role, person=person) if person else say("Mã mời {role}", role=role)
    how = say(
        "{what}, {area}. Dùng một lần, tới {day}. {way}",
        what=what, area=made.area.name, day=day(made.expires_at, desk.zone), way=way,
    )  # fmt: skip
    return code_once(visit, made.code, how, back, links)


def _links(visit: Visit, made: Invited) -> tuple[str, ...]:
    """Where nobody has set a public address: that by which she herself is here."""
    return (f"{visit.here}?moi={made.code}",) if visit.here else ()


async def _sheet(desk: DeskServices, visit: Visit, *, renew: bool) -> PageAnswer:
    """With `renew` also of those who have a code, which is worth nothing from now on: its own button asks first."""
    choice = await area_choice(desk, visit, "invite_learner", visit.form.get("khu", ""))
    roles, now = _may(visit, choice), desk.now()
    if wanted := visit.form.get("vai", ""):
        roles = [role for role in roles if role == wanted]
    rows = await desk.officers.database.read(lambda c: without_code(c, choice.paths, roles, now, MOST, renew=renew))
    if not rows:
        raise CamtayError(say("Không còn ai trong danh sách mà chưa vào và chưa có mã."))
    made = await desk.officers.people.invite_all(visit.who.actor, rows)
    names = await desk.officers.database.read(lambda c: area_names(c, (each.area.area_id for each in made)))
    until, address = day(made[0].expires_at, desk.zone), desk.address or visit.here
    by_branch: dict[str, list[CodeCard]] = {}
    ways = await names_on_ways(desk, (each.area.path for each in made))
    for each in sorted(made, key=lambda each: (way_key(each.area.path, ways), order_key(each.name))):
        link = next(iter(each.links or _links(visit, each)), "")
        card = CodeCard(each.name, names.get(each.area.area_id, each.area.name), each.code, link, address)
        by_branch.setdefault("/".join(each.area.path.split("/")[:4]), []).append(card)
    pages = [sheet(cards, desk.union, until) for cards in by_branch.values()]  # whoever has a branch takes her pages
    async with _printing:
        return FileSent(await printed(pages, "pdf", TITLE), PDF, "ma-moi.pdf")


async def _poster(desk: DeskServices, visit: Visit) -> PageAnswer:
    address = desk.address or visit.here
    if not address:
        raise CamtayError(NO_POSTER)
    async with _printing:
        page = poster(desk.title, desk.union, address)
        return FileSent(await printed([page], "pdf", desk.title), PDF, "ap-phich.pdf")


def _may(visit: Visit, choice: AreaChoice) -> list[str]:
    """The roles that she may bring to what is chosen, or to something of hers."""
    actor = visit.who.actor
    below = [f"{path}x/" for path in choice.paths] if choice.chosen is None else []
    return [role for role in ALL_ROLES if any(actor.may(f"invite_{role}", path) for path in (*choice.paths, *below))]


# --- codes that were given out -----------------------------------------------------------------------


async def show_codes(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Codes that are good, or were used of late, place by place; `?q=` of a name. Raises NobodyThere."""
    choice = await area_choice(desk, visit, "invite_learner", visit.query.get("khu", ""))
    tops = [choice.chosen_id] if choice.chosen else [each for each, _, depth in choice.options if depth == 0]
    found = {}
    for area_id in tops:
        for row in await desk.officers.people.codes(visit.who.actor, area_id):
            found[row.code_hash] = row
    names = await desk.officers.database.read(lambda c: area_names(c, (row.area_id for row in found.values())))
    typed = visit.query.get("q", "").strip()[:80]
    words = words_of(typed)
    groups: dict[str, list[dict[str, str]]] = {}
    for row in sorted(found.values(), key=lambda row: (place_key(names.get(row.area_id, "")), order_key(row.name))):
        said = words_of(row.name)
        if all(any(each.startswith(word) for each in said) for word in words):
            groups.setdefault(names.get(row.area_id, row.area_name), []).append({
                "short": row.code_hash[:SHORT], "name": row.name, "role": ROLES[row.role],
                "used": day(row.used_at, desk.zone), "until": day(row.expires_at, desk.zone),
            })  # fmt: skip
    return PageShown("codes.html", {"groups": groups, "choice": choice, "q": typed, "any": bool(found)})


async def take_back(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A code is worth nothing; who used it has no more what it brought. Raises CamtayError."""
    try:
        row = await desk.officers.people.revoke(visit.who.actor, visit.form.get("ma", ""))
    except NobodyThere:
        raise CamtayError(say("Mã này không còn, hoặc không do chị phát.")) from None
    if row.used_by is None:
        return Redirect("invite/codes", say("Đã thu lại mã."))
    return Redirect("invite/codes", say("Đã thu lại mã, và vai {role} mà mã đã giao.", role=ROLES[row.role]))
