"""Every transcript on every channel, through the whole tutor and over HTTP, while the provider has its bad days.

In a run of every day a few of them, others each day; all under --long. What is disputed about a provider is a line of
`known.py` for each of its ways.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any
from uuid import uuid4
from zlib import crc32

import pytest

import flows
from bot import settings
from bot.app import App, Environment, bootstrap
from flows import Lesson
from flows.play.standins import fill
from flows.play.transcript import Act, TutorTurn
from flows.profiles import profile_of
from flows.run import render
from tests.channels.conformance.known import KNOWN
from tests.channels.conformance.under_test import Phone, UnderTest, channels_with, sees
from tests.support.builders import LESSONS, PROJECT, facts, real_book
from tests.support.harness import WEB
from tests.support.process import free_port
from tests.transcripts.conftest import NOBODY, Fixture, exchanges, fixtures, pictured

pytestmark = pytest.mark.timeout(300)

EVERY_DAY = 1  # of each line of known.py
BETWEEN_S = 10.0  # between two messages: no reminder comes so soon
NOTE_S = 4 * 86_400  # who is silent for longer may get a week's note, of which no lesson knows
STILL_S = 0.05  # so long nothing more may come, before the next word
OWN_WORDS = ("command", "emergency", "run ended", "rated", "digressed", "pairing wished", "help requested")
"""Then the shell adds lines of its own."""
CHOICE = re.compile(r"0?\d{1,2}\. (.*)")


@dataclass
class World:
    """Clock and ids of one tutor; once a lesson is to begin its run gets the id that the transcript was played with.

    Time goes by a minute a second, so that whoever looks for news is not told to wait, and leaps where a transcript
    lets it pass.
    """

    at: datetime
    numbers: Iterator[int] | None = None
    began: float = field(default_factory=monotonic)

    def now(self) -> datetime:
        return self.at + timedelta(minutes=monotonic() - self.began)

    def new_id(self) -> str:
        return uuid4().hex if self.numbers is None else f"run{next(self.numbers)}"

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@asynccontextmanager
async def serving(under_test: UnderTest, data: Path, world: World) -> AsyncIterator[App]:
    """The whole tutor with the real lessons, nobody else in it."""
    port = free_port()
    given = {
        "data.dir": str(data),
        "lessons.dir": str(LESSONS),
        "web.port": str(port),
        "time.quiet_from": "00:00",
        "time.quiet_to": "00:00",
        "helper.name": "",
        "helper.phone": "",
        **under_test.flags(port),
    }
    known = {f"CAMTAY__FACTS__{name.upper()}": value for name, value in facts().items() if name not in NOBODY}
    environ = {**under_test.environ(), **known}
    channels = channels_with(under_test.section)
    loaded = await asyncio.to_thread(settings.load, PROJECT / "config.yaml", environ, given, channels)
    counted = lambda: world.now().timestamp()  # noqa: E731 - time really passes, as far as the test can tell
    environment = Environment(world.now, counted, world.new_id, tick_s=0.05)
    async with AsyncExitStack() as stack:
        yield await bootstrap(stack, loaded, environment)


class Taking:
    """One learner who takes one lesson word for word; `read` is how many bubbles have been compared."""

    def __init__(self, fixture: Fixture, phone: Phone, world: World) -> None:
        self.fixture, self.phone, self.world = fixture, phone, world
        self.read = 0
        head, phrases = fixture.transcript.head, fixture.book.phrases
        own = [text for name, text in phrases.items() if name.startswith("label_")]
        self.usual = {render(text, head.address, head.name, {}) for text in own}
        """What stands on the tutor's own buttons, below whatever a lesson says."""
        self.pictured = pictured(fixture)

    async def meets(self) -> None:
        """First contact, as the head of the transcript says, up to the lesson's own line in the list."""
        head, phone = self.fixture.transcript.head, self.phone
        book = self.fixture.book
        lesson = book.lesson(head.lesson, book.current[head.lesson])
        assert lesson is not None
        her, me = flows.ADDRESSES[head.address]
        await phone.begins()
        for asked, act in (("Đồng ý", "Đồng ý"), ("Bỏ qua", "")):
            await sees(phone, asked)
            await (phone.picks(act) if act else phone.says(head.name) if head.name else phone.picks(asked))
            self.world.passes(BETWEEN_S)
        wanted = f"Gọi {her}, xưng {me}"
        await sees(phone, wanted)
        await phone.picks(wanted)
        seen = await sees(phone, "học bài nào")
        if sum(act.wait_s for act, _ in self.fixture.transcript.exchanges) > NOTE_S:
            self.world.passes(BETWEEN_S)
            await phone.says("đừng gửi tin tuần")
            seen = await sees(phone, "không gửi tin tuần nữa")
        if lesson.title not in seen[-1]:
            self.world.passes(BETWEEN_S)
            await phone.says(dict(book.tracks)[lesson.track])
            menu = book.phrases["label_menu"]
            seen = await sees(phone, menu, sum(menu in text for text in seen) + 1)
        if lesson.title not in seen[-1]:  # a track of more lessons than stand under one another
            self.world.passes(BETWEEN_S)
            await phone.picks(book.phrases["label_more"])
            seen = await sees(phone, lesson.title)
        labels = [CHOICE.sub(r"\1", line) for line in seen[-1].splitlines() if lesson.title in line]
        self.world.passes(BETWEEN_S)
        self.read = len(await phone.seen())
        self.world.numbers = count(1)
        await phone.picks(labels[-1])

    async def takes(self) -> None:
        """The whole transcript; what is added where the shell has words of its own is passed over."""
        await self.hears(Act("tap", self.fixture.transcript.head.lesson), self.fixture.transcript.opening)
        for act, turn, rings in exchanges(self.fixture):
            if act.kind == "wait":
                passed = timedelta()
                for at in (*rings, timedelta(seconds=act.wait_s)):
                    self.world.passes((at - passed).total_seconds())
                    await asyncio.sleep(3 * STILL_S)
                    passed = at
            else:
                self.world.passes(BETWEEN_S)
                if not await self.does(act):
                    continue
            await self.hears(act, turn)
            if "emergency" in turn.notes:
                return  # another lesson has begun

    async def does(self, act: Act) -> bool:
        """Whether the channel lets her."""
        match act.kind:
            case "tap":
                await self.phone.picks(act.text)
            case "send":
                return await self.phone.sends(act.text)
            case _:
                await self.phone.says(fill(act.text))
        return True

    async def hears(self, act: Act, expected: TutorTurn) -> None:
        """Wait for these lines, in this order and each once, and for nothing else."""
        more = any(note.startswith(OWN_WORDS) for note in expected.notes)
        deadline = asyncio.get_running_loop().time() + 20.0
        while True:
            lines = await self.spoken(expected)
            come = lines or not more or act.kind == "wait"
            said = in_order(expected.lines, lines) if more else lines[: len(expected.lines)] == expected.lines
            if come and said and await self.is_still():
                lines = await self.spoken(expected)
                break
            assert asyncio.get_running_loop().time() < deadline, f"{self.fixture.path}: after {act}: {lines}"
            await asyncio.sleep(0.01)
        if not more:
            assert lines == expected.lines, f"{self.fixture.path}: after {act}"
        self.read = len(await self.phone.seen())

    async def spoken(self, expected: TutorTurn) -> tuple[str, ...]:
        """The lines of what came since, without what can be chosen (buttons, or numbered lines where there are none)
        and what stands for a picture."""
        labels = {*expected.buttons, *self.usual, *self.pictured.difference(expected.lines)}
        lines = (line for text in (await self.phone.seen())[self.read :] for line in text.splitlines() if line.strip())
        return tuple(line for line in lines if CHOICE.sub(r"\1", line) not in labels)

    async def is_still(self) -> bool:
        before = len(await self.phone.seen())
        await asyncio.sleep(STILL_S)
        return before == len(await self.phone.seen())


