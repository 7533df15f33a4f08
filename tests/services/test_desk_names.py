"""Who somebody is at the desk: by her full name wherever an officer has to know it, and what asks before it is done."""

from __future__ import annotations

import html
import re

from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import areas, invitees, naming, people
from storage.people import tables as people_t
from storage.people.records import InviteeRow, RoleRow
from tests.support.desk_house import BRANCH, WARD, DeskHouse
from tests.support.desk_scene import asks, put, rows, teaches
from tests.support.desk_scene import house as house

WHOLE, HER_GUIDE = "Phạm Thị Xuân (gọi là Xuân)", "Đỗ Thị Cúc (gọi là Cúc)"


async def listed(house: DeskHouse, who: str, name: str) -> None:
    """A line of a list that this person has turned out to be."""

    def work(c: Connection) -> None:
        line = f"i-{who[2:]}"
        invitees.add(c, [InviteeRow(line, name, BRANCH, "learner")], "", house.clock.now())
        c.execute(people_t.invitee.update().where(people_t.invitee.c.invitee_id == line).values(claimed_by=who))
        naming.put_in_order(c, [who])

    await house.database.transact(work)


async def test_full_names_stand_wherever_an_officer_has_to_know_who_it_is(house: DeskHouse):
    xuan, cuc = await house.person("Xuân", "learner", BRANCH), await teaches(house, "Cúc", BRANCH)
    await listed(house, xuan, "Phạm Thị Xuân")
    await listed(house, cuc, "Đỗ Thị Cúc")
    lan = await house.person("Lan", "learner", BRANCH)
    cry = await asks(house, xuan, "safety")
    pair = {"pairing_id": "p1", "learner_id": lan, "instructor_id": cuc, "state": "open", "ended_at": None}
    await put(house, "pairing", {**pair, "opened_at": to_ms(house.clock.now())})
    model = {"model_id": "m1", "kind": "club", "area_id": BRANCH, "name": "Tổ", "year": 2026, "ended_at": None}
    await put(house, "union_model", model)
    met = {"event_id": "e1", "area_id": BRANCH, "lesson": "mot", "by": "x", "begun_at": to_ms(house.clock.now())}
    await put(house, "meeting", {**met, "ended_at": None})
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        pages = {
            "": {WHOLE}, "pairings": {WHOLE, HER_GUIDE}, f"request/{cry}": {WHOLE}, f"person/{lan}": {HER_GUIDE},
            "meeting/e1": {WHOLE, HER_GUIDE}, "model/m1": {WHOLE, HER_GUIDE}, f"person/{xuan}/same": {WHOLE},
            f"person/{xuan}/delete": {WHOLE},
        }  # fmt: skip
        for path, names in pages.items():
            page = await browser.get(path)
            assert all(name in page for name in names), path
        await browser.post("model/m1", {"act": "join", "person": xuan})
        await browser.post("meeting/e1", {"act": "end", "was": "", "here": f"{xuan}\n{lan}"})
        for path in ("model/m1", "meeting/e1"):
            assert f"{WHOLE}</" in await browser.get(path)
        house.clock.passes(minutes=1)
        help_ = await asks(house, xuan, "help")
        assert f"{HER_GUIDE}</strong>" in await browser.get(f"request/{help_}")
        assert "Phạm Thị Xuân (called Xuân)" in await browser.get(
            "", headers={"Cookie": f"camtay_desk={browser.token}; camtay_desk_lang=en"}
        )


async def test_what_was_reported_names_both_in_full(house: DeskHouse):
    xuan, cuc = await house.person("Xuân", "learner", BRANCH), await teaches(house, "Cúc", BRANCH)
    await listed(house, xuan, "Phạm Thị Xuân")
    await listed(house, cuc, "Đỗ Thị Cúc")
    at, by = to_ms(house.clock.now()), house.officers.services.names.of(cuc)
    pair = {"pairing_id": "p1", "learner_id": xuan, "instructor_id": cuc, "state": "open", "ended_at": None}
    await put(house, "pairing", {**pair, "opened_at": at})
    event = {"request_id": None, "pairing_id": "p1", "by": by, "what": "reported", "detail": "{}", "at": at}
    await put(house, "pairing_event", event)
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        for path in ("", "report/p1"):
            page = await browser.get(path)
            assert WHOLE in page and HER_GUIDE in page, path


async def test_of_somebody_without_a_name_the_place_is_told(house: DeskHouse):
    new = await house.person("")
    await house.database.transact(lambda c: people.set_area(c, new, BRANCH))
    request = await asks(house, new, "safety")
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        assert "<strong>chưa có tên</strong></a> · Chi hội b-nhat" in await browser.get("")
        for path in (f"request/{request}", f"person/{new}"):
            assert "<h1>chưa có tên · Chi hội b-nhat" in await browser.get(path)
        for path in ("", "pairings", "people", f"request/{request}"):
            assert not re.search(r">\s*\?\s*<|\? ·", await browser.get(path)), path


