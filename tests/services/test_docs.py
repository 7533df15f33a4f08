"""What the documents say is so: the dialogue is a real one, the verbs and files exist, a decision is short."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
VERBS = re.findall(r'^    "([\w-]+)": \("(?:run|dev|bench)"', (ROOT / "camtay").read_text("utf-8"), re.MULTILINE)


def test_the_readme_is_a_page_and_its_dialogue_is_a_real_one() -> None:
    assert len(README.splitlines()) < 120
    dialogue = [line for line in README.splitlines() if re.match(r"(bot|learner)  ", line)]
    transcripts = {path: path.read_text("utf-8") for path in ROOT.glob("lessons/*/*/transcripts/*.txt")}
    assert len(dialogue) > 5
    assert any(all(line in text for line in dialogue) for text in transcripts.values())


def test_every_verb_is_in_the_readme() -> None:
    assert len(VERBS) >= 12
    for verb in VERBS:
        assert f"`{verb}`" in README


def test_windows_is_told_how_the_door_opens_there() -> None:
    """`./camtay` is no command of cmd or PowerShell; what is told is run here as it stands."""
    assert "`python camtay run`" in README
    assert "`python camtay run`" in (ROOT / "docs" / "van-hanh.md").read_text("utf-8")
    opened = subprocess.run([sys.executable, "camtay", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert opened.returncode == 0 and "Cách dùng" in opened.stdout


def test_every_setting_of_the_environment_that_the_readme_names_exists() -> None:
    from bot.settings import load

    values = {"DATABASE_URL": "postgresql://camtay@db/camtay", "TELEGRAM_TOKEN": "42:" + "x" * 35}
    assert all(f"{name}=" in README for name in values)
    settings = load(ROOT / "config.yaml", values, {"web.host": "0.0.0.0"})
    assert settings.database.url == values["DATABASE_URL"]
    assert settings.channels["telegram"].is_on


@pytest.mark.parametrize("document", sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*.md")))
def test_links_and_named_files_exist(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    named = set(re.findall(r"\]\(([^)#:]+)\)", text))
    named |= set(re.findall(r"`((?:bot|flows|storage|lessons|tests|deploy|requirements)/[\w./]+)`", text))
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == []


def test_documents_link_to_what_exists() -> None:
    for document in (ROOT / "docs").rglob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / link).exists(), (document.name, link)


def test_a_decision_is_numbered_and_short() -> None:
    title, *decisions = re.split(r"^## ", (ROOT / "DECISIONS.md").read_text("utf-8"), flags=re.MULTILINE)
    assert title.startswith("# Decisions")
    for number, decision in enumerate(decisions, 1):
        lines = decision.strip().splitlines()
        assert lines[0].startswith(f"{number}. ")
        assert len(lines) <= 12, lines[0]


@pytest.mark.parametrize("room", ["flows", "storage", "bot", "lessons"])
def test_a_room_explains_itself_in_a_page(room: str) -> None:
    assert len((ROOT / room / "README.md").read_text("utf-8").splitlines()) <= 60
