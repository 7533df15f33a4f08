"""Pictures and recordings that editors bring: looked into by a process of its own, kept by what is in them, an editor's
alone until she publishes. What they take the place of stays in the store for the way back.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.errors import CamtayError
from bot.media.looking import look_at
from bot.media.store import MediaStore
from bot.people.policy.permissions import Actor
from bot.studio.brought import FILES
from bot.studio.policy.brought import as_text, from_text
from bot.studio.policy.pictures import FAULTS, FILE_BYTES, TOO_HEAVY, ending_of, picture_name, with_picture
from bot.studio.service import Manuscript, Studio
from flows.profiles import IMAGES, VOICES
from flows.saying import say
from storage.drafts import drafts
from storage.drafts.records import DraftRow
from storage.engine.database import Connection


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
            raise NotTaken(say("Chưa ghi được vào bài: bài đang có lỗi lối viết, hãy sửa ở trang chữ của bài trước."))
        await self._put(actor, lesson, {name: kept})
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
        await self._put(actor, lesson, {name: kept})

    async def give_back(self, actor: Actor, lesson: str, name: str) -> None:
        """Drop what she has brought under a name. Raises NotAllowed, NoSuchLesson."""
        self.studio.admit(actor)
        await self.studio.path_of(lesson)
        await self._put(actor, lesson, {name: ""})

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
        return await asyncio.to_thread(_taken, store, body, ending)

    async def _put(self, actor: Actor, lesson: str, files: Mapping[str, str]) -> None:
        now, name_of = self.studio.now(), f"{lesson}/{FILES}"

        def unit(connection: Connection) -> None:
            known = drafts.get(connection, name_of, actor.name)
            row = known or DraftRow(name_of, actor.name, "", "", now)
            mine = {name: file for name, file in {**from_text(row.text), **files}.items() if file}
            drafts.put(connection, replace(row, text=as_text(mine), at=now))

        await self.studio.database.transact(unit)


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
