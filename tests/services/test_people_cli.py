"""`./camtay people` as somebody types it: sentences, exit codes, files that no spreadsheet executes."""

from __future__ import annotations

import csv
import json
import os
import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import main
from tests.support.squares import picture_of_blocks, read_squares

Output = pytest.CaptureFixture[str]

LIST = """loai;ten;vai;xa_phuong;chi_hoi;to
chi hội;Hoa Sen;;Phường Trấn Biên;;
;Nguyễn Thị Lan;hội viên;Trấn Biên;Hoa Sen;
;Trần Thị Hoa;người chỉ;Trấn Biên;Hoa Sen;
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMTAY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CAMTAY__TELEGRAM__USERNAME", "camtay_bot")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "ds.csv").write_text(LIST, "utf-8-sig")
    return tmp_path


def people(*arguments: object) -> int:
    return main(["people", *map(str, arguments)])


def test_a_list_is_tried_and_loaded(here: Path, capsys: Output):
    assert people("import", here / "ds.csv", "--dry-run") == 0
    assert "chưa ghi gì: 2 người mới, 1 chi hội" in capsys.readouterr().out
    assert people("import", here / "ds.csv") == 0 and people("import", here / "ds.csv") == 0
    assert "0 người mới, 0 chi hội hay tổ mới, 2 người đã có" in capsys.readouterr().out
    assert people("list", "w26041", "--role", "instructor") == 0
    assert "Trần Thị Hoa  người chỉ  Hoa Sen  chưa nhận lời\n1 người.\n" in capsys.readouterr().out
    assert people("areas", "w26041") == 0
    assert "Hoa Sen" in capsys.readouterr().out


def test_faults_are_told_with_their_place_and_nothing_comes_in(here: Path, capsys: Output):
    (here / "ds.csv").write_text(LIST + ";=1+1;hội viên;Trấn Biên;;\n;Mai;hội viên;Long Thàn;;\n", "utf-8")
    assert people("import", here / "ds.csv") == 1
    told = capsys.readouterr().out
    assert "ds.csv:5:ten: tên bắt đầu bằng “=”" in told and "ds.csv:6:xa_phuong:" in told
    assert "có phải “Xã Long Thành”" in told and "2 chỗ cần sửa; chưa nhập gì cả" in told
    assert people("list") == 0
    assert capsys.readouterr().out == "0 người.\n"


DOUBTS = "Họ tên,Chi hội,Xã phường\nLan,Ấp 1,Tam Hiệp\nLan,Ấp 1,Tam Hiệp\n"


def test_doubts_are_listed_taken_or_asked(here: Path, capsys: Output):
    (here / "ds.csv").write_text(DOUBTS, "utf-8")
    assert people("import", here / "ds.csv") == 3
    told = capsys.readouterr().out
    assert "Cần hỏi: Sẽ lập mới 1 chi hội, tổ: Ấp 1: 2 người" in told and "dòng 2, 3" in told
    assert "Chưa nhập gì" in told and people("list") == 0
    assert capsys.readouterr().out == "0 người.\n"
    assert people("import", here / "ds.csv", "--dry-run") == 0
    assert "Sẽ hỏi: " in capsys.readouterr().out
    assert people("import", here / "ds.csv", "--yes") == 0
    assert "2 người mới, 1 chi hội" in capsys.readouterr().out


@pytest.mark.parametrize(("answers", "code", "new"), [((True, True), 0, 2), ((True, False), 0, 1), ((False,), 3, 0)])
def test_whoever_sits_at_the_terminal_is_asked(
    here: Path, capsys: Output, answers: tuple[bool, ...], code: int, new: int
):
    from datetime import UTC, datetime

    from bot.cli import people as command
    from bot.cli.environment import CommandEnvironment
    from bot.cli.parser import parse
    from bot.settings import load

    (here / "ds.csv").write_text(DOUBTS, "utf-8")
    given = parse(["people", "import", str(here / "ds.csv")])
    left, asked = iter(answers), []

    def ask(question: str) -> bool:
        asked.append(question)
        return next(left)

    world = CommandEnvironment(lambda: datetime(2026, 11, 28, tzinfo=UTC), map("{:032x}".format, count()).__next__)
    settings = load(given.config, os.environ, {})
    assert command.main(settings, given, world, ask=ask) == code
    assert len(asked) == len(answers) and (f"{new} người mới" in capsys.readouterr().out) == (code == 0)


def test_a_line_for_machines_is_the_last(here: Path, capsys: Output):
    def told(*arguments: object) -> tuple[int, dict[str, Any]]:
        code = people("import", *arguments, "--format", "json")
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    (here / "ds.csv").write_text(DOUBTS, "utf-8")
    code, said = told(here / "ds.csv")
    assert (code, said["new"], said["known"], said["areas"], len(said["questions"])) == (3, 0, 0, 0, 2)
    assert told(here / "ds.csv", "--yes")[1] | {"questions": []} == {
        "new": 2, "known": 0, "areas": 1, "questions": [], "faults": [],
    }  # fmt: skip
    assert told(here / "ds.csv") == (0, {"new": 0, "known": 2, "areas": 0, "questions": [], "faults": []})
    (here / "ds.csv").write_text(DOUBTS + "M?i,Ấp 1,Tam Hiệp\n", "utf-8")
    code, said = told(here / "ds.csv", "--yes")
    assert (code, said["new"]) == (1, 0)
    assert said["faults"] == [{"line": 4, "column": "ten", "message": "tên “M?i” có chữ bị hỏng; hãy gõ lại tên này"}]
    (here / "ds.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 99)
    code, said = told(here / "ds.xlsx")
    assert code == 1 and said["faults"][0]["line"] == 0, "a workbook that cannot be read is a fault of the file"
    assert told(here / "ds.csv", "--into", "w99999")[1]["faults"][0]["column"] == "--into"


def test_an_invitation_with_its_links_and_a_qr_code(here: Path, capsys: Output):
    assert people("invite", "--area", "w26041", "--role", "instructor") == 0
    told = capsys.readouterr().out
    assert "Mã mời người chỉ, Phường Trấn Biên: MOI-" in told
    links = re.findall(r"https://\S+", told)
    codes = [line for line in told.splitlines() if line and not line.strip(" ▀▄█")]
    assert links and links[0].startswith("https://t.me/camtay_bot?start=MOI-")
    assert read_squares(picture_of_blocks(codes)) == sorted(links)


def test_codes_for_everybody_on_a_list(here: Path, capsys: Output):
    people("import", here / "ds.csv")
    assert people("invite", "--area", "w26041", "--all", here / "ma.csv") == 0
    assert "Đã ghi 2 mã" in capsys.readouterr().out
    with (here / "ma.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert {row["Tên"] for row in rows} == {"Nguyễn Thị Lan", "Trần Thị Hoa"}
    assert len({row["Mã"] for row in rows}) == 2 and all("t.me/camtay_bot" in row["Đường dẫn"] for row in rows)
    assert (here / "ma.csv").stat().st_mode & 0o077 == 0, "codes are for the officer alone"


def test_what_cannot_be_is_a_sentence(here: Path, capsys: Output):
    for arguments, code, said in (
        (("suspend", "khong-co"), 1, "Không có người hay địa bàn nào"),
        (("approve", "khong-co"), 1, "Không có người hay địa bàn nào"),
        (("list", "w99999"), 1, "Không có địa bàn nào mang mã hay tên “w99999”"),
        (("areas", "w99999"), 1, "Không có địa bàn nào mang mã hay tên “w99999”"),
        (("import", here / "khong-co.csv"), 2, "không mở được"),
        (("--by", "khong-co", "invite", "--area", "w26041"), 2, "địa bàn mình phụ trách"),
    ):
        assert people(*arguments) == code, arguments
        assert said in capsys.readouterr().err
    with pytest.raises(SystemExit):
        people("xoa")
    assert "không có lựa chọn" in capsys.readouterr().err


def test_a_person_from_one_end_to_the_other(here: Path, capsys: Output):
    import asyncio

    from storage.conversations import conversations
    from storage.engine.database import open_database
    from storage.people.records import PersonRow
    from tests.support.world import START

    people("areas")

    async def meet() -> None:
        database = open_database(f"sqlite:///{here / 'data' / 'camtay.db'}")
        row = PersonRow("p1", "=Lan", "chị/em", "agreed")
        await database.transact(lambda c: conversations.add_learner(c, row, "web", "c1", START))
        await database.close()

    asyncio.run(meet())
    assert people("approve", "p1") == 1, "nobody knows where she belongs"
    assert people("export", "p1", "--to", here / "lan.json") == 0
    assert json.loads((here / "lan.json").read_text("utf-8"))["person"][0]["name"] == "=Lan"
    assert people("export", "p1", "--format", "html") == 0
    assert "<h2>Chị là ai</h2>" in capsys.readouterr().out
    assert people("correct", "p1", "--name", "Lành", "--area", "w26041", "--needs", "elderly, remote", "--agreed") == 0
    assert people("correct", "p1", "--needs", "poor") == 1 and "--agreed" in capsys.readouterr().err
    assert people("show", "p1") == 0
    assert "Nơi sinh hoạt: Phường Trấn Biên" in capsys.readouterr().out
    assert people("withdraw", "p1") == 0 and people("withdraw", "p1") == 1
    assert people("delete", "p1") == 0 and people("export", "p1") == 1


def test_a_list_that_is_written_out_opens_by_a_double_click(here: Path, capsys: Output):
    people("import", here / "ds.csv")
    capsys.readouterr()
    assert people("list", "--format", "csv") == 0
    told = capsys.readouterr().out
    assert told.startswith("\ufeffMã;Tên;Vai;Địa bàn;Tình trạng;Gọi;Lần cuối vào\n")
    rows = list(csv.DictReader(told.removeprefix("\ufeff").splitlines(), delimiter=";"))
    assert {"Nguyễn Thị Lan", "Trần Thị Hoa"} <= {row["Tên"] for row in rows}


MIXED = "Họ tên,Địa chỉ\nNguyễn Thị Lan,Ấp 3\nTrần Thị Bé,Phường Tam Hiệp\n"


def test_a_line_whose_address_names_no_ward_is_told_and_never_lost(here: Path, capsys: Output):
    (here / "ds.csv").write_text(MIXED, "utf-8")
    assert people("import", here / "ds.csv") == 1
    assert "ds.csv:2:xa_phuong: thiếu xã, phường" in capsys.readouterr().out
    assert people("import", here / "ds.csv", "--into", "Tam Hiệp", "--yes") == 0
    assert "2 người mới" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("begins", "what"),
    [(b"%PDF-1.4\n%\xe2\xe3", "PDF"), (b"\xff\xd8\xff\xe0\x00\x10JFIF", "ảnh chụp"), (b"{\\rtf1", "văn bản Word")],
)
def test_a_file_that_is_no_table_is_called_what_it_is(here: Path, capsys: Output, begins: bytes, what: str):
    (here / "ds.xlsx").write_bytes(begins)
    assert people("import", here / "ds.xlsx") == 1
    told = capsys.readouterr().out
    assert f"tệp này là {what} chứ không phải bảng" in told and "bảng mã" not in told
