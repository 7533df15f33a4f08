"""Drawn screens: every element lies inside the picture and beside the others, a ring round its element, codes as NAPAS
writes them, letters as the font has them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from flows.files import LessonFile
from flows.model import Problem, SourcePosition
from flows.reading.loader import load_files, told_by_scenes
from flows.rules.lint import lint_shelf
from flows.scenes import pen
from flows.scenes.code import PRACTICE, rows_of, vietqr
from flows.scenes.drawing import STRIP, Drawing, draw, ring_around
from flows.scenes.element import Element, Item
from flows.scenes.icons import ICONS
from flows.scenes.kinds.table import KINDS
from flows.scenes.lettering import BOLD, REGULAR, strange, width_of, wrapped
from flows.scenes.reading import Scene, read_scene, read_scenes
from tests.support.builders import LESSONS, book, lesson
from tests.support.scene import Scene as Talk

FONTS = Path(__file__).parents[2] / "bot" / "media" / "fonts"
SCENES = sorted((LESSONS / "scenes").glob("*.yaml"))
HERE = SourcePosition("scenes/x.yaml", 1, 1)
WORDS = st.lists(st.sampled_from(["Căn", "cước", "điện", "tử", "giấy", "phép", "0000", "NGUOI", "đồng"]), min_size=1,
                 max_size=5).map(" ".join)  # fmt: skip


def scene_of(path: Path) -> Scene:
    problems: list[Problem] = []
    found = read_scene(path.read_bytes(), str(path), problems)
    assert found and not problems, problems
    return found


def inside(drawing: Drawing) -> None:
    for part_id, part in drawing.parts.items():
        left, top, width, height = part.rect
        assert left >= 0 and left + width <= pen.WIDTH, part_id
        assert top >= STRIP and top + height <= drawing.height, part_id
        assert width >= 40 and height >= 24, f"{part_id} is too small for a finger"
        ring = ring_around(part.rect, drawing.height)
        assert ring.left >= 0 and ring.left + ring.width <= pen.WIDTH
        assert ring.top >= 0 and ring.top + ring.height <= drawing.height
        assert ring.left <= max(left, 4) and ring.top <= max(top, 4)


def apart(drawing: Drawing) -> None:
    for (one, first), (other, second) in combinations(drawing.spots.items(), 2):
        beside = first[0] + first[2] <= second[0] or second[0] + second[2] <= first[0]
        below = first[1] + first[3] <= second[1] or second[1] + second[3] <= first[1]
        assert beside or below, f"{one} and {other} lie over one another"


# --- any screen ---------------------------------------------------------------------------------------


@st.composite
def elements(given_: st.DrawFn) -> list[Element]:
    found = []
    for at in range(given_(st.integers(1, 4))):
        name = given_(st.sampled_from(sorted(KINDS)))
        kind = KINDS[name]
        count = given_(st.integers(max(kind.items[0], 1), kind.items[1])) if kind.items[1] else 0
        looks = list(kind.item_looks) or [""]  # a telephone has each key once
        items = tuple(
            Item(
                place=HERE, text=given_(st.sampled_from(["Nhà", "Gửi", "Quay lại", "Ví"])), id=f"e{at}_{no}",
                icon=given_(st.sampled_from(sorted(ICONS))) if "icon" else "", look=looks[no % len(looks)],
            )
            for no in range(count)
        )  # fmt: skip
        found.append(
            Element(
                kind=name, place=HERE, text=given_(WORDS), id=f"e{at}" if "id" in kind.keys else "",
                icon=given_(st.sampled_from(["", "card", "lock"])) if "icon" in kind.keys and name != "title" else "",
                note=given_(st.one_of(st.just(""), WORDS)) if "note" in kind.keys else "",
                value=given_(st.sampled_from(kind.values)) if kind.values else "2/6" if name == "keypad" else "08:15",
                look=given_(st.sampled_from(kind.looks)) if kind.looks else "",
                back=f"b{at}" if "back" in kind.keys else "", items=items,
            )
        )  # fmt: skip
    return found


@given(elements())
def test_elements_lie_inside_and_beside_one_another(screen: list[Element]) -> None:
    drawing, _ = draw(screen, HERE)
    inside(drawing)
    apart(drawing)
    wanted = {each for one in screen for each in (one.id, one.back, *(item.id for item in one.items)) if each}
    assert drawing.parts.keys() == wanted


@given(st.text("aăâđêôơư nghiêng ỡẫ", max_size=60), st.integers(60, 320))
def test_a_line_is_never_wider_than_there_is_room(text: str, width: int) -> None:
    lines = wrapped(text, width, pen.BODY)
    assert all(width_of(line, pen.BODY) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


# --- those of the folder --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_the_screens_of_the_folder(path: Path) -> None:
    scene = scene_of(path)
    inside(scene.drawing)
    apart(scene.drawing)
    assert scene.alt.startswith(("Màn hình tập", "Hình tập"))
    assert "MÀN HÌNH TẬP" in scene.drawing.svg()


def test_a_ring_changes_the_name_and_nothing_else() -> None:
    drawing = scene_of(LESSONS / "scenes" / "vi-giay-to.yaml").drawing
    assert drawing.name("can_cuoc") != drawing.name() == drawing.name("khong_co")
    assert drawing.svg("can_cuoc").count("<rect") == drawing.svg().count("<rect") + 2
    assert re.fullmatch(r"[0-9a-f]{64}\.png", drawing.name())


def test_old_screens_are_told_by_their_date() -> None:
    raw = b'scene: a\nabout: "VNeID 2"\ndrawn_on: 2026-01-31\nalt: "Hinh"\nscreen:\n  - text: "Mot"\n'
    made_up = raw.replace(b"scene: a", b"scene: b").replace(b"VNeID 2", b"")
    library = load_files({"l/scenes/a.yaml": raw, "l/scenes/b.yaml": made_up}, {})
    assert [each.code for each in lint_shelf(replace(library, redraw_before="2026-01-31"))] == []
    old = lint_shelf(replace(library, redraw_before="2026-02-01"))
    assert [(each.code, each.place.path) for each in old] == [("W509", "l/scenes/a.yaml")]


def test_screens_that_no_lesson_shows_are_told() -> None:
    raw = b'scene: a\nabout: ""\ndrawn_on: 2026-01-31\nalt: "Hinh"\nscreen:\n  - text: "Mot"\n'
    track = b'- {id: l, title: "L", order: 1}\n'
    shows = b'lesson: bai\ntitle: B\ntrack: l\nsteps:\n  - {say: x, text: "Coi.", image: {scene: a}}\n  - end: het\n'
    files = {"l/tracks.yaml": track, "l/l/bai/lesson.yaml": shows, "l/scenes/a.yaml": raw}
    files["l/scenes/b.yaml"] = raw.replace(b"scene: a", b"scene: b")

    def unused(files: dict[str, bytes]) -> list[str]:
        return [each.place.path for each in lint_shelf(load_files(files, {})) if each.code == "W511"]

    assert unused(files) == ["l/scenes/b.yaml"]
    assert unused(files | {"l/l/hu/lesson.yaml": b"steps: ["}) == [], "it may show it"
    assert unused({path: each for path, each in files.items() if "tracks" not in path}) == [], "not all are there"


# --- in a lesson ------------------------------------------------------------------------------------------

STEPS = """
- quiz: bam
  text: "Bấm hàng đầu."
  image: {scene: vi, ring: can_cuoc}
  options:
    - {id: hai, text: "Hàng hai", say: "Đó là hàng hai.", spot: the}
    - {id: mot, text: "Hàng đầu", right: true, spot: can_cuoc}
