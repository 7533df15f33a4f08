"""The tutor over a small ward of made-up people, at an instant that stands still: `python -m tests.support.guide_server
FOLDER PORT`. It prints what makes a browser one of them: the value of the chat's cookie behind a name."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import update

from bot import serving
from bot.app import Environment
from bot.channels.webchat import WebChat
from bot.channels.webchat.identity import Seal, Visitor, load_keys
from bot.pairing.policy import happenings
from bot.pairing.policy.work import PairingWork
from bot.people.policy.permissions import OPERATOR_NAME
from bot.settings import load
from storage.engine import schema
from storage.engine.database import Connection, open_database
from storage.engine.instants import to_ms
from storage.people import areas, people
from storage.people.areas import AreaRow
from storage.people.records import RoleRow
from storage.people.tables import area
from tests.support.builders import LESSONS, PROJECT
from tests.support.desk_house import BRANCH, PROVINCE, WARD, DeskHouse, desk_house
from tests.support.desk_scene import asks, happens, put, teaches

AT = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)  # half past two in the afternoon in Đồng Nai
TAUGHT = ("m0-khoi-dong", "m1-chu-to", "m1-qua-lai", "l1-cham-ma-chac")  # the pictures of all would be drawn for long
GIVEN = {
    "web.host": "127.0.0.1", "web.public_url": "https://camtay.example.vn/",
    "helper.name": "chị Tư", "helper.phone": "0251 3822 222",
}  # fmt: skip


def main(folder: Path, port: int) -> int:
    """Made once, then served until it is killed."""
    data, lessons = folder / "data", folder / "lessons"
    if not data.exists():
        others = {path.parent.name for path in LESSONS.glob("*/*/lesson.yaml")} - {*TAUGHT}
        shutil.copytree(LESSONS, lessons, ignore=lambda _, names: others & {*names})
        for path in lessons.glob("*/*/lesson.yaml"):
            path.write_text(re.sub(r"(?m)^ +then: .*\n", "", path.read_text("utf-8")), "utf-8")
        data.mkdir(parents=True)
        for name, learner_id in asyncio.run(_ward(data)).items():
            seal = Seal(load_keys(data / "web.key", lambda: uuid4().hex))
            print(f"{name}: {seal.sign(Visitor(f'chat-{learner_id}', int(AT.timestamp())))}", flush=True)
    given = {**GIVEN, "data.dir": str(data), "lessons.dir": str(lessons), "web.port": str(port)}
    return serving.run(load(PROJECT / "config.yaml", {}, given), Environment(now=lambda: AT), watch=False)


async def _ward(data: Path) -> dict[str, str]:
    """Who holds a phone: an officer, an editor, an admin, an instructor who was just asked."""
    database = open_database(f"sqlite:///{data / 'camtay.db'}")
    await schema.ensure(database)
    async with desk_house(database, data, AT - timedelta(hours=2)) as house:
        house.channel = WebChat.name
        found = {
            "officer": await house.person("Cúc", "officer"),
            "admin": await house.person("Ngọc", "admin", PROVINCE),
        }
        found["editor"] = await house.person("Hạnh", "editor", PROVINCE)
        found["instructor"] = await _people(house)
    await database.close()
    return found


def _name_branches(c: Connection) -> None:
    c.execute(update(area).where(area.c.area_id == BRANCH).values(name="Khu phố 1"))
    rows = [AreaRow(f"b-{n}", WARD, "branch", f"Khu phố {n}", "", f"{areas.path_of(c, WARD)}b-{n}/") for n in (2, 3)]
    areas.add(c, rows)


async def _people(house: DeskHouse) -> str:
    await house.database.transact(_name_branches)
    hoa = await teaches(house, "Hoa", BRANCH)
    found = [hoa, *[await _pupil(house, hoa, name) for name in ("Mận", "Bảy")]]
    yen = await house.person("Yến", "learner", BRANCH)
    row = RoleRow(yen, "instructor", BRANCH, "asked", OPERATOR_NAME, house.clock.now())
    await house.database.transact(lambda c: people.set_role(c, row))
    for number, name in enumerate(("Gia đình chị Mận", "Gia đình chị Bảy"), 1):
        family = {"kind": "family", "area_id": BRANCH, "name": name, "year": AT.year, "ended_at": None}
        await put(house, "union_model", {"model_id": f"m{number}", **family})
    for each in found[:2]:
        await put(house, "membership", {"model_id": "m1", "learner_id": each, "since_at": to_ms(house.clock.now())})
    house.clock.at = AT - timedelta(minutes=40)
    await asks(house, await house.person("Mai", "learner", BRANCH))
    await teaches(house, "Nga", WARD)
    house.clock.at = AT - timedelta(minutes=4)
    await asks(house, await house.person("Lan", "learner", BRANCH), "safety")
    return hoa


async def _pupil(house: DeskHouse, instructor: str, name: str) -> str:
    learner_id = await house.person(name, "learner", BRANCH)
    request_id = await asks(house, learner_id)

    def accept(work: PairingWork) -> None:
        offer = work.ledger.offer_for(request_id)
        assert offer is not None
        happenings.accept(work, offer.offer_id)

    await happens(house, instructor, accept)
    return learner_id


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
