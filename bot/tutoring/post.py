"""An officer's desk in the chat: what waits for her, one request with whom she can ask, one person. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from bot.tutoring.desk import Desk
from bot.tutoring.talk import Offer

A_PAGE = 6
KINDS = {"pair": "post_pair", "help": "post_help", "safety": "post_safety", "change": "post_change"}


def key(person_id: str) -> str:
    """A person within a button's 64 bytes; looked for among those who may be asked, never used by itself."""
    return f"{crc32(person_id.encode()):08x}"


def called(desk: Desk, name: str) -> str:
    return desk.phrase("called", ten_goi=name) if name else desk.phrase("somebody")


def show(desk: Desk, requests: Sequence[tuple[str, str, str, str]], asking: Sequence[tuple[str, str, str]]) -> None:
    """`requests` are (id, kind, name, since), `asking` (id, name, area) of who would like to guide others."""
    buttons: list[tuple[str, str]] = []
    for request_id, kind, name, since in requests[:A_PAGE]:
        label = desk.phrase(KINDS[kind], ai=called(desk, name), luc=since)
        buttons.append((f"q:request:{request_id}", f"{label[:1].upper()}{label[1:]}"))
    for person_id, name, _ in asking[:A_PAGE]:
        buttons.append((f"q:person:{person_id}", desk.phrase("post_asks", ai=called(desk, name))))
    buttons.append(("q:helpers:0", desk.phrase("label_helpers")))
    buttons.append(("v:begin", desk.phrase("label_meeting")))
    buttons.append(("x:list", desk.phrase("label_given")))
    buttons.append(("g:menu", desk.phrase("label_menu")))
    count = str(len(requests) + len(asking))
    desk.offer(desk.phrase("post_list" if requests or asking else "post_empty", so=count), tuple(buttons))


def show_request(
    desk: Desk, request_id: str, lines: Sequence[str], who: Sequence[tuple[str, str]], *, stranger: bool, is_open: bool
) -> None:
    """`lines` say why it is where it is; `who` are (id, label) of instructors who can be asked."""
    buttons: list[tuple[str, str]] = []
    if not is_open:
        buttons.append((f"o:take:{request_id}", desk.phrase("label_take")))
    if stranger:
        buttons.append((f"q:confirm:{request_id}", desk.phrase("label_confirm_member")))
    buttons += [(f"q:ask:{request_id}:{key(person_id)}", label) for person_id, label in who]
    buttons.append(("q:list:", desk.phrase("label_post")))
    desk.offer("\n".join(lines), tuple(buttons))


def choose_area(desk: Desk, request_id: str, areas: Sequence[tuple[str, str]]) -> None:
    """Where a stranger belongs: one of the officer's own areas or of those right below."""
    offer: Offer = tuple((f"q:in:{request_id}:{area_id}", name) for area_id, name in areas)
    desk.offer(desk.phrase("post_where"), (*offer, (f"q:request:{request_id}", desk.phrase("label_back"))))


def show_helpers(desk: Desk, people: Sequence[tuple[str, str, str]], page: int) -> None:
    """(id, name, how many she has) of the instructors of her areas."""
    page = max(0, min(page, max(len(people) - 1, 0) // A_PAGE))
    shown = people[page * A_PAGE : (page + 1) * A_PAGE]
    buttons = [
        (f"q:person:{person_id}", f"{name or desk.phrase('somebody')} · {load}") for person_id, name, load in shown
    ]
    if len(people) > (page + 1) * A_PAGE:
        buttons.append((f"q:helpers:{page + 1}", desk.phrase("label_more")))
    buttons.append(("q:list:", desk.phrase("label_post")))
    desk.offer(desk.phrase("post_helpers" if people else "post_no_helpers"), tuple(buttons))


def show_person(
    desk: Desk, person_id: str, name: str, area: str, state: str, stamp: str = "", *, mine: bool = True
) -> None:
    """One instructor, or somebody who would like to be one.

    `stamp` names her suspension; `mine`: the officer at the desk has the right to lift it.
    """
    beyond = state == "suspended" and not mine
    text = desk.phrase("post_lift_above" if beyond else f"post_person_{state}", ai=called(desk, name), khu=area)
    act = {
        "active": (f"q:pause:{person_id}", desk.phrase("label_suspend")),
        "asked": (f"q:approve:{person_id}", desk.phrase("label_approve")),
        "suspended": (f"q:lift:{person_id}:{stamp}", desk.phrase("label_lift")),
    }[state]
    offer = (*(() if beyond else (act,)), ("q:list:", desk.phrase("label_post")))
    desk.offer(f"{text[:1].upper()}{text[1:]}", offer)


def ask_suspend(desk: Desk, person_id: str, name: str) -> None:
    yes, no = desk.phrase("label_suspend_yes"), desk.phrase("label_back")
    offer = ((f"q:suspend:{person_id}", yes), (f"q:person:{person_id}", no))
    desk.offer(desk.phrase("post_suspend_ask", ai=called(desk, name)), offer)
