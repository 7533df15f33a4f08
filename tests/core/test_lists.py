"""The steps of reading a list, each by itself: letters, heads, lines that are people and lines that are not."""

from __future__ import annotations

import pytest

from bot.people.policy.lists import people, places
from bot.people.policy.lists.fonts import from_tcvn3, from_twice, from_vni
from bot.people.policy.lists.heads import meaning
from bot.people.policy.lists.syllables import is_syllable
from bot.people.policy.lists.words import fold, key
from bot.people.policy.people_file import ListTable, read, read_pages


@pytest.mark.parametrize(
    ("convert", "old", "new"),
    [
        (from_tcvn3, "NguyÔn ThÞ Hoa", "Nguyễn Thị Hoa"),
        (from_tcvn3, "TrÇn ThÞ Ph\xad¬ng", "Trần Thị Phương"),
        (from_tcvn3, "§Æng ThÞ BÐ", "Đặng Thị Bé"),
        (from_tcvn3, "Vò ThÞ Thuý", "Vũ Thị Thuý"),
        (from_tcvn3, "Hå ThÞ Kû", "Hồ Thị Kỷ"),
        (from_vni, "Nguyeãn Thò Lan", "Nguyễn Thị Lan"),
        (from_vni, "Traàn Thò Myõ Höông", "Trần Thị Mỹ Hương"),
        (from_vni, "ÑAËNG THÒ BEÙ", "ĐẶNG THỊ BÉ"),
        (from_vni, "Huyønh Thò Phöôïng", "Huỳnh Thị Phượng"),
        (from_vni, "Leâ Kyø Yeán", "Lê Kỳ Yến"),
        (from_twice, "Nguyá»…n Thá»‹ BÃ©", "Nguyễn Thị Bé"),
        (from_twice, "HÃ ", "Hà"),
    ],
)
def test_letters_of_old_fonts(convert, old: str, new: str):
    assert convert(old) == new


@pytest.mark.parametrize(
    "names",
    [
        ("Nguyễn Thị Hoa", "Lê Thị Thã"), ("Bùi Thị Ngà", "Hà"), ("Đỗ Thị Mỹ Ân", "Lý Thị Út"),
        ("Tô Thị Hè", "Mã Thị Ô"),
        ("H'Blǔ Niê", "Y Khoa Ayŭn"), ("Thạch Thị Sa Rương", "Kim Thị Ô Mây"), ("K’Brê", "Điểu Thị Lé"),
    ],
)  # fmt: skip
def test_what_is_written_today_is_left_alone(names: tuple[str, str]):
    sheet = read("\n".join(("Họ tên,Xã", *(f"{name},Tam Hiệp" for name in names))).encode())
    assert ([row.name for row in sheet.rows], sheet.questions, sheet.faults) == (list(names), [], [])


def test_a_merged_branch_is_everybody_s_though_it_ends_the_row():
    rows = [["Họ tên", "Xã", "Chi hội"], ["Lan", "Tam Hiệp", "Ấp 1"], ["Hoa", "Tam Hiệp"], ["Mai", "Tam Hiệp"]]
    page = ListTable("Sheet1", list(enumerate(rows, 1)), merged=[(2, 2, 4, 2)])
    sheet = read_pages([page])
    assert [row.branch for row in sheet.rows] == ["Ấp 1"] * 3


def test_a_number_that_is_somebody_s_is_no_name_of_a_branch_and_is_not_quoted():
    sheet = read("Họ tên,Xã,Chi hội\nLan,Tam Hiệp,075162001234\nHoa,0901234567,Ấp 1\n".encode())
    assert [fault.line for fault in sheet.faults] == [2]
    assert "075162001234" not in str(sheet.faults) and "0901234567" not in str((sheet.faults, sheet.questions))


def test_syllables():
    good = (
        "nguyễn thị hoà hòa quỳnh giêng gì giết thuý thủy khuyên nghĩa ngoằn ước ỷ tuyết nguyệt riềng quới đăk".split()
    )
    assert [word for word in good if not is_syllable(word)] == []
    bad = "nguyÔn thÞ höông traàn lêế tèt quưn gqa".split()
    assert [word for word in bad if is_syllable(word)] == []


