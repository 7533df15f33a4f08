"""The door: help, an environment that is whole or made again, and nothing in between."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DOOR = ROOT / "camtay"

VERBS = (
    "run",
    "test",
    "check",
    "fix",
    "lint",
    "try",
    "graph",
    "bench",
    "test-lessons",
    "migrate",
    "backup",
    "restore",
    "doctor",
)

# An installer that needs no network: it notes that it was called and does what its project tells it to.
FAKE_UV = """#!/bin/sh
echo "$@" >> calls
[ -f slow ] && sleep 1
[ -f broken ] && { echo "no route to host" >&2; exit 2; }
exit 0
"""
PROGRAM = "import os, sys; print(os.path.realpath(sys.prefix), os.getpid(), *sys.argv[1:])"


@pytest.fixture(scope="session")
def door() -> ModuleType:
    loader = SourceFileLoader("door", str(DOOR))
    spec = importlib.util.spec_from_loader("door", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["door"] = module
    loader.exec_module(module)
    return module


class Project:
    """A copy of the door with a tiny program behind it and an installer that needs no network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = folder / "tools"
        for name in ("requirements", "bot", "tools"):
            (folder / name).mkdir(parents=True)
        shutil.copy(DOOR, folder / "camtay")
        (tools / "uv").write_text(FAKE_UV)
        (tools / "uv").chmod(0o755)
        (tools / "python3").symlink_to(Path(sys.executable).resolve())
        (folder / "bot" / "__main__.py").write_text(PROGRAM)
        for kind in ("run", "dev"):
            (folder / "requirements" / f"{kind}.lock").write_text(f"# {kind}\n")
        self.environ = {**os.environ, "PATH": f"{tools}:/usr/bin:/bin"}
        self.environ.pop("PYTHONPATH", None)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.folder / "camtay", *arguments],
            env=self.environ,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def open(self, *arguments: str) -> tuple[int, str, str]:
        door = self.start(*arguments)
        out, err = door.communicate(timeout=60)
        return door.returncode, out, err

    @property
    def installed(self) -> int:
        calls = self.folder / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "camtay project")


def test_without_a_verb_it_shows_help_in_vietnamese(project: Project) -> None:
    code, out, err = project.open()
    assert (code, out) == (2, "")
    for verb in VERBS:
        assert f"\n  {verb} " in err
    assert "Cách dùng: ./camtay LỆNH" in err
    assert project.open("--help")[:2] == (0, err)


@pytest.mark.parametrize(
    ("typed", "meant"), [("tset", "test"), ("rum", "run"), ("BACKUP", "backup"), ("doc", "doctor")]
)
def test_a_misspelt_verb_gets_a_suggestion(project: Project, typed: str, meant: str) -> None:
    code, _, err = project.open(typed)
    assert code == 2
    assert err.startswith(f"Không có lệnh “{typed}”. Có phải ý bạn là: ./camtay {meant}?")


@pytest.mark.parametrize("verb", ["test", "check", "fix", "bench"])
@pytest.mark.parametrize("asked", [("--help",), ("-h",), ("-x", "--help")])
def test_asking_for_help_does_nothing_else(project: Project, verb: str, asked: tuple[str, ...]) -> None:
    code, out, err = project.open(verb, *asked)
    assert (code, err, project.installed) == (0, "", 0)
    assert out.startswith(f"Cách dùng: ./camtay {verb}")


def test_every_verb_of_the_door_itself_has_its_help(door: ModuleType) -> None:
    assert door.DETAILS.keys() == {verb for verb, (needs, _) in door.VERBS.items() if needs != "run"}


@pytest.mark.parametrize("verb", ["check", "fix"])
def test_what_takes_no_arguments_says_so_and_touches_no_file(project: Project, verb: str) -> None:
    code, _, err = project.open(verb, "--hlep")
    assert (code, project.installed) == (2, 0) and f"{verb} không nhận thêm gì, mà có “--hlep”" in err


