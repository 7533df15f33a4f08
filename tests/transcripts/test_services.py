"""Transcripts against the real services, every update delivered twice: the same words, nothing done twice."""

from __future__ import annotations

from datetime import UTC, time, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import flows
from bot.channels.base import Body, Media, Tap, Text
from bot.people.hooks import PairingHooks
from bot.tutor.quiet_hours import QuietHours
from flows.play.standins import fill
from flows.play.transcript import Act, TutorTurn
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.world import Clock
from tests.transcripts.conftest import Fixture, exchanges

NEVER_QUIET = QuietHours(time(0), time(0), ZoneInfo("Asia/Ho_Chi_Minh"))
OWN_WORDS = ("command", "emergency", "run ended", "rated", "digressed")  # then the shell adds lines of its own


async def test_the_services_say_the_same_however_often_an_update_comes(tmp_path: Path, fixture: Fixture):
    head = fixture.transcript.head
    if head.due:
        return  # questions that the shell has no cards for: the core alone plays it
    clock = Clock(head.at.astimezone(UTC))
    async with tutor(tmp_path, fixture.book, clock, quiet=NEVER_QUIET) as t:
        t.services.hooks = PairingHooks()  # what the pairing adds depends on who is there; a transcript knows nobody
        channel = WEB if head.channel == WEB else TELEGRAM
        learner = await t.learner("1", channel).meets(head.name, list(flows.ADDRESSES).index(head.address))
        await learner.tap_token("pr:stop")  # of a week's note no lesson knows
        t.ids.prefix, t.ids.numbers = "run", count(1)  # the run's id shuffles what is to be put in order
        await twice(t, learner, Tap(f"m:{head.lesson}"))
        turn = fixture.transcript.opening
        check(fixture, Act("tap", head.lesson), turn, learner)
        for act, turn, rings in exchanges(fixture):
            if act.kind == "wait":
                await pauses(t, learner, act, rings)
            else:
                await twice(t, learner, body(act, learner))
            check(fixture, act, turn, learner)
            if "emergency" in turn.notes:
                return  # another lesson has begun
        notes = [note for turn in fixture.transcript.turns for note in turn.notes]
        runs = await t.rows("run")
        assert len(runs) == 1 + sum(note.startswith("handed over") for note in notes)
        for run in runs:
            assert not run["outcome"] or f"run ended: {run['outcome']} · points {run['points']}" in notes
        graded = [row["tries"] for row in await t.rows("attempt")]
        assert len(graded) == (await t.state(learner)).answers


async def pauses(t: Tutor, learner: Learner, act: Act, rings: tuple[timedelta, ...]) -> None:
    """Time passes; every timer rings at its time, and once."""
    heard, passed = [], timedelta()
    for at in (*rings, timedelta(seconds=act.wait_s)):
        await t.passes(seconds=(at - passed).total_seconds())
        assert await t.ticker.fire() == 0
        heard += learner.turn
        passed = at
    learner.turn = heard


def body(act: Act, learner: Learner) -> Body:
    match act.kind:
        case "tap":
            message = next(message for message in reversed(learner.heard) if act.text in message.shown)
            return Tap(next(button.token for button in message.buttons if button.label == act.text))
        case "send":
            return Media(act.text)
    return Text(fill(act.text))


async def twice(t: Tutor, learner: Learner, what: Body) -> None:
    """Deliver one update in a batch of two, and once more later; only the first may do anything."""
    update = learner.update(what)
    await t.deliver(update, update)
    first = list(learner.turn)
    await t.deliver(update)
    assert not learner.turn, f"the second delivery of {what} was answered"
    learner.turn = first


def check(fixture: Fixture, act: Act, expected: TutorTurn, learner: Learner) -> None:
    lines = tuple(line for message in learner.turn for line in message.text.splitlines() if line.strip())
    assert lines[: len(expected.lines)] == expected.lines, f"{fixture.path}: after {act}"
    if not any(note.startswith(OWN_WORDS) for note in expected.notes):
        assert len(lines) == len(expected.lines), f"{fixture.path}: after {act}"
        if expected.buttons:
            assert learner.turn[-1].shown == expected.buttons