async def test_the_main_deed_stands_first_and_hard_ones_apart_and_asking(house: DeskHouse):
    new, cuc = await house.person("Tư"), await teaches(house, "Cúc", BRANCH)

    def wishes(c: Connection) -> None:
        people.set_area(c, new, BRANCH)
        people.set_role(c, RoleRow(new, "instructor", BRANCH, "asked", "x", house.clock.now()))

    await house.database.transact(wishes)
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        page = await browser.get(f"person/{new}")
        assert page.index("Duyệt làm người chỉ bài") < page.index("Xác nhận là hội viên ở") < page.index("Sửa dữ liệu")
        assert page.index("Sửa dữ liệu") < page.index("Việc phải cân nhắc") < page.index("Xóa hết dữ liệu")
        page = await browser.get(f"person/{cuc}")
        for label, act in (("Tạm dừng vai người chỉ bài", "instructor"), ("Cho thoát mọi máy", "sign_out")):
            assert re.search(rf"<summary>{label}</summary><p>[^<]+Chắc chưa\?</p><button[^>]*value=\"{act}\"", page)
        for who in (new, cuc):  # who is one, or waits to be
            assert "Mời làm người chỉ bài" not in await browser.get(f"person/{who}")


async def test_codes_stand_place_by_place_and_are_found_by_a_name(house: DeskHouse):
    def work(c: Connection) -> None:
        path = areas.path_of(c, BRANCH)
        for area_id, name in (("t-muoi", "Tổ 10"), ("t-hai", "Tổ 2")):
            areas.add(c, [areas.AreaRow(area_id, BRANCH, "group", name, "", f"{path}{area_id}/")])
        lines = (("i-1", "Lê Thị Xuân", "t-muoi"), ("i-2", "Trần Thị Bé", "t-hai"), ("i-3", "Lê Thị An", "t-hai"))
        invitees.add(c, [InviteeRow(i, name, area, "learner") for i, name, area in lines], "", house.clock.now())

    await house.database.transact(work)
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        for line in ("i-1", "i-2", "i-3"):
            await browser.post("invite", {"act": "entry", "dong": line})
        page = await browser.get("invite/codes")
        found = [
            page.index(each)
            for each in (
                "<h2>Tổ 2, Chi hội b-nhat (2)",
                "Lê Thị An",
                "Trần Thị Bé",
                "<h2>Tổ 10, Chi hội b-nhat (1)",
                "Lê Thị Xuân",
            )
        ]
        assert found == sorted(found)
        page = await browser.get("invite/codes?q=xuan")
        assert "Lê Thị Xuân" in page and "Trần Thị Bé" not in page
        page = html.unescape(await browser.get("invite"))
        assert 'name="renew"' not in page
        assert re.search(
            r"<summary>Cả người đã có mã: mã cũ hết dùng được</summary><p>[^<]+Chắc chưa\?</p>.*value=\"renew\"", page
        )


async def test_who_was_asked_is_named_and_not_whose_turn_it_would_be(house: DeskHouse):
    xuan, cuc = await house.person("Xuân", "learner", BRANCH), await teaches(house, "Cúc Hoa", BRANCH)
    request = await asks(house, xuan, "help")
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        (offer,) = [row for row in await rows(house, "offer") if row["state"] == "open"]
        assert offer["instructor_id"] == cuc and offer["request_id"] == request
        assert "đang hỏi: Cúc Hoa" in await browser.get("")


async def test_an_announcement_goes_to_a_branch_and_a_draft_is_dropped(house: DeskHouse):
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        page = await browser.get("announcements")
        assert f'<option value="{WARD}"' in page and f'<option value="{BRANCH}"' in page
        text = "Thứ bảy mời các chị tới nhà văn hóa."
        here = (await browser.post("announcements", {"area": BRANCH, "text": text}))[2:]
        page = await browser.get(here)
        assert "b-nhat" in page and "Bỏ bản nháp này" in page
        await browser.post(here, {"act": "drop"})
        assert text not in await browser.get("announcements")
        await browser.get(here, 404)
        sent = (await browser.post("announcements", {"area": BRANCH, "text": text}))[2:]
        await house.person("Lan", "learner", BRANCH)
        await browser.post(sent, {"act": "send"})
        assert "đã gửi xong hoặc đã dừng" in await browser.post(sent, {"act": "drop"}, 400)
    assert [row["state"] for row in await rows(house, "announcement")] == ["sending"]


async def test_a_model_is_renamed_and_not_after_its_end(house: DeskHouse):
    model = {"model_id": "m1", "kind": "club", "area_id": BRANCH, "name": "Câu lạc bộ", "year": 2026, "ended_at": None}
    await put(house, "union_model", model)
    async with house.browser(await house.person("Hạnh", "officer")) as browser:
        await browser.post("model/m1", {"act": "rename", "name": "  Hoa   Sen "})
        assert "<h1>Hoa Sen</h1>" in await browser.get("model/m1")
        assert "phải có chữ" in await browser.post("model/m1", {"act": "rename", "name": "=1"}, 400)
        await browser.post("model/m1", {"act": "end"})
        assert "không đổi tên được" in await browser.post("model/m1", {"act": "rename", "name": "Sen"}, 400)