def test_conversions_are_shown_and_faults_name_their_line():
    lines = (
        "Họ tên,Xã",
        "NguyÔn ThÞ Hoa,Tam Hiệp",
        "Tr?n Th? Hoa,Tam Hiệp",
        "Tr\ufffdn Lan,Tam Hiệp",
        "Nguyá»…n Bé,Tam Hiệp",
    )
    sheet = read("\n".join(lines).encode())
    assert sheet.rows[0].name == "Nguyễn Thị Hoa"
    (question,) = sheet.questions
    assert "“NguyÔn ThÞ Hoa” → “Nguyễn Thị Hoa”" in question and "TCVN3" in question
    assert [(fault.line, fault.column) for fault in sheet.faults] == [(3, "ten"), (4, "ten"), (5, "ten")]
    assert "“Tr?n Th? Hoa” có chữ bị hỏng" in sheet.faults[0].message and "chữ lạ" in sheet.faults[2].message


def test_marks_are_kept_where_they_tell_apart():
    assert key("Hòa") == key("HOÀ") != key("Hoa") and key("Thủy") != key("Thúy") and key("Ðặng") == key("Đặng")
    assert fold("Ðịnh Quán") == fold("Ɖịnh quán") == "dinh quan"


@pytest.mark.parametrize(
    ("heads", "name"),
    [
        ("Họ và tên|HỌ VÀ TÊN HỘI VIÊN|Họ tên (ghi chữ in hoa)|Tên|Full name|Họ và tên hội viên phụ nữ", "ten"),
        ("Họ|Họ và tên đệm|Họ đệm|Họ và chữ lót", "ho"),
        ("Năm sinh|NGÀY, THÁNG, NĂM SINH|Ngày sinh (dd/mm/yyyy)|Sinh năm|NS", "sinh"),
        ("Chi hội|Chi hội phụ nữ|Tên chi hội|Chi hội (ấp/khu phố)", "chi_hoi"),
        ("Ấp|KP|Ấp/Khu phố", "ap"),
        ("Xã/phường|Phường, xã|Xã|XÃ PHƯỜNG THỊ TRẤN|Ward", "xa_phuong"),
        ("STT|TT|Số TT|Số\nthứ tự", "stt"),
        ("Chức vụ|Chức danh|Chức vụ Hội", "chuc_vu"),
        ("Họ và tên chồng|Họ tên chủ hộ|CCCD|Số điện thoại|Dân tộc|Ghi chú|Ngày vào Hội", ""),
    ],
)
def test_heads(heads: str, name: str):
    assert {head: meaning(head) for head in heads.split("|")} == dict.fromkeys(heads.split("|"), name)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("II. CHI HỘI ẤP 3 (25 hội viên)", ("", "Chi hội ấp 3", "")),
        ("Tổ 4", ("", "", "Tổ 4")),
        ("A/ XÃ LỘC THÀNH", ("Xã Lộc Thành", "", "")),
        ("Khu phố 2 - Phường Tam Hiệp: 12 người", ("Phường Tam Hiệp", "Khu phố 2", "")),
        ("Chi hội Hoa Sen", ("", "Chi hội Hoa Sen", "")),
        ("ap 3", ("", "ap 3", "")),
        ("Tô Thị Ấp", ("", "", "")),
        ("To Thi Lan", ("", "", "")),
        ("Phương Thị Xã", ("", "", "")),
        ("Tổng cộng: 12", ("", "", "")),
    ],
)
def test_lines_that_name_the_place_of_those_below(text: str, place: tuple[str, str, str]):
    found = places.section(text)
    assert (found.ward, found.branch, found.group) == place


@pytest.mark.parametrize(
    ("cell", "name", "year"),
    [
        ("Nguyễn Thị Lan", "Nguyễn Thị Lan", ""), ("Nguyễn Thị Lan (1962)", "Nguyễn Thị Lan", "1962"),
        ("Trần Thị Bé - SN 1970", "Trần Thị Bé", "1970"), ("Lan sinh năm 1981", "Lan", "1981"),
        ("Trần Thị Bé (nhỏ)", "Trần Thị Bé (nhỏ)", ""), ("Trần Thị Bé 2", "Trần Thị Bé 2", ""), ("1962", "1962", ""),
    ],
)  # fmt: skip
def test_a_year_behind_a_name(cell: str, name: str, year: str):
    assert people.name_of(cell) == (name, year)


