"""A cry is written down and the process dies before the officer's browser is rung, or over it: it is rung."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from bot.conversation.services import ConversationServices
from bot.people.policy.permissions import OPERATOR
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from storage.engine.database import open_database
from tests.support.process import TutorProcess, running, until
from tests.support.push_service import certificate, push_service
from tests.support.web_learner import WebLearner

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

CRY = "tui bị lừa chuyển hết 20 triệu cho nó rồi"


async def officer_code(data: Path) -> str:
    """Made beside the running tutor."""
    database = open_database(f"sqlite:///{data / 'camtay.db'}")
    services = ConversationServices(Pseudonyms.of_folder(data, lambda: uuid4().hex))
    people = People(database, services, lambda: datetime.now(UTC), lambda: uuid4().hex)
    try:
        return (await people.invite(OPERATOR, "officer", "w26041")).code
    finally:
        await database.close()


async def becomes_officer(officer: WebLearner, tutor: TutorProcess, subscription: object) -> None:
    """She agrees, shows her code, and her browser may be rung."""
    await officer.log()
    for message in ({"token": "c:yes"}, {"text": "Cúc"}, {"token": "a:0"}, {"text": await officer_code(tutor.data)}):
        await officer.post(**message)
    entries = await officer.log()
    await officer.post(token={b["label"]: b["token"] for b in entries[-1]["buttons"]}["Đúng là tôi"])
    status, content = await officer._ask("POST", "/chat/push", json={"subscription": subscription})
    assert status == 200 and content["ok"], content


@pytest.mark.parametrize(("point", "nth"), [("after commit", 2), ("after push", 1)])
async def test_whoever_is_called_is_rung_though_the_process_dies(tmp_path: Path, point: str, nth: int) -> None:
    """The first commit is the cry's, the second that of what the officer is told of it: before anything is sent."""
    (tmp_path / "push.pem").write_bytes(certificate()[0])
    (tmp_path / "ahead").write_text("0", "ascii")
    environ = {"TEST_PUSH_TRUST": str(tmp_path / "push.pem"), "TEST_CLOCK_FILE": str(tmp_path / "ahead")}
    async with push_service() as service, running(tmp_path / "tutor", environ) as tutor:
        async with WebLearner(tutor) as officer:
            await becomes_officer(officer, tutor, service.subscription("cuc"))
        async with WebLearner(tutor) as learner:
            await learner.log()
            tutor.crash_at(point, nth)
            await learner.post(text=CRY)
            assert await tutor.ended() == -9, tutor.output
        sent = len(service.knocks)
        assert sent == (point == "after push"), "it died before"
        (tmp_path / "ahead").write_text("30", "ascii")  # whoever took the knock is gone by now
        await tutor.start()
        await until(lambda: len(service.knocks) > sent)
        assert {(told["text"], told["urgent"]) for told in service.of("cuc")} == {("Có người cần chị.", True)}
