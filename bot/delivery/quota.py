"""How many messages an account has sent this month, where each is counted: who goes first when they run out.

The month is that of the local clock. What is asked for goes, and so does whatever is urgent; reminders, announcements
and other things that nobody asked for wait, from SLOW on for the calendar, from TIGHT on for the next month. From
RESERVED on lessons wait too (see `conversation.policy.thrift`): the rest is kept for calls for help.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.channels.base import Outgoing
from bot.channels.layout import lay_out
from bot.channels.provider import ChannelCheck, Provider, Surroundings, bad, good, note
from bot.conversation.batch import Settled
from bot.tutor.quiet_hours import QuietHours
from flows.profiles import Profile
from storage.engine import key_value
from storage.engine.database import Connection, Database, UnitOfWork
from storage.engine.instants import to_ms
from storage.pairing import availability, pairings
from storage.pairing.records import NoticeRow

SLOW, TIGHT, RESERVED = 0.7, 0.9, 0.95
WARN_AT = (70, 90)  # per cent of the month's messages
WRITE_EVERY = timedelta(seconds=0.4)  # others on the same database know it within a second
_SENT = "sent"
TOLD = "quota_low"
"""The phrase that warns officers, and the beginning of the key under which it stands what was said last."""


class QuotaMeter:
    """Counts one account. `used` is written down with a batch that settles what was sent, once in WRITE_EVERY: after a
    crash it lacks at most what left since. Where the profile knows no quota it counts, and nothing waits."""

    def __init__(
        self,
        channel: str,
        profile: Profile,
        now: Callable[[], datetime],
        quiet: QuietHours,
        new_id: Callable[[], str],
    ) -> None:
        self.channel, self.profile, self.quota = channel, profile, profile.quota
        self.now, self.quiet, self.new_id = now, quiet, new_id
        self.warned = 0
        self._used = 0
        self._month = ""
        self._day: tuple[datetime, datetime] | None = None  # a local day, within which nothing has to be worked out
        self._written = datetime.min.replace(tzinfo=UTC)
        self.is_behind = False
        """Something has left since the count was written down."""

    @property
    def used(self) -> int:
        """Messages that have left in this month."""
        now = self.now()
        if self._day is None or not self._day[0] <= now < self._day[1]:
            local = now.astimezone(self.quiet.zone)
            begins = local.replace(hour=0, minute=0, second=0, microsecond=0)
            self._day = begins, begins + timedelta(days=1)
            if self._month != _month(local):
                self._month, self._used, self.warned = _month(local), 0, 0
        return self._used

    @property
    def share(self) -> float:
        """What part of the month's messages is used; 0 where nobody knows how many there are."""
        return self.used / self.quota if self.quota else 0.0

    @property
    def is_thin(self) -> bool:
        """Whether what nobody asked for has to wait."""
        return self.share >= TIGHT or (self.share >= SLOW and self.share > _elapsed(self._local()))

    @property
    def is_reserved(self) -> bool:
        """Whether what is left is kept for calls for help."""
        return self._used >= RESERVED * self.quota > 0 and self.share >= RESERVED  # another month's count was as high

    @property
    def told(self) -> str:
        """ "1234/3000"; only the first where no quota is known."""
        return f"{self.used}/{self.quota}" if self.quota else str(self.used)

    def count(self, outgoing: Outgoing) -> None:
        """This has left. An upper bound: a caption may have saved one."""
        parts = 1
        if outgoing.buttons or 2 * len(outgoing.text) > self.profile.text:
            labels = [button.label for button in outgoing.buttons]
            parts = len(lay_out(self.profile, outgoing.text, labels).parts)
        self._used = self.used + parts + len(outgoing.media)
        self.is_behind = True

    def write_in_time(self, connection: Connection) -> None:
        """Keep the count, unless that was done just now."""
        if self.is_behind and not timedelta() <= self.now() - self._written < WRITE_EVERY:
            self.write(connection)

    def write(self, connection: Connection) -> None:
        """Keep the count."""
        self._written, self.is_behind = self.now(), False
        used = self.used  # first: it may begin a month
        key_value.set_key(connection, _key(self.channel), json.dumps([self._month, used]))

    async def load(self, database: Database) -> None:
        """Take up the count, and what officers have heard, as they stand written. Raises StorageError."""
        known = await database.read(lambda connection: key_value.get_key(connection, _key(self.channel)))
        month, self._used = _parsed(known)
        self._month, self._day = month, None
        told = await database.read(lambda connection: key_value.get_key(connection, f"{TOLD}:{self.channel}"))
        if told is not None and told[0].startswith(f"{month}:"):
            self.warned = int(told[0].rpartition(":")[2])

    @property
    def due_warning(self) -> int:
        """The per cent of which officers have not been told yet; 0 for none."""
        reached = max((each for each in WARN_AT if self.share * 100 >= each), default=0)
        return reached if reached > self.warned else 0

    async def warn(self, transact: Callable[[UnitOfWork[None]], Awaitable[None]]) -> None:
        """Tell the officers of the widest area, once a month for each of WARN_AT. Raises StorageError."""
        if due := self.due_warning:
            await transact(partial(self._warn, due=due))
            self.warned = due

    def _warn(self, connection: Connection, due: int) -> None:
        self.write(connection)
        about, now = f"{TOLD}:{self.channel}", self.now()
        key_value.set_key(connection, about, f"{_month(self._local())}:{due}")
        pairings.drop_notices_about(connection, [about])  # what was said of 70 may still wait
        said = {"kenh": self.profile.name, "so": str(self.used), "han": str(self.quota)}
        at, due_at = to_ms(now), to_ms(self.quiet.shift(now))
        # Urgent, for it must not wait behind what it warns of; by day, for it need not ring at night.
        rows = [
            NoticeRow(self.new_id(), officer, TOLD, said, at, due_at, about=about, urgent=True)
            for officer in availability.widest_officers(connection)
        ]
        pairings.add_notices(connection, rows)

    def _local(self) -> datetime:
        return self.now().astimezone(self.quiet.zone)


