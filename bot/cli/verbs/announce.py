"""`./camtay announce`: an officer's text for an area, seen before it goes."""

from __future__ import annotations

import argparse

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, path, sub_verbs

HELP = "Tin của Hội cho một địa bàn: soạn, gửi, dừng, xem."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config lessons data by")
    add = sub_verbs(parser, "config data lessons by")
    draft = add("draft", "Soạn một tin, xem trước, chưa gửi.")
    draft.add_argument("area", metavar="ĐỊA_BÀN", help="tên hay mã địa bàn (“Trấn Biên”, w26041…)")
    draft.add_argument("text", metavar="TIN", nargs="?", help="lời tin; không ghi: đọc từ --file")
    draft.add_argument("--file", metavar="TỆP", type=path, help="tệp chữ (UTF-8) chứa lời tin")
    draft.add_argument("--link", metavar="ĐƯỜNG_DẪN", default="", help="trang nguồn của cơ quan nhà nước hay của Hội")
    send = add("send", "Xem đúng điều mọi người sẽ đọc, tới bao nhiêu người, rồi gửi (hay gửi tiếp tin đã dừng).")
    send.add_argument("announcement", metavar="MÃ_TIN")
    send.add_argument("--yes", action="store_true", help="không hỏi lại")
    stop = add("stop", "Dừng một tin đang gửi: ai chưa được gửi thì thôi.")
    stop.add_argument("announcement", metavar="MÃ_TIN")
    lists = add("list", "Các tin của một địa bàn: mã, tình trạng, đã gửi mấy người.")
    lists.add_argument("area", metavar="ĐỊA_BÀN", nargs="?", default="dong-nai")


def run(given: argparse.Namespace) -> int:
    """Exit code 0 when it is done, 1 when whoever was asked said no. What is not allowed is a CamtayError."""
    settings = settings_of(given)
    from bot.cli import announce

    return announce.main(settings, given, CommandEnvironment())
