"""Every sentence the program says is in phrases.yaml, and phrases.yaml holds nothing that nobody says."""

import re
from pathlib import Path

from flows.reading.phrases import REQUIRED
from flows.shelf.shelf import read_table

ROOT = Path(__file__).resolve().parents[2]


def test_phrases_file_holds_what_is_required() -> None:
    assert set(read_table(ROOT / "lessons" / "phrases.yaml")) == REQUIRED


def test_every_phrase_that_the_code_names_is_required() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for room in ("flows", "bot") for path in (ROOT / room).rglob("*.py")
    )
    named = set(re.findall(r'phrase\(\s*"([a-z_0-9]+)"', code)) | set(re.findall(r'phrases\["([a-z_0-9]+)"\]', code))
    assert named
    assert named <= REQUIRED
