"""Pictures and recordings that editors bring: looked into by a process of its own, kept by what is in them, an editor's
alone until she publishes. What they take the place of stays in the store for the way back. The bytes are in the
database, too, from where other processes have them.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.errors import CamtayError
from bot.media.looking import look_at
from bot.media.store import MediaStore
from bot.people.policy.permissions import Actor
from bot.studio.brought import FILES
from bot.studio.policy.brought import as_text, formers_as_text, formers_from_text, from_text
from bot.studio.policy.pictures import (
    FAULTS,
    FILE_BYTES,
    TOO_HEAVY,
    ending_of,
    given_back,
    picture_at,
    picture_name,
    picture_written,
    with_picture,
)
from bot.studio.policy.splicing import texts_of
from bot.studio.service import Manuscript, Studio
from flows.profiles import IMAGES, VOICES
from flows.saying import say
from storage.drafts import drafts
from storage.drafts.records import DraftRow
from storage.engine.database import Connection
from storage.publications import lesson_files

UNWRITABLE = say("Chưa ghi được vào bài: bài đang có lỗi lối viết, hãy sửa ở trang chữ của bài trước.")
_Named = dict[str, str]


class NotTaken(CamtayError):
    """Tệp này không dùng được."""


class LessonFiles:
    """The files of lessons behind the studio's pages; without a store nothing can be brought."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    async def picture(self, actor: Actor, lesson: str, step: str, body: bytes, alt: str) -> Manuscript:
        """Another picture at a step, with what is on it in words, in her draft. Raises NotAllowed, NoSuchLesson,
        NotTaken."""
        desk = await self.studio.open(actor, lesson)
        if not alt.strip():
            raise NotTaken(say("Ghi giúp trong hình có gì: người không thấy hình sẽ đọc câu ấy."))
        kept = await self._kept(body, IMAGES)
        name = picture_name(desk.text, step, kept.rpartition(".")[2])
        text = await asyncio.to_thread(with_picture, desk.text, step, name, alt)
        if text is None:
            raise NotTaken(UNWRITABLE)
        await self._put(actor, lesson, partial(_with_picture, desk=desk, text=text, step=step, name=name, kept=kept))
        return await self.studio.save(actor, lesson, desk.text, text)

    async def recording(self, actor: Actor, lesson: str, name: str, body: bytes) -> None:
        """Another recording under `name` (a file that the lesson names, or the digest of words), in her draft. Raises
        NotAllowed, NoSuchLesson, NotTaken."""
        self.studio.admit(actor)
        await self.studio.path_of(lesson)
        ending = name.rpartition(".")[2].lower() if "." in name else ""
        kept = await self._kept(body, VOICES)
        if ending and not kept.endswith(f".{ending}"):
            raise NotTaken(say("Bài gọi tệp này là .{ending}; hãy đưa tiếng cùng loại.", ending=ending))
        await self._put(actor, lesson, lambda mine, formers: mine.update({name: kept}))

    async def give_back(self, actor: Actor, lesson: str, name: str) -> None:
        """Drop what she has brought under a name: of a picture its step is written again as it was before. Raises
        NotAllowed, NoSuchLesson, NotTaken."""
        desk = await self.studio.open(actor, lesson)
        kept = await self.studio.database.read(partial(drafts.get, lesson=f"{lesson}/{FILES}", editor=actor.name))
        known = formers_from_text(kept.base if kept else "").get(name)
        text = await asyncio.to_thread(given_back, desk.text, name, partial(_former, desk, known))
        if text is None:
            raise NotTaken(UNWRITABLE)
        await self.studio.save(actor, lesson, desk.text, text)
        await self._put(actor, lesson, lambda mine, formers: mine.pop(name, None))

    async def _kept(self, body: bytes, wanted: frozenset[str]) -> str:
        store = self.studio.library.store
        if store is None:
            raise NotTaken(say("Máy này chưa có chỗ để hình và tiếng. Nhờ người giữ máy."))
        if not body:
            raise NotTaken(say("Chưa chọn tệp nào."))
        if len(body) > FILE_BYTES:
            raise NotTaken(TOO_HEAVY)
        ending = ending_of(body, wanted)
        if not ending:
            other = (
                say("Tệp này không phải là hình JPG hay PNG."),
                say("Tệp này không phải là tiếng MP3, M4A, OGG, AAC."),
            )
            raise NotTaken(other[wanted is VOICES])
        file = await asyncio.to_thread(_taken, store, body, ending)
        await self.studio.database.transact(partial(lesson_files.keep, file=file, body=body, now=self.studio.now()))
        return file

    async def _put(self, actor: Actor, lesson: str, change: Callable[[_Named, _Named], object]) -> None:
        """`change` is given her files by name, and what was written before in place of those that are pictures."""
        now, name_of = self.studio.now(), f"{lesson}/{FILES}"

        def unit(connection: Connection) -> None:
            known = drafts.get(connection, name_of, actor.name)
            row = known or DraftRow(name_of, actor.name, "", "", now)
            mine, formers = from_text(row.text), formers_from_text(row.base)
            change(mine, formers)
            formers = {name: written for name, written in formers.items() if name in mine}
            drafts.put(connection, replace(row, base=formers_as_text(formers), text=as_text(mine), at=now))

        await self.studio.database.transact(unit)


def _former(desk: Manuscript, known: str | None, step: str) -> str:
    """How a step's picture was written before hers; where nobody has noted it, as in the text that is in force."""
    return known if known is not None else picture_written(desk.base, step)


def _with_picture(mine: _Named, formers: _Named, desk: Manuscript, text: str, step: str, name: str, kept: str) -> None:
    """A picture of hers (in `text`) in place of another; that may be hers, too: then what was before it still is."""
    last = picture_at(desk.text, step)
    known = formers.get(last) if last in mine else picture_written(desk.text, step)
    if last not in texts_of(text).values():
        mine.pop(last, None)
    mine[name], formers[name] = kept, _former(desk, known, step)


def _taken(store: MediaStore, body: bytes, ending: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{ending}"
        path.write_bytes(body)
        (seen,) = look_at([path], Path(folder))  # all is tried that is done with it once it is published
        if seen.fault:
            raise NotTaken(FAULTS[seen.fault])
        try:
            return store.take(path)
        except OSError:
            raise NotTaken(say("Máy chưa cất được tệp này. Nhờ người giữ máy xem chỗ trống trên đĩa.")) from None
