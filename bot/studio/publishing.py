"""Drafts that become what learners are taught, and the way back: planned as `./camtay publish` plans, then done.

On a machine whose lessons can be written the file follows what is published; on one where they cannot, the published
text alone is in force until somebody brings another file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from bot.errors import CamtayError
from bot.people.policy.permissions import Actor
from bot.publishing.drafts import LessonReading
from bot.publishing.files import not_kept
from bot.publishing.library import WITHOUT_FILE
from bot.publishing.policy import texts
from bot.publishing.service import (
    PlanOutdated,
    PublishingOptions,
    PublishingPlan,
    Stored,
    changed_lines,
    compile_row,
    look,
    plan,
    publish,
)
from bot.studio.brought import Beside
from bot.studio.following import NotReady, begun, may_write, put, put_all
from bot.studio.languages import po_files
from bot.studio.policy.brought import BroughtFiles
from bot.studio.policy.sentences import LessonTexts, SentenceChange, changes_between, texts_in
from bot.studio.service import Manuscript, NoSuchLesson, Studio, author_of, note
from flows.engine.kinds.table import files_of
from flows.model import Lesson, Problem
from flows.rules.changes import CHECKPOINT, START, STAY, Inside
from flows.saying import say
from flows.shelf.media import FOLDER, media_of, recorded_of
from flows.shelf.shelf import is_table, languages_of
from flows.shelf.voice_lines import RECORDINGS, lines_of, recording_name
from storage.drafts import drafts
from storage.drafts.records import DraftRow
from storage.engine.database import Connection
from storage.publications import publications
from storage.publications.records import PublicationRow, VersionRow

TOLD_IN_WORDS = 30  # publications, the newest, of which is told in sentences what they changed: 10 ms each
PLAIN = PublishingOptions("")


class ReviewOutdated(CamtayError):
    """Bài vừa có người sửa hay phát hành. Hãy xem lại rồi phát hành."""


@dataclass(frozen=True, slots=True)
class PublishingReview:
    """A publication before it is made. `plan` is None where the text has errors (`errors`); `gone`: step that is there
    no more → how many wait at it; `stamp` names exactly what was looked at: it is handed back by whoever agrees."""

    desk: Manuscript
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    plan: PublishingPlan | None = None
    gone: Mapping[str, int] = field(default_factory=dict)
    stamp: str = ""
    beside: Beside = field(default_factory=Beside)
    reading: LessonReading | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it can be published as it is."""
        return self.plan is not None and not (self.plan.unchanged or self.plan.impact.blocked)


@dataclass(frozen=True, slots=True)
class RollbackReview:
    """A way back before it is gone, as `PublishingReview`."""

    plan: PublishingPlan
    gone: Mapping[str, int]
    stamp: str


@dataclass(frozen=True, slots=True)
class PublicationEntry:
    """One publication in the history: `inside` how many learners are in its version (told once a version), lines
    that it added and took away; `is_own`: whoever asks has made it; `sentences`: what it changed for people, None where
    that is not told."""

    row: PublicationRow
    inside: int | None
    added: int
    gone: int
    is_current: bool
    is_own: bool
    sentences: tuple[SentenceChange, ...] | None = None


