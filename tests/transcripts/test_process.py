"""Transcripts against the whole process: web chat over HTTP on loopback, one learner a lesson, a clock we move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import flows
from flows.play.standins import fill
from flows.play.transcript import Act, TutorTurn
from flows.run import render
from tests.support.builders import facts, real_book
from tests.support.process import TutorProcess, running, until
from tests.transcripts.conftest import NOBODY, Fixture, exchanges, fixtures

pytestmark = pytest.mark.timeout(300)

BETWEEN_S = 10.0  # between two messages of hers: the web chat has its own limit

Entry = Mapping[str, Any]


class Page:
    """What a browser does: a cookie, a post per message, the log read again."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url
        self.entries: list[Entry] = []
        self.turn: list[Entry] = []
        self.ids = (f"page{number:020d}" for number in count(1))

    async def opens(self) -> None:
        async with self.session.get(f"{self.url}/") as answer:
            assert answer.status == 200
        await self.reads()

    async def reads(self) -> list[Entry]:
        """What the tutor has said since the last look."""
        after = self.entries[-1]["no"] if self.entries else 0
        async with self.session.get(f"{self.url}/chat/log", params={"after": str(after)}) as answer:
            assert answer.status == 200, await answer.text()
            found = (await answer.json())["entries"]
        self.entries += found
        self.turn = [entry for entry in found if entry["who"] == "tutor"]
        return self.turn

    async def posts(self, **message: str) -> None:
        async with self.session.post(f"{self.url}/chat/send", json={"id": next(self.ids), **message}) as answer:
            assert answer.status == 200, await answer.text()
        await self.reads()

    def token(self, label: str) -> str:
        tokens = (b["token"] for e in reversed(self.entries) for b in e["buttons"] if b["label"] == label)
        return str(next(tokens))


class Clock:
    """The clock of the process: the seconds by which it is ahead stand in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ahead_s = 0.0
        self.passes(0)

    def passes(self, seconds: float) -> None:
        self.ahead_s += seconds
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(self.ahead_s), "ascii")
        draft.replace(self.file)


@asynccontextmanager
async def process(folder: Path) -> AsyncIterator[tuple[TutorProcess, Clock]]:
    clock = Clock(folder / "clock")
    environ = {
        "TEST_CLOCK_FILE": str(clock.file),
        "TEST_TICK_S": "0.05",
        "CAMTAY__TIME__QUIET_FROM": "00:00",
        "CAMTAY__TIME__QUIET_TO": "00:00",
        "CAMTAY__HELPER__NAME": "",
        "CAMTAY__HELPER__PHONE": "",
        **{f"CAMTAY__FACTS__{name.upper()}": value for name, value in facts().items() if name not in NOBODY},
    }
    async with running(folder / "tutor", environ) as tutor:
        yield tutor, clock


def one_each() -> Sequence[Fixture]:
    """Of each lesson the transcript with most kinds of acts; those of the tests' own lesson are not served."""
    best: dict[str, Fixture] = {}
    for each in fixtures():
        head = each.transcript.head
        if head.channel != "web" or each.book is not real_book():
            continue
        known = best.get(head.lesson)
        if known is None or _variety(each) > _variety(known):
            best[head.lesson] = each
    return list(best.values())


def _variety(fixture: Fixture) -> tuple[int, int]:
    acts = [act for act, _ in fixture.transcript.exchanges]
    return len({act.kind for act in acts}), len(acts)


async def test_the_whole_process_says_the_same(tmp_path: Path):
    chosen = one_each()
    assert len(chosen) >= 9
    async with process(tmp_path) as (tutor, clock):
        for fixture in chosen:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
                await take(fixture, Page(session, tutor.url), clock)
        assert (await tutor.health())[1]["set_aside"] == 0


async def take(fixture: Fixture, page: Page, clock: Clock) -> None:
    """Meet the tutor as the head of the transcript says, then take the lesson word for word."""
    head = fixture.transcript.head
    await page.opens()
    await page.posts(token="c:yes")
    await (page.posts(text=head.name) if head.name else page.posts(token="n:skip"))
    await page.posts(token=f"a:{list(flows.ADDRESSES).index(head.address)}")
    await page.posts(token="pr:stop")  # of a week's note no lesson knows
    await page.posts(token=f"m:{head.lesson}")
    check(fixture, Act("tap", head.lesson), fixture.transcript.opening, page)
    for act, turn, rings in exchanges(fixture):
        if act.kind != "wait":
            clock.passes(BETWEEN_S)
        match act.kind:
            case "wait":
                await pauses(page, clock, act, rings)
            case "tap":
                await page.posts(token=page.token(act.text))
            case "say":
                await page.posts(text=fill(act.text))
            case _:
                continue  # the page sends nothing but words and taps
        check(fixture, act, turn, page)
        if "emergency" in turn.notes:
            return


async def pauses(page: Page, clock: Clock, act: Act, rings: Sequence[timedelta]) -> None:
    """Time passes; the page hears every timer at its time."""
    heard, passed = [], timedelta()
    for at in rings:
        clock.passes((at - passed).total_seconds())
        await until(page.reads)
        heard += page.turn
        passed = at
    clock.passes(act.wait_s - passed.total_seconds())
    page.turn = [*heard, *(entry for entry in await page.reads() if entry["who"] == "tutor")]


def check(fixture: Fixture, act: Act, expected: TutorTurn, page: Page) -> None:
    lines = tuple(line for entry in page.turn for line in _lines(entry))
    if any(note.startswith("pairing wished") for note in expected.notes):
        lines = _without_nobody_yet(fixture, lines)
    assert lines[: len(expected.lines)] == expected.lines, f"{fixture.path}: after {act}"
    if not any(note.startswith(("command", "emergency", "run ended")) for note in expected.notes) and expected.buttons:
        assert tuple(button["label"] for button in page.turn[-1]["buttons"]) == expected.buttons


def _lines(entry: Entry) -> list[str]:
    """What an entry says; a picture as the sentence that stands for it, whether the process has drawn it by now or
    not."""
    lines = [line for line in entry["text"].splitlines() if line.strip()]
    shown = (f"🖼 {each['words']}" for each in entry.get("media", ()) if each["kind"] == "photo")
    return [*lines, *(line for line in shown if line not in lines)]


def _without_nobody_yet(fixture: Fixture, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines but for what the pairing says before the lesson goes on, for the union has nobody here."""
    address = fixture.transcript.head.address
    said = render(fixture.book.phrases["nobody_yet"], address, fixture.transcript.head.name, fixture.book.facts)
    assert said in lines, f"{fixture.path}: the pairing did not say that nobody is here"
    at = lines.index(said)
    return (*lines[:at], *lines[at + 1 :])


def test_time_between_two_messages_is_less_than_any_reminder():
    """Else the pauses of this test would ring timers that the transcript does not know."""
    longest = max(len(each.transcript.exchanges) for each in fixtures())
    assert timedelta(seconds=BETWEEN_S * longest) < timedelta(minutes=30)
