"""A meeting at the desk: begun, rolled, ended; whose it is, and what two officers do at once."""

from __future__ import annotations

import html
import re

from storage.engine.instants import to_ms
from storage.people import invitees
from storage.people.records import InviteeRow
from tests.support.desk_house import BRANCH, FOREIGN_BRANCH, OTHER, PROVINCE, WARD, DeskBrowser, DeskHouse
from tests.support.desk_scene import house as house
from tests.support.desk_scene import put, rows

LESSON = "l1-giu-hai-ban-tay"


async def lesson_of(browser: DeskBrowser) -> str:
    """A lesson that the page offers."""
    offered: list[str] = re.findall(r'<option value="(l\d[^"]*)"', await browser.get("meetings"))
    return offered[0]


async def begun(browser: DeskBrowser, area_id: str = BRANCH) -> str:
    """A meeting is on; its id."""
    to = await browser.post("meetings", {"khu": area_id, "bai": await lesson_of(browser)})
    return to.rpartition("/")[2]


def names(page: str) -> list[tuple[str, bool]]:
    """Who is on the roll, and whether ticked."""
    found = re.findall(r'name="here" value="[^"]*"( checked)?> <span>([^<]*)', page)
    return [(html.unescape(name).split(" · ")[0], bool(ticked)) for ticked, name in found]