@pytest.mark.parametrize(
    ("cell", "born"),
    [
        ("1962", "1962"), ("5/3/1962", "1962-03-05"), ("05-03-62", "1962-03-05"), ("1962-03-05T00:00:00", "1962-03-05"),
        ("62", "1962"), ("1962.0", "1962"), ("x", ""), ("", ""), ("tháng 3 năm 1962", "1962"), ("0912345678", ""),
    ],
)  # fmt: skip
def test_births(cell: str, born: str):
    assert people.born(cell) == born


def test_names_in_capitals_are_written_as_names():
    told = {
        each: people.in_case(each) for each in ("NGUYỄN THỊ LAN", "nguyễn thị lan", "NGUYễN THị LAN", "K'BRÊ (lớn)")
    }
    assert list(told.values()) == ["Nguyễn Thị Lan"] * 3 + ["K'Brê (lớn)"]


def test_whoever_signs_is_no_member_and_whoever_is_numbered_is():
    lines = (
        "STT,Họ và tên,Chức vụ,Xã", "1,Nguyễn Thị Ngày,Chủ tịch,Tam Hiệp", "2,Tống Thị Cộng,,Tam Hiệp", ",Cộng: 2,,",
        "3,Trần Thị Tổ,,Tam Hiệp", ",Tổng cộng 3,,", ",,,Tam Hiệp ngày 2 tháng 3 năm 2026", ",Người lập,,Chủ tịch",
        ",Bùi Thị Ký,,Cao Thị Duyệt", "4,Phường Thị Ấp,,Tam Hiệp",
    )  # fmt: skip
    sheet = read("\n".join(lines).encode())
    names = ["Nguyễn Thị Ngày", "Tống Thị Cộng", "Trần Thị Tổ", "Phường Thị Ấp"]
    assert [row.name for row in sheet.rows] == names and not sheet.faults
    assert any("“Bùi Thị Ký”" in note for note in sheet.notes), "and nobody is left out unsaid"


def test_a_list_that_numbers_nobody_is_asked_about_names_below_its_end():
    sheet = read("Họ tên\nLan\nHoa\nTổng số: 2\nMai\n".encode(), placed=True)
    assert [row.name for row in sheet.rows] == ["Lan", "Hoa"] and "“Mai” đứng dưới" in sheet.questions[0]


def test_a_broken_formula_is_a_fault_where_it_counts():
    sheet = read("Họ tên,Chi hội,Xã,Ghi chú\nLan,#N/A,Tam Hiệp,#REF!\n".encode())
    assert [(fault.line, fault.column) for fault in sheet.faults] == [(2, "chi_hoi")]


def test_pages_that_are_lists_are_all_read_and_others_are_not():
    rows = [(3, ["Họ tên", "Xã"]), (5, ["Lan", "Tam Hiệp"])]
    pages = [ListTable("Ấp 1", rows), ListTable("Ghi chú", [(1, ["Không phải danh sách"])]), ListTable("Ấp 2", rows)]
    sheet = read_pages(pages)
    assert [(row.line, row.branch) for row in sheet.rows] == [(5, "Ấp 1"), (5, "Ấp 2")]
    assert "2 trang" in sheet.questions[0] and "“Ấp 1”, “Ấp 2”" in sheet.questions[0]
    faults = read_pages([ListTable("A", [*rows, (6, ["Mai 0912", "Tam Hiệp"])]), ListTable("B", rows)]).faults
    assert [(fault.line, fault.message[:12]) for fault in faults] == [(6, "trang “A”: t")]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<html>" + "x" * 200_000, "trang web"),
        ("x" * 200_000, "quá dài"),
        ("Họ tên,Xã\n" + "y" * 200_000, "quá dài"),
        ("Tên hàng,Đơn giá\nGạo,20000\n", "tên cột"),
        ("Ghi chú\nabc\n", "tên cột"),
    ],
)
def test_no_traceback_for_what_is_no_list(source: str, said: str):
    faults = read(source.encode()).faults
    assert faults and said in faults[0].message


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_line_ends_encodings_and_what_parts_cells(end: str, encoding: str, delimiter: str):
    lines = ("Danh sách", "", "Họ\ttên" if delimiter != "\t" else "Họ tên", "Lan")
    for hint, first in (("", 4), (f"sep={delimiter}{end}", 5)):
        text = hint + end.join(
            delimiter.join((line, place)) for line, place in zip(lines, ("", "", "Xã", "Tam Hiệp"), strict=True)
        )
        sheet = read(text.encode(encoding))
        assert [(row.line, row.name, row.ward) for row in sheet.rows] == [(first, "Lan", "Tam Hiệp")], sheet.faults
