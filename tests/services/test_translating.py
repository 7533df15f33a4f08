"""`./camtay translate` as somebody types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polib
import pytest

from bot.cli.main import main
from flows.shelf.shelf import plain_book, read_shelf
from tests.support.builders import LESSONS

Output = pytest.CaptureFixture[str]

LESSON = """lesson: tap-thu
title: "Tập thử"
track: m
steps:
  - say: chao
    text: "Chào {chị} {ten}."
    wait_tap: "Tới"
  - end: het
    text: "Giỏi quá."
"""


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    folder = tmp_path / "lessons"
    (folder / "m" / "tap-thu").mkdir(parents=True)
    (folder / "m" / "tap-thu" / "lesson.yaml").write_text(LESSON, "utf-8")
    for table in ("phrases", "words", "relay", "masking", "tracks"):
        shutil.copy(LESSONS / f"{table}.yaml", folder)
    return folder


def translate(lessons: Path, *arguments: str) -> int:
    return main(["translate", arguments[0], "--lessons", str(lessons), *arguments[1:]])


def test_out_translated_elsewhere_and_back(lessons: Path, tmp_path: Path, capsys: Output):
    po = lessons / "m" / "tap-thu" / "po" / "en.po"
    assert translate(lessons, "status") == 0
    assert "Chưa có bản dịch nào" in capsys.readouterr().out
    assert translate(lessons, "export", "tap-thu", "en") == 0
    assert "dịch 0, thiếu 4, cũ 0" in capsys.readouterr().out
    elsewhere = tmp_path / "from-the-translator.po"
    file = polib.pofile(str(po), wrapwidth=0)
    for entry, text in zip(file, ("Try it", "Hello {ten}.", "Next", "Well done."), strict=True):
        entry.msgstr = text
    file.save(str(elsewhere))
    assert translate(lessons, "import", "tap-thu", "en", str(elsewhere)) == 0
    assert "dịch 4, thiếu 0, cũ 0" in capsys.readouterr().out
    assert po.read_text("utf-8").count("#. source: ") == 4
    assert po.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in po.parent.iterdir()] == ["en.po"]

    script = po.parents[1] / "lesson.yaml"
    script.write_text(LESSON.replace("Giỏi quá", "Giỏi lắm"), "utf-8")
    assert translate(lessons, "status", "tap-thu") == 1
    assert "dịch 3, thiếu 0, cũ 1" in capsys.readouterr().out
    assert translate(lessons, "export", str(script), "en") == 0
    assert '#, fuzzy\n#| msgid "Giỏi quá."\n' in po.read_text("utf-8")
    assert translate(lessons, "import", "tap-thu", "en") == 0
    assert "dịch 3, thiếu 0, cũ 1" in capsys.readouterr().out


def test_a_wrong_file_changes_nothing(lessons: Path, tmp_path: Path, capsys: Output):
    translate(lessons, "export", "tap-thu", "en")
    po = lessons / "m" / "tap-thu" / "po" / "en.po"
    before = po.read_bytes()
    broken = tmp_path / "x.po"
    broken.write_text(before.decode().replace('msgstr ""\n\n#. source', 'msgstr "Hi\n\n#. source', 2), "utf-8")
    capsys.readouterr()
    assert translate(lessons, "import", "tap-thu", "en", str(broken)) == 2
    said = capsys.readouterr().err
    assert f"{broken}:" in said
    assert "E400" in said
    assert "Chưa ghi gì cả" in said
    assert po.read_bytes() == before
    po.write_bytes(b"\xff\n")
    assert translate(lessons, "export", "tap-thu", "en") == 2
    assert "en.po:1: chữ ở đây không phải mã UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "tap-th", "en"), "có phải là “tap-thu”?"),
        (("export", "tap-thu", "english"), "không phải là mã tiếng"),
        (("export", "tap-thu", "vi"), "là tiếng gốc"),
        (("import", "tap-thu", "en"), "Xuất trước bằng"),
        (("import", "tap-thu", "en", "/nowhere.po"), "không có tệp này"),
        (("export", "tap-thu"), "còn thiếu"),
    ],
)
def test_what_can_go_wrong_is_a_sentence(lessons: Path, capsys: Output, arguments: tuple[str, ...], said: str):
    try:
        assert translate(lessons, *arguments) == 2
    except SystemExit as refused:
        assert refused.code == 2
    assert said in capsys.readouterr().err


def test_a_broken_lesson_is_to_be_mended_first(lessons: Path, capsys: Output):
    (lessons / "m" / "tap-thu" / "lesson.yaml").write_text(LESSON.replace("say: chao", "sai: chao"), "utf-8")
    assert translate(lessons, "export", "tap-thu", "en") == 2
    assert "sửa trước rồi dịch" in capsys.readouterr().err


def test_phrases(lessons: Path, capsys: Output):
    assert translate(lessons, "export", "phrases", "en") == 0
    assert (lessons / "po" / "en.po").is_file()
    assert 'msgctxt "track.m"' in (lessons / "po" / "en.po").read_text("utf-8")


def test_the_shelf_carries_what_may_be_shown(lessons: Path):
    script = lessons / "m" / "tap-thu" / "lesson.yaml"
    script.write_text(LESSON.replace("track: m", "track: m\nlangs: [vi, en]"), "utf-8")
    assert str(script) in read_shelf(lessons, {}).untranslated  # declared, and no translation there
    translate(lessons, "export", "tap-thu", "en")
    po = script.parent / "po" / "en.po"
    file = polib.pofile(str(po), wrapwidth=0)
    for entry, text in zip(file, ("Try it", "Hello {ten}.", "Next", "Well done."), strict=True):
        entry.msgstr = text
    file.save()
    shelf = read_shelf(lessons, {})
    assert shelf.broken == {}
    assert shelf.translations["tap-thu"]["en"]["chao.text"] == "Hello {ten}."
    assert plain_book(shelf, {}).current == {"tap-thu": 1}
    script.write_text(script.read_text("utf-8").replace("Giỏi", "Hay"), "utf-8")
    shelf = read_shelf(lessons, {})
    assert str(script) in shelf.untranslated, "a stale translation is told, and nothing more"
    assert "tap-thu" in shelf.good and "het.text" not in shelf.translations["tap-thu"]["en"]
    shutil.copytree(LESSONS / "po", lessons / "po")
    assert read_shelf(lessons, {}).phrases_in["en"]["label_later"] == "Later"


def test_schema_offers_the_steps_of_a_lesson(lessons: Path, capsys: Output):
    assert main(["schema", "--lessons", str(lessons)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((LESSONS / "schema.json").read_text("utf-8"))
    assert main(["schema", "--lessons", str(lessons), "tap-thu"]) == 0
    assert '"chao"' in capsys.readouterr().out
    assert main(["schema", "--lessons", str(lessons), str(lessons / "m" / "tap-thu" / "lesson.yaml")]) == 0
    assert '"het"' in capsys.readouterr().out
    assert main(["schema", "--lessons", str(lessons), "tap-th"]) == 2
    assert "có phải là “tap-thu”?" in capsys.readouterr().err
