"""The accounts that a process serves, several of one messenger too: each with a name and a door of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiohttp.web import AbstractRouteDef, RouteDef

from bot.channels.provider import Provider, Surroundings
from bot.channels.registry import ChannelSettings
from bot.errors import SettingsInvalid
from flows.saying import said_by, say


def open_accounts(sections: Mapping[str, ChannelSettings], around: Surroundings) -> list[Provider]:
    """A provider for each section that is on. Raises SettingsInvalid, also where two sections mean one account."""
    providers: list[Provider] = []
    section_of: dict[str, str] = {}
    for name, section in sections.items():
        if not section.is_on:
            continue
        provider = open_account(name, section, around)
        other = section_of.setdefault(provider.channel.name, name)
        if other != name:
            both = {"one": other, "other": name, "account": provider.channel.name}
            raise SettingsInvalid(
                say("{one} và {other} dùng chung {account}: mỗi phần cần mã của một bot riêng.", **both)
            )
        providers.append(provider)
    return providers


def open_account(name: str, section: ChannelSettings, around: Surroundings) -> Provider:
    """The account of one section. Raises SettingsInvalid, which names the section where it is a further one."""
    try:
        return section.provider(around)
    except SettingsInvalid as wrong:
        if name == section.profile.id:
            raise
        raise SettingsInvalid(say("{section}: {reason}", section=name, reason=said_by(wrong))) from None


def distinct(routes: Iterable[AbstractRouteDef]) -> list[AbstractRouteDef]:
    """All of them. Raises SettingsInvalid where two accounts are posted to at one address."""
    found: list[AbstractRouteDef] = []
    taken: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, RouteDef):
            if (route.method, route.path) in taken:
                raise SettingsInvalid(
                    say("Hai tài khoản cùng nhận tin ở {path}: mỗi phần cần webhook_url riêng.", path=route.path)
                )
            taken.add((route.method, route.path))
        found.append(route)
    return found
