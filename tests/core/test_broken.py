"""Files as teachers break them: every problem is told with its code, line and column, and nothing else is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from flows.files import FoundFile
from flows.model import Problem
from flows.reading.loader import load_files
from flows.rules.lint import lint, rules
from flows.rules.rulepage import whole
from flows.saying import in_english

TABLE = Path(__file__).with_name("broken.txt")
MARK = re.compile(r"⟦([EWI]\d{3})⟧")
FACTS = {"hotline": "1900 0368"}
SHELF = {
    "l/tracks.yaml": '- {id: m, title: "M", order: 1}\n',
    "l/sources.yaml": "- {id: S1, title: a}\n",
    "l/words.yaml": "commands: {menu: [menu, danh sách], stop: [dừng, nghỉ]}\n",
    "l/m/khan/lesson.yaml": "lesson: khan\ntitle: Khẩn\ntrack: m\nemergency: true\nsteps:\n  - end: het\n",
}
HOW: dict[str, Callable[[str], bytes]] = {
    "": str.encode,
    "file": str.encode,
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf16": lambda text: text.encode("utf-16"),
    "tcvn": lambda text: text.replace("ử", "\udcf6").encode("utf-8", "surrogateescape"),
    "nfd": lambda text: unicodedata.normalize("NFD", text).encode(),
}
ELSEWHERE = {  # codes that no file alone can show, and the tests that do
    "E009": "test_shelf.py",
    "W509": "test_scenes.py",
    "W511": "test_scenes.py",
    "W512": "test_defining.py",
    "E010": "test_rules_words.py",
    "W010": "test_rules_words.py",
    "E011": "test_rulepage.py",
    "E012": "test_rulepage.py",
    "E013": "test_rulepage.py",
    "E017": "test_rulepage.py",
    "E018": "test_rulepage.py",
    "E014": "test_rulepage.py",
    "W605": "test_rulepage.py",
    "W702": "test_rulepage.py",
    "W712": "test_rulepage.py",
    "W904": "test_rulepage.py",
    "W905": "test_clock.py",
    "W705": "test_lint.py",
    "W706": "test_lint.py",
    "E801": "test_rulepage.py",
    "E802": "test_rulepage.py",
    "E803": "test_rulepage.py",
    "W804": "test_rulepage.py",
    "I805": "test_rulepage.py",
    "W901": "test_rulepage.py",
    "E902": "test_rulepage.py",
}


def cases() -> dict[str, str]:
    _, *parts = re.split(r"(?m)^=== (.*)\n", TABLE.read_text())
    return dict(zip(parts[::2], parts[1::2], strict=True))


CASES = cases()

Place = tuple[str, str, int, int]
"""File, code, line, column."""


def read(case: str) -> tuple[dict[str, bytes], list[Place]]:
    """The files of a case, and what must be told of them."""
    how = ""
    if case.startswith("@"):
        how, _, case = case[1:].partition("\n")
    first, *others = re.split(r"(?m)^--- (\S+)\n(?=.)", case)
    steps = MARK.sub("", first).startswith("- ") and how != "file"
    texts = {"lesson.yaml": whole(first) if steps else first}
    texts |= dict(zip(others[::2], others[1::2], strict=True))
    wanted: list[Place] = []
    for name, text in texts.items():
        for at, line in enumerate(text.split("\n"), 1):
            found = list(MARK.finditer(line))
            for mark in found:
                wanted.append((name, mark[1], at, len(MARK.sub("", line[: mark.start()])) + 1))
    return {name: HOW[how](MARK.sub("", text)) for name, text in texts.items()}, wanted


def told(files: dict[str, bytes]) -> list[Problem]:
    folder = PurePath("l/m/thu")
    found = {PurePath(name).name: FoundFile(len(raw)) for name, raw in files.items() if name.startswith("media/")}
    texts = {path: text.encode() for path, text in SHELF.items()}
    texts |= {str(folder / name): raw for name, raw in files.items() if not name.startswith("media/")}
    library = replace(load_files(texts, FACTS), media={str(folder): found})
    own = (problem for problem in lint(library) if PurePath(problem.place.path).is_relative_to(folder))
    return [each for each in own if each.code != "W305" or any(b"src: none" in raw for raw in files.values())]


def places(problems: list[Problem]) -> list[Place]:
    folder = PurePath("l/m/thu")
    return [(str(PurePath(p.place.path).relative_to(folder)), p.code, p.place.line, p.place.col) for p in problems]


@pytest.mark.parametrize("name", CASES)
def test_all_faults_are_told_where_they_are(name):
    files, wanted = read(CASES[name])
    assert sorted(places(told(files))) == sorted(wanted)


@pytest.mark.parametrize("name", CASES)
def test_every_sentence_is_kind_and_has_its_english(name):
    for problem in told(read(CASES[name])[0]):
        assert problem.hint, problem
        assert problem.message[-1] not in ".!"
        for said in (problem.message, problem.hint):
            bare = re.sub(r"“[^”]*”|\{[^{}]*\}|'[^']*'", "", in_english(said))
            assert not re.search(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỵỷỹ]", bare.casefold()), said


def test_there_are_enough_and_every_rule_is_met():
    met = {code for case in CASES.values() for _, code, _, _ in read(case)[1]}
    assert len(CASES) >= 150
    assert rules().keys() - met == ELSEWHERE.keys()
