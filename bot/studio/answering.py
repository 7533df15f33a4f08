"""The written answers, as editors work with them: put right, asked for in one more way, begun; heard at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.people.policy.permissions import Actor
from bot.publishing.tables import answers_with
from bot.studio.following import NotReady
from bot.studio.hearing import typed_words
from bot.studio.policy.answers import AnswerEntry, entries_of, id_for, with_entry, with_new, with_way_of_asking
from bot.studio.policy.splicing import cleaned
from bot.studio.service import Manuscript, NoSuchLesson, Studio
from flows.reading.loader import ANSWERS
from flows.run import Book
from flows.saying import say
from flows.shelf.shelf import WORDS
from flows.words.ear.finding import finder_of, near
from flows.words.ear.voices import OUTLINES

UNREADABLE = say("Chưa ghi được: bảng lời đáp đang có lỗi lối viết, hãy sửa ở trang chữ của bảng trước.")


@dataclass(frozen=True, slots=True)
class AnswersDraft:
    """What lies before an editor: `desks` are the tables by name, `entries` all that is written in them."""

    desks: Mapping[str, Manuscript]
    entries: Sequence[AnswerEntry]

    def entry(self, answer_id: str) -> AnswerEntry:
        """The entry of this id. Raises NoSuchLesson."""
        found = next((each for each in self.entries if each.id == answer_id), None)
        if found is None:
            raise NoSuchLesson(say("Không có lời đáp mang mã này."))
        return found


class AnswersTable:
    """All tables of answers together, behind the studio's pages."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    async def open(self, actor: Actor) -> AnswersDraft:
        """The editor's drafts, and of the other tables what is in force. Raises NotAllowed."""
        names = sorted(each for each in self.studio.library.shelf.written if each != WORDS)
        desks = {name: await self.studio.open(actor, name) for name in names}
        return AnswersDraft(desks, [each for name, desk in desks.items() for each in entries_of(name, desk.text)])

    async def book(self, draft: AnswersDraft) -> Book:
        """The lessons of this moment, answering with a draft; what has faults in it is left out."""
        library, changed = self.studio.library, {n: d.text for n, d in draft.desks.items() if d.is_changed}
        if not changed:
            return library.book
        standing = {name: desk.text for name, desk in draft.desks.items()}
        return replace(library.book, answers=await answers_with(library.shelf, library.facts, standing))

    async def add_way(self, actor: Actor, answer_id: str, said: str) -> Manuscript:
        """One more way of asking for an answer, in her draft. Raises NotReady, NoSuchLesson."""
        draft, value = await self.open(actor), typed_words(said)
        entry = draft.entry(answer_id)
        text = draft.desks[entry.table].text
        return await self._kept(actor, draft.desks[entry.table], with_way_of_asking(text, entry, value))

    async def write(
        self, actor: Actor, answer_id: str, words: str, ask: Sequence[str], sources: Sequence[str]
    ) -> Manuscript:
        """Other words, ways of asking and sources of an answer, in her draft. Raises NotReady, NoSuchLesson."""
        draft = await self.open(actor)
        entry = draft.entry(answer_id)
        desk, (told, ways) = draft.desks[entry.table], _typed(words, ask)
        return await self._kept(actor, desk, with_entry(desk.text, entry, told, ways, sources))

    async def begin(
        self, actor: Actor, outline: str, words: str, ask: Sequence[str], sources: Sequence[str]
    ) -> AnswerEntry:
        """A new answer, in her draft of the table of its track. Raises NotReady."""
        draft, (told, ways) = await self.open(actor), _typed(words, ask)
        desk = draft.desks.get(table_for(outline))
        if outline not in OUTLINES or desk is None:
            raise NotReady(say("Chọn giúp lời đáp thuộc bài nào."))
        answer_id = id_for(outline, ways[0], {each.id for each in draft.entries})
        kept = await self._kept(actor, desk, with_new(desk.text, answer_id, outline, told, ways, sources))
        return next(each for each in reversed(entries_of(desk.lesson, kept.text)) if each.id == answer_id)

    async def _kept(self, actor: Actor, desk: Manuscript, text: str | None) -> Manuscript:
        if text is None:
            raise NotReady(UNREADABLE)
        return await self.studio.save(actor, desk.lesson, desk.text, text)


def table_for(outline: str) -> str:
    """The table in which answers of an outline stand."""
    return f"{ANSWERS}/{outline[:1].lower()}.yaml"


def nearest(book: Book, said: str, most: int) -> list[str]:
    """Ids of the answers that a sentence may ask for, the likeliest first. Blocking."""
    return [answer.id for answer, _ in near(finder_of(book.answers), book.words.ear, said)[:most]]


def _typed(words: str, ask: Sequence[str]) -> tuple[str, list[str]]:
    told, ways = " ".join(cleaned(words).split()), [way for each in ask if (way := " ".join(cleaned(each).split()))]
    if not told or not ways:
        raise NotReady(say("Ghi lời đáp, và ít nhất một cách hỏi."))
    return told, ways
