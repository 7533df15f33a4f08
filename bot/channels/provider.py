"""What the tutor asks of a channel beside sending: how it receives, its set-up, what a doctor can see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from aiohttp.web import AbstractRouteDef

from bot.channels.base import Channel, Submit
from flows.profiles import Profile

Now = Callable[[], datetime]
"""Tells the instant, aware UTC."""


class ChannelMemory(Protocol):
    """Small durable values of one account, the same for all processes: a rotating token, a count."""

    async def get(self, key: str) -> tuple[str, int] | None:
        """A value and its revision; None where there is none. Raises StorageError."""

    async def put(self, key: str, value: str, revision: int | None) -> bool:
        """Write a value that still has `revision` (None: that does not exist yet), durably; False when somebody was
        quicker. Raises StorageError."""


class MediaFiles(Protocol):
    """Where what lessons show and play lies, by the names in `Attachment.file`."""

    def path(self, file: str) -> Path | None:
        """The file on this machine; None where there is none."""

    def address(self, file: str) -> str:
        """Its public address, which a provider may fetch as often as it likes; "" where nobody outside reaches us."""

    def draw(self, wanted: Iterable[str]) -> None:
        """Make those pictures of which there is only the drawing. Waits for the disk and another process."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an account may use of the house: `memory` of the channel that is called so, and the files of lessons."""

    memory: Callable[[str], ChannelMemory]
    media: MediaFiles


class SetUpFailed(Exception):
    """What the provider did not take of who we are, in a sentence for the operator; it is tried again."""


@dataclass(frozen=True, slots=True)
class ChannelCheck:
    """What can be seen of a channel from outside. `level`: good; note, works but somebody should know; bad, does not
    work. `sentence` is a template, filled with `values` in the reader's language."""

    level: Literal["good", "note", "bad"]
    sentence: str
    values: Mapping[str, object]


def good(sentence: str, /, **values: object) -> ChannelCheck:
    """As it should be."""
    return ChannelCheck("good", sentence, values)


def note(sentence: str, /, **values: object) -> ChannelCheck:
    """Worth a look."""
    return ChannelCheck("note", sentence, values)


def bad(sentence: str, /, **values: object) -> ChannelCheck:
    """To be mended before the channel can be used."""
    return ChannelCheck("bad", sentence, values)


class Provider(Protocol):
    """One account at one provider, made of its settings. Its channel sends; here is everything else."""

    profile: Profile
    per_second: float
    """Messages a second for the whole account; 0: no limit at all."""
    forgets_taps_s: float | None
    """After so many seconds of stop the provider has dropped what was tapped; None: it keeps everything."""
    state: str
    """How it receives, in a word for /healthz: polling, webhook, token refused."""
    fingerprint: str
    """Of all that `set_up` tells the provider: as long as it is the same, nothing has to be told again."""

    @property
    def channel(self) -> Channel:
        """What sends."""

    def routes(self, submit: Submit, now: Now) -> Sequence[AbstractRouteDef]:
        """What the provider posts to, none where it is asked."""

    async def receive(self, submit: Submit, now: Now) -> None:
        """Ask the provider for updates until `stop`; returns at once where it posts them."""

    def stop(self) -> None:
        """Let `receive` end after the call that is on."""

    async def set_up(self) -> None:
        """Tell the provider who we are. Raises SetUpFailed."""

    async def check(self, patience_s: float) -> ChannelCheck:
        """Whether the account answers within `patience_s` seconds; never raises for what the provider does."""

    async def close(self) -> None:
        """Close the connections."""
