"""What can be set for the Zalo Official Account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bot.checks import address, digits, https, one_of, within
from bot.sections import credential, key
from flows.profiles import Profile, profile_of

if TYPE_CHECKING:
    from bot.channels.provider import Surroundings
    from bot.channels.zalo_oa.provider import ZaloOaProvider

_PROFILE = profile_of("zalo_oa")


@dataclass(frozen=True, slots=True)
class ZaloOaSettings:
    """Without a `refresh_token` there is no Official Account.

    `refresh_token` is what a consent has given, and counts until the first exchange: from then on its successors are
    kept in the database. `app_secret` belongs to the application, `oa_secret` (OA Secret Key) signs the webhook.
    `buttons` is the shape that a trial has shown to be taken.
    """

    profile: ClassVar[Profile] = _PROFILE

    app_id: str = key("", digits)
    oa_id: str = key("", digits)
    webhook_url: str = key("", https)
    buttons: str = key("none", one_of("none", "inside", "beside"))
    messages_per_second: float = key(_PROFILE.per_s, within(0, 10_000))
    api_base: str = key("https://openapi.zalo.me", address)
    oauth_base: str = key("https://oauth.zaloapp.com", address)
    app_secret_file: str = key("", path=True)
    oa_secret_file: str = key("", path=True)
    refresh_token_file: str = key("", path=True)
    app_secret: str = credential("ZALO_APP_SECRET", "app_secret_file")
    oa_secret: str = credential("ZALO_OA_SECRET", "oa_secret_file")
    refresh_token: str = credential("ZALO_OA_REFRESH_TOKEN", "refresh_token_file")

    @property
    def is_on(self) -> bool:
        return bool(self.refresh_token)

    def link(self, payload: str) -> str:
        """None: a link to an account opens its chat and carries nothing into it."""
        return ""

    def provider(self, around: Surroundings) -> ZaloOaProvider:
        """The account. Raises SettingsInvalid for what is missing beside the token."""
        from bot.channels.zalo_oa.provider import ZaloOaProvider

        return ZaloOaProvider(self, around)
