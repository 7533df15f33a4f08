"""What is told of a message that somebody was sent: its signs in plain words, what to do, a human beside it. Pure.

It is another's message: never a cry of whoever asks, never kept, and never called safe.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.scams.policy.asking import asked_about, tells_of_own
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext, Whispered
from flows import mask
from flows.engine.stage import clean
from flows.signs.signs import ENDING, LONGEST, Sign, SignsFound, look
from flows.words.ear.ear import listen

MESSAGE = "scam.text"
"""The question to which whatever is written is a message to be looked at."""
OWN_CRY = 60  # characters of what may be a cry of her own although a message was asked for
PASTED = 80  # characters from which words in the middle of something else look like somebody else's message
MOST = 5  # signs that are told of: more nobody reads
TOKEN = 50  # characters of the ids that a button carries


def ask(turn: TurnContext) -> None:
    """Ask for the message."""
    turn.offer(turn.phrase("scam_ask"), (_on(turn),), MESSAGE)


def judge(turn: TurnContext, text: str) -> None:
    """Tell what was found in a message; nothing of it is kept but, masked, on the page until the next word. A question
    that was written with it ("tin này có lừa không: …") is no part of it."""
    about = asked_about(text)
    text = about.text if about else text
    masked = mask(clean(text[: LONGEST + ENDING]), turn.book.nouns)
    turn.events.append(Whispered(masked.text))
    if masked.kinds:
        turn.say(turn.phrase("scam_noted"))
    if len(text) > LONGEST + ENDING:
        turn.say(turn.phrase("scam_is_long"))
    found = look(turn.book.signs, text)
    tell(turn, found.signs if _speaks(found) else (), flagged=found.flagged)


def tell(turn: TurnContext, signs: Sequence[Sign], *, flagged: bool) -> None:
    """The signs, the three things to do, and the buttons under them."""
    phrases = dict.fromkeys(sign.phrase for sign in signs)
    told = "\n".join(f"• {turn.phrase(each)}" for each in list(phrases)[:MOST])
    if told:
        turn.say(turn.phrase("scam_flagged" if flagged else "scam_some", dau_hieu=told))
        turn.say(turn.phrase("scam_next"))
    else:
        turn.say(turn.phrase("scam_unknown"))
    did: OfferedButtons = (("g:emergency", turn.phrase("label_scam_did")),) if flagged else ()
    human = ("g:help", turn.phrase("label_ask_human"))
    another = ("sc:ask", turn.phrase("label_scam_another"))
    turn.offer(turn.phrase("scam_human"), (human, *did, another, _on(turn)))


def tell_kept(turn: TurnContext, ids: str) -> None:
    """What was found in a pasted message, of which only the ids of its signs were kept."""
    wanted = ids.split(".")
    signs = [sign for sign in turn.book.signs.signs if sign.id in wanted and sign.phrase]
    tell(turn, signs, flagged=bool(signs))


def asked(turn: TurnContext, text: str) -> str:
    """The message that she asks about in the same breath; empty where she asks about none, or what she tells is her own
    cry ("tôi lỡ chuyển tiền rồi, có phải lừa không"): that comes first."""
    about = asked_about(text)
    if about is None:
        return ""
    flagged = look(turn.book.signs, about.text).flagged
    alarm = listen(turn.book.words.ear, clean(about.text[:2000]))
    if alarm.level == "ring" and (alarm.kind or not flagged or tells_of_own(about.text)):
        return ""
    return about.text if flagged or about.surely else ""


def suspected(turn: TurnContext, text: str) -> str:
    """The ids of the signs in words that look like somebody else's message, though nobody asked for one; else empty.

    Long, with the signs of a scam, and no cry: that comes first. What may be a worry of her own is asked about too.
    """
    if len(text) < PASTED or listen(turn.book.words.ear, clean(text[:2000])).level == "ring":
        return ""
    found = look(turn.book.signs, text)
    return _joined(found.ids) if found.flagged else ""


def ask_suspected(turn: TurnContext, text: str, ids: str) -> None:
    """Ask whether it is to be looked at; kept are the ids alone."""
    turn.events.append(Whispered(mask(clean(text[:2000]), turn.book.nouns).text))
    offer: OfferedButtons = ((f"sc:signs:{ids}", turn.phrase("label_scam_look")),)
    if listen(turn.book.words.ear, clean(text[:2000])).level == "ask":
        offer = (*offer, ("g:emergency", turn.phrase("label_emergency_yes")))
    turn.offer(turn.phrase("scam_suspect"), (*offer, ("g:go_on", turn.phrase("label_scam_not"))))


def greet(turn: TurnContext) -> None:
    """A newcomer who forwards a message first is told who this is; nothing is kept."""
    if turn.person.consent == "new":
        turn.set_person(consent="asked")
        turn.say(turn.phrase("emergency_hello"))


def is_own_cry(turn: TurnContext, text: str) -> bool:
    """Whether what sounds like a cry may be one: not what was asked for as another's message, unless it is short and
    no thief would write it ("tui lỡ chuyển rồi")."""
    if turn.state.pending != MESSAGE:
        return True
    return len(text) <= OWN_CRY and not look(turn.book.signs, text, signs_alone=True).flagged


def _speaks(found: SignsFound) -> bool:
    """Whether its signs are worth telling: of an ordinary message one light word is not."""
    return found.flagged or found.weight >= 3


def _joined(ids: Sequence[str]) -> str:
    joined = ""
    for each in ids:
        longer = f"{joined}.{each}" if joined else each
        if len(longer) <= TOKEN:
            joined = longer
    return joined


def _on(turn: TurnContext) -> tuple[str, str]:
    if turn.state.open_run is not None or turn.state.parked:
        return "g:go_on", turn.phrase("label_continue")
    return "g:menu", turn.phrase("label_menu")