async def test_a_meeting_is_begun_rolled_and_ended_without_the_chat(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    lan, anh = await house.person("Trần Thị Lan", "learner", BRANCH), await house.person("Lê Ánh", "learner", BRANCH)
    far = await house.person("Xa", "learner", OTHER)
    line = InviteeRow("i-dao", "Phạm Đào", BRANCH, "learner")
    await house.database.transact(lambda c: invitees.add(c, [line], "", house.clock.now()))
    async with house.browser(cuc) as browser:
        event_id = await begun(browser)
        page = await browser.get(f"meeting/{event_id}")
        assert names(page) == [("Lê Ánh", False), ("Phạm Đào", False), ("Trần Thị Lan", False)], "by given name"
        assert "Đang họp" in await browser.get("meetings")
        await browser.post(f"meeting/{event_id}", {"was": "", "here": f"{lan}\n{far}\ni-dao", "act": "tick"})
        page = await browser.get(f"meeting/{event_id}")
        assert names(page) == [("Lê Ánh", False), ("Phạm Đào", True), ("Trần Thị Lan", True)]
        assert "2 người có mặt" in page and "Đã ghi điểm danh" in page
        ended = {"was": f"{lan} i-dao", "here": f"{lan}\n{anh}", "act": "end"}
        assert await browser.post(f"meeting/{event_id}", ended) == "../meetings"
        page = await browser.get("meetings")
        assert "đã kết thúc, 2 người" in page and "Đang họp" not in page
        page = await browser.get(f"meeting/{event_id}")
        assert page.index("Lê Ánh") < page.index("Trần Thị Lan") and "Phạm Đào" not in page
    over = house.clock.now()
    house.clock.passes(days=2)
    async with house.browser(cuc) as browser:
        assert "Sửa điểm danh" in page and names(await browser.get(f"meeting/{event_id}?sua=1"))[1:] == [
            ("Phạm Đào", False), ("Trần Thị Lan", True)
        ]  # fmt: skip
        await browser.post(f"meeting/{event_id}", {"was": lan, "here": f"{far}\ni-dao", "act": "tick"})
        page = await browser.get(f"meeting/{event_id}")
        assert "Phạm Đào" in page and "Trần Thị Lan" not in page, "put right, and nobody of another area"
        await browser.post(f"meeting/{event_id}", {"was": "", "here": "", "act": "end"}, 400)
    house.clock.passes(days=5)
    async with house.browser(cuc) as browser:
        refused = await browser.post(f"meeting/{event_id}", {"was": "", "here": lan, "act": "tick"}, 400)
        assert "đã kết thúc" in refused and "Sửa điểm danh" not in await browser.get(f"meeting/{event_id}?sua=1")
    came = await rows(house, "attendance")
    assert [row["learner_id"] or row["invitee_id"] for row in came] == [anh, "i-dao"]
    assert {row["at"] for row in came} == {to_ms(over)}, "it counts for the day of the meeting"
    acts = [row["what"] for row in await rows(house, "audit")]
    assert acts.count("meeting_begun") == acts.count("meeting_closed") == acts.count("meeting_mended") == 1


async def test_two_officers_roll_one_meeting_and_neither_undoes_the_other(house: DeskHouse):
    cuc, hai = await house.person("Cúc", "officer"), await house.person("Hai", "officer", BRANCH)
    lan, mai = await house.person("Lan", "learner", BRANCH), await house.person("Mai", "learner", BRANCH)
    async with house.browser(cuc) as first, house.browser(hai) as second:
        event_id = await begun(first)
        await first.post(f"meeting/{event_id}", {"was": "", "here": lan, "act": "tick"})
        await second.post(f"meeting/{event_id}", {"was": "", "here": mai, "act": "tick"})
        assert [ticked for _, ticked in names(await first.get(f"meeting/{event_id}"))] == [True, True]


async def test_a_meeting_of_another_area_is_none(house: DeskHouse):
    lan = await house.person("Lan", "learner", BRANCH)
    async with house.browser(await house.person("Cúc", "officer")) as hers:
        event_id = await begun(hers)
        await hers.post("meetings", {"khu": FOREIGN_BRANCH, "bai": await lesson_of(hers)}, 404)
        assert "Chọn địa bàn họp" in await hers.post("meetings", {"khu": "", "bai": "x"}, 400)
        assert "Chọn bài học" in await hers.post("meetings", {"khu": BRANCH, "bai": "khong-co"}, 400)
    async with house.browser(await house.person("Xa", "officer", OTHER)) as other:
        assert event_id not in await other.get("meetings")
        await other.get(f"meeting/{event_id}", 404)
        for act in ("tick", "end"):
            await other.post(f"meeting/{event_id}", {"was": "", "here": lan, "act": act}, 404)
    assert await rows(house, "attendance") == [] and [row["ended_at"] for row in await rows(house, "meeting")] == [None]


async def test_in_a_large_area_one_looks_for_a_name(house: DeskHouse):
    lines = [InviteeRow(f"i-{n:03}", f"Lê Thị Lan ({1930 + n})", WARD, "learner") for n in range(310)]
    await house.database.transact(lambda c: invitees.add(c, lines, "", house.clock.now()))
    tam = await house.person("Nguyễn Tám", "learner", WARD)
    async with house.browser(await house.person("Cúc", "officer", PROVINCE)) as browser:
        refused = await browser.post("meetings", {"khu": PROVINCE, "bai": await lesson_of(browser)}, 400)
        assert "Họp ở một xã" in refused
        event_id = await begun(browser, WARD)
        page = await browser.get(f"meeting/{event_id}")
        assert len(names(page)) == 300 and "Còn người nữa" in page and "Nguyễn Tám" not in page
        page = await browser.get(f"meeting/{event_id}?q=tam")
        assert names(page) == [("Nguyễn Tám", False)] and f'value="{tam}"' in page
        assert "Không có ai tên như vậy" in await browser.get(f"meeting/{event_id}?q=khongco")


async def test_a_meeting_that_was_begun_in_a_chat_is_looked_at_alone(house: DeskHouse):
    lan = await house.person("Lan", "learner", BRANCH)
    came = {"event_id": "e-chat", "area_id": BRANCH, "lesson": LESSON, "learner_id": lan, "at": 1, "by": "x"}
    await put(house, "attendance", came)
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        assert "Lan" in await browser.get("meeting/e-chat")
        await browser.post("meeting/e-chat", {"was": lan, "here": "", "act": "tick"}, 404)
    assert len(await rows(house, "attendance")) == 1
