"""Lists brought and people invited over HTTP: looked at first, all or nothing; codes on paper, and taken back."""

from __future__ import annotations

import html
import io
import re
import zipfile
from dataclasses import replace

import aiohttp
import pytest
import xlsxwriter
from sqlalchemy import Connection, select

from bot.desk.policy.entering import form_key
from bot.desk.sealing import seal
from bot.desk.services import desk_of
from bot.people.policy import people_file
from bot.people.policy.lists import keeping
from bot.people.retention import BROUGHT_IS_OLD, Retention, RetentionRules
from bot.prints import printed
from bot.prints.invitations import CodeCard, poster, sheet
from flows.saying import in_english, say
from storage.desk import brought
from storage.people import people
from storage.people import tables as people_t
from tests.services.test_prints import words_of
from tests.services.test_workbooks import bomb, other_office
from tests.support.desk_house import BRANCH, OTHER, WARD, DeskBrowser, DeskHouse
from tests.support.desk_scene import house as house
from tests.support.harness import everything, rows_of
from tests.support.squares import read_squares

HEAD = "Họ và tên,Năm sinh,Xã/Phường,Chi hội,Ghi chú"
LIST = f"{HEAD}\nNguyễn Thị Lan,1962,Trấn Biên,Hoa Sen,0912345678\nTrần Thị Đào,1970,Trấn Biên,Hoa Sen,\n"


async def bring(
    browser: DeskBrowser, source: str | bytes, status: int = 303, khu: str = "", name: str = "hội viên.csv"
) -> str:
    """Send a file; what is answered, of a redirect where it leads."""
    form = aiohttp.FormData({"khu": khu, "form_key": form_key(browser.token)}, quote_fields=False)  # as a browser
    body = source if isinstance(source, bytes) else source.encode()
    form.add_field("file", io.BytesIO(body), filename=name, content_type="application/octet-stream")
    address = f"{browser.house.url}desk/import"
    async with browser.session.post(address, data=form, allow_redirects=False) as response:
        text: str = await response.text()
        assert response.status == status, text[-900:]
        leads: str = response.headers.get("Location", "")
        return leads if status == 303 else html.unescape(text)


def stamp(page: str) -> str:
    (found,) = re.findall(r'name="stamp" value="(\w+)"', page)
    return str(found)


async def listed(house: DeskHouse) -> list[str]:
    names = select(people_t.invitee.c.name).order_by(people_t.invitee.c.name)
    return await house.database.read(lambda c: list(c.scalars(names)))


def workbook(*rows: list[str], formula: str = "") -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
        if formula:
            page.write_formula(len(rows), 0, formula, value="Lê Thị Công")
            page.write_row(len(rows), 1, ["1980", "Trấn Biên", "Hoa Sen"])
    return made.getvalue()


def but_the_list(connection: Connection) -> str:
    """Everything that is kept, but the list that waits, sealed, for a yes."""
    return "\n".join(line for line in everything(connection).splitlines() if not line.startswith("brought_list"))


# --- lists -------------------------------------------------------------------------------------------


