"""First contact: it is a machine, three lines of consent, what to call the learner; and later changes of these."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import flows
from bot.people.policy.commands import ShowTeaching
from bot.tutor.menu import show_menu
from bot.tutor.turn import ConsentAnswered, TurnContext
from flows import Book
from flows import events as ev
from flows.words.keys import plain_of, split
from flows.words.understand import Words, fold, without_fillers

MAX_NAME = 30  # characters: the longest name that still fits a greeting on one line
MAX_NAME_WORDS = 4  # Vietnamese names have two to four; a longer line is a sentence

_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-][^\W\d_]*)*")
FEWEST_OF_SENTENCE = 2  # words
_IN_NO_NAME = frozenset("gì nào muốn không khong hông ko".split())  # Sao, Được, Lam, Hong (Hồng) are women's names
_FACT = re.compile(r"\{(\w+)\}")
_BEFORE_NAME = frozenset("dạ da thưa tên ten là la tôi toi tui mình gọi goi kêu keu".split())
_AFTER_NAME = frozenset("nha nhé nhe nghe ạ a đó do nè ne em con cháu chau ơi oi".split())
_NAMES_LIKE_YES = frozenset({"dung", "dũng"})  # "đúng" without its diacritics is many a woman's name
_SELF = {
    "chị": "chị/em", "chi": "chị/em", "cô": "cô/con", "co": "cô/con", "dì": "dì/con", "bác": "bác/cháu",
    "bac": "bác/cháu", "bà": "bà/con", "ba": "bà/con", "ngoại": "ngoại/con",
}  # fmt: skip


def greet(turn: TurnContext) -> None:
    """Say hello to a newcomer, with the question for consent."""
    turn.say(turn.phrase("hello"))
    ask_consent(turn)


def ask_consent(turn: TurnContext, intro: str = "") -> None:
    """Ask for consent, after the sentence `intro` if there is one; from now on the person is no newcomer."""
    if turn.person.consent == "new":
        turn.set_person(consent="asked")
    turn.say(intro)
    offer = (("c:yes", turn.phrase("label_agree")), ("c:no", turn.phrase("label_decline")))
    turn.offer(turn.phrase("consent"), offer, pending="consent")


def consent_text(book: Book, phrase_id: str, lang: str) -> str:
    """What is agreed to, in the learner's language, as it is kept: with the union's name, for any form of address."""
    sentence = book.sentence(phrase_id, lang)
    return _FACT.sub(lambda found: book.facts.get(found[1], found[0]), sentence)


def fingerprint(text: str) -> str:
    """Short, and kept with every answer to these words; the words themselves are kept once."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def take_consent(turn: TurnContext, answer: str) -> None:
    """Take the answer to an open question; once agreed only "rút đồng ý" takes it back, no old button."""
    if answer == "yes" and not turn.agreed:
        turn.set_person(consent="agreed")
        turn.events.append(ConsentAnswered("agreed"))
        turn.say(turn.phrase("agreed"))
        ask_name(turn)
    elif answer == "no" and not turn.agreed and (turn.person.consent == "asked" or turn.state.pending == "consent"):
        turn.set_person(consent="declined", name="", address=address_unasked(turn.person.address))
        turn.events.append(ConsentAnswered("declined"))
        show_menu(turn, turn.phrase("declined"))
    elif answer in ("yes", "no"):
        turn.events.append(ev.TapIgnored("repeated"))


def ask_name(turn: TurnContext, *, again: bool = False) -> None:
    """Ask what to call the learner; `again`: what was written could be no name."""
    turn.offer(
        turn.phrase("name_again" if again else "ask_name"), (("n:skip", turn.phrase("label_skip")),), pending="name"
    )


def take_name(turn: TurnContext, text: str) -> None:
    """Take the name as it is written ("tui tên Lan nha em" is Lan); with "bà Sáu" comes the form of address too."""
    masked = flows.mask(text, turn.book.nouns)
    if masked.kinds:
        turn.events.append(ev.SecretMasked(masked.kinds))
    address, name = _read_name(turn, masked.text)
    if name is None:
        ask_address(turn)
    elif is_of_office(turn.book.words, name):
        turn.say(turn.phrase("name_office"))
        ask_name(turn, again=True)
    elif not is_name(name):
        ask_name(turn, again=True)
    elif address is not None:
        turn.set_person(name=name, address=address)
        _introduced(turn)
    else:
        turn.set_person(name=name)
        ask_address(turn)


def is_name(name: str) -> bool:
    """Whether somebody can be called by it: letters, few words, one line."""
    return 0 < len(name) <= MAX_NAME and len(name.split()) <= MAX_NAME_WORDS and bool(_NAME.fullmatch(name))


def is_of_office(words: Words, name: str) -> bool:
    """Whether a name is, or holds, that of an office, a bank, the union or the tutor: others would trust it.

    Marks that were typed must be theirs, so that no woman's own name is refused; blanks and dots do not hide one.
    """
    said = split(name)
    joined = "".join(said)
    return any(_holds(said, office) or _is(joined, "".join(office)) for office in words.offices)


def _holds(said: Sequence[str], office: Sequence[str]) -> bool:
    starts = range(len(said) - len(office) + 1)
    return any(all(map(_is, said[at : at + len(office)], office)) for at in starts)


