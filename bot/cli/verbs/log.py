"""`./camtay log`: what the tutor has written down of itself, in words."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags
from bot.cli.language import told
from bot.cli.terminal import unread

HELP = "Xem nhật ký của máy, bằng lời."
USUAL = 50  # lines, where nobody says from when


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(told("“{text}” không phải một con số", text=text[:20]))
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data")
    parser.add_argument("words", metavar="CHỮ", nargs="?", default="", help="chỉ các dòng có chữ này")
    parser.add_argument("-f", "--follow", action="store_true", help="xem tiếp, máy ghi tới đâu hiện tới đó")
    parser.add_argument(
        "--level", default="info", choices=("debug", "info", "warning", "error"), help="từ mức này trở lên"
    )
    parser.add_argument("--since", metavar="LÚC", help="từ lúc: 30m, 2h, 3d, 08:15, 2026-11-30, “2026-11-30 08:15”")
    parser.add_argument("--until", metavar="LÚC", help="đến lúc, viết như trên")
    parser.add_argument("--channel", metavar="KÊNH", default="", help="chỉ một kênh: telegram, zalo_oa…")
    parser.add_argument("--room", metavar="PHẦN", default="", help="chỉ một phần của chương trình: delivery, voice…")
    parser.add_argument("-n", "--lines", metavar="SỐ", type=_count, help="mấy dòng cuối; 0: tất cả")
    parser.add_argument("--raw", action="store_true", help="y như trong tệp, mỗi dòng một JSON")


def run(given: argparse.Namespace) -> int:
    """Show what is asked for, and with `--follow` what comes; exit code 0, also when whoever reads has had enough."""
    settings = settings_of(given)
    from time import sleep
    from zoneinfo import ZoneInfo

    from bot.cli import logs
    from bot.telemetry import FILE_NAME

    now, zone = CommandEnvironment().now(), ZoneInfo(settings.time.zone)
    moments = {}
    for name in ("since", "until"):
        text = getattr(given, name)
        moments[name] = logs.instant(text, now, zone) if text else None
        if text and moments[name] is None:
            given.parser.error(told("“{text}” không phải một lúc, ví dụ 2h, 08:15 hay 2026-11-30", text=text[:40]))
    wish = logs.LogWish(given.level, moments["since"], moments["until"], given.channel, given.room, given.words)
    folder = Path(settings.data.dir) / "log"
    newest_file = folder / FILE_NAME
    begin = newest_file.stat().st_size if given.follow and newest_file.exists() else 0
    most = given.lines if given.lines is not None else 0 if given.since else USUAL

    def show(line: logs.LogLine | logs.BrokenLine) -> None:
        is_raw = given.raw and isinstance(line, logs.LogLine)
        print(line.raw if is_raw else logs.shown_line(line, zone), flush=given.follow)  # type: ignore[union-attr]

    try:
        for line in logs.newest(folder, wish, most, begin if given.follow else None):
            show(line)
        for line in logs.follow(folder, wish, begin, lambda: sleep(logs.POLL_S)) if given.follow else ():
            show(line)
    except KeyboardInterrupt:
        return 0 if given.follow else 130
    except BrokenPipeError:
        raise  # whoever reads has had enough
    except OSError as fault:
        raise unread(fault) from None
    return 0
