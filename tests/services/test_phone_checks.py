"""The form of what is to be tried on real telephones: made of the lessons, nothing left out, nothing typed by hand."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot.cli.main import main
from bot.prints import printed
from bot.prints.pages import Page, ticks
from bot.prints.phone_checks import PHONES, phone_checks
from flows.model import Task
from flows.run import render
from tests.support.builders import LESSONS, lesson, real_book


def squeezed(text: str) -> str:
    return "".join(text.split())


def words_of(pdf: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_every_task_is_on_the_form_with_its_hints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "may-that.pdf"
    assert main(["print", "--phones", "--lessons", str(LESSONS), "--out", str(out)]) == 0
    pages = words_of(out.read_bytes())
    found, book = "".join(pages), real_book()
    assert unicodedata.is_normalized("NFC", found) and "{" not in found
    for lesson_id, version in book.current.items():
        for task in book.versions[lesson_id, version].of(Task):
            for text in (task.text, *task.steps, *task.stuck.hints):
                assert squeezed(render(text, "chị/em", "", book.facts, "…")) in found, (lesson_id, task.id)
            assert f"Khác({task.id})" in found
    assert "điều phải thử" in capsys.readouterr().out


def test_what_names_a_button_is_tried_and_what_people_say_is_not() -> None:
    found = lesson(
        """
- {say: mo, text: "Trong VNeID có mục “Ví giấy tờ”."}
- {say: noi, text: "Kẻ gian nói “chuyển gấp đi”. Kẹt thì bấm “Chưa thấy”."}
- {say: nho, text: "Chậm lại.", more: ["Rồi bấm “Quên mật khẩu”."]}
- task: lam
  text: "Bấm “Cài đặt”."
  stuck: {label: "Chưa làm được", hints: ["Hình bánh răng."]}
- quiz: hoi
  text: "Bấm “Xem thử” rồi coi hình này, dòng nào đúng?"
  options: [{id: a, text: Một, right: true, say: "Bấm “Một”."}, {id: b, text: Hai, say: Chưa}]
- {end: het, text: Hết}
"""
    )
    assert list(phone_checks(found, {"Chưa thấy"})) == [
        ("mo", ("Trong VNeID có mục “Ví giấy tờ”.",)),
        ("nho", ("Rồi bấm “Quên mật khẩu”.",)),
        ("lam", ("Bấm “Cài đặt”.", "Khi kẹt: Hình bánh răng.")),
    ]


async def test_a_heading_is_never_alone_at_the_end_of_a_page() -> None:
    rows = [ticks([f"Việc thứ {at}. " * 9], PHONES, "Khác", f"Bài {at:03}.") for at in range(60)]
    pages = words_of(await printed([Page("A4", tuple(rows), long=True)], "pdf", "Thử"))
    assert len(pages) > 4
    for at in range(60):
        assert any(f"Bài{at:03}." in page and f"Việcthứ{at}." in page for page in pages)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--out", "a.png"], "in ra .pdf"),
        (["--out", "a.pdf", "--address", "ông/cháu"], "--address"),
        (["khong-co", "--out", "a.pdf"], "khong-co"),
        (["--out", "khong/co/a.pdf"], "a.pdf"),
    ],
)
def test_what_cannot_be_printed_is_one_sentence(
    typed: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["print", "--phones", "--lessons", str(LESSONS), *typed]) == 2
    assert told in capsys.readouterr().err
