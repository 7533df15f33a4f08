"""What does this lesson say in another language, and what of it is missing or out of date? Ends in a draft of both."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping

from bot.desk.pages.lessons.rooms import lesson_of, rooms, titled
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.publishing.drafts import LessonReading
from bot.studio.languages import TextPair, pairs_of
from bot.studio.policy.fields import form_of
from bot.studio.policy.splicing import cleaned
from flows.reading.loader import read_draft
from flows.reading.po import PoEntry
from flows.saying import say

STATES = {
    "missing": say("chưa dịch"), "stale": say("câu gốc đã sửa sau khi dịch"), "fuzzy": say("chờ xem lại"),
    "done": say("xong"),
}  # fmt: skip
NAMES = {"en": say("tiếng Anh")}
SAID = "said:"
_FIELD = re.compile(SAID + r"([0-9a-f]{8})=(.+)", re.S)
"""Names of the fields: the hash of the text that was shown beside, then the key."""
STILL = "still:"
"""Begins the names of the boxes that say: the translation is right all the same."""


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Texts and translations side by side, in one language, with what has to be looked at."""
    room, lesson, asked = rooms(desk), lesson_of(visit), visit.form or visit.query
    lying = await room.studio.open(visit.who.actor, lesson)
    reading = await room.studio.check(visit.who.actor, lesson, lying.text)
    written = reading.lesson
    languages = [each for each in written.langs if each != written.lang] if written else []
    language = asked.get("lang", "") if asked.get("lang", "") in languages else next(iter(languages), "")
    pairs = await asyncio.to_thread(_pairs, reading, language)
    counts, wants_all = Counter(each.state for each in pairs), asked.get("show") != "open"
    shown = [each for each in pairs if wants_all or each.state != "done"]
    further = [each for each in room.studio.library.shelf.phrases_in if each not in languages] if written else []
    values = {
        "lesson": lesson, "languages": languages, "language": language, "pairs": shown, "states": STATES,
        "wants_all": wants_all, "done": counts["done"], "missing": counts["missing"], "names": NAMES,
        "stale": counts["stale"] + counts["fuzzy"], "further": further, "is_read": written is not None,
        "called": await asyncio.to_thread(_called, lying.text),
        "typed": {name.partition("=")[2]: text for name, text in visit.form.items() if _FIELD.fullmatch(name)},
    }  # fmt: skip
    return PageShown("lessons/languages.html", {"title": titled(desk, visit, say("Bản dịch"), lying), **values})


async def save(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Keep what was translated, or begin another language. Raises CamtayError."""
    room, lesson, actor, form = rooms(desk), lesson_of(visit), visit.who.actor, visit.form
    language = form.get("lang", "")
    way = f"lessons/{lesson}/languages?lang={language}" if re.fullmatch(r"[a-z]{2,3}", language) else ""
    if form.get("go") == "begin":
        await room.languages.begin(actor, lesson, language)
        return Redirect(way, say("Đã thêm tiếng này vào nháp. Dịch từng câu rồi lưu."))
    lying = await room.studio.open(actor, lesson)
    reading = await room.studio.check(actor, lesson, lying.text)
    known = {each.key: each for each in await asyncio.to_thread(_pairs, reading, language)}
    found = [(match[1], match[2], text) for name, text in form.items() if (match := _FIELD.fullmatch(name))]
    typed = {key: PoEntry(text, seen) for seen, key, text in found if key in known and _is_new(known[key], text, form)}
    await room.languages.save(actor, lesson, language, typed)
    back = f"{way}{'&show=open' if form.get('show') == 'open' else ''}"
    return Redirect(back, say("Đã lưu {count} câu dịch vào nháp.", count=len(typed)))


def _is_new(pair: TextPair, text: str, form: Mapping[str, str]) -> bool:
    """Whether a field says anything: other words, or that the old ones are still right."""
    return cleaned(text) != pair.text.strip() or (f"{STILL}{pair.key}" in form and pair.state != "done")


def _called(text: str) -> dict[str, tuple[str, str, str]]:
    """Key of a sentence → (what it is, the option that it belongs to, the first words of its step) as in the form."""
    form = form_of(read_draft(text.encode(), "", ()))
    fields = ((step.begins if step.id else "", each) for step in form for each in step.fields)
    return {each.name: (each.label, each.group, words) for words, each in fields}


def _pairs(reading: LessonReading, language: str) -> list[TextPair]:
    lesson = reading.lesson
    return pairs_of(lesson, reading.library.translations.get(lesson.id, {}).get(language, {})) if lesson else []
