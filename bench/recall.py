"""`.venv/bin/python -m bench.recall`: what simulated learners still know after ninety days, with reviews and without.

They learn the questions of the real lessons, and are invited, asked and graded by the real tutor on a real database;
only they themselves are made up. They forget by ACT-R's power law (Anderson & Schooler 1991; a trace fades the faster
the more was still known when it was laid: Pavlik & Anderson 2005), of which the scheduler, FSRS, knows nothing. They
guess where they do not know, miss days, pass over invitations, and confuse what is alike. Recall counts what is known,
not what is guessed; the minutes are all that is read and tapped, by the player's clock, from "Ôn liền" to the end, and
of the invitations that were answered.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean
from zoneinfo import ZoneInfo

from flows import Book, Lesson
from flows.engine.kinds.reviews import TAP_S, WORDS_A_MINUTE
from flows.model import End, Quiz
from flows.run import DEFAULT_ADDRESS, render
from tests.support.builders import real_book
from tests.support.harness import TELEGRAM, Learner, Message, Tutor, tutor

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS = (8, 9, 10, 14, 15, 16, 18, 19)  # at which they learn, one each
EVENING = 19.9


@dataclass(frozen=True)
class Parameters:
    """Of the made-up learners. With them one lesson is known by three in four the day after, by three in ten after
    ninety days, which is what is found of adults who were shown something once and had no use for it since.

    `threshold` and `noise` turn activation into a chance; `decay` is that of a first trace, `crowding` how much faster
    a trace fades that was laid while much was known; `mixing` what each later question of a track takes; `told` the
    weight of an answer that was read but not known. `spread_*` are standard deviations between learners, and questions.
    `learnt` is the share of answers that are right in the lesson, `at_the_phone` that of days, `heeds` that of
    invitations which are answered on the next such day.
    """

    threshold: float = -0.76
    noise: float = 0.69
    decay: float = 0.30
    crowding: float = 0.25
    mixing: float = 0.05
    told: float = 0.5
    spread_decay: float = 0.2
    spread_learner: float = 0.4
    spread_question: float = 0.4
    learnt: float = 0.85
    at_the_phone: float = 0.7
    heeds: float = 0.75
    every_days: int = 2
    lessons: int = 9
    days: int = 90


@dataclass
class Item:
    """One question in a memory: each trace is the day it was laid, how fast it fades, its weight."""

    track: str
    hardness: float
    traces: list[tuple[float, float, float]] = field(default_factory=list)


class Mind:
    """One made-up learner. What is known of something is a chance; nobody else is told of it."""

    def __init__(self, seed: int, p: Parameters) -> None:
        self.p, self.seed = p, seed
        self.decay = p.decay * math.exp(self.chance("decay").gauss(0, p.spread_decay))
        self.strength = self.chance("strength").gauss(0, p.spread_learner)
        self.hour = self.chance("hour").choice(HOURS)
        self.items: dict[str, Item] = {}

    def chance(self, of_what: str) -> Random:
        """Chance of its own for each thing: the same learner with and without reviews differs by the reviews alone."""
        return Random(f"{self.seed} {of_what}")

    def activation(self, item: Item, day: float) -> float:
        """How present a question is: the logarithm of its faded traces, less what was learnt like it since."""
        faded = sum(weight * max(day - at, 0.02) ** -decay for at, decay, weight in item.traces)
        since = item.traces[-1][0]
        alike = sum(other.track == item.track and other.traces[0][0] > since for other in self.items.values())
        return math.log(faded) + self.strength - item.hardness - self.p.mixing * alike

    def knows(self, key: str, day: float) -> float:
        """The chance that the answer is known."""
        return 1 / (1 + math.exp(-(self.activation(self.items[key], day) - self.p.threshold) / self.p.noise))

    def meets(self, key: str, track: str, day: float, weight: float) -> None:
        """The answer is read or recalled; what is still vivid leaves less behind."""
        item = self.items.get(key)
        if item is None:
            hardness = self.chance(f"hard {key}").gauss(0, self.p.spread_question)
            self.items[key] = Item(track, hardness, [(day, self.decay, weight)])
        else:
            present = math.exp(min(self.activation(item, day), 1.0))
            item.traces.append((day, self.decay + self.p.crowding * present, weight))

    def recall(self, day: float) -> float:
        """How much of all that was learnt is known."""
        return mean(self.knows(key, day) for key in self.items)


def bare(lesson: Lesson) -> Lesson:
    """A lesson of which only the questions are left, in their own words: what is taught between is read anyway."""
    quizzes = tuple(
        replace(each, next=None, out_of_tries=None, when=None, image=None, tries=1, hints=(),
                options=tuple(replace(option, next=None) for option in each.options))
        for each in lesson.of(Quiz) if each.type in ("one", "true_false")
    )  # fmt: skip
    steps = (*quizzes, End(id="xong_roi", place=lesson.place))
    index = {step.id: at for at, step in enumerate(steps)}
    return replace(lesson, steps=steps, index=index, guards=(), pass_points=0, timed=frozenset())


def bare_book(p: Parameters) -> Book:
    """The first lessons of the real book, the emergency apart, with their questions only."""
    book = real_book()
    order = {track: at for at, (track, _) in enumerate(book.tracks) if track not in book.for_instructors}
    lessons = [bare(each) for each in book.versions.values() if not each.emergency and each.track in order]
    lessons = [each for each in lessons if len(each.steps) > 1 and each.review_after_s]
    lessons.sort(key=lambda each: (order[each.track], each.order, each.id))
    kept = {each.id: each for each in lessons[: p.lessons]}
    versions = {(key, 1): each for key, each in kept.items()}
    return replace(book, versions=versions, current=dict.fromkeys(kept, 1), translated={})


@dataclass
class Outcome:
    """What became of one learner."""

    questions: int
    recall: float
    asked: int
    reviews: int
    invited: int
    seconds: float
    inviting: float


class Life:
    """The days of one made-up learner with the real tutor."""

    def __init__(self, t: Tutor, mind: Mind, p: Parameters, *, answers: bool) -> None:
        self.t, self.mind, self.p, self.answers = t, mind, p, answers
        self.lan: Learner = t.learner("1", TELEGRAM)
        self.by_text = {
            render(step.text, DEFAULT_ADDRESS, "Lan", t.book.facts): (f"{lesson.id}/{step.id}", lesson.track, step)
            for lesson in t.book.versions.values() for step in lesson.of(Quiz)
        }  # fmt: skip
        self.began: datetime = t.clock.now()
        self.invitation: Message | None = None
        self.outcome = Outcome(0, 0, 0, 0, 0, 0, 0)

    @property
    def day(self) -> float:
        """Days since the first."""
        return (self.t.clock.now() - self.began) / timedelta(days=1)

    async def lives(self) -> Outcome:
        """From the first hello to the last day."""
        await self.lan.meets()
        waiting = list(self.t.book.current)
        for day in range(self.p.days):
            present = self.mind.chance(f"present {day}").random() < self.p.at_the_phone
            await self._until(day, self.mind.hour)
            if waiting and present and day % self.p.every_days == 0:
                await self._learns(waiting.pop(0))
            await self._until(day, EVENING)
            if self.invitation is not None and present and self.answers:
                heeds = self.mind.chance(f"heeds {day}").random() < self.p.heeds
                invitation, self.invitation = self.invitation, None
                if heeds:
                    await self._reviews(invitation)
        self.outcome.questions, self.outcome.recall = len(self.mind.items), self.mind.recall(self.p.days)
        return self.outcome

    async def _until(self, day: int, hour: float) -> None:
        """Let the timers ring until this hour."""
        end = self.began.astimezone(HOME).replace(hour=0, minute=0) + timedelta(days=day, hours=hour)
        while self.t.clock.now() < end:
            (row,) = await self.t.rows("session")
            due = datetime.fromtimestamp(row["due_at"] / 1000, HOME) if row["due_at"] is not None else end
            self.t.clock.at = min(end, max(due, self.t.clock.now() + timedelta(minutes=1)))
            await self.t.tells()
            if self.lan.turn and "on:now" in self.lan.buttons.values():
                self.outcome.invited += 1
                self.invitation = self.lan.last

    async def _learns(self, lesson_id: str) -> None:
        await self.lan.opens(lesson_id)
        while (found := self._question()) is not None:
            key, track, quiz = found
            self.mind.meets(key, track, self.day, 1.0)
            await self._picks(key, quiz, knew=self.mind.chance(f"learnt {key}").random() < self.p.learnt)

    async def _reviews(self, invitation: Message) -> None:
        self.outcome.inviting += _seconds([invitation])
        self.outcome.reviews += 1
        await self.lan.tap_token("on:now")
        while (found := self._question()) is not None:
            self.outcome.asked += 1
            self.outcome.seconds += _seconds(self.lan.turn)
            key, track, quiz = found
            knew = self.mind.chance(f"knew {key} {self.day:.0f}").random() < self.mind.knows(key, self.day)
            self.mind.meets(key, track, self.day, 1.0 if knew else self.p.told)
            await self._picks(key, quiz, knew=knew)
        self.outcome.seconds += _seconds(self.lan.turn, taps=0)

    def _question(self) -> tuple[str, str, Quiz] | None:
        """The question that stands open now: key, track, step."""
        text = self.lan.turn[-1].text if self.lan.turn else ""
        return next((each for words, each in self.by_text.items() if text.endswith(words)), None)

    async def _picks(self, key: str, quiz: Quiz, *, knew: bool) -> None:
        """The right option where it is known, else any."""
        guess = self.mind.chance(f"guess {key} {self.day:.0f}").randrange(len(quiz.options))
        at = next(at for at, option in enumerate(quiz.options) if option.right) if knew else guess
        buttons = [each for each in self.lan.last.buttons if each.token.startswith("s:")]
        await self.lan.tap_token(buttons[at].token)


def _seconds(messages: list[Message], taps: int = 1) -> float:
    """Time for what was said, buttons included, and for a tap."""
    said = " ".join(f"{each.text} {' '.join(each.labels)}" for each in messages)
    return len(said.split()) * 60 / WORDS_A_MINUTE + taps * TAP_S


async def life(seed: int, p: Parameters, *, answers: bool) -> Outcome:
    """One learner from the first hello to the last day; `answers`: invitations are answered."""
    with tempfile.TemporaryDirectory() as folder:
        async with tutor(Path(folder), bare_book(p)) as t:
            return await Life(t, Mind(seed, p), p, answers=answers).lives()


async def lives(seeds: int, p: Parameters) -> list[tuple[Outcome, Outcome]]:
    """Each learner twice: with reviews, and without an answer to any invitation."""
    return [(await life(each, p, answers=True), await life(each, p, answers=False)) for each in range(seeds)]


def table(pairs: list[tuple[Outcome, Outcome]], p: Parameters) -> str:
    """The figures, and the parameters they hang on."""
    recall, without = mean(each.recall for each, _ in pairs), mean(each.recall for _, each in pairs)
    minutes = [each.seconds / 60 for each, _ in pairs]
    ratios = sorted(a.recall / b.recall for a, b in pairs)
    asked, invited = mean(each.asked for each, _ in pairs), mean(each.invited for each, _ in pairs)
    reviews, inviting = mean(each.reviews for each, _ in pairs), mean(each.inviting / 60 for each, _ in pairs)
    return "\n".join(
        (
            f"parameters: {', '.join(f'{name}={value}' for name, value in asdict(p).items())}",
            f"learners: {len(pairs)}, questions each: {pairs[0][0].questions}",
            f"recall on day {p.days}: {recall:.3f} with reviews, {without:.3f} without: × {recall / without:.2f}"
            f" (of single learners × {ratios[0]:.2f} to × {ratios[-1]:.2f})",
            f"review minutes: {mean(minutes):.1f} on average, {max(minutes):.1f} at most;"
            f" {60 * mean(minutes) / max(reviews, 0.1):.0f} s a review; invitations: {inviting:.1f} more",
            f"reviews: {reviews:.1f} with {asked:.1f} questions, of {invited:.1f} invitations;"
            f" to whoever answers none: {mean(each.invited for _, each in pairs):.1f}",
        )
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench.recall", description=__doc__)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--lessons", type=int, default=Parameters.lessons)
    parser.add_argument("--days", type=int, default=Parameters.days)
    given = parser.parse_args()
    p = Parameters(lessons=given.lessons, days=given.days)
    print(table(asyncio.run(lives(given.seeds, p)), p))


if __name__ == "__main__":
    main()
