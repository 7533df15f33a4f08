"""`./camtay log`: the log in words, filtered, followed over a rotation, whatever lies in its files."""

from __future__ import annotations

import ast
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.cli import logs
from bot.cli.language import choose
from bot.cli.log_words import EVENTS, FIELDS, ROOMS
from bot.cli.logs import BrokenLine, LogLine, LogWish
from bot.cli.main import main
from bot.telemetry import start_logging, stop_logging

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)  # 10:00 in Đồng Nai
POLLING = "telegram polling waits: ReadTimeout"
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def vietnamese_again() -> Iterator[None]:
    choose([], {})
    yield
    choose([], {})


def line(event: str, *, ago_s: float = 0, level: str = "info", room: str = "bot.app", **rest: object) -> str:
    at = (NOW - timedelta(seconds=ago_s)).isoformat(timespec="milliseconds")
    return json.dumps({"at": at, "level": level, "room": room, "event": event, **rest}, ensure_ascii=False) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of a log, the older one put aside, a line of each broken."""
    folder = tmp_path / "data" / "log"
    folder.mkdir(parents=True)
    (folder / "camtay.jsonl.10").write_text(line("started", ago_s=90_000, lessons=40))
    (folder / "camtay.jsonl.2").write_text(
        line("compacted", ago_s=80_000, room="bot.scheduler.daily") + '{"at": "2026-11\n'
    )
    (folder / "camtay.jsonl.1").write_text(
        line("message refused", ago_s=7_000, level="error", room="bot.delivery.sender", channel="telegram:42", no=3)
    )
    (folder / "camtay.jsonl").write_text(
        line("storage away", ago_s=3_000, level="warning", room="bot.edge", reason="no connection")
        + "\x00\x00\n"
        + line("reply window closed", ago_s=60, room="bot.delivery.sender", channel="zalo_oa:7", chat_id="~ab12")
        + line(POLLING, ago_s=1, level="warning", room="bot.channels.telegram.polling")
        + '{"at": "cut off'
    )
    return folder


def shown(folder: Path, most: int = 0, **wish: object) -> list[str]:
    return [logs.shown_line(each, ZONE) for each in logs.newest(folder, LogWish(**wish), most)]  # type: ignore[arg-type]


def test_all_files_in_order_in_words_and_local_time_and_broken_lines_told(folder: Path):
    assert shown(folder) == [
        "29/11 09:00:00  thông tin chương trình: đã khởi động · số bài 40",
        "29/11 11:46:40  thông tin việc định kỳ: đã dọn gọn tệp cơ sở dữ liệu",
        "——  dòng 2 của camtay.jsonl.2 bị hỏng, bỏ qua",
        "30/11 08:03:20  lỗi       nhận và gửi tin: kênh không nhận tin này, đã bỏ · kênh telegram:42 · tin số 3",
        "30/11 09:10:00  cảnh báo  bot.edge: cơ sở dữ liệu chưa trả lời · lý do no connection",
        "——  dòng 2 của camtay.jsonl bị hỏng, bỏ qua",
        "30/11 09:59:00  thông tin nhận và gửi tin: Zalo đã hết hạn trả lời; tin chờ người học viết lại · kênh "
        "zalo_oa:7 · cuộc chat ~ab12",
        "30/11 09:59:59  cảnh báo  Telegram: telegram polling waits: ReadTimeout",
    ]


@pytest.mark.parametrize(
    ("wish", "events"),
    [
        ({"level": "warning"}, ["message refused", "storage away", POLLING]),
        ({"level": "error"}, ["message refused"]),
        (
            {"since": NOW - timedelta(hours=1)},
            ["storage away", "reply window closed", POLLING],
        ),
        ({"since": NOW - timedelta(hours=3), "until": NOW - timedelta(hours=1)}, ["message refused"]),
        ({"channel": "telegram"}, ["message refused", POLLING]),
        ({"channel": "zalo_oa:7"}, ["reply window closed"]),
        ({"room": "delivery"}, ["message refused", "reply window closed"]),
        ({"room": "bot.scheduler"}, ["compacted"]),
        ({"room": "deliver"}, []),
        ({"words": "HẾT HẠN"}, ["reply window closed"]),
        ({"words": "no connection"}, ["storage away"]),
        ({"words": "không có ở đâu"}, []),
    ],
)
def test_what_is_asked_for(folder: Path, wish: dict[str, object], events: list[str]):
    found = logs.newest(folder, LogWish(**wish), 0)  # type: ignore[arg-type]
    assert [each.event for each in found if isinstance(each, LogLine)] == events


def test_the_last_lines_need_no_older_file(folder: Path):
    (folder / "camtay.jsonl.1").unlink()
    (folder / "camtay.jsonl.1").mkdir()  # opened, it would end in an error
    assert len(shown(folder, 3)) == 3


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "7", '"x"', "{}", '{"at": 7}', '{"at": "x", "level": "info", "room": "a", "event": "b"}',
     "[" * 30_000, '{"at": null, "level": 1, "room": 2, "event": 3}', "9" * 25_000],
)  # fmt: skip
def test_a_broken_line_is_told_and_never_raised(text: str):
    assert isinstance(logs.parse(text, "camtay.jsonl", 7), BrokenLine)


def test_odd_values_are_shown_on_one_line_and_nothing_that_looks_like_a_secret():
    token = "123456789:" + "A" * 35
    odd = line(
        "x\x1b[2J", level="?", room="a.b", reason=f"{token} \u202e", all=["p", 2], none=None, yes=True, deep={"a": 1}
    )
    found = logs.parse(odd, "camtay.jsonl", 1)
    text = logs.shown_line(found, ZONE)
    assert text.isprintable() and token not in text and "all p, 2" in text and "none –" in text and "yes ✓" in text


def test_every_event_that_is_logged_has_its_words():
    """A new name in a log call wants a sentence; a name that nobody logs wants none."""
    logged: set[str] = set()
    literals: set[str] = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "storage").rglob("*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        if path.name != "log_words.py":
            literals |= {
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of_log = isinstance(node.func.value, ast.Name) and node.func.value.id in ("log", "_log")
            if of_log and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                logged.add(node.args[0].value)
    sentences = {each for each in logged if "%" in each or ":" in each}
    assert logged - sentences - set(EVENTS) == set()
    assert set(EVENTS) - literals == set(), "nobody logs it"
    assert all(
        (path.replace(".", "/") and (ROOT / path.replace(".", "/")).exists())
        or (ROOT / f"{path.replace('.', '/')}.py").exists()
        for path in ROOMS
    )
    assert len(FIELDS) > 20


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30m", NOW - timedelta(minutes=30)), ("2h", NOW - timedelta(hours=2)), ("3 ngày", NOW - timedelta(days=3)),
        ("08:15", datetime(2026, 11, 30, 8, 15, tzinfo=ZONE)), ("2026-11-29", datetime(2026, 11, 29, tzinfo=ZONE)),
        ("29/11/2026 07:00", datetime(2026, 11, 29, 7, 0, tzinfo=ZONE)),
        ("2026-11-29 07:00", datetime(2026, 11, 29, 7, 0, tzinfo=ZONE)),
        ("", None), ("hôm qua", None), ("25:99", None), ("2026-02-30", None), ("-3h", None), ("999999h", None),
    ],
)  # fmt: skip
def test_a_moment_as_it_is_typed(typed: str, meant: datetime | None):
    assert logs.instant(typed, NOW, ZONE) == meant


# --- followed ----------------------------------------------------------------------------------------


def test_what_is_written_later_is_followed_over_a_rotation_and_an_emptied_file(folder: Path):
    path = folder / "camtay.jsonl"
    path.write_text(line("started"))

    def add(text: str) -> None:
        with path.open("a") as file:
            file.write(text)

    def put_aside() -> None:
        add(line("flood"))
        os.replace(path, folder / "camtay.jsonl.1")

    steps: list[Callable[[], object]] = [
        lambda: add(line("compacted")[:20]),
        lambda: add(line("compacted")[20:]),
        put_aside,
        lambda: path.write_text(line("retention") + "broken\n"),
        lambda: path.write_text(""),
        lambda: add(line("announced")),
    ]

    class Over(Exception):
        pass

    def pause() -> None:
        if not steps:
            raise Over
        steps.pop(0)()

    found: list[str] = []
    with pytest.raises(Over):
        for each in logs.follow(folder, LogWish(), path.stat().st_size, pause):
            found.append(each.event if isinstance(each, LogLine) else "broken")
    assert found == ["compacted", "flood", "retention", "broken", "announced"]


def environ(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAMTAY")}
    return {**kept, "CAMTAY_DATA": str(folder.parent), "PYTHONUTF8": "1"}


def test_a_real_log_is_followed_and_a_closed_pipe_ends_it_quietly(folder: Path):
    for path in folder.iterdir():
        path.unlink()
    start_logging(folder)
    log = logging.getLogger("bot")
    level = log.level
    try:
        log.setLevel("INFO")
        log.info("started", extra={"lessons": 3})
        command = [sys.executable, "-m", "bot", "log", "-f"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environ(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as seen:
            assert seen.stdout is not None and seen.stderr is not None
            guard = threading.Timer(60, seen.kill)
            guard.start()
            assert "đã khởi động · số bài 3" in seen.stdout.readline()
            log.warning("flood", extra={"let_go": 9})
            assert "đã bỏ bớt · bỏ bớt 9" in seen.stdout.readline()
            seen.stdout.close()
            log.warning("flood", extra={"let_go": 10})
            assert seen.wait(60) == 0 and seen.stderr.read() == ""
            guard.cancel()
    finally:
        log.setLevel(level)
        stop_logging()


# --- typed -------------------------------------------------------------------------------------------


def test_the_verb_in_both_languages(folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAMTAY_DATA", str(folder.parent))
    assert main(["log", "-n", "1", "--channel", "zalo_oa"]) == 0
    assert "Zalo đã hết hạn trả lời" in capsys.readouterr().out
    assert main(["log", "-n", "0", "--level", "error", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "error     delivery: the channel does not take this message; it was dropped · channel telegram:42" in told
    assert "line 2 of camtay.jsonl is broken" in told
    assert main(["log", "--raw", "--channel", "zalo_oa", "--lang", "vi"]) == 0
    assert json.loads(capsys.readouterr().out)["event"] == "reply window closed"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["--since", "hôm qua"], "“hôm qua” không phải một lúc, ví dụ 2h, 08:15 hay 2026-11-30"),
        (["-n", "-3"], "“-3” không phải một con số"), (["-n", "nhiều"], "“nhiều” không phải một con số"),
        (["--level", "khẩn"], "không có lựa chọn"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_told(folder: Path, capsys: Output, typed: list[str], sentence: str):
    with pytest.raises(SystemExit) as ended:
        main(["log", *typed])
    assert ended.value.code == 2 and sentence in capsys.readouterr().err


def test_where_nothing_was_ever_written_that_is_said(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAMTAY_DATA", str(tmp_path))
    assert main(["log"]) == 1
    assert f"Chưa có nhật ký ở {tmp_path / 'log'}" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_named(folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAMTAY_DATA", str(folder.parent))
    (folder / "camtay.jsonl.1").unlink()
    (folder / "camtay.jsonl.1").mkdir()
    assert main(["log", "-n", "0"]) == 2
    assert f"{folder / 'camtay.jsonl.1'}: không đọc được" in capsys.readouterr().err
