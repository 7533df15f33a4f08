"""`./camtay lint` on real folders: what cannot be read hides nothing, any path is answered, in either language."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from bot.cli.linting import Files, problems
from bot.cli.main import main
from bot.publishing.drafts import Circumstances
from flows.reading.loader import MODELS, TABLES
from flows.rules.checked import Checked
from flows.yaml.strictyaml import MAX_BYTES
from tests.support import media
from tests.support.builders import LESSONS, PROJECT, facts

Output = pytest.CaptureFixture[str]
GOOD = "lesson: {id}\ntitle: Thử\ntrack: m\nsteps:\n  - say: a\n    text: Một\n    wait_tap: Tiếp\n  - end: het\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lessons folder of one good lesson; the tests stand beside it."""
    monkeypatch.chdir(tmp_path)
    put("lessons/m/a/lesson.yaml", GOOD.format(id="a"))
    put("lessons/words.yaml", (PROJECT / "lessons" / "words.yaml").read_text())
    put("lessons/relay.yaml", (PROJECT / "lessons" / "relay.yaml").read_text())
    put("lessons/masking.yaml", (PROJECT / "lessons" / "masking.yaml").read_text())
    put("lessons/phrases.yaml", (PROJECT / "lessons" / "phrases.yaml").read_text())
    return tmp_path / "lessons"


def put(path: str | Path, text: str | bytes) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def run(capsys: Output, *arguments: str) -> tuple[int, list[str]]:
    code = main(["lint", "--lessons", "lessons", *arguments])
    said = capsys.readouterr()
    return code, [*said.out.splitlines(), *said.err.splitlines()]


def test_what_cannot_be_read_hides_no_other(root, capsys):
    (root / "m" / "folder" / "lesson.yaml").mkdir(parents=True)
    for name, target in (("gone", "nowhere"), ("loop", "lesson.yaml")):
        (root / "m" / name).mkdir()
        (root / "m" / name / "lesson.yaml").symlink_to(target)
    (root / "m" / "round").symlink_to(root / "m", target_is_directory=True)
    put(root / "m" / "z" / "lesson.yaml", GOOD.format(id="z").replace("text:", "txt:"))
    code, lines = run(capsys)
    assert code == 1
    assert [(line.split(":", 1)[0], line.split()[1]) for line in lines[:-1]] == [
        ("lessons/m/folder/lesson.yaml", "E001"),
        ("lessons/m/gone/lesson.yaml", "E001"),
        ("lessons/m/loop/lesson.yaml", "E001"),
        ("lessons/m/z/lesson.yaml", "E002"),
    ]
    assert "đây là thư mục" in lines[0] and "không có" in lines[1] and "vòng tròn" in lines[2]
    assert lines[-1] == "5 bài: 4 lỗi, 0 điều nên xem lại."


def test_a_file_without_permission():
    files = Files()
    files.refuse(Path("m/b/lesson.yaml"), PermissionError(errno.EACCES, "no"))
    assert "không có quyền đọc" in files.problems[0].message


def test_a_pipe_is_no_lesson_and_keeps_nobody_waiting(root, capsys):
    (root / "m" / "b").mkdir(parents=True)
    os.mkfifo(root / "m" / "b" / "lesson.yaml")
    code, lines = run(capsys)
    assert code == 1 and "không phải là tệp thường" in lines[0]


def test_a_single_file_of_any_name(root, capsys):
    put("nhap.yaml", GOOD.format(id="nhap").replace("het\n", "het\n    then: b\n", 1))
    assert run(capsys, "nhap.yaml") == (0, ["1 bài: 0 lỗi, 0 điều nên xem lại."])
    put("nhap.yaml", "")
    assert run(capsys, "nhap.yaml") == (
        1,
        ["nhap.yaml:1:1: E001 tệp trống (hãy chép lessons/_template rồi sửa)", "1 bài: 1 lỗi, 0 điều nên xem lại."],
    )
    inside = put(root / "m" / "a" / "nhap.yaml", GOOD.format(id="khac").replace("text: Một", "text: {chị}"))
    code, lines = run(capsys, str(inside))
    assert (code, len(lines)) == (1, 2)
    assert lines[0].startswith("lessons/m/a/nhap.yaml:6:11: E001")


