"""What can be set for the Telegram bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bot.checks import address, bot_name, https, one_of, within
from bot.sections import credential, key
from flows.profiles import Profile, profile_of

if TYPE_CHECKING:
    from bot.channels.provider import Surroundings
    from bot.channels.telegram.provider import TelegramProvider

_PROFILE = profile_of("telegram")


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """Without a `token` there is no Telegram.

    `username` is the bot's name in the links of invitations. `messages_per_second` 0 means no limiter at all; after
    `drop_after_s` seconds of stop Telegram has dropped taps.
    """

    profile: ClassVar[Profile] = _PROFILE

    mode: str = key("polling", one_of("polling", "webhook"))
    webhook_url: str = key("", https)
    messages_per_second: float = key(_PROFILE.per_s, within(0, 10_000))
    api_base: str = key("https://api.telegram.org", address, variable="TELEGRAM_API_BASE")
    token_file: str = key("", path=True)
    username: str = key("", bot_name)
    drop_after_s: float = key(_PROFILE.forgets_taps_s, within(0, 86_400))
    token: str = credential("TELEGRAM_TOKEN", "token_file")

    @property
    def is_on(self) -> bool:
        return bool(self.token)

    def link(self, payload: str) -> str:
        """As `/start payload` when it is tapped."""
        return f"https://t.me/{self.username}?start={payload}" if self.username else ""

    def provider(self, around: Surroundings) -> TelegramProvider:
        """The bot. Raises SettingsInvalid for a token that is none, and a webhook without an address."""
        from bot.channels.telegram.provider import TelegramProvider

        return TelegramProvider(self, around)
