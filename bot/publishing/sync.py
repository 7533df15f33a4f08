"""Keeps the running tutor's book at what was published last, by this process or another, and moves those it must."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from bot.channels.base import Inner, Submit, Update
from bot.conversation.batch import INNER, Conversation
from bot.edge import guarded
from bot.publishing.library import LiveLessons
from bot.publishing.policy.routes import LessonVersion
from bot.tutor.quiet_hours import QuietHours
from storage.publications import publications

EVERY_S = 5.0
FOUND_AT_ONCE = 5_000  # learners read in one query, which sorts all of a version
MOVED_AT_ONCE = 100  # updates handed to the intake together

log = logging.getLogger(__name__)


class Librarian:
    def __init__(
        self,
        library: LiveLessons,
        conversation: Conversation,
        submit: Submit,
        now: Callable[[], datetime],
        quiet: QuietHours,
        every_s: float = EVERY_S,
        *,
        reads_files: bool = True,
    ) -> None:
        """`reads_files` False: somebody else (the watcher) says what lies in the folder."""
        self.reads_files = reads_files
        self.library = library
        self.conversation = conversation
        self.submit = submit
        self.now = now
        self.quiet = quiet
        self.every_s = every_s
        self.leads: Callable[[], bool] = lambda: True
        """Whether this process is the one that takes learners along."""
        self._unread = False
        self._moved: set[tuple[LessonVersion, int]] = set()

    async def run(self) -> None:
        """Take a step every `every_s` seconds until cancelled; a failing step is logged and tried again."""
        while True:
            await guarded(self.step, log, "publications not taken over")
            await asyncio.sleep(self.every_s)

    async def step(self) -> None:
        """Take over what was published, or make files of lessons ready; then tell those whom an urgent publication
        takes along."""
        if self._unread or await self.library.is_behind():
            await self.take_over()
        elif await self.library.make_files():
            self.conversation.book = self.library.book
        if self.leads():
            await self.move()

    async def take_over(self) -> None:
        """From the next batch on the new book is used; the one that runs ends with the book it began with.

        The folder is read again, until that succeeds: a new lesson is in the menu once its file is there.
        """
        shelf = await self.library.reread() if self.reads_files else None
        self._unread = self.reads_files and shelf is None
        await self.library.reload(shelf)
        self.conversation.book = self.library.book
        log.info("book changed", extra={"publication": self.library.catalogue.seen[0]})

    async def move(self) -> int:
        """Submit an inner update for everybody in a version that an urgent publication calls back; by day only.

        Whoever cannot be reached now is moved at the next message. A second look finds the updates in the inbox.
        """
        if self.quiet.holds(self.now()):
            return 0
        told = 0
        for key, publication_id in self._urgent():
            if (key, publication_id) not in self._moved:
                told += await self._move_all(key, publication_id)
                if self.quiet.holds(self.now()):
                    return told  # evening has come in between: the rest tomorrow
                self._moved.add((key, publication_id))
        return told

    def _urgent(self) -> Iterator[tuple[LessonVersion, int]]:
        """Each version to be left at once, with the publication that says so."""
        urgent = {row.lesson: row.publication_id for row in self.library.catalogue.log if row.urgent}
        for key, route in sorted(self.library.book.routes.items()):
            if route.how == "urgent":
                yield key, urgent[key[0]]

    async def _move_all(self, key: LessonVersion, publication_id: int) -> int:
        told, after = 0, ""
        while found := await self._find(key, after):
            after = found[-1]
            for at in range(0, len(found), MOVED_AT_ONCE):
                now = self.now()
                if self.quiet.holds(now):
                    return told
                some = found[at : at + MOVED_AT_ONCE]
                await self.submit([_moved(learner_id, publication_id, now) for learner_id in some])
                told += len(some)
        if told:
            log.info("learners moved", extra={"lesson": key[0], "version": key[1], "learners": told})
        return told

    async def _find(self, key: LessonVersion, after: str) -> list[str]:
        lesson, version = key
        find = partial(publications.learners_in, lesson=lesson, number=version, after=after, limit=FOUND_AT_ONCE)
        return await self.library.database.read(find)


def _moved(learner_id: str, publication_id: int, now: datetime) -> Update:
    """The update that moves a learner; `update_id` names the publication, so once however often it is found."""
    return Update(INNER, f"moved:{learner_id}:{publication_id}", learner_id, Inner("moved", str(publication_id)), now)
