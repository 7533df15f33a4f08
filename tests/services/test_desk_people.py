"""The list of people and a person's page over HTTP: who is found, what is told, what may be done, what is noted."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from bot.desk.areas import in_order
from bot.people.policy.permissions import OPERATOR
from storage.people import invitees, people
from storage.people import tables as people_t
from storage.people.areas import AreaRow
from storage.people.records import InviteeRow, RoleRow
from tests.support.desk_house import BRANCH, OTHER, PROVINCE, WARD, DeskBrowser, DeskHouse
from tests.support.desk_scene import house as house


def lines(page: str) -> list[str]:
    """The names on a page of the list."""
    return [html.unescape(name) for name in re.findall(r"<strong>([^<]*)</strong></a>", page)]


async def entry(house: DeskHouse, invitee_id: str, name: str, area_id: str = WARD, role: str = "learner") -> str:
    row = InviteeRow(invitee_id, name, area_id, role)
    await house.database.transact(lambda c: invitees.add(c, [row], "", house.clock.now()))
    return invitee_id


async def noted(house: DeskHouse, learner_id: str = "") -> list[str]:
    """What the audit says, of one person or of all."""
    subject = house.officers.services.names.of(learner_id) if learner_id else None
    rows = await house.database.read(people.audit)
    return [row.what for row in rows if subject in (None, row.subject) and not row.what.startswith("desk_")]


async def roles(house: DeskHouse, learner_id: str) -> list[tuple[str, str, str]]:
    rows = await house.database.read(lambda c: people.roles_of(c, learner_id))
    return [(row.role, row.area_id, row.state) for row in rows]


async def act(browser: DeskBrowser, person: str, status: int = 303, **form: str) -> str:
    return await browser.post(f"person/{person}", form, status)


async def test_the_list_is_in_order_and_searched_with_and_without_marks(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    for name in ("Trần Thị Đào", "Nguyễn Thị Lan", "Lê Thị Lân"):
        await house.person(name, "learner", BRANCH)
    await house.person("Lan Xa", "learner", OTHER)
    await entry(house, "i-lan", "Nguyễn Thị Lan (1962)")
    async with house.browser(cuc) as browser:
        everybody = ["Cúc", "Trần Thị Đào", "Nguyễn Thị Lan", "Nguyễn Thị Lan (1962)", "Lê Thị Lân"]
        assert lines(await browser.get("people")) == everybody
        assert lines(await browser.get("people?q=lan")) == everybody[2:]
        assert lines(await browser.get("people?q=LÂN")) == ["Lê Thị Lân"]
        assert lines(await browser.get("people?q=nguyễn lan")) == everybody[2:4]
        assert lines(await browser.get("people?q=lan 1962")) == ["Nguyễn Thị Lan (1962)"]
        near = await browser.get("people?q=Lẫn")
        assert "gần giống" in near and lines(near) == everybody[2:]
        assert lines(await browser.get(f"people?khu={BRANCH}")) == ["Trần Thị Đào", "Nguyễn Thị Lan", "Lê Thị Lân"]
        assert lines(await browser.get("people?vai=officer")) == ["Cúc"]
        assert lines(await browser.get("people?tt=invited")) == ["Nguyễn Thị Lan (1962)"]
        assert "Không có ai như vậy" in await browser.get("people?q=zzz")
        assert "đang hoạt động" not in lines(await browser.get("people?vai=nhé&tt=nhé&sau=x|y"))
        for foreign in (OTHER, PROVINCE, "khong-co"):
            await browser.get(f"people?khu={foreign}", 404)


async def test_a_person_is_found_by_the_name_that_a_list_has(house: DeskHouse):
    cuc, sau = await house.person("Cúc", "officer"), await house.person("Sáu", "learner")
    await entry(house, "i-1", "Huỳnh Thị Bé")
    await house.officers.people.recognise(OPERATOR, sau, "i-1")
    async with house.browser(cuc) as browser:
        page = await browser.get("people?q=huynh be")
        assert lines(page) == ["Huỳnh Thị Bé"] and "gọi là Sáu" in page and f"person/{sau}" in page
        assert lines(await browser.get("people?q=sau")) == ["Huỳnh Thị Bé"]
        await browser.get("person/i-1", 303)


async def test_an_id_is_found_by_how_it_begins(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    far = await house.person("Xa", "learner", OTHER)
    async with house.browser(cuc) as browser:
        assert lines(await browser.get(f"people?q={lan[:9].upper()}")) == ["Lan"]
        assert lines(await browser.get(f"people?q={far[:9]}")) == []


async def test_a_long_list_goes_on(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    for at in range(35):
        await entry(house, f"i-{at:02}", f"Lê Thị Lan ({1930 + at})")
    async with house.browser(cuc) as browser:
        for query in ("", "q=lan", "q=Lê+Thị"):
            page = await browser.get(f"people?{query}")
            (more,) = re.findall(r'href="\./(people\?[^"]*sau=[^"]*)"', page)
            seen = lines(page) + lines(await browser.get(html.unescape(more)))
            assert len(seen) == len(set(seen)) == 35 + (query == "")


async def test_her_page_tells_what_she_is_and_that_it_was_looked_at(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner", BRANCH)
    async with house.browser(cuc) as browser:
        page, *_ = [await browser.get(f"person/{lan}") for _ in range(3)]
        assert "hội viên" in page and f"Chi hội {BRANCH}" in page and "Chưa học bài nào" in page
        assert await noted(house, lan) == ["looked"], "once an hour"
        house.clock.passes(minutes=61)
        await browser.get(f"person/{lan}")
        for way in ("", "/correct", "/same", "/withdraw", "/delete"):
            await browser.get(f"person/{lan}{way}")
        assert await noted(house, lan) == ["looked", "looked"]
    async with house.browser(await house.person("Hai", "officer")) as other:
        await other.get(f"person/{lan}/correct")
    assert await noted(house, lan) == ["looked"] * 3, "whichever of the pages comes first"


@pytest.mark.parametrize("where", ["other", "nobody"])
async def test_whoever_is_not_hers_is_nobody(house: DeskHouse, where: str):
    cuc, far = await house.person("Cúc", "officer"), await house.person("Xa", "instructor", OTHER)
    await entry(house, "i-far", "Lê Xa", OTHER)
    person, line = (far, "i-far") if where == "other" else ("p-000000000000", "i-000")
    async with house.browser(cuc) as browser:
        for path in (person, line, *(f"{person}/{each}" for each in ("correct", "same", "kept", "withdraw", "delete"))):
            said = await browser.get(f"person/{path}", 404)
            assert "Trang này không có, hoặc không thuộc việc của chị." in said and "Xa" not in said, path
        for deed in ("suspend", "approve", "code_back", "sign_out"):
            await act(browser, person, 404, act=deed)
        await browser.post(f"person/{person}/delete", {"sure": "1"}, 404)
        await browser.post(f"person/{person}/withdraw", {"sure": "1"}, 404)
        await browser.post(f"person/{person}/correct", {"name": "Khác"}, 404)
        await browser.post(f"person/{person}/kept", {}, 404)
        await browser.post("invite", {"act": "entry", "dong": line}, 404)
    assert await roles(house, far) == [("instructor", OTHER, "active")]
    if where == "other":
        assert "refused_see_people" in await noted(house, far), "who tries the ids of another ward shall be seen"


async def test_suspended_approved_and_told_where_the_right_ends(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    mai = await house.person("Mai", "instructor", BRANCH)
    async with house.browser(cuc) as browser:
        await act(browser, mai, act="suspend", role="instructor")
        assert await roles(house, mai) == [("instructor", BRANCH, "suspended")]
        page = await browser.get(f"person/{mai}")
        assert "đang tạm dừng" in page and "Mở lại vai đã tạm dừng" in page and "có hiệu lực ngay" in page
        await act(browser, mai, act="lift")
        assert await roles(house, mai) == [("instructor", BRANCH, "active")]
        assert "không còn bị tạm dừng" in await act(browser, mai, 400, act="lift")
        refused = await act(browser, cuc, 400, act="suspend", role="officer")
        assert "do cấp trên giao" in refused and "Tạm dừng vai cán bộ" not in refused
        assert "Không rõ" in await act(browser, mai, 400, act="suspend", role="learner")
        assert "Không rõ việc" in await act(browser, mai, 400, act="nhảy")
    assert "suspended_instructor" in await noted(house, mai)


async def test_whoever_was_suspended_in_several_roles_acts_again_by_one_deed_of_whoever_may(house: DeskHouse):
    cuc, admin = await house.person("Cúc", "officer", PROVINCE), await house.person("Ánh", "admin", PROVINCE)
    mai = await house.person("Mai", "officer", BRANCH)
    give = RoleRow(mai, "instructor", WARD, "active", "operator", house.clock.now())
    await house.database.transact(lambda c: people.set_role(c, give))
    async with house.browser(await house.person("Hai", "officer")) as ward, house.browser(admin) as browser:
        await act(browser, mai, act="suspend", role="officer")
        await act(ward, mai, act="suspend", role="instructor")
        page = await ward.get(f"person/{mai}")
        assert "Do cấp trên tạm dừng" in page and "Mở lại: cho" not in page
        assert "Chị ấy do cấp trên tạm dừng" in await act(ward, mai, 400, act="lift")
        assert [state for *_, state in await roles(house, mai)] == ["suspended", "suspended"]
        page = await browser.get(f"person/{mai}")
        assert "Đang bị tạm dừng: người chỉ bài, cán bộ" in page
        await act(browser, mai, act="lift")
    assert sorted(await roles(house, mai)) == [("instructor", WARD, "active"), ("officer", BRANCH, "active")]
    assert {"lifted_officer", "lifted_instructor"} <= set(await noted(house, mai)) and cuc


async def test_a_stranger_is_confirmed_and_is_a_line_of_the_list(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan")
    await house.database.transact(lambda c: people.set_area(c, lan, WARD))
    await entry(house, "i-lan", "Nguyễn Thị Lan", BRANCH)
    await entry(house, "i-hoa", "Nguyễn Thị Hoa", BRANCH)
    await entry(house, "i-can", "Lê Lan", BRANCH, "instructor")
    await entry(house, "i-far", "Lê Lan", OTHER)
    async with house.browser(cuc) as browser:
        assert "tự vào, chưa xác nhận" in await browser.get(f"person/{lan}")
        page = await browser.get(f"person/{lan}/same")
        assert "Nguyễn Thị Lan" in page and "Nguyễn Thị Hoa" not in page and "i-far" not in page
        assert "tự nhận" in await browser.post(f"person/{lan}/same", {"dong": "i-can"}, 400)
        for gone in ("i-far", "i-nobody", ""):
            assert "không còn trong danh sách" in await browser.post(f"person/{lan}/same", {"dong": gone}, 400)
        await browser.post(f"person/{lan}/same", {"dong": "i-lan"})
        assert await roles(house, lan) == [("learner", BRANCH, "active")]
        page = await browser.get(f"person/{lan}")
        assert "<h1>Nguyễn Thị Lan</h1>" in page and lines(await browser.get("people?tt=invited")) == [
            "Nguyễn Thị Hoa",
            "Lê Lan",
        ]
        assert "không còn trong danh sách" in await browser.post(f"person/{lan}/same", {"dong": "i-lan"}, 400)
        await act(browser, lan, act="confirm", khu=WARD)
        assert ("learner", WARD, "active") in await roles(house, lan)
        await act(browser, lan, 404, act="confirm", khu=OTHER)
        assert "Chưa chọn" in await act(browser, lan, 400, act="confirm")
    assert {"recognised", "confirmed"} <= set(await noted(house, lan))


def test_areas_that_lie_side_by_side_are_in_the_order_of_vietnamese_lists():
    tree = {"/x/": "Tỉnh", "/x/1/": "Xã Ấp Đông", "/x/2/": "Phường Đồng Xoài", "/x/3/": "Phường Dĩ An",
            "/x/3/a/": "Khu phố 10", "/x/3/b/": "Khu phố 2"}  # fmt: skip
    rows = [AreaRow(path, None, "", name, "", path) for path, name in tree.items()]
    found = [row.name for row in in_order(rows)]
    assert found == ["Tỉnh", "Phường Dĩ An", "Khu phố 2", "Khu phố 10", "Phường Đồng Xoài", "Xã Ấp Đông"]


async def test_two_persons_are_put_side_by_side_and_a_code_joins_them(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Trần Thị Lan", "learner")
    ba, xa = await house.person("Bé Ba", "instructor", BRANCH), await house.person("Xa", "learner", OTHER)
    async with house.browser(cuc) as browser:
        assert "Không thấy ai cùng tên" in await browser.get(f"person/{lan}/same")
        assert f"same/{ba}" in await browser.get(f"person/{lan}/same?q=ba"), "under another name"
        assert "Không có ai như vậy" in await browser.get(f"person/{lan}/same?q=xa")
        page = await browser.get(f"person/{lan}/same/{ba}")
        assert "Ở lại: Bé Ba" in page and "Nhập vào: Trần Thị Lan" in page and "trong bảy ngày" in page
        assert "Chưa làm gì cả" in await browser.post(f"person/{lan}/same/{ba}", {}, 400)
        await browser.post(f"person/{lan}/same/{ba}", {"sure": "1"})
        shown = await browser.get("code")
        assert re.search(r"MOI-\w{4}-\w{4}", shown) and "Trần Thị Lan" in shown
        await browser.get(f"person/{lan}/same/{xa}", 404)
        await browser.get(f"person/{lan}/same/p-000000000000", 404)
        await browser.get(f"person/{lan}/same/{lan}", 400)
    assert "vouched" in await noted(house, ba)


async def test_a_code_for_a_new_phone_and_all_phones_signed_out(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    async with house.browser(cuc) as browser:
        await act(browser, lan, act="code_back")
        shown = await browser.get("code")
        (code,) = re.findall(r"MOI-\w{4}-\w{4}", shown)
        assert code not in await browser.get(f"person/{lan}")
        await act(browser, lan, act="sign_out")
        assert "Đã cho thoát 1 máy" in await browser.get(f"person/{lan}")
        refused = await act(browser, cuc, 400, act="code_back")
        assert "cấp trên" in refused, "an officer is let in by whoever may make officers"
    assert {"signed_out"} <= set(await noted(house, lan))


async def test_data_is_put_right(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    async with house.browser(cuc) as browser:
        same = {"name": "Lan", "address": "chị/em", "khu": ""}
        assert "Chưa có gì khác" in await browser.post(f"person/{lan}/correct", same, 400)
        wrong = await browser.post(f"person/{lan}/correct", {**same, "name": "<b>&"}, 400)
        assert "không dùng làm tên gọi được" in wrong and 'value="&lt;b&gt;&amp;"' in wrong
        assert "đã đồng ý" in await browser.post(f"person/{lan}/correct", {**same, "needs": "poor"}, 400)
        await browser.post(f"person/{lan}/correct", {**same, "khu": OTHER}, 404)
        full = {**same, "name": "Lan  Anh", "khu": BRANCH, "needs": "poor", "agreed": "1"}
        await browser.post(f"person/{lan}/correct", full)
        page = await browser.get(f"person/{lan}")
        assert "Lan Anh" in page and f"Chi hội {BRANCH}" in page and "hoàn cảnh khó khăn" in page
    assert "corrected" in await noted(house, lan)


async def test_what_is_kept_is_shown_and_taken_away(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    async with house.browser(cuc) as browser:
        assert "Số máy" in await browser.get(f"person/{lan}/kept")
        file = await browser.post(f"person/{lan}/kept", {}, 200)
        assert "Lan" in file and "search_key" not in file
        assert "mãi mãi" in await browser.get(f"person/{lan}/delete")
        assert "Chưa làm gì cả" in await browser.post(f"person/{lan}/delete", {}, 400)
        assert "Chưa làm gì cả" in await browser.post(f"person/{lan}/withdraw", {}, 400)
        await browser.post(f"person/{lan}/withdraw", {"sure": "1"})
        assert await house.database.read(lambda c: people.consent_of(c, lan)) == "declined"
        mai = await house.person("Mai", "learner")
        await browser.post(f"person/{mai}/delete", {"sure": "1"})
        await browser.get(f"person/{mai}", 404)
    rows = await house.database.read(lambda c: list(c.scalars(select(people_t.person_word.c.word))))
    assert "lan" not in rows and "mai" not in rows
    assert {"seen", "exported", "withdrawn_by_officer"} <= set(await noted(house, lan))
    assert "deleted_by_officer" in await noted(house, mai)


async def test_markup_in_names_is_text(house: DeskHouse):
    cuc = await house.person("<img src=x onerror=alert(1)>", "officer")
    evil = await house.person("<script>alert(2)</script>", "learner")
    await entry(house, "i-evil", "<svg onload=alert(3)>{{7919*7919}}")
    await house.database.transact(
        lambda c: people.set_role(c, RoleRow(evil, "instructor", BRANCH, "asked", "", house.clock.now()))
    )
    async with house.browser(cuc) as browser:
        paths = ["people", "people?q=<script>", f"person/{evil}", f"person/{evil}/same", f"person/{evil}/correct"]
        paths += [f"person/{evil}/delete", f"person/{evil}/kept", "person/i-evil", "invite", "invite/codes"]
        for path in paths:
            page = await browser.get(path)
            for raw in ("<img src=x", "<script>alert", "<svg onload", "62710561"):
                assert raw not in page, path


async def test_nothing_is_done_by_a_form_of_another_site(house: DeskHouse):
    cuc, mai = await house.person("Cúc", "officer"), await house.person("Mai", "instructor", BRANCH)
    async with house.browser(cuc) as browser:
        for path in (f"person/{mai}", f"person/{mai}/delete", "invite", "invite/codes", "import", "import/check"):
            form = {"act": "suspend", "sure": "1"}
            await browser.post(path, form, 403, keyed=False)
            await browser.post(path, form, 403, Origin="https://evil.example")
            await browser.post(path, {**form, "form_key": "0" * 32}, 403, keyed=False)
    assert await roles(house, mai) == [("instructor", BRANCH, "active")]
