"""New lessons: begun from the template or another lesson, a draft of one editor, with a file from its publication on.

On a machine whose lessons cannot be written it never has one: then the published text alone is in force.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from pathlib import Path

from bot.errors import CamtayError
from bot.publishing.library import WITHOUT_FILE
from bot.publishing.policy import texts
from bot.studio.policy.adding import without_key
from bot.studio.policy.splicing import cleaned, splice, texts_of
from flows.reading.loader import SCRIPT, LessonSet
from flows.saying import say
from flows.yaml.fields import LESSON_ID, LESSON_ID_SHAPE
from storage.drafts import drafts
from storage.engine.database import Connection
from storage.publications import publications

TEMPLATE = "_template"
_TRACK = re.compile(r"(?m)^track:[ \t]*[\"']?([a-z0-9-]{1,40})")
_SCHEMA = re.compile(r"\A# yaml-language-server: \$schema=.*")


class NotBegun(CamtayError):
    """Chưa mở được bài mới."""


def text_of(template: str, lesson: str, track: str, title: str, order: int) -> str:
    """A new lesson's text from that of another, without what is true of that one alone: who answers for it, when it was
    looked through, which lesson comes after it. Raises NotBegun where that cannot be made."""
    if not LESSON_ID.fullmatch(lesson):
        raise NotBegun(say("Mã bài {shape}.", shape=LESSON_ID_SHAPE))
    title = " ".join(cleaned(title).split())
    if not title:
        raise NotBegun(say("Đặt tên cho bài."))
    text: str | None = _SCHEMA.sub("# yaml-language-server: $schema=../../schema.json", texts.plain(template))
    for key, value in (("lesson", lesson), ("track", track), ("title", title), ("order", str(order))):
        text = splice(text, (key,), value) if text else None
    text = _without_others(text) if text else None
    if text is None:
        raise NotBegun(say("Bài được chép đang có lỗi lối viết. Chọn bài khác để chép."))
    return text


def _without_others(text: str) -> str:
    steps = {path[1] for path in texts_of(text) if path[:1] == ("steps",) and path[2:] == ("then",)}
    for path in (("owner",), ("reviewed_on",), *(("steps", at, "then") for at in steps)):
        text = without_key(text, path) or text
    return text


def order_in(library: LessonSet, track: str) -> int:
    """The number behind the last lesson of a track."""
    return max((each.order for each in library.lessons.values() if each.track == track), default=0) + 1


def path_for(root: Path, lesson: str, text: str) -> Path:
    """Where the file of a lesson without one will lie."""
    found = _TRACK.search(text)
    return root / (found[1] if found else lesson) / lesson / SCRIPT


def born_here(connection: Connection, known: Collection[str]) -> dict[str, str]:
    """The lessons that have no file, as they were begun in the studio: id → text; `known` are those that have one."""
    found = {lesson: text for lesson, text in drafts.begun(connection) if "/" not in lesson and lesson not in known}
    for lesson, row in publications.current(connection).items():
        if lesson not in known and row.author.startswith(WITHOUT_FILE):
            version = publications.version(connection, lesson, row.version)
            found |= {lesson: texts.plain(version.source)} if version else {}
    return found


def is_free(connection: Connection, lesson: str) -> bool:
    """Whether nobody has written or published a lesson of this id."""
    return publications.current_of(connection, lesson) is None and lesson not in dict(drafts.begun(connection))


async def template_text(root: Path) -> str:
    """The text of the template. Raises NotBegun where there is none."""
    try:
        return texts.plain(await asyncio.to_thread((root / TEMPLATE / SCRIPT).read_bytes))
    except OSError:
        raise NotBegun(say("Không thấy bài mẫu. Chọn một bài khác để chép.")) from None
