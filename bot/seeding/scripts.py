"""What learners do in lessons, as teachers have written it down: the acts of the transcripts beside each lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows import Book
from flows.model import Lesson
from flows.play.dialogue import Act, TranscriptInvalid, read

SMOOTH, CLUMSY = "hoc-tron.txt", "lam-sai.txt"
FOLDER = "transcripts"

LessonActs = Sequence[Act]


@dataclass(frozen=True, slots=True)
class LessonScripts:
    """`smooth` and `clumsy`: lesson → what is done in it; `order` the lessons of learners, `teaching` those of
    instructors, both as the menu has them."""

    smooth: Mapping[str, LessonActs]
    clumsy: Mapping[str, LessonActs]
    order: Sequence[str]
    teaching: Sequence[str]


def scripts_of(book: Book, lessons: Mapping[str, Lesson]) -> LessonScripts:
    """The scripts of these `lessons`, which were read from files. Raises OSError."""
    tracks = {track: at for at, (track, _) in enumerate(book.tracks)}
    known = [each for each in lessons.values() if each.id in book.current and not each.emergency]
    ordered = sorted(known, key=lambda each: (tracks.get(each.track, len(tracks)), each.order, each.id))
    smooth, clumsy = ({each.id: _acts(each, name) for each in ordered} for name in (SMOOTH, CLUMSY))
    playable = [each for each in ordered if smooth[each.id]]
    order = [each.id for each in playable if each.track not in book.for_instructors]
    teaching = [each.id for each in playable if each.track in book.for_instructors]
    return LessonScripts(smooth, clumsy, order, teaching)


def _acts(lesson: Lesson, name: str) -> LessonActs:
    """What is done in one transcript; nothing where it is not there, cannot be read or wants values given before."""
    path = Path(lesson.place.path).parent / FOLDER / name
    if not path.is_file():
        return ()
    try:
        written = read(path.read_text("utf-8"), lesson.id)
    except TranscriptInvalid:
        return ()
    head = written.transcript.head
    return () if head.values or head.due else tuple(act for act, _ in written.transcript.exchanges)