def test_a_folder_elsewhere_answers_every_lesson_in_it(root, capsys):
    put("ngoai/x/y/lesson.yaml", GOOD.format(id="x").replace("Tiếp", "menu"))
    put("ngoai/z/lesson.yaml", "")
    put("ngoai/z/lesson.yaml.bak", "hỏng: [")
    code, lines = run(capsys, "ngoai")
    assert (code, lines[-1]) == (1, "2 bài: 1 lỗi, 0 điều nên xem lại.")
    assert lines[0].startswith("ngoai/z/lesson.yaml:1:1: E001")


def test_a_folder_brings_its_own_tables(root, capsys):
    choose = "  - choose: a\n    text: Đi?\n    save: y\n    options: [{id: x, text: Alo}, {id: z, text: Hai}]\n"
    put("ngoai/x/lesson.yaml", f"lesson: x\ntitle: X\ntrack: v\nsteps:\n{choose}  - end: het\n")
    assert run(capsys, "ngoai")[0] == 0
    put("ngoai/words.yaml", "commands: {menu: [alo]}\n")
    put("ngoai/tracks.yaml", "- {id: m, title: M, order: 1}\n")
    code, lines = run(capsys, "ngoai")
    assert code == 1
    assert {line.split()[1] for line in lines[:-1]} == {"W705", "W706", "E110", "E007"}


def test_the_template_is_looked_at_when_it_is_asked_for(root, capsys):
    put(root / "_template" / "lesson.yaml", GOOD.format(id="mau").replace("text:", "txt:"))
    assert run(capsys)[0] == 0
    for path in ("lessons/_template", "lessons/_template/lesson.yaml"):
        code, lines = run(capsys, path)
        assert (code, lines[-1]) == (1, "1 bài: 1 lỗi, 0 điều nên xem lại.")


def test_several_paths_are_counted_once(root, capsys):
    assert run(capsys, "lessons/m", "lessons/m/a/lesson.yaml", "lessons")[1] == ["1 bài: 0 lỗi, 0 điều nên xem lại."]


def test_a_folder_without_lessons(root, capsys):
    Path("rong").mkdir()
    assert run(capsys, "rong") == (2, [f"{Path('rong').absolute()}: trong này không có bài học nào (lesson.yaml)."])
    code, (said,) = run(capsys, "rong", "--lang", "en")
    assert (code, said) == (2, f"{Path('rong').absolute()}: there is no lesson in here (lesson.yaml).")


def test_a_huge_file_is_not_read_to_its_end(root, capsys):
    put(root / "m" / "b" / "lesson.yaml", b"a: " + b"x" * (50 * MAX_BYTES))
    code, lines = run(capsys)
    assert code == 1
    assert "E005" in lines[0]


def test_two_documents_in_one_file(root, capsys):
    put("hai.yaml", GOOD.format(id="mot") + "---\n" + GOOD.format(id="hai"))
    code, lines = run(capsys, "hai.yaml")
    assert (code, lines[0].split()[:2]) == (1, ["hai.yaml:9:1:", "E001"])


def test_english(root, capsys):
    put("nhap.yaml", GOOD.format(id="x").replace("wait_tap: Tiếp", "next: hett"))
    assert run(capsys, "nhap.yaml", "--lang", "en") == (
        1,
        [
            "nhap.yaml:7:11: E101 there is no step called “hett” (did you mean “het”?)",
            "Lessons: 1, errors: 1, warnings: 0.",
        ],
    )


def test_json_has_the_seven_things(root, capsys):
    put("nhap.yaml", GOOD.format(id="x").replace("wait_tap: Tiếp", "next: hett"))
    code = main(["lint", "--lessons", "lessons", "--format", "json", "--lang", "en", "nhap.yaml"])
    assert code == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "path": "nhap.yaml",
            "line": 7,
            "col": 11,
            "code": "E101",
            "severity": "error",
            "message": "there is no step called “hett”",
            "hint": "did you mean “het”?",
        }
    ]


def test_github_cannot_be_led_astray_by_a_path(root, capsys):
    put("a,b:c%/lesson.yaml", "")
    main(["lint", "--lessons", "lessons", "--format", "github", "a,b:c%"])
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("::error file=a%2Cb%3Ac%25/lesson.yaml,line=1,col=1,title=E001::tệp trống")


