"""The thread that works for the event loop."""

from __future__ import annotations

import asyncio
import threading
import weakref

import pytest

from storage.engine.hop import Hop


async def test_all_is_done_in_order_in_one_other_thread():
    hop, seen = Hop("hop"), list[tuple[int, str]]()

    def work(number: int) -> int:
        seen.append((number, threading.current_thread().name))
        return number

    assert await asyncio.gather(*(hop.run(work, number) for number in range(50))) == list(range(50))
    assert seen == [(number, "hop") for number in range(50)]
    hop.close()


async def test_what_goes_wrong_there_is_told_here_and_the_next_is_done():
    hop = Hop("hop")
    with pytest.raises(ZeroDivisionError):
        await hop.run(lambda number: 1 / number, 0)
    assert await hop.run(lambda number: 1 / number, 2) == 0.5
    hop.close()


async def test_who_has_left_is_not_told_and_what_was_handed_over_is_done():
    hop, go, done = Hop("hop"), threading.Event(), list[int]()
    waits = asyncio.create_task(hop.run(lambda event: event.wait(5), go))
    await asyncio.sleep(0)
    after = asyncio.create_task(hop.run(done.append, 1))
    await asyncio.sleep(0)
    waits.cancel()
    await asyncio.gather(waits, return_exceptions=True)
    go.set()
    await after
    assert done == [1]
    hop.close()


async def test_closed_it_finishes_what_it_has_and_takes_nothing_more():
    hop, done = Hop("hop"), list[int]()
    tasks = [asyncio.create_task(hop.run(done.append, number)) for number in range(20)]
    await asyncio.sleep(0)
    await asyncio.get_running_loop().run_in_executor(None, hop.close)
    await asyncio.gather(*tasks)
    assert done == list(range(20))
    with pytest.raises(RuntimeError, match="closed"):
        await hop.run(done.append, 21)


async def test_nothing_is_kept_alive_while_it_waits():
    class Thing:
        pass

    hop, thing = Hop("hop"), Thing()
    gone = weakref.ref(thing)
    await hop.run(lambda given: None, thing)
    await hop.run(lambda given: None, None)
    del thing
    assert gone() is None
    hop.close()
