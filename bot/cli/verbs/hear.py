"""`./camtay hear`: what the tutor makes of each sentence."""

from __future__ import annotations

import argparse
import sys

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags

HELP = "Máy hiểu từng câu ra sao: JSON vào, JSON ra."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons")
    parser.add_argument("file", metavar="TỆP", nargs="?", default="-", help="tệp các dòng JSON; - là đầu vào chuẩn")


def run(given: argparse.Namespace) -> int:
    """Lines of JSON in, lines of JSON out; exit code 0 even where a line is no JSON, which its answer tells."""
    settings = settings_of(given)
    from bot.cli.hearing import hear

    return hear(settings, given.file, sys.stdin.buffer, sys.stdout.buffer, CommandEnvironment().now())
