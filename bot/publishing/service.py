"""Publishing: what an edit would do to those inside, what stands in its way, and the publication itself."""

from __future__ import annotations

import asyncio
import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType

from bot.publishing.library import WITHOUT_FILE, Translations, version_row
from bot.publishing.positions import LessonPosition, places
from flows import Lesson
from flows.reading.loader import load_lesson
from flows.rules.changes import Changes, Impact, Inside, compare, impact
from flows.shelf.shelf import Shelf
from storage.engine.database import Connection, Database
from storage.engine.errors import Conflict
from storage.publications import publications
from storage.publications.records import PublicationRow, VersionRow

NO_FILES: Mapping[str, str] = MappingProxyType({})
MAX_OUTDATED = 5  # how often a publication is thought through again because somebody else has published


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is kept of one lesson: versions by number, publications in order, who is where."""

    versions: Mapping[int, VersionRow] = field(default_factory=dict)
    log: Sequence[PublicationRow] = ()
    inside: Inside = field(default_factory=dict)

    @property
    def current(self) -> PublicationRow | None:
        """The newest publication; None for a lesson that was never published."""
        return self.log[-1] if self.log else None

    def number_of(self, source: str, translations: Translations, media: Mapping[str, str]) -> int | None:
        """The version with this source, these translations and these files."""
        wanted = source, translations, media
        same = (row for row in self.versions.values() if (row.source, row.translations, row.media) == wanted)
        return next((row.version for row in same), None)


@dataclass(frozen=True, slots=True)
class PublishingOptions:
    """How a lesson is to be published; `decisions` as in `flows.rules.changes`, `author` who does it."""

    author: str
    urgent: bool = False
    at_checkpoint: bool = False
    rollback: bool = False
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublishingPlan:
    """A publication thought through; `media` are the files that go with it, as in `VersionRow`. `older`: the
    version in which this text was published before, where another is current; else 0."""

    lesson: Lesson
    translations: Translations
    media: Mapping[str, str]
    version: int
    mode: str
    how: PublishingOptions
    before: PublicationRow | None
    changes: Changes
    impact: Impact
    diff: str
    is_new: bool
    older: int = 0

    @property
    def unchanged(self) -> bool:
        """Whether the file is what is current already, so that there is nothing to publish."""
        return self.before is not None and self.before.version == self.version

    @property
    def held(self) -> int:
        """As `older`, where somebody has rolled back since, or published what is in no file."""
        return self.older if self.before and _outlives_files(self.before) and not self.how.rollback else 0

    @property
    def lines(self) -> tuple[int, int]:
        """Lines that are new and lines that are gone in the file."""
        return changed_lines(self.diff)


def plan(
    stored: Stored,
    lesson: Lesson,
    translations: Translations,
    how: PublishingOptions,
    facts: Collection[str],
    media: Mapping[str, str] = NO_FILES,
) -> PublishingPlan:
    """What publishing `lesson` now would mean. Pure."""
    before = stored.current
    known = stored.number_of(lesson.source, translations, media)
    version = known if known is not None else max(stored.versions, default=0) + 1
    olds = _lessons(stored, {number for number, _ in stored.inside} | ({before.version} if before else set()), facts)
    current = olds.get(before.version) if before else None
    changes = compare(current, lesson) if current else Changes(text=True, graph=True)
    settled = set(olds) if how.rollback else {n for n, old in olds.items() if current and is_other(old, current)}
    now = None if how.rollback else current
    return PublishingPlan(
        lesson=lesson,
        translations=translations,
        media=media,
        version=version,
        mode=_mode(before, changes, how),
        how=how,
        before=before,
        changes=changes,
        impact=impact(olds, lesson, stored.inside, how.decisions, how.urgent, () if how.urgent else settled, now),
        diff=_diff(stored.versions[before.version], lesson, translations, media, version) if before else "",
        is_new=known is None,
        older=_older(stored, lesson.source, known),
    )


def _older(stored: Stored, source: str, known: int | None) -> int:
    """The version that came with a text, whatever is new beside it (a drawing, a recording, a translation): a text that
    was withdrawn does not come back by that. Of the text that is current, what is new beside it is news."""
    current = stored.current.version if stored.current else 0
    if known is not None:
        return known if known != current else 0
    same = [number for number, row in stored.versions.items() if row.source == source]
    return 0 if current in same else max(same, default=0)


def _outlives_files(row: PublicationRow) -> bool:
    """Whether an older text that lies in a file is no reason to publish it again."""
    return row.mode == "rollback" or row.author.startswith(WITHOUT_FILE)


def is_other(old: Lesson, current: Lesson) -> bool:
    """Whether those inside `old` have been left there by an earlier publication: this one changes nothing for them."""
    return old.graph_hash != current.graph_hash


def _mode(before: PublicationRow | None, changes: Changes, how: PublishingOptions) -> str:
    if before is None:
        return "first"
    if how.rollback:
        return "rollback"
    if how.urgent:
        return "urgent"
    if not changes.graph:
        return "text"
    return "checkpoint" if how.at_checkpoint else "graph"


def _lessons(stored: Stored, numbers: Iterable[int], facts: Collection[str]) -> dict[int, Lesson]:
    """These versions compiled; a version that cannot be read any more is left out."""
    found: dict[int, Lesson] = {}
    for number in numbers:
        row = stored.versions.get(number)
        lesson = compile_row(row, facts) if row else None
        if lesson is not None:
            found[number] = lesson
    return found


def compile_row(row: VersionRow, facts: Collection[str]) -> Lesson | None:
    """A published version compiled again; None where today's reader refuses it."""
    lesson, _ = load_lesson(row.source.encode(), f"{row.lesson}@{row.version}", facts)
    return lesson


