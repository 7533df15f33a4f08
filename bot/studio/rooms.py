"""The studio put together from the settings and the lessons of a running tutor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.publishing.drafts import Circumstances, months_before
from bot.publishing.library import LiveLessons
from bot.settings import Settings
from bot.studio.answering import AnswersTable
from bot.studio.checking import Checker
from bot.studio.files import LessonFiles
from bot.studio.hearing import WordsTable
from bot.studio.languages import LessonLanguages
from bot.studio.previews import DraftPreviews
from bot.studio.publishing import Publisher
from bot.studio.service import Studio
from bot.studio.tables import TablePublisher


@dataclass(frozen=True, slots=True)
class StudioRooms:
    """What the pages of the studio work with."""

    studio: Studio
    publisher: Publisher
    previews: DraftPreviews
    words: WordsTable
    answers: AnswersTable
    tables: TablePublisher
    files: LessonFiles
    languages: LessonLanguages


def rooms_of(settings: Settings, library: LiveLessons, now: Callable[[], datetime]) -> StudioRooms:
    """The studio on the lessons folder of a tutor; nothing is read before it is asked for."""

    def given() -> Circumstances:
        quiet, today = (settings.time.quiet_from, settings.time.quiet_to), now().date()
        redraw = months_before(today, settings.lessons.scene_months)
        return Circumstances(library.facts, quiet, None, redraw, months_before(today, settings.lessons.review_months))

    checker = Checker(library.root, given)
    studio = Studio(library, checker, now)
    publisher = Publisher(studio)
    return StudioRooms(
        studio, publisher, DraftPreviews(studio), WordsTable(studio), AnswersTable(studio), TablePublisher(publisher),
        LessonFiles(studio), LessonLanguages(studio),
    )  # fmt: skip
