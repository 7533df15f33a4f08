"""The preview of drafts: the very pages that play files, with an editor's text in the place of the file."""

from __future__ import annotations

from pathlib import Path

from bot.people.policy.permissions import Actor
from bot.publishing.drafts import LessonReading
from bot.publishing.preview import Previews, stamp_of
from bot.studio.checking import Checker
from bot.studio.service import Manuscript, Studio
from flows import Book


class DraftPreview(Previews):
    """One lesson as `desk` has it; of other lessons nothing is shown."""

    def __init__(self, desk: Manuscript, checker: Checker, book: Book) -> None:
        super().__init__(checker.root, book.facts, lambda: book)
        self._desk, self._checker, self._live = desk, checker, book

    def reading(self, lesson_id: str, book: Book) -> LessonReading | None:
        """The draft, judged among the files around it."""
        return self._checker.read(self._desk.path, self._desk.text.encode()) if lesson_id == self._desk.lesson else None

    def dialogues(self) -> list[Path]:
        """The transcripts beside the lesson."""
        return sorted(path for path in (self._desk.path.parent / "transcripts").glob("*.txt") if path.is_file())

    def stamp(self, lesson_id: str) -> str:
        """As of any preview."""
        live = self._live.lesson(lesson_id)
        return stamp_of(self._desk.text.encode(), live) if lesson_id == self._desk.lesson else ""


class DraftPreviews:
    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def of(self, actor: Actor, lesson: str) -> DraftPreview:
        """The preview of the editor's draft, or of the text in force. Raises NotAllowed, NoSuchLesson."""
        desk = await self._studio.open(actor, lesson)
        return DraftPreview(desk, self._studio.checker, self._studio.library.book)
