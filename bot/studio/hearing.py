"""The table of how people type, as editors work with it: a way of saying added, and heard at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import yaml

from bot.conversation.understanding import HearReport, Overheard
from bot.people.policy.permissions import Actor
from bot.studio.following import NotReady
from bot.studio.policy.adding import with_item, with_key
from bot.studio.policy.splicing import cleaned
from bot.studio.service import Manuscript, Studio
from flows.engine.kinds.table import kind_of
from flows.run import Book
from flows.saying import say
from flows.shelf.shelf import WORDS, table_of
from flows.words.understand import Words, fold, read_words


class WordsTable:
    """The table behind the studio's pages."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    async def add(self, actor: Actor, meaning: str, said: str) -> Manuscript:
        """One more way of saying what `meaning` (GROUP/NAME of the table) means, in her draft. Raises NotReady where
        it cannot be written."""
        group, _, name = meaning.partition("/")
        table = table_in((desk := await self.studio.open(actor, WORDS)).text).get(group)
        known = table.get(name) if isinstance(table, dict) else None
        if not isinstance(known, list):
            raise NotReady(say("Chọn giúp câu ấy có nghĩa gì."))
        value = typed_words(said)
        if value.casefold() in (str(each).casefold() for each in known):
            return desk
        return await self._kept(actor, desk, with_item(desk.text, (group, name), value))

    async def spell(self, actor: Actor, typed: str, means: str) -> Manuscript:
        """A short or local spelling beside the words that it stands for, in her draft. Raises NotReady."""
        desk = await self.studio.open(actor, WORDS)
        return await self._kept(
            actor, desk, with_key(desk.text, ("spelling",), typed_words(typed).casefold(), typed_words(means))
        )

    async def _kept(self, actor: Actor, desk: Manuscript, text: str | None) -> Manuscript:
        if text is None:
            raise NotReady(say("Chữ ấy đã có trong bảng, hoặc bảng đang có lỗi phải sửa tay trước."))
        return await self.studio.save(actor, WORDS, desk.text, text)

    async def book(self, desk: Manuscript) -> Book:
        """The lessons of this moment, heard with a draft of the table; where that has faults, with the one in force."""
        library = self.studio.library
        problems = await asyncio.to_thread(self.studio.checker.of_table, WORDS, desk.text) if desk.is_changed else ()
        if not desk.is_changed or any(each.severity == "error" for each in problems):
            return library.book
        return await asyncio.to_thread(_heard_with, library.book, desk.text, library.shelf.model)


def heard(book: Book, overheard: Overheard, said: str, at: str = "") -> HearReport | None:
    """What a sentence does at LESSON/STEP, or outside lessons; None where there is no such step."""
    asked: Mapping[str, str] = {"text": said, **({"at": at} if at else {})}
    found = overheard.look(asked)
    return found if isinstance(found, HearReport) else None


def table_in(text: str) -> dict[str, object]:
    """The table that a draft holds; empty while it cannot be read."""
    try:
        return table_of(text.encode())
    except yaml.YAMLError:
        return {}


def meanings_of(words: Words, table: Mapping[str, object], said: str) -> list[tuple[str, str]]:
    """(group, name) of the answers and commands of a table that are said exactly so."""
    wanted, found = fold(words, said), []
    for group in ("answers", "commands"):
        held = table.get(group)
        for name, ways in held.items() if isinstance(held, dict) else ():
            if isinstance(ways, list) and any(fold(words, str(way)) == wanted for way in ways):
                found.append((group, str(name)))
    return found


def step_with(book: Book, answer: str) -> str:
    """A step (LESSON/STEP) at which a usual answer of the table can be given; "" where no lesson has one."""
    button = {"later": "stuck", "confused": "stuck"}.get(answer, answer)
    for lesson in filter(None, map(book.lesson, book.current)):
        for step in () if lesson.emergency else lesson.steps:
            if button in kind_of(step).spoken_ways(step):
                return f"{lesson.id}/{step.id}"
    return ""


def _heard_with(book: Book, text: str, model: object) -> Book:
    return replace(book, words=read_words(table_of(text.encode()), model))  # type: ignore[arg-type]


def typed_words(said: str) -> str:
    """What somebody typed, as a table can hold it. Raises NotReady for nothing."""
    value = " ".join(cleaned(said).split())
    if not value:
        raise NotReady(say("Chưa có chữ nào để thêm."))
    return value
