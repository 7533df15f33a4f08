"""Refresh tokens are good once: stored before they are used, exchanged by one at a time, told when they are lost."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import Misconfigured, Unreachable
from bot.channels.zalo_oa.client import ExchangeRefused, Granted
from bot.channels.zalo_oa.tokens import ASK_AGAIN, CLAIM, KEY, RENEW_BEFORE, OaTokens, load
from bot.errors import StorageUnavailable
from tests.channels.conformance.under_test import Scratch
from tests.support.fake_zalo_oa import Account
from tests.support.fake_zalo_oa.account import OaError
from tests.support.process import until

FIRST = "refresh-0-SECRET"


class Killed(BaseException):
    """The process has ended here."""


class Zalo:
    """An account whose tokens are good once, asked over a line that can fail or fall silent."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, tzinfo=UTC)
        self.account = Account(lambda: self.at.timestamp())
        self.slow = asyncio.Event()
        self.slow.set()
        self.away = ""  # "before" Zalo has heard of it, or "after"
        self.asked = 0

    def now(self) -> datetime:
        return self.at

    async def exchange(self, refresh: str) -> Granted:
        self.asked += 1
        await self.slow.wait()
        if self.away == "before":
            raise Unreachable("no line")
        try:
            pair = self.account.exchange(refresh)
        except OaError as wrong:
            raise ExchangeRefused(str(wrong.code)) from None
        if self.away == "after":
            raise Unreachable("no answer")
        return Granted(pair["access_token"], pair["refresh_token"], float(pair["expires_in"]))

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Memory(Scratch):
    """A memory whose writing can fail: `troubles` are raised one after another."""

    def __init__(self) -> None:
        super().__init__()
        self.troubles: list[BaseException | None] = []

    async def put(self, key: str, value: str, revision: int | None) -> bool:
        await asyncio.sleep(0)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        return await super().put(key, value, revision)


@pytest.fixture
def zalo() -> Zalo:
    return Zalo()


@pytest.fixture
def memory() -> Memory:
    return Memory()


def process(zalo: Zalo, memory: Memory, seed: str = FIRST) -> OaTokens:
    return OaTokens(seed, memory, zalo.exchange, zalo.now, zalo.sleep)


async def test_the_first_pair_comes_of_the_configured_token_and_is_stored(zalo: Zalo, memory: Memory) -> None:
    tokens = process(zalo, memory)
    assert (await tokens.kept()).access == ""
    access = await tokens.access()
    kept = load(memory.kept[KEY][0])
    assert (kept.access, kept.refresh) == (access, zalo.account.refresh) == ("access-1-SECRET", "refresh-1-SECRET")
    assert kept.until == zalo.at + timedelta(hours=25) and kept.claimed_at is None
    again = process(zalo, memory)
    assert await again.access() == access and zalo.asked == 1, "after a restart it is still there"
    assert "SECRET" not in repr(kept) + repr(tokens) + repr(Granted("SECRET", "SECRET"))


async def test_it_is_renewed_in_good_time_and_no_sooner(zalo: Zalo, memory: Memory) -> None:
    tokens = process(zalo, memory)
    await tokens.keep_fresh()
    zalo.at += timedelta(hours=25) - RENEW_BEFORE - timedelta(seconds=1)
    await tokens.keep_fresh()
    assert zalo.asked == 1
    zalo.at += timedelta(seconds=2)
    await tokens.keep_fresh()
    assert zalo.asked == 2 and await tokens.access() == "access-2-SECRET"


async def test_it_outlives_years_of_rotation(zalo: Zalo, memory: Memory) -> None:
    tokens = process(zalo, memory)
    for _ in range(800):
        zalo.at += timedelta(hours=23)
        await tokens.keep_fresh()
        zalo.account.admit(await tokens.access())
    assert zalo.account.used == []


async def test_a_token_revoked_in_the_middle_is_renewed_once(zalo: Zalo, memory: Memory) -> None:
    tokens = process(zalo, memory)
    first = await tokens.access()
    zalo.account.revoke()
    found = await asyncio.gather(*(tokens.instead_of(first) for _ in range(20)))
    assert set(found) == {"access-2-SECRET"} and zalo.asked == 2


@pytest.mark.parametrize("processes", [2, 5])
async def test_many_processes_exchange_it_once(zalo: Zalo, memory: Memory, processes: int) -> None:
    found = await asyncio.gather(*(process(zalo, memory).access() for _ in range(processes)))
    assert set(found) == {"access-1-SECRET"} and zalo.account.used == []
    assert zalo.asked == 1


