"""What does this lesson say, what is wrong with it? Ends in a draft that is kept, and in faults told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.desk.language import teller
from bot.desk.pages.lessons.rooms import as_json, authors, faults, lesson_of, place_of, rooms, titled
from bot.desk.services import DeskServices
from bot.desk.visit import FileSent, PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from bot.publishing.policy.texts import plain
from bot.studio.policy.choosing import TwoTexts, chosen, in_words, two_texts
from bot.studio.policy.completion import offers
from bot.studio.service import AUTHOR_DIGITS, Manuscript, NoSuchLesson, author_of
from flows.engine.kinds.table import NAMED
from flows.saying import say

SAVED, MERGED = say("Đã lưu nháp."), say("Đã lưu nháp, và ghép với chữ vừa có ở nơi khác. Hãy đọc lại.")


def conflicts(count: int) -> str:
    """That both texts stand in so many places."""
    return say(
        "Có {count} chỗ vừa được sửa hai cách, bởi người khác hay chính chị ở máy khác. "
        "Chọn giữ câu nào ngay dưới đây.",
        count=count,
    )


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The text of a lesson, with its faults; what was typed, where it could not be kept."""
    shown = await shown_text(desk, visit)
    lying = shown["lying"]
    assert isinstance(lying, Manuscript)
    return PageShown("lessons/text.html", {"title": titled(desk, visit, say("Soạn bài"), lying), **shown})


async def shown_text(desk: DeskServices, visit: Visit) -> dict[str, object]:
    """What a page shows of a text and its draft: that of a lesson, or of the table of how people type."""
    room, lesson = rooms(desk), lesson_of(visit)
    lying = await room.studio.open(visit.who.actor, lesson)
    text = plain(visit.form.get("text", lying.text))
    try:
        found = await room.studio.faults(visit.who.actor, lesson, text)
    except CamtayError:  # too long: that is told above
        found = ()
    return {
        "lesson": lesson, "text": text, "began": lying.text, "lying": lying,
        "saved": day_and_hour(lying.saved_at, desk.zone), "faults": faults(found, visit, str(lying.path)),
        "kinds": " ".join(NAMED), "places": await places_shown(desk, visit, text), "notes": notes_of(lying, visit),
        **await drafts_shown(desk, visit),
    }  # fmt: skip


async def drafts_shown(desk: DeskServices, visit: Visit) -> dict[str, object]:
    """What a page shows of others' drafts, and by which name the browser keeps hers."""
    others = await rooms(desk).studio.others(visit.who.actor, lesson_of(visit))
    names = await authors(desk) if others else {}
    told = [(each.editor[:AUTHOR_DIGITS], day_and_hour(each.at, desk.zone)) for each in others]
    return {
        "others": [{"id": code, "name": names.get(code, code), "at": at} for code, at in told],
        "editor": author_of(visit.who.actor),
    }  # fmt: skip


