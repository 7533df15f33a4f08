"""Logs carry ids, never words or secrets, and never bring the process down."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StorageUnavailable
from bot.telemetry import FILE_NAME, mask_secrets, start_logging, stop_logging, subject

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx"


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "bot", "storage", "flows")]
    levels = [logger.level for logger in loggers]
    yield
    stop_logging()
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / FILE_NAME).read_text("utf-8").splitlines()]


def test_a_line_holds_time_level_room_event_and_ids(tmp_path: Path) -> None:
    start_logging(tmp_path)
    logging.getLogger("bot.delivery.sender").info("sent", extra={"chat_id": "079123456789", "no": 3})
    (line,) = lines(tmp_path)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "room": "bot.delivery.sender",
        "event": "sent",
        "chat_id": subject("079123456789"),
        "no": 3,
    }
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        "postgresql://camtay:m4tkhau@db/camtay",
        "079 123 456 789",
        "4111-1111-1111-1111",
    ],
)
def test_secrets_are_masked_as_a_last_resort(tmp_path: Path, secret: str) -> None:
    start_logging(tmp_path)
    logging.getLogger("bot").warning("failed with %s", secret, extra={"reason": secret})
    written = (tmp_path / FILE_NAME).read_text("utf-8")
    assert "•••" in mask_secrets(secret)
    for part in (TOKEN, "m4tkhau", "456 789", "1111"):
        assert part not in written


@pytest.mark.parametrize("hidden", ["\x1b[2J", "\r", "\n", "\x07", "\u202e", "\u2028", "\x9b1m"])
def test_no_value_moves_the_cursor_or_begins_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hidden: str
) -> None:
    start_logging(tmp_path)
    logging.getLogger("bot").warning(
        "failed", extra={"run_id": f"a{hidden}b", "reason": f"c{hidden}d", "all": [hidden]}
    )
    logging.getLogger("bot").warning(f"x{hidden}y")
    try:
        raise OSError(5, f"e{hidden}f")
    except OSError:
        logging.getLogger("bot").exception("broke")
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) == 3 and all(line.isprintable() for line in shown.split("\n"))
    assert all(str(value).isprintable() for line in lines(tmp_path) for value in line.values())


def test_a_library_may_quote_a_learner_so_its_words_stay_out(tmp_path: Path) -> None:
    start_logging(tmp_path)
    for error in (ValueError("mật khẩu là lan1990"), StorageUnavailable("no connection"), OSError(28, "No space left")):
        try:
            raise error
        except Exception:
            logging.getLogger("bot").exception("batch_failed")
    assert [line["failure"] for line in lines(tmp_path)] == [
        "builtins.ValueError",
        "storage.engine.errors.StorageUnavailable: no connection",
        "builtins.OSError: No space left",
    ]
    assert "lan1990" not in (tmp_path / FILE_NAME).read_text("utf-8")
    assert lines(tmp_path)[0]["frames"][-1].startswith("test_telemetry.py:")


def test_files_rotate_and_the_old_ones_go(tmp_path: Path) -> None:
    start_logging(tmp_path, max_mb=0, keep=2)
    handler = next(handler for handler in logging.getLogger().handlers if hasattr(handler, "maxBytes"))
    handler.maxBytes = 200
    for number in range(20):
        logging.getLogger("bot").info("sent", extra={"no": number})
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, f"{FILE_NAME}.1", f"{FILE_NAME}.2"]


def test_a_full_disk_costs_lines_not_the_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE_NAME).symlink_to("/dev/full")
    start_logging(tmp_path)
    logging.getLogger("bot").info("sent")
    lost = [handler.lost for handler in logging.getLogger().handlers if hasattr(handler, "lost")]
    assert sum(lost) == 1
    assert capsys.readouterr().err == ""


def test_a_folder_that_cannot_be_written_costs_the_file_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    start_logging(tmp_path / "log")
    assert "log_file_unavailable" in capsys.readouterr().err


def test_below_the_level_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(tmp_path, level="warning")
    logging.getLogger("bot").info("sent")
    logging.getLogger("bot").warning("throttled", extra={"chat_id": "7"})
    assert [line["event"] for line in lines(tmp_path)] == ["throttled"]
    assert capsys.readouterr().err.endswith(f" warning bot: throttled chat_id={subject('7')}\n")


def test_a_learner_has_one_name_in_the_log_and_it_leads_to_nobody(tmp_path: Path) -> None:
    start_logging(tmp_path, subject_key=b"k" * 32)
    ids = {"learner_id": "lan-0123456789", "updates": ["web:lan-chat-77:m1", "telegram:1:7000"]}
    for _ in range(2):
        logging.getLogger("bot").warning("taken", extra=ids)
    one, two = lines(tmp_path)
    assert one["learner_id"] == two["learner_id"] and one["updates"][1] == "telegram:1:7000"
    assert "lan-" not in (tmp_path / FILE_NAME).read_text("utf-8")


def test_libraries_are_heard_from_warning_on(tmp_path: Path) -> None:
    start_logging(tmp_path, level="debug")
    logging.getLogger("alembic").info("setup plugin")
    logging.getLogger("alembic").warning("no such table")
    logging.getLogger("bot").debug("taken", extra={"broken": ["lessons/a"], "chat_id": None})
    assert [(line["room"], line["event"]) for line in lines(tmp_path)] == [
        ("alembic", "no such table"),
        ("bot", "taken"),
    ]
    assert lines(tmp_path)[1]["broken"] == ["lessons/a"]