class Publisher:
    """Publishes what lies on the desk of `studio`; `writes` tells whether a lesson's file follows."""

    def __init__(self, studio: Studio, writes: Callable[[Path], bool] = may_write) -> None:
        self.studio = studio
        self.writes = writes
        self.database, self.library = studio.database, studio.library
        self._one = asyncio.Lock()

    async def review(
        self,
        actor: Actor,
        lesson: str,
        how: PublishingOptions = PLAIN,
        counted: Mapping[str, Inside] | None = None,
    ) -> PublishingReview:
        """What publishing her draft now would do; `counted` as in `look`. Raises NotAllowed, NoSuchLesson."""
        desk = await self.studio.open(actor, lesson)
        raw = await asyncio.to_thread(_raw, desk.path)
        source = texts.layout_of(raw).written(desk.text)
        beside = await self.studio.beside(actor, lesson)
        reading = await asyncio.to_thread(self.studio.checker.read, desk.path, source, beside)
        errors, warnings = _told_apart(reading, lesson)
        if errors or reading.lesson is None:
            return PublishingReview(desk, errors, warnings)
        stored = (await look(self.database, [lesson], counted))[lesson]
        how = _allowed(how, actor, reading.lesson)
        each = await asyncio.to_thread(self._plan, stored, reading, how, beside.files)
        open_ = await asyncio.to_thread(self._plan, stored, reading, replace(how, decisions={}), beside.files)
        return PublishingReview(desk, errors, warnings, each, _gone(open_), stamp_of(each), beside, reading)

    async def publish(self, actor: Actor, lesson: str, how: PublishingOptions, stamp: str) -> PublicationRow:
        """Publish what was reviewed under `stamp`. Raises NotAllowed, NoSuchLesson, NotReady, ReviewOutdated,
        FileBehind."""
        async with self._one:
            review = await self.review(actor, lesson, how)
            each = review.plan
            if each is None:
                raise NotReady(say("Chưa phát hành: bài còn chỗ sai, kê ngay dưới đây."))
            _ready(each, review.gone)
            if review.stamp != stamp:
                raise ReviewOutdated
            desk, source = review.desk, each.lesson.source.encode()
            with ExitStack() as stack:
                follows, is_first = self.writes(desk.path), not desk.base
                written = begun(stack, desk.path, source, is_first=is_first) if follows else None
                if written is None:
                    each = replace(each, how=replace(each.how, author=f"{WITHOUT_FILE}{each.how.author}"))
                await asyncio.to_thread(self._keep_files, each.lesson, each.media)
                follow = await asyncio.to_thread(self._following, each, review) if written else {}
                rows = await self._made(each, partial(self._settle, actor=actor, desk=desk, what="lesson_published"))
                if written is not None:
                    await asyncio.to_thread(put_all, stack, follow)
                    await asyncio.to_thread(put, written, desk.path)
            return rows[0]

    async def sentences(self, each: PublishingPlan) -> tuple[SentenceChange, ...]:
        """What people read that is another than in the version in force; nothing of a first one."""
        if each.before is None:
            return ()
        asked = partial(publications.version, lesson=each.before.lesson, number=each.before.version)
        row = await self.database.read(asked)
        return await asyncio.to_thread(_differing, row, each) if row else ()

    async def history(
        self, actor: Actor, lesson: str, counted: Mapping[str, Inside] | None = None
    ) -> list[PublicationEntry]:
        """Every publication of a lesson, the newest first; `counted` as in `look`. Raises NotAllowed."""
        self.studio.admit(actor)
        stored = (await look(self.database, [lesson], counted))[lesson]
        told = await asyncio.to_thread(_told, stored) if not is_table(lesson) else {}
        return list(reversed(list(_entries(stored, actor, told))))

    async def review_rollback(
        self,
        actor: Actor,
        lesson: str,
        number: int,
        how: PublishingOptions = PLAIN,
        counted: Mapping[str, Inside] | None = None,
    ) -> RollbackReview:
        """What going back to a version would do; `counted` as in `look`. Raises NotAllowed, NoSuchLesson, NotReady."""
        self.studio.admit(actor)
        stored = (await look(self.database, [lesson], counted))[lesson]
        row = stored.versions.get(number)
        if row is None:
            raise NoSuchLesson(say("Bài này không có bản {number}.", number=number))
        facts = self.library.facts
        target = await asyncio.to_thread(compile_row, row, facts)
        if target is None:
            raise NotReady(say("Bản {number} không còn đọc được bằng chương trình này.", number=number))
        how = replace(_allowed(how, actor, target), rollback=True)
        beside = facts, row.media
        each = await asyncio.to_thread(plan, stored, target, row.translations, how, *beside)
        open_ = await asyncio.to_thread(plan, stored, target, row.translations, replace(how, decisions={}), *beside)
        return RollbackReview(each, _gone(open_), stamp_of(each))

    async def roll_back(
        self, actor: Actor, lesson: str, number: int, how: PublishingOptions, stamp: str
    ) -> PublicationRow:
        """Make an older version the current one again. Raises NotAllowed, NoSuchLesson, NotReady, ReviewOutdated."""
        async with self._one:
            review = await self.review_rollback(actor, lesson, number, how)
            each = review.plan
            _ready(each, review.gone)
            if review.stamp != stamp:
                raise ReviewOutdated
            now = self.studio.now()
            rows = await self._made(each, lambda connection: note(connection, actor, "lesson_rolled_back", lesson, now))
            return rows[0]

    # --- inside ---

    def _plan(
        self, stored: Stored, reading: LessonReading, how: PublishingOptions, files: BroughtFiles
    ) -> PublishingPlan:
        lesson, library = reading.draft.lesson, reading.library
        assert lesson is not None, "only what could be read is planned"
        media = media_of(lesson, library.scenes)
        media |= recorded_of(lesson, self.library.facts, self.library.shelf.recordings)
        wanted = {each.file for each in files_of(lesson) if each.kind != "scene"}
        media |= files.chosen(wanted | {line.digest for line in lines_of(lesson, self.library.facts)}, media)
        return plan(stored, lesson, languages_of(lesson, library), how, self.library.facts, media)

    def _keep_files(self, lesson: Lesson, media: Mapping[str, str]) -> None:
        if self.library.store is not None:
            shelf = replace(self.library.shelf, good={lesson.id: lesson}, media={lesson.id: media})
            not_kept(self.library.store, shelf, lesson)

    def _following(self, each: PublishingPlan, review: PublishingReview) -> dict[Path, bytes]:
        """What goes into the folder with the text: files and translations that an editor has brought."""
        store, folder = self.library.store, review.desk.path.parent
        lines = {line.digest: line for line in lines_of(each.lesson, self.library.facts)}
        found: dict[Path, bytes] = {}
        for name, file in review.beside.files.mine.items() if store else ():
            path = store.path(file) if store and each.media.get(name) == file else None
            if path is not None and name in lines:
                found[self.library.root / RECORDINGS / recording_name(lines[name], path.suffix[1:])] = path.read_bytes()
            elif path is not None:
                found[folder / FOLDER / name] = path.read_bytes()
        if review.reading is not None and review.reading.script is not None:
            found |= po_files(review.desk.path, review.reading.script, review.beside.texts)
        return found

    def _settle(self, connection: Connection, actor: Actor, desk: Manuscript, what: str) -> None:
        """From here on her draft begins with what was published."""
        now = self.studio.now()
        row = drafts.get(connection, desk.lesson, actor.name)
        row = row or DraftRow(desk.lesson, actor.name, desk.text, desk.text, now)
        if row.text not in (desk.text, desk.base):
            raise PlanOutdated  # she has gone on writing on another page
        drafts.put(connection, replace(row, base=desk.text, text=desk.text, at=now))
        drafts.drop_below(connection, desk.lesson, actor.name)
        note(connection, actor, what, desk.lesson, now)

    async def _made(self, each: PublishingPlan, also: Callable[[Connection], object]) -> list[PublicationRow]:
        try:
            return await publish(self.database, [each], self.studio.now(), also)
        except PlanOutdated:
            raise ReviewOutdated from None


