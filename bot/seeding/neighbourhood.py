"""A part of a ward as it lives: three branches with their groups, and a heap of what happens when.

Who comes and what each does stands in `doings`, what the last hours leave open in `last_hours`.
"""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from random import Random

from bot.channels.base import LogEntry
from bot.people.policy.permissions import OPERATOR, Actor
from bot.seeding.lived import LivedTutor
from bot.seeding.scripts import LessonScripts
from bot.seeding.villager import Villager
from flows.run import ADDRESSES
from storage.people import areas, invitees
from storage.people.areas import AreaRow
from storage.people.records import InviteeRow

WARD = "w26041"
"""Where it is lived; a copy lies in another ward."""

BRANCHES, GROUPS = 3, 3
STAFF = ("officer", "officer", "province", "editor", "admin")
"""Who answers for them, in this order: two officers of the ward, one of the province, an editor, an admin."""

OPENS, CLOSES = 8 * 60 + 30, 19 * 60
"""Minutes of the day between which people learn."""

Happening = Callable[[], Awaitable[None]]


LAST = 26**3 - 1
"""The greatest number of a placeholder."""


def placeholder(kind: str, number: int) -> str:
    """What stands for a name while they live: `kind` z a name as it is said, y the same person's whole name, b the name
    of a branch. Nothing else reads so; a copy puts a name in its place."""
    letters = ""
    for _ in range(3):
        number, at = divmod(number, 26)
        letters = chr(ord("a") + at) + letters
    return f"Q{kind}{letters}"


@dataclass(frozen=True, slots=True)
class NeighbourhoodPlan:
    """How many live there, for how many `days`, and how many `lessons` a learner takes in the mean. `is_eventful`: its
    last hours leave open what an officer must see to."""

    learners: int = 50
    instructors: int = 12
    days: int = 120
    lessons: float = 8.0
    is_eventful: bool = True


@dataclass
class Neighbourhood:
    """The same `rng`, plan, lessons and `until` live the same life."""

    tutor: LivedTutor
    plan: NeighbourhoodPlan
    scripts: LessonScripts
    rng: Random
    until: datetime
    learners: list[Villager] = field(default_factory=list)
    instructors: list[Villager] = field(default_factory=list)
    staff: list[Villager] = field(default_factory=list)
    branches: list[AreaRow] = field(default_factory=list)
    groups: list[AreaRow] = field(default_factory=list)
    nobody_answers_from: datetime | None = None
    left_alone: set[str] = field(default_factory=set)  # requests that nobody sees to
    _acts: list[tuple[datetime, int, Happening]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _by_chat: dict[str, Villager] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tutor.heard = self._hear

    # --- time ---

    @property
    def now(self) -> datetime:
        """The instant by the clock that is moved."""
        return self.tutor.clock()

    def then(self, at: datetime, act: Happening) -> None:
        """Something happens at that instant, if it comes before the end."""
        if at < self.until:
            heapq.heappush(self._acts, (at, next(self._numbers), act))

    def on_day(self, number: int, at: time | None = None) -> datetime:
        """An instant of the day with that number, from 0 on; where no time is given one by chance at which people
        learn."""
        zone = self.tutor.officers.pairing.clock.quiet.zone
        first = (self.until - timedelta(days=self.plan.days)).astimezone(zone).date()
        minutes = self.rng.randrange(OPENS, CLOSES) if at is None else at.hour * 60 + at.minute
        midnight = datetime.combine(first + timedelta(days=number), time(), zone)
        return (midnight + timedelta(minutes=minutes)).astimezone(self.until.tzinfo)

    def day_of(self, at: datetime) -> int:
        """The number of the day of an instant."""
        zone = self.tutor.officers.pairing.clock.quiet.zone
        first = (self.until - timedelta(days=self.plan.days)).astimezone(zone).date()
        return (at.astimezone(zone).date() - first).days

    async def pass_by(self) -> None:
        """Let everything happen in its order, and what comes of it, up to `until`."""
        while self._acts:
            at, _, act = heapq.heappop(self._acts)
            self.tutor.clock.at = max(self.now, at)
            if self.now < self.until:
                await act()
        self.tutor.clock.at = self.until
        await self.tutor.time_comes()

    # --- who lives there ---

    def _hear(self, chat_id: str, entries: Sequence[LogEntry]) -> None:
        if one := self._by_chat.get(chat_id):  # others of a filled database hear things, too
            one.hears(entries)

    async def found_branches(self) -> None:
        """Branches with their groups in the area tree."""
        new_id = self.tutor.new_id
        for number in range(BRANCHES):
            branch_id = f"b-{new_id()[:12]}"
            path = f"/{areas.PROVINCE}/{WARD}/{branch_id}/"
            self.branches.append(AreaRow(branch_id, WARD, "branch", placeholder("b", number), "", path))
            for group in range(1, GROUPS + 1):
                group_id = f"g-{new_id()[:12]}"
                self.groups.append(AreaRow(group_id, branch_id, "group", f"Tổ {group}", "", f"{path}{group_id}/"))
        rows = [*self.branches, *self.groups]
        await self.tutor.database.transact(lambda c: areas.add(c, rows))

    async def comes(self, skill: float = 0.8, keen: float = 0.7) -> Villager:
        """Somebody new says hello, agrees and tells her name."""
        name = placeholder("z", len(self._by_chat))
        one = Villager(self.tutor, name, self.tutor.new_id(), Random(self.rng.getrandbits(64)), skill, keen)
        self._by_chat[one.chat_id] = one
        await one.arrives(self.rng.randrange(len(ADDRESSES)))
        return one

    async def joins(self, one: Villager, role: str, area_id: str, by: Actor = OPERATOR) -> None:
        """Put somebody on the list of an area by her whole name; she spends the code that `by` has given her."""
        entry = InviteeRow(f"i-{self.tutor.new_id()}", one.name.replace("Qz", "Qy"), area_id, role)
        now, people = self.now, self.tutor.officers.people
        await self.tutor.database.transact(lambda c: invitees.add(c, [entry], by.name, now))
        made = await people.invite(by, role, area_id, entry.invitee_id)
        await one.shows(made.code)
        await one.answers_what_is_open()

    async def officer(self) -> Actor:
        """The ward's first officer, with the rights of this moment."""
        return await self.tutor.officers.people.actor(self.staff[0].learner_id)
