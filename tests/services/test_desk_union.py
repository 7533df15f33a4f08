"""Announcements, meetings, files and the month's paper at the desk: what they show and do, to whom they are closed."""

from __future__ import annotations

import csv
import html
import io

import pytest

from bot.sheets.making import NotMade, xlsx
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import areas
from tests.services.test_union_cli import read_xlsx
from tests.support.desk_house import BRANCH, FOREIGN_BRANCH, OTHER, PROVINCE, WARD, DeskBrowser, DeskHouse
from tests.support.desk_scene import HOSTILE, asks, counted, put, rows
from tests.support.desk_scene import house as house

TEXT = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."


async def got(browser: DeskBrowser, path: str, status: int = 200) -> bytes:
    """A file, once what is in it has been counted."""
    for _ in range(100):
        async with browser.session.get(f"{browser.house.url}desk/{path}", allow_redirects=False) as response:
            if response.status == 400:
                continue
            assert response.status == status, response.status
            return await response.read()
    raise AssertionError("it counts for ever")


async def test_an_announcement_is_written_read_as_its_readers_will_sent_and_stopped(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    await house.person("Lan", "learner", BRANCH)
    await house.person("Xa", "learner", OTHER)
    async with house.browser(cuc) as browser:
        for text, link, why in (
            ("ngắn", "", "10"), (TEXT, "http://bit.ly/x", "bit[.]ly"), (f"{TEXT} Đọc mã OTP cho em.", "", "mật khẩu"),
        ):  # fmt: skip
            wrong = await browser.post("announcements", {"area": WARD, "text": text, "link": link}, 400)
            assert html.escape(text) in wrong and 'role="alert"' in wrong and why in wrong
        assert not await rows(house, "announcement")
        here = (await browser.post("announcements", {"area": WARD, "text": TEXT, "link": ""})).removeprefix("./")
        page = await browser.get(here)
        assert TEXT in page and "2 người nhận được" in page and "Gửi tin này" in page
        await browser.post(here, {"act": "nothing"}, 400)
        await browser.post(here, {"act": "send"})
        assert [row["state"] for row in await rows(house, "announcement")] == ["sending"]
        assert "Dừng gửi" in await browser.get(here)
        await browser.post(here, {"act": "send"}, 400)
        await browser.post(here, {"act": "stop"})
        assert "đã dừng" in await browser.get("announcements") and "Gửi tiếp" in await browser.get(here)
        for n in range(3):
            more = await browser.post("announcements", {"area": WARD, "text": f"{TEXT} Lần {n}.", "link": ""})
            await browser.post(more.removeprefix("./"), {"act": "send"}, 303 if n < 2 else 400)
    assert {"announcement_drafted", "announced", "announcement_stopped"} <= {
        row["what"] for row in await rows(house, "audit")
    }


async def test_nobody_is_told_what_nobody_can_read(house: DeskHouse):
    admin = await house.person("Ánh", "admin", PROVINCE)
    async with house.browser(admin) as browser:
        here = (await browser.post("announcements", {"area": FOREIGN_BRANCH, "text": TEXT})).removeprefix("./")
        assert "Gửi tin này" not in await browser.get(here)
        await browser.post(here, {"act": "send"}, 400)


async def test_what_was_written_is_shown_as_it_was_written(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    await put(house, "announcement", {"announcement_id": "a1", "area_id": WARD, "body": HOSTILE, "source_url": "",
                                      "by": "x", "at": 1, "state": "draft"})  # fmt: skip
    await put(house, "invitee", {"invitee_id": "i1", "name": HOSTILE, "area_id": WARD, "role": "learner", "by": "x",
                                 "at": 1})  # fmt: skip
    at = to_ms(house.clock.now())
    await put(house, "attendance", {"event_id": "e1", "area_id": WARD, "lesson": HOSTILE, "learner_id": None,
                                    "invitee_id": "i1", "at": at, "by": "x"})  # fmt: skip
    async with house.browser(cuc) as browser:
        for path in ("announcements", "announcement/a1", "meetings", "meeting/e1"):
            page = await browser.get(path)
            assert "<script>alert" not in page and html.escape("<script>alert(1)</script>") in page


async def test_a_meeting_has_its_roll_by_given_names(house: DeskHouse):
    cuc, at = await house.person("Cúc", "officer"), to_ms(house.clock.now())
    women = [await house.person(name, "learner", BRANCH) for name in ("Nguyễn Thị Đào", "Trần An", "Lê Thị Ánh")]
    common = {"event_id": "e1", "area_id": BRANCH, "lesson": "l1", "invitee_id": None, "by": "x"}
    await put(house, "attendance", *({**common, "learner_id": each, "at": at + n} for n, each in enumerate(women)))
    await put(house, "attendance", {**common, "learner_id": None, "at": at + 9})
    async with house.browser(cuc) as browser:
        assert "meeting/e1" in await browser.get("meetings")
        page = await browser.get("meeting/e1")
    order = [page.index(name) for name in ("Trần An", "Lê Thị Ánh", "Nguyễn Thị Đào")]
    assert order == sorted(order) and "4 người có mặt" in page and "1 người đã xóa dữ liệu" in page


async def test_each_report_comes_as_csv_and_as_a_workbook(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    await house.person("=1+1", "learner", BRANCH)
    async with house.browser(cuc) as browser:
        page = await browser.get("exports")
        for what in ("targets", "pairs", "progress", "people"):
            assert f"export/{what}?o={WARD}" in page
            text = (await got(browser, f"export/{what}?o={WARD}&dang=csv")).decode("utf-8-sig")
            lines = list(csv.reader(io.StringIO(text), delimiter=";"))
            cells = read_xlsx(await got(browser, f"export/{what}?o={WARD}&dang=xlsx"))
            assert [len(row) for row in cells] == [len(row) for row in lines] and cells[0] == lines[0]
            assert "_" not in "".join(lines[0]) and len(lines) > 1
        people = (await got(browser, f"export/people?o={WARD}&dang=csv")).decode()
        assert "'=1+1" in people and "hội viên" in people and ";Chi hội" in people
    assert "exported_list" in {row["what"] for row in await rows(house, "audit")}


async def test_a_file_is_called_in_words_and_lists_places_as_people_count_and_without_their_ids(house: DeskHouse):
    def groups(c: Connection) -> None:
        path = areas.path_of(c, BRANCH)
        for area_id, name in (("t-a", "Tổ 10"), ("t-b", "Tổ 2")):
            areas.add(c, [areas.AreaRow(area_id, BRANCH, "group", name, "", f"{path}{area_id}/")])

    await house.database.transact(groups)
    address = f"{house.url}desk/export/targets?o={WARD}&dang=csv&nam=2026"
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as browser:
        await counted(browser, "areas?nam=2026")
        response = await browser.session.get(address)
        assert "UTF-8''chi-tieu-phuong-tran-bien-2026.csv" in response.headers["Content-Disposition"]
        text = (await response.read()).decode("utf-8-sig")
    names = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")]
    wanted = ["Địa bàn", "Phường Trấn Biên", "Chi hội b-nhat", "Tổ 2, Chi hội b-nhat", "Tổ 10, Chi hội b-nhat"]
    assert names == wanted and "t-a" not in text and WARD not in text


async def test_the_month_on_paper_counts_what_that_month_brought(house: DeskHouse):
    house.clock.passes(days=40)
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner", BRANCH)
    now = to_ms(house.clock.now())
    for n, days in enumerate((0, 1, 35)):
        at = now - days * 86_400_000
        run = {"run_id": f"r{n}", "learner_id": lan, "lesson": "l1", "version": 1, "points": 0, "passed": n == 0}
        await put(house, "run", {**run, "started_at": at, "ended_at": at, "outcome": "completed"})
    await asks(house, lan)
    house.clock.passes(hours=3)
    async with house.browser(cuc) as browser:
        page = await counted(browser, "month?thang=2026-02")
        assert page.split('class="number">')[-1].startswith("0"), "who has waited for three hours is not late yet"
    house.clock.passes(days=2)
    async with house.browser(cuc) as browser:
        page = await counted(browser, "month?thang=2026-02&dem=lai")
        figures = [line.split("</td>")[0] for line in page.split('class="number">')[2:]]
        assert figures == ["2", "2", "2", "1", "0", "0", "0", "0", "0", "0", "0", "1", "0", "1"]
        assert "Phường Trấn Biên" in page and "ngày 16 tháng 02 năm 2026" in page and "TM. BAN THƯỜNG VỤ" in page
        january = await counted(browser, "month")
        figures = [line.split("</td>")[0] for line in january.split('class="number">')[2:]]
        assert figures[2] == "1" and "tháng 1 năm 2026" in january, "the month before, where none is named"
        await counted(browser, "month?thang=9999-99")


@pytest.mark.parametrize(
    ("role", "area_id", "mine", "foreign"),
    [
        ("officer", WARD, (WARD, BRANCH), (PROVINCE, OTHER, FOREIGN_BRANCH)),
        ("officer", BRANCH, (BRANCH,), (PROVINCE, WARD, OTHER, FOREIGN_BRANCH)),
        ("officer", OTHER, (OTHER, FOREIGN_BRANCH), (PROVINCE, WARD, BRANCH)),
        ("editor", PROVINCE, (), (PROVINCE, WARD, BRANCH)),
        ("admin", PROVINCE, (PROVINCE, WARD, BRANCH, OTHER), ()),
    ],
)  # fmt: skip
async def test_who_may_what_where(
    house: DeskHouse, role: str, area_id: str, mine: tuple[str, ...], foreign: tuple[str, ...]
):
    for each in (*mine, *foreign):
        await put(house, "announcement", {"announcement_id": f"a-{each}", "area_id": each, "body": TEXT,
                                          "source_url": "", "by": "x", "at": 1, "state": "draft"})  # fmt: skip
        await put(house, "attendance", {"event_id": f"e-{each}", "area_id": each, "lesson": "l1", "learner_id": None,
                                        "invitee_id": None, "at": 1, "by": "x"})  # fmt: skip
    async with house.browser(await house.person("Cúc", role, area_id)) as browser:
        for each in mine:
            for path in (f"announcement/a-{each}", f"meeting/e-{each}", f"exports?o={each}"):
                await browser.get(path)
            await counted(browser, f"month?o={each}")
            await got(browser, f"export/people?o={each}")
        for each in foreign:
            unknown = {path: await browser.get(f"{path}/khong-co", 404) for path in ("announcement", "meeting")}
            assert await browser.get(f"announcement/a-{each}", 404) == unknown["announcement"]
            assert await browser.get(f"meeting/e-{each}", 404) == unknown["meeting"]
            assert await browser.get(f"month?o={each}", 404) == await browser.get("month?o=khong-co", 404)
            await browser.get(f"export/people?o={each}", 404)
            await got(browser, f"export/targets?o={each}", 404 if each in (BRANCH, FOREIGN_BRANCH) else 200)
            await browser.post(f"announcement/a-{each}", {"act": "send"}, 404)
            await browser.post("announcements", {"area": each, "text": TEXT}, 404)
            if role != "editor":
                await browser.get(f"exports?o={each}", 404)
        if mine:
            for page in (await browser.get("announcements"), await browser.get("meetings")):
                assert not [each for each in foreign if f"/a-{each}" in page or f"/e-{each}" in page]
        await browser.get("export/nothing?o=x", 404)
    assert {row["state"] for row in await rows(house, "announcement")} == {"draft"}
    async with house.browser() as nobody:
        for path in ("announcements", "meetings", "exports", "month", "export/people", "announcement/a-w26041"):
            await nobody.get(path, 303)


async def test_a_workbook_that_cannot_be_made_is_told():
    async def slices():
        yield [[object]]

    with pytest.raises(TypeError):
        await xlsx("x", ["a"], slices())

    async def wrong():
        yield [[{"no": "cell"}]]

    with pytest.raises(NotMade):
        await xlsx("x", ["a"], wrong())
