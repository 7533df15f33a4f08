"""The verbs as somebody types them: sentences, exit codes, and no traceback for what can be expected."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from bot.cli import transcripts
from bot.cli.console import Console
from bot.cli.main import main
from flows.play.dialogue import DialogueHead
from flows.shelf.shelf import plain_book, read_shelf
from storage.engine.lock import lock_folder
from storage.engine.schema import SCHEMA

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
  - task: mo_may
    src: none
    text: "{Chị} mở máy {nhé}."
    steps: ["Bấm nút nguồn."]
    done: "Xong rồi"
    stuck: {hints: ["Nút ở cạnh phải."]}
    later: {remind: 1d, times: 2, text: "{Chị} ơi, {em} nhắc đây."}
  - end: het
    src: none
    text: "Giỏi quá."
"""

EMERGENCY = """lesson: luc-khan
title: "Lúc khẩn"
track: l
order: 6
minutes: 1
langs: [vi]
owner: "Tổ soạn bài"
reviewed_on: 2026-11-22
emergency: true

steps:
  - say: dung
    src: none
    text: "{Chị} đừng chuyển thêm đồng nào."
    wait_tap: "Dạ"
  - end: het
    src: none
    text: "{Em} ở đây."
"""


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """A lessons folder with the real tables, a small lesson and one for emergencies."""
    folder = tmp_path / "lessons"
    (folder / "m" / "tap-thu").mkdir(parents=True)
    (folder / "m" / "tap-thu" / "lesson.yaml").write_text(LESSON, "utf-8")
    for table in ("phrases", "words", "relay", "masking", "tracks", "sources"):
        shutil.copy(ROOT / "lessons" / f"{table}.yaml", folder)
    (folder / "l" / "luc-khan").mkdir(parents=True)
    (folder / "l" / "luc-khan" / "lesson.yaml").write_text(EMERGENCY, "utf-8")
    return folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are typed in another folder, in an environment that sets nothing."""
    for name in [name for name in os.environ if name.startswith(("CAMTAY", "TELEGRAM", "DATABASE_URL"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def break_lesson(lessons: Path) -> Path:
    path = lessons / "m" / "tap-thu" / "lesson.yaml"
    path.write_text(LESSON.replace('    text: "Giỏi quá."', '    text: "Giỏi quá."\n    nxt: mo_may'), "utf-8")
    return path


# --- arguments and settings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", ["run", "lint", "people", "people invite", "models add", "report", "publish", "translate"]
)
def test_the_frame_of_every_help_is_vietnamese(verb: str, capsys: Output) -> None:
    with pytest.raises(SystemExit):
        main([*verb.split(), "--help"])
    told = capsys.readouterr().out
    assert told.startswith(f"Cách dùng: ./camtay {verb}") and "in trang này" in told
    assert not re.search(r"usage|options|positional|show this|DAYS", told)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["run", "--prot", "1"], "Lệnh chưa đúng: không có tùy chọn: --prot 1. Có phải là “--port”?"),
        (["restore"], "Lệnh chưa đúng: còn thiếu: TỆP."),
        (["lint", "--format", "xml"], "Lệnh chưa đúng: tùy chọn --format: không có lựa chọn: 'xml'"),
        (["run", "--port"], "Lệnh chưa đúng: tùy chọn --port: cần một giá trị."),
    ],
)
def test_a_misspelt_command_is_answered_in_vietnamese(typed: list[str], told: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as exit:
        main(typed)
    assert exit.value.code == 2
    assert capsys.readouterr().err.startswith(told)


def test_a_wrong_setting_is_one_sentence_and_exit_2(tmp_path: Path, capsys: Output) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("web:\n  prot: 8080\n", "utf-8")
    for verb in (["run"], ["lint"], ["migrate"], ["backup"]):
        assert main([*verb, "--config", str(config)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert f"{config}:2:3:" in err
        assert "“port”" in err


# --- lint --------------------------------------------------------------------------------------------


def test_good_lessons_are_counted(lessons: Path, capsys: Output) -> None:
    assert main(["lint", "--lessons", "lessons"]) == 0
    assert capsys.readouterr().out == "2 bài: 0 lỗi, 0 điều nên xem lại.\n"


def test_a_fault_is_shown_where_it_stands(lessons: Path, capsys: Output) -> None:
    break_lesson(lessons)
    assert main(["lint", "--lessons", "lessons"]) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("lessons/m/tap-thu/lesson.yaml:21:5: E002 ")
    assert "next" in first  # did you mean
    assert last.startswith("2 bài: 1 lỗi")


def test_one_lesson_is_looked_at_among_its_neighbours(lessons: Path, capsys: Output) -> None:
    path = break_lesson(lessons)
    assert main(["lint", "--lessons", "lessons", "lessons/l"]) == 0
    assert capsys.readouterr().out.startswith("1 bài: 0 lỗi")
    assert main(["lint", "--lessons", "lessons", str(path)]) == 1


def test_graph_draws_a_lesson_by_its_id_or_its_path(lessons: Path, tmp_path: Path, capsys: Output) -> None:
    assert main(["graph", "tap-thu", "--lessons", str(lessons)]) == 0
    assert capsys.readouterr().out.splitlines()[3] == "flowchart TD"
    elsewhere = tmp_path / "elsewhere" / "tap-thu"
    elsewhere.mkdir(parents=True)
    (elsewhere / "lesson.yaml").write_text(LESSON, "utf-8")
    for path in (elsewhere, elsewhere / "lesson.yaml"):
        out = tmp_path / "out.svg"
        assert main(["graph", str(path), "--lessons", str(lessons), "--format", "svg", "--out", str(out)]) == 0
        assert "Tập thử" in out.read_text("utf-8")
        assert str(out) in capsys.readouterr().err


def test_graph_draws_a_broken_lesson_and_tells_its_faults(lessons: Path, tmp_path: Path, capsys: Output) -> None:
    broken = tmp_path / "lesson.yaml"
    broken.write_text(LESSON.replace("  - end: het", "    next: mat\n  - end: het"), "utf-8")
    assert main(["graph", str(broken), "--lessons", str(lessons)]) == 0
    out, err = capsys.readouterr()
    assert "⚠ không có bước này" in out
    assert "không có bước này: mat" in err


def test_graph_marks_what_no_transcript_walks_through(lessons: Path, tmp_path: Path, capsys: Output) -> None:
    assert main(["graph", "tap-thu", "--lessons", str(lessons), "--coverage"]) == 0
    assert "chưa có bản thoại nào đi qua: mo_may, het" in capsys.readouterr().err
    kept = next(lessons.rglob("tap-thu/lesson.yaml")).parent / "transcripts" / "mot.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("# tap-thu\nbot      Chị mở máy nhé.\n", "utf-8")
    assert main(["graph", "tap-thu", "--lessons", str(lessons), "--coverage"]) == 0
    assert "chưa có bản thoại nào đi qua: het" in capsys.readouterr().err
    broken = tmp_path / "lesson.yaml"
    broken.write_text(LESSON.replace("  - end: het", "    next: mat\n  - end: het"), "utf-8")
    assert main(["graph", str(broken), "--lessons", str(lessons), "--coverage"]) == 0
    assert "chưa diễn lại được" in capsys.readouterr().err


def test_graph_refuses_in_a_sentence(lessons: Path, tmp_path: Path, capsys: Output) -> None:
    assert main(["graph", "tap-th", "--lessons", str(lessons)]) == 2
    assert "“tap-thu”" in capsys.readouterr().err
    (tmp_path / "lesson.yaml").write_text("- a\n", "utf-8")
    assert main(["graph", str(tmp_path), "--lessons", str(lessons)]) == 1
    err = capsys.readouterr().err
    assert "E003" in err
    assert "chưa vẽ được" in err
    out = str(tmp_path / "nowhere" / "out.svg")
    assert main(["graph", "tap-thu", "--lessons", str(lessons), "--out", out]) == 2
    assert "không ghi được" in capsys.readouterr().err


def test_lint_speaks_to_machines(lessons: Path, capsys: Output) -> None:
    break_lesson(lessons)
    assert main(["lint", "--lessons", "lessons", "--format", "json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)
    assert (problem["code"], problem["severity"], problem["line"], problem["col"]) == ("E002", "error", 21, 5)
    main(["lint", "--lessons", "lessons", "--format", "github"])
    told = capsys.readouterr().out
    assert told.startswith("::error file=lessons/m/tap-thu/lesson.yaml,line=21,col=5,title=E002::")


@pytest.mark.parametrize("path", ["nowhere", "lessons/words.yaml"])
def test_a_path_without_lessons_is_told(lessons: Path, path: str, capsys: Output) -> None:
    assert main(["lint", "--lessons", "lessons", path]) == 2
    assert "không có thư mục hay tệp lesson.yaml nào ở đây" in capsys.readouterr().err


def test_the_lessons_we_ship_are_clean(capsys: Output) -> None:
    assert main(["lint"]) == 0
    assert ": 0 lỗi" in capsys.readouterr().out


# --- try ---------------------------------------------------------------------------------------------


class Terminal:
    """A scripted learner; what she is shown is kept."""

    def __init__(self, *lines: str, head: DialogueHead | None = None) -> None:
        self.head = head
        self.lines = iter(lines)
        self.shown: list[str] = []

    def read(self, prompt: str) -> str:
        try:
            return next(self.lines)
        except StopIteration:
            raise EOFError from None

    def play(self, lessons: Path, lesson_id: str = "tap-thu") -> int:
        book = plain_book(read_shelf(lessons, {}), {})
        lesson = book.lesson(lesson_id)
        assert lesson is not None
        save = partial(transcripts.save, Path(lesson.place.path))
        return Console(book, self.read, self.shown.append, save).play(self.head or DialogueHead(lesson_id))

    @property
    def text(self) -> str:
        return "\n".join(self.shown)


def test_a_lesson_is_played_with_numbers_to_its_end(lessons: Path) -> None:
    terminal = Terminal("1")
    assert terminal.play(lessons) == 0
    assert "   1. Xong rồi\n   2. Chưa thấy\n   3. Nói lại\n   4. Việc khác" in terminal.text
    assert terminal.shown[-2] == "(Hết bài: học xong, 0 điểm, đạt)"
    assert terminal.shown[-1].startswith("Bài đã hết. /save TÊN")


def test_waiting_for_a_reminder_is_a_jump(lessons: Path) -> None:
    terminal = Terminal("4", "4", "/doi", "xong rồi")
    assert terminal.play(lessons) == 0
    assert "(sẽ nhắc lúc 08:00 06/01)" in terminal.text
    assert "(… 1 ngày sau …)" in terminal.text
    assert "Chị ơi, em nhắc đây." in terminal.text
    assert "Hết bài" in terminal.text


def test_a_secret_is_masked_and_said_so(lessons: Path) -> None:
    terminal = Terminal("mật khẩu là lan1990")
    terminal.play(lessons)
    assert "(phần bí mật được che trước khi lưu)" in terminal.text
    assert "lan1990" not in terminal.text


def test_an_emergency_opens_its_lesson_at_once(lessons: Path) -> None:
    terminal = Terminal("tôi bị lừa rồi")
    terminal.play(lessons)
    assert "── Lúc khẩn ──" in terminal.text


def test_leaving_is_kind(lessons: Path) -> None:
    for lines in ((), ("/thoat",)):
        terminal = Terminal(*lines)
        assert terminal.play(lessons) == 0
        assert terminal.shown[-1] == "\nNghỉ ở đây nhé. Học thử nên không lưu gì cả."


SAVED = """\
# tap-thu · Lan, {chị}/{em} · 2026-01-05 08:00 +07 · web
bot      Chị mở máy nha.
         1. Bấm nút nguồn.
         [Xong rồi] [Chưa thấy] [Nói lại] [Việc khác]
