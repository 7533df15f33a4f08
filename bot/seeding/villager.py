"""Somebody made up, as she sits at her page: what she reads, and what she taps or types.

In a lesson she does what one of its transcripts does, which are what teachers think that learners do; whatever else is
asked of her she answers by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.channels.base import Body, Button, LogEntry, Media, Tap, Text
from bot.seeding.lived import WEB, LivedTutor
from bot.tutor.lessons import STEP
from flows.play.dialogue import Act
from flows.play.standins import fill
from storage.conversations import conversations

ASIDE = "~"
"""What the id of a button begins with that stands at any step: none of them goes on with the lesson."""

MOST_ASIDE = 14
"""Questions beside the lesson (a test, how it was) that she answers in a row, before she leaves it."""

GOES_ON = 0.8
"""How often she takes the first of several buttons, which mostly goes on, where none is right or wrong."""

DRILL = "dr:scam:"

SITTINGS = ("th:", "on:now")
"""What the button begins with after which questions are asked outside a lesson."""

UNASKED = {"k:yes:": 0.8, "k:no:": 0.5, "on:now": 0.7, "on:1": 0.3, "dr:yes": 0.7, "dr:scam:": 1.0, "th:": 0.5,
           "r:5:": 0.6, "r:4:": 0.4, "i:promise": 1.0}  # fmt: skip
"""What the button begins with that answers a question nobody asked for → how likely it is tapped, in this order."""


@dataclass
class Villager:
    """`name` as she tells it, `chat_id` her address; `skill` is how often she chooses right, `keen` how often she
    answers what she is asked unasked."""

    tutor: LivedTutor
    name: str
    chat_id: str
    rng: Random
    skill: float = 0.8
    keen: float = 0.7
    learner_id: str = ""
    heard: list[LogEntry] = field(default_factory=list)
    read: int = 0
    wished: list[str] = field(default_factory=list)  # lessons, in the order in which she would take them
    taken: list[str] = field(default_factory=list)
    sits: bool = False  # she is asked questions outside a lesson: a review, a test

    # --- what she sees ---

    def hears(self, lines: Sequence[LogEntry]) -> None:
        """What her page shows her; her own words she knows."""
        self.heard += [line for line in lines if line.who == "tutor"]

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Those under the newest line that has any."""
        lines = (line.buttons for line in reversed(self.heard))
        return next((found for each in lines if (found := tuple(b for b in each if not b.pinned))), ())

    def news(self) -> Iterator[Button]:
        """Every button that came since she looked last, the oldest first."""
        fresh, self.read = self.heard[self.read :], len(self.heard)
        return (button for line in fresh for button in line.buttons)

    def labelled(self, label: str) -> Button | None:
        """A button with this label, near enough that she still sees it."""
        lines = reversed(self.heard[-6:])
        return next((button for line in lines for button in line.buttons if button.label == label), None)

    # --- what she does ---

    async def does(self, body: Body) -> None:
        """One tap or message, some seconds after the last."""
        self.tutor.clock.passes(self.rng.uniform(4, 30))
        await self.tutor.does(self.chat_id, body)

    async def taps(self, token: str) -> None:
        """Tap the button with this token."""
        await self.does(Tap(token))

    async def says(self, text: str) -> None:
        """Type this."""
        await self.does(Text(text))

    @property
    def is_writing(self) -> bool:
        """Whether what she types now goes to another person."""
        return any(button.token.startswith("y:stop") for button in self.buttons)

    async def writes(self, text: str) -> None:
        """Write this to the other, and no more."""
        await self.says(text)
        await self.taps("y:stop")

    async def arrives(self, address: int) -> None:
        """First contact: yes, a name, a form of address."""
        await self.says("xin chào")
        await self.taps("c:yes")
        await self.says(self.name)
        await self.taps(f"a:{address}")
        found = await self.tutor.database.read(lambda c: conversations.identified(c, WEB, self.chat_id))
        assert found is not None, "whoever speaks is somebody"
        self.learner_id = found

    async def shows(self, code: str) -> None:
        """Type the code of an invitation, and say that it is for her where that is asked."""
        await self.says(code)
        mine = next((button.token for button in self.buttons if button.token.startswith("p:mine:")), "")
        if mine:
            await self.taps(mine)

    async def answers_what_is_open(self) -> None:
        """What was asked of her since she was here last, as far as she cares."""
        for _ in range(MOST_ASIDE):
            tokens = [button.token for button in self.buttons]
            token = next(
                (
                    found for start, likely in UNASKED.items() if self.rng.random() < likely
                    for found in tokens if found.startswith(start)
                ),
                "",
            )  # fmt: skip
            if token and self.rng.random() < self.keen:
                await self.taps(self._judged(token))
            elif any(each.startswith(STEP) for each in tokens) and self.sits:
                await self.does(self._any_way())
            else:
                return
            self.sits = token.startswith(SITTINGS) or (self.sits and not token)

    def _judged(self, token: str) -> str:
        """Of a drill what she takes the message for; any other button as it is."""
        drill = self.tutor.book.drills.by_id.get(token.removeprefix(DRILL)) if token.startswith(DRILL) else None
        if drill is None:
            return token
        is_right = self.rng.random() < self.skill
        return f"dr:real:{drill.id}" if drill.real == is_right else token

    async def is_tested(self, track: str) -> None:
        """Take the test before a track."""
        await self.taps(f"th:before:{track}")
        self.sits = True
        await self.answers_what_is_open()

    async def learns(self, lesson_id: str, acts: Sequence[Act]) -> None:
        """Take a lesson as far as these acts lead."""
        self.sits = False
        await self.taps(f"m:{lesson_id}")
        beside = 0
        for act in acts:
            while (body := self._as_written(act)) is None or self._is_elsewhere():
                beside += 1
                if beside > MOST_ASIDE:
                    return
                await self.does(self._any_way())
            if act.kind != "wait":
                await self.does(body)
        await self.answers_what_is_open()

    def _as_written(self, act: Act) -> Body | None:
        """What the transcript does here; None where there is no such button."""
        match act.kind:
            case "tap":
                button = self.labelled(act.text)
                return Tap(button.token) if button else None
            case "send":
                return Media(act.text)
        return Text(fill(act.text))

    def _is_elsewhere(self) -> bool:
        """Whether something else is asked than what the lesson asks."""
        return any(button.token.startswith(("th:", "r:")) for button in self.buttons)

    def _any_way(self) -> Body:
        """Some answer to what is asked now: mostly the first, where it is no question with a right one."""
        tokens = [button.token for button in self.buttons if ASIDE not in button.token]
        if not tokens:
            return Text("không biết")
        right = [button.token for button in self.buttons if button.label in self.tutor.right]
        if right:
            return Tap(right[0] if self.rng.random() < self.skill else self.rng.choice(tokens))
        return Tap(tokens[0] if self.rng.random() < GOES_ON else self.rng.choice(tokens))
