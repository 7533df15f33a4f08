"""The desk over HTTP: the ways in, what is kept of them, who is out, which forms are ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from bot.desk.pages.operations import _to_mend
from bot.desk.policy.entering import IDLE, LASTS
from bot.operations.backups import BackupFile
from bot.operations.policy.readiness import ReadyFault
from bot.operations.records import (
    BackupFigures,
    ChannelFigures,
    LessonFigures,
    OperationsReport,
    StoredFigures,
    Versions,
    WaitFigures,
)
from bot.operations.rehearsal import Rehearsal
from bot.people.policy.permissions import OPERATOR
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.pairing import tables as pairing_t
from storage.unheard import unheard
from storage.unheard.unheard import UnheardRow
from tests.support.desk_house import OTHER, WARD, DeskHouse
from tests.support.desk_scene import house as house
from tests.support.harness import everything

PASSWORD = "con mèo leo cây cau"


async def test_a_link_lets_one_browser_in_once_and_only_by_a_tap(house: DeskHouse):
    token = await house.link(await house.person("Cúc", "officer"))
    async with house.browser() as browser:
        assert token in await browser.get(f"vao/{token}"), "a machine that looks at links spends none"
        assert await browser.post("vao", {"token": token}, keyed=False) == "./"
        assert "Đang chờ" in await browser.get("")
    async with house.browser() as other:
        said = await other.post("vao", {"token": token}, 403, keyed=False)
        assert "đã dùng hoặc đã hết hạn" in said
        assert await other.get("", 303) == ""


async def test_a_link_is_over_after_ten_minutes_and_when_a_new_one_is_asked_for(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    former, late = await house.link(cuc), await house.link(cuc)
    house.clock.passes(minutes=10)
    async with house.browser() as browser:
        for token in (former, late, "0" * 64):
            assert "hết hạn" in await browser.post("vao", {"token": token}, 403, keyed=False)


@pytest.mark.parametrize("role", ["", "learner", "instructor"])
async def test_who_acts_for_nobody_is_not_let_in(house: DeskHouse, role: str):
    token = await house.link(await house.person("Lan", role))
    async with house.browser() as browser:
        await browser.post("vao", {"token": token}, 403, keyed=False)


async def test_a_password_is_chosen_inside_and_lets_in_from_then_on(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as inside, house.browser() as other:
        weak = await inside.post("me/password", {"login": "cuc.tb", "password": "1234567890"}, 400)
        assert "dễ đoán" in weak and 'value="cuc.tb"' in weak and "1234567890" not in weak
        assert await inside.post("me/password", {"login": "cuc.tb", "password": PASSWORD}) == "../me"
        assert "Đã đặt mật khẩu" in await inside.get("me")
        assert "Đã đặt mật khẩu" not in await inside.get("me"), "it is said once"
        wrong = await other.post("enter", {"login": "cuc.tb", "password": "khác"}, 403, keyed=False)
        nobody = await other.post("enter", {"login": "khong.co", "password": "khác"}, 403, keyed=False)
        assert (
            'name="login" value="cuc.tb"' in wrong and "khác" not in wrong.partition("</form>")[0].partition("<form")[2]
        )
        assert wrong.replace("cuc.tb", "khong.co") == nobody and "chưa đúng" in wrong, (
            "who is here is nobody's business"
        )
        decomposed = "con me\u0300o leo ca\u0302y cau"
        assert await other.post("enter", {"login": " Cuc.TB ", "password": decomposed}, keyed=False) == "./"
        await other.get("")
    left = await house.database.read(everything)
    for trace in (PASSWORD, inside.token, "Mozilla", "127.0.0.1"):
        assert trace not in left
    async with house.browser(await house.person("Mai", "officer")) as mai:
        taken = await mai.post("me/password", {"login": "cuc.tb", "password": PASSWORD}, 400)
        assert "đã có người dùng" in taken


async def test_whoever_guesses_waits_longer_each_time_and_the_right_person_has_her_link(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as inside:
        await inside.post("me/password", {"login": "cuc.tb", "password": PASSWORD})
    async with house.browser() as guesser:
        right, wrong = {"login": "cuc.tb", "password": PASSWORD}, {"login": "cuc.tb", "password": "sai rồi sai"}
        for _ in range(5):
            assert "chưa đúng" in await guesser.post("enter", wrong, 403, keyed=False)
        assert "Đã thử sai nhiều lần. Chờ" in await guesser.post("enter", right, 403, keyed=False)
        house.clock.passes(seconds=31)
        assert "chưa đúng" in await guesser.post("enter", wrong, 403, keyed=False)
        house.clock.passes(seconds=31)
        assert "Đã thử sai nhiều lần. Chờ" in await guesser.post("enter", right, 403, keyed=False)
        house.clock.passes(seconds=30)
        await guesser.post("enter", right, keyed=False)
    async with house.browser(cuc) as by_link:
        await by_link.get("")


async def test_one_address_that_tries_many_names_waits_as_well(house: DeskHouse):
    async with house.browser() as guesser:
        for number in range(25):
            form = {"login": f"ten.{number}", "password": "sai rồi sai"}
            assert "chưa đúng" in await guesser.post("enter", form, 403, keyed=False)
        form = {"login": "ten.khac", "password": "sai rồi sai"}
        assert "Đã thử sai nhiều lần. Chờ" in await guesser.post("enter", form, 403, keyed=False)


@pytest.mark.parametrize("span", [IDLE, LASTS])
async def test_a_browser_is_out_after_its_time(house: DeskHouse, span: timedelta):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        step = min(span, IDLE - timedelta(hours=1)) if span == LASTS else span
        passed = timedelta()
        while passed + step < span:
            house.clock.passes(seconds=step.total_seconds())
            passed += step
            await browser.get("")
        house.clock.passes(seconds=(span - passed).total_seconds())
        assert await browser.get("", 303) == ""


async def test_browsers_are_listed_and_put_out(house: DeskHouse):
    cuc = await house.person("Cúc", "officer")
    async with house.browser(cuc) as here, house.browser(cuc) as there:
        page = await here.get("me")
        assert page.count("Chrome · Android") == 2 and page.count("máy này") == 1 and "Cho máy ấy ra" in page
        await here.post("me/out", {"browser": "others"})
        await here.get("me")
        await there.get("me", 303)
        assert await here.post("out", {}) == "./enter"
        await here.get("me", 303)


async def test_a_browser_of_somebody_else_is_not_put_out(house: DeskHouse):
    cuc, mai = await house.person("Cúc", "officer"), await house.person("Mai", "officer")
    async with house.browser(cuc) as hers, house.browser(mai) as foreign:
        (row,) = await house.entrance.sessions(cuc)
        await foreign.post("me/out", {"browser": row.session_hash})
        await hers.get("me")


async def test_who_is_demoted_or_signed_out_is_out_with_the_next_tap(house: DeskHouse):
    cuc, mai = await house.person("Cúc", "officer"), await house.person("Mai", "officer")
    async with house.browser(cuc) as hers, house.browser(mai) as other:
        await house.officers.people.suspend(OPERATOR, cuc, "officer")
        await hers.get("", 303)
        await house.officers.people.sign_out(OPERATOR, mai)
        await other.get("", 303)


async def test_a_form_without_its_key_or_from_another_site_changes_nothing(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        form = {"login": "cuc.tb", "password": PASSWORD}
        for headers, keyed in (
            ({}, False),
            ({"Origin": "https://evil.example"}, True),
            ({"Origin": "null"}, True),
            ({"Sec-Fetch-Site": "cross-site"}, True),
            ({"Sec-Fetch-Site": "same-site"}, True),
        ):
            said = await browser.post("me/password", form, 403, keyed=keyed, **headers)
            assert "chưa có gì thay đổi" in said
        assert "chưa đặt mật khẩu" in await browser.get("me")
    async with house.browser() as stranger:
        await stranger.post("enter", form, 403, keyed=False, Origin="https://evil.example")


async def test_texts_of_people_are_text(house: DeskHouse):
    name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    lan, hoa = await house.person(name, "learner"), await house.person(name, "instructor")
    await ask(house, lan, hoa)
    async with house.browser(await house.person(name, "officer")) as browser:
        page = await browser.get("")
        assert "<script>alert" not in page and "<img" not in page and page.count("&lt;script&gt;") >= 3


async def test_today_shows_what_waits_in_her_areas_alone(house: DeskHouse):
    lan, far = await house.person("Lan Anh", "learner"), await house.person("Xa Xôi", "learner", OTHER)
    await ask(house, lan, await house.person("Hoa", "instructor"), kind="safety")
    await ask(house, far, await house.person("Đào", "instructor", OTHER))
    async with house.browser(await house.person("Cúc", "officer", WARD)) as browser:
        page = await browser.get("")
        assert "Lan Anh" in page and "KHẨN" in page and "kêu cứu" in page and "Xa Xôi" not in page
        assert "Hỏi Hoa nhận Lan Anh" in page and "Đào" not in page
        house.clock.passes(minutes=30)
        assert "trễ 15 phút" in await browser.get("")
    async with house.browser(await house.person("Tỉnh", "officer", "dong-nai")) as browser:
        page = await browser.get("")
        assert "Lan Anh" in page and "Xa Xôi" in page and "Chọn một xã, phường" in page
        page = await browser.get(f"?khu={OTHER}")
        assert "Lan Anh" not in page and "Xa Xôi" in page and "Chọn một xã, phường" not in page
        assert "Lan Anh" in await browser.get("?khu=khong-co")
    async with house.browser(await house.person("Mai", "officer", WARD)) as browser:
        assert "Xa Xôi" not in await browser.get(f"?khu={OTHER}")


async def test_who_was_called_is_not_who_has_taken_it(house: DeskHouse):
    lan, cuc = await house.person("Lan Anh", "learner"), await house.person("Cúc Hoa", "officer")
    await ask(house, lan, await house.person("Hoa", "instructor"), kind="safety")
    for state, shown in (("waiting", False), ("open", True)):
        values = {"state": state, "owner_kind": "officer", "owner_id": cuc}
        await house.database.transact(lambda c, values=values: c.execute(update(pairing_t.request).values(values)))  # type: ignore[misc]
        async with house.browser(await house.person("Mai", "officer")) as browser:
            assert ("Cúc Hoa" in (await browser.get("")).partition("Người chỉ và cán bộ")[0]) is shown


async def test_the_language_changes_on_the_page_one_is_on(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        for page, leads in (("people?q=lan", "/desk/people?q=lan"), ("me/out", "./")):
            to = await browser.post("language", {"lang": "en"}, Referer=f"{house.url}desk/{page}")
            assert to == leads
        for foreign in ("https://example.com/desk/people", f"{house.url}/x/desk/people", "nonsense"):
            assert await browser.post("language", {"lang": "vi"}, Referer=foreign) == "./"


async def test_it_is_english_for_who_wishes(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        assert "Đang chờ" in await browser.get("", headers={"Accept-Language": "en-GB,en;q=0.9,vi;q=0.8"})
        await browser.post("language", {"lang": "en"})
        assert "Nobody is waiting." in await browser.get("")
        assert "The password is longer than 200" in await browser.post(
            "me/password", {"login": "cuc", "password": "ab cd" * 50}, 400
        )


async def test_the_desks_own_address_leads_everybody_to_a_page_of_theirs(house: DeskHouse):
    async with house.browser(await house.person("Soạn", "editor", "dong-nai")) as browser:
        await browser.get("", 303)
        assert "Các máy đang vào" in await browser.get("me")


async def test_what_no_page_has_is_a_plain_404(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        for path in ("khong-co", "me/khac", "audit", "%2e%2e/", "vao/" + "g" * 32):
            await browser.get(path, 404)
        await browser.post("", {}, 405)
    async with house.browser(await house.person("Quản", "admin", "dong-nai")) as browser:
        assert "vào bàn làm việc bằng đường dẫn" in await browser.get("audit")
        await browser.get("audit?truoc=x")


async def ask(house: DeskHouse, learner_id: str, instructor_id: str, kind: str = "help") -> None:
    """A request of hers, and an instructor who was asked and has said nothing."""
    now = to_ms(house.clock.now())
    request = {
        "request_id": f"r-{learner_id}", "learner_id": learner_id, "kind": kind, "state": "offered",
        "owner_kind": "instructor", "priority": 1, "since_at": now, "due_at": now + 900_000, "width": 0,
    }  # fmt: skip
    offer = {
        "offer_id": f"o-{learner_id}", "request_id": f"r-{learner_id}", "instructor_id": instructor_id, "state": "open",
        "made_at": now, "due_at": now + 900_000,
    }  # fmt: skip
    await house.database.transact(lambda c: (c.execute(insert(pairing_t.request), request), None)[1])
    await house.database.transact(lambda c: (c.execute(insert(pairing_t.offer), offer), None)[1])


async def test_editors_see_what_was_not_understood_and_of_whom_not(house: DeskHouse):
    lan, at = await house.person("Lan Anh", "learner"), house.clock.now()
    rows = [UnheardRow(text, "m0-khoi-dong", "viec_1", at) for text in ("nut do o dau", "nút đó ở đâu", "<b>xyz</b>")]

    def give(c: Connection) -> None:
        for row in rows:
            unheard.add(c, lan, row)

    await house.database.transact(give)
    async with house.browser(await house.person("Cúc", "officer")) as officer:
        await officer.get("unheard", 404)
    async with house.browser(await house.person("Soạn", "editor", "dong-nai")) as editor:
        page = await editor.get("unheard")
        assert "“nút đó ở đâu”, “nut do o dau”" in page and "2 lần" in page and "Làm quen với Cầm Tay" in page
        assert "Lan Anh" not in page and "<b>xyz" not in page
        await editor.post("unheard", {"text": "nut do o dau"})
        page = await editor.get("unheard")
        assert "Đã cất 2 câu" in page and "nút đó ở đâu" not in page and "xyz" in page


# --- operations --------------------------------------------------------------------------------------


async def test_operations_are_the_admins_and_tell_what_is_to_be_mended(house: DeskHouse, tmp_path: Path):
    async with house.browser(await house.person("Cúc", "officer")) as officer:
        await officer.get("operations", 404)
    house.report = report(house.clock.now())
    async with house.browser(await house.person("Quản", "admin", "dong-nai")) as admin:
        page = await admin.get("operations")
        assert "Chưa ghi địa chỉ trang" in page and page.count('class="urgent"') == 1, "what its officers are told too"
        assert "57 bài đang dạy." in page
        assert list(_to_mend(house.report, "https://hoi.example.vn/")) == []
        assert "24 giờ qua gửi 12 tin" in page and "3 lần bị từ chối" in page
        house.report = report(house.clock.now(), unready=("database", "disk"), newest=timedelta(days=3))
        page = await admin.get("operations")
        assert "Cơ sở dữ liệu không ghi được" in page and "Đĩa gần đầy" in page and "./camtay backup" in page
        assert "./camtay restore --rehearse" in page and "zalo_oa:1: đã dùng 1900 trong 2000 tin" in page
        assert "<b>" not in page
        await admin.post("language", {"lang": "en"})
        assert "no writes" in await admin.get("operations")


def report(
    now: datetime, unready: tuple[ReadyFault, ...] = (), newest: timedelta = timedelta(hours=5)
) -> OperationsReport:
    """A tutor with one channel, well but for what is given; a backup `newest` old."""
    file = BackupFile(Path("camtay-x.tar.gz"), now - newest, 5_000_000)
    rehearsal = Rehearsal(file.path.name, "", (now - timedelta(days=3)).isoformat(), "0016", 40, 9, 57, counted=True)
    is_well = not unready
    used = 10 if is_well else 1_900
    channel = ChannelFigures(
        "zalo_oa:1", "zalo_oa", "<b>", True, WaitFigures(2, 60), WaitFigures(), 0, 20, 4, 12, {}, {},
        {"refused": 3}, used, 2_000,
    )  # fmt: skip
    backups = BackupFigures(3, file, None, rehearsal if is_well else None)
    versions, lessons = Versions("0.1.0", "3.11", "SQLite 3", "0016"), LessonFigures(57, {}, {}, [])
    nothing = [WaitFigures()] * 5
    return OperationsReport(
        now, 3_600, unready, versions, lessons, [channel], StoredFigures({}, {}, {}, 0, *nothing), {}, 0, 0, {},
        9_000_000_000, False, backups,
    )  # fmt: skip