"""
RAW = b"""
scene: vi
about: ""
drawn_on: 2026-11-29
alt: "Hai hang."
screen:
  - row: "Mot"
    id: can_cuoc
  - row: "Hai"
    id: the
"""


def test_a_lesson_shows_it_with_its_words_and_its_elements_can_be_tapped() -> None:
    scenes = read_scenes({"l/scenes/vi.yaml": RAW}, [])
    spots = scenes["vi"].drawing.spots
    plain = told_by_scenes(lesson(STEPS), scenes)
    assert [choice.spot for choice in Talk(book(plain), "thu").choices] == [(), ()]
    shown = replace(plain, files={"vi@can_cuoc.png": LessonFile("1.png", 9, spots=spots)})
    asked = Talk(book(shown), "thu")
    assert [choice.spot for choice in asked.choices] == [spots["the"], spots["can_cuoc"]]
    assert asked.prompt.exhibits[0].words == "Hai hang. Vòng đỏ quanh “Mot”."


def test_words_of_its_own_stay() -> None:
    own = lesson(STEPS.replace("ring: can_cuoc", 'ring: can_cuoc, alt: "Chỗ bấm"'))
    assert told_by_scenes(own, read_scenes({"l/scenes/vi.yaml": RAW}, [])) == own


# --- letters, colours, codes --------------------------------------------------------------------------------


def test_widths_are_those_of_the_font() -> None:
    for weight in (REGULAR, BOLD):
        font = ImageFont.truetype(
            str(FONTS / f"be-vietnam-pro-{weight}.ttf"), 1000, layout_engine=ImageFont.Layout.BASIC
        )
        for text in ("Ví giấy tờ", "Đường phố Nguyễn Ảnh", "0123456789.đ", "“Tiếp tục”"):
            assert width_of(text, 1000, weight) == pytest.approx(font.getlength(text), abs=2)
    assert strange("Ngọc 😀 chọn →") == "😀→"


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("letters", "ground"),
    [
        (pen.INK, pen.PAPER), (pen.INK, pen.AMBER), (pen.INK, "#e6d3dc"), (pen.INK, "#dfe6ee"), (pen.SOFT, pen.CARD),
        (pen.SOFT, pen.PAPER), (pen.SOFT, "#ded6d2"), (pen.SOFT, "#e6d3dc"), (pen.SOFT, "#dfe6ee"),
        (pen.SOFT, "#fffdf2"), (pen.MAIN, pen.CARD), (pen.BLUE, pen.PAPER), (pen.BLUE, "#e7dfdb"),
        (pen.RED, pen.PAPER), (pen.GREEN, pen.PAPER), ("#ffffff", pen.MAIN), ("#ffffff", pen.GREEN),
        ("#ffffff", pen.RED), ("#ffffff", pen.DARK), ("#e8dfe3", pen.DARK),
    ],
)  # fmt: skip
def test_letters_stand_out(letters: str, ground: str) -> None:
    light, dark = sorted((luminance(letters), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_vietqr_is_written_as_napas_publishes_it() -> None:
    """The examples of its format 1.5.2; the CRC that is printed there for the first (F4E5) is of an account of twelve
    digits."""
    assert vietqr("970403", "0011012345678") == (
        "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
    )
    assert vietqr("970403", "0011012345678", amount=180000, purpose="thanh toan don hang", ref="NPS6869") == (
        "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
        "62340107NPS68690819thanh toan don hang63042E2E"
    )


def test_the_practice_code_names_nobody() -> None:
    told = PRACTICE["vietqr_tap"]
    assert "5909NGUOI TAP" in told and "0006000000" in told and "54041000" in told
    assert all(not any(row[:4]) for row in rows_of("vietqr_tap"))
