"""What a doctor sees of the messengers' accounts."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.channels.provider import Surroundings
from bot.channels.registry import ChannelSettings
from bot.cli.findings import PATIENCE_S, Finding, asked, found_of, good
from bot.delivery.accounts import open_account
from bot.delivery.quota import messages_left
from bot.delivery.surroundings import AccountMemory, NoFiles
from bot.errors import SettingsInvalid
from bot.sections import credentials, variable_of
from bot.settings import Settings


async def account_findings(settings: Settings, now: datetime) -> list[Finding]:
    """Whether each account of a messenger answers; `now`: aware UTC."""
    around = Surroundings(partial(_StoredMemory, settings.database_url), NoFiles())
    local = now.astimezone(ZoneInfo(settings.time.zone))
    accounts = settings.channels.items()
    return [found for name, each in accounts for found in await _channel(name, each, around, local)]


class _StoredMemory:
    """What an account has in the database, if there is one; a doctor changes nothing."""

    def __init__(self, url: str, channel: str) -> None:
        self._url, self._channel = url, channel

    async def get(self, key: str) -> tuple[str, int] | None:
        return await asked(self._url, lambda database: AccountMemory(database, self._channel).get(key))

    async def put(self, key: str, value: str, revision: int | None) -> bool:
        return False


async def _channel(name: str, section: ChannelSettings, around: Surroundings, local_now: datetime) -> list[Finding]:
    if not section.is_on:
        kind = section.profile.id
        known = [each.metadata["credential"] for each in credentials(section)]
        variables = ", ".join(known if name == kind else (variable_of(each, kind, name) for each in known))
        called = section.profile.name if name == kind else name
        return [good("{name}: chưa dùng (đặt {variables} khi cần)", name=called, variables=variables)]
    try:
        provider = open_account(name, section, around)
    except SettingsInvalid as wrong:
        return [Finding("bad", str(wrong))]
    try:
        checks = [await provider.check(PATIENCE_S), *await messages_left(provider, around, local_now)]
    finally:
        await provider.close()
    return [found_of(check) for check in checks]
