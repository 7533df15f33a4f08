"""What can be set for the Zalo bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bot.checks import address, https, one_of, within
from bot.sections import credential, key
from flows.profiles import Profile, profile_of

if TYPE_CHECKING:
    from bot.channels.provider import Surroundings
    from bot.channels.zalo_bot.provider import ZaloBotProvider

_PROFILE = profile_of("zalo_bot")


@dataclass(frozen=True, slots=True)
class ZaloBotSettings:
    """Without a `token` there is no Zalo bot.

    `messages_per_second` 0 means no limiter at all. Between two polls lie at least `poll_every_s` seconds.
    `messages_per_month` are those of the plan that was bought; 0: nobody counts.
    """

    profile: ClassVar[Profile] = _PROFILE

    mode: str = key("polling", one_of("polling", "webhook"))
    webhook_url: str = key("", https)
    messages_per_second: float = key(_PROFILE.per_s, within(0, 10_000))
    messages_per_month: int = key(_PROFILE.quota, within(0, 100_000_000))
    poll_every_s: float = key(1.0, within(0, 60))
    api_base: str = key("https://bot-api.zaloplatforms.com", address, variable="ZALO_BOT_API_BASE")
    token_file: str = key("", path=True)
    token: str = credential("ZALO_BOT_TOKEN", "token_file")

    @property
    def is_on(self) -> bool:
        return bool(self.token)

    def link(self, payload: str) -> str:
        """None: no link is known that opens a chat with a bot and carries something into it."""
        return ""

    def provider(self, around: Surroundings) -> ZaloBotProvider:
        """The bot. Raises SettingsInvalid for a token that is none, and a webhook without an address."""
        from bot.channels.zalo_bot.provider import ZaloBotProvider

        return ZaloBotProvider(self, around)
