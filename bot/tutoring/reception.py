"""First contact: it is a machine, three lines of consent, what to call her; and later changes of these."""

from __future__ import annotations

import hashlib

import flows
from bot.tutoring.desk import ConsentAnswered, Desk
from bot.tutoring.menu import show_menu
from flows import events as ev

MAX_NAME = 30  # characters: the longest name that still fits a greeting on one line


def greet(desk: Desk) -> None:
    desk.say(desk.phrase("hello"))
    ask_consent(desk)


def ask_consent(desk: Desk, intro: str = "") -> None:
    if desk.person.consent == "new":
        desk.set_person(consent="asked")
    desk.say(intro)
    offer = (("c:yes", desk.phrase("label_agree")), ("c:no", desk.phrase("label_decline")))
    desk.offer(desk.phrase("consent"), offer, pending="consent")


def consent_wording(desk: Desk) -> str:
    """A short fingerprint of the words she answered to, kept with her answer as proof."""
    return hashlib.sha256(desk.book.phrases["consent"].encode()).hexdigest()[:16]


def take_consent(desk: Desk, answer: str) -> None:
    """Her answer to a question that is open; once she has agreed only "rút đồng ý" takes it back, no old button."""
    if answer == "yes" and not desk.agreed:
        desk.set_person(consent="agreed")
        desk.events.append(ConsentAnswered("agreed"))
        desk.say(desk.phrase("agreed"))
        ask_name(desk)
    elif answer == "no" and not desk.agreed and (desk.person.consent == "asked" or desk.talk.pending == "consent"):
        desk.set_person(consent="declined", name="")
        desk.events.append(ConsentAnswered("declined"))
        show_menu(desk, desk.phrase("declined"))
    elif answer in ("yes", "no"):
        desk.events.append(ev.TapIgnored("repeated"))


def ask_name(desk: Desk, again: bool = False) -> None:
    desk.offer(
        desk.phrase("name_again" if again else "ask_name"), (("n:skip", desk.phrase("label_skip")),), pending="name"
    )


def take_name(desk: Desk, text: str) -> None:
    """Her name as she writes it; digits and anything long are no name."""
    masked = flows.mask(text)
    name = " ".join(masked.text.split())
    if masked.kinds:
        desk.events.append(ev.SecretMasked(masked.kinds))
    if not 0 < len(name) <= MAX_NAME or not all(c.isalpha() or c in " .'’-" for c in name):
        ask_name(desk, again=True)
        return
    desk.set_person(name=name if not name.islower() else name.title())
    ask_address(desk)


def ask_address(desk: Desk) -> None:
    offer = tuple(
        (f"a:{at}", desk.phrase("label_address", goi=her, xung=me))
        for at, (her, me) in enumerate(flows.ADDRESSES.values())
    )
    desk.offer(desk.phrase("ask_address"), offer, pending="address")


def take_address(desk: Desk, number: str) -> None:
    addresses = list(flows.ADDRESSES)
    if not number.isascii() or not number.isdigit() or int(number[:3]) >= len(addresses):
        ask_address(desk)
        return
    desk.set_person(address=addresses[int(number)])
    desk.change(pending="")
    intro = desk.phrase("address_set")
    if desk.talk.open_run is None:
        show_menu(desk, intro)
    else:
        desk.say(intro)
