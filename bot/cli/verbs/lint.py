"""`./camtay lint`: what is wrong with lessons, where, and what to do about it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, path
from bot.cli.language import told

HELP = "Soát bài học."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data")
    parser.add_argument(
        "paths", metavar="ĐƯỜNG_DẪN", nargs="*", type=path, help="mã bài, tệp hay thư mục; không ghi: mọi bài"
    )
    parser.add_argument("--format", choices=("text", "json", "github"), default="text", help="cách in kết quả")
    parser.add_argument("--live", action="store_true", help="xem cả người đang học, theo cơ sở dữ liệu đã cấu hình")
    parser.add_argument(
        "--database", metavar="ĐỊA_CHỈ", type=_database, default="", help="như --live, với cơ sở dữ liệu này"
    )
    parser.add_argument("--sources", action="store_true", help="kể mọi lời của bài theo nguồn, thay vì soát")
    parser.add_argument(
        "--sample",
        metavar="SỐ",
        type=int,
        default=0,
        help="in chừng ấy lời ghi src: none, chọn hú họa, để đọc bằng mắt",
    )
    parser.add_argument("--seed", metavar="SỐ", type=int, default=0, help="với --sample: cùng số thì cùng lời")
    parser.add_argument("--rules", action="store_true", help="in trang các điều được soát (lessons/RULES.md)")


def _database(text: str) -> str:
    from bot.checks import database

    if expected := database(text):
        raise argparse.ArgumentTypeError(told("phải là {expected}", expected=expected))
    return text


def run(given: argparse.Namespace) -> int:
    """Exit code 1 with an error, 0 with warnings alone; `--rules` prints the page of all rules instead."""
    import gc

    settings = settings_of(given)
    from bot.cli import linting

    gc.disable()  # a short life of a million small things, none of them in a circle
    if given.rules:
        from flows.rules.rulepage import page

        print(page(), end="")
        return 0
    from bot.publishing import drafts
    from flows.rules.checked import FILE, Checked

    quiet = settings.time.quiet_from, settings.time.quiet_to
    today = CommandEnvironment().now().date()
    redraw_before = drafts.months_before(today, settings.lessons.scene_months)
    reread_before = drafts.months_before(today, settings.lessons.review_months)
    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    paths = drafts.by_code(lessons, given.paths)
    if given.sources or given.sample:
        from bot.cli import sourcing

        library, texts = sourcing.texts_below(lessons, paths, facts)
        if given.sample:
            sourcing.show_sample(texts, given.sample, given.seed, print)
        else:
            sourcing.show_by_source(library, texts, print)
        return 0
    if given.live or given.database:
        import asyncio

        from bot.cli import lint_live

        url = given.database or settings.database_url
        found = asyncio.run(lint_live.problems(url, lessons, paths, facts, quiet))
    else:
        circumstances = drafts.Circumstances(facts, quiet, None, redraw_before, reread_before)
        checked = Checked(Path(settings.data.dir) / FILE)
        found = linting.problems(lessons, paths, circumstances, checked=checked)
    return linting.report(found, given.format, print)
