"""`./camtay models`: the programs of the union and who is in them."""

from __future__ import annotations

import argparse

from bot.cli.choices import choice, one_of
from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, sub_verbs, year
from bot.cli.names import KINDS

HELP = "Mô hình của Hội: Gia đình số, CLB, Chi hội số, Tổ công nghệ số."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data by")
    add = sub_verbs(parser, "config data by")
    kinds = one_of(KINDS)
    begin = add("add", "Ghi một mô hình của một địa bàn trong một năm.")
    begin.add_argument("kind", metavar="LOẠI", type=choice(KINDS), help=kinds)
    begin.add_argument("area", metavar="ĐỊA_BÀN", help="tên hay mã địa bàn (“Trấn Biên”, w26041…)")
    begin.add_argument("name", metavar="TÊN")
    begin.add_argument("--year", metavar="NĂM", type=year, help="không ghi: năm nay")
    lists = add("list", "Các mô hình của một địa bàn: mã, loại, tên, mấy người.")
    lists.add_argument("area", metavar="ĐỊA_BÀN", nargs="?", default="dong-nai")
    lists.add_argument("--year", metavar="NĂM", type=year, help="không ghi: mọi năm")
    lists.add_argument("--kind", metavar="LOẠI", type=choice(KINDS), help=kinds)
    add("members", "Người của một mô hình.").add_argument("model", metavar="MÔ_HÌNH")
    for name, what in (("join", "Thêm một người vào mô hình."), ("leave", "Một người thôi ở trong mô hình.")):
        child = add(name, what)
        child.add_argument("model", metavar="MÔ_HÌNH", help="mã mô hình, xem ./camtay models list")
        child.add_argument("person", metavar="MÃ", help="mã người, sáu chữ đầu là đủ; xem ./camtay people list")
    add("end", "Kết thúc một mô hình.").add_argument("model", metavar="MÔ_HÌNH")


def run(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    from bot.cli import union

    return union.models(settings, given, CommandEnvironment())
