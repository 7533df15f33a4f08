"""An officer's inbox in the chat: what waits, one request with whom can be asked, one person. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from bot.people.policy.reach import Reachability
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext

A_PAGE = 6
KINDS = {"pair": "post_pair", "help": "post_help", "safety": "post_safety", "change": "post_change"}


def key(person_id: str) -> str:
    """A person within a button's 64 bytes; looked for among those who may be asked, never used by itself."""
    return f"{crc32(person_id.encode()):08x}"


@dataclass(frozen=True, slots=True)
class OfficerTask:
    """A request in an officer's list. `mine`: the officer has taken it; `helper` whoever else has; a `stranger` is
    nobody whom the union has confirmed.
    """

    request_id: str
    kind: str
    name: str
    since: str
    mine: bool = False
    helper: str = ""
    taken: bool = False
    stranger: bool = False


def show(
    turn: TurnContext,
    work: Sequence[OfficerTask],
    asking: Sequence[tuple[str, str, str]],
    found: OfferedButtons = (),
    page: int = 0,
) -> None:
    """What waits for an officer, a page at a time; `asking` are (id, name, area) of who would like to be instructors.

    `found` are buttons of what was kept back. Cries of strangers that nobody has taken are one line, however many there
    are.
    """
    crowd = strangers(work)
    bundled = len(crowd) > 1
    buttons = [button for each in work if not (bundled and each in crowd[1:]) for button in [_line(turn, each)]]
    if bundled:
        label = turn.phrase("post_strangers", so=str(len(crowd)), luc=crowd[0].since)
        buttons = [("q:strangers:0", label) if b[0] == f"q:request:{crowd[0].request_id}" else b for b in buttons]
    buttons += found
    buttons += [(f"q:person:{who}", turn.phrase("post_asks", ai=turn.called(name))) for who, name, _ in asking]
    count = str(len(work) + len(asking) + len(found))
    text = turn.phrase("post_list" if buttons else "post_empty", so=count)
    rest = (
        ("q:helpers:0", "label_helpers"),
        ("q:phone:", "label_union_phone"),
        ("v:begin", "label_meeting"),
        ("x:list", "label_given"),
    )
    always = tuple((token, turn.phrase(label)) for token, label in (*rest, ("g:menu", "label_menu")))
    turn.offer(text, (*_paged(turn, buttons, page, "q:list"), *always))


def show_strangers(turn: TurnContext, work: Sequence[OfficerTask], page: int) -> None:
    """Cries of strangers, one by one, the oldest first."""
    crowd = strangers(work)
    buttons = _paged(turn, [_line(turn, each) for each in crowd], page, "q:strangers")
    text = turn.phrase("post_list" if crowd else "post_empty", so=str(len(crowd)))
    turn.offer(text, (*buttons, ("q:list:0", turn.phrase("label_post"))))


def strangers(work: Sequence[OfficerTask]) -> list[OfficerTask]:
    """The cries of people whom nobody knows, and whom nobody helps yet."""
    return [each for each in work if each.kind == "safety" and each.stranger and not each.taken]


