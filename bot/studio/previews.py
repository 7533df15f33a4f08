"""The preview of drafts: the very pages that play files, with an editor's text in the place of the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.media.store import PLACE
from bot.people.policy.permissions import Actor
from bot.publishing.drafts import LessonReading, file_beside
from bot.publishing.preview import Previews, stamp_of
from bot.studio.brought import Beside
from bot.studio.service import Manuscript, Studio
from flows import Book
from flows.engine.kinds.table import files_of
from flows.shelf.media import FOLDER, kept_name
from flows.shelf.voice_lines import lines_of


class DraftPreview(Previews):
    """One lesson as `desk` has it, with what goes beside it; of other lessons nothing is shown."""

    def __init__(self, desk: Manuscript, beside: Beside, studio: Studio) -> None:
        book, self._library = studio.library.book, studio.library
        super().__init__(studio.checker.root, book.facts, lambda: book)
        self._desk, self._beside, self._checker, self._live = desk, beside, studio.checker, book

    @property
    def desk(self) -> Manuscript:
        """What is played."""
        return self._desk

    def reading(self, lesson_id: str, book: Book) -> LessonReading | None:
        """The draft, judged among the files around it."""
        if lesson_id != self._desk.lesson:
            return None
        found = self._checker.read(self._desk.path, self._desk.text.encode(), self._beside)
        return replace(found, source=self._source)

    def differs_beside(self, reading: LessonReading, book: Book) -> bool:
        """As of any preview; files that she has brought are a draft as well."""
        lesson = reading.lesson
        named = {each.file for each in files_of(lesson)} if lesson else set()
        named |= {each.digest for each in lines_of(lesson, book.facts)} if lesson and self._beside.files.mine else set()
        return not named.isdisjoint(self._beside.files.mine) or super().differs_beside(reading, book)

    @property
    def _source(self) -> bytes:
        return b"\0".join((self._desk.text.encode(), self._beside.stamp.encode()))

    def file(self, lesson_id: str, name: str) -> Path | None:
        """A file as this editor has it: brought, published, or in the folder; by its name, or by the digest of the
        words that are recorded."""
        recorded = self._library.shelf.recordings.get(name)
        lying = recorded or (file_beside(self._desk.path.parent / FOLDER, name) if "." in name else None)
        found = {name: kept_name(lying.parent, lying.name)} if lying else {}
        kept = self._beside.files.chosen([name], found).get(name, "")
        store = self._library.store
        return (store.path(kept) if store and kept else None) or lying

    def address(self, path: Path) -> str:
        """Where whoever has no session may fetch a file: by what is in it, as every file of lessons. "" without a
        store."""
        store, name = self._library.store, kept_name(path.parent, path.name)
        if store is None or not name:
            return ""
        return f"/{PLACE}{name if store.path(name) else store.take(path)}"

    def dialogues(self) -> list[Path]:
        """The transcripts beside the lesson."""
        return sorted(path for path in (self._desk.path.parent / "transcripts").glob("*.txt") if path.is_file())

    def stamp(self, lesson_id: str) -> str:
        """As of any preview."""
        live = self._live.lesson(lesson_id)
        return stamp_of(self._source, live) if lesson_id == self._desk.lesson else ""


class DraftPreviews:
    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def of(self, actor: Actor, lesson: str) -> DraftPreview:
        """The preview of the editor's draft, or of the text in force. Raises NotAllowed, NoSuchLesson."""
        desk = await self._studio.open(actor, lesson)
        return DraftPreview(desk, await self._studio.beside(actor, lesson), self._studio)
