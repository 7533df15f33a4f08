"""An officer's day at the desk: a cry seen to from its page, what is new, what is counted anew, who belongs where."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.kept_counts import KeptCounts
from bot.people.policy.permissions import OPERATOR_NAME
from bot.reports.service import standing_in
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import areas, people
from storage.people.records import RoleRow
from tests.support.desk_house import BRANCH, WARD, DeskHouse
from tests.support.desk_scene import asks, counted, put, rows, teaches
from tests.support.desk_scene import house as house
from tests.support.world import Clock

GROUP, TENTH = "t-hai", "t-muoi"


async def groups(house: DeskHouse) -> None:
    """Two groups of the branch, the tenth first by its id."""

    def work(c: Connection) -> None:
        path = areas.path_of(c, BRANCH)
        for area_id, name in ((TENTH, "Tổ 10"), (GROUP, "Tổ 2")):
            areas.add(c, [areas.AreaRow(area_id, BRANCH, "group", name, "", f"{path}{area_id}/")])

    await house.database.transact(work)


async def test_from_a_cry_the_page_leads_to_the_chat_on_and_asks_before_it_is_done(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    cry = await asks(house, lan, "safety")
    async with house.browser(cuc) as browser:
        house.clock.passes(seconds=20)
        page = await browser.get(f"request/{cry}")
        assert "gọi Cúc" in page and "từ đó chưa vào máy" not in page, "she looks at it at this moment"
        await browser.post(f"request/{cry}", {"act": "take"})
        page = await browser.get(f"request/{cry}")
        assert "Mở Telegram, vào cuộc trò chuyện" in page and "Gửi số của Hội" in page
        assert "Chưa có ai khác ở địa bàn này" in page
        await house.person("Mai", "officer")
        assert "Nhờ người khác" in await browser.get(f"request/{cry}")
        assert re.search(r"<details class=\"ask\"><summary>Đã lo xong</summary>.*?value=\"done\"", page, re.S)
    house.channel = "web"
    ha = await house.person("Hà", "officer")
    async with house.browser(ha) as browser:
        await browser.post(f"request/{cry}", {"act": "relieve"})
        assert 'href="../../">Mở trang trò chuyện' in await browser.get(f"request/{cry}")


async def test_being_at_the_desk_is_a_sign_of_life_for_others_but_a_page_that_lies_open_is_none(house: DeskHouse):
    cuc, mai = await house.person("Cúc", "officer"), await house.person("Mai", "officer")
    async with house.browser(cuc) as own, house.browser(mai) as other:
        cry = await asks(house, await house.person("Lan", "learner"), "safety")
        (request,) = await rows(house, "request")
        called, looks = (own, other) if request["owner_id"] == cuc else (other, own)
        house.clock.passes(minutes=5)
        await called.get("", headers={"X-Camtay-Renewed": "1"})
        assert "từ đó chưa vào máy" in await looks.get(f"request/{cry}")
        await called.get("")
        assert "sau đó có vào máy" in await looks.get(f"request/{cry}")


async def test_today_counts_who_waits_to_be_confirmed_or_approved_and_says_when_it_was_seen(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    new, wishes = await house.person("Tư"), await house.person("Năm")

    def work(c: Connection) -> None:
        people.set_area(c, new, BRANCH)
        people.set_role(c, RoleRow(wishes, "instructor", BRANCH, "asked", OPERATOR_NAME, house.clock.now()))
        people.set_area(c, wishes, BRANCH)

    await house.database.transact(work)
    async with house.browser(cuc) as browser:
        page = await browser.get("")
        assert "1 người tự vào, chờ xác nhận" in page and "people?tt=none" in page
        assert "1 người xin chỉ bài, chờ duyệt" in page
        assert "data-renew" in page and re.search(r"Xem lúc \d\d:\d\d", page) and "Xem mới" in page


async def test_a_model_is_written_where_it_is_and_moves_and_what_is_done_counts_at_once(house: DeskHouse):
    await groups(house)
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner", GROUP)
    hoa = await teaches(house, "Hoa", BRANCH)
    pair = {"pairing_id": "p1", "learner_id": lan, "instructor_id": hoa, "state": "open", "ended_at": None}
    await put(house, "pairing", {**pair, "opened_at": to_ms(house.clock.now())})
    house.clock.passes(minutes=1)
    async with house.browser(cuc) as browser:
        page = await counted(browser, "areas")
        options = re.findall(r"<option value=\"([^\"]+)\"", page[page.index("Ở chi hội, tổ nào") :])
        assert options[:4] == [WARD, BRANCH, GROUP, TENTH], "Tổ 2 before Tổ 10, below their branch"
        assert "Tổ 2, Chi hội b-nhat" in page and "<optgroup" in page
        here = (await browser.post(f"areas/{WARD}", {"kind": "family", "name": "Nhà Lan", "khu": BRANCH}))[3:]
        await browser.post(here, {"act": "join", "person": lan})
        page = await counted(browser, "areas")
        assert "vừa xong" in page and re.search(r"Chi hội b-nhat</strong><br><span>1 trên 1", page)
        await browser.post(here, {"act": "move", "khu": GROUP})
        assert f"areas/{GROUP}" in await browser.get(here)
        second = (await browser.post(f"areas/{WARD}", {"kind": "family", "name": "Nhà Hoa", "khu": BRANCH}))[3:]
        await browser.post(second, {"act": "join", "person": lan})
        assert "“Nhà Lan”: một đôi 1+1 chỉ tính cho một gia đình" in await browser.get(second)
        await browser.post(second, {"act": "join", "person": hoa})
        page = await counted(browser, "areas?dem=lai")
        assert re.search(r"Chi hội b-nhat</strong><br><span>1 trên 2", page), "one pair, one family"
    sheet = await house.database.read(house.officers.reports.counter("targets", 2026))
    assert standing_in(sheet, "/dong-nai/w26041/").living == 1


async def test_who_is_confirmed_is_not_offered_to_be_confirmed_again(house: DeskHouse):
    await groups(house)
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner", GROUP)
    new = await house.person("Tư")
    await house.database.transact(lambda c: people.set_area(c, new, GROUP))
    async with house.browser(cuc) as browser:
        page = await browser.get(f"person/{lan}")
        assert "Đã là hội viên ở Tổ 2, Chi hội b-nhat" in page and 'value="confirm"' not in page
        page = await browser.get(f"person/{new}")
        assert f'<option value="{GROUP}" selected>Tổ 2, Chi hội b-nhat' in page


@pytest.mark.parametrize(("took_s", "keeps_s"), [(0.001, 15), (0.1, 60), (5, 600)])
async def test_a_count_is_kept_the_longer_the_longer_it_took(took_s: float, keeps_s: int):
    clock, spent = Clock(), [0.0]

    async def read(_: str, work: Callable[[Any], Any]) -> Any:
        spent[0] += took_s
        return work(None)

    counts = KeptCounts("", clock.now, read, lambda: spent[0])
    first = await counts.of("x", lambda c: 1, awaited=True)
    assert first is not None
    clock.passes(seconds=keeps_s - 1)
    kept = await counts.of("x", lambda c: 2, awaited=True)
    assert kept is not None and kept.value == 1
    clock.passes(seconds=1)
    new = await counts.of("x", lambda c: 2, awaited=True)
    assert new is not None and new.value == 2


async def test_to_count_again_is_no_hammer_and_what_was_changed_counts_at_once():
    clock = Clock()
    asked: list[int] = []

    async def read(_: str, work: Callable[[Any], Any]) -> Any:
        asked.append(1)
        return len(asked)

    counts = KeptCounts("", clock.now, read, iter(range(0, 10_000, 100)).__next__)  # each takes a hundred seconds
    for _ in range(20):
        await counts.of("x", lambda c: 0, awaited=True, again=True)
    assert len(asked) == 1
    clock.passes(seconds=15)
    await counts.of("x", lambda c: 0, awaited=True)
    assert len(asked) == 1
    await counts.of("x", lambda c: 0, awaited=True, again=True)
    assert len(asked) == 2
    counts.outdate()
    found = await counts.of("x", lambda c: 0, awaited=True)
    assert found is not None and found.value == 3
