"""The functional core: lessons in, what the tutor says next out. Other rooms come in by these names alone."""

from flows.engine.sprint import resume, rewind, start
from flows.model import Lesson, LessonInvalid, Problem
from flows.run import ADDRESSES, DEFAULT_ADDRESS, UNADDRESSED, Book, Run, RunCorrupt, Sprint, Trigger, dump, load
from flows.words.masking import mask

__all__ = [
    "ADDRESSES", "DEFAULT_ADDRESS", "UNADDRESSED", "Book", "Lesson", "LessonInvalid", "Problem", "Run", "RunCorrupt",
    "Sprint", "Trigger", "dump", "load", "mask", "resume", "rewind", "start",
]  # fmt: skip