learner  [Chưa thấy]
bot      Nút ở cạnh phải.
bot      Giờ chị thử lại nha.
         [Xong rồi] [Chưa thấy] [Nói lại] [Việc khác]
learner  (sticker)
"""


def test_what_was_played_is_saved_beside_the_lesson_and_plays_again(lessons: Path) -> None:
    terminal = Terminal("2", "xong", "/lui", "(sticker)", "/save hoc-tron", "/save hoc-tron", "/save! hoc-tron")
    assert terminal.play(lessons) == 0
    path = lessons / "m" / "tap-thu" / "transcripts" / "hoc-tron.txt"
    assert "(Đã bỏ dòng: xong)" in terminal.text
    assert "(Đã lưu lessons/m/tap-thu/transcripts/hoc-tron.txt)" in terminal.text
    assert "(Đã có lessons/m/tap-thu/transcripts/hoc-tron.txt; muốn ghi đè thì gõ: /save! hoc-tron)" in terminal.text
    assert path.read_text("utf-8").startswith(SAVED)
    assert path.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in path.parent.iterdir()] == ["hoc-tron.txt"]
    assert terminal.shown[-1] == "\nNghỉ ở đây nhé."
    assert main(["test-lessons", "--lessons", "lessons", "lessons/m"]) == 0


@pytest.mark.parametrize(
    ("name", "better"),
    [("học trơn", "/save hoc-tron"), ("../../x", "/save x"), ("con", "/save con-1"), ("…", "không dấu"), ("", "Ví dụ")],
)
def test_a_name_that_is_no_file_name_is_refused_in_one_sentence(lessons: Path, name: str, better: str) -> None:
    terminal = Terminal(f"/save {name}")
    terminal.play(lessons)
    assert better in terminal.shown[-2]
    assert not (lessons / "m" / "tap-thu" / "transcripts").exists()


def test_a_secret_is_saved_as_its_kind_and_answered_the_same_when_played(lessons: Path, capsys: Output) -> None:
    Terminal("ma 558391 nhap o dau", "mật khẩu là lan1990", "/save bi-mat").play(lessons)
    text = (lessons / "m" / "tap-thu" / "transcripts" / "bi-mat.txt").read_text("utf-8")
    assert "558391" not in text and "lan1990" not in text
    assert "learner  ma •otp• nhap o dau\n" in text and "learner  mật khẩu là •password•\n" in text
    assert "= secret masked: otp\n" in text and "= secret masked: password\n" in text
    assert main(["test-lessons", "--lessons", "lessons"]) == 0


def test_time_passes_as_told(lessons: Path) -> None:
    terminal = Terminal("/doi 3 ngày", "/wait xyz", "/nhay", "/help", "1", "alo", "/doi", "/save im-lang")
    terminal.play(lessons)
    assert terminal.text.count("Chị ơi, em nhắc đây.") == 2
    for told in (
        "(… 3 ngày sau …)",
        "Không hiểu “xyz”",
        "Không có lệnh /nhay",
        "/lui        bỏ",
        "(Bài đã hết.",
        "không còn",
    ):
        assert told in terminal.text
    text = (lessons / "m" / "tap-thu" / "transcripts" / "im-lang.txt").read_text("utf-8")
    assert "— 3 days pass —" in text


def test_the_flags_of_try_make_the_head_line(lessons: Path, tmp_path: Path) -> None:
    flags = [
        "--name",
        "Năm",
        "--address",
        "bà/con",
        "--at",
        "2026-03-01 19:30",
        "--channel",
        "telegram",
        "--set",
        "xa=Tân  An",
    ]
    arguments = [sys.executable, "-P", "-m", "bot", "try", "tap-thu", "--lessons", "lessons", *flags]
    typed = "một dòng\\\nhai dòng\n/save toi\n"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    played = subprocess.run(arguments, input=typed, capture_output=True, text=True, env=environ)
    assert (played.returncode, played.stderr) == (0, "")
    path = lessons / "m" / "tap-thu" / "transcripts" / "toi.txt"
    first, *rest = path.read_text("utf-8").splitlines()
    assert first == "# tap-thu · Năm, {bà}/{con} · 2026-03-01 19:30 +07 · telegram · xa=Tân An"
    assert ("learner  một dòng", "         hai dòng") in list(pairwise(rest))
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        (["--address", "ông/cháu"], "không có cách gọi “ông/cháu”"),
        (["--at", "mai"], "không đọc được giờ “mai”"),
        (["--set", "Tên"], "phải có dạng ten=giá_trị"),
        (["--channel", "Web Chat"], "không phải một từ viết thường"),
    ],
)
def test_a_wrong_flag_of_try_is_told(lessons: Path, flag: list[str], told: str, capsys: Output) -> None:
    try:
        code = main(["try", "tap-thu", "--lessons", "lessons", *flag])
    except SystemExit as left:
        assert isinstance(left.code, int)
        code = left.code
    assert code == 2
    assert told in capsys.readouterr().err


def test_an_unknown_lesson_gets_a_suggestion(lessons: Path, capsys: Output) -> None:
    assert main(["try", "tap-thuu", "--lessons", "lessons"]) == 2
    assert "Không có bài nào tên “tap-thuu”; có phải là “tap-thu”?" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["tap-thu", "lessons/m/tap-thu", "lessons/m/tap-thu/lesson.yaml"])
def test_a_broken_lesson_shows_its_faults_instead(lessons: Path, name: str, capsys: Output) -> None:
    break_lesson(lessons)
    assert main(["try", name, "--lessons", "lessons"]) == 1
    assert ":21:5: E002 " in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["try", "tap-thu"], ["test-lessons"]])
def test_a_folder_without_the_tutors_own_words_is_told(lessons: Path, verb: list[str], capsys: Output) -> None:
    (lessons / "phrases.yaml").unlink()
    assert main([*verb, "--lessons", "lessons"]) == 2
    assert "phrases.yaml: không có tệp này" in capsys.readouterr().err


def test_a_lesson_outside_the_tree_can_be_tried(lessons: Path, tmp_path: Path) -> None:
    shutil.move(lessons / "m", tmp_path / "drafts")
    arguments = [sys.executable, "-P", "-m", "bot", "try", "drafts/tap-thu", "--lessons", "lessons"]
    played = subprocess.run(
        arguments, input="1\n/save xong\n", capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert (played.returncode, played.stderr) == (0, "")
    assert "(Hết bài: học xong, 0 điểm, đạt)" in played.stdout
    assert (tmp_path / "drafts" / "tap-thu" / "transcripts" / "xong.txt").exists()


# --- the database ------------------------------------------------------------------------------------


def database(folder: Path) -> Path:
    return folder / "data" / "camtay.db"


def test_migrate_says_what_it_did(tmp_path: Path, capsys: Output) -> None:
    assert main(["migrate", "--data", "data"]) == 0
    assert database(tmp_path).stat().st_mode & 0o077 == 0  # nobody else on the machine reads it
    assert main(["migrate", "--data", "data"]) == 0
    assert capsys.readouterr().out == (
        f"Đã đưa cơ sở dữ liệu từ trống lên {SCHEMA}.\nCơ sở dữ liệu đã ở phiên bản mới nhất ({SCHEMA}).\n"
    )


def test_backup_and_restore_by_command(tmp_path: Path, capsys: Output) -> None:
    main(["migrate", "--data", "data"])
    (tmp_path / "data" / "web.key").write_text("khóa")
    assert main(["backup", "all.tar.gz", "--data", "data"]) == 0
    assert f"Đã sao lưu và mở thử: {tmp_path / 'all.tar.gz'}" in capsys.readouterr().out
    (tmp_path / "data" / "web.key").unlink()
    assert main(["restore", "all.tar.gz", "--data", "data"]) == 0
    assert "Dữ liệu trước đó còn ở:" in capsys.readouterr().out
    assert (tmp_path / "data" / "web.key").read_text() == "khóa"


@pytest.mark.parametrize("verb", [["migrate"], ["restore", "all.tar.gz"]])
def test_what_changes_data_waits_until_the_tutor_stops(tmp_path: Path, verb: list[str], capsys: Output) -> None:
    with lock_folder(tmp_path / "data"):
        assert main([*verb, "--data", "data"]) == 1
    assert capsys.readouterr().err.startswith("Cầm Tay đang chạy với thư mục dữ liệu này.")


def test_a_newer_database_is_refused(tmp_path: Path, capsys: Output) -> None:
    main(["migrate", "--data", "data"])
    with closing(sqlite3.connect(database(tmp_path))) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    capsys.readouterr()
    assert main(["migrate", "--data", "data"]) == 1
    assert "bản Cầm Tay mới hơn" in capsys.readouterr().err


@pytest.mark.postgres
def test_postgresql_is_migrated_the_same_way(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    assert f"Đã đưa cơ sở dữ liệu từ trống lên {SCHEMA}." in capsys.readouterr().out


def test_a_database_that_is_away_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://camtay:b1mat@127.0.0.1:9/camtay")
    assert main(["migrate"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Không dùng được cơ sở dữ liệu:")
    assert "b1mat" not in told


@pytest.fixture
def reader_who_leaves() -> Iterator[int]:
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


def test_nobody_reading_on_is_no_failure(reader_who_leaves: int) -> None:
    run = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "lint", "--format", "json"],
        stdout=reader_who_leaves,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.stderr == ""
