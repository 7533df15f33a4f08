"""Official information for an area: which text and which links may go out at all, and how an officer sends it. Pure.

Whoever takes over an officer's account could reach twenty thousand women: a text goes out only without anything that
a thief would write, and a link only to a page of the state or the union, written so that it can be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.pairing.policy import links, relay
from bot.tutor import menu, onboarding
from bot.tutor.turn import OutgoingReply, TurnContext
from flows import Book
from flows.saying import say
from flows.words.masking import mask
from flows.words.wishes import NEWS, Wishes, wished

SHORTEST, LONGEST = 10, 900  # characters: a screen and a half of the smallest phone
LONGEST_LINK = 300
A_CRY = 60  # characters: whoever is robbed does not write more before help comes

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_LINK = re.compile(r"(?i:https)://(?P<host>[^/?#]*)(?P<rest>[/?#][!-~]*)?")
_AROUND = "()[]{}<>\"'“”‘’«».,;:!?…*_"
_DOTS = str.maketrans({"。": ".", "．": ".", "｡": ".", "․": "."})
_MAIL = re.compile(r"[a-z0-9][a-z0-9._-]*@(?P<host>[a-z0-9.-]+)")
_LANDLINE = re.compile(r"(?<!\d)(?:\(?02\d{1,2}\)?)(?:[\s.-]?\d){7,8}(?!\d)")


STATES = {
    "draft": say("chưa gửi"), "sending": say("đang gửi"), "stopped": say("đã dừng"), "sent": say("đã gửi xong"),
}  # fmt: skip
MISSED = {
    "not_agreed": say("chưa đồng ý lưu"),
    "away": say("đã chặn hay không ngồi máy mình"),
    "suspended": say("đang tạm dừng"),
    "invited": say("còn trong danh sách, chưa vào máy"),
}
"""Why an announcement does not reach somebody, by the names of `Reach`."""


@dataclass(frozen=True, slots=True)
class AnnouncementFault:
    """Why something does not go out: the phrase that says so, and its values."""

    phrase: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """What an officer is about to send; `whose` is the area as it is read in a sentence."""

    announcement_id: str
    body: str
    source_url: str
    whose: str


@dataclass(frozen=True, slots=True)
class Count:
    """Whom an announcement reaches, and how many of the area not; `more`: not everybody was counted."""

    told: int
    others: int
    more: bool = False


# --- what may go out ---------------------------------------------------------------------------------


def cleaned(text: str) -> str:
    """The text as it is kept: one way to write each letter, nothing that cannot be seen, no heap of empty lines."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    seen = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co", "Cn"))
    lines = (" ".join(line.split()) for line in seen.split("\n"))
    return links.parted(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def text_fault(text: str, hosts: Sequence[str], wishes: Wishes) -> AnnouncementFault | None:
    """What is wrong with a cleaned text; None when it may go out."""
    if not SHORTEST <= len(text) <= LONGEST:
        return AnnouncementFault(
            "news_length", (("it", str(SHORTEST)), ("nhieu", str(LONGEST)), ("dang", str(len(text))))
        )
    rest = []
    for token in text.split():
        bare = token.strip(_AROUND)
        if not _looks_like_link(bare):
            rest.append(token)
        elif not _is_safe_mail(bare, hosts) and not _is_safe(bare, hosts):
            return _strange(bare, hosts)
    plain = _LANDLINE.sub("•", " ".join(rest))
    if kinds := mask(plain, wishes.nouns).kinds:
        return (
            AnnouncementFault("news_money")
            if kinds[0] == "account"
            else AnnouncementFault("news_secret", (("thu", kinds[0]),))
        )
    verdict = relay.look(relay.rules_alone(wishes), plain, "instructor")
    if verdict.what == "pass":
        return AnnouncementFault("news_money") if wished(wishes, plain, NEWS) else None
    return AnnouncementFault(_WHY.get(verdict.phrase, "news_unsafe"))


def link_of(text: str) -> str:
    """A link as it is kept: whoever leaves the https:// away means it."""
    link = unicodedata.normalize("NFC", text.strip())
    return link if "://" in link or not link else f"https://{link}"


def link_fault(link: str, hosts: Sequence[str]) -> AnnouncementFault | None:
    """What is wrong with a source's link; None when it may go out."""
    return None if _is_safe(link, hosts) else _strange(link, hosts)


_WHY = {
    "relay_secret_wanted": "news_asks", "relay_papers_wanted": "news_asks", "relay_remote": "news_asks",
    "relay_install": "news_asks", "relay_number_wanted": "news_asks", "relay_prying": "news_asks",
    "relay_secret": "news_asks", "relay_money": "news_money", "relay_account": "news_money",
    "relay_phone": "news_phone", "relay_elsewhere": "news_phone",
}  # fmt: skip


def _strange(link: str, hosts: Sequence[str]) -> AnnouncementFault:
    """The fault of a link, which is shown so that it can be found but not be tapped."""
    shown = "".join(c if c.isprintable() else "?" for c in link[:60]).replace(".", "[.]")
    return AnnouncementFault("news_link", (("gi", shown), ("mien", ", ".join(hosts))))


def _is_safe(link: str, hosts: Sequence[str]) -> bool:
    """Only https, only a known host in plain letters, no port, no name before an @, no way on to elsewhere."""
    found = _LINK.fullmatch(link_of(link))
    if found is None or len(link) > LONGEST_LINK or links.LEADS_ON.search(found["rest"] or ""):
        return False
    host = found["host"].casefold() if found["host"].isascii() else ""
    if not _HOST.fullmatch(host) or any(label.startswith("xn--") for label in host.split(".")):
        return False
    return any(host == safe or host.endswith("." + safe) for safe in hosts)


def _is_safe_mail(text: str, hosts: Sequence[str]) -> bool:
    found = _MAIL.fullmatch(text.casefold() if text.isascii() else "")
    return found is not None and _is_safe(found["host"], hosts)


def _looks_like_link(token: str) -> bool:
    """Whatever a messenger might turn into something to tap, or an eye might take for an address."""
    folded = unicodedata.normalize("NFKC", token).translate(_DOTS)
    if "://" in folded or "@" in folded or folded.casefold().startswith(("www.", "hxxp")):
        return True
    name, *more = re.split(r"(?=[/?#])", folded, maxsplit=1)
    labels = name.split(":")[0].strip(".").split(".")
    if len(labels) < 2 or not all(labels) or not any(c.isalpha() for c in name):
        return False
    last = labels[-1]
    if links.begins_sentence(labels) or all(each.casefold() in links.SHORT_FORMS for each in labels[:-1]):
        return bool(more)
    latin_word = any(ord(c) > 127 for c in last) and all("LATIN" in unicodedata.name(c, "") for c in last)
    return len(last) > 1 and last.isalpha() and (bool(more) or not latin_word)


# --- how it is read ----------------------------------------------------------------------------------


def phrase_of(source_url: str) -> str:
    """The phrase that brings an announcement, with or without its link."""
    return "news_linked" if source_url else "news"


def values_of(body: str, source_url: str, whose: str) -> dict[str, str]:
    """What the phrase needs; the officer's preview and every reader get the same."""
    return {"tin": body, "nguon": source_url, "noi": whose}


def whose(kind: str, name: str, above: str = "") -> str:
    """An area in the middle of a sentence: "phường Trấn Biên", "chi hội Hoa Sen, phường Trấn Biên".

    `above` is the area around it, in the same words.
    """
    named = {"branch": f"chi hội {_small(name)}", "group": f"tổ {name}"}.get(kind, _small(name))
    if name.casefold().startswith(("chi hội", "tổ ")):
        named = _small(name)
    return f"{named}, {above}" if above and kind in ("branch", "group") else named


_COMMON = ("Phường ", "Xã ", "Tỉnh ", "Thành phố ", "Chi hội ", "Tổ ", "Ấp ", "Khu phố ")


def _small(name: str) -> str:
    """Kinds of places are common nouns: "Phường Trấn Biên" is the phường of that name."""
    return name[:1].lower() + name[1:] if name.startswith(_COMMON) else name


# --- in the officer's chat ---------------------------------------------------------------------------


def ask_area(turn: TurnContext, areas: Sequence[tuple[str, str]]) -> None:
    """For which of the officer's areas (area_id, name) the announcement is."""
    offer = tuple((f"z:area:{area_id}", name) for area_id, name in areas)
    turn.offer(turn.phrase("news_area"), (*offer, _leave(turn)), pending="news.again")


def ask_text(turn: TurnContext, whose: str, fault: AnnouncementFault | None = None) -> None:
    """Ask the officer for the text for `whose` area; `fault` says what was wrong with the last one."""
    _say_fault(turn, fault)
    text = turn.phrase("news_write", noi=whose, nhieu=str(LONGEST))
    turn.offer(text, (_leave(turn),), pending="news.text")


def ask_link(turn: TurnContext, fault: AnnouncementFault | None = None) -> None:
    """Ask the officer for the page it can be read at; `fault` says what was wrong with the last one."""
    _say_fault(turn, fault)
    none = "z:nolink", turn.phrase("label_news_nolink")
    turn.offer(turn.phrase("news_ask_link"), (none, _leave(turn)), pending="news.link")


def show(turn: TurnContext, draft: AnnouncementDraft, count: Count, *, quiet: bool) -> None:
    """Exactly what people will read, how many of them, and the question."""
    values = values_of(draft.body, draft.source_url, draft.whose)
    turn.say(turn.phrase("news_preview"))
    turn.replies.append(OutgoingReply(turn.phrase(phrase_of(draft.source_url), **values)))  # alone in its bubble
    told = [turn.phrase("news_count", noi=draft.whose, so=people(turn, count))]
    told += [turn.phrase("news_others", con=str(count.others))] if count.others and not count.more else []
    told += [turn.phrase("news_tomorrow")] if quiet else []
    send = f"z:send:{draft.announcement_id}", turn.phrase("label_news_send")
    again = "z:rewrite", turn.phrase("label_news_rewrite")
    buttons = (send, again, _leave(turn)) if count.told else (again, _leave(turn))
    turn.replies.append(OutgoingReply("\n".join(told)))
    turn.offer("" if count.told else turn.phrase("news_nobody"), buttons, pending="news.again")


def people(turn: TurnContext, count: Count) -> str:
    """How many, as a number or as "more than"."""
    return turn.phrase("news_more_than", so=str(count.told)) if count.more else str(count.told)


def ask_which(turn: TurnContext, running: Sequence[tuple[str, str]]) -> None:
    """Which of several (announcement_id, how it begins) is to stop."""
    offer = tuple((f"z:stop:{announcement_id}", begins) for announcement_id, begins in running)
    turn.offer(turn.phrase("news_which"), (*offer, ("g:menu", turn.phrase("label_menu"))))


def is_cry(pending: str, text: str) -> bool:
    """Whether words that sound like an emergency may be one: whoever writes an announcement warns of thieves."""
    return pending != "news.text" or len(text) <= A_CRY


def says_none(turn: TurnContext, text: str) -> bool:
    """Whether the officer has no link to give ("không có")."""
    return onboarding.understands(turn.book.words, text[:80], turn.book.words.answers.get("no", ()))


def over(turn: TurnContext, phrase: str, **values: str) -> None:
    """Something has been done: said, and back to the lessons."""
    turn.change(offer=(), pending="")
    menu.show_menu(turn, turn.phrase(phrase, **values))


def _leave(turn: TurnContext) -> tuple[str, str]:
    return "z:leave", turn.phrase("label_news_leave")


def _say_fault(turn: TurnContext, fault: AnnouncementFault | None) -> None:
    if fault is not None:
        turn.say(told(turn, fault))


def in_words(book: Book, fault: AnnouncementFault, lang: str) -> str:
    """A fault for whoever writes outside the chat."""
    values = dict(fault.values)
    if "thu" in values:
        values["thu"] = book.phrase(f"kind_{values['thu']}", lang=lang)
    return book.phrase(fault.phrase, lang=lang, **values)


def told(turn: TurnContext, fault: AnnouncementFault) -> str:
    """A fault as the officer reads it."""
    values = dict(fault.values)
    if "thu" in values:
        values["thu"] = turn.phrase(f"kind_{values['thu']}")
    return turn.phrase(fault.phrase, **values)
