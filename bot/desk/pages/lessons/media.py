"""What is seen and heard in this lesson? Ends in another picture or recording, in the draft, the old one kept."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping

from bot.desk.pages.lessons.rooms import lesson_of, rooms, titled
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.studio.policy.brought import BroughtFiles
from bot.studio.policy.pictures import FILE_BYTES, picture_written
from bot.studio.previews import DraftPreview
from bot.studio.service import Manuscript
from flows import Book
from flows.engine.kinds.table import kind_of
from flows.model import Lesson
from flows.reading.loader import LessonSet
from flows.run import ADDRESSES, DEFAULT_ADDRESS
from flows.saying import say
from flows.shelf.media import media_of, recorded_of
from flows.shelf.voice_lines import RECORDINGS, lines_of, recordings_in, states

NONE_AGAIN = say("Đã bỏ tệp vừa đưa; chỗ này lại chưa có tệp nào, như trước.")
STATES = {"recorded": say("đã thu"), "missing": say("chưa thu"), "stale": say("lời đã sửa, thu lại")}


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Pictures by step, then recordings line by line, for one form of address."""
    room, lesson_id, actor = rooms(desk), lesson_of(visit), visit.who.actor
    previews = await room.previews.of(actor, lesson_id)
    files = (await room.studio.beside(actor, lesson_id)).files
    asked = visit.form.get("address", "") or visit.query.get("address", "")
    address = asked if asked in ADDRESSES else DEFAULT_ADDRESS
    shown = await asyncio.to_thread(_shown, previews, files, desk, lesson_id, address)
    chosen = {"step": visit.form.get("step", ""), "alt": visit.form.get("alt", "")}
    fixed = {
        "lesson": lesson_id,
        "addresses": list(ADDRESSES),
        "address": address,
        "chosen": chosen,
    }
    title = titled(desk, visit, say("Hình và tiếng"), previews.desk)
    return PageShown("lessons/media.html", {"title": title, **fixed, **shown})


async def bring(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Take a file for a step's picture or for a recording, or give one back. Raises CamtayError."""
    room, lesson, actor, form = rooms(desk), lesson_of(visit), visit.who.actor, visit.form
    file, name = visit.files.get("file"), form.get("name", "")
    body = file.body if file else b""
    if form.get("go") == "back":
        await room.files.give_back(actor, lesson, name)
        previews = await room.previews.of(actor, lesson)
        done = NONE_AGAIN
        if await asyncio.to_thread(_is_there, previews, room.studio.library.book, name, form.get("step", "")):
            done = say("Đã bỏ tệp vừa đưa; bài dùng lại tệp trước.")
    elif name:
        await room.files.recording(actor, lesson, name, body)
        done = say("Đã để tiếng mới vào nháp. Nghe lại ngay dưới đây.")
    else:
        await room.files.picture(actor, lesson, form.get("step", ""), body, form.get("alt", ""))
        done = say("Đã để hình mới vào nháp. Xem lại ngay dưới đây.")
    address = form.get("address", "")
    return Redirect(f"lessons/{lesson}/media{f'?address={address}' if address in ADDRESSES else ''}", done)


def _is_there(previews: DraftPreview, book: Book, name: str, step_id: str) -> bool:
    """Whether a step has a picture, or without a step, there is a recording under a name."""
    lesson_id = previews.desk.lesson
    if not step_id:
        return previews.file(lesson_id, name) is not None
    reading = previews.reading(lesson_id, book)
    step = reading.lesson.step(step_id) if reading and reading.lesson else None
    return step is not None and step.image is not None


def _shown(
    previews: DraftPreview, files: BroughtFiles, desk: DeskServices, lesson_id: str, address: str
) -> dict[str, object]:
    look = previews.look(lesson_id, "file")
    reading = previews.reading(lesson_id, look.book) if look else None
    lesson = reading.lesson if reading else None
    if reading is None or lesson is None:
        return {"pictures": [], "voices": [], "lines": [], "bare": [], "is_read": False}
    found = _files(lesson, reading.library, files, desk)
    pictures = [
        {
            "step": step.id, "text": step.text, "name": step.image.file, "alt": step.image.alt,
            "is_drawn": bool(step.image.scene), "is_mine": step.image.file in files.mine,
            "is_there": bool(step.image.scene) or step.image.file in found,
            "is_lost": not step.image.scene and step.image.file not in found and _differs(previews.desk, step.id),
        }
        for step in lesson.steps if step.image
    ]  # fmt: skip
    bare = [(step.id, step.text[:60]) for step in lesson.steps if step.text and not step.image]
    lines = list(_lines(lesson, found, files, desk, address))
    voices = list(_voices(lesson, found, files))
    return {"pictures": pictures, "voices": voices, "lines": lines, "bare": bare, "is_read": True}


def _differs(desk: Manuscript, step: str) -> bool:
    """Whether a step's picture is written otherwise in the text that is in force."""
    return picture_written(desk.text, step) != picture_written(desk.base, step)


def _files(lesson: Lesson, library: LessonSet, files: BroughtFiles, desk: DeskServices) -> Mapping[str, str]:
    """The files in force by name, and by the digests of what is recorded."""
    live = rooms(desk).studio.library
    folder = media_of(lesson, library.scenes) | recorded_of(lesson, live.facts, live.shelf.recordings)
    wanted = [*folder, *files.current, *files.mine]
    return files.chosen(wanted, folder)


def _lines(
    lesson: Lesson, found: Collection[str], files: BroughtFiles, desk: DeskServices, address: str
) -> Iterator[dict[str, object]]:
    live = rooms(desk).studio.library
    kept = recordings_in(live.root / RECORDINGS)
    for line, state in states(lines_of(lesson, live.facts), kept):
        if line.is_for_all or address in line.addresses:
            state = "recorded" if line.digest in found else "missing" if state == "recorded" else state
            yield {
                "step": line.key, "words": line.words, "digest": line.digest, "state": STATES[state],
                "is_heard": line.digest in found, "is_mine": line.digest in files.mine,
            }  # fmt: skip


def _voices(lesson: Lesson, found: Collection[str], files: BroughtFiles) -> Iterator[dict[str, object]]:
    """Recordings that the lesson names itself."""
    for step in lesson.steps:
        named = [(step.id, step.text, step.voice)]
        named += [(f"{step.id}.{each.id}", each.text, each.voice) for each in kind_of(step).options(step)]
        for where, text, voice in named:
            if voice is not None:
                yield {
                    "where": where, "text": voice.spoken or text, "name": voice.file,
                    "is_heard": voice.file in found, "is_mine": voice.file in files.mine,
                }  # fmt: skip


FORM_BYTES = FILE_BYTES + 500_000
"""A little above, so that what is too heavy is told in its sentence."""
