"""What did a learner say at this step, and which button did she mean? Ends in a draft in which it is heard, as that."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from bot.conversation.understanding import Overheard
from bot.desk.pages.lessons.heard import CALLED, SentenceHeard, said_in, told
from bot.desk.pages.lessons.rooms import lesson_of, rooms, titled
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError
from bot.studio.policy.splicing import cleaned
from bot.studio.policy.ways import SpokenChoice, choices_at, taken_by, with_way, without_way
from bot.studio.previews import DraftPreview
from bot.web.preview.hear_words import COMMANDS
from flows.reading.loader import LessonDraft, read_draft
from flows.saying import say
from flows.words.understand import Command, Words, understand

UNWRITABLE = say("Chưa ghi được vào bài: bài đang có lỗi lối viết, hãy sửa ở trang chữ của bài trước.")


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The buttons of a step with the ways they can be said, and what is heard of a sentence there."""
    room, lesson = rooms(desk), lesson_of(visit)
    lying = await room.studio.open(visit.who.actor, lesson)
    draft = await asyncio.to_thread(_read, lying.text)
    step = (visit.form or visit.query).get("step", "")
    said, _ = said_in(visit)
    choices = choices_at(draft, step)
    previews = await room.previews.of(visit.who.actor, lesson)
    heard = await asyncio.to_thread(_heard, previews, desk, lesson, step, said)
    shown = {
        "lesson": lesson, "step": step, "sentence": said, "choices": choices, "heard": heard,
        "chosen": visit.form.get("choice", ""), "is_changed": lying.is_changed, "way": visit.form.get("way", said),
        "other": _other(choices, _words(desk), visit.form), "labels": {each.id: each.label for each in choices},
        "text": _text(draft, step), "steps": [] if choices else _steps(draft),
    }  # fmt: skip
    return PageShown("lessons/ways.html", {"title": titled(desk, visit, say("Thêm cách nói"), lying), **shown})


async def add(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One more way of saying a button, in the draft, or one less; one that is another button's is moved only where that
    is asked for. Raises CamtayError."""
    room, lesson, form = rooms(desk), lesson_of(visit), visit.form
    lying = await room.studio.open(visit.who.actor, lesson)
    step, way = form.get("step", ""), _typed(form)
    choices = choices_at(await asyncio.to_thread(_read, lying.text), step)
    choice = next((each for each in choices if each.id == form.get("choice")), None)
    if choice is None or not way:
        raise CamtayError(say("Chọn nút, rồi ghi câu học viên nói."))
    done: str
    if form.get("go") == "drop":
        text, done = without_way(lying.text, choice, way), say("Đã bỏ khỏi nháp: “{way}”.", way=way)
    else:
        other = _other(choices, _words(desk), form)
        if other is not None and (form.get("go") != "move" or not other[1]):
            raise CamtayError(_taken(way, *other))
        text = await asyncio.to_thread(_added, lying.text, step, choice, way, other)
        done = _told_of(_words(desk), way, choice)
    if text is None:
        raise CamtayError(UNWRITABLE)
    await room.studio.save(visit.who.actor, lesson, lying.text, text)
    back = urlencode({"step": step, "said": form.get("said", "") or way})
    return Redirect(f"lessons/{lesson}/ways?{back}", done)


def _typed(form: Mapping[str, str]) -> str:
    return " ".join(cleaned(form.get("way", "")).split())


def _words(desk: DeskServices) -> Words:
    return rooms(desk).studio.library.book.words


def _other(choices: tuple[SpokenChoice, ...], words: Words, form: Mapping[str, str]) -> tuple[SpokenChoice, str] | None:
    """Another button than the one that is chosen, whose way of saying it is already, with that way."""
    found = taken_by(choices, words, _typed(form)) if _typed(form) and form.get("go") != "drop" else None
    return found if found and found[0].id != form.get("choice") else None


def _taken(way: str, other: SpokenChoice, written: str) -> str:
    if not written:
        return say("“{way}” là lời để bấm nút “{other}”, không thêm cho nút khác được.", way=way, other=other.label)
    return say(
        "“{way}” đã là cách nói của nút “{other}”. Một câu chỉ là một nút: giữ vậy, hay chuyển hẳn sang nút chị chọn?",
        way=way, other=other.label,
    )  # fmt: skip


def _told_of(words: Words, way: str, choice: SpokenChoice) -> str:
    """What is said of a way that was added: what it can no longer mean here, too."""
    meant = understand(words, way, ())
    if isinstance(meant, Command):
        return say(
            "Đã thêm vào nháp: “{way}”. Ở bước này câu ấy nay là nút “{label}”, không còn là “{meaning}”.",
            way=way, label=choice.label, meaning=COMMANDS.get(CALLED.get(meant.word, meant.word), meant.word),
        )  # fmt: skip
    return say("Đã thêm vào nháp: “{way}”.", way=way)


def _read(text: str) -> LessonDraft:
    return read_draft(text.encode(), "", ())


def _added(text: str, step: str, choice: SpokenChoice, way: str, other: tuple[SpokenChoice, str] | None) -> str | None:
    if way in choice.ways:
        return text
    found = without_way(text, *other) if other else text
    here = next((each for each in choices_at(_read(found), step) if each.id == choice.id), None) if found else None
    return with_way(found, here, way) if found and here else None


def _text(draft: LessonDraft, step: str) -> str:
    lesson = draft.lesson
    return lesson.steps[lesson.index[step]].text if lesson and step in lesson.index else ""


def _steps(draft: LessonDraft) -> list[tuple[str, str]]:
    """The steps at which something can be said, to choose from."""
    lesson = draft.lesson
    return [(step.id, step.text[:60]) for step in lesson.steps if choices_at(draft, step.id)] if lesson else []


def _heard(previews: DraftPreview, desk: DeskServices, lesson: str, step: str, said: str) -> SentenceHeard | None:
    look = previews.look(lesson) if said and step else None
    if look is None or look.lesson is None:
        return None
    return told(look.book, Overheard(look.book, desk.now()), said, f"{lesson}/{step}")