def _is(typed: str, word: str) -> bool:
    return typed == word or (typed.isascii() and typed == plain_of(word))


def is_sentence(text: str) -> bool:
    """Whether so many words hold one that no name has: "tôi học gì được"."""
    said = text.casefold().split()
    return len(said) > FEWEST_OF_SENTENCE and not _IN_NO_NAME.isdisjoint(said)


def may_be_name(words: Words, text: str) -> bool:
    """Whether a few words are more likely somebody's name than a worry: none of them is one that a cry is made of."""
    return is_name(text) and words.alarming.isdisjoint(fold(words, text))


def _read_name(turn: TurnContext, text: str) -> tuple[str | None, str | None]:
    """Form of address, if the name came with one, and the name; no name for "rather not" ("thôi")."""
    words, usual = turn.book.words, turn.book.words.answers
    parts = [part.strip(".,!?") for part in text.split()]
    if understands(words, text, (*usual.get("no", ()), *usual.get("later", ()))):
        return None, None
    while len(parts) > 1 and parts[0].casefold() in _BEFORE_NAME:
        parts.pop(0)
    while len(parts) > 1 and parts[-1] in _AFTER_NAME:
        parts.pop()
    address = None
    if len(parts) > 1 and parts[0].casefold() in _SELF:
        address = _SELF[parts.pop(0).casefold()]
    if " ".join(parts).casefold() not in _NAMES_LIKE_YES and understands(words, text, usual.get("yes", ())):
        return None, ""
    name = " ".join(parts)
    return address, name.title() if name.islower() else name


def understands(words: Words, text: str, ways: tuple[str, ...]) -> bool:
    """Whether the text is one of these, diacritics and polite particles aside."""
    said = " ".join(without_fillers(words, fold(words, text)))
    return any(said == " ".join(fold(words, way)) for way in ways)


def ask_address(turn: TurnContext) -> None:
    """Ask for the form of address, a button each."""
    offer = tuple(
        (f"a:{at}", turn.phrase("label_address", goi=her, xung=me))
        for at, (her, me) in enumerate(flows.ADDRESSES.values())
    )
    turn.offer(turn.phrase("ask_address"), offer, pending="address")


def address_unasked(address: str) -> str:
    """The form of address of somebody whom nobody asks any more: her own, or else the usual one."""
    return flows.DEFAULT_ADDRESS if address == flows.UNADDRESSED else address


def address_ways(number: int) -> tuple[str, ...]:
    """How a form of address may be typed besides the button's label."""
    her, me = list(flows.ADDRESSES.values())[number]
    return (her, f"{her} {me}", f"gọi {her}", f"gọi tôi là {her}", f"gọi tôi là {her} đi {me}", f"kêu {her}")


def take_address(turn: TurnContext, number: str) -> None:
    """Take the form of address with this number of `flows.ADDRESSES`; nonsense is asked again."""
    addresses = list(flows.ADDRESSES)
    if len(number) != 1 or not number.isascii() or not number.isdigit() or int(number) >= len(addresses):
        ask_address(turn)
        return
    turn.set_person(address=addresses[int(number)])
    _introduced(turn)


def _introduced(turn: TurnContext) -> None:
    turn.change(pending="", offer=())
    intro = turn.phrase("address_set")
    if turn.person.is_instructor:
        turn.say(intro)
        turn.events.append(ShowTeaching())
    elif turn.person.is_officer and turn.state.open_run is None:
        begins = (("dk:ask:", "label_desk"), ("q:list:0", "label_post"), ("g:menu", "label_menu"))
        turn.say(intro)
        turn.offer(turn.phrase("officer_begins"), tuple((token, turn.phrase(label)) for token, label in begins))
    elif turn.state.open_run is None:
        show_menu(turn, intro)
    else:
        turn.say(intro)


def tell_helper(turn: TurnContext) -> None:
    """Say whom to call, and that somebody is asked, outside a lesson; inside one the engine answers."""
    turn.events.append(ev.HelpRequested("", 0, turn.state.pending, 0))
    name_helper(turn)


def name_helper(turn: TurnContext) -> None:
    """Say whom to call; nobody is asked."""
    turn.say(turn.phrase("help" if helper_known(turn) else "help_nobody"))


def helper_known(turn: TurnContext) -> bool:
    """Whether config.yaml names somebody to call, with a number."""
    return bool(turn.book.facts.get("nguoi_giup") and turn.book.facts.get("so_nguoi_giup"))


LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
"""Each language as those call it who speak it; one without a name here is shown by its code."""


def ask_language(turn: TurnContext) -> None:
    """The languages in which the tutor's own sentences are there; with one alone there is nothing to ask."""
    known = ("vi", *(each for each in turn.book.phrases_in if each != "vi"))
    offer = tuple((f"l:{each}", LANGUAGES.get(each, each)) for each in known)
    turn.offer(turn.phrase("ask_language"), offer, pending="language")


def take_language(turn: TurnContext, lang: str) -> None:
    """Go on in this language, if the tutor's own sentences speak it; else nothing happens."""
    if lang == "vi" or lang in turn.book.phrases_in:
        turn.change(lang=lang, offer=(), pending="")
        turn.say(turn.phrase("language_set"))
