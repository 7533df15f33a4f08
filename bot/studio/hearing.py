"""The table of how people type, as editors work with it: a way of saying added, heard at once, published, taken back.

Its drafts are those of any lesson (`Studio`, under the name WORDS); what is published is kept as lessons are, so that a
machine whose files cannot be written hears with it, too.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256

import yaml

from bot.conversation.understanding import HearReport, Overheard
from bot.people.policy.permissions import Actor
from bot.publishing.library import BY_FILES, LANGUAGE, WITHOUT_FILE
from bot.publishing.service import PlanOutdated
from bot.publishing.tables import WORDS
from bot.studio.following import NotReady, begun, put
from bot.studio.policy import texts
from bot.studio.policy.adding import with_item, with_key
from bot.studio.policy.splicing import cleaned
from bot.studio.publishing import Publisher, ReviewOutdated, author_of
from bot.studio.service import Manuscript, NoSuchLesson, note
from flows.model import Problem
from flows.run import Book
from flows.saying import say
from flows.shelf.shelf import table_of
from flows.words.understand import read_words
from storage.drafts import drafts
from storage.drafts.records import DraftRow
from storage.engine.database import Connection
from storage.publications import publications
from storage.publications.records import PublicationRow, VersionRow


@dataclass(frozen=True, slots=True)
class WordsReview:
    """A publication of the table before it is made: `desk` has the text, `problems` what is wrong with it, `diff` what
    it changes; `stamp` names what was looked at. `number`: the version that is gone back to; 0: it is a new one."""

    desk: Manuscript
    problems: tuple[Problem, ...]
    diff: str
    stamp: str
    before: PublicationRow | None
    number: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether there is something to publish, and nothing against it."""
        return bool(self.diff) and not any(each.severity == "error" for each in self.problems)


