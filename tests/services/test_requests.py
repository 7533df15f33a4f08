"""Requests as officers and the operator see them from the command line; another ward's are closed to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main
from bot.errors import CamtayError, NotAllowed
from bot.pairing.requests import Requests
from bot.people.policy.permissions import OPERATOR
from tests.services.test_offers import PAIR, SAFETY, instructor, member, village
from tests.support.builders import book
from tests.support.harness import Learner, Tutor, tutor


async def person(t: Tutor, learner: Learner) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("identity") if row["chat_id"] == learner.chat_id)


async def test_list_explain_and_ask_somebody(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, hoa, cuc = await village(t)
        be = await instructor(t, "be", "Bé")
        await lan.say("nhờ người chỉ")
        requests = Requests(t.people, t.pairing)
        (row,) = await requests.unclosed(OPERATOR, "w26041")
        assert (row["name"], row["state"], row["area"]) == ("Lan", "offered", "Phường Trấn Biên")
        assert await requests.unclosed(OPERATOR, "dong-nai") == [row]
        lines = await requests.explain(OPERATOR, row["request_id"])
        assert any("Hỏi được ngay" in line or "Đang hỏi" in line for line in lines)
        officer = await person(t, cuc)
        actor = await t.people.actor(officer)
        asked = {str(each["instructor_id"]) for each in await t.rows("offer")}
        other = next(each for each in (await person(t, hoa), await person(t, be)) if each not in asked)
        await requests.assign(actor, officer, row["request_id"], other)
        (offer,) = [each for each in await t.rows("offer") if each["state"] == "open"]
        assert offer["instructor_id"] == other
        with pytest.raises(CamtayError, match="không thuộc địa bàn"):
            await requests.assign(OPERATOR, other, row["request_id"], other)


async def test_another_ward_is_closed(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, _, _ = await village(t)
        await lan.say("nhờ người chỉ")
        far = await member(t, "far", "Đào", "officer", area="w25195")
        actor, request = await t.people.actor(await person(t, far)), (await t.rows("request"))[0]["request_id"]
        requests = Requests(t.people, t.pairing)
        with pytest.raises(NotAllowed):
            await requests.unclosed(actor, "w26041")
        with pytest.raises(NotAllowed):
            await requests.explain(actor, request)
        with pytest.raises(NotAllowed):
            await requests.assign(actor, await person(t, far), request, await person(t, lan))
        with pytest.raises(NotAllowed):
            await requests.confirm(actor, await person(t, lan), "w26041")
        assert sum(row["what"].startswith("refused_") for row in await t.rows("audit")) == 4


async def test_a_stranger_confirmed_from_outside_is_paired(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        hoa = await instructor(t)
        mai = await t.learner("mai").meets("Mai")
        await mai.say("nhờ người chỉ")
        await Requests(t.people, t.pairing).confirm(OPERATOR, await person(t, mai), "w26041")
        await t.tells()
        assert "Mai" in hoa.said and "Nhận giúp" in hoa.last.labels


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("CAMTAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["people", "requests"]) == 0 and "0 yêu cầu." in capsys.readouterr().out
    assert main(["people", "explain", "x"]) != 0 and "Không có yêu cầu nào" in capsys.readouterr().err
    assert main(["people", "assign", "x", "y"]) != 0 and "--by" in capsys.readouterr().err
    assert main(["people", "confirm", "x", "--area", "w26041"]) != 0 and "Không có người" in capsys.readouterr().err
