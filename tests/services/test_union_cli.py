"""`./camtay models` and `./camtay report` as somebody types them; files that no spreadsheet executes."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.cli.main import main
from bot.cli.names import KINDS, REPORTS
from bot.cli.sheets import as_csv, as_xlsx
from bot.reports import programs as service
from storage.conversations import conversations
from storage.engine.database import Connection, open_database
from storage.people import areas, people
from storage.people.records import PersonRow, RoleRow
from tests.support.world import START

Output = pytest.CaptureFixture[str]
WARD = "w26041"
HOSTILE = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "a\n=1")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMTAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["people", "areas"]) == 0
    return tmp_path


def run(*arguments: object) -> int:
    return main([*map(str, arguments)])


def with_database(here: Path, work: Callable[[Connection], None]) -> None:
    async def do() -> None:
        database = open_database(f"sqlite:///{here / 'data' / 'camtay.db'}")
        await database.transact(work)
        await database.close()

    asyncio.run(do())


def two(connection: Connection) -> None:
    """Lan of this ward, and an officer of it."""
    for who in ("lan", "hoa"):
        row = PersonRow(who, who.title(), "chị/em", "agreed")
        conversations.add_learner(connection, row, "web", who, START)
        people.set_area(connection, who, WARD)
    people.set_role(connection, RoleRow("hoa", "officer", WARD, "active", "x", START))
    path = f"/dong-nai/{WARD}/b1/"
    areas.add(connection, [areas.AreaRow("b1", WARD, "branch", "=HYPERLINK(1)", "", path)])


def test_a_model_from_beginning_to_end(here: Path, capsys: Output):
    with_database(here, two)
    assert run("models", "--by", "hoa", "add", "family", WARD, "Gia đình chị Lan", "--year", 2026) == 0
    told = capsys.readouterr().out
    assert "Đã ghi Gia đình số “Gia đình chị Lan”, năm 2026" in told
    model = told.rstrip().split()[-2]
    assert run("models", "join", model, "lan", "--by", "hoa") == 0 and run("models", "members", model) == 0
    assert "lan  Lan\n1 người." in capsys.readouterr().out
    assert run("models", "list", WARD, "--kind", "family") == 0
    assert (
        f"{model}  2026  Gia đình số  Gia đình chị Lan  Phường Trấn Biên  1 người\n1 mô hình."
        in capsys.readouterr().out
    )
    assert run("models", "leave", model, "lan") == 0 and run("models", "end", model) == 0
    assert run("models", "list") == 0 and "đã kết thúc" in capsys.readouterr().out


def test_what_cannot_be_is_a_sentence(here: Path, capsys: Output):
    with_database(here, two)
    for arguments, code, said in (
        (("models", "--by", "hoa", "add", "club", "w25195", "X"), 2, "mô hình của địa bàn mình phụ trách"),
        (("models", "add", "club", "w99999", "X"), 1, "Không có địa bàn nào mang mã hay tên “w99999”"),
        (("models", "end", "khong-co"), 1, "Không có mô hình nào mang mã “khong-co”"),
        (("report", "targets", "--area", "w99999"), 1, "Không có địa bàn nào"),
        (("report", "pairs", "--by", "lan"), 2, "chị chỉ xem được số chung"),
        (("report", "pairs", "--format", "xlsx"), 2, "--to"),
        (("report", "pairs", "--to", here), 2, "không ghi được"),
    ):
        assert run(*arguments) == code, arguments
        assert said in capsys.readouterr().err
    for wrong in (("report", "pairs", "--year", "26"), ("report", "xyz"), ("models", "add", "nha", WARD, "X")):
        with pytest.raises(SystemExit):
            run(*wrong)
        assert "Lệnh chưa đúng" in capsys.readouterr().err


def test_a_report_as_table_csv_and_workbook(here: Path, capsys: Output):
    with_database(here, two)
    assert run("report", "targets", "--area", WARD) == 0
    heads, ward, branch = capsys.readouterr().out.splitlines()
    assert (
        heads.startswith("Mã")
        and "Địa bàn" in heads
        and "Có đôi đang sống" in heads
        and "còn 1 chi hội chưa đạt" in ward
    )
    assert branch.startswith("b1        =HYPERLINK(1)") and branch.endswith("chưa có Gia đình số")
    assert run("report", "targets", "--area", WARD, "--format", "csv", "--to", here / "a.csv") == 0
    with (here / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[2][:4] == ["b1", "'=HYPERLINK(1)", "chi hội", "0"]
    assert run("report", "targets", "--area", WARD, "--format", "xlsx", "--to", here / "a.xlsx") == 0
    assert read_xlsx((here / "a.xlsx").read_bytes()) == rows
    assert (here / "a.xlsx").stat().st_mode & 0o077 == 0
    assert run("report", "progress", "--by", "hoa", "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out.split("\n", 1)[1]), delimiter=";"))
    assert {row[0]: row[3] for row in rows if row[0] in ("dong-nai", WARD, "w25195")} == {
        "dong-nai": "từ 2",
        WARD: "2",
        "w25195": "<5",
    }


def test_nothing_in_a_file_is_executed():
    safe = ["'=1+1", "'+1", "'-1", "'@x", "'=1", "'=1", "a =1"]
    written = as_csv(HOSTILE, [HOSTILE]).removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(written, newline=""), delimiter=";")) == [safe, safe]
    book = as_xlsx(HOSTILE, [HOSTILE], "targets")
    assert read_xlsx(book) == [safe, safe]
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet


def test_other_verbs_do_not_pay_for_workbooks():
    assert "xlsxwriter" not in {
        name.partition(".")[0]
        for name in _modules_of("from bot.cli.parser import VERBS, module_of; list(map(module_of, VERBS))")
    }
    assert "bot.cli.union" not in _modules_of(
        "from bot.cli.parser import VERBS, module_of; list(map(module_of, VERBS))"
    )


def _modules_of(code: str) -> set[str]:
    import subprocess

    told = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(told.stdout.split())


def read_xlsx(book: bytes) -> list[list[str]]:
    """All cells of the first sheet, read from its XML."""
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))

    def value(cell: ElementTree.Element) -> str:
        return "".join(part.text or "" for part in cell.iter(f"{{{space['x']}}}t")) or cell.findtext("x:v", "", space)

    return [[value(cell) for cell in row] for row in sheet.iterfind("x:sheetData/x:row", space)]


def test_a_vietnamese_spreadsheet_reads_numbers_as_numbers():
    """There a comma is the decimal sign, a semicolon parts the cells, and 1.5 would be a day in May."""
    text = as_csv(("x", "so", "phan_tram"), [("Hội, Tổ; 2", 12, 1.5), ("Lan", 1234567, -0.25)])
    assert text.encode() == '\ufeffx;so;phan_tram\n"Hội, Tổ; 2";12;1,5\nLan;1234567;-0,25\n'.encode()


@pytest.mark.parametrize("what", REPORTS)
@pytest.mark.parametrize("shape", ["table", "csv"])
def test_no_report_has_a_head_that_only_a_machine_reads(here: Path, capsys: Output, what: str, shape: str):
    assert run("report", REPORTS[what], "--format", shape) == 0
    heads = capsys.readouterr().out.splitlines()[0]
    assert "_" not in heads and "Địa bàn" in heads


@pytest.mark.parametrize("typed", ["family", "Gia đình số", "gia dinh so", "gia dinh"])
def test_a_kind_of_model_is_typed_as_it_is_called(here: Path, capsys: Output, typed: str):
    assert run("models", "add", typed, "Trấn Biên", "Nhà chị Lan") == 0
    assert "Đã ghi Gia đình số “Nhà chị Lan”" in capsys.readouterr().out
    assert run("models", "list", "--kind", "clb") == 0 and "0 mô hình." in capsys.readouterr().out
    assert KINDS == service.KINDS, "written twice: what may be typed must not load the service"


def test_what_is_no_kind_gets_the_kinds_in_words(here: Path, capsys: Output):
    with pytest.raises(SystemExit):
        run("models", "add", "nhom", "w26041", "X")
    assert "“nhom” không phải một trong: Gia đình số, CLB Phụ nữ số" in capsys.readouterr().err
