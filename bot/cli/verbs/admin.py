"""`./camtay admin`: who answers for all of it: the first one, and one who lost her way in."""

from __future__ import annotations

import argparse

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, sub_verbs

HELP = "Quản trị: mời người đầu tiên, đưa đường dẫn vào bàn làm việc."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data")
    add = sub_verbs(parser, "config data")
    add("create", "Làm mã mời một người quản trị cả tỉnh; gõ mã trong chat là nhận việc.")
    link = add("link", "Đưa đường dẫn vào bàn làm việc cho một cán bộ, người soạn bài hay quản trị mất lối vào.")
    link.add_argument("person", metavar="MÃ", help="mã người, sáu chữ đầu là đủ; xem ./camtay people list")


def run(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    from bot.cli import admin

    return admin.main(settings, given, CommandEnvironment())