class WordsTable:
    """The table behind the studio's pages; `publisher` is that of lessons."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.studio = publisher.studio
        self._one = asyncio.Lock()

    # --- writing, hearing ---

    async def add(self, actor: Actor, meaning: str, said: str) -> Manuscript:
        """One more way of saying what `meaning` (GROUP/NAME of the table) means, in her draft. Raises NotReady where
        it cannot be written."""
        group, _, name = meaning.partition("/")
        table = table_in((desk := await self.studio.open(actor, WORDS)).text).get(group)
        known = table.get(name) if isinstance(table, dict) else None
        if not isinstance(known, list):
            raise NotReady(say("Chọn giúp câu ấy có nghĩa gì."))
        value = _typed(said)
        if value.casefold() in (str(each).casefold() for each in known):
            return desk
        return await self._kept(actor, desk, with_item(desk.text, (group, name), value))

    async def spell(self, actor: Actor, typed: str, means: str) -> Manuscript:
        """A short or local spelling beside the words that it stands for, in her draft. Raises NotReady."""
        desk = await self.studio.open(actor, WORDS)
        return await self._kept(
            actor, desk, with_key(desk.text, ("spelling",), _typed(typed).casefold(), _typed(means))
        )

    async def _kept(self, actor: Actor, desk: Manuscript, text: str | None) -> Manuscript:
        if text is None:
            raise NotReady(say("Chữ ấy đã có trong bảng, hoặc bảng đang có lỗi phải sửa tay trước."))
        return await self.studio.save(actor, WORDS, desk.text, text)

    async def book(self, desk: Manuscript) -> Book:
        """The lessons of this moment, heard with a draft of the table; where that has faults, with the one in force."""
        library = self.studio.library
        problems = await asyncio.to_thread(self.studio.checker.of_words, desk.text) if desk.is_changed else ()
        if not desk.is_changed or any(each.severity == "error" for each in problems):
            return library.book
        return await asyncio.to_thread(_heard_with, library.book, desk.text, library.shelf.model)

    # --- publishing ---

    async def review(self, actor: Actor) -> WordsReview:
        """What publishing her draft would change. Raises NotAllowed."""
        desk = await self.studio.open(actor, WORDS)
        return await self._review(desk, desk.text, 0)

    async def review_rollback(self, actor: Actor, number: int) -> WordsReview:
        """What going back to a version would change. Raises NotAllowed, NoSuchLesson."""
        desk = await self.studio.open(actor, WORDS)
        row = await self.studio.database.read(lambda c: publications.version(c, WORDS, number))
        if row is None and number != 1:  # the first is the file, kept with the first publication
            raise NoSuchLesson(say("Bảng này không có bản {number}.", number=number))
        return await self._review(desk, texts.plain(row.source) if row else desk.base, number)

    async def publish(self, actor: Actor, stamp: str, number: int = 0) -> PublicationRow:
        """Publish what was reviewed under `stamp`, her draft or version `number`. Raises NotAllowed, NoSuchLesson,
        NotReady, ReviewOutdated, FileBehind."""
        async with self._one:
            review = await (self.review_rollback(actor, number) if number else self.review(actor))
            if not review.is_ready:
                raise NotReady
            if review.stamp != stamp:
                raise ReviewOutdated
            path, author = review.desk.path, author_of(actor)
            with ExitStack() as stack:
                follows = not number and self.publisher.writes(path)
                source = texts.layout_of(await asyncio.to_thread(path.read_bytes)).written(review.desk.text)
                written = begun(stack, path, source) if follows else None
                row = PublicationRow(WORDS, number, "rollback" if number else "text", author, self.studio.now())
                row = replace(row, diff=review.diff, author=author if follows else f"{WITHOUT_FILE}{author}")
                try:
                    made = await self.studio.database.transact(lambda c: _published(c, review, row, actor))
                except PlanOutdated:
                    raise ReviewOutdated from None
                if written is not None:
                    await asyncio.to_thread(put, written, path)
            return made

    async def _review(self, desk: Manuscript, text: str, number: int) -> WordsReview:
        problems = await asyncio.to_thread(self.studio.checker.of_words, text)
        before = await self.studio.database.read(lambda c: publications.current_of(c, WORDS))
        names = f"{WORDS}@{before.version if before else 1}", WORDS
        lines = difflib.unified_diff(desk.base.splitlines(), text.splitlines(), *names, lineterm="")
        diff = "".join(f"{line}\n" for line in lines)
        seen = before.publication_id if before else 0
        stamp = sha256(repr((text, desk.base, seen, number)).encode()).hexdigest()[:32]
        return WordsReview(desk, problems, diff, stamp, before, number)


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


def _heard_with(book: Book, text: str, model: object) -> Book:
    return replace(book, words=read_words(table_of(text.encode()), model))  # type: ignore[arg-type]


def _typed(said: str) -> str:
    value = " ".join(cleaned(said).split())
    if not value:
        raise NotReady(say("Chưa có chữ nào để thêm."))
    return value


def _published(connection: Connection, review: WordsReview, row: PublicationRow, actor: Actor) -> PublicationRow:
    """The version, what was in force before it where nothing was ever published, and her draft settled; one unit."""
    newest = publications.current_of(connection, WORDS)
    if (newest.publication_id if newest else 0) != (review.before.publication_id if review.before else 0):
        raise PlanOutdated
    desk, number = review.desk, row.version
    if not number:
        number = _keep(connection, desk, row)
        kept = drafts.get(connection, WORDS, actor.name) or DraftRow(WORDS, actor.name, desk.text, desk.text, row.at)
        if kept.text not in (desk.text, desk.base):
            raise PlanOutdated  # she has gone on writing on another page
        drafts.put(connection, replace(kept, base=desk.text, text=desk.text, at=row.at))
    made = replace(row, version=number)
    publications.add(connection, [made])
    note(connection, actor, "words_rolled_back" if row.version else "words_published", WORDS, row.at)
    return made


def _keep(connection: Connection, desk: Manuscript, row: PublicationRow) -> int:
    versions = publications.versions_of(connection, WORDS)
    known = {each.source: each.version for each in versions}
    if desk.base not in known:  # a file that lay there, or was brought, before
        number = max(known.values(), default=0) + 1
        publications.add_versions(connection, [_version(desk.base, number, replace(row, author=BY_FILES))])
        publications.add(connection, [PublicationRow(WORDS, number, "text" if known else "first", BY_FILES, row.at)])
        known[desk.base] = number
    if desk.text not in known:
        known[desk.text] = max(known.values()) + 1
        publications.add_versions(connection, [_version(desk.text, known[desk.text], row)])
    return known[desk.text]


def _version(text: str, number: int, row: PublicationRow) -> VersionRow:
    return VersionRow(WORDS, number, text, LANGUAGE, "", sha256(text.encode()).hexdigest(), row.author, row.at)