def _paged(turn: TurnContext, buttons: Sequence[tuple[str, str]], page: int, token: str) -> OfferedButtons:
    page = max(0, min(page, max(len(buttons) - 1, 0) // A_PAGE))
    shown = tuple(buttons[page * A_PAGE : (page + 1) * A_PAGE])
    more = len(buttons) > (page + 1) * A_PAGE
    return (*shown, *(((f"{token}:{page + 1}", turn.phrase("label_more")),) if more else ()))


def _line(turn: TurnContext, one: OfficerTask) -> tuple[str, str]:
    her = turn.called(one.name, "role_stranger" if one.stranger else "role_learner")
    label = turn.phrase(KINDS[one.kind], ai=her, luc=one.since)
    if one.mine:
        label = turn.phrase("post_mine", viec=label)
    elif one.taken:
        label = turn.phrase("post_theirs", viec=label, ai=turn.called(one.helper))
    return f"q:request:{one.request_id}", f"{label[:1].upper()}{label[1:]}"


def show_mine(turn: TurnContext, request_id: str, lines: Sequence[str], *, union: bool, home: tuple[str, str]) -> None:
    """A request the officer has taken: write, the union's number where there is one and it is a cry, hand on, done."""
    buttons = [(f"y:talk:{request_id}", turn.phrase("label_write"))]
    if union:
        buttons.append((f"y:union:{request_id}", turn.phrase("label_give_union")))
    buttons.append((f"o:heirs:{request_id}", turn.phrase("label_hand_over")))
    buttons.append((f"o:done:{request_id}", turn.phrase("label_dealt")))
    turn.offer("\n".join(lines), (*buttons, home))


def choose_heir(turn: TurnContext, request_id: str, heirs: Sequence[tuple[str, str, str]]) -> None:
    """Ask who is to go on with the request; `heirs` are (id, name, role)."""
    back = (f"o:show:{request_id}", turn.phrase("label_back"))
    buttons = [(f"o:hand:{request_id}:{key(person_id)}", turn.called(name, role)) for person_id, name, role in heirs]
    if not heirs:
        buttons = [(f"o:done:{request_id}", turn.phrase("label_dealt"))]
    turn.offer(turn.phrase("hand_over_ask" if heirs else "hand_over_nobody"), (*buttons, back))


def gave_away(turn: TurnContext) -> None:
    """The instructor who was chosen is asked: it is the officer's no more."""
    turn.offer(turn.phrase("handed_to_instructor"), (("q:list:0", turn.phrase("label_post")),))


def show_request(
    turn: TurnContext,
    request_id: str,
    lines: Sequence[str],
    instructors: Sequence[tuple[str, str]],
    *,
    stranger: bool,
    is_open: bool,
) -> None:
    """`lines` say why it is where it is; `instructors` are (id, label) of instructors who can be asked."""
    take = ("o:relieve", "label_relieve") if is_open else ("o:take", "label_take")
    buttons = [(f"{take[0]}:{request_id}", turn.phrase(take[1]))]
    if stranger:
        buttons.append((f"q:confirm:{request_id}", turn.phrase("label_confirm_member")))
    buttons += [(f"q:ask:{request_id}:{key(person_id)}", label) for person_id, label in instructors]
    buttons.append(("q:list:0", turn.phrase("label_post")))
    turn.offer("\n".join(lines), tuple(buttons))


def choose_area(turn: TurnContext, request_id: str, areas: Sequence[tuple[str, str]]) -> None:
    """Where a stranger belongs: one of the officer's own areas or of those right below."""
    offer: OfferedButtons = tuple((f"q:in:{request_id}:{area_id}", name) for area_id, name in areas)
    turn.offer(turn.phrase("post_where"), (*offer, (f"q:request:{request_id}", turn.phrase("label_back"))))


def choose_phone_area(turn: TurnContext, areas: Sequence[tuple[str, str]]) -> None:
    """Ask for which area (area_id, name) the officer wants to write the union's number."""
    offer = tuple((f"q:phone:{area_id}", name) for area_id, name in areas[:A_PAGE])
    turn.offer(turn.phrase("union_phone_area"), (*offer, ("q:list:0", turn.phrase("label_post"))))


def ask_phone(turn: TurnContext, area_id: str, area: str, known: str, *, again: bool) -> None:
    """Which number the officers of this area give in an emergency; the first button carries the area."""
    text = "union_phone_again" if again else "union_phone_change" if known else "union_phone_ask"
    first = (f"q:nophone:{area_id}", turn.phrase("label_no_phone"))
    offer = (first, ("q:list:0", turn.phrase("label_post")))
    turn.offer(turn.phrase(text, khu=area, so=known), offer, pending="post.phone")


def show_helpers(turn: TurnContext, people: Sequence[tuple[str, str, str]], page: int) -> None:
    """The instructors of the officer's areas, each (id, name, how many learners)."""
    page = max(0, min(page, max(len(people) - 1, 0) // A_PAGE))
    shown = people[page * A_PAGE : (page + 1) * A_PAGE]
    buttons = [
        (f"q:person:{person_id}", f"{name or turn.phrase('somebody')} · {load}") for person_id, name, load in shown
    ]
    if len(people) > (page + 1) * A_PAGE:
        buttons.append((f"q:helpers:{page + 1}", turn.phrase("label_more")))
    buttons.append(("q:list:0", turn.phrase("label_post")))
    turn.offer(turn.phrase("post_helpers" if people else "post_no_helpers"), tuple(buttons))


def show_person(
    turn: TurnContext, person_id: str, name: str, area: str, state: str, stamp: str = "", *, mine: bool = True
) -> None:
    """One instructor, or somebody who would like to be one.

    `stamp` names the person's suspension; `mine`: this officer has the right to lift it.
    """
    beyond = state == "suspended" and not mine
    text = turn.phrase("post_lift_above" if beyond else f"post_person_{state}", ai=turn.called(name), khu=area)
    act = {
        "active": (f"q:pause:{person_id}", turn.phrase("label_suspend")),
        "asked": (f"q:approve:{person_id}", turn.phrase("label_approve")),
        "suspended": (f"q:lift:{person_id}:{stamp}", turn.phrase("label_lift")),
    }[state]
    offer = (*(() if beyond else (act,)), ("q:list:0", turn.phrase("label_post")))
    turn.offer(f"{text[:1].upper()}{text[1:]}", offer)


def show_reach(turn: TurnContext, name: str, reach: Reachability, seen: str) -> None:
    """Whether this person can be called, and when somebody was last heard there (`seen`, in words)."""
    if reach != "nowhere":
        text = turn.phrase(f"post_reach_{reach}", ai=turn.called(name), luc=seen)
        turn.say(f"{text[:1].upper()}{text[1:]}")


def ask_suspend(turn: TurnContext, person_id: str, name: str) -> None:
    """Ask whether the officer means to suspend this instructor."""
    yes, no = turn.phrase("label_suspend_yes"), turn.phrase("label_back")
    offer = ((f"q:suspend:{person_id}", yes), (f"q:person:{person_id}", no))
    turn.offer(turn.phrase("post_suspend_ask", ai=turn.called(name)), offer)
