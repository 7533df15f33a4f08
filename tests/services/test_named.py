"""Short codes and names typed in a command: what is meant, and a sentence with the fits where that is not one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.cli.main import main
from storage.conversations import conversations
from storage.engine.database import Connection, open_database
from storage.people import people
from storage.people.records import PersonRow
from tests.support.world import START

WARD = "w26041"
LAN, HOA = f"{'a1b2c3':0<8}{'1':0>24}", f"{'a1b2c3':0<8}{'2':0>24}"
MAI = f"{'d4e5f6':0<32}"
LIST = "loai;ten;vai;xa_phuong;chi_hoi;to\nchi hội;Hoa Sen;;Trấn Biên;;\nchi hội;Hoa Sen;;Tam Hiệp;;\n"
Output = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three members of one ward, two of them with ids that begin alike, and two branches of one name."""
    monkeypatch.setenv("CAMTAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "ds.csv").write_text(LIST, "utf-8-sig")
    assert main(["people", "import", str(tmp_path / "ds.csv")]) == 0

    def three(connection: Connection) -> None:
        for who in (LAN, HOA, MAI):
            conversations.add_learner(connection, PersonRow(who, who[:2], "chị/em", "agreed"), "web", who, START)
            people.set_area(connection, who, WARD)

    async def do() -> None:
        database = open_database(f"sqlite:///{tmp_path / 'data' / 'camtay.db'}")
        await database.transact(three)
        await database.close()

    asyncio.run(do())
    return tmp_path


def told(capsys: Output, *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["people", *arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_beginning_of_an_id_is_enough_where_one_begins_so(here: Path, capsys: Output):
    code, said = told(capsys, "show", MAI[:6])
    assert code == 0 and "Nơi sinh hoạt: Phường Trấn Biên" in said
    code, said = told(capsys, "show", LAN[:6])
    assert code == 1 and LAN[:12] in said and "Hãy gõ thêm vài chữ" in said
    assert told(capsys, "show", MAI[:5])[0] == 1, "five letters are too few"
    assert told(capsys, "show", LAN)[0] == 0


@pytest.mark.parametrize("said", ["w26041", "26041", "Phường Trấn Biên", "Trấn Biên", "phuong tran bien", "TRAN BIEN"])
def test_an_area_goes_by_its_name_too(here: Path, capsys: Output, said: str):
    code, out = told(capsys, "areas", said)
    assert code == 0 and out.startswith("w26041") and "Hoa Sen" in out


def test_where_several_areas_are_called_so_they_are_named(here: Path, capsys: Output):
    code, said = told(capsys, "list", "hoa sen")
    assert code == 1 and "có phải" in said
    assert "Hoa Sen, Phường Trấn Biên (b-" in said and "Hoa Sen, Phường Tam Hiệp (b-" in said


def test_where_none_is_the_nearest_is_named(here: Path, capsys: Output):
    code, said = told(capsys, "list", "Trấng Biênn")
    assert code == 1 and "có phải Phường Trấn Biên (w26041)" in said
    assert "xem ./camtay people areas" in told(capsys, "list", "zzzz")[1]


@pytest.mark.parametrize("command", [("report", "targets", "--area", "tran bien"), ("models", "list", "tran bien")])
def test_reports_and_models_take_names_too(here: Path, capsys: Output, command: tuple[str, ...]):
    assert main(list(command)) == 0