async def test_who_has_an_old_access_token_takes_the_new_one_and_exchanges_nothing(zalo: Zalo, memory: Memory) -> None:
    ours, others = process(zalo, memory), process(zalo, memory)
    old = await ours.access()
    await others.access()
    assert await others.instead_of(old) == "access-2-SECRET"
    assert await ours.instead_of(old) == "access-2-SECRET" and zalo.asked == 2


async def test_a_new_consent_wins_over_what_is_stored(zalo: Zalo, memory: Memory) -> None:
    await process(zalo, memory).access()
    consent = zalo.account.consent()
    tokens = process(zalo, memory, consent)
    assert await tokens.access() == "access-3-SECRET" and zalo.account.used == []
    assert await process(zalo, memory, consent).access() == "access-3-SECRET", "and is not exchanged a second time"


async def test_a_line_that_fails_before_zalo_heard_of_it_costs_nothing(zalo: Zalo, memory: Memory) -> None:
    tokens, zalo.away = process(zalo, memory), "before"
    with pytest.raises(Unreachable):
        await tokens.access()
    zalo.away = ""
    assert await tokens.access() == "access-1-SECRET"


@pytest.mark.parametrize("lost", ["answer", "process", "cancelled"])
async def test_what_was_granted_and_not_stored_is_told_to_the_operator(
    zalo: Zalo, memory: Memory, lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = process(zalo, memory)
    if lost == "answer":
        zalo.away = "after"
        with pytest.raises(Unreachable):
            await tokens.access()
    elif lost == "process":
        memory.troubles = [None, Killed()]  # the claim is written, the pair is not
        with pytest.raises(Killed):
            await tokens.access()
    else:
        zalo.slow.clear()
        asking = asyncio.create_task(tokens.access())
        await until(lambda: zalo.asked, every_s=0)
        zalo.account.exchange(FIRST)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        zalo.slow.set()
    zalo.away, before = "", zalo.at
    later = process(zalo, memory)
    with caplog.at_level(logging.ERROR), pytest.raises(Misconfigured, match="cấp quyền lại"):
        await later.access()
    assert zalo.at - before in ({timedelta(0)} if lost == "answer" else {CLAIM}), "it waits for whoever has claimed"
    assert "ZALO_OA_REFRESH_TOKEN" in caplog.text and "SECRET" not in caplog.text
    asked = zalo.asked
    with pytest.raises(Misconfigured):
        await later.access()
    assert zalo.asked == asked, "Zalo is not asked again with every message"
    assert (await process(zalo, memory).kept()).refused == "-14014", "a doctor can tell"
    zalo.at += ASK_AGAIN
    with pytest.raises(Misconfigured):
        await later.access()
    assert zalo.asked == asked + 1
    assert await process(zalo, memory, zalo.account.consent()).access(), "what the sentence says helps"


async def test_a_pair_is_not_used_before_it_is_stored(zalo: Zalo, memory: Memory) -> None:
    memory.troubles = [None, StorageUnavailable(), StorageUnavailable()]
    assert await process(zalo, memory).access() == "access-1-SECRET"
    assert load(memory.kept[KEY][0]).access == "access-1-SECRET" and memory.troubles == []


async def test_who_was_thought_dead_still_stores_what_was_granted(zalo: Zalo, memory: Memory) -> None:
    """The first is slower than its claim; the second shows the same token, which is used by then."""
    zalo.slow.clear()
    first, second = process(zalo, memory), process(zalo, memory)
    slow = asyncio.create_task(first.access())
    await until(lambda: zalo.asked, every_s=0)
    zalo.at += CLAIM
    other = asyncio.create_task(second.access())
    await until(lambda: zalo.asked == 2, every_s=0)
    zalo.slow.set()
    found = await asyncio.gather(slow, other, return_exceptions=True)
    assert found[0] == "access-1-SECRET" and isinstance(found[1], Misconfigured)
    assert await process(zalo, memory).access() == "access-1-SECRET"


@pytest.mark.parametrize("stored", ["", "{", "[]", "{}", '{"seed": 1}', '{"seed":"a","until":"x","claimed_at":null}'])
async def test_what_cannot_be_read_is_begun_anew(zalo: Zalo, memory: Memory, stored: str) -> None:
    memory.kept[KEY] = stored, 7
    assert await process(zalo, memory).access() == "access-1-SECRET"
    assert memory.kept[KEY][1] == 9


async def test_without_the_storage_nothing_is_exchanged(zalo: Zalo, memory: Memory) -> None:
    memory.troubles = [StorageUnavailable()]
    with pytest.raises(Unreachable):
        await process(zalo, memory).access()
    assert zalo.asked == 0
