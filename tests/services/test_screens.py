"""Drawn screens on their way to whoever learns: drawn once, kept with their version, read back by another program."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.cli.screens import show
from bot.errors import SettingsInvalid
from bot.media.looking import look_at, picture_of
from bot.media.store import MediaStore
from flows import Book
from flows.model import Problem
from flows.scenes.code import PRACTICE
from flows.scenes.reading import Scene, read_scene
from tests.services.test_library import folder, publish_all, put
from tests.services.test_media import Shown
from tests.support.builders import LESSONS, facts
from tests.support.harness import tutor
from tests.support.squares import read_squares

__all__ = ["folder"]  # the fixture

HEAVIEST = 120_000  # bytes of a picture


def scene_of(name: str) -> Scene:
    problems: list[Problem] = []
    found = read_scene((LESSONS / "scenes" / f"{name}.yaml").read_bytes(), f"scenes/{name}.yaml", problems)
    assert found and not problems
    return found


WALLET = scene_of("vi-giay-to")


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "store", "https://hoi.example/")


def test_a_screen_is_drawn_with_where_its_elements_lie(store: MediaStore) -> None:
    drawing = WALLET.drawing
    file = store.take_drawing(drawing.svg("can_cuoc"))
    assert file == drawing.name("can_cuoc") and store.unmade([file]) == [file] and not store.missing([file])
    assert store.about(file) is None
    store.draw([file])
    about = store.about(file)
    assert about and (about.width, about.height) == (720, 2 * drawing.height) and about.size < HEAVIEST
    assert about.spots == drawing.spots and about.ending == "png"
    assert about.others == () and store.unmade([file]) == []


def test_the_ring_is_where_the_element_is() -> None:
    plain, ringed = (Image.open(io.BytesIO(picture_of(WALLET.drawing.svg(ring)))) for ring in ("", "bao_hiem"))
    left, top, width, height = (2 * each for each in WALLET.drawing.parts["bao_hiem"].rect)
    edge = int(left + width / 2), int(top) - 10
    red, green, blue = ringed.convert("RGB").getpixel(edge)  # type: ignore[misc]
    assert red > 180 and green < 60 and blue < 60
    assert plain.convert("RGB").getpixel(edge) != (red, green, blue)
    middle = int(left + width / 2), int(top + height / 2)
    assert plain.convert("RGB").getpixel(middle) == ringed.convert("RGB").getpixel(middle)


def test_what_nobody_needs_goes_with_its_drawing(store: MediaStore) -> None:
    small = MediaStore(store.folder, most_bytes=1)
    file = small.take_drawing(WALLET.drawing.svg())
    small.draw([file])
    small.sweep({file})
    assert small.about(file)
    small.sweep(())
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("svg", ["", "<svg", "không phải hình"])
def test_what_cannot_be_drawn_is_told(svg: str, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text(svg, "utf-8")
    assert [each.fault for each in look_at([path], tmp_path)] == ["broken"]


@pytest.mark.parametrize(("scene", "code"), [("ma-qr-cua-quan", "vietqr_tap"), ("qr-dan-de", "khac")])
def test_other_programs_read_the_code(scene: str, code: str) -> None:
    assert read_squares(picture_of(scene_of(scene).drawing.svg())) == [PRACTICE[code]]


# --- in a published lesson ---------------------------------------------------------------------------

SCENE = """
scene: vi
about: ""
drawn_on: 2026-11-29
alt: "Hai hàng giấy tờ"
screen:
  - row: "Căn cước"
    id: mot
  - row: "Thẻ"
    id: hai
"""
SHOWN = """
lesson: mot
title: Bài một
track: m
order: 1
langs: [vi]
steps:
  - say: chao
    src: none
    text: "Chào {chị}, bản A."
    wait_tap: "Tiếp"
  - quiz: hoi
    src: none
    text: "Thẻ nằm ở đâu?"
    image: {scene: vi, ring: hai}
    options:
      - {id: tren, text: "Hàng trên", say: "Đó là căn cước.", spot: mot}
      - {id: duoi, text: "Hàng dưới", right: true, spot: hai}
    tries: 0
  - end: xong
    src: none
    text: "Hết bản A."
