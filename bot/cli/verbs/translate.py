"""`./camtay translate`: the words of a lesson to a translator and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags, path, sub_verbs

HELP = "Bản dịch của bài học, trong tệp PO."
WORKS = {
    "export": "Ghi tệp PO của một bài để dịch; bản dịch đã có thì giữ.",
    "import": "Nhận tệp PO đã dịch; có chỗ sai thì không ghi gì.",
    "status": "Mỗi bài mỗi tiếng đã dịch tới đâu.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = sub_verbs(parser)
    for what, about in WORKS.items():
        child = add(what, about)
        child.set_defaults(parser=child)
        add_flags(child, "config lessons")
        if what == "status":
            child.add_argument("lesson", metavar="BÀI", nargs="?", help="mã bài, hoặc phrases; không ghi: mọi bài")
            continue
        child.add_argument("lesson", metavar="BÀI", help="mã bài, đường dẫn tới bài, hoặc phrases: câu của máy")
        child.add_argument("language", metavar="TIẾNG", help="mã tiếng, ví dụ: en")
        if what == "import":
            child.add_argument("file", metavar="TỆP", nargs="?", type=path, help="không ghi: xem lại tệp trong po/")


def run(given: argparse.Namespace) -> int:
    """Exit code 0; of `status` 1 where a declared language lacks something."""
    settings = settings_of(given)
    from bot.cli import translating

    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    match given.what:
        case "export":
            return translating.export_file(lessons, given.lesson, given.language, facts, print)
        case "import":
            return translating.import_file(lessons, given.lesson, given.language, given.file, facts, print)
        case _:
            return translating.status(lessons, given.lesson, facts, print)