def in_order(wanted: tuple[str, ...], lines: tuple[str, ...]) -> bool:
    """Whether they are all there, one behind the other, whatever stands between."""
    rest = iter(lines)
    return all(line in rest for line in wanted)


def playable(kind: type[UnderTest]) -> list[Fixture]:
    """Those of lessons that are served, except where the shell has no cards for what is due, and where somebody is
    silent for longer than this channel can be written to: then reminders come at other times."""
    known = [each for each in fixtures() if each.book is real_book() and not each.transcript.head.due]
    known = [each for each in known if not is_for_instructors(each) and fits(each, kind.channel)]
    window_s = profile_of(kind.channel).window_s
    return [each for each in known if window_s is None or longest_silence_s(each) < 0.8 * window_s]


def is_for_instructors(fixture: Fixture) -> bool:
    """No learner's list shows it."""
    return lesson_of(fixture).track in fixture.book.for_instructors


def fits(fixture: Fixture, channel: str) -> bool:
    """Whether a lesson that says something else on the page than elsewhere was played for this channel."""
    if "channel ==" not in lesson_of(fixture).source:
        return True
    return (fixture.transcript.head.channel == WEB) == (channel == WEB)


def lesson_of(fixture: Fixture) -> Lesson:
    book, lesson_id = fixture.book, fixture.transcript.head.lesson
    lesson = book.lesson(lesson_id, book.current[lesson_id])
    assert lesson is not None
    return lesson


def longest_silence_s(fixture: Fixture) -> int:
    longest = silent = 0
    for act, _ in fixture.transcript.exchanges:
        silent = silent + act.wait_s if act.kind == "wait" else 0
        longest = max(longest, silent)
    return longest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every transcript on every channel in all variants under --long, else some by the day."""
    if "taken" not in metafunc.fixturenames:
        return
    everything, today = metafunc.config.getoption("--long"), date.today().isoformat()
    chosen: list[Any] = []
    for kind in (each for each in KNOWN if everything or not each.begins_slowly):
        told = [(crc32(f"{today} {kind.__name__} {each.name}".encode()), each) for each in playable(kind)]
        some = sorted(told, key=lambda pair: pair[0])[: None if everything else EVERY_DAY]
        chosen += [pytest.param((kind, each), id=f"{kind.__name__}-{each.name}") for _, each in some]
    metafunc.parametrize("taken", chosen)


async def test_the_whole_tutor_says_the_same(tmp_path: Path, taken: tuple[type[UnderTest], Fixture]) -> None:
    kind, fixture = taken
    world = World(fixture.transcript.head.at.astimezone(UTC))
    async with kind() as under_test, serving(under_test, tmp_path / "data", world) as app:
        taking = Taking(fixture, under_test.phone(app), world)
        await taking.meets()
        under_test.storms(Random(f"{kind.__name__} {fixture.name}"))
        await taking.takes()
        assert app.intake.set_aside == 0
