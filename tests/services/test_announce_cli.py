"""`./camtay announce` as somebody types it: seen before it goes, asked once, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli import announce
from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.main import main
from bot.cli.parser import parse
from storage.conversations import conversations
from storage.engine.database import Connection, open_database
from storage.people import people
from storage.people.records import PersonRow, RoleRow
from tests.support.world import START, Ids

Output = pytest.CaptureFixture[str]
WARD = "w26041"
TEXT = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMTAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["people", "areas", WARD]) == 0

    def meet(c: Connection) -> None:
        for who, role in (("lan", "learner"), ("cuc", "officer")):
            conversations.add_learner(c, PersonRow(who, who, "chị/em", "agreed"), "web", f"c-{who}", START)
            people.set_role(c, RoleRow(who, role, WARD, "active", "x", START))
            people.set_area(c, who, WARD)

    async def fill() -> None:
        database = open_database(f"sqlite:///{tmp_path / 'data' / 'camtay.db'}")
        await database.transact(meet)
        await database.close()

    asyncio.run(fill())
    return tmp_path


def news(*arguments: object) -> int:
    return main(["announce", *map(str, arguments)])


def typed(words: str, *arguments: object) -> tuple[int, Sequence[str]]:
    """With somebody at the keyboard."""
    said: list[str] = []
    given = parse(["announce", *map(str, arguments)])
    world = CommandEnvironment(lambda: START, Ids())
    return announce.main(settings_of(given), given, world, said.append, lambda _: words), said


def drafted(capsys: Output, *more: object) -> str:
    assert news("draft", WARD, TEXT, *more) == 0
    return capsys.readouterr().out.strip().rpartition(" ")[2]


def test_from_draft_to_stop(here: Path, capsys: Output):
    mine = drafted(capsys, "--link", "dongnai.gov.vn/lop-hoc", "--by", "cuc")
    code, said = typed("thôi", "send", mine)
    shown = "\n".join(said)
    assert code == 1 and said[-1] == "Chưa gửi gì."
    assert f"  │ 📢 {TEXT}" in shown and "  │ Nguồn: https://dongnai.gov.vn/lop-hoc" in shown
    assert "phường Trấn Biên. Hội không bao giờ xin tiền" in shown
    assert "Tới 2 người ở phường Trấn Biên" in shown and "Không tới được" not in shown
    assert news("list", WARD) == 0
    assert "chưa gửi  —" in capsys.readouterr().out
    code, said = typed("Gửi", "send", mine)
    assert code == 0 and f"announce stop {mine}" in said[-1]
    assert news("send", mine, "--yes") == 1
    assert "đang gửi; mỗi người chỉ nhận một lần" in capsys.readouterr().err
    assert news("stop", mine, "--by", "cuc") == 0 and news("stop", mine) == 1
    assert "Đã dừng. 0 người" in capsys.readouterr().out
    assert news("--by", "cuc", "list", WARD) == 0
    assert "đã dừng" in capsys.readouterr().out


def test_what_cannot_be_is_a_sentence(here: Path, capsys: Output):
    mine = drafted(capsys)
    (here / "tin.txt").write_text(TEXT + "\n\nHẹn gặp các chị.", "utf-8-sig")
    (here / "la.txt").write_bytes(b"\xff\xfe\x00")
    for arguments, code, said in (
        (("draft", "w99999", TEXT), 1, "Không có địa bàn nào"),
        (("draft", WARD), 2, "một trong hai"),
        (("draft", WARD, TEXT, "--file", here / "tin.txt"), 2, "một trong hai"),
        (("draft", WARD, "--file", here / "khong-co.txt"), 2, "không đọc được"),
        (("draft", WARD, "--file", here / "la.txt"), 2, "không phải chữ UTF-8"),
        (("draft", WARD, TEXT, "--link", "https://gov.vn@evil.com"), 1, "gov[.]vn@evil[.]com"),
        (("draft", WARD, "Mã OTP của các chị là 482913 nhé"), 1, "một mã 6 số"),
        (("draft", WARD, TEXT, "--by", "lan"), 2, "địa bàn mình phụ trách"),
        (("send", mine, "--by", "lan"), 2, "địa bàn mình phụ trách"),
        (("stop", mine), 1, "đã gửi xong hoặc đã dừng"),
        (("send", "khong-co"), 1, "Không có tin nào mang mã này"),
        (("list", "dong-nai", "--by", "cuc"), 2, "địa bàn mình phụ trách"),
    ):
        assert news(*arguments) == code, arguments
        assert said in capsys.readouterr().err
    assert news("draft", WARD, "--file", here / "tin.txt") == 0
    assert "  │ Hẹn gặp các chị." in capsys.readouterr().out


def test_nobody_there_nothing_sent(here: Path, capsys: Output):
    assert news("draft", "w26068", TEXT) == 0
    mine = capsys.readouterr().out.strip().rpartition(" ")[2]
    assert news("send", mine, "--yes") == 1
    assert "Chưa có ai nhận được" in capsys.readouterr().err
