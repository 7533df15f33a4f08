"""From the YAML of a scene to its drawing: strict, every fault with its place, none is raised."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from pathlib import PurePath

from flows.model import Problem, SourcePosition
from flows.saying import say
from flows.scenes.drawing import Drawing, draw
from flows.scenes.element import Element, ElementKind, Item
from flows.scenes.icons import ICONS
from flows.scenes.kinds.table import KINDS
from flows.yaml import strictyaml
from flows.yaml.fields import Fields, did_you_mean, one_of
from flows.yaml.strictyaml import Mapping
from flows.yaml.yamllines import KEYS

SCENES = "scenes"
"""The folder of drawn screens below that of the lessons."""
MOST = 30  # elements of one screen
UNDRAWABLE = "E510"


KEYS.update({"about", "drawn_on", "screen", "items", "id", "icon", "note", "value", "look", "back", "on"}, KINDS)


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawn screen. `about`: which real screen of which version it shows, "" where it is made up; `drawn_on` the day
    (YYYY-MM-DD) on which somebody compared the two; `alt` says in words what is on it.
    """

    name: str
    about: str
    drawn_on: str
    alt: str
    place: SourcePosition
    drawing: Drawing

    def words(self, ring: str = "") -> str:
        """What is on the picture, and what the ring is round."""
        part = self.drawing.parts.get(ring)
        return f"{self.alt.rstrip('.')}. Vòng đỏ quanh “{part.words}”." if part else self.alt


def read_scenes(files: Table[str, bytes], problems: list[Problem]) -> dict[str, Scene]:
    """Every scene without an error, by its name; what is wrong with the others is told."""
    good: dict[str, Scene] = {}
    for path, raw in sorted(files.items()):
        found: list[Problem] = []
        scene = read_scene(raw, path, found)
        problems.extend(found)
        if scene is not None and not any(each.severity == "error" for each in found):
            good[scene.name] = scene
    return good


def read_scene(raw: bytes, path: str, problems: list[Problem]) -> Scene | None:
    """One file as far as it can be read; None where nothing of it can be drawn."""
    document = strictyaml.read(raw, path)
    problems.extend(document.problems)
    if not isinstance(document.root, Mapping):
        if document.root is not None:
            message = say("màn hình tập phải mở đầu bằng “scene: tên”")
            problems.append(Problem("E003", document.root.place, message, say("xem các màn hình có sẵn")))
        return None
    fields = Fields(document.root, problems)
    name = fields.lesson_id("scene", required=True) or ""
    if name and name != PurePath(path).stem:
        message = say("tệp này phải tên “{name}.yaml”", name=name)
        fields.tell("E003", fields.node.place, message, say("tên trong tệp và tên tệp là một"))
    for key in ("about", "drawn_on", "alt", "screen"):
        if not fields.has(key):
            fields.missing(key)
    about = fields.node.get("about")
    blank = isinstance(about, strictyaml.Scalar) and about.quoted and not about.text
    told = "" if blank and fields.node_of("about") else fields.text("about")
    drawn_on, alt = fields.day("drawn_on"), fields.text("alt")
    elements = tuple(each for row in fields.mappings("screen")[:MOST] if (each := _element(row)))
    fields.done()
    _once(elements, fields)
    drawing, faults = draw(elements, fields.node.place)
    problems.extend(Problem(UNDRAWABLE, *fault) for fault in faults)
    return Scene(name, told, drawn_on, alt, fields.node.place, drawing)


def _element(fields: Fields) -> Element | None:
    name = next(iter(fields.node.entries), "")
    kind = KINDS.get(name)
    if kind is None:
        message = say("không có thứ gì tên “{name}” để vẽ", name=name)
        fields.tell("E002", fields.node.key_place(name), message, did_you_mean(name, KINDS) or one_of(KINDS))
        return None
    items = tuple(_item(row, kind) for row in fields.mappings("items")) if "items" in kind.keys else ()
    each = Element(
        kind=name,
        place=fields.node.place,
        text=_main(fields, name, kind),
        id=(fields.name("id") or "") if "id" in kind.keys else "",
        icon=fields.one_of("icon", tuple(ICONS), "") if "icon" in kind.keys else "",
        note=fields.text("note") if "note" in kind.keys else "",
        value=_value(fields, kind) if "value" in kind.keys else "",
        look=fields.one_of("look", kind.looks, "") if kind.looks else "",
        back=(fields.name("back") or "") if "back" in kind.keys else "",
        on=fields.flag("on") if "on" in kind.keys else False,
        items=items,
    )
    for key in kind.needs:
        if not fields.has(key):
            fields.missing(key)
    least, most = kind.items
    if not least <= len(items) <= most and fields.has("items"):
        message = say("ở đây cần từ {least} đến {most} mục", least=least, most=most)
        fields.tell("E003", fields.node.key_place("items"), message, say("hãy thêm hoặc bớt"))
    fields.done()
    return each if least <= len(items) <= most and not set(kind.needs) - fields.node.entries.keys() else None


def _main(fields: Fields, name: str, kind: ElementKind) -> str:
    """The text behind the word of the kind; what has only items is written `tabs:` with nothing behind."""
    node = fields.node_of(name)
    if isinstance(node, strictyaml.Scalar) and not node.text.strip() and ("items" in kind.keys or kind.needs):
        return ""
    return fields.text(name)


def _value(fields: Fields, kind: ElementKind) -> str:
    return fields.one_of("value", kind.values, kind.values[0]) if kind.values else fields.text("value")


def _item(fields: Fields, kind: ElementKind) -> Item:
    item = Item(
        place=fields.node.place,
        text=fields.text("text", required=True),
        id=fields.name("id") or "",
        icon=fields.one_of("icon", tuple(ICONS), ""),
        look=fields.one_of("look", kind.item_looks, "") if kind.item_looks else "",
        on=fields.flag("on"),
    )
    fields.done()
    return item


def _once(elements: tuple[Element, ...], fields: Fields) -> None:
    seen: set[str] = set()
    for each in elements:
        for part, place in (
            (each.back, each.place), (each.id, each.place), *((item.id, item.place) for item in each.items)
        ):  # fmt: skip
            if part in seen:
                message = say("mã “{id}” có hai lần trong màn hình này", id=part)
                fields.tell("E004", place, message, say("hãy đổi một mã"))
            seen |= {part} if part else set()
