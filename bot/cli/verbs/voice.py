"""`./camtay voice`: recordings of lessons: what lacks, the list for whoever reads aloud, what was recorded."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags, path, sub_verbs

HELP = "Tiếng đọc của bài: còn thiếu gì, danh sách cho người thu, nhận bản thu."
WORKS = {
    "status": "Mỗi bài đã thu, còn thiếu, đã cũ bao nhiêu câu; bản thu nào không còn dùng.",
    "list": "Danh sách cho người thu: đọc câu nào, đọc ra sao; in giấy A4 hay chữ.",
    "add": "Nhận bản thu trong một thư mục; tên tệp bắt đầu bằng số của câu.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from flows.run import DEFAULT_ADDRESS

    add = sub_verbs(parser)
    for what, about in WORKS.items():
        child = add(what, about)
        child.set_defaults(parser=child)
        add_flags(child, "config lessons")
        if what == "add":
            child.add_argument("folder", metavar="THƯ_MỤC", type=path, help="nơi có bản thu")
            child.add_argument("--yes", action="store_true", help="nhận cả bản thu nghe ra khác câu phải đọc")
        else:
            child.add_argument("lesson", metavar="BÀI", nargs="*", help="mã bài; không ghi: mọi bài")
            ways = "cách gọi; chung: chỉ câu không gọi ai; all: mọi cách; không ghi: cách gọi thường dùng"
            child.add_argument("--address", metavar="CÁCH_GỌI", default=DEFAULT_ADDRESS, help=ways)
        if what == "list":
            child.add_argument("--out", metavar="TỆP", type=path, help="tệp .pdf hay .txt; không ghi: in ra màn hình")
            child.add_argument("--again", action="store_true", help="cả câu đã thu")
        if what != "list":
            child.add_argument("--format", choices=("text", "json"), default="text", help="cách in kết quả")


def run(given: argparse.Namespace) -> int:
    """Exit code 0; of `status` 1 where something is missing or stale, of `add` 1 where something was not taken."""
    settings = settings_of(given)
    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    if given.what == "add":
        from bot.cli import recording

        return recording.add(lessons, facts, given.folder, print, accept=given.yes, as_json=given.format == "json")
    from bot.cli import voicing

    if given.what == "list":
        return voicing.show(lessons, facts, given.lesson, given.address, given.out, print, again=given.again)
    return voicing.status(lessons, facts, given.lesson, given.address, print, as_json=given.format == "json")
