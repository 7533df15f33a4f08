"""The channels that can be configured. A new one is a folder, and its line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_oa.settings import ZaloOaSettings
from flows.profiles import Profile

if TYPE_CHECKING:
    from bot.channels.provider import Provider, Surroundings


class ChannelSettings(Protocol):
    """A section of the settings (a dataclass of `bot.sections.key`), read at every start: it imports nothing heavy.

    The section is called by the profile's id. A provider is imported when it is asked for.
    """

    profile: ClassVar[Profile]

    @property
    def messages_per_second(self) -> float:
        """For the whole account; 0: no limit at all."""

    @property
    def is_on(self) -> bool:
        """Whether there is an account to be served."""

    def link(self, payload: str) -> str:
        """A link that opens a chat with this account and carries `payload` into it; "" where there is none."""

    def provider(self, around: Surroundings) -> Provider:
        """The account. Raises SettingsInvalid in a sentence that names the setting."""


CHANNELS: tuple[type[ChannelSettings], ...] = (TelegramSettings, ZaloBotSettings, ZaloOaSettings)