def _diff(old: VersionRow, new: Lesson, translations: Translations, media: Mapping[str, str], number: int) -> str:
    names = f"{old.lesson}@{old.version}", f"{new.id}@{number}"
    before, after = _lines(old.source, old.translations, old.media), _lines(new.source, translations, media)
    return "".join(f"{line}\n" for line in _unified(before, after, *names)) if before != after else ""


def _unified(before: list[str], after: list[str], *names: str) -> Iterator[str]:
    """As `difflib.unified_diff`, which takes what comes often (`options:`) for junk, and tells it as removed and added
    in any text of more than two hundred lines."""
    yield from (f"{sign} {name}" for sign, name in zip(("---", "+++"), names, strict=True))
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(3):
        (_, old, _, new, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        yield f"@@ -{old + 1},{old_end - old} +{new + 1},{new_end - new} @@"
        for tag, a, a_end, b, b_end in group:
            if tag == "equal":
                yield from (f" {line}" for line in before[a:a_end])
            else:
                yield from (f"-{line}" for line in before[a:a_end])
                yield from (f"+{line}" for line in after[b:b_end])


def _lines(source: str, translations: Translations, media: Mapping[str, str]) -> list[str]:
    """A lesson's file, below it the texts in other languages and what its files are."""
    other = [f"# {lang} {key}: {text}" for lang, words in sorted(translations.items()) for key, text in words.items()]
    other += [f"# media {name}: {file}" for name, file in media.items()]
    return [*source.splitlines(), *sorted(line.replace("\n", "\\n") for line in other)]


def changed_lines(diff: str) -> tuple[int, int]:
    """How many lines a unified diff adds and takes away."""
    lines = diff.splitlines()[2:]
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


# --- what is stored ----------------------------------------------------------------------------------


async def look(
    database: Database, lessons: Collection[str], counted: Mapping[str, Inside] | None = None
) -> dict[str, Stored]:
    """All that is kept of these lessons; on reading connections, so that nobody who writes waits for it. `counted` is
    who was where a while ago, for whoever only looks; None: it is counted now."""
    if counted is None:
        counted = await inside_now(database, lessons)

    def read(connection: Connection) -> dict[str, Stored]:
        return {
            lesson: Stored(
                {row.version: row for row in publications.versions_of(connection, lesson)},
                publications.of_lesson(connection, lesson),
                counted.get(lesson, {}),
            )
            for lesson in lessons
        }

    return await database.read(read)


def inside(connection: Connection) -> Mapping[str, Inside]:
    """Who is where: lesson → (version, step) → learners, parked lessons and those on a call stack counted too."""
    found: Counter[LessonPosition] = Counter()
    after = ""
    while rows := publications.states_after(connection, after):
        found.update(_places_in(rows, None))
        after = rows[-1][0]
    return _by_lesson(found)


async def inside_now(database: Database, lessons: Collection[str]) -> Mapping[str, Inside]:
    """Who is where in these lessons, as `inside`, read in slices, so that a running tutor goes on answering."""
    found: Counter[LessonPosition] = Counter()
    after = ""
    lessons = [each for each in lessons if publications.is_lesson(each)]
    read = partial(publications.states_after, lessons=lessons if len(lessons) <= publications.FEW else None)
    while lessons and (rows := await database.read(partial(read, learner_id=after))):
        found.update(await asyncio.to_thread(_places_in, rows, lessons))
        after = rows[-1][0]
    return _by_lesson(found)


def _places_in(rows: Iterable[tuple[str, str]], lessons: Collection[str] | None) -> list[LessonPosition]:
    named = None if lessons is None else [f'"{lesson}"' for lesson in lessons]
    states = (state for _, state in rows if named is None or any(name in state for name in named))
    return [place for state in states for place in places(state) if lessons is None or place[0] in lessons]


def _by_lesson(found: Mapping[LessonPosition, int]) -> dict[str, dict[tuple[int, str], int]]:
    counted: dict[str, dict[tuple[int, str], int]] = {}
    for (lesson, version, step), count in sorted(found.items()):
        counted.setdefault(lesson, {})[version, step] = count
    return counted


# --- the publication ---------------------------------------------------------------------------------


class PlanOutdated(Conflict):
    """Somebody else has published this lesson meanwhile: think it through again."""


async def publish(
    database: Database,
    plans: Sequence[PublishingPlan],
    now: datetime,
    also: Callable[[Connection], object] = lambda _: None,
) -> list[PublicationRow]:
    """Make these versions the current ones, all or none, and do `also` in the same transaction. Raises PlanOutdated;
    then nothing was kept."""
    ordered = sorted(plans, key=lambda each: each.lesson.id)
    rows = [_row(each, now) for each in ordered]

    def write(connection: Connection) -> None:
        for each in ordered:
            newest = publications.current_of(connection, each.lesson.id)
            if (newest.publication_id if newest else 0) != (each.before.publication_id if each.before else 0):
                raise PlanOutdated
        new = [
            version_row(each.lesson, each.translations, each.version, each.how.author, now, each.media)
            for each in ordered
            if each.is_new
        ]
        publications.add_versions(connection, new)
        publications.add(connection, rows)
        also(connection)

    try:
        await database.transact(write)
    except PlanOutdated:
        raise
    except Conflict as quicker:  # another has taken this version's number
        raise PlanOutdated(str(quicker)) from quicker
    return rows


def _row(each: PublishingPlan, now: datetime) -> PublicationRow:
    how = each.how
    return PublicationRow(
        each.lesson.id, each.version, each.mode, how.author, now, how.urgent, dict(how.decisions), each.diff
    )


async def publish_saved(
    database: Database,
    shelf: Shelf,
    lessons: Collection[str],
    how: PublishingOptions,
    facts: Collection[str],
    now: datetime,
    *,
    only_new: bool,
) -> tuple[list[PublicationRow], list[PublishingPlan]]:
    """Publish saved files one by one where that blocks nobody; what was published, and the plans that were blocked.

    A text that was rolled back stays away; with `only_new` so does every text that is stored already.
    """
    published: list[PublicationRow] = []
    blocked: list[PublishingPlan] = []
    stored = await look(database, lessons) if lessons else {}
    for lesson_id in sorted(lessons):
        translations = shelf.translations.get(lesson_id, {})
        for _ in range(MAX_OUTDATED):
            media = shelf.media.get(lesson_id, {})
            each = plan(stored[lesson_id], shelf.good[lesson_id], translations, how, facts, media)
            if each.unchanged or each.held or (only_new and (each.older or not each.is_new)):
                break
            if each.impact.blocked:
                blocked.append(each)
                break
            try:
                published += await publish(database, [each], now)
                break
            except PlanOutdated:
                stored |= await look(database, [lesson_id])
    return published, blocked
