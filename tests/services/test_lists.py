"""Ten layouts made like real ones, each as CSV and Excel, imported as they are: everybody in, nobody merged or lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.support.harness import empty_database
from tests.support.lists import WRITERS, Layout, more, ten

LAYOUTS = {layout.name: layout for layout in (*ten(), *more())}
Output = pytest.CaptureFixture[str]
Who = Counter[tuple[str, str, str, str]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMTAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "data").mkdir()
    asyncio.run(empty_database(tmp_path / "data" / "camtay.db"))
    return tmp_path


def load(capsys: Output, file: Path, *more: str) -> tuple[int, dict[str, object]]:
    code = main(["people", "import", str(file), "--format", "json", *more])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def listed(here: Path) -> Who:
    """(name without the mark of a namesake, group, branch, ward) of everybody."""
    query = (
        "SELECT invitee.name, area.name, above.name, top.name FROM invitee JOIN area USING (area_id)"
        " LEFT JOIN area AS above ON above.area_id = area.parent_id"
        " LEFT JOIN area AS top ON top.area_id = above.parent_id"
    )
    with closing(sqlite3.connect(here / "data" / "camtay.db")) as database:
        rows = [(row[0].split(" (")[0], row[1:]) for row in database.execute(query)]
    return Counter((name, *(where if "Tổ" in where[0] else ("", *where[:2]))) for name, where in rows)


def expected(layout: Layout) -> Who:
    return Counter((member.name, member.group, member.branch, member.ward) for member in layout.members)


def bare(who: Who) -> Who:
    """Branches by what they have in common: one list says "Ấp 1", another "Chi hội ấp 1"."""
    out: Who = Counter()
    for (name, group, branch, ward), count in who.items():
        out[name, group, branch.casefold().removeprefix("chi hội "), ward] += count
    return out


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_comes_in_as_it_is(name: str, kind: str, here: Path, capsys: Output):
    layout = LAYOUTS[name]
    file = here / f"danh sách.{kind}"
    file.write_bytes(WRITERS[kind](layout))
    into = ("--into", layout.into) if layout.into else ()
    code, told = load(capsys, file, *into, "--yes")
    assert (code, told["faults"]) == (0, [])
    assert bare(listed(here)) == bare(expected(layout)), (name, told)
    assert (told["new"], told["known"]) == (len(layout.members), 0)
    code, told = load(capsys, file, *into, "--yes")
    assert (code, told["new"], told["known"], told["areas"]) == (0, 0, len(layout.members), 0), (
        "again, and nothing is new"
    )
    code, told = load(capsys, file, *into)
    assert code in (0, 3) and told["new"] == 0