"""


def draw(root: Path, text: str) -> None:
    (root / "scenes").mkdir(exist_ok=True)
    (root / "scenes" / "vi.yaml").write_text(text, "utf-8")


@pytest.fixture
async def t(tmp_path: Path, folder: Path) -> AsyncIterator[Shown]:
    draw(folder, SCENE)
    put(folder, "mot", SHOWN)
    (tmp_path / "data").mkdir()
    async with tutor(tmp_path / "data", Book({}, {}, {}, None)) as first:  # type: ignore[arg-type]
        await first.database.close()
        running = Shown(tmp_path / "data", Book({}, {}, {}, None))  # type: ignore[arg-type]
        await running.begin()
        await running.open(folder)
        yield running
        await running.database.close()


IN_WORDS = "🖼 Hai hàng giấy tờ. Vòng đỏ quanh “Thẻ”."


async def question(t: Shown, chat_id: str) -> tuple[str, list[str]]:
    """What a learner new on Telegram is asked at the step with the screen: the text, the files."""
    learner = await t.learner(chat_id).meets()
    await learner.opens("mot")
    await learner.tap("Tiếp")
    newest = t.channel.sent[-1]
    return newest.text, [each.file for each in newest.media]


async def test_a_screen_is_told_in_words_until_it_is_drawn_and_then_shown(t: Shown) -> None:
    text, files = await question(t, "1")
    assert IN_WORDS in text and files == []
    await t.look()
    text, files = await question(t, "2")
    assert "🖼" not in text and len(files) == 1 and t.store.path(files[0])


async def test_a_version_keeps_the_screen_that_it_was_published_with(t: Shown, folder: Path) -> None:
    await t.look()
    draw(folder, SCENE.replace('  - row: "Thẻ"', '  - row: "Sổ"\n  - row: "Thẻ"'))
    await publish_all(t.database, folder)
    await t.look()
    await t.look()
    book = t.conversation.book
    old, new = (book.lesson("mot", version) for version in (1, 2))
    assert old and new and book.current["mot"] == 2
    before, after = (lesson.files["vi@hai.png"] for lesson in (old, new))
    assert before.file != after.file and before.spots["hai"][1] < after.spots["hai"][1]


async def test_a_version_whose_screen_is_gone_from_the_folder_still_shows_it(t: Shown, folder: Path) -> None:
    await t.look()
    (folder / "scenes" / "vi.yaml").unlink()
    bare = (
        SHOWN.replace("    image: {scene: vi, ring: hai}\n", "").replace(", spot: mot", "").replace(", spot: hai", "")
    )
    put(folder, "mot", bare)
    await publish_all(t.database, folder)
    await t.look()
    await t.look()
    old = t.conversation.book.lesson("mot", 1)
    assert old and old.files["vi@hai.png"].spots["hai"]


async def test_with_watch_a_screen_that_is_saved_is_taken_over(t: Shown, folder: Path) -> None:
    await t.watch()
    await t.look()
    first = (await question(t, "1"))[1]
    draw(folder, SCENE.replace("Căn cước", "Căn cước công dân"))
    await t.settle()
    await t.look()
    assert any("mot" in line for line in t.told)
    assert (await question(t, "2"))[1] not in ([], first)


async def test_with_watch_a_screen_that_breaks_leaves_the_last_good_version(t: Shown, folder: Path) -> None:
    await t.watch()
    await t.look()
    first = (await question(t, "1"))[1]
    draw(folder, SCENE.replace("row", "rwo"))
    await t.settle()
    assert any("vi.yaml" in line for line in t.told)
    assert (await question(t, "2"))[1] == first


# --- for the eye ---------------------------------------------------------------------------------------


def test_the_command_lists_and_draws_them(folder: Path, tmp_path: Path) -> None:
    draw(folder, SCENE)
    put(folder, "mot", SHOWN)
    said: list[str] = []
    assert show(folder, facts(), [], tmp_path / "out", "hai", said.append) == 0
    assert "vi" in said[0] and "2026-11-29" in said[0] and "mot" in said[0]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["_01.png", "vi.png"]
    draw(folder, SCENE.replace("row", "rwo"))
    assert show(folder, facts(), [], None, "", said.append) == 1
    with pytest.raises(SettingsInvalid, match="khong-co"):
        show(folder, facts(), ["khong-co"], None, "", said.append)