def test_media_are_looked_for_beside_the_lesson(root, capsys):
    image = '    image: {src: a.png, alt: "Hình"}\n'
    put("ngoai/x/lesson.yaml", GOOD.format(id="x").replace("    wait_tap", image + "    wait_tap"))
    code, lines = run(capsys, "ngoai")
    assert (code, lines[0].split()[1]) == (1, "E504")
    put("ngoai/x/media/a.png", media.picture() + b"\0" * 2_000_000)
    assert "nặng 2000 kB" in run(capsys, "ngoai")[1][0]
    put("ngoai/x/media/a.png", media.picture())
    assert run(capsys, "ngoai")[0] == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.png", b"x", "is not really of the type that its name says"),
        ("a.jpg", media.photo()[:-4_000], "was not copied to its end"),
        ("a.png", media.moving(), "is an animated picture"),
        ("a.png", media.bomb(), "more than 40 million pixels"),
        ("a.aac", media.aac(3_600), "longer than 10 minutes"),
    ],
)
def test_what_is_in_media_is_looked_into(root, capsys, name, content, said):
    shown = f"voice: {{file: {name}}}" if name.endswith("aac") else f'image: {{src: {name}, alt: "Hình"}}'
    put("ngoai/x/lesson.yaml", GOOD.format(id="x").replace("    wait_tap", f"    {shown}\n    wait_tap"))
    put(f"ngoai/x/media/{name}", content)
    code, lines = run(capsys, "ngoai", "--lang", "en")
    assert code == 1 and lines[0].split()[1] == "E504" and said in lines[0]


def test_dialogues_beside_a_lesson_are_played(root, capsys):
    dialogue = "bot      Một\n         [Tiếp] [Việc khác]\nlearner  [Tiếp]\n= run ended: completed · points 0\n"
    put(root / "m" / "a" / "transcripts" / "x.txt", dialogue)
    assert run(capsys)[0] == 0
    put(root / "m" / "a" / "transcripts" / "x.txt", dialogue.replace("Một", "Hai"))
    code, lines = run(capsys, "--lang", "en")
    assert code == 1
    assert lines[0].startswith("lessons/m/a/transcripts/x.txt:1:1: E902 the tutor now says something else")


def test_the_page_of_rules(root, capsys):
    assert main(["lint", "--rules"]) == 0
    assert capsys.readouterr().out == (PROJECT / "lessons" / "RULES.md").read_text()


def test_without_a_database_there_is_nobody_to_ask_about(root, capsys):
    code, (said,) = run(capsys, "--database", "sqlite:///nowhere.db")
    assert code == 2
    assert said.endswith("chưa có cơ sở dữ liệu ở đây.")


def test_of_the_lessons_that_come_along_nothing_is_left_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    """What is advice for others is a gate here: sources, length, forms of address, pictures, English, transcripts."""
    assert main(["lint", "--lessons", str(LESSONS)]) == 0
    assert capsys.readouterr().out.strip().endswith("0 lỗi, 0 điều nên xem lại.")


# --- what was clean is not looked at again -----------------------------------------------------------

READ = (
    *("m/m0-khoi-dong/lesson.yaml", "m/m0-khoi-dong/po/en.po", "m/m0-khoi-dong/transcripts/*.txt"),
    *(*TABLES, *MODELS, "po/en.po", "answers/*.yaml", "scenes/*.yaml", "rehearsal.yaml"),
)
"""Whatever a lesson's faults may depend on."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of the lessons that come along with all that stands around it, looked at once."""
    folder = tmp_path_factory.mktemp("shipped") / "lessons"
    shutil.copytree(LESSONS, folder, ignore=shutil.ignore_patterns("voices", "_*", *"vtldbgai", "m1-*"))
    found(folder, Checked(folder.parent / "checked.json"))
    return folder


def found(folder: Path, checked: Checked) -> list[str]:
    return [str(each) for each in problems(folder, [], Circumstances(facts()), checked=checked).problems]


@pytest.mark.parametrize("pattern", READ)
def test_a_fault_is_found_wherever_it_came_in(shipped: Path, pattern: str):
    file = min(shipped.glob(pattern))
    before = file.read_bytes()
    file.write_bytes(before[: len(before) * 2 // 3])
    try:
        assert found(shipped, Checked(shipped.parent / "checked.json")) == found(shipped, Checked())
    finally:
        file.write_bytes(before)


def test_lint_remembers_what_was_clean(root, capsys, tmp_path):
    data = tmp_path / "data"
    assert run(capsys, "--data", str(data))[0] == 0
    kept = (data / "checked.json").read_bytes()
    assert run(capsys, "--data", str(data))[0] == 0
    assert (data / "checked.json").read_bytes() == kept
    put(root / "m" / "a" / "lesson.yaml", GOOD.format(id="a").replace("text:", "txt:"))
    assert run(capsys, "--data", str(data))[0] == 1
