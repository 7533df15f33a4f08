"""`./camtay test-lessons` as a teacher types it: what is shown, what is written, and the exit code."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from bot.cli import transcripts
from bot.cli.lesson_tests import messages_of, play_all
from bot.cli.main import main
from bot.settings import load
from flows.play.dialogue import TutorTurn
from flows.shelf.shelf import rehearsal_facts
from tests.support.builders import LESSONS, facts, shelf

ROOT = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]

LESSON = """lesson: tap-thu
title: "Tập thử"
track: m
order: 1
minutes: 1
langs: [vi]
owner: "Tổ soạn bài"
reviewed_on: 2026-11-22

steps:
  - choose: chon
    text: "{Chị} muốn học gì?"
    options:
      - {id: qr, text: "Quét mã QR", next: het}
      - {id: otp, text: "Giữ mã OTP"}
  - say: ke
    text: "Mã OTP là chìa khóa nhà mình."
    wait_tap: "Dạ"
  - end: het
    text: "Giỏi quá."
"""

GOOD = """# tap-thu · Lan, {chị}/{em} · 2026-01-05 08:00 +07 · web
bot      Chị muốn học gì?
         [Quét mã QR] [Giữ mã OTP] [Việc khác]
# bấm nút đầu
learner  [Quét mã QR]
bot      Giỏi quá.
= run ended: completed · points 0
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where she stands: a lessons folder with one lesson and its one transcript."""
    for name in [name for name in os.environ if name.startswith(("CAMTAY", "TELEGRAM", "DATABASE_URL"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "lessons" / "m" / "tap-thu"
    (own / "transcripts").mkdir(parents=True)
    (own / "lesson.yaml").write_text(LESSON, "utf-8")
    (own / "transcripts" / "hoc-tron.txt").write_text(GOOD, "utf-8")
    for table in ("phrases", "words", "relay", "masking", "tracks"):
        shutil.copy(ROOT / "lessons" / f"{table}.yaml", tmp_path / "lessons")
    return own


def run(*arguments: str) -> int:
    return main(["test-lessons", "--lessons", "lessons", *arguments])


def reword(folder: Path) -> None:
    path = folder / "lesson.yaml"
    path.write_text(path.read_text("utf-8").replace("Giỏi quá.", "Chị giỏi quá."), "utf-8")


def test_good_transcripts_and_what_they_reach(capsys: Output):
    assert run() == 0
    assert capsys.readouterr().out.splitlines() == [
        "bài      bước  lựa chọn  lối khác  phút trơn  phút vấp  tin Zalo Bot  chưa đi qua (dòng)",
        "tap-thu   2/3       1/2       0/0        0.2       0.2             2  15-18",
        "1 bản thoại: 1 khớp, 0 khác, 0 hỏng.",
    ]


def test_a_lesson_costs_few_of_the_messages_that_are_counted():
    """The free plan of Zalo Bot has 60 a month for each of fifty learners: two lessons and what is written beside."""
    report = play_all(LESSONS, [], facts())
    minutes = {lesson.id: lesson.minutes for lesson in shelf().good.values()}
    assert report.messages.keys() == minutes.keys()
    assert {
        lesson: count for lesson, count in report.messages.items() if count > 25 * max(minutes[lesson], 5) / 5
    } == {}
    long = TutorTurn(("Một câu dài. " * 200, "Câu cuối."), ("Tiếp", "Thôi"))
    assert messages_of(long) == 2 and messages_of(TutorTurn()) == 0


def test_coverage_in_detail(capsys: Output):
    assert run("--coverage") == 0
    out = capsys.readouterr().out
    assert "lessons/m/tap-thu/lesson.yaml:15: chưa qua bước chon, lựa chọn otp\n" in out
    assert "lessons/m/tap-thu/lesson.yaml:16: chưa qua bước ke\n" in out


def test_a_difference_is_shown_and_only_on_demand_written(folder: Path, capsys: Output):
    reword(folder)
    path = folder / "transcripts" / "hoc-tron.txt"
    assert run() == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[:5] == [
        "lessons/m/tap-thu/transcripts/hoc-tron.txt:6: lời máy nay khác",
        "    learner  [Quét mã QR]",
        "  - bot      Giỏi quá.",
        "  + bot      Chị giỏi quá.",
        "    = run ended: completed · points 0",
    ]
    assert path.read_text("utf-8") == GOOD
    assert run("--update") == 0
    out, err = capsys.readouterr()
    assert "  + bot      Chị giỏi quá." in out
    assert err == "lessons/m/tap-thu/transcripts/hoc-tron.txt: đã ghi lại lời máy\n"
    assert path.read_text("utf-8") == GOOD.replace("Giỏi quá.", "Chị giỏi quá.")
    assert run() == 0


def test_what_cannot_be_played_stays_wrong_after_an_update(folder: Path, capsys: Output):
    path = folder / "transcripts" / "hoc-tron.txt"
    path.write_text(GOOD.replace("[Quét mã QR]\nbot", "[Quét]\nbot"), "utf-8")
    before = path.read_text("utf-8")
    assert run("--update") == 1
    there = "[Quét mã QR] [Giữ mã OTP] [Việc khác]"
    assert (
        f"lessons/m/tap-thu/transcripts/hoc-tron.txt:5: không có nút [Quét]; đang có {there}" in capsys.readouterr().out
    )
    assert path.read_text("utf-8") == before


def test_learner_lines_are_enough(folder: Path):
    path = folder / "transcripts" / "ke.txt"
    path.write_text("learner  giu ma otp\nlearner  dạ\n", "utf-8")
    assert run(str(path)) == 1
    assert run(str(path), "--update") == 0
    assert path.read_text("utf-8").splitlines()[-3:] == [
        "learner  dạ",
        "bot      Giỏi quá.",
        "= run ended: completed · points 0",
    ]
    assert run() == 0


def test_machines_are_told(folder: Path, capsys: Output):
    reword(folder)
    assert run("--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    (played,), (covered,) = found["transcripts"], found["coverage"]
    assert (played["result"], played["differences"][0]["line"]) == ("differs", 6)
    assert (covered["steps"], covered["options"], covered["lines"]) == ([2, 3], [1, 2], [[15, 18]])
    assert [(gap["step"], gap["kind"], gap["name"]) for gap in covered["missing"]] == [
        ("chon", "option", "otp"),
        ("ke", "step", ""),
    ]
    assert run("--format", "github") == 1
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("::error file=lessons/m/tap-thu/transcripts/hoc-tron.txt,line=6,col=1,title=E902::lời máy")
    assert second == "::warning file=lessons/m/tap-thu/lesson.yaml,line=16,col=1,title=W901::chưa qua bước ke"


def test_a_broken_lesson_is_not_passed_over(folder: Path, capsys: Output):
    (folder / "lesson.yaml").write_text(LESSON + "    nxt: ke\n", "utf-8")
    assert run() == 1
    out = capsys.readouterr().out
    assert "hoc-tron.txt:1: không có bài “tap-thu”, hoặc bài ấy còn lỗi" in out
    assert "lessons/m/tap-thu/lesson.yaml: bài còn lỗi, chưa diễn được; xem: ./camtay lint" in out


@pytest.mark.parametrize("as_path", ["drafts", "drafts/tap-thu", "drafts/tap-thu/lesson.yaml"])
def test_lessons_outside_the_tree_are_played(folder: Path, tmp_path: Path, as_path: str, capsys: Output):
    shutil.move(folder.parent, tmp_path / "drafts")
    assert run(as_path) == 0
    assert "1 khớp" in capsys.readouterr().out
    assert run("drafts/tap-thu/transcripts/hoc-tron.txt") == 0


def test_the_template_is_left_out(folder: Path, capsys: Output):
    shutil.copytree(folder, folder.parents[1] / "_template")
    assert run() == 0
    assert "1 bản thoại" in capsys.readouterr().out


def test_misuse_is_told(tmp_path: Path, capsys: Output):
    (tmp_path / "empty").mkdir()
    for path in ("nowhere", "empty", "lessons/words.yaml"):
        assert run(path) == 2
    assert "không có bài học hay bản thoại nào" in capsys.readouterr().err


def test_bytes_that_are_no_text_are_one_fault_of_one_file(folder: Path, capsys: Output):
    (folder / "transcripts" / "la.txt").write_bytes(b"\xff\xfe\x00bot")
    assert run() == 1
    out = capsys.readouterr().out
    assert "la.txt:1: " in out and "1 khớp, 0 khác, 1 hỏng" in out


def test_a_file_keeps_its_mode_when_it_is_rewritten(folder: Path):
    path = folder / "transcripts" / "hoc-tron.txt"
    path.chmod(0o640)
    transcripts.write(path, "x\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["hoc-tron.txt"]


@pytest.mark.parametrize("verb", ["test-lessons", "lint"])
def test_what_a_site_writes_into_its_config_changes_no_dialogue(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    monkeypatch.setenv("CAMTAY__HELPER__NAME", "Chị Hạnh")
    monkeypatch.setenv("CAMTAY__HELPER__PHONE", "0912 345 678")
    monkeypatch.setenv("CAMTAY__FACTS__HOTLINE_VNEID", "1900 9999")
    where = ["--lessons", str(ROOT / "lessons"), "--config", str(ROOT / "config.yaml")]
    asked = [str(ROOT / "lessons" / "m" / "m0-khoi-dong"), str(ROOT / "lessons" / "v" / "v3-vi-giay-to")]
    assert main([verb, *asked, *where]) == 0, capsys.readouterr().out


def test_dialogues_have_a_value_of_their_own_for_all_that_a_site_fills_in():
    """Else the next number somebody adds to config.yaml stands in the dialogues as it is there."""
    shipped = load(ROOT / "config.yaml", {}, {}).placeholders
    assert rehearsal_facts(ROOT / "lessons", {}).keys() == shipped.keys()


def test_without_values_of_its_own_a_folder_plays_with_those_of_the_site(tmp_path: Path):
    assert rehearsal_facts(tmp_path, {"so": "7"}) == {"so": "7"}
    (tmp_path / "rehearsal.yaml").write_text("so: [", "utf-8")
    assert rehearsal_facts(tmp_path, {"so": "7"}) == {"so": "7"}


@pytest.mark.parametrize("verb", ["test-lessons", "lint"])
def test_a_lesson_goes_by_its_code_as_everywhere_else(verb: str, capsys: Output):
    assert main([verb, "tap-thu", "--lessons", "lessons"]) == 0
    assert "1 bản thoại: 1 khớp" in (said := capsys.readouterr().out) or "1 bài: 0 lỗi" in said
    assert main([verb, "tap-tho", "--lessons", "lessons"]) == 2
    assert "tap-tho" in capsys.readouterr().err
