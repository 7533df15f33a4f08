"""The page that hears a message for trial. Nothing typed there is written anywhere."""

from __future__ import annotations

from bot.conversation.understanding import HearReport, Overheard
from bot.web.preview.asked import Pairs, text_of
from bot.web.preview.frame import FormPairs
from bot.web.preview.hear_page import HearAsked, hear_page
from bot.web.preview.hear_words import KINDS
from flows.words.ear.ear import LONGEST

NO_STEP = "Không có bước này. Viết mã bài, dấu /, rồi mã bước, như M0/tro_lai."

NAMES = ("text", "as", "at")
"""What an address or a form may tell of a message for trial."""

_CODES = {word: code for code, word in KINDS.items()}


def heard_page(overheard: Overheard, pairs: Pairs, home: str, carried: FormPairs = ()) -> str:
    """The page, with what was heard of what a form or an address says; `carried` goes along with its form."""
    asked = _read(pairs)
    if not asked.text.strip() and not asked.at and not asked.kind:
        return hear_page(asked, None, home, carried)
    return hear_page(asked, _heard(overheard, asked), home, carried)


def _read(pairs: Pairs) -> HearAsked:
    query: dict[str, list[object]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    kind = text_of(query, "as")
    kind = _CODES.get(kind, kind)
    return HearAsked(text_of(query, "text", LONGEST), kind if kind in KINDS else "", text_of(query, "at", 200).strip())


def _heard(overheard: Overheard, asked: HearAsked) -> HearReport | str:
    if not asked.text.strip():
        return "Chưa có câu nào để nghe. Viết một tin nhắn như học viên viết nhé."
    more = {name: value for name, value in (("as", asked.kind), ("at", asked.at)) if value}
    heard = overheard.look({"text": asked.text, **more})
    return (
        heard if isinstance(heard, HearReport) else NO_STEP
    )  # nothing else can be wrong with what `_read` lets through