async def save(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Keep what was typed; a script is answered with what is in force from now on. Raises CamtayError."""
    room, lesson, form = rooms(desk), lesson_of(visit), visit.form
    saved = await room.studio.save(visit.who.actor, lesson, form.get("began", ""), form.get("text", ""))
    if form.get("script"):
        told = {
            "text": saved.text,
            "merged": saved.merged,
            "notes": notes_of(saved, visit),
            "changed": saved.is_changed,
        }
        return as_json({**told, "at": day_and_hour(saved.saved_at, desk.zone)})
    return Redirect(place_of(visit), outcome(saved))


async def check(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The faults of a text as it is typed, for the page's script."""
    room, lesson = rooms(desk), lesson_of(visit)
    found = await room.studio.faults(visit.who.actor, lesson, visit.form.get("text", ""))
    return as_json(faults(found, visit, str(await room.studio.path_of(lesson))))


async def complete(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What can be written at a place of the text, for the page's script."""
    room, form = rooms(desk), visit.form
    room.studio.admit(visit.who.actor)
    line, col = (int(said) if (said := form.get(name, "")[:6]).isdecimal() else 0 for name in ("line", "col"))
    known = replace(await asyncio.to_thread(room.studio.checker.known), steps=form.get("steps", "").split()[:200])
    found = offers(plain(form.get("text", "")), line, col, known)
    return as_json([{"word": each.word, "about": each.about, "typed": each.typed} for each in found])


async def give_up(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Throw the draft away, where that is meant."""
    lesson, back = lesson_of(visit), _back(visit)
    if visit.form.get("sure") != "yes":
        return Redirect(back, say("Chưa bỏ nháp: hãy đánh dấu ô bên cạnh trước."))
    studio = rooms(desk).studio
    await studio.give_up(visit.who.actor, lesson)
    try:
        await studio.path_of(lesson)
    except NoSuchLesson:  # it was a draft and nothing else
        return Redirect("lessons", say("Đã bỏ bài mới."))
    return Redirect(back, say("Đã bỏ nháp; đây là chữ đang có."))


async def take_over(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Put another editor's draft together with this one."""
    room, lesson, wanted = rooms(desk), lesson_of(visit), visit.form.get("editor", "")
    others = await room.studio.others(visit.who.actor, lesson)
    editor = next((each.editor for each in others if wanted and each.editor.startswith(wanted)), "")
    saved = await room.studio.take_over(visit.who.actor, lesson, editor)
    return Redirect(_back(visit), outcome(saved))


def _back(visit: Visit) -> str:
    """The page of the draft that a form was sent from."""
    return f"{place_of(visit)}/words" if visit.form.get("back") == "words" else place_of(visit)


async def choose(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Of two texts at one place one stays."""
    room, lesson, form = rooms(desk), lesson_of(visit), visit.form
    lying = await room.studio.open(visit.who.actor, lesson)
    line, keep = form.get("line", ""), form.get("keep", "")
    if plain(form.get("began", "")) != lying.text or keep not in ("mine", "theirs") or not line.isdecimal():
        return Redirect(_back(visit), say("Bài vừa đổi. Xem lại rồi chọn."))
    text = await asyncio.to_thread(chosen, lying.text, int(line[:6]), mine=keep == "mine")
    await room.studio.save(visit.who.actor, lesson, lying.text, text)
    left = len(two_texts(text))
    done = say("Đã giữ. Còn {count} chỗ.", count=left) if left else say("Đã giữ, không còn chỗ nào hai cách.")
    return Redirect(_back(visit), done)


async def places_shown(desk: DeskServices, visit: Visit, text: str) -> list[dict[str, object]]:
    """The places where two texts stand, with whose the other one is."""
    found = two_texts(text)
    names = await authors(desk) if any(each.whose for each in found) else {}
    return [
        {"line": each.line, "step": each.step, "mine": in_words(each.mine), "theirs": in_words(each.theirs),
         "whose": teller(visit.lang)(_whose(each, names, author_of(visit.who.actor)))}
        for each in found
    ]  # fmt: skip


def _whose(each: TwoTexts, names: Mapping[str, str], own: str) -> str:
    if each.whose == own:
        return say("Chị đã viết ở trang khác hay máy khác")
    name = names.get(each.whose, "")
    return say("{name} đã viết", name=name) if name else say("Đã có trước đó")


async def file(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The text as a file to keep."""
    lying = await rooms(desk).studio.open(visit.who.actor, lesson_of(visit))
    return FileSent(
        lying.text.encode(), "application/yaml", f"{lying.lesson.removesuffix('.yaml').replace('/', '-')}.yaml"
    )


def outcome(saved: Manuscript) -> str:
    """What has become of what was typed."""
    return conflicts(saved.conflicts) if saved.conflicts else MERGED if saved.merged else SAVED


def notes_of(lying: Manuscript, visit: Visit) -> list[str]:
    """What has to be told of a draft beside that it is kept."""
    tell = teller(visit.lang)
    merged = [tell(MERGED)] if lying.merged and not lying.conflicts else []
    return [*merged, *([tell(conflicts(lying.conflicts))] if lying.conflicts else [])]
