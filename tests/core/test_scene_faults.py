"""Whatever is wrong with a scene is one sentence with its place: every field of every kind, missing, empty, too long,
of another shape."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from flows.model import Problem
from flows.scenes.kinds.table import KINDS
from flows.scenes.reading import read_scene, read_scenes

MISSING = object()
LONG = "Chuyển khoản ngân hàng " * 40
ODD: tuple[Any, ...] = (
    MISSING, None, "", " ", LONG, "x" * 500, 7, -1, 1.5, True, [], {}, ["a"], {"text": "a"}, [{"text": "a"}] * 40,
    [{}], [[]], [None], "2/99999999999999999999", "9" * 400, "²", "x\u202e\u0000"[:2], "👵🏽", "Nút một", "nut_mot",
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "id": "mot", "icon": "person", "note": "Một dòng", "value": "1", "back": "lui", "on": True,
    "items": [{"text": "Gửi", "id": "gui"}, {"text": "Thôi", "id": "thoi"}],
}  # fmt: skip


def screen(kind: str) -> dict[str, Any]:
    """An element of this kind with every key that it has."""
    known = KINDS[kind]
    each: dict[str, Any] = {kind: "Chữ", **{key: WHOLE[key] for key in sorted(known.keys)}}
    if known.looks:
        each["look"] = known.looks[0]
    if known.values:
        each["value"] = known.values[0]
    if kind == "keypad":
        each["value"] = "2/6"
    if "items" in each and known.items[1] < 2:
        each["items"] = each["items"][: known.items[1]]
    return each


def written(screens: Any, **head: Any) -> bytes:
    scene = {"scene": "x", "about": "", "drawn_on": "2026-11-01", "alt": "Một màn hình.", "screen": screens, **head}
    return yaml.safe_dump(
        {key: value for key, value in scene.items() if value is not MISSING}, allow_unicode=True, sort_keys=False
    ).encode()


def changed(element: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key, value in itertools.product((*element, "unknown"), ODD):
        yield {name: each for name, each in {**element, key: value}.items() if each is not MISSING}
    for key, value in itertools.product(("text", "id", "icon", "look", "on", "unknown"), ODD):
        if "items" in element:
            item = {name: each for name, each in {**WHOLE["items"][0], key: value}.items() if each is not MISSING}
            yield {**element, "items": [item, *element["items"][1:]]}


def told(raw: bytes) -> list[Problem]:
    """What is wrong with a scene; where nothing is, it is drawn whole, with a ring round each of its parts."""
    problems: list[Problem] = []
    found = read_scene(raw, "scenes/x.yaml", problems)
    assert found is not None or problems
    for problem in problems:
        assert problem.place.path == "scenes/x.yaml" and problem.place.line >= 1, problem
        assert 5 < len(problem.message) < 400 and "\n" not in problem.message and "None" not in problem.message, problem
    if found is not None:
        for part in ("", *found.drawing.parts):
            assert found.drawing.svg(part).endswith("</svg>\n") and (found.words(part) or problems)
    assert bool(read_scenes({"scenes/x.yaml": raw}, [])) is (
        found is not None and not any(problem.severity == "error" for problem in problems)
    )
    return problems


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_kind_may_be_anything(kind: str) -> None:
    element = screen(kind)
    for each in changed(element):
        told(written([each]))


@pytest.mark.parametrize("kind", KINDS)
def test_with_all_its_fields_a_kind_is_drawn(kind: str) -> None:
    assert told(written([screen(kind)])) == []


@pytest.mark.parametrize("kind", ["post", "caller", "dialog", "typing", "keyboard", "phone"])
def test_what_may_have_no_items_is_drawn_without(kind: str) -> None:
    element = {key: value for key, value in screen(kind).items() if key != "items"}
    assert told(written([element])) == []


@pytest.mark.parametrize("key", ["scene", "about", "drawn_on", "alt", "screen"])
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_the_head_may_be_anything(key: str, value: Any) -> None:
    told(written([screen("row")], **{key: value}))


def test_more_than_fits_is_told_where_it_is_written() -> None:
    problems = told(written([screen("row") for _ in range(60)]))
    assert problems and all("màn hình" in each.message or "hai lần" in each.message for each in problems)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"- a", b"scene: [", b"scene: x\nscreen: *a", b"{}", b"\x00", b"a" * 10_000]
)
def test_what_is_no_scene_at_all_is_told(raw: bytes) -> None:
    problems: list[Problem] = []
    read_scene(raw, "scenes/x.yaml", problems)
    assert problems or not raw
