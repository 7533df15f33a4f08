"""A table beside the lessons, how people type or what is answered, as editors publish it and take it back.

Its drafts are those of any lesson (`Studio`, under the name of its file); what is published is kept as lessons are, so
that a machine whose files cannot be written has it, too.
"""

from __future__ import annotations

import asyncio
import difflib
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.people.policy.permissions import Actor
from bot.publishing.library import BY_FILES, LANGUAGE, WITHOUT_FILE
from bot.publishing.policy import texts
from bot.publishing.service import PlanOutdated
from bot.studio.following import NotReady, begun, put
from bot.studio.publishing import Publisher, ReviewOutdated
from bot.studio.service import Manuscript, NoSuchLesson, author_of, note
from flows.model import Problem
from flows.saying import say
from flows.shelf.shelf import WORDS
from storage.drafts import drafts
from storage.drafts.records import DraftRow
from storage.engine.database import Connection
from storage.publications import publications
from storage.publications.records import PublicationRow, VersionRow


@dataclass(frozen=True, slots=True)
class TableReview:
    """A publication of a table before it is made: `text` would be in force in place of the `desk`'s base, `problems`
    tells what is wrong with it, `diff` what it changes; `stamp` names what was looked at. `number`: the version that is
    gone back to; 0: it is a new one."""

    desk: Manuscript
    text: str
    problems: tuple[Problem, ...]
    diff: str
    stamp: str
    before: PublicationRow | None
    number: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether there is something to publish, and nothing against it."""
        return bool(self.diff) and not any(each.severity == "error" for each in self.problems)


class TablePublisher:
    """The publisher of tables, by the names of their files; `publisher` is that of lessons."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.studio = publisher.studio
        self._one = asyncio.Lock()

    async def review(self, actor: Actor, name: str) -> TableReview:
        """What publishing her draft would change. Raises NotAllowed."""
        desk = await self.studio.open(actor, name)
        return await self._review(desk, desk.text, 0)

    async def review_rollback(self, actor: Actor, name: str, number: int) -> TableReview:
        """What going back to a version would change. Raises NotAllowed, NoSuchLesson."""
        desk = await self.studio.open(actor, name)
        row = await self.studio.database.read(lambda c: publications.version(c, name, number))
        if row is None and number != 1:  # the first is the file, kept with the first publication
            raise NoSuchLesson(say("Bảng này không có bản {number}.", number=number))
        return await self._review(desk, texts.plain(row.source) if row else desk.base, number)

    async def publish(self, actor: Actor, name: str, stamp: str, number: int = 0) -> PublicationRow:
        """Publish what was reviewed under `stamp`, her draft or version `number`. Raises NotAllowed, NoSuchLesson,
        NotReady, ReviewOutdated, FileBehind."""
        async with self._one:
            review = await (self.review_rollback(actor, name, number) if number else self.review(actor, name))
            if not review.is_ready:
                raise NotReady
            if review.stamp != stamp:
                raise ReviewOutdated
            path, author = review.desk.path, author_of(actor)
            with ExitStack() as stack:
                follows = not number and self.publisher.writes(path)
                source = texts.layout_of(await asyncio.to_thread(path.read_bytes)).written(review.desk.text)
                written = begun(stack, path, source) if follows else None
                row = PublicationRow(name, number, "rollback" if number else "text", author, self.studio.now())
                row = replace(row, diff=review.diff, author=author if follows else f"{WITHOUT_FILE}{author}")
                try:
                    made = await self.studio.database.transact(lambda c: _published(c, review, row, actor))
                except PlanOutdated:
                    raise ReviewOutdated from None
                if written is not None:
                    await asyncio.to_thread(put, written, path)
            return made

    async def _review(self, desk: Manuscript, text: str, number: int) -> TableReview:
        name = desk.lesson
        problems = await asyncio.to_thread(self.studio.checker.of_table, name, text)
        before = await self.studio.database.read(lambda c: publications.current_of(c, name))
        names = f"{name}@{before.version if before else 1}", name
        lines = difflib.unified_diff(desk.base.splitlines(), text.splitlines(), *names, lineterm="")
        diff = "".join(f"{line}\n" for line in lines)
        seen = before.publication_id if before else 0
        stamp = sha256(repr((text, desk.base, seen, number)).encode()).hexdigest()[:32]
        return TableReview(desk, text, problems, diff, stamp, before, number)


def _published(connection: Connection, review: TableReview, row: PublicationRow, actor: Actor) -> PublicationRow:
    """The version, what was in force before it where nothing was ever published, and her draft settled; one unit."""
    newest = publications.current_of(connection, row.lesson)
    if (newest.publication_id if newest else 0) != (review.before.publication_id if review.before else 0):
        raise PlanOutdated
    desk, number = review.desk, row.version
    if not number:
        number = _keep(connection, desk, row)
        kept = drafts.get(connection, row.lesson, actor.name) or DraftRow(
            row.lesson, actor.name, desk.text, desk.text, row.at
        )
        if kept.text not in (desk.text, desk.base):
            raise PlanOutdated  # she has gone on writing on another page
        drafts.put(connection, replace(kept, base=desk.text, text=desk.text, at=row.at))
    made = replace(row, version=number)
    publications.add(connection, [made])
    what = "words" if row.lesson == WORDS else "answers"
    note(connection, actor, f"{what}_rolled_back" if row.version else f"{what}_published", row.lesson, row.at)
    return made


def _keep(connection: Connection, desk: Manuscript, row: PublicationRow) -> int:
    versions = publications.versions_of(connection, row.lesson)
    known = {each.source: each.version for each in versions}
    if desk.base not in known:  # a file that lay there, or was brought, before
        number = max(known.values(), default=0) + 1
        publications.add_versions(connection, [_version(desk.base, number, replace(row, author=BY_FILES))])
        publications.add(
            connection, [PublicationRow(row.lesson, number, "text" if known else "first", BY_FILES, row.at)]
        )
        known[desk.base] = number
    if desk.text not in known:
        known[desk.text] = max(known.values()) + 1
        publications.add_versions(connection, [_version(desk.text, known[desk.text], row)])
    return known[desk.text]


def _version(text: str, number: int, row: PublicationRow) -> VersionRow:
    return VersionRow(row.lesson, number, text, LANGUAGE, "", sha256(text.encode()).hexdigest(), row.author, row.at)