async def test_a_list_is_looked_at_and_then_comes_in(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        before = await house.database.read(but_the_list)
        assert await bring(browser, LIST) == "./import/check"
        page = html.unescape(await browser.get("import/check"))
        assert "2 người mới, 1 chi hội hay tổ mới, 0 người đã có" in page
        assert (
            "“Họ và tên”: tên" in page and "“Năm sinh”: ngày hay năm sinh" in page and "“Ghi chú”: không dùng" in page
        )
        assert "Hoa Sen" in page and "<td>Trần Thị Đào</td>" in page and "0912345678" not in page
        assert await house.database.read(but_the_list) == before, "nothing is written before the yes"
        answers = {f"q{at}": "yes" for at in range(page.count("<fieldset>"))}
        if answers:
            assert "Còn câu chưa trả lời" in await browser.post(
                "import/check", {"act": "take", "stamp": stamp(page)}, 400
            )
        assert "vừa đổi" in await browser.post("import/check", {"act": "take", "stamp": "x", **answers}, 400)
        assert await browser.post("import/check", {"act": "take", "stamp": stamp(page), **answers}) == "../people"
        assert "Đã nhập: 2 người mới" in await browser.get("people")
        assert await listed(house) == ["Nguyễn Thị Lan", "Trần Thị Đào"]
        await browser.get("import/check", 303)
        await bring(browser, LIST)
        assert "0 người mới, 0 chi hội hay tổ mới, 2 người đã có" in await browser.get("import/check")
        assert (await browser.post("import/check", {"act": "drop"})) == "../import"
        await browser.get("import/check", 303)
    assert "0912345678" not in await house.database.read(everything)


async def test_a_workbook_of_one_branch_comes_in(house: DeskHouse):
    rows = (["Họ và tên", "Năm sinh", "Xã/Phường", "Chi hội"], ["Lê Thị Hoa", "1950", "Trấn Biên", "Hoa Sen"])
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, workbook(*rows, formula='=HYPERLINK("http://evil.example","x")'), name="x.xlsx")
        page = html.unescape(await browser.get("import/check"))
        assert "Lê Thị Hoa" in page and "Lê Thị Công" in page and "evil" not in page
        await bring(browser, "Tên\nBé Ba\n", khu=BRANCH)
        page = html.unescape(await browser.get("import/check"))
        assert f"<td>Chi hội {BRANCH}</td>" in page
        sent = {"act": "take", "stamp": stamp(page), **{f"q{at}": "yes" for at in range(page.count("<fieldset>"))}}
        assert await browser.post("import/check", sent) == f"../people?khu={BRANCH}"
        assert await listed(house) == ["Bé Ba"]


async def test_faults_are_told_with_their_place_and_nothing_comes_in(house: DeskHouse):
    wrong = f"{LIST}Lê Thị Hoa,1950,Trấn Biêng,,\n,1960,Trấn Biên,,\n<img src=x onerror=alert(1)>,1950,Trấn Biên,,\n"
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, wrong)
        page = await browser.get("import/check")
        assert '<td class="number">4</td><td>xã, phường</td>' in page and "<img src=x" not in page
        assert "chưa nhập gì cả" in page and 'value="take"' not in page
        assert "còn chỗ cần sửa" in await browser.post("import/check", {"act": "take", "stamp": stamp(page)}, 400)
    assert await listed(house) == []


async def test_doubts_are_asked_and_a_no_is_heard(house: DeskHouse):
    twice = f"{HEAD}\nNguyễn Thị Lan,1962,Trấn Biên,,\nNguyễn Thị Lan,1962,Trấn Biên,,\n"
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, twice)
        page = html.unescape(await browser.get("import/check"))
        assert page.count("<fieldset>") == 1 and "Là những người khác nhau?" in page
        assert "Còn câu chưa trả lời" in await browser.post("import/check", {"act": "take", "stamp": stamp(page)}, 400)
        await browser.post("import/check", {"act": "take", "stamp": stamp(page), "q0": "no"})
    assert await listed(house) == ["Nguyễn Thị Lan (1962)"]


async def test_a_list_of_another_area_is_refused_and_noted(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        said = await bring(browser, LIST.replace("Trấn Biên", "Tam Hiệp"), 400)
        assert "Chị chỉ nhập được danh sách cho địa bàn mình phụ trách." in said
        await bring(browser, LIST, 404, khu=OTHER)
        await browser.get("import/check", 303)
    assert "refused_import" in [row.what for row in await house.database.read(people.audit)]


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("ds.csv", LIST)
    return made.getvalue()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (zipped, "không phải là sổ tính Excel"),
        (bomb, "quá lớn"),
        (lambda: other_office("word/document.xml"), "không phải là sổ tính"),
        (lambda: b"PK\x03\x04" + b"x" * 900, "Không đọc được sổ tính"),
        (lambda: b"\x00\xff\xfe" * 900, "tệp"),
        (lambda: b"x" * 4_000_000, "ô quá dài"),
    ],
    ids=["zip", "bomb", "word", "broken", "bytes", "one-line"],
)
async def test_what_is_no_list_is_one_sentence(house: DeskHouse, source: object, said: str):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, source())  # type: ignore[operator]
        page = html.unescape(await browser.get("import/check"))
        assert said in page and "chưa nhập gì cả" in page


