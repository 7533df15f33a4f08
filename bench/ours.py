"""Our own bot as a row: how it is started, the lesson it plays, and what its database must hold afterwards."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench.fakezalo import FakeZaloApi
from bench.postgres import Postgres, free_port
from bench.rows import ROOT, Bot, python
from bench.script import POINTS, Action, number, tap, text

TITLE = "Giữ mã OTP"
ONBOARDING = (
    text("/start", "lưu tên"),
    tap("Đồng ý", "tên gì"),
    text("Lan", "gọi bằng gì"),
    tap("Gọi chị, xưng em", TITLE),
)
ACTIONS = (
    text("/start", TITLE),
    tap(TITLE, "Bước 2"),
    tap("Xong rồi", "Bước 3"),
    tap("Đọc cho nhanh", "Chưa an toàn.*Bước 3"),
    tap("Không đọc, cúp máy", "Bước 4"),
    text("113", "Bước 5"),
    tap("Không bấm", "Bước 6"),
    tap("Kết thúc", f"{POINTS} điểm"),
)
ZALO_ONBOARDING = (
    text("xin chào", "lưu tên"),
    number("Đồng ý", "tên gì"),
    text("Lan", "gọi bằng gì"),
    number("Gọi chị, xưng em", TITLE),
)
GRADED = 4  # of the eight actions: wrong, right, typed, right

TWICE = f"SELECT count(*) FROM (SELECT run_id FROM attempt GROUP BY run_id HAVING count(*) > {GRADED}) AS t"
UNDONE = f"SELECT count(*) FROM run WHERE ended_at IS NOT NULL AND points <> {POINTS}"
UNSENT = "SELECT count(*) FROM outbox"


def lessons_in(data: Path, root: Path = ROOT) -> Path:
    """A lessons folder with the tutor's own sentences, of the checkout `root`, and the bench's one lesson."""
    folder = data / "lessons"
    if not folder.exists():
        shutil.copytree(root / "bench" / "lessons", folder)
        for table in (root / "lessons").glob("*.yaml"):
            shutil.copy(table, folder)
    return folder


def ours(
    name: str, *, mode: str = "polling", postgres: Postgres | None = None, port: int = 0, root: Path = ROOT
) -> Bot:
    """A fresh bot of the checkout `root`, on SQLite under its data folder or on a fresh database of `postgres`; `port`
    0: a free one."""
    url = postgres.fresh_database() if postgres else ""
    port = port or free_port()

    def environ(data: Path) -> dict[str, str]:
        chosen = {
            "CAMTAY_DATA": str(data / "data"),
            "CAMTAY__LESSONS__DIR": str(lessons_in(data, root)),
            "CAMTAY__WEB__PORT": str(port),
            "CAMTAY__TELEGRAM__MODE": mode,
            "CAMTAY__TELEGRAM__MESSAGES_PER_SECOND": "0",
        }
        if mode == "webhook":
            chosen["CAMTAY__TELEGRAM__WEBHOOK_URL"] = f"http://127.0.0.1:{port}/telegram"
        if url:
            chosen["DATABASE_URL"] = url
        return chosen

    def ask(data: Path) -> Callable[[str], int]:
        if postgres is not None:
            return lambda query: int(postgres.sql(url, query))
        database = data / "data" / "camtay.db"
        return lambda query: int(sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute(query).fetchone()[0])

    return Bot(
        name,
        python("-m", "bot", "run"),
        ACTIONS,
        before=ONBOARDING,
        environ=environ,
        check=lambda data: faults(ask(data)),
        postgres=postgres,
        root=root,
    )


def on_zalo_bot(name: str) -> Bot:
    """The same bot posted to by the Zalo Bot Platform: the same eight actions, each choice by its number."""
    port = free_port()

    def environ(data: Path) -> dict[str, str]:
        return {
            "CAMTAY_DATA": str(data / "data"),
            "CAMTAY__LESSONS__DIR": str(lessons_in(data)),
            "CAMTAY__WEB__PORT": str(port),
            **zalo_bot_settings(port),
        }

    return replace(
        ours(name),
        actions=(text("menu", TITLE), *map(_written, ACTIONS[1:])),
        before=ZALO_ONBOARDING,
        environ=environ,
        api=FakeZaloApi,
    )


def zalo_bot_settings(port: int) -> dict[str, str]:
    """A Zalo Bot that is posted to at `port`, as fast as it goes and with messages enough."""
    chosen = {
        "mode": "webhook",
        "webhook_url": f"http://127.0.0.1:{port}/zalo-bot",
        "messages_per_second": "0",
        "messages_per_month": "10000000",
    }
    return {f"CAMTAY__ZALO_BOT__{key.upper()}": value for key, value in chosen.items()}


def _written(action: Action) -> Action:
    return replace(action, kind="number") if action.kind == "tap" else action


def faults(ask: Callable[[str], int]) -> str:
    """What the database says against the promise, in words; "" when it is kept."""
    said = []
    for query, words in (
        (TWICE, "runs with a step applied twice"),
        (UNDONE, "finished runs with wrong points"),
        (UNSENT, "messages left in the outbox"),
    ):
        count = ask(query)
        if count:
            said.append(f"{count} {words}")
    return ", ".join(said)
