"""An officer's day at the desk: a cry seen to from its page, what is new, what is counted anew, who belongs where."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.desk.whence import here_of
from bot.kept_counts import KeptCounts
from bot.people.policy.permissions import OPERATOR_NAME
from bot.reports.service import standing_in
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import areas, people
from storage.people.records import RoleRow
from tests.services.test_desk_bringing import _pdf, bring, stamp
from tests.services.test_prints import words_of
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
    sheet = await house.database.read_long(house.officers.reports.counter("targets", 2026))
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


LIST = (
    "Họ và tên;Chi hội;Tổ\nNguyễn Thị Lan;Chi hội khu phố 2;Tổ 10\nTrần Thị Hoa;Chi hội khu phố 2;Tổ 2\n"
    "Hồ Thị Bé;khu pho 2;Tổ 2\nLê Thị Mơ;Chi hội khu phố 1;Tổ 4\n;Chi hội khu phố 1;Tổ 4\n"
)


async def test_a_list_is_asked_about_as_a_tree_and_what_was_left_out_is_told(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, LIST, khu=WARD)
        page = html.unescape(await browser.get("import/check"))
        told = [page.index(f"<li>{each}") for each in (
            "Chi hội khu phố 1: 1 người (Tổ 4: 1)", "Chi hội khu phố 2: 3 người (Tổ 2: 2, Tổ 10: 1)",
        )]  # fmt: skip
        assert told == sorted(told) and "Sẽ lập mới 5 chi hội, tổ như dưới đây" in page
        assert "“khu pho 2” trong tệp được hiểu là Chi hội khu phố 2" in page
        assert "Dòng không có tên người, không nhập ai: dòng 6" in page
        assert "<td>Tổ 4, Chi hội khu phố 1</td>" in page
        sent = {"act": "take", "stamp": stamp(page), **{f"q{at}": "yes" for at in range(page.count("<fieldset>"))}}
        await browser.post("import/check", sent)
        listed = await browser.get(f"export/people?o={WARD}&dang=csv")
        lan = "Nguyễn Thị Lan;Chi hội khu phố 2;Tổ 10;hội viên;trong danh sách, chưa vào;"
        assert lan in listed and listed.index("Tổ 2;") < listed.index("Tổ 10;"), "by branch and group, as people count"
        pdf = words_of(await _pdf(browser, {"act": "sheet", "khu": "", "vai": ""}))
        assert len(pdf) == 2 and "Tổ 4, Chi hội khu phố 1" in " ".join(pdf), "a sheet for each branch"


async def test_a_code_is_made_for_whoever_is_meant_and_taken_back_only_when_asked(house: DeskHouse):
    lan = await house.person("Lan", "learner", BRANCH)
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        assert f"vai=instructor&amp;nguoi={lan}" in await browser.get(f"person/{lan}")
        form = await browser.get(f"invite?vai=instructor&nguoi={lan}")
        assert "Mời Lan" in form and f'<option value="{BRANCH}" selected>' in form
        await browser.get("invite?vai=instructor&nguoi=p-000000000000", 404)
        await browser.post("invite", {"act": "one", "vai": "instructor", "khu": BRANCH, "nguoi": lan})
        page = await browser.get("code")
        assert "Mã mời người chỉ bài cho Lan" in page and f'href="./person/{lan}"' in page
        codes = await browser.get("invite/codes")
        assert re.search(r"<details class=\"ask\"><summary[^>]*>Thu lại</summary>.*?name=\"ma\"", codes, re.S)
    async with house.browser(await house.person("Mai", "officer")) as other:
        assert await other.get("code", 303) == "", "another browser has nothing of it"


@pytest.mark.parametrize(
    ("origin", "host", "here"),
    [
        ("https://hoi.example.vn", "hoi.example.vn", "https://hoi.example.vn/"), ("", "10.0.0.7:8080", "http://10.0.0.7:8080/"),
        ("https://xau.example", "hoi.example.vn", "http://hoi.example.vn/"), ("", "127.0.0.1:8080", ""),
        ("", "localhost", ""), ("", "may-cu", ""),
    ],
)  # fmt: skip
def test_the_address_of_a_browser_is_that_of_its_own_page(origin: str, host: str, here: str):
    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    assert here_of(make_mocked_request("POST", "/desk/invite", headers=headers)) == here
