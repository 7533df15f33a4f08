"""`./camtay simulate`: a province in fast time."""

from __future__ import annotations

import argparse

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags

HELP = "Chạy thử một tỉnh trong máy: ai chờ người chỉ bao lâu."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config")
    parser.add_argument("what", metavar="CÁI_GÌ", choices=("province",), help="province: một tỉnh")
    parser.add_argument("--days", metavar="SỐ_NGÀY", type=int, default=90, help="mấy ngày (90)")
    parser.add_argument("--seed", metavar="SỐ", type=int, default=1, help="cùng một số thì ra cùng kết quả (1)")
    parser.add_argument(
        "--scarce", action="store_true", help="thử lúc xấu nhất: rất ít hướng dẫn viên, cán bộ không làm gì"
    )


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when a promise was broken in the simulated days."""
    settings = settings_of(given)
    from bot.cli import simulation

    plan = simulation.SimulationPlan(days=given.days, seed=given.seed)
    return simulation.report(simulation.scarce(plan) if given.scarce else plan, settings, print)