async def test_what_a_file_and_its_cells_are_called_is_text(house: DeskHouse):
    evil = "'><script>alert(1)</script><img src=x onerror=alert(2)>"
    rows = f'{HEAD}\n"Lan{evil}",1962{evil},Trấn Biên{evil},"Hoa Sen{evil}",{evil}\n{evil},1962,Trấn Biên,{evil},\n'
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, rows, name=f"file{evil}.csv")
        page = await browser.get("import/check")
        assert "<script>alert" not in page and "<img" not in page
        assert page.count("&lt;script&gt;") >= 3 and "file&#39;&gt;" in page


async def test_too_much_is_refused_and_other_pages_read_no_files(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        page = await bring(browser, b"x" * 6_100_000, 413)
        assert "nặng quá 5 MB" in page and 'type="file"' in page, "on the page itself, to choose another"
        assert "nặng quá 5 MB" in await bring(browser, b"x" * 5_000_001, 400)
        for long in ("Tên\n" + "a\n" * 2_000_000, workbook(*[["Tên"]] * 5_002)):
            await bring(browser, long, khu=BRANCH)
            assert "dài hơn 5000 dòng" in await browser.get("import/check")
        assert "Tệp này trống. Chọn tệp khác." in await bring(browser, "", 400)
        form = aiohttp.FormData({"form_key": form_key(browser.token)})
        form.add_field("file", io.BytesIO(b"x" * 1_100_000), filename="x")
        async with browser.session.post(f"{house.url}desk/invite", data=form, allow_redirects=False) as response:
            assert response.status == 413


async def test_a_list_is_nobody_elses_and_not_for_long(house: DeskHouse):
    cuc, mai = await house.person("Cúc", "officer"), await house.person("Mai", "officer")
    async with house.browser(cuc) as hers, house.browser(mai) as other, house.browser(cuc) as second:
        await bring(hers, LIST)
        for browser in (other, second):
            await browser.get("import/check", 303)
            assert "không còn được giữ" in await browser.get("import")
        for _ in range(4):
            assert "Trần Thị Đào" in await hers.get("import/check"), "for a day, as long as she is in"
            house.clock.passes(seconds=BROUGHT_IS_OLD.total_seconds() / 4)
        await hers.get("import/check", 303)
        assert await hers.post("import/check", {"act": "take"}) == "../import"


async def test_a_list_outlives_a_restart_and_nobody_reads_it_in_the_database(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, LIST)
        (row,) = await house.database.read(lambda c: rows_of(c, "brought_list"))
        assert "Lan" not in str(row) and browser.token not in str(row)
        again = desk_of(house.officers)
        who = await again.entrance.visitor(browser.token)
        assert who is not None
        found = await again.uploads.of(who)
        assert found is not None and [each.name for each in found.sheet.rows] == ["Nguyễn Thị Lan", "Trần Thị Đào"]
        assert await again.uploads.of(replace(who, box=bytes(32))) is None, "another browser's key"
        newer = seal(who.box, '["{}", "", ""]', who.session)
        await house.database.transact(lambda c: brought.put(c, who.session, newer, house.clock.now()))
        assert await again.uploads.of(who) is None, "of another program's"
        await bring(browser, LIST)
        retention = Retention(house.database, house.officers.services, RetentionRules(), lambda: "x")
        await retention.drop_brought(house.clock.now() + BROUGHT_IS_OLD)
        await browser.get("import/check", 303)


def test_a_list_as_a_text_is_the_same_list_and_can_be_said_in_english():
    table = {"dòng {n}: {why}": "line {n}: {why}", "thiếu tên": "no name"}
    sheet = people_file.read(f"{LIST}\n,1960,Trấn Biên,,\n".encode())
    sheet.notes.append(say("dòng {n}: {why}", n=3, why=say("thiếu tên")))
    again = keeping.read_again(keeping.written(sheet))
    assert again == sheet and in_english(again.notes[-1], table) == "line 3: no name"


async def fixes(browser: DeskBrowser, line: str, status: int = 303, **form: str) -> str:
    """Send the form of a line as its page shows it, but for what is given."""
    page = await browser.get(f"import/line?dong={line}")
    shown = {key: html.unescape(value) for key, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    shown = {key: value for key, value in shown.items() if key not in ("form_key", "act")}
    return html.unescape(await browser.post("import/line", {**shown, "vai": "learner", "act": "fix", **form}, status))


async def test_a_line_is_put_right_or_left_out_before_the_list_comes_in(house: DeskHouse):
    wrong = f"{LIST}Lê Thị Hoa,1950,Trấn Biêng,,\n,1960,Trấn Biên,,\nVõ 09123,1950,Trấn Biên,,\n"
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, wrong)
        page = html.unescape(await browser.get("import/check"))
        assert "import/line?dong=4" in page and "import/line?dong=6" in page and 'value="take"' not in page
        await fixes(browser, "4", xa="Trấn Biên")
        assert "thiếu tên" in await fixes(browser, "5", 400, name=" ")
        await fixes(browser, "5", act="drop")
        await fixes(browser, "6", name="võ thị SÁU")
        await fixes(browser, "đào", act="drop")
        page = html.unescape(await browser.get("import/check"))
        assert "3 người mới" in page and "đã bỏ dòng 3 (“Trần Thị Đào”)" in page and "đã bỏ dòng 5" in page
        refused = await fixes(browser, "2", 400, xa="Tam Hiệp")
        assert "Chị chỉ nhập được danh sách cho địa bàn mình phụ trách" in refused
        stale = {"o": "0", "dong": "2", "la": "Ai Đó", "act": "drop"}
        assert "vừa đổi" in await browser.post("import/line", stale, 400)
        assert "Không có dòng nào" in await browser.get("import/line?dong=999")
        page = html.unescape(await browser.get("import/check"))
        sent = {"act": "take", "stamp": stamp(page), **{f"q{at}": "yes" for at in range(page.count("<fieldset>"))}}
        await browser.post("import/check", sent)
        assert await browser.get("import/line?dong=2", 303) == ""
    assert await listed(house) == ["Lê Thị Hoa", "Nguyễn Thị Lan", "Võ Thị Sáu"]


# --- codes -------------------------------------------------------------------------------------------


async def test_one_is_invited_and_the_code_is_taken_back(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        assert await browser.post("invite", {"act": "one", "vai": "instructor", "khu": BRANCH}) == "./code"
        shown = await browser.get("code")
        assert shown == await browser.get("code"), "to load it again makes no other"
        assert "soi mã vuông" not in shown and "Mở Cầm Tay rồi gõ mã này" in shown, "there is no square"
        (code,) = re.findall(r"MOI-\w{4}-\w{4}", shown)
        page = await browser.get("invite/codes")
        assert "người chỉ bài" in page and code not in page
        (short,) = re.findall(r'name="ma" value="(\w+)"', page)
        await browser.post("invite/codes", {"ma": short})
        assert "Không có mã nào" in await browser.get("invite/codes")
        assert "không còn" in await browser.post("invite/codes", {"ma": short}, 400)
        for role, area, status in (
            ("officer", WARD, 400),
            ("admin", BRANCH, 400),
            ("learner", OTHER, 404),
            ("x", WARD, 400),
        ):
            await browser.post("invite", {"act": "one", "vai": role, "khu": area}, status)


async def test_codes_of_another_area_are_nobodys(house: DeskHouse):
    cuc, xa = await house.person("Cúc", "officer"), await house.person("Xa", "officer", OTHER)
    async with house.browser(cuc) as browser:
        await browser.post("invite", {"act": "one", "vai": "learner", "khu": WARD})
        (short,) = re.findall(r'name="ma" value="(\w+)"', await browser.get("invite/codes"))
        async with house.browser(xa) as other:
            assert "Không có mã nào" in await other.get("invite/codes")
            assert "không do chị phát" in await other.post("invite/codes", {"ma": short}, 400)
            await other.get(f"invite/codes?khu={WARD}", 404)
        assert short in await browser.get("invite/codes")


async def test_a_whole_list_is_invited_on_paper_once(house: DeskHouse):
    async with house.browser(await house.person("Cúc", "officer")) as browser:
        await bring(browser, LIST)
        page = html.unescape(await browser.get("import/check"))
        sent = {"act": "take", "stamp": stamp(page), **{f"q{at}": "yes" for at in range(page.count("<fieldset>"))}}
        await browser.post("import/check", sent)
        assert "2 người trong danh sách" in await browser.get("invite")
        first = await _pdf(browser, {"act": "sheet", "khu": "", "vai": ""})
        (text,) = words_of(first)
        codes = re.findall(r"MOI-\w{4}-\w{4}", text)
        assert len(set(codes)) == 2 and "Nguyễn Thị Lan" in text and "Hoa Sen" in text
        assert "0 người trong danh sách" in await browser.get("invite")
        assert "Không còn ai" in await browser.post("invite", {"act": "sheet"}, 400)
        (again,) = words_of(await _pdf(browser, {"act": "sheet", "renew": "1"}))
        assert not set(codes) & set(re.findall(r"MOI-\w{4}-\w{4}", again))
        assert (await browser.get("invite/codes")).count('name="ma"') == 2, "the former ones have ended"
        assert "chưa ghi địa chỉ trang" in await browser.post("invite", {"act": "poster"}, 400)
        assert "không có mã vuông và địa chỉ" in await browser.get("invite"), "it is said before it is printed"
        left = await house.database.read(everything)
        assert not any(code[4:].replace("-", "").lower() in left for code in codes)


async def _pdf(browser: DeskBrowser, form: dict[str, str]) -> bytes:
    data = {**form, "form_key": form_key(browser.token)}
    async with browser.session.post(f"{browser.house.url}desk/invite", data=data) as response:
        assert response.status == 200 and response.content_type == "application/pdf", await response.text()
        return await response.read()


async def test_a_sheet_has_ten_cards_a_page_that_a_phone_reads():
    cards = [
        CodeCard(f"Nguyễn Thị {'Lan' * (at % 3 + 1)}", "Chi hội Hoa Sen", f"MOI-AB2C-DE{at:02}", f"https://hoi.example.vn/?moi={at}")
        for at in range(23)
    ]  # fmt: skip
    page = sheet(cards, "Hội Phụ nữ", "14/12/2026")
    found = words_of(await printed([page], "pdf", "Mã mời"))
    assert len(found) == 3 and all(card.code in " ".join(found) and card.name in " ".join(found) for card in cards)
    assert sorted(read_squares(await printed([page], "png", "Mã mời"))) == sorted(card.link for card in cards[:10])
    without = words_of(await printed([sheet([CodeCard("Lan", "", "MOI-AB2C-DE34", "")], "Hội", "1/1")], "pdf", "x"))
    assert "gõ mã" in without[0] and "Soi mã vuông" not in without[0]


async def test_a_name_of_any_length_leaves_its_code_on_the_card():
    long = CodeCard(
        "Công Tằng Tôn Nữ Quỳnh Như Ngọc Ánh Hồng",
        "Chi hội Khu phố Hoa Sen Mới",
        "MOI-AB2C-DE34",
        "https://a.vn/?moi=1",
    )
    (text,) = words_of(await printed([sheet([long, long], "Hội", "1/1")], "pdf", "x"))
    assert text.count("MOI-AB2C-DE34") == 2


async def test_the_poster_is_one_page_that_a_phone_reads():
    page = poster("Cầm Tay", "Hội Phụ nữ xã Lộc Thành", "https://hoi.example.vn/")
    (text,) = words_of(await printed([page], "pdf", "Áp phích"))
    assert "Bấm “Đồng ý”" in text and "https://hoi.example.vn/" in text
    assert read_squares(await printed([page], "png", "Áp phích")) == ["https://hoi.example.vn/"]
