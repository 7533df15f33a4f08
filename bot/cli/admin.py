"""`./camtay admin …`: the first admin, and a way back in; whoever has the machine in hand may."""

from __future__ import annotations

import argparse
import asyncio
from datetime import timedelta

from bot.cli.acting import acting, book_of
from bot.cli.environment import CommandEnvironment
from bot.cli.language import told
from bot.cli.terminal import Print
from bot.errors import CamtayError
from bot.officers import OfficerServices
from bot.people import desk_links
from bot.people.granting import grants_of
from bot.people.policy.permissions import OPERATOR, OPERATOR_NAME
from bot.settings import Settings
from flows.saying import say
from storage.engine.database import Connection
from storage.people import areas

BY_HAND = timedelta(hours=1)  # of a link that is carried from one screen to another by whoever reads it out


def main(settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print = print) -> int:
    """Carry one sub-verb out; the exit code. Raises StorageError, CamtayError, a sentence each."""
    return asyncio.run(_carry_out(settings, given, world, write))


async def _carry_out(settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print) -> int:
    given.by = ""
    async with acting(settings, given, world, book_of(settings)) as (services, _):
        if given.what == "create":
            await _create(services, settings, write)
        else:
            await _link(services, settings, given.person, write)
    return 0


async def _create(services: OfficerServices, settings: Settings, write: Print) -> None:
    made = await services.people.invite(OPERATOR, "admin", areas.PROVINCE)
    write(told("Mã mời quản trị: {code}, dùng một lần, trong 14 ngày.", code=made.code))
    for link in made.links:
        write(f"  {link}")
    home = _home(settings)
    write(told("Người ấy mở {home} trên máy của mình, gõ mã vào chat, rồi nhắn “bàn làm việc”.", home=home))


async def _link(services: OfficerServices, settings: Settings, learner_id: str, write: Print) -> None:
    token = services.new_id() + services.new_id()

    def work(connection: Connection) -> bool:
        names = services.services.names
        if not any(grant.active and grant.role in desk_links.DESK for grant in grants_of(connection, learner_id)):
            return False
        desk_links.give(connection, names, OPERATOR_NAME, learner_id, services.now(), token, BY_HAND)
        return True

    if not await services.database.transact(work):
        raise CamtayError(
            say("Người này không có việc gì ở bàn làm việc: không phải cán bộ, người soạn bài hay quản trị.")
        )
    write(told("Đường dẫn vào bàn làm việc, dùng một lần, trong một giờ:"))
    write(f"  {_home(settings)}{desk_links.PLACE}{token}")


def _home(settings: Settings) -> str:
    web = settings.web
    return web.public_url.rstrip("/") or f"http://127.0.0.1:{web.port}"
