"""One value of a lesson written anew: nothing else changes by a byte, and what is read back is what was typed."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.studio.policy.splicing import YamlPath, cleaned, spans, splice, value_at
from flows.reading.loader import lesson_files
from flows.yaml import strictyaml
from tests.support.builders import LESSONS

FILES = [*lesson_files(LESSONS), LESSONS / "_template" / "lesson.yaml", LESSONS / "_moi-loai-buoc" / "lesson.yaml"]
TEXTS = {path.parent.name: path.read_text("utf-8") for path in FILES}
AWKWARD = (
    "a: b", "# không phải ghi chú", "chữ # chữ", "'", '"', "''", '""', "{chị} ơi", "{", "[", "- gạch", "| sổ", "> gập",
    "hai\ndòng", "hai\n\nđoạn", "a\n  thụt vào", "\\n không xuống dòng", "“ngoặc cong” ở đầu", "no", "010", "20:00",
    "2026-01-31", "~", "null", "*sao", "&và", "!than", "%phần", "@a", "`b`", "😀👩‍👩‍👧", "...", "---", "a:", ": a", "?",
    "<<", "dấu cách  đôi", "Đúng rồi.", "x" * 2_000, "=======", "cuối \\", 'câu "trích" của {Em}', "’ nháy",
)  # fmt: skip
typed = st.one_of(st.sampled_from(AWKWARD), st.text(min_size=1, max_size=80)).map(cleaned).filter(bool)


def others(text: str, path: YamlPath) -> list[tuple[YamlPath, str]]:
    """Every other value as it is written."""
    return [(at, text[span.start : span.end]) for at, span in spans(text).items() if at != path]


def holds(text: str, path: YamlPath, value: str) -> None:
    found = splice(text, path, value)
    assert found is not None, (path, value)
    span = spans(text)[path]
    assert found.startswith(text[: span.start]), "nothing before it has changed"
    assert found.endswith(text[span.end :]), "nothing after it has changed"
    assert value_at(strictyaml.read(found, "").root, path) == value
    assert others(found, path) == others(text, path)


@pytest.mark.parametrize("name", TEXTS)
def test_every_value_of_every_lesson_can_be_written_anew(name: str):
    text, chance = TEXTS[name], random.Random(name)
    paths = sorted(spans(text), key=repr)
    for path in chance.sample(paths, min(12, len(paths))):
        holds(text, path, cleaned(chance.choice(AWKWARD)))


@given(st.data())
def test_whatever_is_typed_is_read_back(data: st.DataObject):
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    path = data.draw(st.sampled_from(sorted(spans(text), key=repr)))
    holds(text, path, data.draw(typed))


@pytest.mark.parametrize("name", TEXTS)
def test_the_same_words_again_leave_the_file_as_it_is(name: str):
    text, chance = TEXTS[name], random.Random(name)
    root = strictyaml.read(text, "").root
    flat = [path for path, span in spans(text).items() if "\n" not in text[span.start : span.end]]
    for path in chance.sample(flat, min(12, len(flat))):
        value = value_at(root, path)
        assert value is not None
        assert splice(text, path, value) == text


STYLES = """\
# đầu tệp
a: trơn   # ghi chú
b: 'nháy ''đơn'''
c: "nháy \\"kép\\" # không phải ghi chú"   # ghi chú
d: |
    khối
      thụt

    cuối
# giữa
e: >-
  gập
  lại

f: [một, "hai", {g: ba, h: 'bốn'}]
i:
- năm
-   - sáu
"""


@pytest.mark.parametrize("value", AWKWARD)
def test_in_every_style(value: str):
    for path in spans(STYLES):
        holds(STYLES, path, cleaned(value))


def test_the_style_of_the_file_stays_where_it_can():
    assert splice(STYLES, ("a",), "khác") == STYLES.replace("a: trơn ", "a: khác ")
    assert splice(STYLES, ("b",), "khác 'đi'") == STYLES.replace("'nháy ''đơn'''", "'khác ''đi'''")
    assert splice(STYLES, ("d",), "một\n\n  hai") == STYLES.replace(
        "    khối\n      thụt\n\n    cuối\n", "    một\n\n      hai\n"
    )
    assert splice(STYLES, ("e",), "một dòng") == STYLES.replace("  gập\n  lại\n", "  một dòng\n")


def test_what_is_not_there_or_cannot_be_read_is_left_alone():
    assert splice(STYLES, ("không có",), "x") is None
    assert splice(STYLES, ("f", 9), "x") is None
    assert splice('a: "chưa đóng\nb: c\n', ("b",), "x") is None
    assert splice("a: b\n\tc: d\n", ("a",), "x") is None


def test_what_is_typed_is_made_plain():
    decomposed = unicodedata.normalize("NFD", "Chị Hằng")
    assert cleaned(f"  {decomposed}\r\nhai\t\u200b\x07ba \n") == "Chị Hằng\nhai ba"
