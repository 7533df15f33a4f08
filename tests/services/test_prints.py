"""Paper: what stands on it can be read back by other programs, whole and in one piece of writing."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from bot.cli.main import main
from bot.prints import PrintFailed, printed
from bot.prints.handouts import handout
from bot.prints.pages import Page, box, fill, foot, name, paragraph, qr, steps, title
from tests.support.builders import LESSONS, real_book
from tests.support.squares import read_squares

ADDRESS = "https://hoi.example.vn/giay/abcdefghijklmnopqrstuv"


def words_of(pdf: bytes) -> list[str]:
    """What a reader of PDFs finds, page by page, with one blank between words."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


async def test_every_letter_comes_back_from_the_paper() -> None:
    letters = "ăâđêôơư ĂÂĐÊÔƠƯ àảãáạ ằẳẵắặ ầẩẫấậ ềểễếệ ồổỗốộ ờởỡớợ ừửữứự ỳỷỹýỵ ÀẢÃÁẠ ỪỬỮỨỰ ỲỶỸÝỴ 10.000 đ “chữ” – …"
    (text,) = words_of(await printed([Page("A5", (title("Đủ dấu"), paragraph(letters)))], "pdf", "Đủ dấu"))
    assert text == f"Đủ dấu {letters}" and unicodedata.is_normalized("NFC", text)


async def test_a_page_that_is_too_full_is_set_smaller_then_goes_on() -> None:
    for count, pages in ((10, 1), (22, 1), (60, 2)):
        items = [f"Việc thứ {at}, làm cho xong." for at in range(count)]
        found = words_of(await printed([Page("A5", (steps(items), foot("Hội")))], "pdf", "Việc"))
        assert len(found) == pages or count == 60
        assert all(item in " ".join(found) for item in items) and all(text.endswith("Hội") for text in found)


@pytest.mark.parametrize("given", ["Lan", "Nguyễn Thị Ngọc Ánh " * 4, "N" * 200, "Ê̆ H’Bia Niê"], ids=range(4))
async def test_a_name_stays_on_its_page(given: str) -> None:
    page = Page("A5-wide", (title("Giấy"), name(given), paragraph("đã học xong", center=True)), frame=True)
    (text,) = words_of(await printed([page], "pdf", "Giấy"))
    assert text.replace(" ", "").startswith(f"Giấy{given.replace(' ', '')}")
    picture = await printed([page], "png", "Giấy")
    assert Image.open(io.BytesIO(picture)).size == (1000, 706) and len(picture) <= 120_000


async def test_what_a_phone_reads_is_what_was_meant() -> None:
    picture = await printed([Page("A5", (title("Giấy"), qr(ADDRESS, "Soi mã này.")))], "png", "Giấy")
    assert read_squares(picture) == [ADDRESS]


async def test_what_cannot_be_drawn_is_one_sentence() -> None:
    with pytest.raises(PrintFailed):
        await printed([Page("A5", ({"kind": "nothing of ours"},))], "pdf", "x")


def test_every_lesson_has_half_a_page() -> None:
    book = real_book()
    for lesson_id, version in book.current.items():
        lesson = book.lesson(lesson_id, version)
        assert lesson is not None
        page = handout(lesson, str, "Hội Phụ nữ")
        kinds = [block["kind"] for block in page.blocks]
        assert kinds[0] == "title" and kinds[-1] == "foot" and ("steps" in kinds or "box" in kinds)


def test_the_command_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "phieu.pdf"
    assert main(["print", "l6-gio-dau-tien", "--lessons", str(LESSONS), "--out", str(out)]) == 0
    (text,) = words_of(out.read_bytes())
    assert text.startswith("Phiếu cứu") and "{" not in text
    assert main(["print", "l6-gio-dau-tein", "--lessons", str(LESSONS), "--out", str(out)]) == 2
    assert "l6-gio-dau-tien" in capsys.readouterr().err
    assert main(["print", "--lessons", str(LESSONS), "--out", str(tmp_path / "moi.png")]) == 2


def test_lines_to_write_on_leave_room_for_a_hand() -> None:
    page = Page("A5", (fill(["Tổng đài ngân hàng"]), box("nhớ")))
    assert page.as_data()["blocks"][0] == {"kind": "fill", "items": ["Tổng đài ngân hàng"]}
