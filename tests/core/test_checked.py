"""What was found without fault is not looked at again, and nothing else is taken for that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.rules.checked import MOST, Checked


class Looks:
    """Counts how often somebody looks; finds what it is told to find."""

    def __init__(self, *found: str) -> None:
        self.found, self.times = found, 0

    def __call__(self) -> tuple[str, ...]:
        self.times += 1
        return self.found


def test_what_was_clean_is_looked_at_once(tmp_path: Path):
    looks, file = Looks(), tmp_path / "data" / "checked.json"
    checked = Checked(file)
    assert checked.faults(("a", b"b"), looks) == checked.faults(("a", b"b"), looks) == ()
    assert looks.times == 1
    assert not file.exists()
    checked.save()
    assert Checked(file).faults(("a", b"b"), looks) == () and looks.times == 1
    assert "a" not in json.loads(file.read_text()) and len(json.loads(file.read_text())) == 1


def test_a_fault_is_found_every_time(tmp_path: Path):
    looks = Looks("E001")
    checked = Checked(tmp_path / "checked.json")
    assert checked.faults(("a",), looks) == checked.faults(("a",), looks) == ("E001",)
    checked.save()
    assert looks.times == 2 and not (tmp_path / "checked.json").exists()


@pytest.mark.parametrize("parts", [("a",), ("b", "a"), ("ab",), ("a", "b", ""), ("", "a", "b"), ("a", "b\n"), ()])
def test_other_parts_are_looked_at(parts: tuple[str, ...]):
    checked = Checked()
    checked.faults(("a", "b"), Looks())
    looks = Looks("E001")
    assert checked.faults(parts, looks) == ("E001",)


@pytest.mark.parametrize("held", ["", "{", "{}", "[1, null]", "[[]]", '"ab"', "\ud800"])
def test_a_file_that_is_none_is_as_good_as_empty(tmp_path: Path, held: str):
    file = tmp_path / "checked.json"
    file.write_bytes(held.encode("utf-8", "surrogatepass"))
    looks, checked = Looks(), Checked(file)
    checked.faults(("a",), looks)
    checked.save()
    assert looks.times == 1
    Checked(file).faults(("a",), looks)
    assert looks.times == 1


def test_where_nothing_can_be_written_everything_is_looked_at_again(tmp_path: Path):
    (tmp_path / "data").write_text("a file, no folder")
    looks = Looks()
    for _ in range(2):
        checked = Checked(tmp_path / "data" / "checked.json")
        checked.faults(("a",), looks)
        checked.save()
    assert looks.times == 2


def test_the_youngest_are_kept(tmp_path: Path):
    file, looks = tmp_path / "checked.json", Looks()
    checked = Checked(file)
    for number in range(MOST + 1):
        checked.faults((str(number),), Looks())
        checked.faults(("asked for again and again",), looks)
    checked.save()
    assert len(json.loads(file.read_text())) == MOST and list(tmp_path.iterdir()) == [file]
    again = Checked(file)
    again.faults(("asked for again and again",), looks)
    assert looks.times == 1
    first = Looks()
    again.faults(("0",), first)
    assert first.times == 1
