"""`./camtay try`: a lesson played alone in the terminal, with nothing kept."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.choices import no_lesson
from bot.cli.environment import settings_of
from bot.cli.flags import add_flags, word
from bot.cli.language import shown, told
from bot.cli.terminal import seen, show

if TYPE_CHECKING:
    from bot.settings import Settings
    from flows.model import Lesson, Problem
    from flows.play.dialogue import DialogueHead
    from flows.shelf.shelf import Shelf

HELP = "Học thử một bài ngay ở đây, không lưu gì."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài, hoặc đường dẫn tới bài")
    parser.add_argument("--name", metavar="TÊN", help="gọi học viên là gì (Lan)")
    parser.add_argument(
        "--address",
        metavar="CÁCH_GỌI",
        help="chị/em, cô/con, dì/con, bác/cháu, bà/con, em/chị, bạn/mình, cô/cháu, ngoại/con",
    )
    parser.add_argument("--channel", metavar="KÊNH", type=word, default="web", help="web, telegram…")
    parser.add_argument("--lang", metavar="TIẾNG", type=word, default="vi", help="vi, en…")
    parser.add_argument("--at", metavar="LÚC", help="bắt đầu lúc nào; ví dụ: “2026-01-05 08:00”")
    parser.add_argument(
        "--set",
        metavar="TÊN=GIÁ_TRỊ",
        type=_value,
        action="append",
        default=[],
        help="đặt sẵn một biến; dùng được nhiều lần",
    )


def _value(text: str) -> tuple[str, str]:
    from flows.play.dialogue import RESERVED

    name, given, value = text.partition("=")
    if not given or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in RESERVED:
        raise argparse.ArgumentTypeError(told("“{text}” phải có dạng ten=giá_trị", text=text))
    return name, " ".join(value.split())


def run(given: argparse.Namespace) -> int:
    """Exit code 0 when the player left, 1 when the lesson is faulty or failed, 2 for an unknown one."""
    settings = settings_of(given)
    from bot.cli import transcripts
    from bot.cli.console import Console
    from flows.shelf.shelf import plain_book, read_shelf, rehearsal_facts

    root = Path(settings.lessons.dir)
    shelf = read_shelf(root, settings.placeholders)
    lesson, problems = _find_lesson(given.lesson, shelf, settings)
    if lesson is None:
        print(
            "\n".join(str(seen(problem)) for problem in problems) or _unknown_lesson(given.lesson, shelf.good),
            file=sys.stderr,
        )
        return 1 if problems else 2
    book = plain_book(
        replace(shelf, good={**shelf.good, lesson.id: lesson}), rehearsal_facts(root, settings.placeholders)
    )
    save = partial(transcripts.save, Path(lesson.place.path))
    return Console(book, lambda prompt: input(shown(prompt)), show, save).play(_head(given, lesson.id))


def _head(given: argparse.Namespace, lesson_id: str) -> DialogueHead:
    """Who plays, where and when, as the flags of `try` say."""
    from flows.play.dialogue import DialogueHead, read_address, read_at

    head = DialogueHead(lesson_id, channel=given.channel, lang=given.lang, values=dict(given.set))
    named = head if given.name is None else replace(head, name=" ".join(given.name.split()))
    addressed = replace(named, address=read_address(given.address)) if given.address else named
    return replace(addressed, at=read_at(given.at)) if given.at else addressed


def _find_lesson(wanted: str, shelf: Shelf, settings: Settings) -> tuple[Lesson | None, Iterable[Problem]]:
    """By id, or by the path of a file or folder; a broken lesson comes back as its problems."""
    if wanted in shelf.good:
        return shelf.good[wanted], ()
    path = Path(wanted)
    if path.exists():
        from bot.cli import linting

        return linting.one_lesson(Path(settings.lessons.dir), path, settings.placeholders)
    broken = next((problems for path, problems in shelf.broken.items() if Path(path).parent.name == wanted), ())
    return None, broken


def _unknown_lesson(wanted: str, known: Mapping[str, Lesson]) -> str:
    lessons = "\n".join(f"  {lesson.id:<24}{lesson.title}" for lesson in known.values())
    return f"{no_lesson(wanted, known)}\n{told('Các bài đang có:')}\n{lessons}"
