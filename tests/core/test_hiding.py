"""What an officer may read of places that are not hers: no small number, and none that can be worked out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.policy.disclosure import Cell, knowing_own, part, told
from bot.reports.policy.table import AreaTree, Column, Measure, ReportArea, ReportTable, Table, add_up, table

PROVINCE = ReportArea("p", "province", "Tỉnh", "/p/")
COLUMNS = (Column("all", "tat_ca"), Column("some", "mot_phan", "all"))
NUMBERS = st.one_of(st.integers(0, 6), st.integers(0, 30))


def test_what_is_told_of_one_number():
    assert [told(part(n)) for n in (0, 4, 5, 120)] == ["<5", "<5", 5, 120]
    assert told(part(18, 20)) == "từ 16" and told(part(15, 20)) == 15 and told(part(20, 20)) == "từ 16"
    assert told(part(5, 5)) == told(part(0, 5)) == told(part(7, 8)) == "…" and told(part(4, 9)) == "<5"
    assert told(knowing_own(12, 10)) == "từ 10", "one's own numbers do not give the neighbours' away"
    assert told(knowing_own(15, 10)) == 15 and told(knowing_own(3, 0)) == "<5"


def test_a_total_gives_nothing_away():
    assert told(Cell(100) + part(3)) == "từ 100", "one hidden number would be the difference"
    assert told(Cell(100) + part(0) + part(0) + part(1)) == "từ 100"
    assert told(Cell(100) + part(4) + part(4) + part(4)) == "từ 100", "all of them are four"
    assert told(Cell(100) + part(2) + part(2) + part(2)) == 106
    assert told(part(1) + part(1)) == "<5" and told(part(4) + part(4)) == "từ 5"


def test_one_sees_her_own_ward_and_sums_of_the_others():
    places = [
        PROVINCE,
        *(ReportArea(f"w{n}", "ward", f"Xã {n}", f"/p/w{n}/") for n in (1, 2)),
        ReportArea("b1", "branch", "Hoa Sen", "/p/w1/b1/"),
        ReportArea("b2", "branch", "Bông Súng", "/p/w2/b2/"),
    ]
    numbers = {"all": add_up(AreaTree(places), {"w1": 1, "b1": 2, "w2": 1, "b2": 7})}
    spans = {"w2": [1.0] * 4, "p": [1.0, 2.0, 3.0, 4.0, 40.0]}
    waits = (Measure("median", "trung_vi", "median"), Measure("p95", "p95", "p95"))
    sheet = ReportTable(
        places, COLUMNS[:1], numbers, waits, {"": spans}, {each.area_id: "lời" for each in places}, "con_thieu"
    )
    seen = table(sheet, PROVINCE, lambda path: path.startswith("/p/w1/"))
    assert seen.rows == (
        ("p", "Tỉnh", "tỉnh", 11, 3.0, "…", ""),
        ("w1", "Xã 1", "xã, phường", 3, "", "", "lời"),
        ("w2", "Xã 2", "xã, phường", 8, "…", "…", ""),
        ("b1", "Hoa Sen", "chi hội", 2, "", "", "lời"),
    )
    assert "Bông Súng" not in str(seen) and seen.depths == (0, 1, 1, 2)
    assert table(sheet, PROVINCE, lambda path: True).rows[4][:4] == ("b2", "Bông Súng", "chi hội", 7)


Ward = tuple[tuple[int, int], tuple[int, int]]
"""(all, some) of the ward's one branch that is the reader's own, and of the rest of the ward."""


@st.composite
def wards(draw: st.DrawFn) -> Ward:
    def pair() -> tuple[int, int]:
        whole = draw(NUMBERS)
        return whole, draw(st.one_of(st.integers(0, whole), st.integers(max(0, whole - 5), whole)))

    return pair() if draw(st.booleans()) else (0, 0), pair()


def published(world: list[Ward]) -> Table:
    """What the officer of a branch in each ward reads."""
    places, counts = [PROVINCE], ({}, {})  # type: ignore[var-annotated]
    for at, (own, rest) in enumerate(world):
        ward = ReportArea(f"w{at}", "ward", "", f"/p/w{at}/")
        places += [ward, *([ReportArea(f"b{at}", "branch", "", f"{ward.path}b{at}/")] if own != (0, 0) else [])]
        for column in (0, 1):
            counts[column].update({f"b{at}": own[column], f"w{at}": rest[column]})
    sheet = ReportTable(
        places,
        COLUMNS,
        {key: add_up(AreaTree(places), each) for key, each in zip(("all", "some"), counts, strict=True)},
    )
    return table(sheet, PROVINCE, lambda path: "/b" in path)


def others(rest: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """What the rest of a ward might be as well, for all that "<5" and "từ N" say."""
    whole, some = rest
    for other in range(5) if whole < 5 else (whole,):
        any_of_few = range(other + 1)
        low = (
            any_of_few
            if other < 9
            else range(5)
            if some < 5
            else range(other - 4, other + 1)
            if other - some < 5
            else (some,)
        )
        yield from ((other, each) for each in low if 0 <= each <= other)


@given(st.lists(wards(), min_size=1, max_size=4))
def test_no_small_number_can_be_worked_out(world: list[Ward]):
    """Whoever knows the rule and reads the whole table still finds two worlds in which it would be the same."""
    seen = published(world)
    open_ones = {(at, column) for at, (_, rest) in enumerate(world) for column in (0, 1) if _is_small(rest, column)}
    for at, (own, rest) in enumerate(world):
        shown = next(row for row in seen.rows if row[0] == f"w{at}")
        for column in (0, 1):
            if isinstance(shown[3 + column], int):
                assert int(shown[3 + column]) - own[column] >= 5, "what is not one's own is five or more"
        if isinstance(shown[3], int) and isinstance(shown[4], int):
            assert rest[0] - rest[1] >= 5
    province = seen.rows[0]
    if isinstance(province[3], int) and isinstance(province[4], int):
        assert province[3] - province[4] >= 5
    for alternative in product(*(others(rest) for _, rest in world)):
        if not open_ones:
            break
        new = {(at, column) for at, column in open_ones if alternative[at][column] != world[at][1][column]}
        if new and published([(own, each) for (own, _), each in zip(world, alternative, strict=True)]) == seen:
            open_ones -= new
    assert not open_ones


def _is_small(rest: tuple[int, int], column: int) -> bool:
    return rest[column] < 5 or (column == 1 and rest[0] - rest[1] < 5)


@pytest.mark.parametrize("own", [False, True])
def test_numbers_of_places_hide_nobody(own: bool):
    sheet = ReportTable([PROVINCE], (Column("branches", "chi_hoi", places=True),), {"branches": {"p": 2}})
    assert table(sheet, PROVINCE, lambda _: own).rows[0][3] == 2
