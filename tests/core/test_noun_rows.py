"""The nouns of masking as a file: what is wrong with one, that none is ever missing, and what hides without any."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.model import LessonInvalid, Problem
from flows.reading.noun_rows import nouns_of, unmasked_examples
from flows.shelf.rereading import Rereader
from flows.shelf.shelf import read_shelf
from flows.words.masking import mask
from flows.words.nouns import SPARE, is_noun, ways_of
from tests.support.builders import LESSONS, facts
from tests.support.short_lesson import write_lessons

ROW = "{id: ma, kind: otp, shape: [so], reach: 7, nouns: [mã], hide: [mã 8421]}"


def found(secrets: str, shapes: str = r"{so: '\d{4,8}'}") -> list[str]:
    """The faults of a file with these rows and shapes, as code and line."""
    text = f"shapes: {shapes}\nsecrets:\n  - {secrets}\nothers: []\nnothing: []\ncues: []\n"
    problems: list[Problem] = []
    table = "masking.yaml", text.encode()
    assert nouns_of(table, problems) is not None
    return [f"{each.code}:{each.place.line}" for each in (*problems, *unmasked_examples(table))]


@pytest.mark.parametrize(
    ("secrets", "shapes", "faults"),
    [
        (ROW, r"{so: '\d{4,8}'}", []),
        (ROW, r"{so: '\d{4,8'}", ["E014:3"]),  # as a regular expression this is text
        (ROW, r"{so: '(\d'}", ["E013:1"]),
        (ROW, r"{so: '(\d+)+'}", ["E013:1"]),
        (ROW, r"{so: '{nha}\d'}", ["E013:1"]),
        (ROW, r"{so: '(?!{phone}$)\d{4,8}'}", []),
        (ROW, r"{so: '\d{4,8}', phone: '\d'}", ["E004:1"]),
        (ROW.replace("[so]", "[khong_co]"), r"{so: '\d{4,8}'}", ["E003:3"]),
        (ROW.replace("otp", "rua"), r"{so: '\d{4,8}'}", ["E003:3"]),
        (ROW.replace("[mã]", "[mã-số]"), r"{so: '\d{4,8}'}", ["E013:3"]),
        (ROW.replace("[mã]", '["{nganhang}"]'), r"{so: '\d{4,8}'}", ["E013:3"]),
        (ROW.replace("mã 8421", "số nhà 84"), r"{so: '\d{4,8}'}", ["E014:3"]),
        (ROW.replace("hide:", "keep:"), r"{so: '\d{4,8}'}", ["E003:3"]),
        (f"{ROW}\n  - {ROW}", r"{so: '\d{4,8}'}", ["E004:4"]),
    ],
)
def test_what_is_wrong_with_a_row(secrets: str, shapes: str, faults: list[str]):
    assert found(secrets, shapes) == faults


def test_a_file_that_lacks_a_part_is_told():
    problems: list[Problem] = []
    assert nouns_of(("masking.yaml", b"shapes: {}\nsecrets: []\n"), problems)
    assert {each.code for each in problems} == {"E003"} and len(problems) == 3


def test_how_a_noun_is_written():
    assert ways_of("mã số? ba/3 lần!") == ["mã số ba lần", "mã số 3 lần", "mã ba lần", "mã 3 lần"]
    assert is_noun("đơn shopee/lazada") and is_noun("chỉ số!")
    assert not any(map(is_noun, ("", "mã  số", "mã/", "?", "mã-số", "mã! số")))


def test_the_real_examples_are_dealt_with_as_they_say():
    assert unmasked_examples(("masking.yaml", (LESSONS / "masking.yaml").read_bytes())) == []


def test_the_tutor_does_not_start_without_its_nouns(tmp_path: Path):
    folder = write_lessons(tmp_path / "bai")
    assert read_shelf(folder, facts()).nouns.rows
    (folder / "masking.yaml").write_text("secrets: [", "utf-8")
    with pytest.raises(LessonInvalid):
        read_shelf(folder, facts())
    (folder / "masking.yaml").unlink()
    with pytest.raises(FileNotFoundError, match=r"masking\.yaml"):
        read_shelf(folder, facts())


def test_a_noun_that_is_saved_counts_and_a_broken_file_leaves_the_last_good_one(tmp_path: Path):
    folder = write_lessons(tmp_path / "bai")
    path = folder / "masking.yaml"
    files = {str(each): each.read_bytes() for each in folder.rglob("*.yaml")}
    reader = Rereader(folder, facts())
    before = reader.read(files)[0].nouns
    assert mask("con số bí ẩn 8421", before).kinds == ()
    saved = files[str(path)].replace(b"nouns: [otp,", "nouns: [con số bí ẩn, otp,".encode())
    after, faults = reader.read({**files, str(path): saved})
    assert mask("con số bí ẩn 8421", after.nouns).kinds == ("otp",) and not faults
    assert mask("con số bí ẩn 8421", after.wishes.nouns).kinds == ("otp",)
    broken, faults = reader.read({**files, str(path): b"secrets: ["})
    assert mask("con số bí ẩn 8421", broken.nouns).kinds == ("otp",) and str(path) in faults


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("079163001234", "citizen_id"),
        ("4111 1111 1111 1111", "card"),
        ("482913", "otp"),
        ("mã 8421", "otp"),
        ("mật khẩu là hoa hồng", "password"),
        ("stk 0071001234567", "account"),
        ("cmnd 271222333", "citizen_id"),
    ],
)
def test_without_any_file_the_worst_is_hidden_all_the_same(text: str, kind: str):
    assert mask(text, SPARE).kinds == (kind,)