def _raw(path: Path) -> bytes:
    """A lesson's file; nothing of one that has none yet."""
    return path.read_bytes() if path.exists() else b""


# --- the plan ----------------------------------------------------------------------------------------


def _allowed(how: PublishingOptions, actor: Actor, lesson: Lesson) -> PublishingOptions:
    """As asked, in her name, without decisions that lead nowhere: who is not moved can only stay."""
    ways = {CHECKPOINT, START, *lesson.index} if how.urgent else {STAY}
    decisions = {step: decision for step, decision in how.decisions.items() if decision in ways}
    at_checkpoint = how.at_checkpoint and not how.urgent
    return replace(how, author=author_of(actor), decisions=decisions, at_checkpoint=at_checkpoint)


def _ready(each: PublishingPlan, gone: Mapping[str, int]) -> None:
    """Raises NotReady, with what is still to be done."""
    if each.unchanged:
        raise NotReady(say("Chưa phát hành: không có gì mới so với bản đang dùng."))
    if each.impact.blocked:
        left = ", ".join(step for step in gone if step not in each.how.decisions)
        raise NotReady(say("Chưa phát hành: chưa chọn cho người đang đứng ở bước {steps} đi đâu.", steps=left))


def _gone(each: PublishingPlan) -> dict[str, int]:
    found: dict[str, int] = {}
    for stand in each.impact.stands:
        if stand.fate == "decide":
            found[stand.step] = found.get(stand.step, 0) + stand.count
    return found


def stamp_of(each: PublishingPlan) -> str:
    """A name for what is published, after what, and how."""
    before = each.before.publication_id if each.before else 0
    how = each.how.urgent, each.how.at_checkpoint, sorted(each.how.decisions.items())
    said = sorted((language, key, text) for language, words in each.translations.items() for key, text in words.items())
    whole = each.lesson.source, said, sorted(each.media.items()), before, each.version, how
    return sha256(repr(whole).encode()).hexdigest()[:32]


def _told_apart(reading: LessonReading, lesson: str) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """What keeps a text from being published, and what ought to be looked at."""
    errors = [*reading.errors]
    found = reading.draft.lesson
    if found is not None and found.id != lesson:
        message = say("mã bài là “{found}”, mà trang này là của bài “{lesson}”", found=found.id, lesson=lesson)
        errors.append(Problem("E004", found.place, message, say("hãy để lại mã cũ; bài mới thì mở tệp mới")))
    return tuple(errors), tuple(each for each in reading.problems if each not in errors)


def _differing(row: VersionRow, each: PublishingPlan) -> tuple[SentenceChange, ...]:
    after = texts_in(texts.plain(each.lesson.source), each.translations, each.media)
    return changes_between(_texts_of(row), after)


def _texts_of(row: VersionRow) -> LessonTexts:
    return texts_in(texts.plain(row.source), row.translations, row.media)


def _told(stored: Stored) -> dict[int, tuple[SentenceChange, ...]]:
    """What the last publications changed, by their ids."""
    read: dict[int, LessonTexts] = {}
    found = {}
    for before, row in pairwise(stored.log[-TOLD_IN_WORDS - 1 :]):
        for number in {before.version, row.version} - read.keys():
            read[number] = _texts_of(stored.versions[number])
        found[row.publication_id] = changes_between(read[before.version], read[row.version])
    return found


def _entries(
    stored: Stored, actor: Actor, told: Mapping[int, tuple[SentenceChange, ...]]
) -> Iterator[PublicationEntry]:
    newest = {row.version: row.publication_id for row in stored.log}
    own = {author_of(actor), f"{WITHOUT_FILE}{author_of(actor)}"}
    for at, row in enumerate(stored.log, 1):
        is_newest = newest[row.version] == row.publication_id
        inside = sum(count for (version, _), count in stored.inside.items() if version == row.version)
        added, gone = changed_lines(row.diff)
        is_current = at == len(stored.log)
        sentences = told.get(row.publication_id)
        is_own = row.author in own
        yield PublicationEntry(row, inside if is_newest else None, added, gone, is_current, is_own, sentences)
