"""Mass work takes as much at once as leaves room for others."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Sequence
from math import inf

import pytest

from storage.engine.slices import Slices


async def of(slices: Slices, number: int) -> list[list[int]]:
    found: list[list[int]] = []

    async def write(rows: Sequence[int]) -> None:
        found.append(list(rows))

    await slices.through(range(number), write)
    return found


async def test_every_row_comes_once_and_in_order() -> None:
    for aim_s in (0.0, inf):
        slices = Slices(Lock(), 3, 20, aim_s, rest=0)
        assert [each for some in await of(slices, 100) for each in some] == list(range(100))
    assert await of(Slices(Lock(), 3, 20), 0) == []


async def test_slices_grow_where_nobody_waits_and_never_beyond_the_most() -> None:
    assert [len(some) for some in await of(Slices(Lock(), 4, 8, inf, rest=0), 40)] == [4, 5, 7, 8, 8, 8]


async def test_a_slice_that_took_too_long_makes_the_next_ones_smaller_but_never_too_small_to_get_on() -> None:
    slices = Slices(Lock(), 4, 100, 0.0, rest=0)
    slices.size = 20
    assert [len(some) for some in await of(slices, 43)] == [20, 10, 5, 4, 4]


async def test_a_slice_that_fails_lets_the_next_work_in() -> None:
    lane = Lock()

    async def fails(_: Sequence[int]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Slices(lane, 4, 8).through(range(9), fails)
    assert not lane.locked()
