"""The page of one request and the board of pairings: what they show, what they do, to whom they are closed."""

from __future__ import annotations

import html
import re

import pytest

from bot.pairing.policy import happenings, staff
from bot.people.policy.permissions import OPERATOR
from storage.people import people
from storage.people.records import RoleRow
from tests.support.desk_house import BRANCH, FOREIGN_BRANCH, OTHER, PROVINCE, WARD, DeskHouse
from tests.support.desk_scene import HOSTILE, asks, happens, rows, teaches
from tests.support.desk_scene import house as house


async def test_a_request_says_why_it_waits_and_whom_one_could_ask_the_best_first(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    lan = await house.person("Lan", "learner", BRANCH)
    far, near = await teaches(house, "Xa", PROVINCE), await teaches(house, "Gần", BRANCH)
    full, hoa = await teaches(house, "Đầy", WARD, 0), await teaches(house, "Hoa")
    request_id = await asks(house, lan, lesson="l2-an-toan-mang", step="")
    async with house.browser(cuc) as browser:
        page = await browser.get(f"request/{request_id}")
    order = [page.index(f"person/{each}") for each in (near, hoa, far)]
    assert order == sorted(order), "her own branch, then the ward, then the province"
    assert page.count("đang được hỏi") == 1 and "nên hỏi trước" not in page and f'value="{near}"' not in page
    assert "đang kèm 0/3" in page and "cùng chi hội" in page
    assert "Đầy · cùng xã, phường: đã kèm đủ người" in page and f'value="{full}"' not in page
    assert "hỏi Gần nhận" in page and "Đang hỏi một người" in page and f"person/{lan}" in page
    assert [row["what"] for row in await rows(house, "audit")][-1] == "request_seen"


async def test_an_officer_asks_an_instructor_by_hand_and_sees_who_was_asked(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    first, other = await teaches(house, "Mai", BRANCH), await teaches(house, "Hoa", OTHER)
    request_id = await asks(house, lan)
    async with house.browser(cuc) as browser:
        to = await browser.post(f"request/{request_id}", {"act": "ask", "instructor": other})
        assert to == f"../request/{request_id}"
        page = await browser.get(f"request/{request_id}")
        assert "Đã hỏi. Có trả lời" in page and "Cúc hỏi Hoa nhận" in page and "đã rút lời hỏi" in page
        house.clock.passes(minutes=1)
        refused = await browser.post(f"request/{request_id}", {"act": "ask", "instructor": lan}, 400)
        assert "Chưa hỏi được" in refused
        await browser.post(f"request/{request_id}", {"act": "nothing"}, 400)
    offers = {row["instructor_id"]: row["state"] for row in await rows(house, "offer")}
    assert offers == {first: "withdrawn", other: "open"}
    await happens(house, other, lambda work: happenings.accept(work, work.ledger.offer_for(request_id).offer_id))
    async with house.browser(cuc) as browser:
        page = await browser.get(f"request/{request_id}")
        assert "người chỉ: Hoa" in page and "Hỏi ai được" not in page


async def test_a_cry_comes_first_is_taken_and_is_done(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    await teaches(house, "Hoa")
    cry = await asks(house, lan, "safety")
    async with house.browser(cuc) as browser:
        today = await browser.get("")
        assert f'href="./request/{cry}"' in today or f"request/{cry}" in today
        page = await browser.get(f"request/{cry}")
        assert "KHẨN" in page and "gọi Cúc" in page and "Hỏi ai được" not in page
        await browser.post(f"request/{cry}", {"act": "take"})
        page = await browser.get(f"request/{cry}")
        assert "Cúc đã nhận và đang lo" in page and "Đã lo xong" in page and "Tôi lo việc này" not in page
        await browser.post(f"request/{cry}", {"act": "done"})
        assert "đã lo xong" in await browser.get(f"request/{cry}")
        refused = await browser.post(f"request/{cry}", {"act": "take"}, 400)
        assert "Chưa làm được" in refused
    assert {"request_taken", "request_done"} <= {row["what"] for row in await rows(house, "audit")}
    assert any(row["phrase"] == "help_coming" or row["learner_id"] == lan for row in await rows(house, "notice"))


@pytest.mark.parametrize(
    ("role", "area_id", "status"),
    [
        ("officer", WARD, 200), ("officer", PROVINCE, 200), ("officer", BRANCH, 200), ("admin", PROVINCE, 200),
        ("officer", OTHER, 404), ("officer", FOREIGN_BRANCH, 404), ("editor", PROVINCE, 404),
    ],
)  # fmt: skip
async def test_of_another_area_it_is_as_if_there_were_none(house: DeskHouse, role: str, area_id: str, status: int):
    lan = await house.person("Lan", "learner", BRANCH)
    hoa = await teaches(house, "Hoa")
    request_id = await asks(house, lan)
    who = await house.person("Cúc", role, area_id)
    before = [row["state"] for row in await rows(house, "offer")]
    async with house.browser(who) as browser:
        page = await browser.get(f"request/{request_id}", status)
        if status == 404:
            bare = re.sub(r"request/\w+", "", page)
            assert bare == re.sub(r"request/\w+", "", await browser.get("request/khong-co", 404))
            assert "Lan" not in page
            for act in ("take", "done", "ask"):
                await browser.post(f"request/{request_id}", {"act": act, "instructor": hoa}, 404)
            assert "Lan" not in await browser.get("pairings", 404 if role == "editor" else 200)
            assert [row["state"] for row in await rows(house, "offer")] == before
    async with house.browser() as nobody:
        await nobody.get(f"request/{request_id}", 303)
        await nobody.post(f"request/{request_id}", {"act": "take"}, 401)


async def test_an_admin_asks_takes_and_hands_over_where_nobody_else_does(house: DeskHouse):
    cuc, admin = await house.person("Cúc", "officer"), await house.person("Ánh", "admin", PROVINCE)
    lan, hoa = await house.person("Lan", "learner"), await teaches(house, "Hoa", OTHER)
    request_id, cry = await asks(house, lan), await asks(house, await house.person("Mơ", "learner"), "safety")
    assert {row["owner_id"] for row in await rows(house, "request")} == {hoa, cuc}, "nobody rings an admin meanwhile"
    async with house.browser(admin) as browser:
        await happens(house, hoa, lambda work: happenings.decline(work, work.ledger.offer_for(request_id).offer_id))
        await browser.post(f"request/{request_id}", {"act": "ask", "instructor": hoa})
        await browser.post(f"request/{cry}", {"act": "take"})
        page = await browser.get(f"request/{cry}")
        assert "Ánh đã nhận và đang lo" in page and f'<option value="{cuc}">Cúc' in page
        assert "Chưa làm được" in await browser.post(f"request/{cry}", {"act": "hand", "to": hoa}, 400)
        await browser.post(f"request/{cry}", {"act": "hand", "to": cuc})
        assert "vẫn là của chị" in await browser.get(f"request/{cry}")
    async with house.browser(cuc) as browser:
        assert "Tôi lo thay Ánh" in await browser.get(f"request/{cry}")
        await browser.post(f"request/{cry}", {"act": "relieve"})
        assert "Cúc đã nhận và đang lo" in await browser.get(f"request/{cry}")
    told = {row["phrase"] for row in await rows(house, "notice") if row["learner_id"] in (admin, cuc)}
    assert {"handed", "relieved"} <= told
    acts = [row["what"] for row in await rows(house, "audit")]
    assert {"assigned", "request_taken", "request_handed", "request_relieved"} <= set(acts)


async def test_what_an_admin_had_taken_goes_back_when_the_role_ends(house: DeskHouse):
    cuc, admin = await house.person("Cúc", "officer"), await house.person("Ánh", "admin", PROVINCE)
    cry = await asks(house, await house.person("Lan", "learner"), "safety")
    async with house.browser(admin) as browser:
        await browser.post(f"request/{cry}", {"act": "take"})
    await house.officers.people.suspend(OPERATOR, admin, "admin")
    (request,) = await rows(house, "request")
    assert (request["owner_id"], request["state"]) == (cuc, "waiting")


async def test_where_nobody_is_an_officer_the_admin_is_called(house: DeskHouse):
    admin, far = await house.person("Ánh", "admin", PROVINCE), await house.person("Xa", "admin", OTHER)
    await asks(house, await house.person("Lan", "learner"), "safety")
    (request,) = await rows(house, "request")
    assert request["owner_id"] == admin != far
    assert any(row["learner_id"] == admin and row["phrase"] == "safety_call" for row in await rows(house, "notice"))


async def test_a_report_is_looked_at_and_seen_to_and_never_by_whom_it_is_about(house: DeskHouse):
    cuc, hoa = await house.person("Cúc", "officer"), await teaches(house, "Hoa")
    lan = await house.person("Lan", "learner", BRANCH)
    request_id = await asks(house, lan)
    await happens(house, hoa, lambda work: happenings.accept(work, work.ledger.offer_for(request_id).offer_id))
    (pair,) = await rows(house, "pairing")
    line_id = pair["pairing_id"]
    give = RoleRow(hoa, "officer", WARD, "active", "operator", house.clock.now())
    await house.database.transact(lambda c: people.set_role(c, give))
    async with house.browser(cuc) as browser, house.browser(hoa) as guide:
        assert "Không có lời báo nào" in await browser.get("")
        await happens(house, hoa, lambda work: staff.caught(work, line_id, lan, lan, "relay_money"))
        house.clock.passes(minutes=5)
        await happens(house, lan, lambda work: staff.report(work, line_id))
        assert f"report/{line_id}" in await browser.get("") and f"report/{line_id}" not in await guide.get("")
        await guide.get(f"report/{line_id}", 404)
        await guide.post(f"report/{line_id}", {"act": "seen"}, 404)
        page = await browser.get(f"report/{line_id}")
        assert "Lan bấm “Báo cáo”" in page and "giữ lại tin Hoa viết cho Lan: có ý nhờ chuyển tiền" in page
        assert f"person/{hoa}" in page and f"person/{lan}" in page
        await browser.post(f"report/{line_id}", {"act": "x"}, 400)
        await browser.post(f"report/{line_id}", {"act": "seen"})
        assert "Không có lời báo nào" in await browser.get("")
        assert "đã có người xem rồi" in await browser.get(f"report/{line_id}")
        await happens(house, lan, lambda work: staff.report(work, line_id))
        assert f"report/{line_id}" in await browser.get(""), "what comes later is told anew"
    async with house.browser(await house.person("Xa", "officer", OTHER)) as other:
        assert line_id not in await other.get("")
        await other.get(f"report/{line_id}", 404)
    assert {"report_seen", "report_dealt"} <= {row["what"] for row in await rows(house, "audit")}


async def test_a_stranger_who_cries_is_seen_and_taken_by_whoever_answers_for_all(house: DeskHouse):
    cuc, tinh = await house.person("Cúc", "officer"), await house.person("Tỉnh", "officer", PROVINCE)
    admin, la = await house.person("Ánh", "admin", PROVINCE), await house.person("Lạ")
    cry = await asks(house, la, "safety")
    async with house.browser(cuc) as ward:
        assert cry not in await ward.get("") + await ward.get("pairings"), "a ward's officer answers for a ward"
        await ward.get(f"request/{cry}", 404)
        await ward.post(f"request/{cry}", {"act": "take"}, 404)
    async with house.browser(admin) as browser:
        assert f"request/{cry}" in await browser.get("") and f"request/{cry}" in await browser.get("pairings")
        assert "chưa biết ở đâu" in await browser.get(f"request/{cry}")
        await browser.get(f"person/{la}", 404)
    async with house.browser(tinh) as browser:
        await browser.post(f"request/{cry}", {"act": "take"})
        assert "Chưa chọn địa bàn" in await browser.post(f"request/{cry}", {"act": "confirm", "khu": ""}, 400)
        await browser.post(f"request/{cry}", {"act": "confirm", "khu": WARD})
        page = await browser.get(f"request/{cry}")
        assert "Phường Trấn Biên" in page and "Chưa ai xác nhận" not in page
        await browser.post(f"request/{cry}", {"act": "done"})
    (request,) = await rows(house, "request")
    assert request["state"] == "closed"


async def test_names_are_shown_as_they_are(house: DeskHouse):
    cuc, lan = await house.person(HOSTILE, "officer"), await house.person(HOSTILE, "learner")
    await teaches(house, HOSTILE)
    request_id = await asks(house, lan)
    async with house.browser(cuc) as browser:
        for page in (await browser.get(f"request/{request_id}"), await browser.get("pairings")):
            assert "<script>alert" not in page and html.escape("<script>alert(1)</script>") in page


async def test_the_board_has_each_where_it_stands_and_goes_on_page_by_page(house: DeskHouse):
    cuc, hoa = await house.person("Cúc", "officer"), await teaches(house, "Hoa", WARD, 1)
    paired, foreign = await house.person("Đã Ghép", "learner"), await house.person("Xã Khác", "learner", OTHER)
    request_id = await asks(house, paired)
    await happens(house, hoa, lambda work: happenings.accept(work, work.ledger.offer_for(request_id).offer_id))
    await asks(house, foreign)
    names = [f"Người {n:02d}" for n in range(45)]
    for name in names:
        house.clock.passes(seconds=1)
        await asks(house, await house.person(name, "learner"))
    async with house.browser(cuc) as browser:
        board = await browser.get("pairings")
        assert "Xã Khác" not in board and "Đã Ghép" in board and "Đang chờ (8+)" in board
        pages, to = [], "pairings?cot=waiting"
        while to:
            page = await browser.get(to)
            pages.append(page)
            found = re.search(r'href="\.\/(pairings\?cot=waiting&amp;sau=[^"]+)"', page)
            to = html.unescape(found[1]) if found else ""
        shown = [each for page in pages for each in re.findall(r"<strong>(Người \d\d)</strong>", page)]
        assert shown == names, "each once, the oldest first"
        await browser.get("pairings?cot=waiting&sau=rubbish")
        await browser.get("pairings?cot=nothing&sau=1.2.3")


async def test_the_same_woman_is_asked_once_from_however_many_pages(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    await teaches(house, "Mai", BRANCH)
    hoa = await teaches(house, "Hoa", OTHER)
    request_id = await asks(house, lan)
    async with house.browser(cuc) as browser:
        for _ in range(3):
            await browser.post(f"request/{request_id}", {"act": "ask", "instructor": hoa})
            house.clock.passes(minutes=1)
    assert [row["state"] for row in await rows(house, "offer") if row["instructor_id"] == hoa] == ["open"]
    told = [row["phrase"] for row in await rows(house, "notice") if row["learner_id"] == hoa]
    assert "offer_withdrawn" not in told and len(told) == 1
    assert [row["what"] for row in await rows(house, "audit")].count("assigned") == 1


async def test_what_she_has_taken_she_gives_to_whoever_could_have_been_asked_before(house: DeskHouse):
    cuc, lan = await house.person("Cúc", "officer"), await house.person("Lan", "learner")
    admin, other = await house.person("Ánh", "admin", PROVINCE), await house.person("Mơ", "learner")
    request_id = await asks(house, lan)
    cry = await asks(house, other, "safety")
    mai = await teaches(house, "Mai", BRANCH)
    async with house.browser(cuc) as browser:
        for each in (request_id, cry):
            await browser.post(f"request/{each}", {"act": "take"})
            assert f'<option value="{admin}">Ánh' in await browser.get(f"request/{each}")
        page = await browser.get(f"request/{request_id}")
        assert f'value="{mai}"' in page and "không còn ở chị" in page and "Gửi số của Hội" not in page
        assert "Hỏi ai được" not in await browser.get(f"request/{cry}")
        await browser.post(f"request/{request_id}", {"act": "ask", "instructor": mai})
        page = await browser.get(f"request/{request_id}")
        assert "Cúc hỏi Mai nhận" in page and "đang hỏi" in page and "đang kèm 0/3" in page
        assert "đang hỏi: Mai" in await browser.get(""), "who is asked, not who has asked"
        assert "Đang hỏi một người cùng xã, phường" in page
        assert "1 lời hỏi chưa trả lời" in page
    told = [(row["learner_id"], row["phrase"]) for row in await rows(house, "notice")]
    assert (mai, "offer_pair") in told and (lan, "pair_moved") in told
    await happens(house, mai, lambda work: happenings.accept(work, work.ledger.offer_for(request_id).offer_id))
    async with house.browser(cuc) as browser:
        assert "người chỉ: Mai" in await browser.get(f"request/{request_id}")