def test_an_old_python_is_turned_away_kindly(door: ModuleType) -> None:
    assert door.too_old((3, 9)).startswith("Cầm Tay cần Python 3.11 trở lên; máy này đang dùng Python 3.9.\n")
    ast.parse(DOOR.read_text("utf-8"), feature_version=(3, 7))  # it gets as far as saying so


def test_the_first_start_installs_and_the_second_does_not(project: Project) -> None:
    code, out, err = project.open("run", "--port", "1")
    prefix, _, *arguments = out.rsplit(maxsplit=4)
    assert (code, arguments) == (0, ["run", "--port", "1"])
    assert prefix == str(project.folder / ".venv")
    assert "Đang cài các gói cần dùng" in err
    assert project.open("run")[2] == ""
    assert project.installed == 1


def test_the_door_becomes_the_program(project: Project) -> None:
    project.open("run")
    door = project.start("run")
    out, _ = door.communicate(timeout=60)
    assert int(out.split()[-2]) == door.pid  # so a signal reaches the program itself


def test_a_second_start_costs_next_to_nothing(project: Project) -> None:
    project.open("run")
    python = str(project.folder / ".venv" / "bin" / "python")

    def fastest(*command: str) -> float:
        spans = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run(command, env=project.environ, check=True, stdout=subprocess.DEVNULL)
            spans.append(time.perf_counter() - began)
        return min(spans)

    plain = fastest(python, str(project.folder / "bot" / "__main__.py"))
    assert fastest(str(project.folder / "camtay"), "run") - plain < 0.15  # 0.03 on a quiet machine


def test_a_development_environment_will_do_for_running(project: Project) -> None:
    project.open("test", "--version")
    project.open("run")
    assert project.installed == 1
    (project.folder / "requirements" / "dev.lock").write_text("# another\n")
    project.open("run")
    assert project.installed == 2


def test_another_lock_installs_again(project: Project) -> None:
    project.open("run")
    (project.folder / "requirements" / "run.lock").write_text("# another\n")
    project.open("run")
    project.open("run")
    assert project.installed == 2


def test_another_python_makes_the_environment_anew(project: Project, tmp_path: Path) -> None:
    project.open("run")
    python = project.folder / ".venv" / "bin" / "python"
    target = os.readlink(python)
    copy = shutil.copy(Path(sys.executable).resolve(), tmp_path / "python3")
    python.unlink()
    python.symlink_to(copy)
    leftover = project.folder / ".venv" / "leftover"
    leftover.touch()
    assert project.open("run")[0] == 0
    assert not leftover.exists()
    assert os.readlink(python) == target


def test_a_failed_installation_is_told_and_tried_again(project: Project) -> None:
    (project.folder / "broken").touch()
    code, out, err = project.open("run")
    assert (code, out) == (1, "")
    assert "no route to host" in err
    assert "Kiểm tra mạng và chỗ trống trên đĩa rồi gõ lại lệnh" in err
    half_done = project.folder / ".venv" / "half-done"
    half_done.touch()
    (project.folder / "broken").unlink()
    assert project.open("run")[0] == 0
    assert not half_done.exists()  # what a failure left behind is not built upon


def test_a_place_that_cannot_hold_an_environment_is_told(project: Project) -> None:
    (project.folder / ".venv").write_text("a file where the folder should be")
    code, out, err = project.open("run")
    assert (code, out) == (1, "")
    assert err.startswith(f"Chưa mở được {project.folder / '.venv'}")
    assert err.count("\n") == 1


def test_an_interrupted_installation_is_never_half_trusted(project: Project) -> None:
    (project.folder / "slow").touch()
    door = project.start("run")
    while not project.installed:
        time.sleep(0.01)
    door.kill()
    door.communicate()
    (project.folder / "slow").unlink()
    code, out, err = project.open("run")
    assert code == 0
    assert out
    assert "Một lệnh khác đang cài" in err  # the orphaned installer still wrote; we waited for it
    assert project.installed == 2