class QuotaMeters:
    """Those of all accounts that this process serves or stands by for; what the conversation asks of them."""

    def __init__(self, now: Callable[[], datetime], quiet: QuietHours, new_id: Callable[[], str]) -> None:
        self.now, self.quiet, self.new_id = now, quiet, new_id
        self.by_channel: dict[str, QuotaMeter] = {}

    def meter_of(self, channel: str, profile: Profile) -> QuotaMeter | None:
        """The meter of an account, made at the first time; None where messages are not counted."""
        if profile.metered and channel not in self.by_channel:
            self.by_channel[channel] = QuotaMeter(channel, profile, self.now, self.quiet, self.new_id)
        return self.by_channel.get(channel)

    def write(self, connection: Connection, settled: Settled) -> None:
        """Keep the counts of the channels whose messages are settled in this transaction."""
        for channel in {channel for channel, _, _ in settled}:
            if meter := self.by_channel.get(channel):
                meter.write_in_time(connection)

    def is_reserved(self, channel: str) -> bool:
        """Whether what is left on this channel is kept for calls for help."""
        meter = self.by_channel.get(channel)
        return meter is not None and meter.is_reserved


async def messages_left(provider: Provider, around: Surroundings, local_now: datetime) -> list[ChannelCheck]:
    """What can be seen from outside of an account whose messages are counted; nothing of any other."""
    profile = provider.profile
    if not profile.metered:
        return []
    month, used = _parsed(await around.memory(provider.channel.name).get(_SENT))
    used = used if month == _month(local_now) else 0
    if not profile.quota:
        return [good("{name}: tháng này đã gửi {used} tin", name=profile.name, used=used)]
    level = bad if used >= RESERVED * profile.quota else note if used >= SLOW * profile.quota else good
    return [level("{name}: tháng này đã gửi {used}/{quota} tin", name=profile.name, used=used, quota=profile.quota)]


def _parsed(known: tuple[str, int] | None) -> tuple[str, int]:
    """The month and the count, of a row as it is kept."""
    month, used = json.loads(known[0]) if known else ("", 0)
    return str(month), int(used)


def _key(channel: str) -> str:
    return f"channel:{channel}:{_SENT}"  # where the memory of the account looks


def _month(local: datetime) -> str:
    return f"{local:%Y-%m}"


def _elapsed(local: datetime) -> float:
    """What part of the month is over."""
    days = monthrange(local.year, local.month)[1]
    return (local.day - 1 + local.hour / 24) / days
