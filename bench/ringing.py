"""From an offer's commit to the push service's door: how long until whoever is called is rung.

    .venv/bin/python -m bench.ringing [sqlite|postgresql] [--offers 300] [--chatting 50] [--cries]

The tutor is the real `App` of this process, at whose web door instructors have left a browser that rings and closed
their page. A learner asks for a human (or, with `--cries`, cries for help in the night); the clock starts when the
batch that tells the instructor is committed, and stops when the knock stands at a push service on loopback, which
opens it. Beside it `--chatting` messages a second come in from others. Two spans are shown: from the commit of what
the instructor is told, and from the commit of what the learner asked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import perf_counter

from bot import settings as given_settings
from bot.app import App, Environment, bootstrap
from bot.channels.base import Body, Tap, Text, Update
from bot.channels.webchat.ringing import Browser
from bot.knocks.road import Road
from bot.people.policy.permissions import OPERATOR
from storage.conversations import conversations
from storage.conversations.records import Writes
from storage.engine.database import Connection
from tests.support.postgres import find_binaries, private_server
from tests.support.push_service import PushService, push_service, trust

ROOT = Path(__file__).parents[1]
CRY, ASK = "tui bị lừa chuyển hết 20 triệu cho nó rồi", "nhờ người chỉ"
MEETING: tuple[Body, ...] = (Text("xin chào"), Tap("c:yes"), Text("Lan"), Tap("a:0"))
WARD = "w26041"
PLACES = 3  # of an instructor, as config.yaml has it


class Town:
    """The tutor with people in it; each learner has an instructor of their own in a ward of their own."""

    def __init__(self, app: App, service: PushService) -> None:
        self.app, self.service, self.number = app, service, count()

    async def say(self, chat: str, *bodies: Body) -> None:
        now = self.app.environment.now
        for body in bodies:
            await self.app.intake.submit([Update("web", f"b{next(self.number)}", chat, body, now())])

    async def member(self, chat: str, role: str) -> None:
        await self.say(chat, *MEETING)
        await self.say(chat, Text((await self.app.officers.people.invite(OPERATOR, role, WARD)).code))
        if role != "learner":
            await self.say(chat, Tap(await self.token(chat, "Đúng là tôi")))

    async def token(self, chat: str, label: str) -> str:
        from bot.conversation.packing import unpack_entry
        from storage.conversations import web_log

        rows = await self.app.database.read(lambda c: web_log.history(c, chat, 0, 20))
        buttons = [button for row in rows for button in unpack_entry(row).buttons if button.label == label]
        return buttons[-1].token if buttons else "g:menu"

    async def rings(self, chat: str) -> None:
        told = self.service.subscription(chat)
        kept = await self.app.doorbell.subscriptions.keep(chat, Browser(told["endpoint"], **told["keys"]))
        assert kept, chat


@asynccontextmanager
async def town(kind: str, folder: Path, *, night: bool) -> AsyncIterator[Town]:
    """A tutor on a fresh database; `night`: its clock stands in quiet hours."""
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(push_service())
        url = f"sqlite:///{folder / 'camtay.db'}"
        if kind == "postgresql":
            binaries = find_binaries()
            assert binaries is not None, "no PostgreSQL here"
            url = stack.enter_context(private_server(binaries)).url
        settings = given_settings.load(
            ROOT / "config.yaml", {"DATABASE_URL": url}, {"data.dir": str(folder), "web.port": "0"}
        )
        local = 19 if night else 3  # UTC: two in the night, ten in the morning there
        ahead = datetime.now(UTC).replace(hour=local, minute=0) - datetime.now(UTC)
        world = Environment(
            now=lambda: datetime.now(UTC) + ahead, road=Road(lambda _: True, trust()), told=lambda _: ""
        )
        yield Town(await bootstrap(stack, settings, world), service)


def committed(app: App, at: dict[str, float]) -> None:
    """Notes when each chat's knock is committed, by learner_id: `publish` comes right after the commit."""
    write = conversations.write

    def noting(connection: Connection, writes: Writes) -> None:
        write(connection, writes)
        waiting.extend(row.learner_id for row in writes.knocks)

    waiting: list[str] = []
    publish = app.intake.publish

    def published(effects: object) -> None:
        now = perf_counter()
        at.update(dict.fromkeys(waiting, now))
        waiting.clear()
        publish(effects)  # type: ignore[arg-type]

    conversations.write = noting
    app.intake.publish = published


async def measure(place: Town, rounds: int, chatting: int, *, cries: bool) -> None:
    """Ask `rounds` times, one after the other, and print what it took."""
    at: dict[str, float] = {}
    for each in range(1 if cries else 1 + rounds // PLACES):
        await place.member(f"hoa-{each}", "officer" if cries else "instructor")
        if not cries:
            await place.say(f"hoa-{each}", Tap(await place.token(f"hoa-{each}", "Tôi hứa")))
        await place.rings(f"hoa-{each}")
    learners = [f"lan-{each}" for each in range(rounds)]
    for chat in learners:
        await place.member(chat, "learner")
    committed(place.app, at)
    beside = asyncio.create_task(chatter(place, chatting))
    spans: list[float] = []
    whole: list[float] = []
    for chat in learners:
        knocks = len(place.service.knocks)
        await place.say(chat, Text(CRY if cries else ASK))
        asked = perf_counter()
        while not any("text" in each.told for each in place.service.knocks[knocks:]):
            await place.service.until(len(place.service.knocks) + 1, 20)
        arrived = next(each.at for each in place.service.knocks[knocks:] if "text" in each.told)
        spans.append(arrived - max(at.values()))
        whole.append(arrived - asked)
        if cries:
            await place.say("hoa-0", Tap(await place.token("hoa-0", "Tôi lo việc này")))
        await asyncio.sleep(0.02)
    beside.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beside
    told = "a cry at night" if cries else "an offer by day"
    print(f"{told}, {rounds} times, {chatting} messages a second beside it")
    for name, found in (
        ("commit of what she is told → the door", spans),
        ("what was asked is committed → the door", whole),
    ):
        print(f"  {name}: {shown(found)}")


async def chatter(place: Town, per_second: int) -> None:
    for at in count():
        if per_second:
            place.app.workers.start(place.say(f"other-{at % 200}", Text("menu")))
        await asyncio.sleep(1 / per_second if per_second else 3600)


def shown(spans: Sequence[float]) -> str:
    ordered = sorted(spans)
    return ", ".join(
        f"{name} {1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.0f} ms"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("most", 1.0))
    )


async def main(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with town(given.database, Path(folder), night=given.cries) as place:
            await measure(place, given.offers, given.chatting, cries=given.cries)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", nargs="?", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--offers", type=int, default=300)
    parser.add_argument("--chatting", type=int, default=50)
    parser.add_argument("--cries", action="store_true")
    asyncio.run(main(parser.parse_args()))
