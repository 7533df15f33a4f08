"""`./camtay publish`: lessons that were edited reach those who learn."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags
from bot.cli.terminal import complain

if TYPE_CHECKING:
    from bot.cli.publishing import PublishConsole
    from bot.publishing.service import PublishingOptions
    from bot.settings import Settings

HELP = "Phát hành bài đã sửa; ai đang học vẫn yên chỗ."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data")
    parser.add_argument(
        "lessons_wanted", metavar="BÀI", nargs="*", help="mã bài hay đường dẫn; không ghi: mọi bài đã sửa"
    )
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--urgent", action="store_true", help="nội dung cũ nguy hiểm: chuyển ngay người đang học")
    when.add_argument("--at-checkpoint", action="store_true", help="người đang học sang bản mới khi qua mốc kế tiếp")
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `publish` and `rollback` share."""
    parser.add_argument("--dry-run", action="store_true", help="chỉ xem, không ghi gì")
    parser.add_argument(
        "--decide",
        metavar="BƯỚC=CÁCH",
        action="append",
        default=[],
        help="người ở bước đã bỏ: stay; với --urgent: checkpoint, start, hay mã một bước mới",
    )
    parser.add_argument("--author", metavar="TÊN", default="", help="ai phát hành (không ghi: tên tài khoản máy)")


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when something stands in the way, 0 when it is published or `--dry-run` has shown what would be."""
    settings = settings_of(given)
    from bot.cli.publishing import publish_files

    how = options(given)
    return asyncio.run(publish_files(console(settings, given), given.lessons_wanted, how, dry_run=given.dry_run))


def console(settings: Settings, given: argparse.Namespace) -> PublishConsole:
    """What the commands about publications work with; it repeats the flags that were typed in the commands it tells."""
    import shlex

    from bot.cli.publishing import PublishConsole

    usual = {"config": given.parser.get_default("config")}
    named = ((flag, getattr(given, flag, None)) for flag in ("config", "lessons", "data"))
    flags = "".join(
        f" --{flag} {shlex.quote(str(value))}" for flag, value in named if value and value != usual.get(flag)
    )
    return PublishConsole(settings, CommandEnvironment().now(), print, complain, flags)


def options(given: argparse.Namespace, *, rollback: bool = False) -> PublishingOptions:
    """How to publish, as typed. Raises SettingsInvalid for a decision that cannot be read."""
    from bot.cli.publishing import decisions
    from bot.publishing.service import PublishingOptions
    from bot.settings import account

    return PublishingOptions(
        author=given.author or account(os.environ),
        urgent=given.urgent,
        at_checkpoint=getattr(given, "at_checkpoint", False),
        rollback=rollback,
        decisions=decisions(given.decide),
    )