def test_two_starts_at_once_install_once(project: Project) -> None:
    (project.folder / "slow").touch()
    doors = [project.start("run") for _ in range(3)]
    results = [(*door.communicate(timeout=60), door.returncode) for door in doors]
    assert [code for *_, code in results] == [0, 0, 0]
    assert project.installed == 1


def test_the_locks_name_no_host_and_fit_together(door: ModuleType) -> None:
    assert door.lock_faults() == []


def test_a_bad_lock_is_told_with_its_line(project: Project, tmp_path: Path) -> None:
    loader = SourceFileLoader("other_door", str(project.folder / "camtay"))
    spec = importlib.util.spec_from_loader("other_door", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    folder = project.folder / "requirements"
    (folder / "run.in").write_text("aiohttp>=3\nPyYAML\n")
    (folder / "run.lock").write_text(
        "--index-url https://mirror.example/simple\naiohttp==3.14 \\\n    --hash=sha256:aa\nyarl==1.0\n"
    )
    (folder / "dev.lock").write_text("aiohttp==3.13 \\\n    --hash=sha256:bb\n")
    faults = module.lock_faults()
    assert "requirements/run.lock:1: có địa chỉ tải; tạo lại bằng uv pip compile --no-emit-index-url" in faults
    assert "requirements/run.lock: có gói chưa ghim hoặc thiếu hash" in faults
    assert "requirements/run.lock: thiếu PyYAML của requirements/run.in; tạo lại tệp khóa" in faults
    assert "requirements/dev.lock: phải có aiohttp==3.14 như run.lock" in faults


@pytest.mark.parametrize(
    "command", [[str(DOOR), "--help"], ["-m", "bot", "people", "--help"], ["-m", "bot", "lint", "--rules"]]
)
def test_whoever_reads_only_the_first_lines_sees_no_traceback(command: list[str]) -> None:
    """As `./camtay --help | head -5`: by the time the rest comes nobody listens."""
    nobody, pipe = os.pipe()
    os.close(nobody)
    try:
        run = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(pipe)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_door_and_the_program_know_the_same_verbs(door: ModuleType) -> None:
    from bot.cli.parser import VERBS

    assert set(VERBS) == {verb for verb, about in door.VERBS.items() if about[0] == "run"}
    assert door.ENGLISH.keys() == door.VERBS.keys()
    modules = {path.stem for path in (ROOT / "bot" / "cli" / "verbs").glob("*.py")} - {"__init__"}
    assert modules == {verb.replace("-", "_") + ("_" if verb == "try" else "") for verb in VERBS}


def test_a_verb_loads_no_other() -> None:
    code = "from bot.cli.main import main; main(['lint', '--rules']); import sys; print(*sys.modules, file=sys.stderr)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name for name in told.stderr.split() if name.startswith("bot.cli.verbs.")}
    assert loaded == {"bot.cli.verbs.lint"}
    assert not {"asyncio", "sqlalchemy", "aiohttp"} & set(told.stderr.split())


@pytest.mark.parametrize(("locale", "flag"), [("en_US.UTF-8", ""), ("vi_VN.UTF-8", "--lang=en")])
def test_the_door_speaks_english_where_that_is_read(project: Project, locale: str, flag: str) -> None:
    project.environ |= {"LANG": locale, "LC_ALL": ""}
    code, out, _ = project.open("help", *filter(None, [flag]))
    assert code == 0 and "Usage: ./camtay COMMAND" in out and "check lessons, with file:line:column" in out
    told = project.open("chekc", *filter(None, [flag]))[2]
    assert told.startswith("There is no command “chekc”. Did you mean: ./camtay check?")
    told = project.open("test", "--help", *filter(None, [flag]))[1].replace("Cầm Tay", "")
    assert told.startswith("Usage: ./camtay test [FILE…]") and "bài" not in told
